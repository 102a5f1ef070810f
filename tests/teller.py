"""A service of nobody's that answers at once or in parts, may ask to be left alone, and says what it used."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
from pydantic import BaseModel, Field, SecretStr, TypeAdapter

from ace_integrations.core import (
    Account,
    AsyncClient,
    AsyncConnection,
    Cached,
    Call,
    Connection,
    Describer,
    Endpoint,
    Guard,
    HttpCall,
    Kept,
    Metered,
    Observer,
    Options,
    Repeat,
    Reply,
    Rest,
    Service,
    ServiceOperations,
    Streamed,
    SyncClient,
    from_json,
    operation,
    streaming,
)
from ace_integrations.core.shared import Shared
from ace_integrations.errors import ProviderError, UnexpectedReplyError
from ace_integrations.settings import ProviderSettings, Secret


class TellerSettings(ProviderSettings):
    """Its key."""

    provider = "teller"

    key: Secret | None = Field(default=SecretStr("teller-key"), validation_alias="TELLER_KEY")


class Tale(BaseModel):
    """What it tells, and how many words that took."""

    text: str
    words: int = 0


TALE = from_json(Tale)
TALES = TypeAdapter(Tale)


def rest(reply: Reply) -> Rest | None:
    """Read a wish to be left alone."""
    seconds = reply.headers.get("x-rest")
    return Rest(float(seconds), "the teller is tired", "tired") if seconds else None


SERVICE = Service(
    "teller", TellerSettings, lambda settings: Endpoint("http://127.0.0.1:9", {"x-key": "teller-key"}), rest=rest
)


class Words:
    """Reads a tale in parts; the last part is a full stop, behind which may stand the tale that goes on from it."""

    def __init__(self) -> None:
        self._read = 0
        self._is_whole = False
        self._goes_on = ""

    def read(self, data: bytes) -> Iterable[str]:
        text = data.decode()
        if text.startswith("!"):
            raise ProviderError(f"it said {text[1:]}", code="told")
        self._read += 1
        self._is_whole = text.startswith(".")
        self._goes_on = text[1:] if self._is_whole else ""
        return [] if self._is_whole else [text]

    def end(self) -> Iterable[str]:
        if not self._is_whole:
            raise UnexpectedReplyError("the tale has no end", code="cut")
        return []

    def used(self) -> Mapping[str, int]:
        return {"word": self._read}

    def following(self) -> Streamed[str] | None:
        return TellerCalls().narrate(of=self._goes_on) if self._goes_on else None  # type: ignore[return-value]


class TellerOperations(ServiceOperations):
    """What it is asked."""

    service = SERVICE

    @operation
    def tell(self, *, of: str, most: int = 10) -> Call[Tale]:
        """Tell a tale."""
        metered = Metered({"word": most}, lambda tale: {"word": tale.words})
        return HttpCall("POST", "/tell", TALE, json={"of": of}, repeat=Repeat.COSTLY, metered=metered, group=of)

    @operation
    def remember(self, *, of: str, stale_s: float = 0.0, patience_s: float | None = None) -> Call[Kept[Tale]]:
        """Tell a tale that may have been told to somebody before."""
        call = HttpCall("GET", "/tell", TALE, query={"of": of})
        return Cached(
            call,
            f"tale_{of}",
            TALES,
            fresh_s=lambda tale: 3600 if tale.text else 60,
            stale_s=lambda _: stale_s,
            longest_s=stale_s,
            patience_s=patience_s,
        )

    @streaming
    def narrate(self, *, of: str) -> Streamed[str]:
        """Tell a tale word by word."""
        metered = Metered({"word": 10}, lambda _: {})
        call = HttpCall("GET", "/narrate", TALE, query={"of": of}, repeat=Repeat.COSTLY, metered=metered)
        return Streamed(call, Words)


class Teller(TellerOperations, SyncClient[TellerSettings]):
    """Blocking."""


class AsyncTeller(TellerOperations, AsyncClient[TellerSettings]):
    """Awaited."""


class TellerCalls(TellerOperations, Describer):
    """Described."""


Handler = Callable[[httpx.Request], httpx.Response]


class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces; a piece that is an exception is raised in its place."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces
        self.is_closed = False

    def __iter__(self) -> Any:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self) -> Any:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


def events(*pieces: bytes | Exception) -> httpx.Response:
    """Give an answer that is a stream of events."""
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Parts(*pieces))


def account(
    *,
    clock: Callable[[], float],
    shared: Shared | None = None,
    observer: Observer | None = None,
    guard: Guard | None = None,
) -> Account:
    """Give an account of the service."""
    defaults = Options(timeout_s=5.0, max_retries=2)
    return Account(
        SERVICE, TellerSettings(), defaults=defaults, clock=clock, shared=shared, observer=observer, guard=guard
    )


def _unread(answer: Handler) -> Handler:
    """Let answers come from the wire: httpx reads those that are made of a text at once, and only once."""

    def from_the_wire(request: httpx.Request) -> httpx.Response:
        made = answer(request)
        if isinstance(made.stream, Parts):
            return made
        return httpx.Response(made.status_code, headers=made.headers, stream=Parts(made.content))

    return from_the_wire


def teller(account: Account, answer: Handler) -> Teller:
    """Give a blocking client that is answered by a function."""
    return Teller.on(Connection(account, httpx.Client(transport=httpx.MockTransport(_unread(answer)))))


def ateller(account: Account, answer: Handler) -> AsyncTeller:
    """Give an awaited client that is answered by a function."""
    return AsyncTeller.on(AsyncConnection(account, httpx.AsyncClient(transport=httpx.MockTransport(_unread(answer)))))
