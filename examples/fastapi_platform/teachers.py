"""Teachers as the platform admits them: they wait once their identity was checked, and an admin decides."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.fastapi import client_address
from ace_integrations.contrib.sqlalchemy import written
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.admin import Admin, VisitingAdmin
from examples.fastapi_platform.identity import IdentityVerified
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import AUDIT, TeacherApplication, User
from examples.shared.accounts import user_key
from examples.shared.steps import StepRefusedError, Teaching
from examples.shared.teaching import (
    MOST_DECIDED,
    UNCONFIRMED,
    UNKNOWN,
    Rejection,
    Verdict,
    approval,
    moved,
    public,
    rejection,
)

router = APIRouter()


async def wait(event: IdentityVerified, session: AsyncSession) -> None:
    """Let a teacher whose identity was checked wait for an admin; one who was checked again has been here."""
    if event.user.role == "teacher" and await session.get(TeacherApplication, event.user.id) is None:
        session.add(TeacherApplication(user_id=event.user.id))


async def may_teach(session: AsyncSession, user: User) -> bool:
    """Whether somebody may be given a course: checked, approved, and not blocked since."""
    found = await session.get(TeacherApplication, user.id) if user.status == "active" else None
    return found is not None and found.state == Teaching.APPROVED


async def application_of(session: AsyncSession, user: User) -> TeacherApplication | None:
    """Give a teacher's application; None for who has none."""
    return await session.get(TeacherApplication, user.id)


@router.get("/admin/teachers", include_in_schema=False)
async def teachers(request: Request, user: VisitingAdmin) -> Response:
    """Show who waits, the oldest first, and what was decided last."""
    return await _listed(request, user)


@router.post("/admin/teachers/{user_id}/approve", include_in_schema=False)
async def approve_by_form(user_id: int, request: Request, user: VisitingAdmin) -> Response:
    """Approve a teacher, and show who else waits."""
    await _approve(request, user_id, user)
    return RedirectResponse("/admin/teachers", 303)


@router.post("/admin/teachers/{user_id}/reject", include_in_schema=False)
async def reject_by_form(
    user_id: int, request: Request, user: VisitingAdmin, reason: Annotated[str, Form()] = ""
) -> Response:
    """Reject a teacher, or show the reason again that is too long."""
    try:
        form = Rejection(reason=reason)
    except ValidationError:
        return await _listed(request, user, status=422, wrong=user_id, reason=reason)
    await _reject(request, user_id, user, form.reason)
    return RedirectResponse("/admin/teachers", 303)


@router.get("/api/admin/teachers")
async def waiting(request: Request, user: Admin) -> Any:
    """List who waits, the oldest first."""
    del user
    async with request.app.state.sessions() as session:
        rows = await _waiting(session)
    return [{**public(found), "name": who.name, "email": who.email} for found, who in rows]


@router.post("/api/admin/teachers/{user_id}/approve")
async def approve(user_id: int, request: Request, user: Admin) -> Any:
    """Approve a teacher: they are mailed and told at once, and may be given courses. A second time does nothing."""
    return public(await _approve(request, user_id, user))


@router.post("/api/admin/teachers/{user_id}/reject")
async def reject(user_id: int, form: Rejection, request: Request, user: Admin) -> Any:
    """Reject a teacher, who is mailed the reason if there is one and may ask again."""
    return public(await _reject(request, user_id, user, form.reason))


@router.post("/teacher/application", include_in_schema=False)
async def ask_again_by_form(request: Request, user: Visitor) -> Response:
    """Let a teacher who was rejected ask for another look."""
    if user is None:
        return RedirectResponse("/login", 303)
    await _ask_again(request, user)
    return RedirectResponse("/verify", 303)


async def _approve(request: Request, user_id: int, admin: User) -> TeacherApplication:
    origin = request.app.state.origin
    return await _decide(request, user_id, admin, lambda teacher: approval(teacher, origin=origin))


async def _reject(request: Request, user_id: int, admin: User, reason: str) -> TeacherApplication:
    origin = request.app.state.origin
    return await _decide(request, user_id, admin, lambda teacher: rejection(teacher, reason, origin=origin))


async def _decide(
    request: Request, user_id: int, admin: User, verdict_on: Callable[[User], Verdict]
) -> TeacherApplication:
    """Write a decision with all that it sets going, in one transaction."""
    state = request.app.state
    async with state.sessions.begin() as session:
        found, teacher = await _held(session, user_id)
        verdict = verdict_on(teacher)
        if _moved(found, verdict.state):
            found.reason, found.decided_at = verdict.reason, now_of(request)
            await _note(session, request, verdict.what, teacher, by=admin)
            await state.mails.put(session, verdict.mail(tries=found.tries))
            await state.tell(session, verdict.live)
    return found


async def _held(session: AsyncSession, user_id: int) -> tuple[TeacherApplication, User]:
    found = await session.get(TeacherApplication, user_id, with_for_update=True) if user_id < 2**63 else None
    if found is None:
        raise HTTPException(404, UNKNOWN)
    teacher = await session.get_one(User, user_id)
    if teacher.status != "active":
        raise HTTPException(409, UNCONFIRMED)
    return found, teacher


def _moved(found: TeacherApplication, then: Teaching) -> bool:
    try:
        return moved(found, then)
    except StepRefusedError as refused:
        raise HTTPException(409, str(refused)) from None


async def _ask_again(request: Request, user: User) -> None:
    async with request.app.state.sessions.begin() as session:
        found, teacher = await _held(session, user.id)
        if _moved(found, Teaching.WAITING):
            found.tries += 1
            found.asked_at, found.decided_at, found.reason = now_of(request), None, ""
            await _note(session, request, "teacher.asked_again", teacher, by=teacher)


async def _note(session: AsyncSession, request: Request, what: str, teacher: User, *, by: User) -> None:
    audit, address = request.app.state.ace.audit, client_address(request)
    event = audit.event(what, user=user_key(teacher.id), actor=user_key(by.id), address=address)
    await session.execute(written(AUDIT, event))


async def _waiting(session: AsyncSession) -> list[tuple[TeacherApplication, User]]:
    found = _applications().where(TeacherApplication.state == Teaching.WAITING, User.status == "active")
    rows = await session.execute(found.order_by(TeacherApplication.asked_at, User.id))
    return [(application, who) for application, who in rows]


async def _decided(session: AsyncSession) -> list[tuple[TeacherApplication, User]]:
    found = _applications().where(TeacherApplication.decided_at.is_not(None))
    rows = await session.execute(found.order_by(TeacherApplication.decided_at.desc()).limit(MOST_DECIDED))
    return [(application, who) for application, who in rows]


def _applications() -> Any:
    return select(TeacherApplication, User).join(User, User.id == TeacherApplication.user_id)


async def _listed(request: Request, user: User, *, status: int = 200, wrong: int = 0, reason: str = "") -> Response:
    async with request.app.state.sessions() as session:
        rows, over = await _waiting(session), await _decided(session)
    return page(request, "admin_teachers.html", user, status, waiting=rows, decided=over, wrong=wrong, reason=reason)
