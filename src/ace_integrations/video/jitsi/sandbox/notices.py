"""The twin's webhooks: what happens in rooms, told and signed as JaaS does."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ace_integrations.sandbox.telling import Telling
from ace_integrations.sandbox.twin import World
from ace_integrations.video.jitsi.sandbox.rooms import Participant, Payload, Room
from ace_integrations.video.jitsi.webhooks import HEADER, signature_header
from ace_integrations.webhooks.json_body import compact

RETRIES_S = (10, 60, 300)
"""The service backs off by a rule that it does not tell."""

_TYPES: Mapping[str, str] = {
    "created": "ROOM_CREATED",
    "destroyed": "ROOM_DESTROYED",
    "joined": "PARTICIPANT_JOINED",
    "left": "PARTICIPANT_LEFT",
    "role": "ROLE_CHANGED",
    "came to the lobby": "PARTICIPANT_JOINED_LOBBY",
    "left the lobby": "PARTICIPANT_LEFT_LOBBY",
}


class Notices:
    """Sends them.

    Args:
        app_id: whose rooms these are, as in vpaas-magic-cookie-….

    Attributes:
        secrets: sign every delivery, each in a part of its own; two while one is being replaced.
        telling: the events on their way to the platform.
    """

    def __init__(self, world: World, *, app_id: str, secrets: Sequence[str]) -> None:
        self._world = world
        self._app_id = app_id
        self._first = tuple(secrets)
        self.rotate(secrets)
        self.telling = Telling[Mapping[str, Any]](self._post)

    def rotate(self, secrets: Sequence[str]) -> None:
        """Sign with these from now on."""
        self.secrets = tuple(secrets)
        self._world.journal.hide(*secrets)

    def hear(self, what: str, room: Room, person: Participant | None, more: Payload) -> None:
        """Tell the platform what happened in a room."""
        conference = f"{room.name}@conference.{self._app_id}.8x8.vc"
        data: dict[str, Any] = {"conference": conference, "isBreakout": False, **more}
        if person is not None:
            data = {**_about(person), "isBreakout": False, **more}
        if what == "role" and person is not None:
            data = {"role": "owner" if person.is_moderator else "member", "grantedTo": {"participantJid": person.jid}}
        self.tell(_TYPES[what], room, data)

    def tell(self, kind: str, room: Room, data: Mapping[str, Any]) -> None:
        """Tell the platform of an event."""
        event = {
            "idempotencyKey": str(uuid.uuid4()),
            "customerId": self._app_id.rpartition("-")[2],
            "appId": self._app_id,
            "eventType": kind,
            "sessionId": room.session_id,
            "timestamp": round(self._world.clock.now() * 1000),
            "fqn": f"{self._app_id}/{room.name}",
            "data": data,
        }
        self.telling.tell(event)

    def reset(self) -> None:
        """Forget what was told, and sign as at first."""
        self.rotate(self._first)
        self.telling.reset()

    def _post(self, event: Mapping[str, Any]) -> None:
        """Send one event to the platform, if it has an address."""
        url = self._world.webhook_url
        if url:
            kind = str(event["eventType"])
            self._world.deliveries.send(
                provider=self._world.name, type=kind, url=url, sign=lambda: self.signed(event), retries_s=RETRIES_S
            )

    def signed(self, event: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
        """Give body and headers of an event, signed now."""
        body = compact(event)
        signed = signature_header(body, secrets=self.secrets, now=self._world.now())
        return body, {"content-type": "application/json", HEADER: signed}


def _about(person: Participant) -> dict[str, Any]:
    return {
        # Text in some deliveries and a truth value in others: the receiver takes both.
        "moderator": "true" if person.is_moderator else "false",
        "name": person.entry.name,
        "email": person.entry.email,
        "id": person.entry.user_id,
        "participantId": person.id,
        "participantJid": person.jid,
        "avatar": person.entry.avatar,
    }
