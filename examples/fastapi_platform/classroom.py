"""The pages of live classes: the list with its form, the classroom of teacher and student, and who was there."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations import AsyncAce, InvalidInputError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.video import ClassStatus, Standing
from examples.fastapi_platform import classes, live, teachers
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.admin import VisitingAdmin
from examples.fastapi_platform.classes import Entry
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Course, Enrollment, LiveSession, User
from examples.shared import classes as shared
from examples.shared.moments import as_utc

router = APIRouter(include_in_schema=False)
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@router.get("/live")
async def classes_of(request: Request, user: Visitor) -> Response:
    """List the classes that somebody has to do with: going on, to come, over."""
    if user is None:
        return RedirectResponse("/login", 303)
    return await _listed(request, user)


@router.post("/live")
async def schedule(
    request: Request,
    user: Visitor,
    course_id: Annotated[int, Form(ge=1, lt=2**63)],
    title: Annotated[str, Form()] = "",
    starts_at: Annotated[str, Form()] = "",
    zone: Annotated[str, Form()] = shared.BEGINS_WITH["zone"],
    minutes: Annotated[str, Form()] = shared.BEGINS_WITH["minutes"],
) -> Response:
    """Schedule a class, or show the form again with what is wrong; what was typed stays."""
    if user is None:
        return RedirectResponse("/login", 303)
    values = {"course_id": course_id, "title": title, "starts_at": starts_at, "zone": zone, "minutes": minutes}
    try:
        async with request.app.state.sessions.begin() as session:
            course = await session.get(Course, course_id)
            if course is None or await classes.standing(session, user, course) is not Standing.TEACHER:
                raise HTTPException(404, "No such course.")
            await live.schedule(request, session, course, *shared.typed_class(values))
    except InvalidInputError as error:
        return await _listed(request, user, status=422, values=values, wrong=error.field)
    return RedirectResponse("/live", 303)


@router.get("/teacher/live-class/{session_id}")
async def teach(session_id: int, request: Request, user: Visitor, ace: AceDep) -> Response:
    """Show the classroom to its teacher, and to an admin without a way in; a student is led to theirs."""
    entry = await _entry(request, session_id, user)
    if user is None or entry is None:
        return _closed(request, user)
    if entry.who is Standing.STUDENT:
        return RedirectResponse(f"/student/live-class/{session_id}", 303)
    return _room(request, user, entry, ace)


@router.get("/student/live-class/{session_id}")
async def attend(session_id: int, request: Request, user: Visitor, ace: AceDep) -> Response:
    """Show the classroom to an enrolled student; its teacher is led to hers."""
    entry = await _entry(request, session_id, user)
    if user is None or entry is None:
        return _closed(request, user)
    if entry.who is not Standing.STUDENT:
        return RedirectResponse(f"/teacher/live-class/{session_id}", 303)
    return _room(request, user, entry, ace)


@router.post("/teacher/live-class/{session_id}/end")
async def end(session_id: int, request: Request, user: Visitor, ace: AceDep) -> Response:
    """End a class from a page without scripts."""
    entry = await _entry(request, session_id, user)
    if user is None or entry is None or entry.who is Standing.STUDENT:
        return _closed(request, user)
    await live.finish(request, session_id, user, ace)
    await classes.close_room(ace, request.app.state.sessions, session_id)
    return RedirectResponse(f"/teacher/live-class/{session_id}", 303)


@router.get("/teacher/live-class/{session_id}/attendance")
async def attendance(session_id: int, request: Request, user: Visitor) -> Response:
    """Show who was there, and how long."""
    entry = await _entry(request, session_id, user)
    if user is None or entry is None or entry.who is Standing.STUDENT:
        return _closed(request, user)
    async with request.app.state.sessions() as session:
        rows = await live.attended(session, entry)
    return page(request, "attendance.html", user, entry=entry, rows=rows, as_utc=as_utc)


@router.post("/admin/courses/{course_id}/teacher")
async def assign(course_id: int, request: Request, user: VisitingAdmin, email: Annotated[str, Form()] = "") -> Response:
    """Give a course to a teacher who was approved; an empty address takes it back."""
    del user
    async with request.app.state.sessions.begin() as session:
        course = await session.get(Course, course_id)
        teacher = await session.scalar(select(User).where(User.email == email.strip().lower()))
        fits = teacher is not None and await teachers.may_teach(session, teacher)
        if course is None or (email.strip() and not fits):
            raise HTTPException(404, "No such course or teacher.")
        course.teacher_id = teacher.id if teacher is not None else None
    return RedirectResponse(f"/courses/{course_id}", 303)


async def of_course(session: AsyncSession, course: Course, user: User | None) -> list[LiveSession]:
    """Give a course's classes that are not over, the first to come first; to who has to do with them."""
    if user is None or await classes.standing(session, user, course) is Standing.STRANGER:
        return []
    left = LiveSession.course_id == course.id, LiveSession.status != ClassStatus.ENDED
    return list(await session.scalars(select(LiveSession).where(*left).order_by(LiveSession.starts_at)))


async def teacher_of(session: AsyncSession, course: Course) -> str:
    """Give the address of a course's teacher; "" where it has none."""
    found = await session.get(User, course.teacher_id) if course.teacher_id is not None else None
    return found.email if found is not None else ""


async def _entry(request: Request, session_id: int, user: User | None) -> Entry | None:
    """Find a class that concerns somebody; for everybody else it is not there."""
    if user is None or session_id >= 2**63:
        return None
    async with request.app.state.sessions() as session:
        entry = await classes.enter(session, session_id, user)
    return None if entry is None or entry.who is Standing.STRANGER else entry


def _closed(request: Request, user: User | None) -> Response:
    return RedirectResponse("/login", 303) if user is None else page(request, "not_found.html", user, 404)


def _room(request: Request, user: User, entry: Entry, ace: AsyncAce) -> Response:
    return page(request, "live_class.html", user, entry=entry, **shared.classroom(ace, entry.row, entry.who))


async def _listed(
    request: Request, user: User, *, status: int = 200, values: dict[str, Any] | None = None, wrong: str = ""
) -> Response:
    async with request.app.state.sessions() as session:
        rows = await _concerning(session, user)
        taught = select(Course).where(Course.teacher_id == user.id).order_by(Course.id)
        own = list(await session.scalars(taught)) if user.status == "active" else []
    shown = shared.listed(rows, role=user.role, own=own, values=values, wrong=wrong)
    return page(request, "live.html", user, status, **shown)


async def _concerning(session: AsyncSession, user: User) -> list[tuple[LiveSession, Course]]:
    found = select(LiveSession, Course).join(Course, Course.id == LiveSession.course_id)
    if user.status != "active":
        return []
    if user.role != "admin":
        taken = select(Enrollment.course_id).where(Enrollment.user_id == user.id, Enrollment.active.is_(True))
        found = found.where((Course.teacher_id == user.id) | Course.id.in_(taken))
    return [(row, course) for row, course in await session.execute(found.order_by(LiveSession.starts_at))]
