"""Live classes as they are stored: who somebody is to one, and every change, which `LiveClass` decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, ProviderError
from ace_integrations.realtime import SessionEnded, SessionStarted
from ace_integrations.video import ClassStatus, LiveClass, Standing, scheduled
from examples.fastapi_platform import attending, teachers
from examples.fastapi_platform.tables import Course, Enrollment, LiveSession, User
from examples.fastapi_platform.telling import Tell
from examples.shared.classes import CLOSES_FOR, GRANT_TTL, columns_of, lesson_of, new_columns
from examples.shared.events import SessionScheduled


@dataclass(frozen=True)
class Entry:
    """One class, and who somebody is to it."""

    row: LiveSession
    course: Course
    who: Standing

    @property
    def lesson(self) -> LiveClass:
        """The class as `LiveClass` knows it."""
        return lesson_of(self.row)


async def standing(session: AsyncSession, user: User, course: Course) -> Standing:
    """Say who a user is to a course's classes. An account that is not active is a stranger's."""
    if user.status != "active":
        return Standing.STRANGER
    if user.role == "admin":
        return Standing.ADMIN
    if course.teacher_id == user.id and await teachers.may_teach(session, user):
        return Standing.TEACHER
    enrolled = select(Enrollment.id).where(
        Enrollment.user_id == user.id, Enrollment.course_id == course.id, Enrollment.active.is_(True)
    )
    return Standing.STRANGER if await session.scalar(enrolled) is None else Standing.STUDENT


async def enter(session: AsyncSession, session_id: int, user: User, *, to_change: bool = False) -> Entry | None:
    """Find a class and who a user is to it; None where there is no such class.

    Args:
        to_change: hold the row until the transaction ends.
    """
    row = await session.get(LiveSession, session_id, with_for_update=to_change)
    if row is None:
        return None
    course = await session.get_one(Course, row.course_id)
    return Entry(row, course, await standing(session, user, course))


async def schedule(
    session: AsyncSession,
    course: Course,
    *,
    title: str,
    starts_at: datetime,
    lasts: timedelta,
    now: datetime,
    tell: Tell,
) -> LiveSession:
    """Add a class, and tell its course.

    Raises:
        InvalidInputError: the time has no zone or has passed, or the length is none of a class.
    """
    lesson = scheduled("new", starts_at=starts_at, lasts=lasts, now=now)
    row = LiveSession(course_id=course.id, teacher_id=course.teacher_id, **new_columns(lesson, title))
    session.add(row)
    await session.flush()
    await tell(session, SessionScheduled(session_id=str(row.id), course_id=str(course.id), title=row.title))
    return row


async def start(session: AsyncSession, entry: Entry, ace: AsyncAce, *, now: datetime, tell: Tell) -> None:
    """Start a class, and tell its course; one that runs already goes on.

    Raises:
        ClassRefusedError: only its teacher may, and an ended class stays ended.
    """
    before, lesson = entry.lesson, entry.lesson.start(entry.who, now=now)
    if lesson == before:
        return
    _write(entry.row, lesson)
    entry.row.room = ace.video.room(lesson.id)
    about = {"session_id": lesson.id, "course_id": str(entry.course.id), "title": entry.row.title}
    await tell(session, SessionStarted(started_at=now, **about))


async def end(session: AsyncSession, entry: Entry, ace: AsyncAce, *, now: datetime, tell: Tell) -> None:
    """End a class, close the attendance, and tell its course; one that ended already stays as it is.

    Raises:
        ClassRefusedError: only its teacher and an admin may.
    """
    before, lesson = entry.lesson, entry.lesson.end(entry.who, now=now)
    if lesson == before:
        return
    _write(entry.row, lesson)
    await attending.reckon(session, entry.row, ace, now=now)
    await tell(session, SessionEnded(session_id=lesson.id, course_id=str(entry.course.id), ended_at=now))


async def close_room(ace: AsyncAce, sessions: Any, session_id: int) -> str | None:
    """Put everybody out of an ended class's room; give how far that reached, None where it must be tried again."""
    async with sessions() as session:
        row: LiveSession = await session.get_one(LiveSession, session_id)
    if row.room is None or row.reach is not None:
        return row.reach
    try:
        reach = await ace.video.end(row.room, lasts=GRANT_TTL)
    except ProviderError:
        return None
    async with sessions.begin() as session:
        row = await session.get_one(LiveSession, session_id, with_for_update=True)
        row.reach = str(reach)
    return str(reach)


async def end_overdue(ace: AsyncAce, sessions: Any, *, now: datetime, tell: Tell) -> None:
    """End the classes that nobody ended long after their plan."""
    async with sessions.begin() as session:
        left = LiveSession.status != ClassStatus.ENDED, LiveSession.starts_at < now
        for row in (await session.scalars(select(LiveSession).where(*left).with_for_update())).all():
            if lesson_of(row).is_overdue(now=now):
                course = await session.get_one(Course, row.course_id)
                # The platform acts as an admin would.
                await end(session, Entry(row, course, Standing.ADMIN), ace, now=now, tell=tell)


async def close_rooms(ace: AsyncAce, sessions: Any, *, now: datetime) -> None:
    """Close the rooms of ended classes whose provider could not be asked."""
    async with sessions() as session:
        open_still = await session.scalars(
            select(LiveSession.id).where(
                LiveSession.ended_at > now - CLOSES_FOR, LiveSession.room.is_not(None), LiveSession.reach.is_(None)
            )
        )
        due = list(open_still)
    for session_id in due:
        await close_room(ace, sessions, session_id)


def _write(row: LiveSession, lesson: LiveClass) -> None:
    for name, value in columns_of(lesson).items():
        setattr(row, name, value)
