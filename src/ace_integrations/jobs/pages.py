"""Page after page of one search."""

from ace_integrations.errors import InvalidInputError, InvalidRequestError, ProviderError
from ace_integrations.jobs.source import JobPage, Missing, reason_of


class PageWalk:
    """Where an iteration over pages is. Each page is billed, so it ends after some. Holds no colour.

    Args:
        most: pages at most.
    """

    def __init__(self, most: int) -> None:
        if most < 1:
            raise InvalidInputError("must be 1 or more", field="most_pages")
        self.cursor: str | None = None
        self._left = most
        self._last: JobPage | None = None

    @property
    def ended(self) -> bool:
        """Whether there is no further page, or no further one is wanted."""
        return self._left == 0

    def came(self, page: JobPage) -> JobPage:
        """Go on after a page."""
        # An older page's cursor has long ended.
        self._left = self._left - 1 if page.cursor and page.stale_because is None else 0
        self.cursor, self._last = page.cursor, page
        return page

    def refused(self, error: ProviderError) -> JobPage:
        """End with an empty page that says why, where pages were given already.

        Raises:
            ProviderError: it is the first page.
        """
        self._left = 0
        if self._last is None:
            raise error
        # The same arguments were accepted before, so it is the cursor that is refused.
        reason = Missing.EXPIRED if isinstance(error, InvalidRequestError) else reason_of(error)
        return JobPage(postings=(), fetched_at=self._last.fetched_at, cursor=self.cursor, stopped_by=reason)
