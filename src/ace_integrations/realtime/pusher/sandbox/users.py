"""Who is signed in, and who wants to know of it."""

from collections import defaultdict
from collections.abc import Iterable

from ace_integrations.realtime.pusher.sandbox.account import Account
from ace_integrations.realtime.pusher.sandbox.connection import Connection, User
from ace_integrations.realtime.pusher.sandbox.frames import told

Online = dict[Connection, None]


class Users:
    """Connections by the user who signed in on them, and by those whom they watch."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._online: dict[str, Online] = {}
        self._watchers: dict[str, Online] = {}

    def of(self, user_id: str) -> list[Connection]:
        """Give the connections of a user."""
        return list(self._online.get(user_id, ()))

    def __len__(self) -> int:
        return len(self._online)

    def sign_in(self, connection: Connection, user: User) -> None:
        """Note who a connection is, and tell both sides of the watchlist."""
        connection.user, connection.is_authorized = user, True
        is_first = user.id not in self._online
        self._online.setdefault(user.id, {})[connection] = None
        if not self._account.switches.watchlists:
            return
        for watched in user.watchlist:
            self._watchers.setdefault(watched, {})[connection] = None
        self._tell_states(connection, user.watchlist)
        if is_first:
            self._tell_watchers(user.id, "online")

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        user = connection.user
        if user is None:
            return
        for watched in user.watchlist:
            _discard(self._watchers, watched, connection)
        _discard(self._online, user.id, connection)
        if user.id not in self._online:
            self._tell_watchers(user.id, "offline")

    def _tell_states(self, connection: Connection, watchlist: Iterable[str]) -> None:
        states: dict[str, list[str]] = defaultdict(list)
        for watched in watchlist:
            states["online" if watched in self._online else "offline"].append(watched)
        if states:
            events = [{"name": name, "user_ids": ids} for name, ids in sorted(states.items(), reverse=True)]
            connection.send(told("pusher_internal:watchlist_events", {"events": events}))

    def _tell_watchers(self, user_id: str, name: str) -> None:
        message = told("pusher_internal:watchlist_events", {"events": [{"name": name, "user_ids": [user_id]}]})
        for watcher in self._watchers.get(user_id, ()):
            watcher.send(message)


def _discard(held: dict[str, Online], name: str, connection: Connection) -> None:
    connections = held.get(name, {})
    connections.pop(connection, None)
    if not connections:
        held.pop(name, None)
