"""The audit trail for admins: the newest first, by person and by kind, a page at a time."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from examples.fastapi_platform.admin import Admin, VisitingAdmin
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import AUDIT, ERASURES, User
from examples.shared.accounts import user_key
from examples.shared.moments import as_utc

router = APIRouter()

PAGE = 50
MOST_ERASURES = 200
NOBODY = "-"
"""What stands for an address that nobody signed up with: it finds nothing."""


@router.get("/admin/audit", include_in_schema=False)
async def audit(request: Request, user: VisitingAdmin, who: str = "", what: str = "", before: int = 0) -> Response:
    """Show the trail.

    Args:
        who: an e-mail address, or an id as the trail has it.
        what: a kind, as in "payment.changed".
        before: the id of the last entry of the page before.
    """
    async with request.app.state.sessions() as session:
        rows, more = await _entries(session, who, what, before)
        kinds = list(await session.scalars(select(AUDIT.c.what).distinct().order_by(AUDIT.c.what)))
    asked = {name: value for name, value in (("who", who), ("what", what)) if value}
    older = f"/admin/audit?{urlencode({**asked, 'before': more})}" if more else ""
    first = f"/admin/audit?{urlencode(asked)}" if before else ""
    shown = {"rows": rows, "kinds": kinds, "who": who, "what": what, "older": older, "first": first}
    return page(request, "admin_audit.html", user, **shown)


@router.get("/api/admin/audit")
async def entries(request: Request, user: Admin, who: str = "", what: str = "", before: int = 0) -> Any:
    """Give a page of the trail; `before` of the next is in `more`, None on the last."""
    del user
    async with request.app.state.sessions() as session:
        rows, more = await _entries(session, who, what, before)
    return {"entries": [{**row, "at": as_utc(row["at"]).isoformat()} for row in rows], "more": more}


@router.get("/admin/erasures", include_in_schema=False)
async def erasures(request: Request, user: VisitingAdmin) -> Response:
    """Show how far each service is with the erasures that were asked for, the newest first."""
    newest = select(ERASURES).order_by(ERASURES.c.requested_at.desc(), ERASURES.c.id.desc()).limit(MOST_ERASURES)
    async with request.app.state.sessions() as session:
        rows = (await session.execute(newest)).all()
    return page(request, "admin_erasures.html", user, rows=rows, at=_at)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


async def _entries(session: AsyncSession, who: str, what: str, before: int) -> tuple[list[dict[str, Any]], int | None]:
    found = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(PAGE + 1)
    if who.strip():
        key = await _key_of(session, who.strip())
        found = found.where((AUDIT.c.user == key) | (AUDIT.c.actor == key))
    if what:
        found = found.where(AUDIT.c.what == what)
    if 0 < before < 2**63:
        found = found.where(AUDIT.c.id < before)
    rows = [dict(row._mapping) for row in await session.execute(found)]
    return rows[:PAGE], rows[PAGE - 1]["id"] if len(rows) > PAGE else None


async def _key_of(session: AsyncSession, who: str) -> str:
    if "@" not in who:
        return who
    number = await session.scalar(select(User.id).where(User.email == who.lower()))
    return NOBODY if number is None else user_key(number)
