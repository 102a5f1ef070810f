"""What somebody was told, kept for them: the page, and the same for scripts."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from examples.fastapi_platform.accounts import SignedIn, Visitor
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Notice, User
from examples.shared.notices import PAGE, UNKNOWN, answered, listed

router = APIRouter()


@router.get("/notifications", include_in_schema=False)
async def notifications(request: Request, user: Visitor, before: int = 0) -> Response:
    """Show what somebody was told; the next page begins before the last of this one."""
    if user is None:
        return RedirectResponse("/login", 303)
    async with request.app.state.sessions() as session:
        found = await _of(session, user, before=before)
    return page(request, "notifications.html", user, **listed(found, role=user.role), before=before)


@router.post("/notifications/read", include_in_schema=False)
async def read_all_by_form(request: Request, user: Visitor) -> Response:
    """Mark everything as read."""
    if user is None:
        return RedirectResponse("/login", 303)
    await _read(request, user)
    return RedirectResponse("/notifications", 303)


@router.post("/notifications/{notice_id}/read", include_in_schema=False)
async def read_by_form(notice_id: int, request: Request, user: Visitor) -> Response:
    """Mark one as read."""
    if user is None:
        return RedirectResponse("/login", 303)
    if not await _read(request, user, notice_id):
        raise HTTPException(404, UNKNOWN)
    return RedirectResponse("/notifications", 303)


@router.get("/api/notifications")
async def told(request: Request, user: SignedIn, before: int = 0) -> Any:
    """List what somebody was told, the newest first, with how much of it is unread.

    Args:
        before: the id of the last one of the page before.
    """
    async with request.app.state.sessions() as session:
        found = await _of(session, user, before=before)
        mine = Notice.user_id == user.id, Notice.read_at.is_(None)
        unread = await session.scalar(select(func.count()).select_from(Notice).where(*mine))
    return answered(found, unread=unread or 0)


@router.post("/api/notifications/read")
async def read_all(request: Request, user: SignedIn) -> Any:
    """Mark everything as read; give how many were not."""
    return {"read": await _read(request, user)}


@router.post("/api/notifications/{notice_id}/read")
async def read(notice_id: int, request: Request, user: SignedIn) -> Any:
    """Mark one as read; a second time does nothing."""
    if not await _read(request, user, notice_id):
        raise HTTPException(404, UNKNOWN)
    return {"id": notice_id, "read": True}


async def _of(session: AsyncSession, user: User, *, before: int) -> list[Notice]:
    """Give a page of them, and one more where there is one."""
    mine = select(Notice).where(Notice.user_id == user.id)
    if 0 < before < 2**63:
        mine = mine.where(Notice.id < before)
    return list(await session.scalars(mine.order_by(Notice.id.desc()).limit(PAGE + 1)))


async def _read(request: Request, user: User, notice_id: int | None = None) -> int:
    """Mark one of somebody's own, or all that are unread; give how many were found."""
    mine = update(Notice).where(Notice.user_id == user.id)
    if notice_id is None:
        mine = mine.where(Notice.read_at.is_(None))
    elif 0 < notice_id < 2**63:
        mine = mine.where(Notice.id == notice_id)
    else:
        return 0
    async with request.app.state.sessions.begin() as session:
        done: Any = await session.execute(mine.values(read_at=func.coalesce(Notice.read_at, now_of(request))))
    found: int = done.rowcount
    return found
