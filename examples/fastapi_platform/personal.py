"""What the platform itself holds about a person: given to them, and erased."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.privacy import Subject
from ace_integrations.realtime import private_user
from ace_integrations.video import ClassStatus
from examples.fastapi_platform.accounts import hash_password
from examples.fastapi_platform.tables import (
    AUDIT,
    CONVERSATIONS,
    MAILS,
    USAGE,
    Base,
    Course,
    Enrollment,
    Job,
    LiveSession,
    News,
    Payment,
    Refund,
    SessionEvent,
    User,
)
from examples.shared.accounts import user_key
from examples.shared.classes import PAGE
from examples.shared.personal import OWN, REMOVED, WISHES, nobodys, plain, subject


async def held(session: AsyncSession, user: User, *, known_as: Sequence[str]) -> dict[str, Any]:
    """Give all that is stored about a person, ready for JSON; no password and no cookie.

    Args:
        known_as: the ids by which providers of live classes named them.
    """
    account = await session.get_one(User, user.id)
    own = {name: await _rows(session, *_own(name, user)) for name in OWN}
    key = user_key(user.id)
    talks, said = CONVERSATIONS
    theirs = said.c.conversation_id.in_(select(talks.c.id).where(talks.c.user == key))
    refunds = Refund.payment_id.in_(select(Payment.id).where(Payment.user_id == user.id))
    return {
        "account": plain(vars(account)),
        **own,
        "refunds": await _rows(session, Refund.__table__, refunds),
        "advisor": await _rows(session, said, theirs),
        "class_events": await _rows(session, SessionEvent.__table__, SessionEvent.person.in_(known_as)),
        "usage": await _rows(session, USAGE[0], USAGE[0].c.user == key),
        "audit": await _rows(session, AUDIT, (AUDIT.c.user == key) | (AUDIT.c.actor == key)),
        "mails": await _rows(session, MAILS[0], _is_to(account.email)),
        "mail_stops": await _rows(session, MAILS[1], MAILS[1].c.email == account.email),
    }


async def subject_of(session: AsyncSession, user: User, *, known_as: Sequence[str]) -> Subject:
    """Name a person as the outside services know them; ask before `erase`, which removes where the ids stand.

    Args:
        known_as: the ids by which providers of live classes named them.
    """
    paid = await session.execute(
        select(Payment.gateway, Payment.gateway_id).where(Payment.user_id == user.id, Payment.gateway_id.is_not(None))
    )
    told = SessionEvent.person.in_(known_as), SessionEvent.provider != PAGE
    seen = await session.execute(
        select(SessionEvent.provider, LiveSession.room, SessionEvent.connection)
        .join(LiveSession, LiveSession.id == SessionEvent.session_id)
        .where(*told, LiveSession.status == ClassStatus.ACTIVE)
        .distinct()
    )
    return subject(user, paid=[tuple(row) for row in paid], seen=[tuple(row) for row in seen])


async def erase(session: AsyncSession, user: User, *, known_as: Sequence[str], now: datetime) -> None:
    """Remove what is about a person, and overwrite the rows that others need.

    Payments and their refunds stay as they are: the law wants them kept. So do the audit trail, which holds no names
    and can only be added to, and an address's wish for no more mail, which must be heeded.
    """
    account = await session.get_one(User, user.id, with_for_update=True)
    address, key = account.email, user_key(user.id)
    talks, said = CONVERSATIONS
    theirs = select(talks.c.id).where(talks.c.user == key)
    for gone in (
        *(delete(table).where(is_theirs) for table, is_theirs in (_own(name, user) for name in REMOVED)),
        delete(SessionEvent).where(SessionEvent.person.in_(known_as)),
        delete(News).where(News.channel == private_user(user.id).name),
        said.delete().where(said.c.conversation_id.in_(theirs)),
        talks.delete().where(talks.c.user == key),
        MAILS[0].delete().where(_is_to(address)),
        MAILS[1].delete().where(MAILS[1].c.email == address, MAILS[1].c.status.not_in(WISHES)),
        update(Course).where(Course.teacher_id == user.id).values(teacher_id=None),
        update(Job).where(Job.owner_id == user.id, Job.closed_at.is_(None)).values(closed_at=now),
    ):
        await session.execute(gone)
    await _leave_courses(session, user)
    _overwrite(account, now=now)


async def _leave_courses(session: AsyncSession, user: User) -> None:
    taken = Enrollment.user_id == user.id, Enrollment.active.is_(True)
    for place in await session.scalars(select(Enrollment).where(*taken)):
        place.active = False
        course = await session.get_one(Course, place.course_id, with_for_update=True)
        course.students -= 1


def _overwrite(account: User, *, now: datetime) -> None:
    """Leave a row that is nobody's."""
    for name, value in nobodys(account, now=now).items():
        setattr(account, name, value)
    account.password = hash_password(secrets.token_urlsafe(32))


def _own(name: str, user: User) -> tuple[Table, ColumnElement[bool]]:
    """Give a table, and which of its rows are somebody's."""
    table, whose = OWN[name]
    found = Base.metadata.tables[table]
    return found, found.c[whose] == user.id


def _is_to(address: str) -> ColumnElement[bool]:
    """Mails of this address: its quotes keep it from being a part of another one."""
    return cast(MAILS[0].c.deliveries, String).contains(f'"{address}"', autoescape=True)


async def _rows(session: AsyncSession, table: Any, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    stored: Table = table
    found = await session.execute(select(stored).where(condition).order_by(*stored.primary_key.columns))
    return [plain(row._mapping) for row in found]
