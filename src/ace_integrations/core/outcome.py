"""Decide what one failed try means: which error the caller gets, and whether sending it again does no harm.

The table of docs/reliability.md, as code; pure, so that each of its cells is a test.
"""

from dataclasses import dataclass

from ace_integrations.core.http import Trouble, WireError
from ace_integrations.core.http_call import Repeat, Reply
from ace_integrations.core.service import AnyService
from ace_integrations.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    DeadlineExceededError,
    DeclinedError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)

_BY_STATUS: dict[int, type[ProviderError]] = {
    401: AuthenticationError,
    402: DeclinedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: UnavailableError,
    409: ConflictError,
    410: NotFoundError,
    412: ConflictError,
    424: UnavailableError,
    429: RateLimitedError,
}
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_WRITES = (Repeat.KEYED, Repeat.UNSAFE)

LOOK_FIRST = "it may have been carried out: look the object up before sending it again"


@dataclass(slots=True)
class Failed(Exception):  # noqa: N818 - never leaves the core: it carries the error that does
    """One try failed.

    Attributes:
        again: whether the same request may be sent once more.
        told: seconds that the service asked to wait, None when it did not.
    """

    error: ProviderError
    again: bool
    told: float | None = None


def from_wire(trouble: WireError, repeats: Repeat) -> Failed:
    """Judge a try that got no usable answer."""
    match trouble.trouble:
        case Trouble.NOT_SENT:
            return Failed(ConnectionFailedError(f"could not connect: {trouble}; nothing was sent"), again=True)
        case Trouble.NO_CONNECTION_FREE:
            return Failed(OverloadedError(f"{trouble} in time; nothing was sent"), again=True)
        case Trouble.NO_ANSWER | Trouble.BROKEN if repeats in _WRITES:
            return Failed(OutcomeUnknownError(f"{trouble}; {LOOK_FIRST}"), again=repeats is Repeat.KEYED)
        case Trouble.NO_ANSWER:
            return Failed(DeadlineExceededError(f"{trouble} in time"), again=repeats is Repeat.SAFE)
        case Trouble.BROKEN:
            return Failed(ConnectionFailedError(f"{trouble} before the answer was whole"), again=repeats is Repeat.SAFE)
        case Trouble.TOO_LARGE | Trouble.UNREADABLE:
            return _unreadable(UnexpectedReplyError(str(trouble)), repeats, cut=trouble.trouble is Trouble.UNREADABLE)


def from_status(service: AnyService, reply: Reply, repeats: Repeat, told: float | None) -> Failed:
    """Judge an answer whose status is not a success.

    Args:
        told: what `Retry-After` says, in seconds.
    """
    status = reply.status
    if 300 <= status < 400:
        # Never followed: the target may be another host, and it would get the key.
        return Failed(UnexpectedReplyError("the service answered with a redirect, which is not followed"), again=False)
    problem = service.problem(reply)
    told = problem.retry_after if told is None else told
    kind = problem.kind or _BY_STATUS.get(status) or (UnavailableError if status >= 500 else InvalidRequestError)
    message = problem.message
    if status >= 500 and repeats is Repeat.UNSAFE:
        kind, message = OutcomeUnknownError, f"{message}; {LOOK_FIRST}"
    error = kind(message, code=problem.code, retry_after=told, details=problem.details)
    hint = service.retry_hint(reply)
    return Failed(error, again=_passing(status, repeats) if hint is None else hint, told=told)


def from_content(error: UnexpectedReplyError, repeats: Repeat) -> Failed:
    """Judge a success whose content cannot be read."""
    return _unreadable(error, repeats, cut=error.code == "invalid_json")


def _passing(status: int, repeats: Repeat) -> bool:
    match repeats:
        case Repeat.SAFE | Repeat.KEYED:
            return status in _PASSING
        case Repeat.COSTLY:
            return status in (429, 503)
        case Repeat.UNSAFE:
            return status == 429


def _unreadable(error: UnexpectedReplyError, repeats: Repeat, *, cut: bool) -> Failed:
    again = cut and repeats in (Repeat.SAFE, Repeat.KEYED)
    if repeats in _WRITES:
        return Failed(OutcomeUnknownError(f"{error.message}; {LOOK_FIRST}", status=error.status), again=again)
    return Failed(error, again=again)
