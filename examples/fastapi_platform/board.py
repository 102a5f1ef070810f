"""The pages of the board of jobs: a list with its filters in a form, and a page for each posting."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from ace_integrations import AsyncAce, InvalidInputError, InvalidRequestError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.jobs import DatePosted, EmploymentType, ExperienceLevel, JobOrigin, JobPosting, SearchResult
from examples.fastapi_platform.accounts import Visitor
from examples.fastapi_platform.applications import application_of
from examples.fastapi_platform.jobs import Asked, is_lacking, search
from examples.fastapi_platform.postings import posting_of
from examples.fastapi_platform.rendering import page
from examples.fastapi_platform.tables import Application, Job, User

router = APIRouter(include_in_schema=False)
AceDep = Annotated[AsyncAce, Depends(get_ace)]


@router.get("/jobs")
async def jobs(request: Request, user: Visitor, ace: AceDep) -> Response:
    """List postings. What the form cannot have sent, and a page that lapsed, are answered with a word and the form."""
    try:
        asked = asked_of(request)
        found = await search(ace, asked)
    except (ValidationError, InvalidInputError):
        return _listed(request, user, Asked(), None, status=422, news="filters")
    except InvalidRequestError:
        return _listed(request, user, asked.at(None), None, status=422, news="lapsed")
    return _listed(request, user, asked, found)


@router.get("/jobs/{job_id:path}")
async def job(job_id: str, request: Request, user: Visitor, ace: AceDep) -> Response:
    """Show a posting; one from outside is found by the search that showed it, whose answer was kept."""
    own = await _own(request, job_id) if _is_own(job_id) else None
    posting = await _outside(request, ace, job_id) if own is None else posting_of(own)
    if posting is None:
        return page(request, "job_gone.html", user, 404, back=back_of(request))
    shown = {"job": posting, "back": back_of(request), "application": await _application(request, user, posting)}
    closed = own is not None and own.closed_at is not None
    return page(request, "job.html", user, **shown, closed=closed, values={}, wrong=())


def asked_of(request: Request) -> Asked:
    """Read a search from the address.

    Raises:
        ValidationError: a field has a value that the form does not offer.
    """
    given = request.query_params
    lists = {"employment_type": [one for one in given.getlist("employment_type") if one]}
    return Asked.model_validate({**given, **lists})


def back_of(request: Request) -> str:
    """Give the address of the list that led here."""
    return f"/jobs?{request.url.query}" if request.url.query else "/jobs"


def _listed(
    request: Request, user: User | None, asked: Asked, found: SearchResult | None, *, status: int = 200, news: str = ""
) -> Response:
    postings = found.postings if found else ()
    meta = found.meta if found else None
    return page(
        request,
        "jobs.html",
        user,
        status,
        asked=asked,
        local=[posting for posting in postings if posting.source == "local"],
        outside=[posting for posting in postings if posting.source == "external"],
        meta=meta,
        lacking=meta is not None and is_lacking(meta),
        news=news,
        more=address_of(asked.at(meta.cursor)) if meta and meta.cursor else "",
        here=address_of(asked),
        first=address_of(asked.at(None)),
        detail=lambda posting: _detail(posting, asked),
        is_narrowed=asked.at(None) != Asked(),
        origins=list(JobOrigin),
        types=list(EmploymentType),
        levels=list(ExperienceLevel),
        dates=list(DatePosted),
    )


def address_of(asked: Asked) -> str:
    """Give the address of a search."""
    query = urlencode(list(_query(asked)))
    return f"/jobs?{query}" if query else "/jobs"


def _query(asked: Asked) -> Iterable[tuple[str, str]]:
    for name, value in asked.model_dump(mode="json", exclude_defaults=True).items():
        if isinstance(value, list):
            yield from ((name, str(one)) for one in value)
        else:
            yield name, "true" if value is True else str(value)


def _detail(posting: JobPosting, asked: Asked) -> str:
    query = urlencode(list(_query(asked)))
    where = f"/jobs/{quote(posting.id, safe='')}"
    return f"{where}?{query}" if query else where


def _is_own(job_id: str) -> bool:
    # Longer numbers are none of a database.
    return job_id.isascii() and job_id.isdecimal() and len(job_id) <= 18


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
    if _is_own(job_id):
        return None
    try:
        found = await search(ace, asked_of(request))
    except (ValidationError, InvalidInputError, InvalidRequestError):
        return None
    return next((posting for posting in found.postings if posting.id == job_id and posting.source == "external"), None)
