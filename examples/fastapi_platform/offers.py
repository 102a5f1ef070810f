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
from examples.shared import offers as shared
from examples.shared.forms import JobForm
from examples.shared.searching import posting_of

router = APIRouter()


async def employer(user: SignedIn) -> User:
    """Give a company whose account is open, or the admin; for everybody else this does not exist."""
    refused = shared.refused(user)
    if refused is not None:
        raise HTTPException(*refused)
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
    try:
        job = await add(request, user, form)
    except shared.NamelessError as error:
        raise HTTPException(422, str(error)) from None
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
        NamelessError: the admin named no company.
    """
    job = Job(posted_at=now_of(request), owner_id=shared.owner_of(user))
    shared.write(job, user, form)
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
            raise HTTPException(409, shared.CLOSED)
        shared.write(job, user, form)
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
    if job is None or not shared.owns(user, job):
        raise HTTPException(404, shared.NO_JOB)
    return job


async def _note(session: AsyncSession, request: Request, what: str, user: User, job: Job) -> None:
    event = shared.noted(request.app.state.ace.audit, what, user, job, address=client_address(request))
    await session.execute(written(AUDIT, event))
