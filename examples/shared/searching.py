"""A search for jobs: what was asked by an address, how the answer went, and the addresses that lead on from it."""

from collections.abc import Iterable, Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, model_validator

from ace_integrations import InvalidInputError, InvalidRequestError
from ace_integrations.jobs import (
    DatePosted,
    EmploymentType,
    ExperienceLevel,
    JobOrigin,
    JobPosting,
    Missing,
    SearchFilters,
    SearchMeta,
    SearchResult,
)
from examples.shared.moments import as_utc

MOST = 50
"""Own postings of a search, the newest."""


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


def asked_of(query: Any) -> Asked:
    """Read a search from the fields of an address, of which one may stand there several times.

    Raises:
        ValidationError: a field has a value that the form does not offer.
    """
    return Asked.model_validate({**{name: query[name] for name in query}, "employment_type": _all(query)})


def shown_of(found: SearchResult, asked: Asked) -> SearchResult:
    """Give what a page of results shows: the platform's own postings come with the first only."""
    if asked.cursor is None or asked.job_source is JobOrigin.LOCAL:
        return found
    # The platform's own were searched too, so that none of them comes again from outside.
    outside = tuple(posting for posting in found.postings if posting.source == "external")
    return found.model_copy(update={"postings": outside, "meta": found.meta.model_copy(update={"local": 0})})


def refused(error: InvalidInputError | InvalidRequestError, asked: Asked) -> dict[str, Any]:
    """Name to a script the field that means nothing: to us, or to the service, which an old cursor does."""
    if isinstance(error, InvalidInputError):
        return {"error": str(error), "field": error.field}
    field = "cursor" if asked.cursor else "keyword"
    return {"error": f"{field}: is not accepted; search again", "field": field}


def headers_of(meta: SearchMeta) -> dict[str, str]:
    """Say in headers how a search went."""
    headers = {"x-jobs-external": "; ".join((_state_of(meta), *_facts_of(meta)))}
    # A service writes its cursors as it likes, and not all that it likes fits into a header.
    if meta.cursor and meta.cursor.isascii() and meta.cursor.isprintable():
        headers["x-jobs-cursor"] = meta.cursor
    return headers


def listed(asked: Asked, found: SearchResult | None, *, news: str) -> dict[str, Any]:
    """Give what the list's template says of a search."""
    postings = found.postings if found else ()
    meta = found.meta if found else None
    return {
        "asked": asked,
        "local": [posting for posting in postings if posting.source == "local"],
        "outside": [posting for posting in postings if posting.source == "external"],
        "meta": meta,
        "lacking": meta is not None and _is_lacking(meta),
        "news": news,
        "more": address_of(asked.at(meta.cursor)) if meta and meta.cursor else "",
        "here": address_of(asked),
        "first": address_of(asked.at(None)),
        "detail": lambda posting: _detail(posting, asked),
        "is_narrowed": asked.at(None) != Asked(),
        "origins": list(JobOrigin),
        "types": list(EmploymentType),
        "levels": list(ExperienceLevel),
        "dates": list(DatePosted),
    }


def address_of(asked: Asked) -> str:
    """Give the address of a search."""
    return back_to(urlencode(list(_query(asked))))


def back_to(query: str) -> str:
    """Give the address of the list that led to a posting, by the query that the posting's address has."""
    return f"/jobs?{query}" if query else "/jobs"


def is_own(job_id: str) -> bool:
    """Whether that is an id of the platform's own: longer numbers are none of a database."""
    return job_id.isascii() and job_id.isdecimal() and len(job_id) <= 18


def from_outside(found: SearchResult, job_id: str) -> JobPosting | None:
    """Give a posting from outside of a search; None where it is not among them."""
    return next((posting for posting in found.postings if posting.id == job_id and posting.source == "external"), None)


def posting_of(job: Any) -> JobPosting:
    """Give a row in the words that postings from outside have too."""
    return JobPosting(
        id=str(job.id),
        title=job.title,
        company=job.company,
        location=job.location,
        description=job.description,
        salary_min=job.salary_min,
        salary_max=job.salary_max,
        salary_period=job.salary_period,
        salary_currency=job.salary_currency,
        employment_type=job.employment_type,
        experience_level=job.experience_level,
        remote=job.remote,
        posted_at=as_utc(job.posted_at),
    )


def town_of(location: str) -> str:
    """Give what a place is searched for by: "Cairo, EG" and "Cairo" are one place here."""
    return location.replace("،", ",").partition(",")[0]


def _all(query: Any) -> list[str]:
    return [one for one in query.getlist("employment_type") if one]


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


def _is_lacking(meta: SearchMeta) -> bool:
    """Whether somebody should be told that postings from outside are missing: nobody misses what nobody set up."""
    return meta.missing is not None and meta.missing is not Missing.NOT_CONFIGURED


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
