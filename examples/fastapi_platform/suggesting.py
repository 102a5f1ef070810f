"""Whom a new job is told to: by mail, unless they stopped those, and at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from examples.fastapi_platform.tables import Job, Profile, User
from examples.shared.suggesting import events, mails, suits


async def suggest(session: AsyncSession, job: Job, *, state: Any, now: datetime) -> None:
    """Let the students whom a job suits be told when the caller's transaction commits."""
    students = [user for user, profile in await _students(session) if suits(job, profile, year=now.year)]
    for event in events(job, students):
        await state.tell(session, event)
    for message in mails(job, students, origin=state.origin, links=state.links):
        await state.mails.put(session, message)


async def _students(session: AsyncSession) -> list[tuple[User, Profile]]:
    known = select(User, Profile).join(Profile, Profile.user_id == User.id)
    found = await session.execute(known.where(User.role == "student", User.status == "active").order_by(User.id))
    return [(user, profile) for user, profile in found]
