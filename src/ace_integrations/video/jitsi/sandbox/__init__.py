"""Jitsi's twin: rooms in a browser, tokens checked as its servers do, signed events, and the console's view of it all.

It is a self-hosted server and JaaS at once: a token signed with a secret is held to the rules of the one, a token
signed with a key pair to those of the other. Events are told for rooms of both.
"""

from collections.abc import Sequence
from typing import ClassVar

from starlette.routing import BaseRoute

from ace_integrations.core.published_key import key_of_words
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, Step, World
from ace_integrations.video.jitsi.prosody import ServerRules
from ace_integrations.video.jitsi.sandbox.api import Api
from ace_integrations.video.jitsi.sandbox.asking import Asking
from ace_integrations.video.jitsi.sandbox.controls import Controls
from ace_integrations.video.jitsi.sandbox.doors import Doors
from ace_integrations.video.jitsi.sandbox.management import Management
from ace_integrations.video.jitsi.sandbox.notices import Notices
from ace_integrations.video.jitsi.sandbox.pages import Pages
from ace_integrations.video.jitsi.sandbox.rooms import Participant, Payload, Room, Rooms, Switches
from ace_integrations.video.jitsi.settings import SANDBOX_DOMAIN, SANDBOX_JAAS_APP_ID, SANDBOX_KEY, JitsiSettings

_KNOWN = JitsiSettings.sandbox_values
_SECRET: str = _KNOWN["app_secret"].get_secret_value()
_WEBHOOK_SECRETS = [secret.get_secret_value() for secret in _KNOWN["webhook_secrets"]]

EMBEDDED_S = 300
"""Seconds after which the public server cuts off a page within another one."""

FORGOTTEN_AFTER_S = 60
"""Seconds in which the page of somebody who is out still learns so."""


class JitsiTwin:
    """Jitsi, imitated."""

    name: ClassVar[str] = "jitsi"
    title: ClassVar[str] = "Jitsi"
    icon: ClassVar[str] = "video"
    empty: ClassVar[str] = "No room is open. Start a class, and join it."

    def __init__(self, world: World) -> None:
        self._world = world
        world.journal.hide(_SECRET)
        rules = ServerRules(secret=_SECRET, accepted_issuers=(_KNOWN["app_id"],), domain=SANDBOX_DOMAIN)
        self.notices = Notices(world, app_id=SANDBOX_JAAS_APP_ID, secrets=_WEBHOOK_SECRETS)
        words, distances = SANDBOX_KEY
        public = key_of_words(words, distances=distances).public_key()
        known = {_KNOWN["jaas_key_id"]: public, _KNOWN["system_key_id"]: public}
        self.doors = Doors(rules, world.clock.now, known)
        self.rooms = Rooms(Switches(), domain=SANDBOX_DOMAIN, now=world.clock.now, heard=self._hear)
        self.asking = Asking(world, self.notices, SANDBOX_JAAS_APP_ID)
        self._api = Api(self.rooms, self.doors.enter, self.asking.terms, self._came)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the browser's routes and the server's."""
        management = Management(self.rooms, self.doors, app_id=SANDBOX_JAAS_APP_ID)
        return [*management.routes(), *self._api.routes(), *Pages(self._world.url).routes()]

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that decide as the server, the network or a moderator would."""
        return Controls(self.rooms, self.doors, self.notices, self.asking).routes()

    def items(self) -> Sequence[Item]:
        """Give the open rooms, newest first."""
        return [
            Item(room.name, room.name, f"{len(room.inside)} in the room", room.created_at, _badge(room))
            for room in reversed(self.rooms.open.values())
        ]

    def detail(self, item_id: str) -> Detail | None:
        """Give one open room."""
        room = self.rooms.open.get(item_id)
        if room is None:
            return None
        people = list(room.participants.values())
        facts = [(f"{one.entry.name} ({one.id})", "waiting" if one.is_waiting else one.role) for one in people]
        told = [event for event in self.notices.telling.told if event["sessionId"] == room.session_id]
        steps = [Step(event["eventType"], event["timestamp"] / 1000) for event in told]
        kicks = [_kick(room, one) for one in room.inside]
        end = Action("End for all", f"rooms/{room.name}/end", tone="danger")
        return Detail(room.name, facts, steps, [*kicks, end], payload=told[-1] if told else None)

    def reset(self) -> None:
        """Forget everything."""
        self.rooms.reset(Switches())
        self.doors.reset()
        self.notices.reset()
        self.asking.reset()

    def _hear(self, what: str, room: Room, person: Participant | None, more: Payload) -> None:
        self.notices.hear(what, room, person, more)
        clock = self._world.clock
        if what == "destroyed":
            clock.later(0, lambda: self.asking.over(room))
        elif what == "created" and room.terms.ends_at is not None:
            clock.later(room.terms.ends_at - clock.now(), lambda: self._time_is_over(room))
        if person is not None and what in ("left", "left the lobby"):
            clock.later(FORGOTTEN_AFTER_S, lambda: self._forget(person))

    async def _forget(self, person: Participant) -> None:
        self.rooms.forget(person.id)

    async def _time_is_over(self, room: Room) -> None:
        if self.rooms.open.get(room.name) is room:
            self.rooms.end(room.name)

    def _came(self, room: str, person: Participant, is_embedded: bool) -> None:  # noqa: FBT001 - of the shape of `Came`
        """Let the public server cut off whom another page has in a frame."""

        async def cut() -> None:
            self.rooms.cut(room, person.id)

        if is_embedded and self.rooms.switches.is_public:
            self._world.clock.later(EMBEDDED_S, cut)


def _badge(room: Room) -> Badge:
    return Badge("Moderated", "ok") if any(one.is_moderator for one in room.inside) else Badge("No moderator", "warn")


def _kick(room: Room, person: Participant) -> Action:
    return Action(f"Put out {person.entry.name}", f"rooms/{room.name}/kick", {"participant": person.id})
