"""JSearch as the source of a platform's postings from outside."""

from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter

from ace_integrations.core.call import Call
from ace_integrations.core.keep import Cached, Kept
from ace_integrations.degradation import FAILING
from ace_integrations.errors import ProviderError
from ace_integrations.jobs.countries import country_of, is_in
from ace_integrations.jobs.filters import DatePosted, SearchFilters
from ace_integrations.jobs.posting import EmploymentType, ExperienceLevel, JobPosting
from ace_integrations.jobs.source import JobPage, Missing, reason_of
from ace_integrations.jsearch.client import search_call
from ace_integrations.jsearch.query import EmploymentCode, Requirement, SearchQuery
from ace_integrations.jsearch.settings import JSearchSettings

FOUND_S, NOTHING_S = 3_600.0, 900.0
"""Seconds for which a search is not made again: one that found something, and one that did not."""

STALE_S, STALE_WITHOUT_QUOTA_S = 86_400.0, 7 * 86_400.0
"""Seconds for which an older answer stands in: for one that failed, and where nothing may be asked any more."""

PATIENCE_S = 8.0
"""Seconds that a page waits for a search; one that takes longer is kept for whoever searches so next."""

_PAGE = TypeAdapter(JobPage)

_EMPLOYMENT: Final[dict[EmploymentType, EmploymentCode]] = {
    EmploymentType.FULL_TIME: "FULLTIME",
    EmploymentType.PART_TIME: "PARTTIME",
    EmploymentType.CONTRACT: "CONTRACTOR",
    EmploymentType.INTERNSHIP: "INTERN",
}
_EXPERIENCE: Final[dict[ExperienceLevel, frozenset[Requirement]]] = {
    ExperienceLevel.ENTRY: frozenset(("no_experience", "under_3_years_experience")),
    ExperienceLevel.MID: frozenset(("more_than_3_years_experience",)),
    ExperienceLevel.SENIOR: frozenset(("more_than_3_years_experience",)),
}


class JSearchSource:
    """Finds postings with JSearch; implements `jobs.JobSource`.

    Args:
        settings: say what is searched for where the filters do not.
    """

    def __init__(self, settings: JSearchSettings) -> None:
        self._settings = settings

    def search(self, filters: SearchFilters, *, cursor: str | None = None) -> Call[JobPage]:
        """Find postings that match: kept for an hour, older ones where the service fails or takes long.

        Source: jsearch.md §6
        """
        asked = self.query_of(filters, cursor=cursor)
        cached = Cached(
            search_call(asked, self._settings),
            key=asked.key(),
            type_=_PAGE,
            fresh_s=lambda page: FOUND_S if page.postings else NOTHING_S,
            stale_s=_stale_s,
            longest_s=STALE_WITHOUT_QUOTA_S,
            patience_s=PATIENCE_S,
        )
        country = asked.country or ""
        page = cached.labelled("jsearch", "search").map(_as_known)
        return page.map(lambda found: _matching(found, filters, country, asked.date_posted))

    def query_of(self, filters: SearchFilters, *, cursor: str | None = None) -> SearchQuery:
        """Give what is asked of the service for these filters."""
        settings = self._settings
        words = filters.keyword or settings.default_search
        place = filters.location or settings.default_location
        level = filters.experience_level
        return SearchQuery(
            f"{words} in {place}" if place else words,
            country=filters.country or country_of(place) or settings.default_country,
            language=filters.language or settings.language,
            cursor=cursor,
            num_pages=filters.pages,
            # Without a limit the service also gives what is years old.
            date_posted=filters.date_posted or DatePosted.MONTH,
            work_from_home=filters.remote,
            employment_types=frozenset(_EMPLOYMENT[kind] for kind in filters.employment_types),
            job_requirements=frozenset() if level is None else _EXPERIENCE[level],
            radius=filters.radius_km,
            exclude_job_publishers=filters.exclude_publishers,
        )


def _stale_s(error: ProviderError) -> float:
    if not isinstance(error, FAILING):
        return 0.0
    return STALE_WITHOUT_QUOTA_S if reason_of(error) is Missing.QUOTA else STALE_S


def _as_known(kept: Kept[JobPage]) -> JobPage:
    if kept.instead_of is None:
        return kept.value
    return kept.value.model_copy(update={"stale_because": reason_of(kept.instead_of)})


def _matching(page: JobPage, filters: SearchFilters, country: str, date_posted: DatePosted | None) -> JobPage:
    """Drop what the service gives although it was not asked for; what a posting does not say stays."""
    postings = tuple(
        posting
        for posting in page.postings
        if is_in(posting.country, country) and _is_young(posting, page, date_posted) and _is_of_level(posting, filters)
    )
    return page if len(postings) == len(page.postings) else page.model_copy(update={"postings": postings})


def _is_young(posting: JobPosting, page: JobPage, date_posted: DatePosted | None) -> bool:
    if posting.posted_at is None or date_posted is None or date_posted.days is None:
        return True
    # Most dates are midnights, and some are counted from "1 day ago".
    return page.fetched_at - posting.posted_at <= timedelta(days=date_posted.days + 1)


def _is_of_level(posting: JobPosting, filters: SearchFilters) -> bool:
    if filters.experience_level is None:
        return True
    if posting.experience_level is None:
        return not filters.strict_level
    return posting.experience_level is filters.experience_level
