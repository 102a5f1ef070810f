"""What the console and tests decide: who is put out, whose token ends, and how notices go wrong."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.video.agora.sandbox.channels import Channels, Member
from ace_integrations.video.agora.sandbox.notices import Notices

Fields = dict[str, Any]


class Controls:
    """The control routes."""

    def __init__(self, channels: Channels, notices: Notices) -> None:
        self._channels = channels
        self._notices = notices

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        posts: dict[str, Callable[[Fields], bool]] = {
            "/members/kick": self._kick,
            "/members/expire": self._expire,
            "/members/lose": self._lose,
            "/cohost-auth": self._hold_to_tokens,
            "/notices/hold": self._hold,
            "/notices/release": self._release,
            "/notices/duplicate": self._duplicate,
            "/notices/old": self._sign_as_before,
        }
        return [Route(path, _control(act), methods=["POST"]) for path, act in posts.items()]

    def _kick(self, fields: Fields) -> bool:
        found = self._member(fields)
        if found is not None:
            channel, member = found
            self._channels.forbid(channel=channel, uid=member.uid, privileges=("join_channel",), seconds=0)
        return found is not None

    def _expire(self, fields: Fields) -> bool:
        found = self._member(fields)
        if found is not None:
            found[1].ends_at = 0.0
            self._channels.tick()
        return found is not None

    def _lose(self, fields: Fields) -> bool:
        found = self._member(fields)
        if found is not None:
            self._channels.leave(found[0], found[1].client, reason=2)
        return found is not None

    def _hold_to_tokens(self, fields: Fields) -> bool:
        self._channels.app.has_cohost_auth = fields.get("on") in (True, "true")
        return True

    def _hold(self, fields: Fields) -> bool:
        del fields
        self._notices.held = []
        return True

    def _release(self, fields: Fields) -> bool:
        self._notices.release(newest_first=fields.get("order") == "newest first")
        return True

    def _duplicate(self, fields: Fields) -> bool:
        del fields
        for notice in self._notices.sent[-1:]:
            self._notices.post(notice)
        return bool(self._notices.sent)

    def _sign_as_before(self, fields: Fields) -> bool:
        self._notices.is_old = fields.get("on") in (True, "true")
        return True

    def _member(self, fields: Fields) -> tuple[str, Member] | None:
        """Give the member whose page, number or account is named, with their channel."""
        wanted = str(fields.get("client"))
        for channel in self._channels.open.values():
            for member in channel.members.values():
                if wanted in (member.client, str(member.uid), member.account):
                    return channel.name, member
        return None


def _control(act: Callable[[Fields], bool]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        fields = await read_fields(request) if await request.body() else {}
        return done(request, {}) if act(fields) else JSONResponse({"error": "nobody of that name is in"}, 404)

    return answer
