"""The clients of one service, and the facades over several: thin shells around the pipeline."""

import copy
from collections.abc import AsyncGenerator, Generator, Mapping
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

from ace_integrations.core.account import Account, Options
from ace_integrations.core.call import Awaiting, Blocking, Call, Describer, operation
from ace_integrations.core.connection import AsyncConnection, AsyncSender, Connection, Sender
from ace_integrations.core.http_call import FormValue, HttpCall, Reply, raw_reply
from ace_integrations.core.service import AnyService
from ace_integrations.core.stream import AnyStream
from ace_integrations.core.telemetry import Observer
from ace_integrations.errors import InvalidInputError
from ace_integrations.settings import ProviderSettings, Settings

S = TypeVar("S", bound=ProviderSettings)
T = TypeVar("T")


class ServiceOperations:
    """The base of what describes one service's calls: names the service, and reaches what has no method of its own."""

    service: ClassVar[AnyService]

    @property
    def provider(self) -> str:
        """The name that calls of this class carry."""
        return self.service.name

    @operation
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, FormValue | None] | None = None,
        json: Any = None,
        form: Mapping[str, FormValue | None] | None = None,
        idempotency_key: str | None = None,
    ) -> Call[Reply]:
        """Send any request to the service, with its keys, limits, retries and errors, and get the raw answer.

        Args:
            path: below the service's base address, as in "/v3/sessions/"; escape values that you put into it.
            json: sent as JSON; `form` as a form. Give at most one.
            idempotency_key: yours, where the service takes one; without it a write is never repeated.
        """
        return HttpCall(
            method.upper(), path, raw_reply, query=query or {}, json=json, form=form, idempotency_key=idempotency_key
        )


class _OneAccount:
    """Finds the connection of the only service that a client has."""

    def __init__(self, connection: Any, options: Options) -> None:
        self._connection = connection
        self.options = options

    def connection(self, provider: str) -> Any:
        name = self._connection.account.service.name
        if provider not in ("", name):
            raise InvalidInputError(f"this client talks to {name}; send a call of {provider} through Ace")
        return self._connection


class SyncClient(Blocking, Generic[S]):
    """A blocking client of one service. Thread-safe; opens nothing before the first call.

    Args:
        settings: the service's keys; read from the environment when not given.
        http: an `httpx.Client` or `httpx2.Client` of yours to send through; you close it.
        observer: is told before and after every call.
    """

    service: ClassVar[AnyService]

    def __init__(
        self,
        settings: S | None = None,
        *,
        http: Any = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        observer: Observer | None = None,
    ) -> None:
        account = _account(self.service, settings, observer)
        self._sender: Sender = _OneAccount(Connection(account, http), Options(timeout, max_retries))

    @classmethod
    def on(cls, connection: Connection) -> Self:
        """Give a client on a connection that another object holds, `Ace` for one."""
        client = cls.__new__(cls)
        client._sender = _OneAccount(connection, Options())
        return client

    @property
    def settings(self) -> S:
        """The settings that this client was made with."""
        settings: S = self._sender.connection("").account.settings  # type: ignore[assignment]  # its service says so
        return settings

    def perform(self, call: Call[T]) -> T:
        """Do one described call, as in `client.perform(DiditCalls().get_decision(...).with_reply())`."""
        return call.run(self._sender)

    def follow(self, streamed: AnyStream[T]) -> Generator[T]:
        """Give the parts of a described stream as they come."""
        return streamed.run(self._sender)

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """Give a client on the same connections with another deadline (seconds for a whole call) or retry count."""
        changed = copy.copy(self)
        options = Options(timeout, max_retries).over(self._sender.options)
        changed._sender = _OneAccount(self._sender.connection(""), options)
        return changed

    def close(self) -> None:
        """Close the connections."""
        self._sender.connection("").close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class AsyncClient(Awaiting, Generic[S]):
    """An awaited client of one service; the arguments are those of `SyncClient`, `http` an async client."""

    service: ClassVar[AnyService]

    def __init__(
        self,
        settings: S | None = None,
        *,
        http: Any = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        observer: Observer | None = None,
    ) -> None:
        account = _account(self.service, settings, observer)
        self._sender: AsyncSender = _OneAccount(AsyncConnection(account, http), Options(timeout, max_retries))

    @classmethod
    def on(cls, connection: AsyncConnection) -> Self:
        """Give a client on a connection that another object holds, `AsyncAce` for one."""
        client = cls.__new__(cls)
        client._sender = _OneAccount(connection, Options())
        return client

    @property
    def settings(self) -> S:
        """The settings that this client was made with."""
        settings: S = self._sender.connection("").account.settings  # type: ignore[assignment]  # its service says so
        return settings

    async def perform(self, call: Call[T]) -> T:
        """Do one described call."""
        return await call.arun(self._sender)

    def follow(self, streamed: AnyStream[T]) -> AsyncGenerator[T]:
        """Give the parts of a described stream as they come."""
        return streamed.arun(self._sender)

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """Give a client on the same connections with another deadline (seconds for a whole call) or retry count."""
        changed = copy.copy(self)
        options = Options(timeout, max_retries).over(self._sender.options)
        changed._sender = _OneAccount(self._sender.connection(""), options)
        return changed

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._sender.connection("").aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class SyncFacade(Blocking):
    """A capability of `Ace`: sends calls to whichever service they name."""

    provider: ClassVar[str] = ""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def perform(self, call: Call[T]) -> T:
        """Do one described call."""
        return call.run(self._sender)

    def follow(self, streamed: AnyStream[T]) -> Generator[T]:
        """Give the parts of a described stream as they come."""
        return streamed.run(self._sender)


class AsyncFacade(Awaiting):
    """A capability of `AsyncAce`: sends calls to whichever service they name."""

    provider: ClassVar[str] = ""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def perform(self, call: Call[T]) -> T:
        """Do one described call."""
        return await call.arun(self._sender)

    def follow(self, streamed: AnyStream[T]) -> AsyncGenerator[T]:
        """Give the parts of a described stream as they come."""
        return streamed.arun(self._sender)


def _account(service: AnyService, settings: ProviderSettings | None, observer: Observer | None) -> Account:
    # Settings given in code are held to the same rules as those of the environment.
    shared = Settings(providers=() if settings is None else (settings,))
    placed = shared.of(service.settings if settings is None else type(settings))
    return Account(service, placed, defaults=Options(shared.timeout_s, shared.max_retries), observer=observer)


__all__ = [
    "AsyncClient",
    "AsyncFacade",
    "Describer",
    "ServiceOperations",
    "SyncClient",
    "SyncFacade",
]
