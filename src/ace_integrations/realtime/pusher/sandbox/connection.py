"""One socket: what waits to be sent to it, what it subscribed to, who it is."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Message, Send

from ace_integrations.realtime.pusher.sandbox.frames import Json

MOST_WAITING = 256
"""Frames that wait for a slow reader before it loses its connection."""

EVENTS_A_SECOND = 10.0
"""Client events, and how many may come at once."""


@dataclass(frozen=True, slots=True)
class User:
    """Who signed in."""

    id: str
    info: Json | None = None
    watchlist: tuple[str, ...] = ()


@dataclass(slots=True)
class Bucket:
    """Lets so many events through a second."""

    at: float
    left: float = EVENTS_A_SECOND

    def take(self, now: float) -> bool:
        """Whether one more may pass; it is counted."""
        self.left = min(EVENTS_A_SECOND, self.left + (now - self.at) * EVENTS_A_SECOND)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass(slots=True, eq=False)
class Connection:
    """An established connection.

    Attributes:
        cut: ends the TCP connection without a word.
        heard_at: when its last frame came; `pinged_at` is when the server asked, None once something came.
        channels: those it subscribed to, with its user id in each, "" where nobody is seen.
    """

    socket_id: str
    opened_at: float
    cut: Callable[[], None]
    heard_at: float = 0.0
    pinged_at: float | None = None
    user: User | None = None
    is_authorized: bool = False
    channels: dict[str, str] = field(default_factory=dict[str, str])
    bucket: Bucket = field(init=False)
    _waiting: asyncio.Queue[Message] = field(init=False)

    def __post_init__(self) -> None:
        self.heard_at = self.opened_at
        self.bucket = Bucket(self.opened_at)
        self._waiting = asyncio.Queue(MOST_WAITING)

    def send(self, message: Message) -> None:
        """Send a frame soon, without waiting for the reader; one that reads nothing is cut off."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.cut()

    def close(self, code: int, reason: str) -> None:
        """Close after what waits was sent."""
        self.send({"type": "websocket.close", "code": code, "reason": reason})

    def heard(self, now: float) -> None:
        """Note that a frame came."""
        self.heard_at, self.pinged_at = now, None

    async def write(self, send: Send) -> None:
        """Send what waits, until it is closed or lost."""
        message: Message = {"type": ""}
        while message["type"] != "websocket.close":
            message = await self._waiting.get()
            try:
                await send(message)
            except OSError:
                return
