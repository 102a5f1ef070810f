"""The audit trail as admins read it: the newest first, by person and by kind, a page at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from examples.shared.accounts import user_key
from examples.shared.moments import as_utc

PAGE = 50
MOST_ERASURES = 200
"""Steps of erasures that their page shows, the newest."""

NOBODY = "-"
"""What stands for an address that nobody signed up with: it finds nothing."""


def key_of(number: int | None) -> str:
    """Give the key by which the trail knows whoever an address is of."""
    return NOBODY if number is None else user_key(number)


def cut(rows: Sequence[dict[str, Any]]) -> tuple[Sequence[dict[str, Any]], int | None]:
    """Give a page of the trail, and what the next one begins before; None on the last.

    Args:
        rows: a page, and one more where there is one.
    """
    return rows[:PAGE], rows[PAGE - 1]["id"] if len(rows) > PAGE else None


def listed(rows: Sequence[dict[str, Any]], *, who: str, what: str, before: int) -> dict[str, Any]:
    """Give what the page shows, with links to the newest and to the next page.

    Args:
        rows: a page, and one more where there is one.
        who: what was typed into the filter.
        what: the kind that was chosen.
    """
    shown, more = cut(rows)
    asked = {name: value for name, value in (("who", who), ("what", what)) if value}
    older = f"/admin/audit?{urlencode({**asked, 'before': more})}" if more else ""
    first = f"/admin/audit?{urlencode(asked)}" if before else ""
    return {"rows": shown, "who": who, "what": what, "older": older, "first": first}


def answered(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give the same to scripts; `before` of the next page is in `more`, None on the last."""
    shown, more = cut(rows)
    return {"entries": [{**row, "at": as_utc(row["at"]).isoformat()} for row in shown], "more": more}


def moment(seconds: int) -> datetime:
    """Give a time of the ledger of erasures."""
    return datetime.fromtimestamp(seconds, UTC)
