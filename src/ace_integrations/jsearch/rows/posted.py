"""When a job was posted. Source: jsearch.md §4.1, rule D."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from ace_integrations.jsearch.rows.number import WESTERN

_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


def read_posted(row: Mapping[str, Any], now: datetime) -> tuple[datetime | None, bool]:
    """Give when it was posted, by UTC in whole seconds, and whether that is approximate.

    Args:
        now: when the row was fetched: "2 days ago" is meant from there.
    """
    for field in ("job_posted_at_datetime_utc", "job_posted_at_timestamp"):
        at = read_moment(row.get(field))
        if at is not None and _OLDEST <= at <= now + _AHEAD:
            return at, False
    text = row.get("job_posted_at")
    ago = _ago(text[:60]) if isinstance(text, str) else None
    return (None, False) if ago is None else ((now - ago).replace(microsecond=0), True)


def read_moment(value: object) -> datetime | None:
    """Read a moment in ISO form, or in seconds or milliseconds since 1970; by UTC in whole seconds."""
    try:
        if isinstance(value, str) and not value.isdigit():
            at = datetime.fromisoformat(value)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            seconds = float(value)
            at = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(microsecond=0)


_UNITS = (
    (timedelta(minutes=1), r"min|دقيقة|دقائق"),
    (timedelta(hours=1), r"hour|hr|stunde|hora|heure|or[ae]\b|h\b|ساعة|ساعات"),
    (timedelta(days=1), r"day|tag|d[ií]a|jour|giorn|d\b|يوم|أيام|ايام"),
    (timedelta(weeks=1), r"week|woche|semana|semaine|settiman|أسبوع|اسبوع|أسابيع"),
    (timedelta(days=30), r"month|monat|mes|mois|شهر|أشهر|شهور"),
)
_NUMBER = r"([0-9]{1,4})\+?\s*"
_COUNTED = tuple((unit, re.compile(_NUMBER + f"(?:{words})")) for unit, words in _UNITS)
_ONE = tuple(
    (unit, re.compile(rf"(?:\b(?:an?|one|einem|einer|una?|une?)\s+|قبل\s+|منذ\s+)(?:{words})"))
    for unit, words in _UNITS
)
_IN_ONE_WORD = (
    (timedelta(0), re.compile(r"\b(?:today|just now|just posted|heute|hoy|oggi)\b|aujourd|اليوم|الآن")),
    (timedelta(days=1), re.compile(r"\b(?:yesterday|gestern|ayer|ieri|hier)\b|أمس")),
    (timedelta(days=2), re.compile("يومين")),
    (timedelta(hours=2), re.compile("ساعتين")),
    (timedelta(weeks=2), re.compile("أسبوعين|اسبوعين")),
    (timedelta(days=60), re.compile("شهرين")),
)


@lru_cache(maxsize=512)
def _ago(text: str) -> timedelta | None:
    """Read `hace 5 días`, `vor 5 Stunden`, `قبل يومين`: how long ago."""
    text = text.casefold().translate(WESTERN)
    for unit, pattern in _COUNTED:
        if found := pattern.search(text):
            return unit * int(found[1])
    for ago, pattern in (*_IN_ONE_WORD, *_ONE):
        if pattern.search(text):
            return ago
    return None
