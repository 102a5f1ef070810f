"""The twin's webhooks: gathered, held where someone may come back, signed with the oldest token."""

from collections.abc import Mapping

from ace_integrations.realtime.pusher.sandbox.account import Account, Token
from ace_integrations.realtime.pusher.sandbox.frames import Json, inside, write
from ace_integrations.realtime.pusher.signature import signature
from ace_integrations.sandbox.telling import Telling
from ace_integrations.sandbox.twin import World

TIMEOUT_S = 4.0
RETRIES_S = tuple(2.0**power for power in range(8))
"""Five minutes in all."""

MOST_EVENTS, GATHERED_S = 20, 0.25
HELD_S = 3.0
MISSED_S = 1.0
"""For how long subscribers who miss the same cache are one."""

OPPOSITES: Mapping[str, str] = {"channel_occupied": "channel_vacated", "member_added": "member_removed"}

Who = tuple[str, str, str]
"""The event that waits, its channel and the user's id, "" for none."""


class Webhooks:
    """Makes webhooks of what happens.

    Attributes:
        telling: their bodies on the way to the platform.
    """

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account
        self.telling = Telling[bytes](lambda body: self._post(body, account.tokens[0]))
        self.reset()

    def reset(self) -> None:
        """Forget what waits."""
        self.telling.reset()
        self._gathered: list[Json] = []
        self._leaving: dict[Who, object] = {}
        self._missed: dict[str, float] = {}

    def came(self, name: str, channel: str, **more: str) -> None:
        """Tell of a channel or a member that is there now; of one that was gone for a moment nothing is told."""
        if self._leaving.pop((OPPOSITES[name], channel, more.get("user_id", "")), None) is None:
            self.tell(name, channel, **more)

    def went(self, name: str, channel: str, **more: str) -> None:
        """Tell of a channel or a member that is gone, unless it comes back in a moment."""
        who, mark = (name, channel, more.get("user_id", "")), object()
        self._leaving[who] = mark

        async def later() -> None:
            if self._leaving.get(who) is mark:
                del self._leaving[who]
                self.tell(name, channel, **more)

        self._world.clock.later(HELD_S, later)

    def missed(self, channel: str) -> None:
        """Tell of a cache that had nothing, once for all who came at the same time."""
        now = self._world.clock.now()
        self._missed = {name: at for name, at in self._missed.items() if now - at < MISSED_S}
        if channel not in self._missed:
            self._missed[channel] = now
            self.tell("cache_miss", channel)

    def tell(self, name: str, channel: str, **more: object) -> None:
        """Tell of an event, alone or with those of the next moment."""
        event = {"name": name, "channel": channel, **more}
        if not self._account.switches.batch_webhooks:
            self._send([event])
            return
        self._gathered.append(event)
        if len(self._gathered) >= MOST_EVENTS:
            self._send_gathered()
        elif len(self._gathered) == 1:
            self._world.clock.later(GATHERED_S, self._gathered_long_enough)

    def repeat(self, *, key: str = "", age_s: float = 0.0) -> None:
        """Send the last one anew.

        Args:
            key: of the token that signs it, which may be a revoked one; "" for the oldest active one.
            age_s: how much older it says it is.

        Raises:
            KeyError: the token is unknown, or nothing was sent yet.
        """
        if not self.telling.told:
            raise KeyError("webhook")
        body = inside(self.telling.told[-1].decode())
        older = write({**body, "time_ms": body["time_ms"] - int(age_s * 1000)}).encode()
        self._post(older, self._account.token(key) if key else self._account.tokens[0])

    async def _gathered_long_enough(self) -> None:
        self._send_gathered()

    def _send_gathered(self) -> None:
        events, self._gathered = self._gathered, []
        if events:
            self._send(events)

    def _send(self, events: list[Json]) -> None:
        self.telling.tell(write({"time_ms": int(self._world.clock.now() * 1000), "events": events}).encode())

    def _post(self, body: bytes, token: Token) -> None:
        if not self._world.webhook_url:
            return
        headers = {"x-pusher-key": token.key, "x-pusher-signature": signature(token.secret, body)}
        names = dict.fromkeys(event["name"] for event in inside(body.decode())["events"])
        self._world.deliveries.send(
            provider=self._world.name,
            type=", ".join(names),
            url=self._world.webhook_url,
            sign=lambda: (body, headers),
            retries_s=RETRIES_S,
            timeout_s=TIMEOUT_S,
        )
