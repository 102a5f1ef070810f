"""What browsers are told: events by the live connection, and the same as news for pages that have none."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.sqlalchemy.broadcasts import AsyncSqlBroadcastQueue
from ace_integrations.realtime import Broadcast, private_course, private_university, private_user
from examples.fastapi_platform.tables import Course, Enrollment, News, Profile, User
from examples.shared import universities
from examples.shared.news import KEPT, MOST, rows_of, told_once

Tell = Callable[[AsyncSession, Broadcast], Awaitable[None]]


def telling(queue: AsyncSqlBroadcastQueue | None, *, now: Callable[[], datetime]) -> Tell:
    """Give what tells an event when the caller's transaction commits.

    Args:
        queue: None where the platform has no service of live messages; news is kept all the same.
    """

    async def tell(session: AsyncSession, event: Broadcast) -> None:
        if queue is not None:
            await queue.put(session, event)
        session.add_all([News(told_at=now(), **row) for row in rows_of(event)])

    return tell


async def channels_of(session: AsyncSession, user: User) -> list[str]:
    """Name the channels that a user's pages listen on."""
    channels = [private_user(user.id)]
    if user.status == "active":
        taught = select(Course.id).where(Course.teacher_id == user.id)
        taken = select(Enrollment.course_id).where(Enrollment.user_id == user.id, Enrollment.active.is_(True))
        found = await session.scalars(taught.union(taken))
        channels += [private_course(course_id) for course_id in sorted(found)]
    profile = await session.get(Profile, user.id)
    if profile is not None and profile.university:
        channels.append(private_university(universities.key_of(profile.university)))
    return [channel.name for channel in channels]


async def news_on(session: AsyncSession, channels: Iterable[str], *, first: datetime) -> list[dict[str, Any]]:
    """Give what was told on channels from a time on, oldest first, each event once."""
    rows = select(News).where(News.channel.in_(channels), News.told_at >= first).order_by(News.id).limit(MOST)
    return told_once(await session.scalars(rows))


async def forget_old_news(sessions: Any, *, now: datetime) -> None:
    """Delete what nobody can ask for any more."""
    async with sessions.begin() as session:
        await session.execute(delete(News).where(News.told_at < now - KEPT))
