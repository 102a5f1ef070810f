"""A limit on what this process sends, so that a loop here does not spend the account's quota there."""

import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ace_integrations.errors import OverloadedError


class LocalLimit:
    """Counts calls in a moving window; without a limit it costs nothing.

    Args:
        limit: in the notation of `limits`, as in "600/minute"; None allows every call.
    """

    def __init__(self, provider: str, limit: str | None) -> None:
        self._provider = provider
        self._item: RateLimitItem | None = parse(limit) if limit else None
        self._window = MovingWindowRateLimiter(MemoryStorage()) if limit else None

    def take(self) -> None:
        """Count one call.

        Raises:
            OverloadedError: the window is full; nothing was sent, `retry_after` says when there is room.
        """
        if self._item is None or self._window is None or self._window.hit(self._item, self._provider):
            return
        wait = max(0.0, self._window.get_window_stats(self._item, self._provider).reset_time - time.time())
        raise OverloadedError(
            f"this process reached its own limit of {self._item} for {self._provider}; nothing was sent",
            provider=self._provider,
            retry_after=wait,
        )
