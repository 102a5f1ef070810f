"""What a service tells about channels by webhook, in neutral words."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChannelOccupied:
    """Somebody listens where nobody did."""

    channel: str


@dataclass(frozen=True, slots=True)
class ChannelVacated:
    """The last listener left, some seconds ago."""

    channel: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """A user came into a presence channel, with the first of their connections.

    Attributes:
        user: your own id of them, as the rule gave it.
    """

    channel: str
    user: str


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A user left a presence channel, with the last of their connections, some seconds ago."""

    channel: str
    user: str


@dataclass(frozen=True, slots=True)
class ClientSaid:
    """A browser sent something to the others of its channel. Its data is a stranger's: check it like a form.

    Attributes:
        data: as it was sent, unread.
        user: on presence channels; None on others.
    """

    channel: str
    name: str
    data: str
    connection: str
    user: str | None


Change = ChannelOccupied | ChannelVacated | MemberJoined | MemberLeft | ClientSaid


@dataclass(frozen=True, slots=True)
class ChannelsChanged:
    """What one delivery told; the neutral meaning of the provider's event.

    No order is promised, and what is lost is not told again: ask who is there (`ace.realtime.members`) to be sure.

    Attributes:
        told_at: when the service wrote it.
    """

    provider: str
    told_at: datetime
    changes: tuple[Change, ...]
