"""A row of the service as a job posting: total, so that whatever comes is a posting or a refused row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from ace_integrations.errors import UnexpectedReplyError
from ace_integrations.jobs.dedupe import dedupe_key
from ace_integrations.jobs.link import web_address
from ace_integrations.jobs.posting import EXTERNAL_PREFIX, ApplyOption, JobPosting
from ace_integrations.jsearch.rows.employment import read_employment
from ace_integrations.jsearch.rows.job_id import provider_id, stable_id
from ace_integrations.jsearch.rows.level import read_level
from ace_integrations.jsearch.rows.place import REMOTE, is_remote, read_place
from ace_integrations.jsearch.rows.posted import read_posted
from ace_integrations.jsearch.rows.salary import read_salary
from ace_integrations.jsearch.rows.text import clean_line, clean_text

MOST_OPTIONS = 20
"""Places to apply at that are kept; eight were seen."""


class RowRefusedError(UnexpectedReplyError):
    """A row of the answer is no job: it has no title."""


def to_posting(row: Mapping[str, Any], *, now: datetime, annualise: bool = False) -> JobPosting:
    """Read a row as a posting. Only its title is needed; what else is missing or of a wrong type is left out.

    Args:
        now: when the row was fetched, with its zone.
        annualise: give the salary for a year of full-time work.

    Raises:
        RowRefusedError: it has no title.

    Source: jsearch.md §4.1
    """
    title = clean_line(row.get("job_title"))
    if title is None:
        raise RowRefusedError("the row has no title", provider="jsearch")
    company = clean_line(row.get("employer_name"))
    remote = is_remote(row, title)
    location = read_place(row) or (REMOTE if remote else None)
    description = clean_text(row.get("job_description"))
    salary = read_salary(row)
    if annualise:
        salary = salary.by_year()
    options = _options(row.get("apply_options"))
    posted_at, is_approximate = read_posted(row, now)
    provider_job_id = provider_id(row.get("job_id"))
    return JobPosting(
        id=EXTERNAL_PREFIX + _id(provider_job_id, title, company, "remote" if remote else location),
        title=title,
        company=company,
        location=location,
        description=description,
        salary_min=salary.lowest,
        salary_max=salary.highest,
        employment_type=read_employment(row),
        experience_level=read_level(row, title, description),
        remote=remote,
        apply_url=_apply_url(row, options),
        posted_at=posted_at,
        source="external",
        salary_period=salary.period,
        salary_currency=salary.currency,
        publisher=clean_line(row.get("job_publisher")),
        provider="jsearch",
        provider_job_id=provider_job_id,
        country=clean_line(row.get("job_country")),
        apply_options=options,
        posted_at_approximate=is_approximate,
        raw=row,
    )


def _id(provider_job_id: str | None, title: str, company: str | None, location: str | None) -> str:
    return stable_id(provider_job_id) if provider_job_id else f"h{dedupe_key(title, company, location)}"


def _options(value: object) -> tuple[ApplyOption, ...]:
    """Give the places to apply at, those that take the application themselves first."""
    if not isinstance(value, list):
        return ()
    given = (_option(entry) for entry in cast("list[object]", value)[:MOST_OPTIONS])
    return tuple(sorted((option for option in given if option), key=lambda option: not option.is_direct))


def _option(value: object) -> ApplyOption | None:
    if not isinstance(value, dict):
        return None
    entry = cast("dict[str, Any]", value)
    address = web_address(entry.get("apply_link"))
    if address is None:
        return None
    return ApplyOption(
        publisher=clean_line(entry.get("publisher")), url=address, is_direct=entry.get("is_direct") is True
    )


def _apply_url(row: Mapping[str, Any], options: tuple[ApplyOption, ...]) -> str | None:
    if address := web_address(row.get("job_apply_link")):
        return address
    return options[0].url if options else web_address(row.get("job_google_link"))
