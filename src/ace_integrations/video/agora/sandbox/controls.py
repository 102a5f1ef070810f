"""What the console and tests decide: who is put out, whose token ends, what the project holds people to."""

from typing import Any

from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import Act, control, is_on
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
        posts: dict[str, Act] = {
            "/members/kick": self._kick,
            "/members/expire": self._expire,
            "/members/lose": self._lose,
            "/cohost-auth": self._hold_to_tokens,
            "/tokens": self._take_tokens,
            "/notices/old": self._sign_as_before,
        }
        routes = [Route(path, control(act), methods=["POST"]) for path, act in posts.items()]
        return [*routes, *self._notices.telling.controls("/notices")]

    def _kick(self, fields: Fields) -> None:
        self._channels.kick(*self._member(fields))

    def _expire(self, fields: Fields) -> None:
        self._channels.expire(self._member(fields)[1])

    def _lose(self, fields: Fields) -> None:
        channel, member = self._member(fields)
        self._channels.leave(channel, member.client, reason=2)

    def _hold_to_tokens(self, fields: Fields) -> None:
        self._channels.app.has_cohost_auth = is_on(fields)

    def _take_tokens(self, fields: Fields) -> None:
        self._channels.take_tokens(on=is_on(fields))

    def _sign_as_before(self, fields: Fields) -> None:
        self._notices.is_old = is_on(fields)

    def _member(self, fields: Fields) -> tuple[str, Member]:
        """Give the member whose page, number or account is named, with their channel."""
        wanted = str(fields["client"])
        for channel in self._channels.open.values():
            for member in channel.members.values():
                if wanted in (member.client, str(member.uid), member.account):
                    return channel.name, member
        raise KeyError(wanted)
