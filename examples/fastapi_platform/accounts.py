"""Sign-up, sign-in, and who is asking."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.audit import Audit
from ace_integrations.contrib.fastapi import client_address
from ace_integrations.contrib.sqlalchemy import AsyncSqlMailQueue, written
from ace_integrations.events import AsyncHandler, EventBus
from ace_integrations.usage import acting_for
from examples.fastapi_platform.database import alone
from examples.fastapi_platform.tables import AUDIT, Login, Notice, User
from examples.shared.accounts import COOKIE, STAYS_S, SignUp, user_key, welcome
from examples.shared.moments import as_utc


@dataclass(frozen=True)
class AccountCreated:
    """Somebody signed up, from an IP address."""

    user: User
    address: str


async def create_user(session: AsyncSession, form: SignUp, *, bus: EventBus, address: str) -> User | None:
    """Add a user, and tell the platform in the same transaction; None when the e-mail address is taken."""
    if await session.scalar(select(User.id).where(User.email == form.email)) is not None:
        return None
    secret = hash_password(form.password)
    user = User(name=form.name, email=form.email, role=form.role, company=form.company, password=secret)
    try:
        async with session.begin_nested():
            session.add(user)
    except IntegrityError:  # taken since we looked
        return None
    await bus.apublish(AccountCreated(user, address), session)
    return user


async def keep_admin(sessions: Any, login: tuple[str, str] | None) -> None:
    """Add the admin, or give the one who is there the password again; nobody signs up as one."""
    if login is None:
        return
    email, password = login[0].lower(), hash_password(login[1])
    async with sessions.begin() as session:
        await alone(session)
        found = await session.scalar(select(User).where(User.email == email))
        if found is None:
            session.add(User(name="Admin", email=email, role="admin", password=password, status="active"))
        elif found.role == "admin":
            found.password = password


def welcoming(mails: AsyncSqlMailQueue, *, origin: str) -> AsyncHandler:
    """Give the handler that mails a welcome."""

    async def put(event: AccountCreated, session: AsyncSession) -> None:
        await mails.put(session, welcome(event.user, origin=origin))

    return put


def recording(audit: Audit) -> AsyncHandler:
    """Give the handler that adds new accounts to the audit trail."""

    async def record(event: AccountCreated, session: AsyncSession) -> None:
        role = {"role": event.user.role}
        about = audit.event("account.created", user=user_key(event.user.id), address=event.address, details=role)
        await session.execute(written(AUDIT, about))

    return record


async def check_password(session: AsyncSession, email: str, password: str) -> User | None:
    """Give the user of an address and password; as slow for an unknown address as for a wrong password."""
    user = await session.scalar(select(User).where(User.email == email.strip().lower()))
    stored = user.password if user else _NOBODY
    return user if _matches(password, stored) and user is not None else None


async def sign_in(session: AsyncSession, user: User) -> str:
    """Give a new cookie value; an older one of the same browser is not kept alive."""
    token = secrets.token_urlsafe(32)
    session.add(
        Login(token_hash=_hash(token), user_id=user.id, expires_at=datetime.now(UTC) + timedelta(seconds=STAYS_S))
    )
    return token


async def sign_out(session: AsyncSession, token: str) -> None:
    """Forget a cookie."""
    await session.execute(delete(Login).where(Login.token_hash == _hash(token)))


_UNREAD = (
    select(func.count())
    .where(Notice.user_id == User.id, Notice.read_at.is_(None))
    .correlate(User)
    .scalar_subquery()
    .label("unread")
)


async def visitor(request: Request) -> User | None:
    """Give who is asking, None for a stranger."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    async with request.app.state.sessions() as session:
        found = (
            await session.execute(
                select(User, Login.expires_at, _UNREAD)
                .join(Login, Login.user_id == User.id)
                .where(Login.token_hash == _hash(token))
            )
        ).one_or_none()
    if found is None or as_utc(found.expires_at) < datetime.now(UTC):
        return None
    user: User = found.User
    request.state.unread = found.unread
    return user


async def counted(user: Annotated[User | None, Depends(visitor)]) -> AsyncGenerator[User | None]:
    """Count what is asked of the outside services for who is asking."""
    with acting_for(user_key(user.id) if user is not None else ""):
        yield user


async def signed_in(user: Annotated[User | None, Depends(counted)]) -> User:
    """Give who is asking, or answer 401."""
    if user is None:
        raise HTTPException(401, "Sign in first.")
    return user


async def asking(request: Request, user: Annotated[User | None, Depends(visitor)]) -> str:
    """Give whom requests are counted for: the user, or the address of a stranger."""
    return user_key(user.id) if user is not None else client_address(request)


Visitor = Annotated[User | None, Depends(counted)]
SignedIn = Annotated[User, Depends(signed_in)]


def hash_password(password: str) -> str:
    """Give salt and scrypt hash, hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(password, salt).hex()}"


def _matches(password: str, stored: str) -> bool:
    salt, _, digest = stored.partition(":")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_NOBODY = hash_password(secrets.token_hex(16))
