"""Who is mailed of a live class."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.sqlalchemy import AsyncSqlMailQueue
from examples.fastapi_platform.tables import Course, Enrollment, LiveSession, User
from examples.shared.announcing import announcement


async def announce(
    session: AsyncSession, mails: AsyncSqlMailQueue, row: LiveSession, course: Course, *, origin: str
) -> None:
    """Let every enrolled student be mailed when the caller's transaction commits."""
    for student in await _students(session, course):
        await mails.put(session, announcement(row, course, student, origin=origin))


async def _students(session: AsyncSession, course: Course) -> Iterable[User]:
    taken = Enrollment.course_id == course.id, Enrollment.active.is_(True)
    return (await session.scalars(select(User).join(Enrollment, Enrollment.user_id == User.id).where(*taken))).all()
