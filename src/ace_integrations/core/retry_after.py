"""Read how long a service asks to wait."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0
"""A longer wait is taken for a mistake and capped to a day."""

_SECONDS = re.compile(r"[0-9]{1,9}")


def parse_retry_after(values: Iterable[str], *, now: float) -> float | None:
    """Give the seconds to wait from `Retry-After` fields: the largest, at most a day; None without a readable one.

    Args:
        values: every value of the field; seconds, or one of the three HTTP date forms.
        now: Unix seconds, to which a date is compared; a past date means 0.
    """
    waits = [wait for value in values if (wait := _parse(value.strip(), now)) is not None]
    return min(max(waits), LONGEST) if waits else None


def _parse(value: str, now: float) -> float | None:
    # int() would also take "1_000", " 5" and Arabic digits.
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    # asctime has no zone; RFC 9110 says that it means UTC.
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    return max(0.0, when.astimezone(UTC).timestamp() - now) if when > datetime(1970, 1, 2, tzinfo=UTC) else 0.0
