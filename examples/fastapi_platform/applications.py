"""Local jobs from their posting to an answer: the events of each step are told at once."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import AfterValidator, BaseModel, Field, model_validator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ace_integrations.jobs import EmploymentType, ExperienceLevel
from ace_integrations.realtime import ApplicationStatusChanged, JobPosted
from examples.fastapi_platform import universities
from examples.fastapi_platform.accounts import SignedIn, Visitor
from examples.fastapi_platform.admin import Admin
from examples.fastapi_platform.paying import now_of
from examples.fastapi_platform.postings import posting_of
from examples.fastapi_platform.tables import Application, Job, User
from examples.shared.accounts import clean

router = APIRouter()

NEXT = {
    "pending": ("interview", "accepted", "rejected"),
    "interview": ("accepted", "rejected"),
    "accepted": (),
    "rejected": (),
}
"""What may become of an application; an answer that was given is final."""

Line = Annotated[str, AfterValidator(clean), Field(min_length=2, max_length=200)]


class NewJob(BaseModel):
    """A posting, by the fields of `JobPosting`. The students of `university`, by its name, are told at once."""

    title: Line
    company: Line
    location: Line
    description: Annotated[str, Field(min_length=1, max_length=20_000)]
    salary_min: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    salary_max: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    salary_period: Literal["HOUR", "DAY", "WEEK", "MONTH", "YEAR"] | None = None
    salary_currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    employment_type: EmploymentType | None = None
    experience_level: ExperienceLevel | None = None
    remote: bool = False
    university: Line | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> "NewJob":
        if self.salary_min is not None and self.salary_max is not None and self.salary_min > self.salary_max:
            raise ValueError("salary_min is more than salary_max")
        return self


class NewStatus(BaseModel):
    """What a company answers."""

    status: Literal["pending", "interview", "accepted", "rejected"]


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
