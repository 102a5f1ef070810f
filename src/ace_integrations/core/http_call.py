"""An HTTP request described as data, the answer it got, and how the one becomes a result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from ace_integrations.core.call import Call, Replied
from ace_integrations.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncSender, Sender

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")

FormValue = str | Sequence[str]
File = tuple[str, bytes, str]
"""File name, content, media type."""


class Repeat(StrEnum):
    """Which repeats of a request do no harm, and so which failures are answered by one (docs/reliability.md)."""

    SAFE = "safe"
    """A read, or a write that the service itself makes harmless to repeat."""
    COSTLY = "costly"
    """A read that is paid for: repeated once, and only when it surely was not served."""
    KEYED = "keyed"
    """A write with an idempotency key: the service answers a repeat with the first result."""
    UNSAFE = "unsafe"
    """A write that would be done twice: repeated only when it surely was not sent."""


class Headers(Mapping[str, str]):
    """Header fields; names are compared without case, a repeated field keeps every value."""

    __slots__ = ("_fields",)

    def __init__(self, fields: "Mapping[str, str] | Sequence[tuple[str, str]]" = ()) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        # A list, not a dict: an answer has a dozen fields, of which two are asked for once.
        self._fields = [(name.lower(), value) for name, value in pairs]

    def __getitem__(self, name: str) -> str:
        values = self.all(name)
        if not values:
            raise KeyError(name)
        return values[0] if len(values) == 1 else ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._fields))

    def __len__(self) -> int:
        return len(dict(self._fields))

    def all(self, name: str) -> list[str]:
        """Every value of one field, in order."""
        name = name.lower()
        return [value for field, value in self._fields if field == name]

    def __repr__(self) -> str:
        """Names only: a value may be a secret."""
        return f"Headers({list(self)})"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read whole and bounded. Its `repr` shows no content.

    Attributes:
        request_id: the service's own id of the request, "" when it gave none.
        attempts: how many times the request was sent, 1 without a retry.
        received_at: Unix seconds by the account's clock.
    """

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    request_id: str = ""
    attempts: int = 1
    received_at: float = 0.0


class Into(Protocol[T_co]):
    """Reads a result from an answer; raises `UnexpectedReplyError`, or another `ProviderError` for a refusal in it."""

    def __call__(self, reply: Reply) -> T_co:
        """Read it."""
        ...


class from_json(Generic[T]):  # noqa: N801 - read as a function: into=from_json(Session)
    """Read a JSON answer into `type_`, validating the raw bytes once."""

    __slots__ = ("_adapter", "_type")

    def __init__(self, type_: type[T]) -> None:
        self._type = type_
        self._adapter: TypeAdapter[T] | None = None

    def __call__(self, reply: Reply) -> T:
        media_type = _media_type(reply)
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise UnexpectedReplyError(f"the answer is {media_type or 'of no type'}, not JSON", status=reply.status)
        if self._adapter is None:
            self._adapter = TypeAdapter(self._type)
        try:
            return self._adapter.validate_json(reply.body)
        except ValidationError as error:
            # The error's own text quotes the answer, which may hold personal data: name the places only.
            raise _unreadable(error) from None

    def __repr__(self) -> str:
        return f"from_json({getattr(self._type, '__name__', self._type)})"


def _media_type(reply: Reply) -> str:
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def _unreadable(error: ValidationError) -> UnexpectedReplyError:
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        return UnexpectedReplyError("the answer is not valid JSON, or was cut", code="invalid_json")
    places = [f"{'.'.join(map(str, problem['loc'])) or 'body'} ({problem['type']})" for problem in problems[:5]]
    return UnexpectedReplyError(f"the answer lacks what is promised: {', '.join(places)}")


def raw_reply(reply: Reply) -> Reply:
    """Keep the answer as it came."""
    return reply


def no_content(reply: Reply) -> None:
    """Read nothing: the status said it all. But a page for people comes from something that stands in between."""
    if reply.body and _media_type(reply) == "text/html":
        raise UnexpectedReplyError("the answer is text/html, not the service's own", status=reply.status)


@dataclass(frozen=True, slots=True)
class Metered(Generic[T]):
    """What a call uses of what its service bills, by unit, as in {"input tokens": 212}.

    Attributes:
        foreseen: the most that it may use.
        used: reads what it did use from its result.
    """

    foreseen: Mapping[str, int]
    used: Callable[[T], Mapping[str, int]]

    def of_replied(self) -> "Metered[Replied[T]]":
        """Read the same beside the raw answer."""
        return Metered(self.foreseen, lambda replied: self.used(replied.value))


@dataclass(slots=True)
class HttpCall(Call[T]):
    """One HTTP request to one service, and how its answer is read.

    Attributes:
        path: below the service's base address; `{name}` takes an escaped value of `path_params`.
        query, form: unset (`None`) values are dropped; a list becomes a repeated field.
        json: sent as compact UTF-8.
        content: a body that another library encoded already; its media type is in `headers`.
        idempotency_key: sent in the service's own header; makes the call `KEYED` unless `repeat` says otherwise.
        repeat: None means: GET is `SAFE`, a key makes it `KEYED`, all else is `UNSAFE`.
        timeout: seconds for the whole call where the service needs longer than the client's setting.
        max_bytes: the largest answer that is read, after decompression.
        units: how many of what the service bills a success uses, for `ace.usage`.
        metered: for a service whose answers say what they used, in place of `units`.
        group: the operations that a pause of the service holds back together: those of one model, for one.
        bears_token: carries the bearer token of a service that lends one; only the call that asks for it does not.
    """

    method: str
    path: str
    into: Into[T]
    path_params: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, FormValue | None] = field(default_factory=dict[str, FormValue | None])
    json: Any = None
    form: Mapping[str, FormValue | None] | None = None
    files: Sequence[tuple[str, File]] = ()
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    idempotency_key: str | None = None
    repeat: Repeat | None = None
    timeout: float | None = None
    max_bytes: int | None = None
    units: int = 1
    metered: Metered[T] | None = None
    group: str = ""
    bears_token: bool = True
    provider: str = ""
    operation: str = ""

    def run(self, sender: "Sender") -> T:
        return sender.connection(self.provider).exchange(self, sender.options)

    async def arun(self, sender: "AsyncSender") -> T:
        return await sender.connection(self.provider).exchange(self, sender.options)

    def labelled(self, provider: str, operation: str) -> "HttpCall[T]":
        # In place: a description is fresh from its describing method, and a copy would cost each call 2 µs.
        self.provider = self.provider or provider
        self.operation = self.operation or operation
        return self

    def with_reply(self) -> "Call[Replied[T]]":
        into = self.into
        read: Callable[[Reply], Replied[T]] = lambda reply: Replied(into(reply), reply)  # noqa: E731 - keeps T
        metered = self.metered and self.metered.of_replied()
        return replace(self, into=read, metered=metered)  # type: ignore[arg-type,return-value]  # replace() cannot change T

    @property
    def repeats(self) -> Repeat:
        """The class that decides about retries."""
        if self.repeat is not None:
            return self.repeat
        if self.method in ("GET", "HEAD"):
            return Repeat.SAFE
        return Repeat.KEYED if self.idempotency_key else Repeat.UNSAFE


def without_none(fields: Mapping[str, V | None]) -> dict[str, V]:
    """Give the fields that were said, for a body in which an unsaid one must be absent and not null."""
    return {name: value for name, value in fields.items() if value is not None}
