"""What the twin asks the platform before it opens a room: JaaS how it shall be, an own server whether it may."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

from ace_integrations.sandbox.delivery import Answer
from ace_integrations.sandbox.twin import World
from ace_integrations.video.jitsi.reservations import written
from ace_integrations.video.jitsi.sandbox.notices import Notices
from ace_integrations.video.jitsi.sandbox.rooms import NOT_RESERVED, Entry, EntryRefusedError, Room, Terms

TIMEOUT_S = 5.0
"""How long each waits is not known."""

_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Asking:
    """Asks, if it was told where.

    Attributes:
        app_id: whose rooms JaaS asks about.
        provisioning_url: where the question of JaaS goes; "" for nowhere.
        reservations_url: what stands before `/conference` at the platform; "" for nowhere.
    """

    world: World
    notices: Notices
    app_id: str
    provisioning_url: str = ""
    reservations_url: str = ""

    def reset(self) -> None:
        """Ask nobody."""
        self.provisioning_url = self.reservations_url = ""

    async def terms(self, room: str, entry: Entry) -> Terms:
        """Give how a room is to be that somebody wants to open.

        Raises:
            EntryRefusedError: the platform does not want it.
        """
        if entry.is_jaas and self.provisioning_url:
            return await self._provisioned(room)
        if not entry.is_jaas and self.reservations_url:
            return await self._reserved(room, entry)
        return Terms()

    async def over(self, room: Room) -> None:
        """Tell the platform that a reserved room is over."""
        if room.terms.reservation and self.reservations_url:
            url = f"{self.reservations_url}/conference/{room.terms.reservation}"
            await self._ask("reservation over", url, b"", {}, method="DELETE")

    async def _provisioned(self, room: str) -> Terms:
        body, headers = self.notices.signed({"fqn": f"{self.app_id}/{room}"})
        answer = await self._ask("SETTINGS_PROVISIONING", self.provisioning_url, body, headers)
        given = _object(answer)
        waits = bool(given.get("lobbyEnabled")) and given.get("lobbyType") == "WAIT_FOR_MODERATOR"
        return Terms(
            waits_for_host=waits,
            has_lobby=bool(given.get("lobbyEnabled")) and not waits,
            password=str(given.get("passcode") or ""),
            max_occupants=given.get("maxOccupants"),
        )

    async def _reserved(self, room: str, entry: Entry) -> Terms:
        now = self.world.clock.now()
        fields = {"name": room, "start_time": written(datetime.fromtimestamp(now, UTC)), "mail_owner": entry.email}
        url = f"{self.reservations_url}/conference"
        answer = await self._ask("reservation", url, urlencode(fields).encode(), {"content-type": _FORM})
        given = _object(answer)
        if answer.status not in (200, 201):
            why = given.get("message") or ("conflict" if answer.status == 409 else "refused")
            raise EntryRefusedError(NOT_RESERVED, str(why))
        return Terms(
            has_lobby=bool(given.get("lobby")),
            password=str(given.get("password") or ""),
            max_occupants=given.get("max_occupants"),
            reservation=str(given.get("id") or ""),
            ends_at=now + given["duration"] if "duration" in given else None,
        )

    async def _ask(
        self, kind: str, url: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST"
    ) -> Answer:
        return await self.world.deliveries.ask(
            provider=self.world.name,
            type=kind,
            url=url,
            headers=headers,
            body=body,
            method=method,
            timeout_s=TIMEOUT_S,
        )


def _object(answer: Answer) -> dict[str, Any]:
    """Give the JSON object of an answer; of one that is none, nothing was said."""
    try:
        value: Any = json.loads(answer.body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
