"""Local jobs from their posting to an answer: the events of each step are told at once."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.realtime import ApplicationStatusChanged, JobPosted
from examples.fastapi_platform.accounts import SignedIn, Visitor
from examples.fastapi_platform.admin import Admin
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.tables import Application, Job, User
from examples.shared import universities
from examples.shared.applying import NEXT, NewJob, NewStatus
from examples.shared.searching import posting_of

router = APIRouter()


@router.post("/api/jobs", status_code=201)
async def post_job(form: NewJob, request: Request, user: Admin) -> Any:
    """Post a job."""
    del user
    fields = form.model_dump(mode="json", exclude={"university"})
    key = universities.key_of(form.university) if form.university else None
    job = Job(**fields, places=form.location, university_id=key, posted_at=now_of(request))
    async with request.app.state.sessions.begin() as session:
        session.add(job)
        await session.flush()
        if key is not None:
            event = JobPosted(job_id=str(job.id), university_id=key, title=job.title)
            await request.app.state.tell(session, event)
    return JSONResponse(posting_of(job).public(), 201)


@router.post("/api/jobs/{job_id}/apply", status_code=201)
async def apply(job_id: int, request: Request, user: SignedIn) -> Any:
    """Apply for a job; each student once."""
    async with request.app.state.sessions.begin() as session:
        made = await _applied(session, job_id, user)
    if made is None:
        return JSONResponse({"error": "You have applied for this job."}, 409)
    return {"application_id": made.id, "job_id": made.job_id, "status": made.status}


@router.post("/jobs/{job_id}/apply", include_in_schema=False)
async def apply_by_form(job_id: int, request: Request, user: Visitor) -> Response:
    """Apply for a job, and show it again; applying twice is the same."""
    if user is None:
        return RedirectResponse("/login", 303)
    async with request.app.state.sessions.begin() as session:
        await _applied(session, job_id, user)
    return RedirectResponse(f"/jobs/{job_id}", 303)


@router.post("/api/applications/{application_id}/status")
async def answer(application_id: int, form: NewStatus, request: Request, user: Admin) -> Any:
    """Change where an application is, and tell who applied."""
    del user
    async with request.app.state.sessions.begin() as session:
        found = await session.get(Application, application_id, with_for_update=True)
        if found is None:
            raise HTTPException(404, "No such application.")
        if form.status not in (found.status, *NEXT[found.status]):
            return JSONResponse({"error": f"{found.status} cannot become {form.status}", "status": found.status}, 409)
        if form.status != found.status:
            found.status = form.status
            about = {"application_id": str(found.id), "user_id": str(found.user_id), "job_id": str(found.job_id)}
            await request.app.state.tell(session, ApplicationStatusChanged(status=found.status, **about))
    return {"application_id": found.id, "job_id": found.job_id, "status": found.status}


async def application_of(session: AsyncSession, user: User, job_id: int) -> Application | None:
    """Give a user's application for a job."""
    its = Application.user_id == user.id, Application.job_id == job_id
    found: Application | None = await session.scalar(select(Application).where(*its))
    return found


async def _applied(session: AsyncSession, job_id: int, user: User) -> Application | None:
    """Add an application; None where the user has applied before."""
    if user.role != "student" or user.status != "active":
        raise HTTPException(403, "Only students whose identity was checked apply.")
    if job_id >= 2**63 or await session.get(Job, job_id) is None:
        raise HTTPException(404, "No such job.")
    made = Application(user_id=user.id, job_id=job_id)
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return None
    return made
