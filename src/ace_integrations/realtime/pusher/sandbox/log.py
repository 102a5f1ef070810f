"""The last messages, for the console and for tests."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

KEPT = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that went through a channel.

    Attributes:
        by: the socket id of the client that sent it, "" for the API.
        readers: how many connections it was sent to.
    """

    at: float
    channel: str
    event: str
    data: object
    by: str
    readers: int


class Log:
    """The last messages of all channels, newest first."""

    is_of_the_sandbox: ClassVar[bool] = True

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque(maxlen=KEPT)

    def note(self, sent: Sent) -> None:
        """Keep one."""
        self._sent.appendleft(sent)

    def of(self, channel: str) -> list[Sent]:
        """Give those of one channel, newest first."""
        return [sent for sent in self._sent if sent.channel == channel]

    def clear(self) -> None:
        """Forget them."""
        self._sent.clear()

    def __iter__(self) -> Iterator[Sent]:
        return iter(self._sent)
