"""Named limits on what one user may ask for: counted in this process, or in Redis for all of them together."""

import asyncio
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from ace_integrations.errors import ConfigurationError, InvalidInputError

logger = logging.getLogger("ace_integrations.throttle")

DEFAULTS: Mapping[str, str] = {
    "default": "60/minute",
    "login": "10/minute",
    "payments": "20/minute",
    "identity": "10/minute",
    "ai": "10/minute",
}
"""The limits of a platform of this kind, by name; `ACE_LIMITS` changes them and adds others."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a request may go on.

    Attributes:
        retry_after: whole seconds until the next one may, 0 when this one may.
    """

    allowed: bool
    retry_after: int = 0


class Throttle:
    """Counts requests in a moving window, by limit and by user.

    While Redis cannot be reached each process counts for itself: requests go on, within the limits of one process.

    Args:
        limits: by name, as in {"payments": "20/minute"}; over `DEFAULTS`.
        redis_url: as in redis://127.0.0.1:6379/0; None counts in this process.

    Raises:
        ConfigurationError: a limit is not of the form 60/minute.
    """

    def __init__(self, limits: Mapping[str, str] | None = None, *, redis_url: str | None = None) -> None:
        self._limits = {name: _parsed(name, text) for name, text in {**DEFAULTS, **(limits or {})}.items()}
        self._redis_url = redis_url
        self._own = MovingWindowRateLimiter(MemoryStorage())

    def take(self, limit: str, who: str) -> Turn:
        """Count one request.

        Args:
            limit: a name, as in "payments".
            who: your own id of the user, or an address.

        Raises:
            InvalidInputError: no limit has that name.
        """
        item = self._item(limit)
        if self._redis_url is None:
            return self._counted_here(item, limit, who)
        try:
            if self._shared.hit(item, limit, who):
                return Turn(allowed=True)
            return _refused(self._shared.get_window_stats(item, limit, who).reset_time)
        except StorageError as error:
            return self._without_redis(error, item, limit, who)

    async def atake(self, limit: str, who: str) -> Turn:
        """Count one request, awaited; see `take`."""
        if self._redis_url is None:
            return self.take(limit, who)
        # In a thread: an awaited Redis client belongs to one event loop, and this object to none.
        return await asyncio.to_thread(self.take, limit, who)

    def _item(self, limit: str) -> RateLimitItem:
        if limit not in self._limits:
            raise InvalidInputError(f"no limit is named {limit!r}; known: {', '.join(self._limits)}", field="limit")
        return self._limits[limit]

    def _counted_here(self, item: RateLimitItem, limit: str, who: str) -> Turn:
        if self._own.hit(item, limit, who):
            return Turn(allowed=True)
        return _refused(self._own.get_window_stats(item, limit, who).reset_time)

    def _without_redis(self, error: Exception, item: RateLimitItem, limit: str, who: str) -> Turn:
        logger.warning("Redis cannot be reached (%s): limits are counted by process", type(error).__name__)
        return self._counted_here(item, limit, who)

    @cached_property
    def _shared(self) -> MovingWindowRateLimiter:
        try:
            return MovingWindowRateLimiter(storage_from_string(self._redis_url or "", wrap_exceptions=True))
        except ImportError:
            raise ImportError("limits in Redis need the extra: pip install 'ace-integrations[redis]'") from None


def read_limits(texts: tuple[str, ...]) -> dict[str, str]:
    """Read limits as the settings hold them: `payments=20/minute`.

    Raises:
        ConfigurationError: one is not of that form.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, _, limit = text.partition("=")
        _parsed(name.strip(), limit.strip())
        found[name.strip()] = limit.strip()
    return found


def _parsed(name: str, text: str) -> RateLimitItem:
    try:
        return parse(text)
    except ValueError:
        raise ConfigurationError(f"ACE_LIMITS: {name}={text} is not of the form payments=20/minute") from None


def _refused(free_at: float) -> Turn:
    return Turn(allowed=False, retry_after=max(1, math.ceil(free_at - time.time())))
