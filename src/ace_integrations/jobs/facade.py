"""`ace.jobs`: the platform's own postings and those from outside, in neutral words."""

from collections.abc import AsyncIterator, Iterator

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.errors import ProviderError
from ace_integrations.jobs.board import JobBoard, JobOrigin, SearchResult
from ace_integrations.jobs.filters import SearchFilters
from ace_integrations.jobs.pages import PageWalk
from ace_integrations.jobs.source import JobPage


class JobsOperations:
    """Describe what a platform asks of its board of jobs."""

    provider = ""
    board: JobBoard

    @operation
    def search(
        self,
        filters: SearchFilters | None = None,
        *,
        job_source: JobOrigin | str = JobOrigin.BOTH,
        cursor: str | None = None,
    ) -> Call[SearchResult]:
        """Find postings; a service that fails is done without, and `meta.missing` says why.

        Args:
            filters: the settings' defaults where none are given.
            job_source: "local" asks no service; "external" only it; "both" gives the platform's own first.
            cursor: `meta.cursor` of the search before, for the next page from outside.

        Raises:
            InvalidInputError: `job_source` is none of these.
            InvalidRequestError: the service refused the arguments; an old cursor for one.
        """
        return self.board.search(filters or SearchFilters(), job_source=job_source, cursor=cursor)


class Jobs(JobsOperations, SyncFacade):
    """A board of jobs, blocking."""

    def __init__(self, sender: Sender, board: JobBoard) -> None:
        super().__init__(sender)
        self.board = board

    def pages(self, filters: SearchFilters | None = None, *, most_pages: int) -> Iterator[JobPage]:
        """Give page after page from outside, each billed unless it is kept.

        Where the service refuses to go on, the last page is empty and `is_partial`, and `stopped_by` says why.

        Raises:
            ProviderError: the first page failed.
        """
        walk = PageWalk(most_pages)
        while not walk.ended:
            try:
                page = walk.came(self.perform(self.board.page(filters or SearchFilters(), cursor=walk.cursor)))
            except ProviderError as error:
                page = walk.refused(error)
            yield page


class AsyncJobs(JobsOperations, AsyncFacade):
    """A board of jobs, awaited."""

    def __init__(self, sender: AsyncSender, board: JobBoard) -> None:
        super().__init__(sender)
        self.board = board

    async def pages(self, filters: SearchFilters | None = None, *, most_pages: int) -> AsyncIterator[JobPage]:
        """Give page after page from outside; see `Jobs.pages`."""
        walk = PageWalk(most_pages)
        while not walk.ended:
            try:
                page = walk.came(await self.perform(self.board.page(filters or SearchFilters(), cursor=walk.cursor)))
            except ProviderError as error:
                page = walk.refused(error)
            yield page
