"""What the platform itself holds about a person: given to them, and erased."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.privacy import Subject
from ace_integrations.realtime import private_user
from examples.fastapi_platform.accounts import hash_password
from examples.fastapi_platform.tables import (
    AUDIT,
    CONVERSATIONS,
    MAILS,
    USAGE,
    AiConsent,
    Application,
    Base,
    Course,
    Enrollment,
    Job,
    LiveSession,
    Login,
    News,
    Notice,
    Payment,
    Profile,
    Refund,
    SessionAttendance,
    SessionEvent,
    StoredQuote,
    TeacherApplication,
    User,
)
from examples.shared.accounts import user_key

_SECRET = ("password", "token_hash")

_OWN: Mapping[str, tuple[type[Base], str]] = {
    "profile": (Profile, "user_id"),
    "ai_consent": (AiConsent, "user_id"),
    "teacher_application": (TeacherApplication, "user_id"),
    "enrollments": (Enrollment, "user_id"),
    "payments": (Payment, "user_id"),
    "quotes": (StoredQuote, "user_id"),
    "applications": (Application, "user_id"),
    "jobs": (Job, "owner_id"),
    "attendance": (SessionAttendance, "user_id"),
    "classes_taught": (LiveSession, "teacher_id"),
    "notifications": (Notice, "user_id"),
    "sign_ins": (Login, "user_id"),
}
"""Where rows of a person are, by the column that says whose they are."""

KEPT = ("payments", "audit", "mail_stops", "deliveries", "proof")
"""What an erasure leaves, each with a reason that the page says."""


async def held(session: AsyncSession, user: User, *, known_as: Sequence[str]) -> dict[str, Any]:
    """Give all that is stored about a person, ready for JSON; no password and no cookie.

    Args:
        known_as: the ids by which providers of live classes named them.
    """
    account = await session.get_one(User, user.id)
    own = {
        name: await _rows(session, model.__table__, _is(model, whose, user)) for name, (model, whose) in _OWN.items()
    }
    key = user_key(user.id)
    talks, said = CONVERSATIONS
    theirs = said.c.conversation_id.in_(select(talks.c.id).where(talks.c.user == key))
    refunds = Refund.payment_id.in_(select(Payment.id).where(Payment.user_id == user.id))
    return {
        "account": _plain(vars(account)),
        **own,
        "refunds": await _rows(session, Refund.__table__, refunds),
        "advisor": await _rows(session, said, theirs),
        "class_events": await _rows(session, SessionEvent.__table__, SessionEvent.person.in_(known_as)),
        "usage": await _rows(session, USAGE[0], USAGE[0].c.user == key),
        "audit": await _rows(session, AUDIT, (AUDIT.c.user == key) | (AUDIT.c.actor == key)),
        "mails": await _rows(session, MAILS[0], _is_to(account.email)),
        "mail_stops": await _rows(session, MAILS[1], MAILS[1].c.email == account.email),
    }


async def subject_of(session: AsyncSession, user: User) -> Subject:
    """Name a person as the outside services know them; ask before `erase`, which removes where the ids stand."""
    ids: dict[str, tuple[str, ...]] = {"didit": (user.verification_id,)} if user.verification_id else {}
    paid = select(Payment.gateway, Payment.gateway_id).where(
        Payment.user_id == user.id, Payment.gateway_id.is_not(None)
    )
    for gateway, number in await session.execute(paid.where(Payment.gateway_id.is_not(None))):
        ids[gateway] = (*ids.get(gateway, ()), number)
    return Subject(user=user_key(user.id), emails=(user.email,), ids=ids)


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
        *(delete(model).where(_is(model, whose, user)) for model, whose in map(_OWN.__getitem__, _REMOVED)),
        delete(SessionEvent).where(SessionEvent.person.in_(known_as)),
        delete(News).where(News.channel == private_user(user.id).name),
        said.delete().where(said.c.conversation_id.in_(theirs)),
        talks.delete().where(talks.c.user == key),
        MAILS[0].delete().where(_is_to(address)),
        MAILS[1].delete().where(MAILS[1].c.email == address, MAILS[1].c.status.not_in(_WISHES)),
        update(Course).where(Course.teacher_id == user.id).values(teacher_id=None),
        update(Job).where(Job.owner_id == user.id, Job.closed_at.is_(None)).values(closed_at=now),
    ):
        await session.execute(gone)
    await _leave_courses(session, user)
    _overwrite(account, now=now)


_WISHES = ("unsubscribed", "complained")
_REMOVED = ("profile", "ai_consent", "teacher_application", "applications", "attendance", "notifications", "sign_ins")


async def _leave_courses(session: AsyncSession, user: User) -> None:
    taken = Enrollment.user_id == user.id, Enrollment.active.is_(True)
    for place in await session.scalars(select(Enrollment).where(*taken)):
        place.active = False
        course = await session.get_one(Course, place.course_id, with_for_update=True)
        course.students -= 1


def _overwrite(account: User, *, now: datetime) -> None:
    """Leave a row that is nobody's: rows of money lead to it."""
    account.name, account.email = "–", f"erased-{account.id}@erased.invalid"
    account.company, account.password = None, hash_password(secrets.token_urlsafe(32))
    account.status, account.erased_at, account.job_mails = "blocked", now, False
    account.verification_id = account.verification = None


def _is(model: type[Base], column: str, user: User) -> ColumnElement[bool]:
    found: ColumnElement[bool] = getattr(model, column) == user.id
    return found


def _is_to(address: str) -> ColumnElement[bool]:
    """Mails of this address: its quotes keep it from being a part of another one."""
    return cast(MAILS[0].c.deliveries, String).contains(f'"{address}"', autoescape=True)


async def _rows(session: AsyncSession, table: Any, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    stored: Table = table
    found = await session.execute(select(stored).where(condition).order_by(*stored.primary_key.columns))
    return [_plain(row._mapping) for row in found]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _json(value) for name, value in row.items() if name not in _SECRET and not name.startswith("_")}


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
