"""Words in a query that spoil its answer, as `__429__` or `__mojibake__`: what a client must live through. Pure."""

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from ace_integrations.jsearch.sandbox.refusals import (
    RefusedError,
    invalid_key,
    no_endpoint,
    not_subscribed,
    too_fast,
    used_up,
)

Row = dict[str, Any]
Rows = list[Row]

HANG_S = 120.0
HUGE_BYTES = 6_000_000

_WORD = re.compile(r"__([a-z0-9_.]*?[a-z0-9])__")
_SLOW = re.compile(r"slow_(\d{1,2}(?:\.\d+)?)")


def words_in(query: str) -> tuple[list[str], str]:
    """Take the magic words out of a query; give them, and the rest of it."""
    return _WORD.findall(query), " ".join(_WORD.sub(" ", query).split())


def seconds_in(words: Sequence[str]) -> float:
    """Give how long the words let a caller wait."""
    if "hang" in words:
        return HANG_S
    return sum(float(found[1]) for word in words if (found := _SLOW.fullmatch(word)))


def cuts(words: Sequence[str]) -> bool:
    """Whether the words end in a cut connection."""
    return not {"hang", "reset"}.isdisjoint(words)


def gateway_refusal(words: Sequence[str], *, plan: str, path: str) -> RefusedError | None:
    """Give what the gateway says in the words' name; None when they let a call pass."""
    refusals: dict[str, Callable[[], RefusedError]] = {
        "401": invalid_key,
        "403": not_subscribed,
        "404": lambda: no_endpoint(path),
        "429": lambda: too_fast(plan),
        "429_quota": lambda: used_up(plan),
        "504": lambda: RefusedError(504, "Gateway Timeout", at_gateway=True),
    }
    return next((refusals[word]() for word in words if word in refusals), None)


REFUSALS: dict[str, tuple[int, str]] = {
    "500": (500, "Internal Server Error"),
    "flaky": (500, "Internal Server Error"),
    "error200": (200, "Something went wrong"),
}
"""Status and message of the vendor's own errors; the flaky one is well at every second try."""

RAW: dict[str, tuple[int, bytes, str]] = {
    "502_html": (502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html"),
    "503": (503, b"", "text/plain"),
    "html200": (200, b"<!doctype html><html><body>Scheduled maintenance</body></html>", "text/html"),
}
"""Status, body and type of answers that are not JSON."""

BREAKING = (
    "401", "403", "404", "429", "429_quota", "500", "502_html", "503", "504", "reset", "error200", "html200",
)  # fmt: skip
"""Words that spoil a call of any operation, so a control can arm them."""


def spoil_rows(rows: Rows, words: Sequence[str]) -> Rows:
    """Give the postings as the words want them."""
    for word in words:
        if word in _OF_EACH:
            rows = [_OF_EACH[word](row) for row in rows]
        elif word in _OF_ALL:
            rows = _OF_ALL[word](rows)
    return rows


def spoil_body(body: Row, words: Sequence[str]) -> Row:
    """Give an answer in another shape."""
    if "datanull" in words:
        return {**body, "data": None}
    is_classic = isinstance(body["data"], list)
    return {**body, "data": body["data"]["jobs"]} if "array" in words and not is_classic else body


def write(body: Any, words: Sequence[str] = ()) -> bytes:
    """Write an answer as JSON, or as what only looks like it. A lone half of a letter and NaN are written as such."""
    text = json.dumps(body, separators=(",", ":")).encode()
    if "malformed" in words:
        return text[: len(text) * 2 // 3]
    return text.replace(b'"job_title":"', b'"job_title":"\xff\xfe ') if "badutf8" in words else text


# Postings.


def _titled(change: Callable[[str], str]) -> Callable[[Row], Row]:
    return lambda row: {**row, "job_title": change(row["job_title"])}


def _misread(text: str) -> str:
    """Give UTF-8 as someone read it in an old code page."""
    raw = text.encode()
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _mojibake(row: Row) -> Row:
    spoilt = {name: _misread(str(row[name])) for name in ("job_title", "employer_name", "job_description")}
    return {**row, **spoilt, "job_title": _misread(f"{row['job_title']} – مهندس")}


def _nulls(row: Row) -> Row:
    return {name: value if name in _KEPT else None for name, value in row.items()}


def _missing(row: Row) -> Row:
    return {name: row[name] for name in _KEPT}


def _types(row: Row) -> Row:
    return {name: value if name in _KEPT else _otherwise(value) for name, value in row.items()}


def _otherwise(value: Any) -> Any:
    """Give a value of another type: text for a flag or a number, a list for text, a number for the rest."""
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return [value] if isinstance(value, str) else 7


def _stale(row: Row) -> Row:
    return {
        **row,
        "job_posted_at": None,
        "job_posted_at_timestamp": 1_623_456_000,
        "job_posted_at_datetime_utc": "2021-06-12T00:00:00.000Z",
    }


def _elsewhere(row: Row) -> Row:
    return {**row, "job_city": "Toronto", "job_state": None, "job_country": "CA", "job_location": "Toronto, ON"}


def _xss(row: Row) -> Row:
    return {
        **row,
        "job_title": f'{row["job_title"]} <img src=x onerror="alert(1)">',
        "employer_name": "<script>alert(1)</script>",
        "job_description": f"<p>{row['job_description']}</p><script>alert(1)</script>",
        "job_apply_link": "javascript:alert(1)",
        "apply_options": [],
    }


def _news(row: Row) -> Row:
    return {
        **row,
        "job_title": f"Market report: {row['job_title']}",
        "job_publisher": "Daily Herald",
        "job_employment_type": None,
        "job_employment_types": None,
    }


def _dupes(rows: Rows) -> Rows:
    """Give each posting twice as it is, and once as another publisher has it."""
    return [
        copy
        for number, row in enumerate(rows)
        for copy in (row, row, {**row, "job_id": f"{number:022d}==", "job_publisher": "BeBee"})
    ]


def _huge(rows: Rows) -> Rows:
    return [{**rows[0], "job_description": "x" * HUGE_BYTES}, *rows[1:]] if rows else rows


_KEPT = ("job_id", "job_title")
"""What a posting has in any case."""

_OF_EACH: dict[str, Callable[[Row], Row]] = {
    "nulls": _nulls,
    "missing": _missing,
    "types": _types,
    "stale": _stale,
    "wrongcountry": _elsewhere,
    "xss": _xss,
    "mojibake": _mojibake,
    "bidi": _titled(lambda title: f"\u202e{title}\u202c \u2067مطور\u2069"),
    "surrogate": _titled(lambda title: f"{title}\ud83d"),
    "nan": lambda row: {**row, "job_min_salary": math.nan, "job_max_salary": math.inf},
}
_OF_ALL: dict[str, Callable[[Rows], Rows]] = {
    "dupes": _dupes,
    "huge": _huge,
    "news": lambda rows: [row if number % 2 else _news(row) for number, row in enumerate(rows)],
}
