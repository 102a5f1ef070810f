"""Zoom's twin and somebody at its door, for the suite that every provider of live classes passes."""

from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.settings import Settings
from ace_integrations.video import JoinGrant, Role


class ZoomUnderTest:
    """An account of the Video SDK."""

    name = "zoom"
    closes_rooms = False
    shortest_grant = timedelta(minutes=30)
    sandbox: RunningSandbox

    def __enter__(self) -> Self:
        self.sandbox = start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.sandbox.close()

    def ace(self) -> Ace:
        """Give an `Ace` on the twin."""
        return Ace(Settings(sandbox_url=self.sandbox.url, video=self.name), clock=self.sandbox.control.now)

    def async_ace(self) -> AsyncAce:
        """Give an `AsyncAce` on the twin."""
        return AsyncAce(Settings(sandbox_url=self.sandbox.url, video=self.name), clock=self.sandbox.control.now)

    def enter(self, grant: JoinGrant, *, room: str | None = None) -> Role | None:
        """Join a session with a token."""
        asked = {"topic": room or grant.options["topic"], "token": grant.options["token"]}
        answer = httpx.post(f"{self.sandbox.url}/zoom/join", json=asked, trust_env=False)
        if not answer.is_success:
            return None
        return Role.MODERATOR if answer.json()["role"] == "host" else Role.PARTICIPANT

    def pass_time(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self.sandbox.control.advance(seconds)
