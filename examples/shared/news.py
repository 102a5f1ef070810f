"""News for pages without a live connection: how long it is kept, and what a page that asks is given."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ace_integrations.realtime import Broadcast
from ace_integrations.realtime.channels import ChannelKind
from examples.shared.moments import as_utc

KEPT = timedelta(hours=1)
LOOKS_BACK = timedelta(minutes=5)
"""News that is older when a page asks is none: a live connection would have dropped it too."""

OVERLAP = timedelta(seconds=10)
"""How much of what a page has asked for already it is given again: a transaction may commit late."""

MOST = 100
"""Events of an answer."""


def rows_of(event: Broadcast) -> list[dict[str, Any]]:
    """Give what is kept of an event, for each private channel that it is told on."""
    about = {"event_id": event.event_id, "name": event.name, "data": event.model_dump(mode="json")}
    private = [channel.name for channel in event.channels() if channel.kind is ChannelKind.PRIVATE]
    return [{**about, "channel": channel} for channel in private]


def first_of(since: float, now: datetime) -> datetime:
    """Give when the oldest news was told that a page is given.

    Args:
        since: Unix seconds, as the page asks; whatever cannot be a time of this clock asks from the beginning.
    """
    asked = datetime.fromtimestamp(since if 0 <= since <= now.timestamp() else 0.0, UTC)
    return max(asked - OVERLAP, now - LOOKS_BACK)


def told_once(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Give each event of some rows once, as a page is given it."""
    once = {
        row.event_id: {"name": row.name, "data": row.data, "told_at": as_utc(row.told_at).isoformat()} for row in rows
    }
    return list(once.values())
