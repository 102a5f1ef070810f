"""What is asked of the service in one search, as it is sent and as it is remembered."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ace_integrations.core.http_call import without_none
from ace_integrations.errors import InvalidInputError
from ace_integrations.jobs.filters import DatePosted

SEARCH_PATH: Final = "/search-v2"

KEY_PREFIX: Final = "jsearch_"
"""What the keys of kept searches begin with."""

EmploymentCode = Literal["FULLTIME", "PARTTIME", "CONTRACTOR", "INTERN"]
Requirement = Literal["under_3_years_experience", "more_than_3_years_experience", "no_experience", "no_degree"]

Value = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One search. The order of lists, and blanks and capitals of the words, have no meaning.

    Source: jsearch.md §3.1
    """

    words: str
    country: str | None = None
    language: str | None = None
    cursor: str | None = None
    num_pages: int = 1
    date_posted: DatePosted | None = None
    work_from_home: bool = False
    employment_types: frozenset[EmploymentCode] = frozenset()
    job_requirements: frozenset[Requirement] = frozenset()
    radius: float | None = None
    exclude_job_publishers: frozenset[str] = frozenset()

    def parameters(self) -> dict[str, str]:
        """Give it as the service takes it."""
        return {name: _text(value) for name, value in self._values(" ".join(self.words.split())).items()}

    def key(self) -> str:
        """Give the key that a kept answer has; the account's own key is no part of it."""
        return key_of({"path": SEARCH_PATH, **self._values(" ".join(self.words.lower().split()))})

    def _values(self, words: str) -> Mapping[str, Value]:
        given: dict[str, Value | None] = {
            "query": words,
            "cursor": self.cursor,
            "num_pages": self.num_pages,
            "country": self.country,
            "language": self.language,
            "date_posted": None if self.date_posted is None else str(self.date_posted),
            "work_from_home": self.work_from_home or None,
            "employment_types": sorted(self.employment_types) or None,
            "job_requirements": sorted(self.job_requirements) or None,
            "radius": None if self.radius is None else f"{self.radius:g}",
            "exclude_job_publishers": sorted(self.exclude_job_publishers) or None,
        }
        return without_none(given)


def key_of(parameters: Mapping[str, Value]) -> str:
    """Give the key of what was asked: the same for the same parameters, in whatever order."""
    canonical = json.dumps(parameters, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return KEY_PREFIX + hashlib.sha256(canonical.encode()).hexdigest()[:32]


def comma_list(values: Iterable[str], field: str) -> str:
    """Give values as the service takes several.

    Raises:
        InvalidInputError: one holds a comma.
    """
    listed = list(values)
    if any("," in value for value in listed):
        raise InvalidInputError("holds a comma, with which the service tells values apart", field=field)
    return ",".join(listed)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return comma_list(value, "exclude_job_publishers") if isinstance(value, list) else str(value)
