"""One channel: who listens, who is seen there, what waits for those who come later."""

from dataclasses import dataclass, field

from starlette.types import Message

from ace_integrations.realtime.pusher.sandbox import names
from ace_integrations.realtime.pusher.sandbox.connection import Connection
from ace_integrations.realtime.pusher.sandbox.frames import Json

MOST_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class Member:
    """Who is seen on a presence channel, as one subscription says."""

    user_id: str
    info: Json | None = None


@dataclass(slots=True)
class Seen:
    """A member with all its connections; what the first one said counts."""

    member: Member
    connections: set[Connection] = field(default_factory=set[Connection])


@dataclass(frozen=True, slots=True)
class Cached:
    """The last event of a cache channel, kept until a time."""

    data: str
    message: Message
    until: float


@dataclass(slots=True)
class Channel:
    """An occupied channel; `connections` in the order in which they came."""

    name: str
    connections: dict[Connection, None] = field(default_factory=dict[Connection, None])
    members: dict[str, Seen] = field(default_factory=dict[str, Seen])

    def send(self, message: Message, *, but: Connection | None = None) -> int:
        """Send one frame to all but one; give how many it went to."""
        readers = [connection for connection in self.connections if connection is not but]
        for connection in readers:
            connection.send(message)
        return len(readers)

    def has_room_for(self, member: Member) -> bool:
        """Whether a member may come: one who is there already always may."""
        return member.user_id in self.members or len(self.members) < MOST_MEMBERS

    def join(self, connection: Connection, member: Member) -> bool:
        """Note a member's connection; give whether it is the first one."""
        seen = self.members.setdefault(member.user_id, Seen(member))
        seen.connections.add(connection)
        return len(seen.connections) == 1

    def part(self, connection: Connection, user_id: str) -> bool:
        """Forget a member's connection; give whether it was the last one."""
        seen = self.members[user_id]
        seen.connections.discard(connection)
        if not seen.connections:
            del self.members[user_id]
        return not seen.connections

    def greeting(self) -> Json:
        """Give what a new subscriber is told."""
        if not names.is_presence(self.name):
            return {}
        shown = {user_id: seen.member.info for user_id, seen in self.members.items()}
        return {"presence": {"count": len(shown), "ids": list(shown), "hash": shown}}
