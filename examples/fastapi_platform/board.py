"""The pages of the board of jobs: a list with its filters in a form, and a page for each posting."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from ace_integrations import AsyncAce, InvalidInputError, InvalidRequestError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.jobs import JobPosting, SearchResult
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.applications import application_of
from examples.fastapi_platform.jobs import search
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Application, Job, User
from examples.shared.searching import Asked, asked_of, back_to, from_outside, is_own, listed, posting_of

router = APIRouter(include_in_schema=False)
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@router.get("/jobs")
async def jobs(request: Request, user: Visitor, ace: AceDep) -> Response:
    """List postings. What the form cannot have sent, and a page that lapsed, are answered with a word and the form."""
    try:
        asked = asked_of(request.query_params)
        found = await search(ace, asked)
    except (ValidationError, InvalidInputError):
        return _listed(request, user, Asked(), None, status=422, news="filters")
    except InvalidRequestError:
        return _listed(request, user, asked.at(None), None, status=422, news="lapsed")
    return _listed(request, user, asked, found)


@router.get("/jobs/{job_id:path}")
async def job(job_id: str, request: Request, user: Visitor, ace: AceDep) -> Response:
    """Show a posting; one from outside is found by the search that showed it, whose answer was kept."""
    own = await _own(request, job_id) if is_own(job_id) else None
    posting = await _outside(request, ace, job_id) if own is None else posting_of(own)
    back = back_to(request.url.query)
    if posting is None:
        return page(request, "job_gone.html", user, 404, back=back)
    shown = {"job": posting, "back": back, "application": await _application(request, user, posting)}
    closed = own is not None and own.closed_at is not None
    return page(request, "job.html", user, **shown, closed=closed, values={}, wrong=())


def _listed(
    request: Request, user: User | None, asked: Asked, found: SearchResult | None, *, status: int = 200, news: str = ""
) -> Response:
    return page(request, "jobs.html", user, status, **listed(asked, found, news=news))


async def _own(request: Request, job_id: str) -> Job | None:
    async with request.app.state.sessions() as session:
        found: Job | None = await session.get(Job, int(job_id))
    return found


async def _application(request: Request, user: User | None, posting: JobPosting) -> Application | None:
    if user is None or posting.source != "local":
        return None
    async with request.app.state.sessions() as session:
        return await application_of(session, user, int(posting.id))


async def _outside(request: Request, ace: AsyncAce, job_id: str) -> JobPosting | None:
    if is_own(job_id):
        return None
    try:
        found = await search(ace, asked_of(request.query_params))
    except (ValidationError, InvalidInputError, InvalidRequestError):
        return None
    return from_outside(found, job_id)
