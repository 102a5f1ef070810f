"""What browsers are told: events by the live connection, and the same as news for pages that have none."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.sqlalchemy.broadcasts import AsyncSqlBroadcastQueue
from ace_integrations.realtime import Broadcast, private_course, private_university, private_user
from ace_integrations.realtime.channels import ChannelKind
from examples.fastapi_platform.tables import Course, Enrollment, News, Profile, User
from examples.shared import universities
from examples.shared.moments import as_utc

Tell = Callable[[AsyncSession, Broadcast], Awaitable[None]]

KEPT = timedelta(hours=1)
LOOKS_BACK = timedelta(minutes=5)
"""News that is older when a page asks is none: a live connection would have dropped it too."""

OVERLAP = timedelta(seconds=10)
"""How much of what a page has asked for already it is given again: a transaction may commit late."""


def telling(queue: AsyncSqlBroadcastQueue | None, *, now: Callable[[], datetime]) -> Tell:
    """Give what tells an event when the caller's transaction commits.

    Args:
        queue: None where the platform has no service of live messages; news is kept all the same.
    """

    async def tell(session: AsyncSession, event: Broadcast) -> None:
        if queue is not None:
            await queue.put(session, event)
        about = {"event_id": event.event_id, "name": event.name, "data": event.model_dump(mode="json")}
        private = [channel.name for channel in event.channels() if channel.kind is ChannelKind.PRIVATE]
        session.add_all([News(channel=channel, told_at=now(), **about) for channel in private])

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


async def news_on(
    session: AsyncSession, channels: Iterable[str], *, since: datetime, now: datetime
) -> list[dict[str, Any]]:
    """Give what was told on channels, oldest first, each event once."""
    first = max(since - OVERLAP, now - LOOKS_BACK)
    rows = await session.scalars(
        select(News).where(News.channel.in_(channels), News.told_at >= first).order_by(News.id).limit(100)
    )
    once = {row.event_id: {"name": row.name, "data": row.data, "told_at": as_utc(row.told_at)} for row in rows}
    return list(once.values())


async def forget_old_news(sessions: Any, *, now: datetime) -> None:
    """Delete what nobody can ask for any more."""
    async with sessions.begin() as session:
        await session.execute(delete(News).where(News.told_at < now - KEPT))
