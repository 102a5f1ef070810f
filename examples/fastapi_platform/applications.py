"""Applications: a student applies, the company answers, and each step is mailed and told at once."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.fastapi import client_address
from ace_integrations.contrib.sqlalchemy import written
from ace_integrations.mail import Message
from examples.fastapi_platform.accounts import SignedIn, Visitor
from examples.fastapi_platform.offers import Employer, own
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import AUDIT, Application, Job, User
from examples.shared import applications as shared
from examples.shared.applications import public, public_to_company, public_to_student
from examples.shared.forms import Cv, NewStatus, wrong_fields
from examples.shared.offers import CLOSED, NO_JOB, owns
from examples.shared.steps import HIRING, Hiring, StepRefusedError

router = APIRouter()


@router.post("/api/jobs/{job_id}/apply", status_code=201)
async def apply(job_id: int, request: Request, user: SignedIn, form: Cv | None = None) -> Any:
    """Apply for a job; each student once."""
    async with request.app.state.sessions.begin() as session:
        made = await _applied(session, request, job_id, user, form or Cv())
    if made is None:
        return JSONResponse({"error": shared.APPLIED}, 409)
    return public(made)


@router.post("/jobs/{job_id}/apply", include_in_schema=False)
async def apply_by_form(
    job_id: int,
    request: Request,
    user: Visitor,
    cv_text: Annotated[str, Form()] = "",
    cv_url: Annotated[str, Form()] = "",
) -> Response:
    """Apply for a job, and show it again; applying twice is the same."""
    if user is None:
        return RedirectResponse("/login", 303)
    values = {"cv_text": cv_text, "cv_url": cv_url}
    try:
        form = Cv(**values)
    except ValidationError as error:
        return await _shown_again(request, user, job_id, values, wrong_fields(error, whole="cv_text"))
    async with request.app.state.sessions.begin() as session:
        await _applied(session, request, job_id, user, form)
    return RedirectResponse(f"/jobs/{job_id}", 303)


@router.get("/api/applications")
async def mine(request: Request, user: SignedIn) -> Any:
    """List one's own applications, that which changed last first."""
    async with request.app.state.sessions() as session:
        rows = await of_student(session, user)
    return [public_to_student(one, job) for one, job in rows]


@router.get("/applications", include_in_schema=False)
async def my_page(request: Request, user: Visitor) -> Response:
    """Show one's own applications, that which changed last first."""
    if user is None:
        return RedirectResponse("/login", 303)
    async with request.app.state.sessions() as session:
        rows = await of_student(session, user)
    return page(request, "applications.html", user, rows=rows)


@router.get("/api/jobs/{job_id}/applications")
async def of_job(job_id: int, request: Request, user: Employer) -> Any:
    """List who applied for a company's job, the first first."""
    async with request.app.state.sessions() as session:
        job = await own(session, user, job_id)
        rows = await applicants(session, job)
    return [public_to_company(one, who) for one, who in rows]


@router.post("/api/applications/{application_id}/status")
async def answer(application_id: int, form: NewStatus, request: Request, user: Employer) -> Any:
    """Change where an application is; who applied is mailed and told at once."""
    try:
        found = await answered(request, user, application_id, form.status)
    except StepRefusedError as refused:
        return JSONResponse({"error": str(refused), "status": refused.state}, 409)
    return public(found)


async def answered(request: Request, user: User, application_id: int, then: Hiring) -> Application:
    """Write a company's answer with all that it sets going, in one transaction.

    Raises:
        HTTPException: 404, it is for no job of theirs.
        StepRefusedError: an answer that was given is final.
    """
    async with request.app.state.sessions.begin() as session:
        found, job, student = await received(session, user, application_id, to_change=True)
        if HIRING.changes(Hiring(found.status), then):
            found.status, found.changed_at = then, now_of(request)
            await _note(session, request, "application.changed", found, by=user)
            await _tell_student(session, request, found, job, student)
    return found


async def received(
    session: AsyncSession, user: User, application_id: int, *, to_change: bool = False
) -> tuple[Application, Job, User]:
    """Find an application for a job of a company's, or any for the admin; see `own`."""
    known = 0 < application_id < 2**63
    found = await session.get(Application, application_id, with_for_update=to_change) if known else None
    job = await session.get_one(Job, found.job_id) if found is not None else None
    if found is None or job is None or not owns(user, job):
        raise HTTPException(404, shared.NO_APPLICATION)
    return found, job, await session.get_one(User, found.user_id)


async def application_of(session: AsyncSession, user: User, job_id: int) -> Application | None:
    """Give a user's application for a job."""
    its = Application.user_id == user.id, Application.job_id == job_id
    found: Application | None = await session.scalar(select(Application).where(*its))
    return found


async def of_student(session: AsyncSession, user: User) -> list[tuple[Application, Job]]:
    """Give a student's applications, that which changed last first."""
    theirs = select(Application, Job).join(Job, Job.id == Application.job_id).where(Application.user_id == user.id)
    rows = await session.execute(theirs.order_by(Application.changed_at.desc(), Application.id.desc()))
    return [(one, job) for one, job in rows]


async def applicants(session: AsyncSession, job: Job) -> list[tuple[Application, User]]:
    """Give who applied for a job, the first first."""
    its = select(Application, User).join(User, User.id == Application.user_id).where(Application.job_id == job.id)
    return [(one, who) for one, who in await session.execute(its.order_by(Application.id))]


async def _applied(session: AsyncSession, request: Request, job_id: int, user: User, cv: Cv) -> Application | None:
    """Add an application, and let the company be told; None where the user has applied before."""
    if not shared.may_apply(user):
        raise HTTPException(403, shared.STUDENTS_ONLY)
    # Held, so that it is not closed meanwhile.
    job = await session.get(Job, job_id, with_for_update={"read": True}) if 0 < job_id < 2**63 else None
    if job is None:
        raise HTTPException(404, NO_JOB)
    if await application_of(session, user, job_id) is not None:
        return None
    if job.closed_at is not None:
        raise HTTPException(409, CLOSED)
    now = now_of(request)
    made = Application(user_id=user.id, job_id=job_id, created_at=now, changed_at=now, **cv.model_dump())
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError:  # applied in another window at this moment
        return None
    await _note(session, request, "application.sent", made, by=user)
    await _tell_company(session, request, made, job, user)
    return made


async def _tell_company(session: AsyncSession, request: Request, made: Application, job: Job, student: User) -> None:
    """Tell the company; a job that an admin posted has nobody to tell."""
    if job.owner_id is None:
        return
    state, owner = request.app.state, await session.get_one(User, job.owner_id)
    await _mail(
        session, request, shared.mail_to_company(made, job, student, owner, origin=state.origin, links=state.links)
    )
    await state.tell(session, shared.received(made, job))


async def _tell_student(session: AsyncSession, request: Request, found: Application, job: Job, student: User) -> None:
    state = request.app.state
    await _mail(session, request, shared.mail_to_student(found, job, student, origin=state.origin))
    await state.tell(session, shared.answered(found))


async def _mail(session: AsyncSession, request: Request, message: Message | None) -> None:
    if message is not None:
        await request.app.state.mails.put(session, message)


async def _note(session: AsyncSession, request: Request, what: str, found: Application, *, by: User) -> None:
    event = shared.noted(request.app.state.ace.audit, what, found, by=by, address=client_address(request))
    await session.execute(written(AUDIT, event))


async def _shown_again(request: Request, user: User, job_id: int, values: dict[str, str], wrong: set[str]) -> Response:
    async with request.app.state.sessions() as session:
        job = await session.get(Job, job_id) if 0 < job_id < 2**63 else None
    if job is None:
        raise HTTPException(404, NO_JOB)
    return page(request, "job.html", user, 422, **shared.shown_again(job, values, wrong))
