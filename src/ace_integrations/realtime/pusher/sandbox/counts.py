"""How many listen to a channel, told to those who listen."""

from ace_integrations.realtime.pusher.sandbox import names
from ace_integrations.realtime.pusher.sandbox.account import Account
from ace_integrations.realtime.pusher.sandbox.channel import Channel
from ace_integrations.realtime.pusher.sandbox.frames import told
from ace_integrations.realtime.pusher.sandbox.webhooks import Webhooks
from ace_integrations.sandbox.clock import Clock

CROWD, PAUSE_S = 100, 5.0
"""A crowd's number is told at most every so many seconds."""


class Counts:
    """Tells the number of subscribers of every channel but those where each is seen."""

    def __init__(self, account: Account, webhooks: Webhooks, clock: Clock) -> None:
        self._account = account
        self._webhooks = webhooks
        self._clock = clock
        self._waiting: set[str] = set()

    def reset(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def changed(self, channel: Channel) -> None:
        """Tell at once, or soon where a crowd is."""
        if not self._account.switches.subscription_counts or names.is_presence(channel.name):
            return
        if len(channel.connections) <= CROWD:
            self._tell(channel)
        elif channel.name not in self._waiting:
            self._waiting.add(channel.name)
            self._clock.later(PAUSE_S, lambda: self._tell_late(channel))

    async def _tell_late(self, channel: Channel) -> None:
        self._waiting.discard(channel.name)
        self._tell(channel)

    def _tell(self, channel: Channel) -> None:
        count = {"subscription_count": len(channel.connections)}
        channel.send(told("pusher_internal:subscription_count", count, channel=channel.name))
        self._webhooks.tell("subscription_count", channel.name, **count)
