"""What browsers are told: events by the live connection, and the same as news for pages that have none."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.sqlalchemy.broadcasts import AsyncSqlBroadcastQueue
from ace_integrations.realtime import Broadcast, private_course, private_university, private_user
from examples.fastapi_platform.tables import Course, Enrollment, News, Notice, Profile, User
from examples.shared.news import KEPT, MOST, rows_of, told_once
from examples.shared.notices import columns_of

Tell = Callable[[AsyncSession, Broadcast], Awaitable[None]]


def telling(queue: AsyncSqlBroadcastQueue | None, *, now: Callable[[], datetime]) -> Tell:
    """Give what tells an event when the caller's transaction commits.

    Args:
        queue: None where the platform has no service of live messages; news is kept all the same.
    """

    async def tell(session: AsyncSession, event: Broadcast) -> None:
        if queue is not None:
            await queue.put(session, event)
        rows = rows_of(event)
        session.add_all([News(told_at=now(), **row) for row in rows])
        if (about := columns_of(event)) is not None:
            listening = [one for row in rows for one in await _listeners(session, row["channel"])]
            session.add_all([Notice(user_id=one, told_at=now(), **about) for one in dict.fromkeys(listening)])

    return tell


async def _listeners(session: AsyncSession, channel: str) -> Iterable[int]:
    """Name whom a private channel is for; who tells it, a course's teacher, is not one of them."""
    whose, _, key = channel.partition(".")
    match whose:
        case "private-user":
            return [int(key)]
        case "private-course":
            taken = Enrollment.course_id == int(key), Enrollment.active.is_(True)
            return await session.scalars(select(Enrollment.user_id).where(*taken))
        case _:
            members = select(Profile.user_id).join(User).where(Profile.university_id == key, User.role == "student")
            return await session.scalars(members.where(User.status == "active"))


async def channels_of(session: AsyncSession, user: User) -> list[str]:
    """Name the channels that a user's pages listen on."""
    channels = [private_user(user.id)]
    if user.status == "active":
        taught = select(Course.id).where(Course.teacher_id == user.id)
        taken = select(Enrollment.course_id).where(Enrollment.user_id == user.id, Enrollment.active.is_(True))
        found = await session.scalars(taught.union(taken))
        channels += [private_course(course_id) for course_id in sorted(found)]
    profile = await session.get(Profile, user.id)
    if profile is not None and profile.university_id:
        channels.append(private_university(profile.university_id))
    return [channel.name for channel in channels]


async def news_on(session: AsyncSession, channels: Iterable[str], *, first: datetime) -> list[dict[str, Any]]:
    """Give what was told on channels last from a time on, oldest first, each event once."""
    newest = select(News).where(News.channel.in_(channels), News.told_at >= first).order_by(News.id.desc()).limit(MOST)
    return told_once(reversed((await session.scalars(newest)).all()))


async def forget_old_news(sessions: Any, *, now: datetime) -> None:
    """Delete what nobody can ask for any more."""
    async with sessions.begin() as session:
        await session.execute(delete(News).where(News.told_at < now - KEPT))
