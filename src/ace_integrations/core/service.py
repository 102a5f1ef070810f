"""What the core must know of one service: where it is, how it is told who calls, how it says no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import SecretStr

from ace_integrations.core.http_call import Reply
from ace_integrations.core.pause import Rest
from ace_integrations.errors import ConfigurationError, ProviderError
from ace_integrations.settings import ProviderSettings

if TYPE_CHECKING:
    from ace_integrations.core.http import WireRequest
    from ace_integrations.core.http_call import HttpCall
    from ace_integrations.core.token import Token

S = TypeVar("S", bound=ProviderSettings)

LARGEST_REPLY = 5 * 1024 * 1024
"""Bytes of an answer after decompression; a service that needs more says so."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one account's calls go.

    Attributes:
        base_url: scheme and host, perhaps a path, without a trailing slash.
        headers: sent with every call, credentials included; never shown.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error answer, read by its service.

    Attributes:
        kind: the class to raise; None leaves it to the status.
        code: the service's own code, "" when it has none.
        retry_after: seconds to wait where the service says so elsewhere than in `Retry-After`.
    """

    message: str
    code: str = ""
    kind: type[ProviderError] | None = None
    retry_after: float | None = None
    details: Mapping[str, object] = field(default_factory=dict[str, object])


def read_problem(reply: Reply) -> Problem:
    """Read an error answer of a service that is not known better: the start of a text, or a JSON `message`."""
    return Problem(reply.body[:200].decode("utf-8", "replace").strip() or f"status {reply.status} without a text")


def no_hint(reply: Reply) -> bool | None:
    """Leave the retry to the class of the call."""
    del reply
    return None


def no_rest(reply: Reply) -> Rest | None:
    """Read no wish to be left alone, which is what most services say."""
    del reply
    return None


@dataclass(frozen=True, slots=True)
class Service(Generic[S]):
    """One service as its provider folder describes it.

    Attributes:
        endpoint: reads it from the settings; raises `ConfigurationError` naming what is unset.
        problem: reads an error answer.
        retry_hint: True or False where the answer itself says whether to repeat, None otherwise.
        rest: reads from any answer how long the service wants to be left alone; None when it does not.
        request_id_header: the field that holds the service's id of a request.
        idempotency_header: the field that takes an idempotency key, None when the service has none.
        rate_limit: calls this process allows itself, in the notation of `limits`, as in "600/minute".
        connect_s: seconds that one try may wait for a connection.
        token: describes how a bearer token is asked for, where the service lends one; that call carries none itself.
        sign: signs a request with the settings at a time in Unix seconds, where the service wants that; anew each try.
    """

    name: str
    settings: type[S]
    endpoint: Callable[[S], Endpoint]
    problem: Callable[[Reply], Problem] = read_problem
    retry_hint: Callable[[Reply], bool | None] = no_hint
    rest: Callable[[Reply], Rest | None] = no_rest
    request_id_header: str = "x-request-id"
    idempotency_header: str | None = None
    rate_limit: str | None = None
    timeout_s: float | None = None
    max_reply_bytes: int = LARGEST_REPLY
    connect_s: float = 5.0
    token: "Callable[[S], HttpCall[Token]] | None" = None
    sign: "Callable[[S, WireRequest, float], WireRequest] | None" = None


AnyService = Service[Any]


def require(settings: ProviderSettings, *fields: str) -> None:
    """Refuse to build an endpoint while a setting is missing.

    Raises:
        ConfigurationError: naming the variable of each unset field.
    """
    problems = settings.missing(*fields)
    if problems:
        raise ConfigurationError(*problems)


def secret_of(settings: ProviderSettings, field: str) -> str:
    """Give a secret of the settings as text, to be sent.

    Raises:
        ConfigurationError: it is unset.
    """
    require(settings, field)
    secret: SecretStr = getattr(settings, field)
    return secret.get_secret_value()
