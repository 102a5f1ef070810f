"""Where a job is done. Source: jsearch.md §4.1, rules L and R."""

import re
from collections.abc import Mapping
from typing import Any

from ace_integrations.jsearch.rows.text import clean_line

REMOTE = "Remote"


def read_place(row: Mapping[str, Any]) -> str | None:
    """Give the place as the row names it, its publisher cut off; None where it names none."""
    country = clean_line(row.get("job_country"))
    if city := clean_line(row.get("job_city")):
        return f"{city}, {country}" if country else city
    return read_written_place(row) or country


def read_written_place(row: Mapping[str, Any]) -> str | None:
    """Give the place in its publisher's words: what stands before the bullet in `Madrid • a través de LinkedIn`."""
    location = row.get("job_location")
    return clean_line(location.partition("•")[0]) if isinstance(location, str) else None


_HYBRID = re.compile(r"hybrid|híbrid|ibrid|هجين", re.IGNORECASE)
_FROM_ANYWHERE = re.compile(
    r"\bremote\b(?! sensing| control)|work(?:ing)? from home|\bwfh\b|\banywhere\b|home[ -]?office|télétravail"
    r"|\bremoto\b|عن بُ?عد|من المنزل",
    re.IGNORECASE,
)


def is_remote(row: Mapping[str, Any], title: str) -> bool:
    """Whether it is done from anywhere: by the row's own word, else by its title and its place."""
    if row.get("job_is_remote") is True:
        return True
    arrangement = row.get("work_arrangement")
    if isinstance(arrangement, str) and arrangement.strip():
        return arrangement.strip().casefold() == "remote"
    words = f"{title} {read_written_place(row) or ''}"
    return _HYBRID.search(words) is None and _FROM_ANYWHERE.search(words) is not None
