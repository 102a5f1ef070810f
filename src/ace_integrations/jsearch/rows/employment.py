"""How somebody is employed. Source: jsearch.md §4.1, rule E."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from ace_integrations.jobs.posting import EmploymentType

_WORDS = (
    (
        EmploymentType.INTERNSHIP,
        re.compile(r"\bintern(?:ship)?s?\b|praktik|تدريب|prácticas|\bstag(?:e|iaire)\b|tirocinio"),
    ),
    (
        EmploymentType.FULL_TIME,
        re.compile(r"full[ _-]?time|vollzeit|دوام كامل|jornada completa|tiempo completo|temps plein|tempo pieno"),
    ),
    (
        EmploymentType.PART_TIME,
        re.compile(
            r"part[ _-]?time|teilzeit|دوام جزئي|media jornada|tiempo parcial|temps partiel|tempo parziale|part[ -]?time"
        ),
    ),
    (
        EmploymentType.CONTRACT,
        re.compile(r"contract|\btemp\b|temporary|per[ _]diem|freelanc|متعاقد|مؤقت|\bcdd\b|befristet"),
    ),
)


def read_employment(row: Mapping[str, Any]) -> EmploymentType | None:
    """Read it from the row's codes, else from its text in whatever language."""
    codes = row.get("job_employment_types")
    if isinstance(codes, list):
        joined = " ".join(code for code in cast("list[object]", codes) if isinstance(code, str))
        if found := _first(joined[:200]):
            return found
    text = row.get("job_employment_type")
    return _first(text[:200]) if isinstance(text, str) else None


@lru_cache(maxsize=256)
def _first(words: str) -> EmploymentType | None:
    words = words.casefold()
    return next((kind for kind, pattern in _WORDS if pattern.search(words)), None)
