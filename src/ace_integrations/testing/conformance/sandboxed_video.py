"""Jitsi's and Agora's twins, and somebody at their doors, for the suite that every provider of live classes passes."""

import json
import time
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.core.http import Pool, WireReply, WireRequest
from ace_integrations.sandbox.server import RunningSandbox, start
from ace_integrations.settings import Settings
from ace_integrations.video import JoinGrant, Role

ADMITTED = 200


class _Sandboxed:
    """A provider in a sandbox of its own."""

    name: str
    shortest_grant = timedelta()
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

    def pass_time(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self.sandbox.control.advance(seconds)

    def ask(self, path: str, asked: dict[str, Any]) -> WireReply:
        """Ask the twin as its script in a page does."""
        request = WireRequest(
            "POST",
            f"{self.sandbox.url}/{self.name}{path}",
            {"content-type": "application/json"},
            content=json.dumps(asked).encode(),
        )
        pool = Pool(self.sandbox.url)
        try:
            return pool.send(request, read_timeout=10, deadline=time.monotonic() + 10, max_bytes=1_000_000)
        finally:
            pool.close()


class JitsiUnderTest(_Sandboxed):
    """A server of Jitsi's of one's own."""

    name = "jitsi"
    closes_rooms = False

    def enter(self, grant: JoinGrant, *, room: str | None = None) -> Role | None:
        """Give the token at the door of a room."""
        answer = self.ask(f"/rooms/{room or grant.room}/join", {"jwt": grant.options["jwt"]})
        return Role(json.loads(answer.body)["role"]) if answer.status == ADMITTED else None


class AgoraUnderTest(_Sandboxed):
    """A project of Agora's with tokens on."""

    name = "agora"
    closes_rooms = True

    def enter(self, grant: JoinGrant, *, room: str | None = None) -> Role | None:
        """Join a channel, and say whether one may publish there."""
        options = dict(grant.options)
        asked = {name: options[name] for name in ("token", "uid", "role", "mode")}
        channel = room or options["channel"]
        answer = self.ask("/sandbox/join", {**asked, "appid": options["app_id"], "channel": channel})
        if answer.status != ADMITTED:
            return None
        return Role.MODERATOR if options["role"] == "host" else Role.PARTICIPANT
