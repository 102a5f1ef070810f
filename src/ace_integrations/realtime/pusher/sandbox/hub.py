"""Everything that is connected: which connections listen to which channels, and what goes through them."""

from collections.abc import Iterable

from starlette.types import Message

from ace_integrations.realtime.pusher.sandbox import names
from ace_integrations.realtime.pusher.sandbox.account import Account, Now
from ace_integrations.realtime.pusher.sandbox.channel import Cached, Channel, Member
from ace_integrations.realtime.pusher.sandbox.connection import Connection
from ace_integrations.realtime.pusher.sandbox.counts import Counts
from ace_integrations.realtime.pusher.sandbox.frames import frame, told, write
from ace_integrations.realtime.pusher.sandbox.log import Log, Sent
from ace_integrations.realtime.pusher.sandbox.users import Users
from ace_integrations.realtime.pusher.sandbox.webhooks import Webhooks


class Hub:
    """All connections and channels of the app. Everything happens on one event loop, so nothing is locked.

    Attributes:
        connections: the established ones by their socket ids.
        channels: the occupied ones by their names.
    """

    def __init__(self, account: Account, webhooks: Webhooks, counts: Counts, now: Now) -> None:
        self._account = account
        self._webhooks = webhooks
        self._counts = counts
        self._now = now
        self._caches: dict[str, Cached] = {}
        self.log = Log()
        self.users = Users(account)
        self.connections: dict[str, Connection] = {}
        self.channels: dict[str, Channel] = {}

    def reset(self) -> None:
        """Close every connection, to be opened again at once, and forget the rest."""
        self.close(list(self.connections.values()), 4200, "The sandbox begins anew")
        self._caches.clear()
        self._counts.reset()
        self.log.clear()

    # Connections.

    def join(self, connection: Connection) -> None:
        """Take a new connection."""
        self.connections[connection.socket_id] = connection

    def close(self, connections: Iterable[Connection], code: int, reason: str) -> None:
        """Close connections; for the others they are gone at once."""
        for connection in connections:
            if self._account.dialect.tells_before_closing:
                connection.send(self.error(code, reason))
            connection.close(code, reason)
            self.leave(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a connection, if it is still known."""
        if self.connections.pop(connection.socket_id, None) is None:
            return
        for name in list(connection.channels):
            self.unsubscribe(connection, name)
        self.users.leave(connection)

    def error(self, code: int | None, message: str) -> Message:
        """Give an error frame as the imitated server writes it."""
        data = {"code": code, "message": message}
        return frame("pusher:error", write(data) if self._account.dialect.error_data_is_text else data)

    # Subscriptions.

    def channel(self, name: str) -> Channel:
        """Give a channel; an empty one where nobody listens."""
        return self.channels.get(name) or Channel(name)

    def subscribe(self, connection: Connection, name: str, member: Member | None = None) -> None:
        """Let a connection listen, and tell whoever is to know."""
        channel = self.channels.setdefault(name, Channel(name))
        if not channel.connections:
            self._webhooks.came("channel_occupied", name)
        channel.connections[connection] = None
        connection.channels[name] = member.user_id if member else ""
        is_new = member is not None and channel.join(connection, member)
        connection.send(told("pusher_internal:subscription_succeeded", channel.greeting(), channel=name))
        if member is not None and is_new:
            self._tell_arrival(channel, connection, member)
        if names.is_cache(name):
            self._send_cached(connection, name)
        self._counts.changed(channel)

    def unsubscribe(self, connection: Connection, name: str) -> None:
        """Let a connection listen no more, if it did."""
        if name not in connection.channels:
            return
        channel, user_id = self.channels[name], connection.channels.pop(name)
        del channel.connections[connection]
        if user_id and channel.part(connection, user_id):
            channel.send(told("pusher_internal:member_removed", {"user_id": user_id}, channel=name))
            self._webhooks.went("member_removed", name, user_id=user_id)
        if not channel.connections:
            del self.channels[name]
            self._webhooks.went("channel_vacated", name)
        self._counts.changed(channel)

    def _tell_arrival(self, channel: Channel, connection: Connection, member: Member) -> None:
        data = {"user_id": member.user_id, **({} if member.info is None else {"user_info": member.info})}
        channel.send(told("pusher_internal:member_added", data, channel=channel.name), but=connection)
        self._webhooks.came("member_added", channel.name, user_id=member.user_id)

    # Messages.

    def publish(self, name: str, event: str, data: str, *, but: str | None = None) -> None:
        """Send an event of the API to all who listen, but to one socket id."""
        message = frame(event, data, channel=name)
        if names.is_cache(name):
            self._caches[name] = Cached(data, message, self._now() + self._account.switches.cache_s)
        readers = self.channel(name).send(message, but=self.connections.get(but or ""))
        self._note(name, event, data, "", readers)

    def relay(self, connection: Connection, name: str, event: str, data: object) -> None:
        """Send a client's event to the others."""
        user_id = connection.channels[name] or None
        message = frame(event, data, channel=name, user_id=user_id)
        readers = self.channel(name).send(message, but=connection)
        self._note(name, event, data, connection.socket_id, readers)

    def cached(self, name: str) -> Cached | None:
        """Give what a cache channel keeps; None for nothing, or for what is too old."""
        kept = self._caches.get(name)
        if kept is not None and kept.until <= self._now():
            del self._caches[name]
            return None
        return kept

    def _send_cached(self, connection: Connection, name: str) -> None:
        kept = self.cached(name)
        if kept is None:
            connection.send(told("pusher:cache_miss", {}, channel=name))
            self._webhooks.missed(name)
        else:
            connection.send(kept.message)

    def _note(self, name: str, event: str, data: object, by: str, readers: int) -> None:
        self._account.messages += readers
        self.log.note(Sent(self._now(), name, event, data, by, readers))
