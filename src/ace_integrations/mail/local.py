"""Clients of transports that need no HTTP connection: a mail server, a folder."""

from typing import TYPE_CHECKING, Any, TypeVar

from ace_integrations.core.account import Options
from ace_integrations.core.call import Awaiting, Blocking, Call
from ace_integrations.errors import InvalidInputError

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncSender, Sender

T = TypeVar("T")


class _NoConnection:
    """Where calls that bring their own way are sent through."""

    options = Options()

    def connection(self, provider: str) -> Any:
        raise InvalidInputError(f"this client makes no calls of {provider or 'another service'}; use Ace")


class LocalClient(Blocking):
    """Does its calls and waits for each."""

    def perform(self, call: Call[T]) -> T:
        """Do one described call."""
        sender: Sender = _NoConnection()
        return call.run(sender)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class AsyncLocalClient(Awaiting):
    """Does its calls, awaited; they block a thread of the pool meanwhile."""

    async def perform(self, call: Call[T]) -> T:
        """Do one described call."""
        sender: AsyncSender = _NoConnection()
        return await call.arun(sender)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
