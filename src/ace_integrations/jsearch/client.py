"""JSearch's calls, described once, and its two clients."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

from ace_integrations.core.call import Call, Configured, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import HttpCall, Into, Repeat, without_none
from ace_integrations.errors import InvalidInputError, ProviderError
from ace_integrations.jobs.filters import DatePosted
from ace_integrations.jobs.pages import PageWalk
from ace_integrations.jobs.posting import JobPosting
from ace_integrations.jobs.source import JobPage
from ace_integrations.jsearch.models import SalaryEstimate, read_details, read_estimates, read_page
from ace_integrations.jsearch.query import SEARCH_PATH, EmploymentCode, Requirement, SearchQuery, comma_list
from ace_integrations.jsearch.service import SERVICE
from ace_integrations.jsearch.settings import JSearchSettings

T = TypeVar("T")

MOST_PAGES: Final = 20
"""Pages that one call may ask for."""

MOST_IDS: Final = 20
"""Jobs whose details one call may ask for."""

LocationType = Literal["ANY", "CITY", "STATE", "COUNTRY"]
Experience = Literal[
    "ALL", "LESS_THAN_ONE", "ONE_TO_THREE", "FOUR_TO_SIX", "SEVEN_TO_NINE", "TEN_TO_FOURTEEN", "ABOVE_FIFTEEN"
]


class JSearchOperations(ServiceOperations):
    """Describe JSearch's calls."""

    service = SERVICE

    @operation
    def search(
        self,
        query: str,
        *,
        cursor: str | None = None,
        num_pages: int = 1,
        country: str | None = None,
        language: str | None = None,
        date_posted: DatePosted | None = None,
        work_from_home: bool = False,
        employment_types: Sequence[EmploymentCode] = (),
        job_requirements: Sequence[Requirement] = (),
        radius: float | None = None,
        exclude_job_publishers: Sequence[str] = (),
    ) -> Call[JobPage]:
        """Find postings; nothing found is an empty page. Takes 5 to 20 seconds, and uses a credit a page.

        Args:
            query: a title and a place, as in "developer in cairo"; long texts find nothing.
            cursor: of the page before, with the same arguments and within minutes.
            num_pages: up to 20 pages of about ten postings in one answer.
            country: ISO 3166-1 alpha-2; `JSEARCH_DEFAULT_COUNTRY` when not given.
            language: ISO 639-1; `JSEARCH_LANGUAGE` when not given, else the country's main one.
            radius: kilometres; not followed strictly.
            exclude_job_publishers: names as `JobPosting.publisher` shows them.

        Raises:
            QuotaExhaustedError: the plan's month is used up; nothing more is sent before it turns.
            PausedError: refused here, because the service refused a moment ago.
            PathRetiredError: this version of the package is too old.
            InvalidRequestError: an argument is refused; an old cursor for one.

        Source: jsearch.md §3.1
        """
        _check(query, num_pages)

        def describe(settings: JSearchSettings) -> Call[JobPage]:
            asked = SearchQuery(
                query,
                country=country or settings.default_country,
                language=language or settings.language,
                cursor=cursor,
                num_pages=num_pages,
                date_posted=date_posted,
                work_from_home=work_from_home,
                employment_types=frozenset(employment_types),
                job_requirements=frozenset(job_requirements),
                radius=radius,
                exclude_job_publishers=frozenset(exclude_job_publishers),
            )
            return search_call(asked, settings)

        return Configured(describe)

    @operation
    def job_details(
        self, *, job_ids: Sequence[str], country: str | None = None, language: str | None = None
    ) -> Call[tuple[JobPosting, ...]]:
        """Get jobs by the service's own ids, one credit each; those that are gone are not in the answer.

        A search already gives whole postings: ask for one that was stored, to see whether it is still there.

        Args:
            job_ids: `JobPosting.provider_job_id` of up to 20.

        Raises:
            QuotaExhaustedError: the plan's month is used up.

        Source: jsearch.md §3.3
        """
        if not 1 <= len(job_ids) <= MOST_IDS or not all(job_ids):
            raise InvalidInputError(f"is 1 to {MOST_IDS} ids", field="job_ids")
        ids = comma_list(job_ids, "job_ids")

        def describe(settings: JSearchSettings) -> Call[tuple[JobPosting, ...]]:
            place = {"country": country or settings.default_country, "language": language or settings.language}
            query = without_none({"job_id": ids, **place})
            return _costly("/job-details", query, read_details, settings, units=len(job_ids))

        return Configured(describe)

    @operation
    def estimated_salary(
        self,
        *,
        job_title: str,
        location: str,
        location_type: LocationType = "ANY",
        years_of_experience: Experience = "ALL",
    ) -> Call[tuple[SalaryEstimate, ...]]:
        """Get what a job pays at a place, by each source that knows; one credit.

        Source: jsearch.md §3.4
        """
        query = {"job_title": job_title, "location": location, "location_type": location_type}
        return _estimates("/estimated-salary", {**query, "years_of_experience": years_of_experience})

    @operation
    def company_job_salary(
        self,
        *,
        company: str,
        job_title: str,
        location: str | None = None,
        location_type: LocationType = "ANY",
        years_of_experience: Experience = "ALL",
    ) -> Call[tuple[SalaryEstimate, ...]]:
        """Get what a job pays at one company; one credit.

        Source: jsearch.md §3.4
        """
        query = {"company": company, "job_title": job_title, "location": location, "location_type": location_type}
        return _estimates("/company-job-salary", {**query, "years_of_experience": years_of_experience})


class JSearch(JSearchOperations, SyncClient[JSearchSettings]):
    """JSearch, blocking."""

    def pages(self, query: str, *, most_pages: int, **arguments: Any) -> Iterator[JobPage]:
        """Give page after page, one credit each; the arguments are those of `search`.

        Where the service refuses to go on, the last page is empty and `is_partial`, and `stopped_by` says why.

        Raises:
            ProviderError: the first page failed.
        """
        walk = PageWalk(most_pages)
        while not walk.ended:
            try:
                page = walk.came(self.search(query, cursor=walk.cursor, **arguments))
            except ProviderError as error:
                page = walk.refused(error)
            yield page


class AsyncJSearch(JSearchOperations, AsyncClient[JSearchSettings]):
    """JSearch, awaited."""

    async def pages(self, query: str, *, most_pages: int, **arguments: Any) -> AsyncIterator[JobPage]:
        """Give page after page; see `JSearch.pages`."""
        walk = PageWalk(most_pages)
        while not walk.ended:
            try:
                page = walk.came(await self.search(query, cursor=walk.cursor, **arguments))
            except ProviderError as error:
                page = walk.refused(error)
            yield page


class JSearchCalls(JSearchOperations, Describer):
    """JSearch's calls, described and not sent."""


def search_call(asked: SearchQuery, settings: JSearchSettings) -> Call[JobPage]:
    """Describe a search."""
    return _costly(SEARCH_PATH, asked.parameters(), read_page, settings, units=asked.num_pages)


def _estimates(path: str, query: Mapping[str, str | None]) -> Call[tuple[SalaryEstimate, ...]]:
    return Configured(lambda settings: _costly(path, without_none(query), read_estimates, settings))


def _costly(path: str, query: dict[str, str], into: Into[T], settings: JSearchSettings, *, units: int = 1) -> Call[T]:
    # A read that is paid for, even where its answer is lost.
    return HttpCall("GET", path, into, query=query, timeout=settings.timeout_s, repeat=Repeat.COSTLY, units=units)


def _check(query: str, num_pages: int) -> None:
    if not query.strip() or len(query) > 300:
        raise InvalidInputError("is a title and a place, in up to 300 letters", field="query")
    if not 1 <= num_pages <= MOST_PAGES:
        raise InvalidInputError(f"is 1 to {MOST_PAGES}", field="num_pages")
