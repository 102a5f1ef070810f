"""Identity checks: start one, answer its stored status, and apply what the service says."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, NotFoundError, ProviderError
from ace_integrations.audit import Audit
from ace_integrations.contrib.fastapi import get_ace, throttled
from ace_integrations.contrib.sqlalchemy import written
from ace_integrations.events import EventBus
from ace_integrations.identity import IdentityChanged, Verification, VerificationStatus
from ace_integrations.webhooks import Event
from examples.fastapi_platform.accounts import SignedIn, asking
from examples.fastapi_platform.tables import AUDIT, User
from examples.shared.accounts import ACCOUNT_STATUS, DECIDED, user_key, user_of_key

router = APIRouter(prefix="/api/didit")
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@dataclass(frozen=True)
class IdentityVerified:
    """Somebody's account was opened by their check."""

    user: User


@router.post("/create-session", dependencies=[Depends(throttled("identity", who=asking))])
async def create_session(request: Request, user: SignedIn, ace: AceDep) -> Any:
    """Start the check of the signed-in user, or give the unfinished one again."""
    if not may_start(user):
        raise HTTPException(409, "Your identity was checked already.")
    try:
        started = await start(request, user, ace)
    except ProviderError:
        return JSONResponse({"error": "The identity service does not answer. Nothing was changed."}, 503)
    return {"session_id": started.id, "url": started.url}


def may_start(user: User) -> bool:
    """Whether a check may begin: what the service decided, or still looks at, is not put aside by a new one."""
    return user.verification not in DECIDED


async def start(request: Request, user: User, ace: AsyncAce) -> Verification:
    """Begin a check, and remember it with the user; raises `ProviderError` with nothing changed."""
    language = request.cookies.get("lang", "en")
    started = await ace.identity.start(
        user=user_key(user.id), callback=f"{request.app.state.origin}/verify", language=language
    )
    # The unfinished one given again is stored already, and a webhook may have decided it meanwhile.
    is_another = or_(User.verification_id.is_(None), User.verification_id != started.id)
    async with request.app.state.sessions.begin() as session:
        await session.execute(
            update(User)
            .where(User.id == user.id, is_another)
            .values(verification_id=started.id, verification=started.status.value)
        )
    return started


@router.get("/session-status/{session_id}")
async def session_status(session_id: str, request: Request, user: SignedIn) -> dict[str, Any]:
    """Answer from what is stored; another user's session and an unknown one answer alike."""
    async with request.app.state.sessions() as session:
        fresh = await session.get(User, user.id)
    if fresh is None or fresh.verification_id != session_id:
        raise HTTPException(404, "No such verification.")
    return {"session_id": session_id, "status": fresh.verification, "account": fresh.status}


async def reconcile(ace: AsyncAce, sessions: Any, user: User, *, now: int, bus: EventBus) -> bool:
    """Ask the service once, for a webhook that was lost; False when it is down, and the status stays as it is."""
    if user.verification_id is None or user.verification == VerificationStatus.VERIFIED:
        return True
    try:
        found = await ace.identity.check(verification_id=user.verification_id)
    except NotFoundError:
        return True
    except ProviderError:
        return False
    async with sessions.begin() as session:
        await apply(session, found.id, found.user, found.status, now, bus=bus)
    return True


def on_identity_changed(bus: EventBus) -> Any:
    """Give the webhook handler: it changes the account in the event's own transaction."""

    async def handle(event: Event, session: AsyncSession) -> None:
        change: IdentityChanged = event.meaning
        if change.is_test and change.user is None:
            return
        await apply(session, change.verification_id, change.user, change.status, change.occurred_at, bus=bus)

    return handle


async def apply(
    session: AsyncSession,
    verification_id: str,
    vendor_user: str | None,
    status: VerificationStatus,
    at: int,
    *,
    bus: EventBus,
) -> None:
    """Change the account once: an older word, a foreign check and a repeat change nothing."""
    user = await session.scalar(select(User).where(User.verification_id == verification_id).with_for_update())
    if user is None and vendor_user is not None and status in DECIDED:
        user = await _not_yet_remembered(session, verification_id, vendor_user)
    if user is None or vendor_user != user_key(user.id):
        return
    stored = VerificationStatus(user.verification) if user.verification else None
    if not status.replaces(stored, at=at, stored_at=user.verification_at):
        return
    change = {"from": user.verification or "none", "to": status.value}
    await session.execute(
        written(AUDIT, Audit().event("identity.changed", user=user_key(user.id), actor="didit", details=change))
    )
    user.verification = status.value
    user.verification_at = at
    user.status = ACCOUNT_STATUS.get(status, user.status)
    if status is VerificationStatus.VERIFIED:
        await bus.apublish(IdentityVerified(user), session)


async def _not_yet_remembered(session: AsyncSession, verification_id: str, vendor_user: str) -> User | None:
    """Find whose first check this is: its news may come before the answer of starting it was stored."""
    number = user_of_key(vendor_user)
    if number is None:
        return None
    has_none = (User.id == number, User.verification_id.is_(None), User.erased_at.is_(None))
    user = await session.scalar(select(User).where(*has_none).with_for_update())
    if user is not None:
        user.verification_id = verification_id
    return user
