"""Go on without a service that is failing: log it, give what the caller chose instead, and say that it was so."""

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from ace_integrations.errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeadlineExceededError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)

logger = logging.getLogger("ace_integrations.degraded")

F = TypeVar("F", bound=Callable[..., Any])

FAILING: Final = (
    ConnectionFailedError,
    DeadlineExceededError,
    UnavailableError,
    RateLimitedError,
    UnexpectedReplyError,
    AuthenticationError,
    PermissionDeniedError,
)
"""The service, or our access to it, is at fault. What it refused or may have done is an answer, so it is not here."""


def degrade(default: Callable[[], Any]) -> Callable[[F], F]:
    """Let a function give `default()` while the service behind it is failing; for functions of both colours.

    Refused arguments, a declined card, an unknown object and an unknown outcome still reach the caller: each needs an
    answer of its own. Every time is one warning in the log `ace_integrations.degraded`.

    Args:
        default: makes what is given instead, as in `@degrade(list)` or `@degrade(lambda: Jobs(external=None))`.
    """

    def decorate(function: F) -> F:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                try:
                    return await function(*args, **kwargs)
                except FAILING as error:
                    return _instead(function, error, default)

            return cast("F", awaited)

        @functools.wraps(function)
        def blocking(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except FAILING as error:
                return _instead(function, error, default)

        return cast("F", blocking)

    return decorate


def tell(what: str, error: ProviderError) -> None:
    """Log that something goes on without a service, louder where only a person can mend it: a key that is refused."""
    is_ours = isinstance(error, AuthenticationError | PermissionDeniedError)
    logger.log(logging.ERROR if is_ours else logging.WARNING, "%s goes on without: %s", what, error)


def _instead(function: Callable[..., Any], error: ProviderError, default: Callable[[], Any]) -> Any:
    tell(function.__qualname__, error)
    return default()
