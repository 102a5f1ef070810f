"""Build the address of a request; refuse what could reach another object than the one meant."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from ace_integrations.errors import InvalidInputError

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def build_path(template: str, values: Mapping[str, str]) -> str:
    """Fill `{name}` places of a path, each value escaped as one segment.

    Raises:
        InvalidInputError: a value is empty, `.` or `..`, or holds a control character.
    """
    if "{" not in template:
        return template
    return _PLACEHOLDER.sub(lambda place: escape_segment(place.group(1), values[place.group(1)]), template)


def escape_segment(name: str, value: str) -> str:
    """Escape one path segment; `/` and `%` of the value cannot leave it."""
    if not value:
        raise InvalidInputError("is empty, so the address would name another object", field=name)
    if value in (".", "..") or _CONTROL.search(value):
        raise InvalidInputError("is not an id: it would change the address", field=name)
    return quote(value, safe="")


def build_query(values: Mapping[str, str | Iterable[str] | None]) -> str:
    """Encode a query or form; `None` is left out, a list becomes a repeated field."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, str):
            pairs.append((name, value))
        elif value is not None:
            pairs.extend((name, item) for item in value)
    return urlencode(pairs)
