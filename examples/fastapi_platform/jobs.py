"""The board of jobs for scripts: `GET /api/jobs`. What was asked, and how the answer went, is shared with the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from ace_integrations import AsyncAce, InvalidInputError, InvalidRequestError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.jobs import EmploymentType, ExperienceLevel, SearchResult
from examples.fastapi_platform.accounts import Visitor
from examples.shared.searching import Asked, headers_of, refused, shown_of

router = APIRouter()
AceDep = Annotated[AsyncAce, Depends(get_ace)]


class PublicJob(BaseModel):
    """A posting. `id` begins with `ext_` where it came from outside; salaries are in the posting's own unit."""

    id: str
    title: str
    company: str | None
    location: str | None
    description: str
    salary_min: float | None
    salary_max: float | None
    employment_type: EmploymentType | None
    experience_level: ExperienceLevel | None
    remote: bool
    apply_url: str | None
    posted_at: datetime | None
    source: Literal["local", "external"]


_HEADERS: dict[str, Any] = {
    "X-Jobs-External": {
        "description": "How the search outside went: `ok`, `stale`, `unavailable` or `not_asked`, with what is known "
        "of it, as in `unavailable; reason=quota; retry_after=3600`.",
        "schema": {"type": "string"},
    },
    "X-Jobs-Cursor": {
        "description": "What the next page is asked with, where there is one.",
        "schema": {"type": "string"},
    },
}


@router.get("/api/jobs", response_model=list[PublicJob], responses={200: {"headers": _HEADERS}})
async def jobs(asked: Annotated[Asked, Query()], request: Request, user: Visitor, ace: AceDep) -> Any:
    """Find postings: the platform's own first, then those from outside, each newest first and each job once.

    A service that fails leaves the platform's own; `X-Jobs-External` says why.
    """
    del request, user
    try:
        found = await search(ace, asked)
    except (InvalidInputError, InvalidRequestError) as error:
        return JSONResponse(refused(error, asked), 422)
    return JSONResponse([posting.public() for posting in found.postings], headers=headers_of(found.meta))


async def search(ace: AsyncAce, asked: Asked) -> SearchResult:
    """Search as asked.

    Raises:
        InvalidInputError: a field means nothing.
        InvalidRequestError: the service refuses the question; an old cursor for one.
    """
    return shown_of(await ace.jobs.search(asked.filters, job_source=asked.job_source, cursor=asked.cursor), asked)
