"""What a person is told about, as toasts and the page of notifications say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ace_integrations.realtime import Broadcast
from examples.shared.moments import as_utc
from examples.shared.steps import Hiring

PAGE = 30
"""Notices of a page, the newest first."""

UNKNOWN = "No such notice."


@dataclass(frozen=True, slots=True)
class Told:
    """How one kind of event is said.

    Attributes:
        text: a text's key; `{status}` in it is the event's.
        link: where it leads; fields of the event in braces, and `{side}`, which of a class's pages is the reader's.
        words: the key of the link's text.
        field: what of the event stands behind the text, "" for nothing.
        states: the values of `status`, where each has a text of its own.
    """

    text: str
    link: str
    words: str
    field: str = ""
    states: tuple[str, ...] = ()


NOTICES: Mapping[str, Told] = {
    "session.scheduled": Told("toast_session_scheduled", "/live", "toast_open_classes", "title"),
    "session.started": Told(
        "toast_session_started", "/{side}/live-class/{session_id}", "toast_open_class", field="title"
    ),
    "job.posted": Told("toast_job_posted", "/jobs/{job_id}", "toast_open_job", "title"),
    "teacher.approved": Told("toast_teacher_approved", "/verify", "toast_open_account"),
    "teacher.rejected": Told("toast_teacher_rejected", "/verify", "toast_open_account"),
    "application.received": Told(
        "toast_application_received", "/company/applications/{application_id}", "toast_open_application", "title"
    ),
    "application.status.changed": Told(
        "toast_application_{status}", "/jobs/{job_id}", "toast_open_job", states=tuple(Hiring)
    ),
}
"""By the event's name; other events are for pages only."""


def columns_of(event: Broadcast) -> dict[str, Any] | None:
    """Give what is kept of an event for each who is told it; None of one that is for pages only."""
    if event.name not in NOTICES:
        return None
    return {"event_id": event.event_id, "name": event.name, "data": event.model_dump(mode="json")}


def side_of(role: str) -> str:
    """Say which of a class's pages is theirs."""
    return "student" if role == "student" else "teacher"


def text_of(name: str, data: Mapping[str, Any]) -> str:
    """Give the key of what is said about an event."""
    return NOTICES[name].text.format(status=data.get("status", ""))


def link_of(name: str, data: Mapping[str, Any], *, role: str) -> str:
    """Give where an event leads its reader."""
    given = {key: quote(str(value), safe="") for key, value in data.items()}
    return NOTICES[name].link.format_map({**given, "side": side_of(role)})


def listed(found: Sequence[Any], *, role: str) -> dict[str, Any]:
    """Give what the page shows of somebody's notices; the next page begins before the last of this one.

    Args:
        found: a page of them, and one more where there is one.
    """
    rows = [(one, text_of(one.name, one.data), link_of(one.name, one.data, role=role)) for one in found[:PAGE]]
    return {"rows": rows, "more": found[PAGE - 1].id if len(found) > PAGE else 0}


def answered(found: Sequence[Any], *, unread: int) -> dict[str, Any]:
    """Give the same to scripts.

    Args:
        unread: how many are, on this page or not.
    """
    return {"unread": unread, "notifications": [public(one) for one in found[:PAGE]], "more": len(found) > PAGE}


def public(one: Any) -> dict[str, Any]:
    """Give one notice as scripts see it."""
    read_at = as_utc(one.read_at).isoformat() if one.read_at else None
    about = {"name": one.name, "data": one.data, "told_at": as_utc(one.told_at).isoformat()}
    return {"id": one.id, **about, "read_at": read_at}
