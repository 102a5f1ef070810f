"""A live class from its schedule to its end: who may start, join and end it, and who was there. Pure, like `Checkout`.

    scheduled -> active -> ended

The teacher comes first: nobody gets into a class that its teacher did not start, and nobody into one that ended. Store
what a decision gives in the transaction in which it was made; `version` tells whether another one came between.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ace_integrations.errors import AceError, InvalidInputError


class ClassStatus(StrEnum):
    """Where a class is."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    ENDED = "ended"


class Standing(StrEnum):
    """Who somebody is to one class, by your own records: never by what their browser says."""

    TEACHER = "teacher"
    """Of this very class."""
    STUDENT = "student"
    """Enrolled in its course."""
    ADMIN = "admin"
    STRANGER = "stranger"
    """Everybody else: other teachers, students of other courses, nobody at all."""


class Role(StrEnum):
    """What somebody may do inside."""

    MODERATOR = "moderator"
    PARTICIPANT = "participant"


class Refusal(StrEnum):
    """Why somebody may not do it."""

    NOT_YOURS = "not_yours"
    """They have nothing to do with this class: answer as if it were not there."""
    NOT_STARTED = "not_started"
    """The teacher is not there yet: ask again in some seconds."""
    ENDED = "ended"
    """It is over, for good."""


class ClassRefusedError(AceError):
    """Somebody may not do this with a class.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        self.code = str(reason)
        super().__init__(f"the class: {reason}")


@dataclass(frozen=True, slots=True)
class LiveClass:
    """One class as it is stored.

    Attributes:
        id: your own, stable.
        starts_at: as scheduled, with its zone.
        lasts: as planned; a class that nobody ended is over some time after that, see `is_overdue`.
        version: grows with every change.
    """

    id: str
    starts_at: datetime
    lasts: timedelta
    status: ClassStatus = ClassStatus.SCHEDULED
    started_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    def start(self, who: Standing, *, now: datetime) -> "LiveClass":
        """Start it; starting it twice changes nothing.

        Raises:
            ClassRefusedError: only its teacher may, and an ended class stays ended.
        """
        if who is not Standing.TEACHER:
            raise ClassRefusedError(Refusal.NOT_YOURS)
        if self.status is ClassStatus.ENDED:
            raise ClassRefusedError(Refusal.ENDED)
        if self.status is ClassStatus.ACTIVE:
            return self
        return replace(self, status=ClassStatus.ACTIVE, started_at=now, version=self.version + 1)

    def end(self, who: Standing, *, now: datetime) -> "LiveClass":
        """End it for all, started or not; ending it twice changes nothing.

        Raises:
            ClassRefusedError: only its teacher and an admin may.
        """
        if who not in (Standing.TEACHER, Standing.ADMIN):
            raise ClassRefusedError(Refusal.NOT_YOURS)
        if self.status is ClassStatus.ENDED:
            return self
        return replace(self, status=ClassStatus.ENDED, ended_at=now, version=self.version + 1)

    def admit(self, who: Standing) -> Role:
        """Give the role in which somebody may join now. A moderator is the teacher, and nobody else.

        Raises:
            ClassRefusedError: they may not, or not now.
        """
        if who not in (Standing.TEACHER, Standing.STUDENT):
            raise ClassRefusedError(Refusal.NOT_YOURS)
        if self.status is ClassStatus.ENDED:
            raise ClassRefusedError(Refusal.ENDED)
        if self.status is ClassStatus.SCHEDULED:
            raise ClassRefusedError(Refusal.NOT_STARTED)
        return Role.MODERATOR if who is Standing.TEACHER else Role.PARTICIPANT

    def grant_ends_at(self, *, now: datetime, ttl: timedelta) -> datetime:
        """Say until when somebody's grant is good; it is asked for anew while they stay, and ends with the class.

        Args:
            ttl: the longest that a grant may be good.
        """
        return min(now + ttl, max(self._planned_end, now) + OVERRUN)

    def is_overdue(self, *, now: datetime) -> bool:
        """Whether it should have ended long ago, so that somebody must end it: a teacher may just close the laptop."""
        return self.status is not ClassStatus.ENDED and now >= self._planned_end + ABANDONED

    @property
    def _planned_end(self) -> datetime:
        return max(self.started_at or self.starts_at, self.starts_at) + self.lasts


OVERRUN = timedelta(minutes=15)
"""How long a class may go on past its plan before grants end."""

ABANDONED = timedelta(hours=2)
"""How long after its planned end a class is taken for over."""


def scheduled(class_id: str, *, starts_at: datetime, lasts: timedelta, now: datetime) -> LiveClass:
    """Schedule a class.

    Raises:
        InvalidInputError: the time has no zone or has passed, or the length is none of a class.
    """
    if starts_at.tzinfo is None:
        raise InvalidInputError("needs its zone, as in 2026-11-29T18:00:00+02:00", field="starts_at")
    if starts_at <= now:
        raise InvalidInputError("has passed", field="starts_at")
    if not timedelta(minutes=5) <= lasts <= timedelta(hours=12):
        raise InvalidInputError("is 5 minutes to 12 hours", field="lasts")
    return LiveClass(class_id, starts_at, lasts)


# Who was there.


@dataclass(frozen=True, slots=True)
class Presence:
    """That somebody came or went, as the provider or the page told it. Told twice or late, it says the same.

    Attributes:
        person: your own id of them.
        visit: what tells one stay from another: the provider's id of the connection.
        came: True for coming, False for going.
    """

    person: str
    visit: str
    came: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person's part in a class.

    Attributes:
        left_at: None while they are there.
        lasted: of all their stays together, each moment counted once.
    """

    person: str
    joined_at: datetime
    left_at: datetime | None
    lasted: timedelta


def attendance(told: Iterable[Presence], *, ended_at: datetime | None, now: datetime) -> list[Attendance]:
    """Reckon who was there, from all that was ever told of a class, in whatever order and however often.

    Who was only heard going was there, for no time that is known. What is open when the class ends, ends with it.
    """
    by_person: dict[str, dict[str, list[Presence]]] = {}
    for one in told:
        by_person.setdefault(one.person, {}).setdefault(one.visit, []).append(one)
    until = ended_at or now
    found = [
        _of(person, [_stay(visit) for visit in visits.values()], ended_at, until)
        for person, visits in by_person.items()
    ]
    return sorted(found, key=lambda one: (one.joined_at, one.person))


Stay = tuple[datetime, datetime | None]


def _stay(visit: list[Presence]) -> Stay:
    came = min((one.at for one in visit if one.came), default=None)
    went = max((one.at for one in visit if not one.came), default=None)
    if came is None:
        assert went is not None  # noqa: S101 - a visit has one of the two
        return went, went
    # A going that is dated before the coming is a clock that is off, not a stay of negative length.
    return came, None if went is None else max(came, went)


def _of(person: str, stays: list[Stay], ended_at: datetime | None, until: datetime) -> Attendance:
    closed = sorted((came, max(came, until if went is None else went)) for came, went in stays)
    is_there = ended_at is None and any(went is None for _, went in stays)
    lasted, reached = timedelta(), closed[0][0]
    for came, went in closed:
        # Two stays at once, on a phone and a laptop, are one presence.
        lasted += max(timedelta(), went - max(came, reached))
        reached = max(reached, went)
    left = max(went for _, went in closed)
    return Attendance(person, closed[0][0], None if is_there else left, lasted)
