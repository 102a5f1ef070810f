"""A call that may take only so long, whatever calls it leads to."""

import time
from dataclasses import dataclass
from typing import Any, TypeVar

from ace_integrations.core.account import Options
from ace_integrations.core.call import Call
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.errors import DeadlineExceededError

T = TypeVar("T")


@dataclass(slots=True)
class Within(Call[T]):
    """A call, and all that follow from it, within some seconds; inside another one the nearer end counts."""

    call: Call[T]
    seconds: float

    def run(self, sender: Sender) -> T:
        return self.call.run(_Hurried(sender, self.seconds))

    async def arun(self, sender: AsyncSender) -> T:
        return await self.call.arun(_Hurried(sender, self.seconds))

    def labelled(self, provider: str, operation: str) -> Call[T]:
        return Within(self.call.labelled(provider, operation), self.seconds)


class _Hurried:
    """Gives each call the time that is left."""

    def __init__(self, sender: Any, seconds: float) -> None:
        self._sender = sender
        self._end = time.monotonic() + seconds

    @property
    def options(self) -> Options:
        given: Options = self._sender.options
        left = max(0.001, self._end - time.monotonic())
        return Options(left if given.timeout_s is None else min(left, given.timeout_s), given.max_retries)

    def connection(self, provider: str) -> Any:
        if time.monotonic() >= self._end:
            raise DeadlineExceededError("no time is left for it; nothing was sent", provider=provider)
        return self._sender.connection(provider)
