"""Looks after silent connections: asks whether someone is there, and closes those who do not answer."""

from ace_integrations.realtime.pusher.sandbox.account import Account
from ace_integrations.realtime.pusher.sandbox.connection import Connection
from ace_integrations.realtime.pusher.sandbox.frames import PING
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.sandbox.clock import Clock

NO_PONG, UNAUTHORIZED = 4201, 4009


class Watch:
    """One look at all connections whenever the first of them is due; a timer for each would outlive it."""

    def __init__(self, account: Account, hub: Hub, clock: Clock) -> None:
        self._account = account
        self._hub = hub
        self._clock = clock
        self._next: float | None = None

    def reset(self) -> None:
        """Forget when the next look was to be."""
        self._next = None

    def over(self, connection: Connection) -> None:
        """Look in time after a new connection too."""
        self._plan(self._due(connection))

    def over_all(self) -> None:
        """Look in time after all of them, as when another time-out counts."""
        due = min(map(self._due, self._hub.connections.values()), default=None)
        if due is not None:
            self._plan(due)

    def _plan(self, due: float) -> None:
        if self._next is None or due < self._next:
            self._next = due
            self._clock.later(due - self._clock.now(), lambda: self._look(due))

    async def _look(self, planned: float) -> None:
        if planned != self._next:
            return
        self._next = None
        now = max(planned, self._clock.now())
        for connection in [each for each in self._hub.connections.values() if self._due(each) <= now]:
            self._act(connection, now)
        self.over_all()

    def _due(self, connection: Connection) -> float:
        """Give when something is to be done about a connection."""
        if connection.pinged_at is not None:
            silent_until = connection.pinged_at + self._account.switches.pong_timeout_s
        else:
            silent_until = connection.heard_at + self._account.activity_timeout_s
        return min(silent_until, self._authorized_until(connection))

    def _authorized_until(self, connection: Connection) -> float:
        within = self._account.switches.authorized_within_s
        return float("inf") if within is None or connection.is_authorized else connection.opened_at + within

    def _act(self, connection: Connection, now: float) -> None:
        if self._authorized_until(connection) <= now:
            self._hub.close([connection], UNAUTHORIZED, "Connection not authorized within timeout")
        elif connection.pinged_at is not None:
            self._hub.close([connection], NO_PONG, "Pong reply not received in time")
        else:
            connection.pinged_at = now
            connection.send(PING)
