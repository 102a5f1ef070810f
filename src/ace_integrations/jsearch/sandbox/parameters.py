"""What a search asks for: parameters read, refused, and echoed as they were understood. Pure."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ace_integrations.jsearch.sandbox.places import own_language
from ace_integrations.jsearch.sandbox.refusals import RefusedError, invalid
from ace_integrations.jsearch.sandbox.words import DAY_S, TYPES

WINDOWS = {"all": None, "today": DAY_S, "3days": 3 * DAY_S, "week": 7 * DAY_S, "month": 30 * DAY_S}
"""How old a posting may be, in seconds."""

REQUIREMENTS = ("under_3_years_experience", "more_than_3_years_experience", "no_experience", "no_degree")
MOST_PAGES = 20
MOST_CLASSIC_PAGE = 100
MOST_IDS = 20

Query = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Search:
    """One search, read.

    Attributes:
        cursor: "" for the first page, and on the classic path.
        page: of the classic path, from 1.
        date_posted: a key of `WINDOWS`.
        fields: names of what to give of each posting; none gives all.
    """

    query: str
    country: str
    language: str
    date_posted: str
    num_pages: int
    cursor: str
    page: int
    work_from_home: bool
    employment_types: tuple[str, ...]
    job_requirements: tuple[str, ...]
    radius: float | None
    exclude_job_publishers: tuple[str, ...]
    fields: tuple[str, ...]

    def mark(self) -> str:
        """Give what a cursor is bound to: everything that decides which postings are found, and in which order."""
        asked = {name: getattr(self, name) for name in self.__slots__ if name not in ("cursor", "num_pages", "page")}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]

    def echo(self) -> dict[str, Any]:
        """Give them as the answer repeats them: numbers and lists as such, what was not asked for absent."""
        always = {name: getattr(self, name) for name in ("query", "num_pages", "date_posted", "country", "language")}
        lists = ("employment_types", "job_requirements", "exclude_job_publishers", "fields")
        given: dict[str, Any] = {name: list(getattr(self, name)) for name in lists if getattr(self, name)}
        if self.work_from_home:
            given["work_from_home"] = True
        if self.radius is not None:
            given["radius"] = self.radius
        return {**always, **given}


def read_search(query: Query, *, classic: bool) -> Search:
    """Read a search.

    Raises:
        RefusedError: a parameter is missing, or cannot be.
    """
    country = query.get("country", "us").strip().lower()
    return Search(
        query=required(query, "query"),
        country=country,
        language=query.get("language", "").strip().lower() or own_language(country),
        date_posted=one_of(query, "date_posted", tuple(WINDOWS), default="all"),
        num_pages=_whole(query, "num_pages", MOST_PAGES),
        cursor="" if classic else query.get("cursor", ""),
        page=_whole(query, "page", MOST_CLASSIC_PAGE) if classic else 1,
        work_from_home=one_of(query, "work_from_home", ("true", "false"), default="false") == "true",
        employment_types=_some_of(query, "employment_types", tuple(TYPES)),
        job_requirements=_some_of(query, "job_requirements", REQUIREMENTS),
        radius=_distance(query),
        exclude_job_publishers=listed(query, "exclude_job_publishers"),
        fields=listed(query, "fields"),
    )


def read_ids(query: Query) -> list[str]:
    """Read the ids of a call for details.

    Raises:
        RefusedError: there is none, or there are too many.
    """
    ids = [each.strip() for each in required(query, "job_id").split(",") if each.strip()]
    if not 1 <= len(ids) <= MOST_IDS:
        raise invalid(f"job_id takes 1 to {MOST_IDS} ids")
    return ids


def required(query: Query, name: str) -> str:
    """Read a parameter that must be there.

    Raises:
        RefusedError: it is absent or blank.
    """
    value = query.get(name, "").strip()
    if not value:
        raise invalid(f"{name} is required")
    return value


def one_of(query: Query, name: str, words: tuple[str, ...], *, default: str) -> str:
    """Read one of some words.

    Raises:
        RefusedError: it is another.
    """
    value = query.get(name, "") or default
    if value not in words:
        raise invalid(f"{name} is one of {', '.join(words)}")
    return value


def listed(query: Query, name: str) -> tuple[str, ...]:
    """Read a list with commas."""
    return tuple(each.strip() for each in query.get(name, "").split(",") if each.strip())


def credits(query: Query) -> int:
    """Give what a call costs: each page of results and each posting is one credit, whatever comes of it."""
    try:
        return len(read_ids(query)) if "job_id" in query else _whole(query, "num_pages", MOST_PAGES)
    except RefusedError:
        return 1


def _some_of(query: Query, name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    values = listed(query, name)
    if not set(values) <= set(words):
        raise invalid(f"{name} is a list of {', '.join(words)}")
    return values


def _whole(query: Query, name: str, most: int) -> int:
    number = _read(query, name, int)
    if number is None:
        return 1
    if not 1 <= number <= most:
        raise invalid(f"{name} is a number from 1 to {most}")
    return number


def _distance(query: Query) -> float | None:
    kilometres = _read(query, "radius", float)
    if kilometres is not None and not 0 <= kilometres < math.inf:
        raise invalid("radius is a number of kilometres")
    return kilometres


def _read(query: Query, name: str, kind: Callable[[str], T]) -> T | None:
    text = query.get(name, "")
    try:
        return kind(text) if text else None
    except ValueError:
        raise invalid(f"{name} is a number") from None
