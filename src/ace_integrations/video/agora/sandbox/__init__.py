"""Agora's twin: a stand-in for its script, a gateway that checks tokens, signed notices, the REST calls."""

from collections.abc import Sequence
from typing import ClassVar

from starlette.routing import BaseRoute

from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, Step, World
from ace_integrations.video.agora.sandbox.api import Api
from ace_integrations.video.agora.sandbox.channels import WARNS_S, App, Channel, Channels, Member, Payload
from ace_integrations.video.agora.sandbox.controls import Controls
from ace_integrations.video.agora.sandbox.management import Management
from ace_integrations.video.agora.sandbox.notices import Notices
from ace_integrations.video.agora.sandbox.pages import Pages
from ace_integrations.video.agora.settings import AgoraSettings

_KNOWN = AgoraSettings.sandbox_values
_WORDS = {
    101: "101 channel created",
    102: "102 channel destroyed",
    103: "103 host joined",
    104: "104 host left",
    105: "105 audience joined",
    106: "106 audience left",
    107: "107 user joined",
    108: "108 user left",
    111: "111 became host",
    112: "112 became audience",
}

_GONE = (104, 106, 108)

FORGOTTEN_AFTER_S = 60
"""Seconds in which the page of somebody who is out still learns so."""


class AgoraTwin:
    """Agora, imitated."""

    name: ClassVar[str] = "agora"
    title: ClassVar[str] = "Agora"
    icon: ClassVar[str] = "video"
    empty: ClassVar[str] = "No channel is open. Set ACE_VIDEO=agora, start a class, and join it."

    def __init__(self, world: World) -> None:
        self._world = world
        certificates = tuple(certificate.get_secret_value() for certificate in _KNOWN["certificates"])
        customer = (_KNOWN["customer_id"], _KNOWN["customer_secret"].get_secret_value())
        world.journal.hide(*certificates, customer[1])
        self.notices = Notices(world, secret=_KNOWN["webhook_secrets"][0].get_secret_value())
        app = App(_KNOWN["app_id"], certificates)
        self.channels = Channels(app, now=world.clock.now, heard=self._hear)
        self._pages = Pages(self.channels, url=world.url, now=world.clock.now)
        self._api = Api(self.channels, self._watch)
        self._management = Management(self.channels, customer=customer, now=world.clock.now)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the script, what it asks, and the REST calls."""
        return [*self._pages.routes(), *self._api.routes(), *self._management.routes()]

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that decide as the service or the network would."""
        return Controls(self.channels, self.notices).routes()

    def items(self) -> Sequence[Item]:
        """Give the open channels, newest first."""
        return [
            Item(
                channel.name,
                channel.name,
                f"{len(channel.members)} in the channel",
                min(one.joined_at for one in channel.members.values()),
                Badge("Live", "ok") if channel.is_live else Badge("Call"),
            )
            for channel in reversed(self.channels.open.values())
        ]

    def detail(self, item_id: str) -> Detail | None:
        """Give one open channel."""
        channel = self.channels.open.get(item_id)
        if channel is None:
            return None
        now = self._world.clock.now()
        facts = [(one.user, _fact(one, now)) for one in channel.members.values()]
        told = [notice for notice in self.notices.telling.told if notice["payload"]["channelName"] == channel.name]
        steps = [Step(_WORDS[notice["eventType"]], notice["notifyMs"] / 1000) for notice in told]
        return Detail(channel.name, facts, steps, _actions(channel), payload=told[-1])

    def reset(self) -> None:
        """Forget everything."""
        self.channels.reset()
        self.notices.reset()

    def _hear(self, number: int, channel: Channel, member: Member | None, more: Payload) -> None:
        self.notices.hear(number, channel, member, more)
        if member is not None and number in _GONE:
            self._world.clock.later(FORGOTTEN_AFTER_S, lambda: self._forget(member))

    async def _forget(self, member: Member) -> None:
        self.channels.forget(member.client)

    def _watch(self, member: Member) -> None:
        """Look again when a member's token is about to end, and when it ends."""
        if member.ends_at is None:
            return
        left = member.ends_at - self._world.clock.now()

        async def look() -> None:
            self.channels.tick()

        for delay_s in (left - WARNS_S, left):
            self._world.clock.later(max(0.0, delay_s), look)


def _fact(member: Member, now: float) -> str:
    role = "host" if member.is_host else "audience"
    # With co-host authentication off such a host is heard all the same: the page says what the token does not.
    unheld = ", publishes without the right to" if member.is_publishing and not member.may_publish else ""
    left = "" if member.ends_at is None else f", token ends in {max(0, round(member.ends_at - now))} s"
    return f"{role}{left}{unheld}"


def _actions(channel: Channel) -> list[Action]:
    acts = {"Put out": "kick", "End the token of": "expire", "Cut off": "lose"}
    return [
        Action(f"{label} {member.user}", f"members/{path}", {"client": member.client})
        for member in channel.members.values()
        for label, path in acts.items()
    ]
