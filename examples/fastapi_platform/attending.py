"""Who was in a class: comings and goings as they are told, late, twice and in any order, and what comes of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce
from ace_integrations.video import PersonJoined, PersonLeft, attendance, presences
from ace_integrations.webhooks import Event
from examples.fastapi_platform.tables import Course, Enrollment, LiveSession, SessionAttendance, SessionEvent
from examples.shared.accounts import user_key
from examples.shared.classes import PAGE, event_columns, told_of
from examples.shared.moments import as_utc


def on_room_event(ace: AsyncAce, clock: Callable[[], float]) -> Any:
    """Give the webhook handler of the video provider's news about people."""

    async def handle(event: Event, session: AsyncSession) -> None:
        told: PersonJoined | PersonLeft = event.meaning
        row = await session.scalar(select(LiveSession).where(LiveSession.room == told.room).with_for_update())
        if row is not None:
            await note(session, row, told, ace, now=datetime.fromtimestamp(clock(), UTC))

    return handle


async def note(
    session: AsyncSession, row: LiveSession, told: PersonJoined | PersonLeft, ace: AsyncAce, *, now: datetime
) -> None:
    """Keep that somebody came or went, and reckon the attendance anew; told twice, it changes nothing.

    Args:
        row: held by the caller's transaction.
    """
    if told.person is None:
        return
    key, more = event_columns(told)
    if await session.scalar(select(SessionEvent.id).filter_by(session_id=row.id, **key)) is not None:
        return
    session.add(SessionEvent(session_id=row.id, **key, **more))
    await session.flush()
    await reckon(session, row, ace, now=now)


async def reckon(session: AsyncSession, row: LiveSession, ace: AsyncAce, *, now: datetime) -> None:
    """Write one row for each who was there, of all that was told of a class."""
    events = (await session.scalars(select(SessionEvent).where(SessionEvent.session_id == row.id))).all()
    if not events:
        return
    believed = [event for event in events if event.provider != PAGE] or events
    told = presences(told_of(event, row.room or "") for event in believed)
    ended_at = as_utc(row.ended_at) if row.ended_at else None
    people = await _people(session, row, ace)
    await session.execute(delete(SessionAttendance).where(SessionAttendance.session_id == row.id))
    session.add_all(
        SessionAttendance(
            session_id=row.id,
            user_id=people[one.person],
            joined_at=one.joined_at,
            left_at=one.left_at,
            duration_s=int(one.lasted.total_seconds()),
            told_by=believed[0].provider,
        )
        for one in attendance(told, ended_at=ended_at, now=now)
        if one.person in people
    )
    await session.flush()


async def _people(session: AsyncSession, row: LiveSession, ace: AsyncAce) -> dict[str, int]:
    """Give whom the provider's names mean: the teachers of class and course, and whoever was ever enrolled."""
    course = await session.get_one(Course, row.course_id)
    taken = await session.scalars(select(Enrollment.user_id).where(Enrollment.course_id == row.course_id))
    found = (row.teacher_id, course.teacher_id, *taken)
    return {ace.video.known_as(user_key(user_id)): user_id for user_id in found if user_id is not None}
