"""Who may listen on which channel of live messages."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.realtime import ChannelRules, Member
from ace_integrations.video import ClassStatus, Standing
from examples.fastapi_platform import classes
from examples.fastapi_platform.tables import Course, Profile, User
from examples.shared.accounts import user_key
from examples.shared.listening import channel_number


def channel_rules(sessions: Callable[[], Any]) -> ChannelRules[User]:
    """Give the rules.

    Args:
        sessions: gives the session maker, which is there once the platform has started.
    """
    rules = ChannelRules[User]()

    @rules.on("private-user.{id}")
    def own(user: User, *, id: str) -> Member | None:
        return member(user) if id == str(user.id) else None

    @rules.on("private-course.{id}")
    async def of_course(user: User, *, id: str) -> Member | None:
        async with sessions()() as session:
            course = await _by_id(session, Course, id)
            who = Standing.STRANGER if course is None else await classes.standing(session, user, course)
        return None if who is Standing.STRANGER else member(user)

    @rules.on("private-university.{id}")
    async def of_university(user: User, *, id: str) -> Member | None:
        async with sessions()() as session:
            profile = await session.get(Profile, user.id)
        return member(user) if profile is not None and profile.university_id == id else None

    @rules.on("presence-session.{id}")
    async def in_session(user: User, *, id: str) -> Member | None:
        number = channel_number(id)
        async with sessions()() as session:
            entry = None if number is None else await classes.enter(session, number, user)
        if entry is None or entry.row.status != ClassStatus.ACTIVE:
            return None
        if entry.who not in (Standing.TEACHER, Standing.STUDENT):
            return None
        return Member(user_key(user.id), {"id": user.id, "name": user.name, "role": str(entry.who)})

    return rules


def member(user: User) -> Member:
    """Give as whom a user is known to the service of live messages."""
    return Member(user_key(user.id))


async def _by_id(session: AsyncSession, kind: type[Course], text: str) -> Course | None:
    number = channel_number(text)
    return None if number is None else await session.get(kind, number)
