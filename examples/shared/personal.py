"""What a platform holds about a person: where it stands, what an export names, what an erasure leaves and why."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ace_integrations import Ace, AsyncAce
from ace_integrations.privacy import Subject
from examples.shared.accounts import user_key
from examples.shared.moments import as_utc

OWN: Mapping[str, tuple[str, str]] = {
    "profile": ("profiles", "user_id"),
    "ai_consent": ("ai_consents", "user_id"),
    "teacher_application": ("teacher_applications", "user_id"),
    "enrollments": ("course_enrollments", "user_id"),
    "payments": ("payments", "user_id"),
    "quotes": ("quotes", "user_id"),
    "applications": ("applications", "user_id"),
    "jobs": ("jobs", "owner_id"),
    "attendance": ("session_attendances", "user_id"),
    "classes_taught": ("live_sessions", "teacher_id"),
    "notifications": ("notices", "user_id"),
    "sign_ins": ("logins", "user_id"),
}
"""Tables with rows of a person, by their names in an export, each with the column that says whose they are."""

REMOVED = ("profile", "ai_consent", "teacher_application", "applications", "attendance", "notifications", "sign_ins")
"""Of these an erasure deletes the rows; others need what it leaves."""

KEPT = ("payments", "audit", "mail_stops", "deliveries", "proof")
"""What an erasure leaves, each with a reason that the page says."""

WISHES = ("unsubscribed", "complained")
"""Of those to whom no mail is sent: who does not want any. That must be heeded."""

OWN_ACCOUNT = "This account is the platform's own."

_SECRET = ("password", "token_hash", "session_key", "session_data")


def known_as(ace: Ace | AsyncAce, user: Any) -> list[str]:
    """Give the ids by which the provider of live classes, where there is one, and the pages named somebody."""
    return [ace.video.known_as(user_key(user.id))] if ace.settings.video else []


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a stored row, ready for JSON; no password and no cookie."""
    return {name: _json(value) for name, value in row.items() if name not in _SECRET and not name.startswith("_")}


def subject(user: Any, *, paid: Iterable[tuple[str, str]], seen: Iterable[tuple[str, str, str]]) -> Subject:
    """Name a person as the outside services know them.

    Args:
        paid: the gateway and its id of each payment that one knows of.
        seen: where they were seen in classes that go on now: the provider, its room, and the connection.
    """
    ids: dict[str, tuple[str, ...]] = {"didit": (user.verification_id,)} if user.verification_id else {}
    for service, one in (*paid, *((provider, f"{room}/{connection}") for provider, room, connection in seen)):
        ids[service] = (*ids.get(service, ()), one)
    return Subject(user=user_key(user.id), emails=(user.email,), ids=ids)


def nobodys(user: Any, *, now: datetime) -> dict[str, Any]:
    """Give the columns of an account that is nobody's any more: rows of money lead to it."""
    return {
        "name": "–",
        "email": f"erased-{user.id}@erased.invalid",
        "company": None,
        "status": "blocked",
        "erased_at": now,
        "job_mails": False,
        "verification_id": None,
        "verification": None,
    }


def as_file(held: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Give what is held as the text of a file, and the headers that make browsers save it."""
    headers = {"content-disposition": 'attachment; filename="my-data.json"', "cache-control": "no-store"}
    return json.dumps(held, ensure_ascii=False, indent=2), headers


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return as_utc(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
