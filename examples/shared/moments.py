"""Stored times."""

from datetime import UTC, datetime


def as_utc(when: datetime) -> datetime:
    """Give a stored time with its zone: SQLite gives it back without."""
    return when if when.tzinfo else when.replace(tzinfo=UTC)
