"""The twin's notifications: what happens in channels, told and signed as the service does."""

import itertools
from collections.abc import Mapping
from typing import Any

from ace_integrations.sandbox.telling import Telling
from ace_integrations.sandbox.twin import World
from ace_integrations.video.agora.sandbox.channels import Channel, Member, Payload
from ace_integrations.video.agora.webhooks import SANDBOX_NOTICE, V2, AgoraSignature
from ace_integrations.webhooks.json_body import compact

RETRIES_S = (10, 30, 60)
"""Three resends at growing pauses."""

TIMEOUT_S = 10.0
_SCHEME = AgoraSignature()
RTC = 1
"""The product that tells: sound and pictures."""

WEB = 7
ROLES = (111, 112)
"""Of a change of role no platform is told."""


class Notices:
    """Sends them.

    Attributes:
        is_old: whether only the older of the two signatures is sent, as from projects that were never changed.
        telling: the notices on their way to the platform.
    """

    def __init__(self, world: World, *, secret: str) -> None:
        self._world = world
        self._secret = secret
        self._numbers = itertools.count(4330)
        self.is_old = False
        self.telling = Telling[Mapping[str, Any]](self._post)
        world.journal.hide(secret)

    def hear(self, number: int, channel: Channel, member: Member | None, more: Payload) -> None:
        """Tell the platform what happened in a channel."""
        now = self._world.clock.now()
        payload: dict[str, Any] = {"channelName": channel.name, "ts": int(now), **more}
        # A channel's own notices name nobody but the last who left.
        if member is not None and number != 102:
            platform = {} if number in ROLES else {"platform": WEB}
            told = {"uid": member.uid, **platform, "clientSeq": round(now * 1000) + member.serial}
            payload |= {**told, "account": member.account}
        notice = {
            "noticeId": f"{SANDBOX_NOTICE}{next(self._numbers)}:{number}",
            "productId": RTC,
            "eventType": number,
            "notifyMs": round(now * 1000),
            "sid": f"SID{channel.name}",
            "payload": payload,
        }
        self.telling.tell(notice)

    def reset(self) -> None:
        """Forget what was told."""
        self.telling.reset()
        self.is_old = False

    def _post(self, notice: Mapping[str, Any]) -> None:
        """Send one notice to the platform, if it has an address."""
        url = self._world.webhook_url
        if url:
            self._world.deliveries.send(
                provider=self._world.name,
                type=str(notice["eventType"]),
                url=url,
                sign=lambda: self._signed(notice),
                retries_s=RETRIES_S,
                settled=lambda status: status == 200,
                timeout_s=TIMEOUT_S,
            )

    def _signed(self, notice: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
        # The number stays, the time is that of the try.
        now = round(self._world.clock.now() * 1000)
        body = compact({**notice, "notifyMs": now})
        signed = _SCHEME.sign(body, secret=self._secret, now=self._world.now())
        if self.is_old:
            del signed[V2]
        return body, {"content-type": "application/json", **signed}
