"""The jobs of a company, and of the admin: posted, changed and closed by who owns them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.contrib.fastapi import client_address
from ace_integrations.contrib.sqlalchemy import written
from examples.fastapi_platform import suggesting
from examples.fastapi_platform.accounts import SignedIn, Visitor
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.tables import AUDIT, Job, User
from examples.shared import universities
from examples.shared.accounts import user_key
from examples.shared.forms import JobForm
from examples.shared.searching import posting_of

router = APIRouter()


async def employer(user: SignedIn) -> User:
    """Give a company whose account is open, or the admin; for everybody else this does not exist."""
    if user.role not in ("company", "admin"):
        raise HTTPException(404, "Not Found")
    if user.status != "active":
        raise HTTPException(403, "Only companies whose identity was checked do this.")
    return user


async def visiting_employer(user: Visitor) -> User:
    """Give the same who opens a page: a stranger is asked to sign in, and who was not checked to be."""
    if user is None:
        raise HTTPException(303, headers={"location": "/login"})
    if user.role == "company" and user.status != "active":
        raise HTTPException(303, headers={"location": "/verify"})
    return await employer(user)


Employer = Annotated[User, Depends(employer)]
VisitingEmployer = Annotated[User, Depends(visiting_employer)]


@router.post("/api/jobs", status_code=201)
async def post(form: JobForm, request: Request, user: Employer) -> Any:
    """Post a job; the students whom it suits are told."""
    job = await add(request, user, form)
    return JSONResponse(posting_of(job).public(), 201)


@router.put("/api/jobs/{job_id}")
async def change(job_id: int, form: JobForm, request: Request, user: Employer) -> Any:
    """Change a job that is not closed; nobody is told again."""
    return posting_of(await rewrite(request, user, job_id, form)).public()


@router.post("/api/jobs/{job_id}/close")
async def close(job_id: int, request: Request, user: Employer) -> Any:
    """Close a job: it is listed no more, and nobody can apply. A second time does nothing."""
    job = await end(request, user, job_id)
    return {"job_id": job.id, "status": "closed"}


async def add(request: Request, user: User, form: JobForm) -> Job:
    """Store a new job, and let it be told.

    Raises:
        HTTPException: 422, the admin named no company.
    """
    job = Job(posted_at=now_of(request), owner_id=user.id if user.role == "company" else None)
    _write(job, user, form)
    async with request.app.state.sessions.begin() as session:
        session.add(job)
        await session.flush()
        await suggesting.suggest(session, job, state=request.app.state, now=now_of(request))
        await _note(session, request, "job.posted", user, job)
    return job


async def rewrite(request: Request, user: User, job_id: int, form: JobForm) -> Job:
    """Store what a job says now.

    Raises:
        HTTPException: 404, it is none of theirs; 409, it is closed.
    """
    async with request.app.state.sessions.begin() as session:
        job = await own(session, user, job_id, to_change=True)
        if job.closed_at is not None:
            raise HTTPException(409, "This job is closed.")
        _write(job, user, form)
        await _note(session, request, "job.changed", user, job)
    return job


async def end(request: Request, user: User, job_id: int) -> Job:
    """Close a job; see `rewrite`."""
    async with request.app.state.sessions.begin() as session:
        job = await own(session, user, job_id, to_change=True)
        if job.closed_at is None:
            job.closed_at = now_of(request)
            await _note(session, request, "job.closed", user, job)
    return job


async def own(session: AsyncSession, user: User, job_id: int, *, to_change: bool = False) -> Job:
    """Find a job of a company's, or any for the admin; another's answers as one that is not there.

    Args:
        to_change: hold the row until the transaction ends.
    """
    job = await session.get(Job, job_id, with_for_update=to_change) if 0 < job_id < 2**63 else None
    if job is None or not owns(user, job):
        raise HTTPException(404, "No such job.")
    return job


def owns(user: User, job: Job) -> bool:
    """Whether a job is a company's own; every one is the admin's."""
    return user.role == "admin" or job.owner_id == user.id


def _write(job: Job, user: User, form: JobForm) -> None:
    """Let a job say what a form says. Whose it is and when it was posted no form says."""
    company = user.company if user.role == "company" else form.company or job.company
    if not company:
        raise HTTPException(422, "Name the company.")
    for name, value in form.model_dump(mode="json", exclude={"company"}).items():
        setattr(job, name, value)
    job.company, job.places = company, form.location
    job.university_id = universities.key_of(form.university) if form.university else None


async def _note(session: AsyncSession, request: Request, what: str, user: User, job: Job) -> None:
    details, by = {"job": str(job.id)}, user_key(user.id)
    event = request.app.state.ace.audit.event(what, user=by, actor=by, address=client_address(request), details=details)
    await session.execute(written(AUDIT, event))
