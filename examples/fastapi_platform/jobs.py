"""The board of jobs for scripts: `GET /api/jobs`. What was asked, and how the answer went, is shared with the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, model_validator

from ace_integrations import AsyncAce, InvalidInputError, InvalidRequestError
from ace_integrations.contrib.fastapi import get_ace
from ace_integrations.jobs import (
    DatePosted,
    EmploymentType,
    ExperienceLevel,
    JobOrigin,
    Missing,
    SearchFilters,
    SearchMeta,
    SearchResult,
)
from examples.fastapi_platform.accounts import Visitor

router = APIRouter()
AceDep = Annotated[AsyncAce, Depends(get_ace)]


class Asked(BaseModel):
    """A search as its address says it; an empty field is one that was left alone.

    `cursor` is the `X-Jobs-Cursor` of the page before: only postings from outside follow, the platform's own all came
    with the first.
    """

    model_config = ConfigDict(frozen=True)

    job_source: JobOrigin = JobOrigin.BOTH
    keyword: str | None = None
    location: str | None = None
    remote: bool = False
    employment_type: tuple[EmploymentType, ...] = ()
    date_posted: DatePosted | None = None
    experience_level: ExperienceLevel | None = None
    cursor: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        lists = {name: [one for one in value if one] for name, value in given.items() if isinstance(value, list)}
        return {name: value for name, value in {**given, **lists}.items() if value != ""}

    @property
    def filters(self) -> SearchFilters:
        """What is looked for.

        Raises:
            InvalidInputError: a text is too long, or no text.
        """
        return SearchFilters(
            keyword=self.keyword,
            location=self.location,
            remote=self.remote,
            employment_types=frozenset(self.employment_type),
            date_posted=self.date_posted,
            experience_level=self.experience_level,
        )

    def at(self, cursor: str | None) -> Self:
        """Give the same search at another page."""
        return self.model_copy(update={"cursor": cursor})


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
    except InvalidInputError as error:
        return JSONResponse({"error": str(error), "field": error.field}, 422)
    except InvalidRequestError:
        field = "cursor" if asked.cursor else "keyword"
        return JSONResponse({"error": f"{field}: is not accepted; search again", "field": field}, 422)
    return JSONResponse([posting.public() for posting in found.postings], headers=headers_of(found.meta))


async def search(ace: AsyncAce, asked: Asked) -> SearchResult:
    """Search as asked.

    Raises:
        InvalidInputError: a field means nothing.
        InvalidRequestError: the service refuses the question; an old cursor for one.
    """
    found = await ace.jobs.search(asked.filters, job_source=asked.job_source, cursor=asked.cursor)
    if asked.cursor is None or asked.job_source is JobOrigin.LOCAL:
        return found
    # The platform's own were searched too, so that none of them comes again from outside.
    outside = tuple(posting for posting in found.postings if posting.source == "external")
    return found.model_copy(update={"postings": outside, "meta": found.meta.model_copy(update={"local": 0})})


def headers_of(meta: SearchMeta) -> dict[str, str]:
    """Say in headers how a search went."""
    headers = {"x-jobs-external": "; ".join((_state_of(meta), *_facts_of(meta)))}
    # A service writes its cursors as it likes, and not all that it likes fits into a header.
    if meta.cursor and meta.cursor.isascii() and meta.cursor.isprintable():
        headers["x-jobs-cursor"] = meta.cursor
    return headers


def is_lacking(meta: SearchMeta) -> bool:
    """Whether somebody should be told that postings from outside are missing: nobody misses what nobody set up."""
    return meta.missing is not None and meta.missing is not Missing.NOT_CONFIGURED


def _state_of(meta: SearchMeta) -> str:
    if meta.job_source is JobOrigin.LOCAL:
        return "not_asked"
    if meta.missing is None:
        return "ok"
    return "stale" if meta.is_stale else "unavailable"


def _facts_of(meta: SearchMeta) -> list[str]:
    facts = {
        "reason": meta.missing,
        "count": meta.external if meta.fetched_at else None,
        "fetched_at": meta.fetched_at.isoformat(timespec="seconds") if meta.fetched_at else None,
        "retry_after": None if meta.retry_after is None else round(meta.retry_after),
    }
    return [f"{name}={value}" for name, value in facts.items() if value is not None]
