"""How old each secret is, and whether two profiles share one: read where secrets are set, and never shown.

The day on which a secret was set stands beside it: `STRIPE_SECRET_KEY_SET_ON=2026-11-25`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import get_origin

from ace_integrations.health import Finding
from ace_integrations.settings import PROFILES, ProviderSettings, env_files, in_file

SET_ON = "_SET_ON"
"""What a variable's name ends in that holds the day on which the secret of that name was set."""

MOST_DAYS = 90
"""Days after which a secret should have been changed."""

SHARED, REMEDY = ".env", "give each profile its own"

Kinds = Iterable[type[ProviderSettings]]


def ages(kinds: Kinds, places: Mapping[str, Mapping[str, str]], today: date) -> Iterator[Finding]:
    """Judge every secret beside which a day is recorded.

    Args:
        places: variables by the place that sets them, the strongest place first.
    """
    for kind in kinds:
        for field in kind.secret_fields():
            recorded = _recorded(kind.variables(field), list(places.values()))
            if recorded is not None:
                yield _judged(kind.provider, *recorded, today)


def reused(kinds: Kinds) -> Iterator[Finding]:
    """Find every secret that serves two profiles, by the `.env` files of the working folder."""
    files = {file: in_file(file) for file in (SHARED, *map(_file, PROFILES)) if Path(file).is_file()}
    # What `.env` holds is for the profile that it names, unless another profile's file leaves it to `.env`.
    profiles = {file: file.removeprefix(f"{SHARED}.") for file in files}
    profiles |= {SHARED: files.get(SHARED, {}).get("ACE_ENV", "development")}
    for kind in kinds:
        for field in kind.secret_fields():
            held = {file: _values(kind, field, variables) for file, variables in files.items()}
            for one, other in combinations(held, 2):
                if held[one] & held[other] and profiles[one] != profiles[other]:
                    what = f"{_named(kind, field, files[other])} has the same value in {one} and {other}"
                    yield Finding(kind.provider, "warning", f"{what}: {REMEDY}")
            served = sorted({profile for profile in profiles.values() if not held.get(_file(profile))})
            if held.get(SHARED) and len(served) > 1:
                what = f"{_named(kind, field, files[SHARED])} of {SHARED} serves {' and '.join(served)}"
                yield Finding(kind.provider, "warning", f"{what}: {REMEDY}")


def _recorded(names: list[str], places: list[Mapping[str, str]]) -> tuple[str, str] | None:
    """Give the variable and the day of the secret in use; a day beside another value is not of this one."""
    values = [_first(names, variables) for variables in places]
    used = next((value for value in values if value is not None), "")
    for variables, value in zip(places, values, strict=True):
        for name in names:
            day = variables.get(f"{name}{SET_ON}")
            if used and day and value in (None, used):
                return name, day.strip()
    return None


def _judged(provider: str, variable: str, day: str, today: date) -> Finding:
    try:
        days = (today - date.fromisoformat(day)).days
    except ValueError:
        return Finding(provider, "warning", f"{variable}{SET_ON} is no date: write it as in 2026-11-25")
    if days < -1:  # east of here it may be tomorrow already
        return Finding(provider, "warning", f"{variable}{SET_ON} is in the future")
    days = max(0, days)
    age = f"{variable} was set {days} day{'' if days == 1 else 's'} ago"
    if days > MOST_DAYS:
        return Finding(provider, "warning", f"{age}: change it at least every {MOST_DAYS} days")
    return Finding(provider, "ok", age)


def _file(profile: str) -> str:
    return env_files(profile)[-1]


def _values(kind: type[ProviderSettings], field: str, variables: Mapping[str, str]) -> set[str]:
    """Give the secrets that a file sets for a field; the twins' own open nothing, and may be anywhere."""
    raw = _first(kind.variables(field), variables) or ""
    several = get_origin(kind.model_fields[field].annotation) is tuple
    parts = {part.strip() for part in (raw.split(",") if several else [raw])}
    return parts - {"", *kind.model_construct(**kind.sandbox_values).secrets()}


def _named(kind: type[ProviderSettings], field: str, variables: Mapping[str, str]) -> str:
    return next(name for name in kind.variables(field) if name in variables)


def _first(names: list[str], variables: Mapping[str, str]) -> str | None:
    return next((variables[name] for name in names if name in variables), None)
