"""The audit trail for admins: the newest first, by person and by kind, a page at a time."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from examples.fastapi_platform.admin import Admin, VisitingAdmin
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import AUDIT, ERASURES, User
from examples.shared.trail import MOST_ERASURES, PAGE, answered, key_of, listed, moment

router = APIRouter()


@router.get("/admin/audit", include_in_schema=False)
async def audit(request: Request, user: VisitingAdmin, who: str = "", what: str = "", before: int = 0) -> Response:
    """Show the trail.

    Args:
        who: an e-mail address, or an id as the trail has it.
        what: a kind, as in "payment.changed".
        before: the id of the last entry of the page before.
    """
    async with request.app.state.sessions() as session:
        rows = await _entries(session, who, what, before)
        kinds = list(await session.scalars(select(AUDIT.c.what).distinct().order_by(AUDIT.c.what)))
    shown = listed(rows, who=who, what=what, before=before)
    return page(request, "admin_audit.html", user, **shown, kinds=kinds)


@router.get("/api/admin/audit")
async def entries(request: Request, user: Admin, who: str = "", what: str = "", before: int = 0) -> Any:
    """Give a page of the trail; `before` of the next is in `more`, None on the last."""
    del user
    async with request.app.state.sessions() as session:
        rows = await _entries(session, who, what, before)
    return answered(rows)


@router.get("/admin/erasures", include_in_schema=False)
async def erasures(request: Request, user: VisitingAdmin) -> Response:
    """Show how far each service is with the erasures that were asked for, the newest first."""
    newest = select(ERASURES).order_by(ERASURES.c.requested_at.desc(), ERASURES.c.id.desc()).limit(MOST_ERASURES)
    async with request.app.state.sessions() as session:
        rows = (await session.execute(newest)).all()
    return page(request, "admin_erasures.html", user, rows=rows, at=moment)


async def _entries(session: AsyncSession, who: str, what: str, before: int) -> list[dict[str, Any]]:
    """Give a page of them, and one more where there is one."""
    found = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(PAGE + 1)
    if who.strip():
        key = await _key_of(session, who.strip())
        found = found.where((AUDIT.c.user == key) | (AUDIT.c.actor == key))
    if what:
        found = found.where(AUDIT.c.what == what)
    if 0 < before < 2**63:
        found = found.where(AUDIT.c.id < before)
    return [dict(row._mapping) for row in await session.execute(found)]


async def _key_of(session: AsyncSession, who: str) -> str:
    if "@" not in who:
        return who
    return key_of(await session.scalar(select(User.id).where(User.email == who.lower())))
