"""Live classes as scripts and pages see them: what they send, what they are answered, and each stored row."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from ace_integrations import Ace, AsyncAce, ConfigurationError, InvalidInputError
from ace_integrations.video import (
    ClassRefusedError,
    ClassStatus,
    JoinGrant,
    LeaveReason,
    LiveClass,
    Person,
    PersonJoined,
    PersonLeft,
    Refusal,
    Standing,
)
from examples.shared.accounts import user_key
from examples.shared.moments import as_utc
from examples.shared.texts import clean

GRANT_TTL = timedelta(minutes=10)
"""How long a grant is good; a page asks for the next one while its user stays, and is looked at anew each time."""

CLOSES_FOR = timedelta(hours=1)
"""How long a room that could not be closed is tried again: by then every grant has ended by itself."""

NOT_AUTHORIZED = "You are not authorized to join this session"
NOT_YOUR_COURSE = "You are not authorized to create a session for this course"
ASKS_AGAIN_S = 5
"""Seconds after which somebody who waits for the teacher may ask again."""

LONGEST_TITLE = 200

ZONES = ("Africa/Cairo", "Asia/Riyadh", "Asia/Dubai", "UTC")
"""What a teacher may give a time in; scripts give any zone."""

BEGINS_WITH = {"zone": ZONES[0], "minutes": "60"}
"""What a teacher's form says before anything is typed."""

MOST_PAST = 20

PAGE = "page"
"""Who told what somebody's own page said: a student could forge it, so it counts only where the provider is silent."""


class Scheduled(BaseModel):
    """A class to come. The time has its zone, as in 2026-12-01T18:00:00+02:00."""

    course_id: Annotated[int, Field(ge=1, lt=2**63)]
    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    scheduled_at: datetime
    duration_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60


class Seen(BaseModel):
    """What the page of somebody in a class saw of their own coming and going; whose it is, their cookie says."""

    kind: Literal["joined", "left"]
    connection: Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,64}$")]


def lesson_of(row: Any) -> LiveClass:
    """Give a stored class for a decision."""
    return LiveClass(
        id=str(row.id),
        starts_at=as_utc(row.starts_at),
        lasts=timedelta(seconds=row.lasts_s),
        status=ClassStatus(row.status),
        started_at=as_utc(row.started_at) if row.started_at else None,
        ended_at=as_utc(row.ended_at) if row.ended_at else None,
        version=row.version,
    )


def columns_of(lesson: LiveClass) -> dict[str, Any]:
    """Give what a decision changes of a stored class."""
    return {
        "status": lesson.status.value,
        "version": lesson.version,
        "started_at": lesson.started_at,
        "ended_at": lesson.ended_at,
    }


def new_columns(lesson: LiveClass, title: str) -> dict[str, Any]:
    """Give what is stored of a class that has a date now."""
    offset = lesson.starts_at.utcoffset() or timedelta()
    return {
        "title": clean(title),
        # SQLite drops the zone without a look at it.
        "starts_at": lesson.starts_at.astimezone(UTC),
        "offset_min": int(offset.total_seconds() // 60),
        "lasts_s": int(lesson.lasts.total_seconds()),
    }


def shown_start(row: Any) -> datetime:
    """Give when a class starts, in the zone that its teacher gave."""
    return as_utc(row.starts_at).astimezone(timezone(timedelta(minutes=row.offset_min)))


def granted(
    ace: Ace | AsyncAce, row: Any, who: Standing, user: Any, *, now: datetime, language: str
) -> JoinGrant | None:
    """Give a grant for the room of a class; None where live classes are not set up.

    Raises:
        ClassRefusedError: they may not come in, or not now.
    """
    lesson = lesson_of(row)
    role = lesson.admit(who)
    try:
        return ace.video.grant(
            session_id=lesson.id,
            # No e-mail address: the others in the room could see it.
            person=Person(id=user_key(user.id), name=user.name),
            role=role,
            now=now,
            ends_at=lesson.grant_ends_at(now=now, ttl=GRANT_TTL),
            subject=row.title,
            language=language,
        )
    except ConfigurationError:
        return None


def seen(form: Seen, *, room: str, person: str, now: datetime) -> PersonJoined | PersonLeft:
    """Give what a page saw in the words of a provider."""
    about: dict[str, Any] = {
        "provider": PAGE,
        "room": room,
        "at": now,
        "order": int(now.timestamp() * 1000),
        "person": person,
        "connection": form.connection,
    }
    return PersonJoined(**about) if form.kind == "joined" else PersonLeft(**about, reason=LeaveReason.LEFT)


def refusal_of(refused: ClassRefusedError) -> tuple[dict[str, str], int, dict[str, str]]:
    """Give body, status and headers for who may not do this with a class, or not now."""
    match refused.reason:
        case Refusal.NOT_YOURS:
            return {"error": NOT_AUTHORIZED}, 403, {}
        case Refusal.NOT_STARTED:
            told = {"error": "The teacher has not started this session", "reason": "not_started"}
            return told, 409, {"retry-after": str(ASKS_AGAIN_S)}
        case Refusal.ENDED:
            return {"error": "This session has ended", "reason": "ended"}, 410, {}


def not_scheduled(error: InvalidInputError) -> dict[str, Any]:
    """Name to a script the field that makes no class."""
    field = {"starts_at": "scheduled_at", "lasts": "duration_minutes"}.get(error.field or "", error.field)
    return {"error": str(error), "field": field}


def public(row: Any) -> dict[str, Any]:
    """Give a class as browsers may know it; its room is told by a grant only."""
    lesson = lesson_of(row)
    return {
        "id": row.id,
        "course_id": row.course_id,
        "title": row.title,
        "scheduled_at": shown_start(row).isoformat(),
        "duration_minutes": row.lasts_s // 60,
        "status": str(lesson.status),
        "started_at": lesson.started_at.isoformat() if lesson.started_at else None,
        "ended_at": lesson.ended_at.isoformat() if lesson.ended_at else None,
    }


def public_attendance(row: Any, who: Any) -> dict[str, Any]:
    """Give one person's part in a class as its teacher may know it."""
    return {
        "user_id": who.id,
        "name": who.name,
        "joined_at": as_utc(row.joined_at).isoformat(),
        "left_at": as_utc(row.left_at).isoformat() if row.left_at else None,
        "duration_s": row.duration_s,
        "told_by": row.told_by,
    }


def event_columns(told: PersonJoined | PersonLeft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what tells an event of a class from its others, and what else is stored of it."""
    left = told if isinstance(told, PersonLeft) else None
    key = {
        "provider": told.provider,
        "person": told.person,
        "connection": told.connection,
        "order": told.order,
        "kind": "joined" if left is None else "left",
    }
    stayed = left.stayed.total_seconds() if left is not None and left.stayed is not None else None
    return key, {"at": told.at, "reason": left.reason.value if left else None, "stayed_s": stayed}


def told_of(event: Any, room: str) -> PersonJoined | PersonLeft:
    """Give a stored event as it was told."""
    common: dict[str, Any] = {
        "provider": event.provider,
        "room": room,
        "at": as_utc(event.at),
        "order": event.order,
        "person": event.person,
        "connection": event.connection,
    }
    if event.kind == "joined":
        return PersonJoined(**common)
    stayed = None if event.stayed_s is None else timedelta(seconds=event.stayed_s)
    return PersonLeft(**common, reason=LeaveReason(event.reason or "unknown"), stayed=stayed)


def connection(ace: Ace | AsyncAce) -> dict[str, Any] | None:
    """Give what a page connects with; None where live messages are not set up, and then it asks for news only."""
    try:
        return dict(ace.realtime.browser_config()) if ace.settings.realtime else None
    except ConfigurationError:
        return None


def typed_class(values: Mapping[str, Any]) -> tuple[str, datetime, timedelta]:
    """Read title, start and length of a class from what a teacher typed.

    Raises:
        InvalidInputError: a field means nothing.
    """
    title = str(values["title"]).strip()
    if not title or len(title) > LONGEST_TITLE:
        raise InvalidInputError(f"has 1 to {LONGEST_TITLE} characters", field="title")
    if not str(values["minutes"]).isdecimal():
        raise InvalidInputError("is a number of minutes", field="lasts")
    return title, _moment(values), timedelta(minutes=min(int(values["minutes"]), 24 * 60))


def listed(
    rows: list[Any], *, role: str, own: list[Any], values: Mapping[str, Any] | None, wrong: str
) -> dict[str, Any]:
    """Give what the list's template says of classes: going on, to come, over.

    Args:
        rows: pairs of class and course, the first to come first.
        own: the courses that the visitor teaches.
        values: what was typed into the form.
    """
    over = [one for one in rows if one[0].status == ClassStatus.ENDED]
    return {
        "running": [one for one in rows if one[0].status == ClassStatus.ACTIVE],
        "coming": [one for one in rows if one[0].status == ClassStatus.SCHEDULED],
        "over": over[::-1][:MOST_PAST],
        "side": "student" if role == "student" else "teacher",
        "shown_start": shown_start,
        "own": own,
        "zones": ZONES,
        "values": values or BEGINS_WITH,
        "wrong": wrong,
    }


def classroom(ace: Ace | AsyncAce, row: Any, who: Standing) -> dict[str, Any]:
    """Give what the classroom's template says beside the class and its course."""
    return {
        "lesson": lesson_of(row),
        "start": shown_start(row),
        "may_enter": who is not Standing.ADMIN,
        "side": "student" if who is Standing.STUDENT else "teacher",
        "is_set_up": bool(ace.settings.video),
    }


def _moment(values: Mapping[str, Any]) -> datetime:
    if values["zone"] not in ZONES:
        raise InvalidInputError("is none of those that the form has", field="starts_at")
    try:
        local = datetime.fromisoformat(values["starts_at"])
    except ValueError:
        raise InvalidInputError("is a date and a time", field="starts_at") from None
    return local.replace(tzinfo=ZoneInfo(values["zone"]))
