"""What a service of job postings does for a platform, and what a plugin implements."""

from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ace_integrations.core.call import BlockingCall, Call
from ace_integrations.errors import (
    AuthenticationError,
    BudgetExceededError,
    ConfigurationError,
    DeadlineExceededError,
    PausedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnexpectedReplyError,
)
from ace_integrations.jobs.filters import SearchFilters
from ace_integrations.jobs.posting import JobPosting

QUOTA = "quota"
"""The code of an error, and of a pause, that says that all the account may ask for is used up."""


class Missing(StrEnum):
    """Why postings from outside are missing, or older than they should be."""

    NOT_CONFIGURED = "not_configured"
    """No key is set."""
    QUOTA = "quota"
    """What the account may ask for, or the budget of the settings, is used up."""
    RATE_LIMITED = "rate_limited"
    """Too many at once, or the service asked to be left alone for some time."""
    REFUSED = "refused"
    """The key is not accepted, or may not do this: for a person to look at."""
    EXPIRED = "expired"
    """The page before is too old to go on from it: search anew."""
    TIMEOUT = "timeout"
    UNREADABLE = "unreadable"
    """The answer was not what the service promises."""
    UNAVAILABLE = "unavailable"
    """All else: no connection, or the service is failing."""


_BY_KIND: tuple[tuple[type[ProviderError], Missing], ...] = (
    (BudgetExceededError, Missing.QUOTA),
    (PausedError, Missing.RATE_LIMITED),
    (RateLimitedError, Missing.RATE_LIMITED),
    (AuthenticationError, Missing.REFUSED),
    (PermissionDeniedError, Missing.REFUSED),
    (DeadlineExceededError, Missing.TIMEOUT),
    (UnexpectedReplyError, Missing.UNREADABLE),
)


def reason_of(error: ProviderError) -> Missing:
    """Say in one word why a search gave nothing."""
    if error.code == QUOTA:
        return Missing.QUOTA
    if error.code in (Missing.REFUSED, Missing.UNAVAILABLE):
        # A pause says what it is for.
        return Missing(error.code)
    return next((reason for kind, reason in _BY_KIND if isinstance(error, kind)), Missing.UNAVAILABLE)


class RateLimit(BaseModel):
    """How much more the account may ask for, as the service said last.

    Attributes:
        limit: of the plan.
        remaining: of it.
        resets_at: when the plan's month ends.
    """

    model_config = ConfigDict(frozen=True)

    limit: int | None = None
    remaining: int
    resets_at: AwareDatetime | None = None


class JobPage(BaseModel):
    """Some postings, in the service's order.

    Attributes:
        cursor: what the next page is asked with; None on the last. Good for minutes, and for the same search only.
        fetched_at: when the service gave them.
        refused: rows that were no job.
        rate_limit: None where the service does not say.
        stale_because: why this older page is given in place of a new one; None for one that is still good.
        stopped_by: why there are no further pages although there could be.
    """

    model_config = ConfigDict(frozen=True)

    postings: tuple[JobPosting, ...]
    fetched_at: AwareDatetime
    cursor: str | None = None
    refused: int = 0
    rate_limit: RateLimit | None = None
    request_id: str = ""
    stale_because: Missing | None = None
    stopped_by: Missing | None = None

    @property
    def is_partial(self) -> bool:
        """Whether the service refused to go on."""
        return self.stopped_by is not None


class JobSource(Protocol):
    """What a plugin for job postings implements, once for both colours."""

    def search(self, filters: SearchFilters, *, cursor: str | None = None) -> Call[JobPage]:
        """Find postings that match; what was found a moment ago may be given again.

        Args:
            cursor: of the page before, for the same filters.
        """
        ...


class NoSource:
    """Stands where no source is switched on; implements `JobSource`."""

    def search(self, filters: SearchFilters, *, cursor: str | None = None) -> Call[JobPage]:
        """Describe a search that finds no source."""
        del filters, cursor
        return BlockingCall(_none_is_on)


def _none_is_on() -> JobPage:
    raise ConfigurationError("ACE_JOBS is empty: there are only the platform's own postings")
