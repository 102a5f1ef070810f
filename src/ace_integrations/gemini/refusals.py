"""What a refusal of Gemini means: which error, whether a quota comes back, and when. Source: gemini.md §3.5.

What the service says is shown only where a request was malformed, without the values that it quotes: they may be of a
prompt.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic_core import from_json

from ace_integrations.ai.errors import ModelNotFoundError, QuotaExceededError
from ace_integrations.core.service import Problem
from ace_integrations.errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeadlineExceededError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
)
from ace_integrations.gemini.catalogue import find

QUOTA = "quota"
CREDIT = "credit"
NOT_IN_TIER = "not_in_tier"

Json = Mapping[str, Any]


class Quota(StrEnum):
    """Which limit was reached."""

    MINUTE = "minute"
    DAY = "day"
    UNKNOWN = "unknown"
    """The service does not say; taken for the day's, since a minute's names its end."""
    NONE_IN_TIER = "none in tier"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the service wrote it, whatever its form.

    Attributes:
        name: the service's word for the status, as in "INVALID_ARGUMENT".
        reason: of its ErrorInfo, as in "API_KEY_INVALID".
        quotas: the ids of the limits that were reached.
        retry_s: seconds after which it wants to be asked again.
        is_said: whether the body was the service's own JSON at all.
    """

    status: int
    name: str = ""
    message: str = field(default="", repr=False)
    reason: str = ""
    quotas: tuple[str, ...] = ()
    retry_s: float | None = None
    is_said: bool = False


def read_refusal(status: int, body: bytes) -> Refusal:
    """Read an error answer: an object, an array of one, or what a proxy wrote in its place."""
    try:
        value: object = from_json(body)
    except ValueError:
        return Refusal(status)
    error = error_in(value)
    return Refusal(status) if error is None else refusal_of(error, status=status)


def error_in(value: Any) -> Json | None:
    """Give the error that a JSON value tells of; None when it tells of none."""
    told = _list(value)[0] if _list(value) else value
    error = _object(told).get("error")
    return cast("Json", error) if isinstance(error, dict) else None


def refusal_of(error: Json, *, status: int | None = None) -> Refusal:
    """Read the error object itself; in the midst of a stream the only status is its code."""
    details = [_object(detail) for detail in _list(error.get("details"))]
    code = error.get("code")
    return Refusal(
        status=status if status is not None else (code if isinstance(code, int) else 500),
        name=_text(error.get("status")),
        message=_text(error.get("message")),
        reason=next(filter(None, (_text(detail.get("reason")) for detail in details)), ""),
        quotas=tuple(_quota_ids(details)),
        retry_s=next((delay for detail in details if (delay := _delay(detail)) is not None), None),
        is_said=True,
    )


def _quota_ids(details: list[Json]) -> Iterator[str]:
    for detail in details:
        for violation in _list(detail.get("violations")):
            yield _text(_object(violation).get("quotaId"))


_DELAY = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s", re.ASCII)


def _delay(detail: Json) -> float | None:
    found = _DELAY.fullmatch(_text(detail.get("retryDelay")))
    return float(found[1]) if found else None


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_NO_LIMIT = re.compile(r"limit: 0(?![0-9.])")


def quota_of(refusal: Refusal) -> Quota:
    """Say which limit a 429 is about; a day's outweighs the minute's that comes with it, and any short delay."""
    if "prepayment credits are depleted" in refusal.message or refusal.status == 402:
        return Quota.CREDIT
    if _NO_LIMIT.search(refusal.message):
        return Quota.NONE_IN_TIER
    if any("PerDay" in quota for quota in refusal.quotas):
        return Quota.DAY
    # Where a proxy speaks in the service's place, it is about too many calls at once.
    is_passing = refusal.quotas or refusal.retry_s is not None or not refusal.is_said
    return Quota.MINUTE if is_passing else Quota.UNKNOWN


def problem_of(refusal: Refusal, *, at: float | None) -> Problem:
    """Say what a refusal means.

    Args:
        at: Unix seconds of the answer; None where nobody knows, and so not how long a day's quota will be used up.
    """
    match refusal.status:
        case 402 | 429:
            return _limited(refusal, at)
        case 404:
            return _not_found(refusal)
        case status if status >= 500:
            return _failing(refusal)
        case _:
            kind, message = _refused(refusal)
            return Problem(message, refusal.reason or refusal.name, kind)


def _limited(refusal: Refusal, at: float | None) -> Problem:
    match quota_of(refusal):
        case Quota.CREDIT:
            return Problem("the prepaid credit is used up: add some in the console", CREDIT, QuotaExceededError)
        case Quota.NONE_IN_TIER:
            text = "the account's tier has none of this model: choose another, or link billing"
            return Problem(text, NOT_IN_TIER, QuotaExceededError)
        case Quota.DAY | Quota.UNKNOWN:
            text, details = "the model's requests of the day are used up", {"quotas": list(refusal.quotas)}
            return Problem(text, QUOTA, QuotaExceededError, None if at is None else until_midnight(at), details)
        case Quota.MINUTE:
            text, details = "too many requests or tokens in one minute", {"quotas": list(refusal.quotas)}
            return Problem(text, refusal.name, RateLimitedError, refusal.retry_s, details)


_MODEL = re.compile(r"models/([a-z0-9][a-z0-9.-]{0,63})", re.ASCII)


def _not_found(refusal: Refusal) -> Problem:
    named = _MODEL.search(refusal.message)
    if named is None:
        return Problem("no such address: check GEMINI_BASE_URL", refusal.name, NotFoundError)
    name = named[1].rstrip(".")
    known = find(name)
    replacement = (known.replacement if known else None) or ""
    why = "is closed to new users" if "no longer available" in refusal.message else "is unknown, or was retired"
    advice = f"; ask {replacement} instead" if replacement else "; `ace gemini models` lists what there is"
    details = {"model": name, **({"replacement": replacement} if replacement else {})}
    return Problem(f"the model {name} {why}{advice}", refusal.name, ModelNotFoundError, details=details)


def _failing(refusal: Refusal) -> Problem:
    if refusal.status == 504:
        return Problem("the model took longer than the call may", refusal.name, DeadlineExceededError)
    why = "the model is in high demand" if refusal.status == 503 else f"the service fails (status {refusal.status})"
    return Problem(why, refusal.name, UnavailableError)


_KEY = "check GEMINI_API_KEY; keys that begin with AIza are of a kind that is refused by now"


def _refused(refusal: Refusal) -> tuple[type[ProviderError], str]:
    if refusal.reason == "API_KEY_INVALID" or refusal.status == 401:
        return AuthenticationError, f"the key is not accepted: {_KEY}"
    match refusal.status, refusal.name:
        case 403, _:
            return PermissionDeniedError, _forbidden(refusal.message)
        case _, "FAILED_PRECONDITION":
            text = "the account may not ask: the free tier is not offered in its country, or billing is off"
            return PermissionDeniedError, text
        case 408, _:
            return UnavailableError, "the service gave up waiting"
        case 499, _:
            return ConnectionFailedError, "the connection was closed on our side"
        case _:
            return InvalidRequestError, _malformed(refusal)


def _forbidden(message: str) -> str:
    if "leaked" in message:
        return "the key was found in public and is refused for ever: make another one"
    return "the key may not do this: none was sent, the API is switched off for it, or it is restricted"


_VALUE_FOLLOWS = re.compile(r"(\([A-Za-z0-9_./]+\)), .*", re.DOTALL)
_QUOTED = re.compile(r"\"[^\"]*(?:\"|\Z)|(?<!\w)'[^']*(?:'|\Z)")
_NAME = re.compile(r"[A-Za-z0-9_.\[\]]{1,128}", re.ASCII)


def _malformed(refusal: Refusal) -> str:
    """Give the first line of what the service says, without any value of the request that it quotes."""
    line = refusal.message.strip().partition("\n")[0]
    shown = _QUOTED.sub(_names_only, _VALUE_FOLLOWS.sub(r"\1", line))[:300]
    return shown or f"the request was refused with status {refusal.status}"


def _names_only(quoted: re.Match[str]) -> str:
    return quoted[0] if _NAME.fullmatch(quoted[0][1:-1]) else "'…'"


@cache
def pacific() -> tzinfo:
    """Give the time zone in which the service's days begin.

    Where the machine has no zone database, as on Windows without the package `tzdata`, it is the zone's winter time:
    in summer a day then seems to end an hour later than it does.
    """
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=-8))


def until_midnight(at: float) -> float:
    """Give the seconds from a moment to the next midnight of the Pacific, when the service's days begin.

    Args:
        at: Unix seconds.
    """
    zone = pacific()
    tomorrow = datetime.fromtimestamp(at, UTC).astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).timestamp() - at
