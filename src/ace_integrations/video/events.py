"""What happens in a room, in neutral words: the meaning of every provider's webhooks."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ace_integrations.video.live_class import Presence, Role


class LeaveReason(StrEnum):
    """Why somebody is not there any more."""

    LEFT = "left"
    REMOVED = "removed"
    """Somebody or some rule put them out."""
    LOST = "lost"
    """Their connection broke."""
    REPLACED = "replaced"
    """The same person came in from another device."""
    MOVED = "moved"
    """To another server or a room beside this one: they are still in the class."""
    UNKNOWN = "unknown"


class RoomEvent(BaseModel):
    """Something in one room. Deliveries come late, twice and in any order.

    Attributes:
        room: its name, as `VideoProvider.room` gives it.
        at: when the provider says that it happened.
        order: higher is later, among the events of one connection of one provider.
        is_test: from a sandbox.
    """

    model_config = ConfigDict(frozen=True)

    provider: str
    room: str
    at: datetime
    order: int
    is_test: bool = False


class RoomStarted(RoomEvent):
    """The first person came in, so the room is there."""


class RoomEmptied(RoomEvent):
    """The last person left, so the room is gone. The class is not over by that: they may come back."""


class _OfPerson(RoomEvent):
    """About one person.

    Attributes:
        person: as `VideoProvider.known_as` gives it; None for somebody without an id, as guests and recorders are.
        connection: tells the same person's devices apart, where the provider does.
    """

    person: str | None
    connection: str


class PersonJoined(_OfPerson):
    """Somebody came in; the proof that they were there, which a click on a button is not."""

    role: Role | None = None


class PersonLeft(_OfPerson):
    """Somebody is gone.

    Attributes:
        stayed: how long they were there, where the provider says so.
    """

    reason: LeaveReason
    stayed: timedelta | None = None


class RoleChanged(_OfPerson):
    """Somebody may do more or less than before."""

    role: Role


MOVING = timedelta(minutes=2)
"""How long a move to another server or room may take."""


def presences(told: Iterable[PersonJoined | PersonLeft]) -> list[Presence]:
    """Give what `attendance` reckons with, of all comings and goings that were told of one class.

    In whatever order they came and however often: they are put in order here. A coming ends an earlier one of the
    same connection whose going was never told, a going that was not preceded by a coming goes back by `stayed`.
    """
    known = [one for one in told if one.person is not None]
    comings = [one for one in known if isinstance(one, PersonJoined)]
    by_connection: dict[tuple[str, str], dict[tuple[int, bool], PersonJoined | PersonLeft]] = {}
    for one in known:
        if isinstance(one, PersonJoined) or _is_going(one, comings):
            # Who comes and goes within one moment came first.
            moment = (one.order, isinstance(one, PersonLeft))
            by_connection.setdefault((str(one.person), one.connection), {})[moment] = one
    found = [
        presence
        for (person, connection), events in by_connection.items()
        for presence in _of_connection(person, connection, [events[moment] for moment in sorted(events)])
    ]
    return sorted(found, key=lambda one: (one.at, one.person, one.visit, not one.came))


def _is_going(left: PersonLeft, comings: list[PersonJoined]) -> bool:
    """Whether it ends a stay: a move does only where it went on by another connection."""
    return left.reason is not LeaveReason.MOVED or any(
        came.person == left.person and came.connection != left.connection and abs(came.at - left.at) <= MOVING
        for came in comings
    )


def _of_connection(person: str, connection: str, events: list[PersonJoined | PersonLeft]) -> Iterator[Presence]:
    visit = ""
    for event in events:
        is_there = bool(visit)
        if isinstance(event, PersonJoined):
            if is_there:
                yield Presence(person, visit, came=False, at=event.at)
            visit = f"{connection}:{event.order}"
            yield Presence(person, visit, came=True, at=event.at)
            continue
        if not is_there:
            visit = f"{connection}:{event.order}"
            yield Presence(person, visit, came=True, at=event.at - (event.stayed or timedelta()))
        yield Presence(person, visit, came=False, at=event.at)
        visit = ""
