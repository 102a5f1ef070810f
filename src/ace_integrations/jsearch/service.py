"""JSearch as the core must know it: where it is, how it is told who calls, how it says no and when it wants rest."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic_core import from_json

from ace_integrations.core.http_call import Headers, Reply
from ace_integrations.core.pause import Rest
from ace_integrations.core.retry_after import parse_retry_after
from ace_integrations.core.service import Endpoint, Problem, Service, secret_of
from ace_integrations.errors import (
    AuthenticationError,
    InvalidRequestError,
    PermissionDeniedError,
    RateLimitedError,
    UnavailableError,
)
from ace_integrations.jobs.source import QUOTA, Missing, RateLimit
from ace_integrations.jsearch.settings import DIRECT, RAPIDAPI, JSearchSettings

BURST_S: Final = 1.1
"""Seconds between two calls that the smallest plan allows."""

DAY_S, HALF_HOUR_S, HOUR_S, QUARTER_S, MINUTE_S = 86_400.0, 1_800.0, 3_600.0, 900.0, 60.0

NOT_SUBSCRIBED = "not_subscribed"
BURST = "burst"
RETIRED = "path_retired"


class QuotaExhaustedError(RateLimitedError):
    """The plan's requests are used up; `retry_after` are the seconds until its month turns."""


class PathRetiredError(UnavailableError):
    """The service no longer knows the path: the key is not at fault, this version of the package is too old."""


def _endpoint(settings: JSearchSettings) -> Endpoint:
    key = secret_of(settings, "api_key")
    if settings.is_direct:
        return Endpoint(settings.base_url or DIRECT, {"x-api-key": key})
    # The host's own name also where another address leads to it.
    host = urlsplit(RAPIDAPI).netloc
    return Endpoint(settings.base_url or RAPIDAPI, {"x-rapidapi-key": key, "x-rapidapi-host": host})


def _problem(reply: Reply) -> Problem:
    """Name what an error answer means; its text is never shown, since it can hold what was asked."""
    match reply.status:
        case 401:
            return Problem("the key is not accepted: check JSEARCH_API_KEY", "invalid_key", AuthenticationError)
        case 403:
            return _refused(_message(reply))
        case 404:
            # What is not found is answered with an empty list, so this is about the path.
            return Problem("the service no longer knows this path; the key is not at fault", RETIRED, PathRetiredError)
        case 402:
            return _exhausted(reply)
        case 429:
            return _exhausted(reply) if _is_quota(reply) else _burst()
        case 400 | 422:
            return Problem("the arguments were refused", _code(reply), InvalidRequestError)
        case _:
            return Problem(f"status {reply.status}", _code(reply))


def _refused(message: str) -> Problem:
    if "invalid api key" in message.casefold():
        return Problem("the key is not accepted: check JSEARCH_API_KEY", "invalid_key", AuthenticationError)
    # The gateway also says so for a while after too many calls, to accounts that are subscribed.
    text = "throttled for a while, or the account is not subscribed to JSearch"
    return Problem(text, NOT_SUBSCRIBED, PermissionDeniedError)


def _exhausted(reply: Reply) -> Problem:
    return Problem("the plan's requests are used up", QUOTA, QuotaExhaustedError, retry_after=_until_reset(reply))


def _burst() -> Problem:
    return Problem("too many calls in one second", BURST, RateLimitedError, retry_after=BURST_S)


def _hint(reply: Reply) -> bool | None:
    """Say whether to send it once more: after a burst and while the service is failing."""
    if reply.status == 429:
        return not _is_quota(reply)
    return reply.status in (500, 502, 503, 504)


def _rest(reply: Reply) -> Rest | None:
    """Read how long to leave the service alone: what it says once it would only say again, or worse."""
    quota = quota_of(reply.headers, reply.received_at)
    if reply.status == 402 or (reply.status == 429 and _is_quota(reply)) or (quota and quota.remaining == 0):
        return Rest(_until_reset(reply), "the plan's requests are used up", QUOTA)
    match reply.status:
        case 401:
            return Rest(QUARTER_S, "the key was refused a moment ago", Missing.REFUSED)
        case 403:
            return Rest(HALF_HOUR_S, "throttled, or not subscribed, a moment ago", Missing.REFUSED)
        case 404:
            return Rest(HOUR_S, "the service no longer knows the path", Missing.UNAVAILABLE)
        case 429 if reply.attempts > 1:
            # The next step of the gateway would be to refuse the key for hours.
            return Rest(MINUTE_S, "too many calls a moment ago", Missing.RATE_LIMITED)
        case _:
            return None


_QUOTA_TEXT = re.compile(r"exceeded the \w+ quota", re.IGNORECASE)


def _is_quota(reply: Reply) -> bool:
    """Whether a 429 is about the plan and not about a second: by the headers first, then by the words."""
    quota = quota_of(reply.headers, reply.received_at)
    if quota is not None and quota.remaining == 0:
        return True
    told = parse_retry_after(reply.headers.all("retry-after"), now=reply.received_at)
    return _QUOTA_TEXT.search(_message(reply)) is not None or (told or 0) >= HOUR_S


def _until_reset(reply: Reply) -> float:
    seconds = _count(reply.headers, "x-ratelimit-requests-reset")
    return float(seconds) if seconds else DAY_S


def quota_of(headers: Headers, now: float) -> RateLimit | None:
    """Read what the plan still allows; the gateway's other limits are not ours.

    Args:
        now: Unix seconds of the answer.
    """
    remaining = _count(headers, "x-ratelimit-requests-remaining")
    if remaining is None:
        return None
    reset = _count(headers, "x-ratelimit-requests-reset")
    return RateLimit(
        limit=_count(headers, "x-ratelimit-requests-limit"),
        remaining=remaining,
        resets_at=None if reset is None else datetime.fromtimestamp(now, UTC) + timedelta(seconds=reset),
    )


_COUNT = re.compile(r"-?[0-9]{1,9}", re.ASCII)


def _count(headers: Headers, name: str) -> int | None:
    text = headers.get(name, "").strip()
    # A plan with overage counts on below nothing.
    return max(0, int(text)) if _COUNT.fullmatch(text) else None


def _message(reply: Reply) -> str:
    message = _said(reply).get("message")
    return message[:500] if isinstance(message, str) else ""


def _code(reply: Reply) -> str:
    error = _said(reply).get("error")
    code = cast("dict[str, Any]", error).get("code") if isinstance(error, dict) else None
    return str(code) if isinstance(code, int) and not isinstance(code, bool) and 0 <= code < 10_000 else ""


def _said(reply: Reply) -> dict[str, Any]:
    try:
        value: object = from_json(reply.body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


SERVICE = Service(
    "jsearch",
    JSearchSettings,
    _endpoint,
    _problem,
    retry_hint=_hint,
    rest=_rest,
    request_id_header="x-rapidapi-request-id",
    timeout_s=30.0,
)
