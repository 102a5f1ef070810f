"""The pages of a company: its jobs, a form for each, who applied, and the answer."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from examples.fastapi_platform import applications, offers
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.offers import VisitingEmployer
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Application, Job, User
from examples.shared import forms
from examples.shared.applications import RESUME, RESUME_HEADERS, shown_to_company
from examples.shared.forms import BLANK, TypedJob, typed, wrong_fields
from examples.shared.offers import MOST, NamelessError
from examples.shared.searching import posting_of
from examples.shared.steps import Hiring, StepRefusedError

router = APIRouter(include_in_schema=False)


@router.get("/company")
async def jobs(request: Request, user: VisitingEmployer) -> Response:
    """List a company's jobs, every one for the admin, with how many wait for an answer."""
    async with request.app.state.sessions() as session:
        rows = await _with_counts(session, user)
    return page(request, "company.html", user, rows=rows)


@router.get("/company/jobs/new")
async def new(request: Request, user: VisitingEmployer) -> Response:
    """Show an empty form."""
    return _form(request, user, TypedJob(**BLANK))


@router.post("/company/jobs")
async def post(request: Request, user: VisitingEmployer, form: Annotated[TypedJob, Form()]) -> Response:
    """Post a job, or show the form again with what is wrong; what was typed stays."""
    try:
        job = await offers.add(request, user, form.read())
    except ValidationError as error:
        return _form(request, user, form, wrong=wrong_fields(error, whole="salary_max"))
    except NamelessError:
        return _form(request, user, form, wrong=("company",))
    return RedirectResponse(f"/company/jobs/{job.id}", 303)


@router.get("/company/jobs/{job_id}")
async def job(job_id: int, request: Request, user: VisitingEmployer) -> Response:
    """Show a job with who applied for it."""
    async with request.app.state.sessions() as session:
        found = await offers.own(session, user, job_id)
        rows = await applications.applicants(session, found)
    return page(request, "company_job.html", user, job=posting_of(found), row=found, rows=rows)


@router.get("/company/jobs/{job_id}/edit")
async def edit(job_id: int, request: Request, user: VisitingEmployer) -> Response:
    """Show the form with what the job says."""
    async with request.app.state.sessions() as session:
        found = await offers.own(session, user, job_id)
    return _form(request, user, typed(vars(found)), job=found)


@router.post("/company/jobs/{job_id}")
async def change(job_id: int, request: Request, user: VisitingEmployer, form: Annotated[TypedJob, Form()]) -> Response:
    """Change a job, or show the form again with what is wrong."""
    async with request.app.state.sessions() as session:
        found = await offers.own(session, user, job_id)
    try:
        await offers.rewrite(request, user, job_id, form.read())
    except ValidationError as error:
        return _form(request, user, form, job=found, wrong=wrong_fields(error, whole="salary_max"))
    return RedirectResponse(f"/company/jobs/{job_id}", 303)


@router.post("/company/jobs/{job_id}/close")
async def close(job_id: int, request: Request, user: VisitingEmployer) -> Response:
    """Close a job."""
    await offers.end(request, user, job_id)
    return RedirectResponse(f"/company/jobs/{job_id}", 303)


@router.get("/company/applications/{application_id}")
async def application(application_id: int, request: Request, user: VisitingEmployer) -> Response:
    """Show one application with what came with it."""
    return await _application(request, user, application_id)


@router.post("/company/applications/{application_id}/status")
async def answer(
    application_id: int, request: Request, user: VisitingEmployer, status: Annotated[Hiring, Form()]
) -> Response:
    """Answer an application, or say that it was answered otherwise meanwhile."""
    try:
        await applications.answered(request, user, application_id, status)
    except StepRefusedError:
        return await _application(request, user, application_id, status=409)
    return RedirectResponse(f"/company/applications/{application_id}", 303)


@router.get("/resumes/{token}")
async def resume(token: str, request: Request, user: Visitor) -> Response:
    """Show what came with an application to whoever has its link, for as long as that is good."""
    state = request.app.state
    number = state.links.read(RESUME, token)
    async with state.sessions() as session:
        found = await session.get(Application, number) if number is not None else None
        if found is None:
            return page(request, "resume_gone.html", user, 404)
        who, about = await session.get_one(User, found.user_id), await session.get_one(Job, found.job_id)
    answer = page(request, "resume.html", user, application=found, who=who, job=about)
    answer.headers.update(RESUME_HEADERS)
    return answer


async def _with_counts(session: AsyncSession, user: User) -> list[tuple[Job, int, int]]:
    waits = Application.status == Hiring.PENDING
    counts = (func.count(Application.id), func.count(Application.id).filter(waits))
    rows = select(Job, *counts).outerjoin(Application, Application.job_id == Job.id).group_by(Job.id)
    if user.role != "admin":
        rows = rows.where(Job.owner_id == user.id)
    newest = rows.order_by(Job.closed_at.is_not(None), Job.posted_at.desc(), Job.id.desc()).limit(MOST)
    return [(job, everyone, waiting) for job, everyone, waiting in await session.execute(newest)]


async def _application(request: Request, user: User, application_id: int, *, status: int = 200) -> Response:
    async with request.app.state.sessions() as session:
        found, job, who = await applications.received(session, user, application_id)
    shown = shown_to_company(found, job, who, late=status == 409)
    return page(request, "company_application.html", user, status, **shown)


def _form(
    request: Request, user: User, values: TypedJob, *, job: Job | None = None, wrong: Collection[str] = ()
) -> Response:
    return page(request, "company_form.html", user, 422 if wrong else 200, **forms.shown(values, job=job, wrong=wrong))
