"""A board of jobs: the platform's own postings, and those from outside where they can be had."""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ace_integrations.core.call import Call, Result
from ace_integrations.degradation import FAILING, logger, tell
from ace_integrations.errors import AceError, ConfigurationError, InvalidInputError, ProviderError
from ace_integrations.jobs.filters import SearchFilters
from ace_integrations.jobs.merge import merged
from ace_integrations.jobs.posting import JobPosting
from ace_integrations.jobs.source import JobPage, JobSource, Missing, RateLimit, reason_of

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncSender, Sender

LocalJobs = Callable[[SearchFilters], Iterable[JobPosting] | Awaitable[Iterable[JobPosting]]]
"""Finds the platform's own postings; may be a coroutine function for `AsyncAce`. Each has `source="local"`."""


class JobOrigin(StrEnum):
    """Whose postings are wanted."""

    LOCAL = "local"
    EXTERNAL = "external"
    BOTH = "both"


class SearchMeta(BaseModel):
    """How a search went.

    Attributes:
        local: how many of the postings are the platform's own; `external` the others.
        missing: why there are none from outside, or older ones than there should be; None where all is well.
        is_stale: those from outside are older than they should be.
        fetched_at: when those from outside were fetched.
        retry_after: seconds before asking for them again makes sense, where that is known.
        cursor: what the next page from outside is asked with.
        rate_limit: how much more may be asked, as the service said when it was asked last.
    """

    model_config = ConfigDict(frozen=True)

    job_source: JobOrigin
    local: int = 0
    external: int = 0
    missing: Missing | None = None
    is_stale: bool = False
    fetched_at: AwareDatetime | None = None
    retry_after: float | None = None
    cursor: str | None = None
    rate_limit: RateLimit | None = None


class SearchResult(BaseModel):
    """What a board shows: the platform's own postings first, then others, each newest first and each job once."""

    model_config = ConfigDict(frozen=True)

    postings: tuple[JobPosting, ...]
    meta: SearchMeta


@dataclass(frozen=True, slots=True)
class _Outside:
    """What came from outside: a page, or why there is none."""

    page: JobPage | None = None
    missing: Missing | None = None
    retry_after: float | None = None


class JobBoard:
    """Describes searches over a platform's own postings and one source of others. Holds no colour.

    Args:
        name: of the source, for warnings.
        local: finds the platform's own postings; None where it has none. May be set later.
    """

    def __init__(self, name: str, source: JobSource, *, local: LocalJobs | None = None) -> None:
        self._name = name
        self._source = source
        self.local = local

    def search(
        self, filters: SearchFilters, *, job_source: JobOrigin | str = JobOrigin.BOTH, cursor: str | None = None
    ) -> Call[SearchResult]:
        """Find postings. A source that fails is done without, and `meta.missing` says why.

        Raises:
            InvalidInputError: `job_source` is not local, external or both.
        """
        origin = _origin(job_source)
        ours: Call[tuple[JobPosting, ...]] = Result(())
        if self.local is not None and origin is not JobOrigin.EXTERNAL:
            ours = _Local(self.local, filters)
        if origin is JobOrigin.LOCAL:
            return ours.map(lambda local: _result(origin, local, _Outside()))
        outside = self._outside(filters, cursor)
        return ours.then(lambda local: outside.map(lambda found: _result(origin, local, found)))

    def page(self, filters: SearchFilters, *, cursor: str | None = None) -> Call[JobPage]:
        """Find one page from outside; a source that fails is an error."""
        return self._source.search(filters, cursor=cursor)

    def _outside(self, filters: SearchFilters, cursor: str | None) -> Call[_Outside]:
        found = self._source.search(filters, cursor=cursor).map(_found)
        return found.recover(AceError, lambda error: Result(self._without(error)))

    def _without(self, error: AceError) -> _Outside:
        if isinstance(error, ConfigurationError):
            _warn_once(self._name, error)
            return _Outside(missing=Missing.NOT_CONFIGURED)
        if not isinstance(error, FAILING):
            _raise(error)
        failed: ProviderError = error
        tell("ace.jobs", failed)
        return _Outside(missing=reason_of(failed), retry_after=failed.retry_after)


@dataclass(slots=True)
class _Local(Call[tuple[JobPosting, ...]]):
    """The platform's own search, in whichever colour it is written."""

    find: LocalJobs
    filters: SearchFilters

    def run(self, sender: "Sender") -> tuple[JobPosting, ...]:
        del sender
        found = self.find(self.filters)
        if inspect.isawaitable(found):
            if inspect.iscoroutine(found):
                found.close()
            raise InvalidInputError("is a coroutine function, which needs AsyncAce", field="local_jobs")
        return tuple(found)

    async def arun(self, sender: "AsyncSender") -> tuple[JobPosting, ...]:
        del sender
        found = self.find(self.filters) if _is_awaited(self.find) else await asyncio.to_thread(self.find, self.filters)
        return tuple(await found if inspect.isawaitable(found) else found)


def _is_awaited(find: LocalJobs) -> bool:
    return inspect.iscoroutinefunction(find) or inspect.iscoroutinefunction(getattr(find, "__call__", None))  # noqa: B004


def _origin(job_source: JobOrigin | str) -> JobOrigin:
    try:
        return JobOrigin(job_source)
    except ValueError:
        raise InvalidInputError("is local, external or both", field="job_source") from None


def _found(page: JobPage) -> _Outside:
    return _Outside(page, missing=page.stale_because)


def _result(origin: JobOrigin, local: tuple[JobPosting, ...], outside: _Outside) -> SearchResult:
    page = outside.page
    postings = merged(local, page.postings if page else ())
    meta = SearchMeta(
        job_source=origin,
        local=len(local),
        external=len(postings) - len(local),
        missing=outside.missing,
        is_stale=page is not None and page.stale_because is not None,
        fetched_at=page.fetched_at if page else None,
        retry_after=outside.retry_after,
        cursor=page.cursor if page else None,
        rate_limit=page.rate_limit if page else None,
    )
    return SearchResult(postings=postings, meta=meta)


_warned: set[str] = set()
_warning = threading.Lock()


def _warn_once(name: str, error: ConfigurationError) -> None:
    with _warning:
        is_first = name not in _warned
        _warned.add(name)
    if is_first:
        logger.warning("ace.jobs goes on without %s: %s", name, error)


def _raise(error: AceError) -> NoReturn:
    raise error
