"""The twin's webhooks: destinations with own secrets, deliveries with three signatures, spoiled ones on demand."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from ace_integrations.didit.sandbox.states import RESUBMITTED, TwinSession, moment
from ace_integrations.didit.settings import DiditSettings
from ace_integrations.didit.webhooks import (
    EVENT_TYPES,
    TEST_VENDOR_DATA,
    WITH_DECISION,
    DiditSignature,
    canonical,
    sign,
)
from ace_integrations.sandbox.twin import World

SECRET = DiditSettings.sandbox_values["webhook_secrets"][0].get_secret_value()
"""Signs what goes to the platform's own address, when it is no destination of its own."""

RETRIES_S = (60, 240)
TIMEOUT_S = 5.0

Signed = tuple[bytes, dict[str, str]]


@dataclass(slots=True)
class Sent:
    """One delivery in a destination's log."""

    id: str
    at: float
    event: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    number: int = 0


@dataclass(slots=True)
class Destination:
    """Where events go."""

    uuid: str
    url: str
    secret: str
    label: str = ""
    enabled: bool = True
    version: str = "v3"
    events: tuple[str, ...] = EVENT_TYPES
    log: list[Sent] = field(default_factory=list[Sent])

    def as_json(self, *, with_secret: bool) -> dict[str, Any]:
        """Give it as the API does; a list hides the secret."""
        value: dict[str, Any] = {
            "uuid": self.uuid,
            "label": self.label,
            "url": self.url,
            "enabled": self.enabled,
            "webhook_version": self.version,
            "subscribed_events": list(self.events),
            "summary": {"deliveries": len(self.log)},
        }
        return value | {"secret_shared_key": self.secret} if with_secret else value


class Postman:
    """Sends the twin's events.

    Attributes:
        fresh_times: whether each automatic retry is signed with its own time; what the real service does is not known.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._scheme = DiditSignature()
        self.destinations: dict[str, Destination] = {}
        self.fresh_times = True

    def receivers(self) -> list[Destination]:
        """Give the platform's own address, if it is known, and every destination that is on."""
        url = self._world.webhook_url
        listed = [one for one in self.destinations.values() if one.enabled]
        own = [Destination("", url, SECRET)] if url and all(one.url != url for one in listed) else []
        return own + listed

    def add(self, url: str, **settings: Any) -> Destination:
        """Make a destination with a new secret."""
        destination = Destination(str(uuid4()), url, f"sandbox_{secrets.token_urlsafe(26)}", **settings)
        self._world.journal.hide(destination.secret)
        self.destinations[destination.uuid] = destination
        return destination

    def send(self, event: Mapping[str, Any]) -> None:
        """Send one event to whoever subscribed to it."""
        for destination in self.receivers():
            if event["webhook_type"] in destination.events:
                value = _singular(event) if destination.version == "v2" else dict(event)
                self._post(destination, value, self._signing(destination, value))

    def spoil(self, event: Mapping[str, Any], kind: str) -> None:
        """Send one event in a form that a receiver must survive; `kind` is a key of `SPOILERS`."""
        for destination in self.receivers():
            self._post(destination, event, self._spoiling(destination, event, kind))

    def resend(self, destination: Destination, sent: Sent) -> Sent:
        """Send a delivery of the log once more, signed afresh."""
        value: dict[str, Any] = json.loads(sent.body)
        return self._post(destination, value, lambda: self._signed(destination, value, self._now()))

    def _now(self) -> int:
        return self._world.now()

    def _spoiling(self, destination: Destination, event: Mapping[str, Any], kind: str) -> Callable[[], Signed]:
        return lambda: SPOILERS[kind](dict(event), destination.secret, self._now())

    def _signing(self, destination: Destination, value: dict[str, Any]) -> Callable[[], Signed]:
        first = value["timestamp"]
        return lambda: self._signed(destination, value, self._now() if self.fresh_times else first)

    def _signed(self, destination: Destination, value: dict[str, Any], now: int) -> Signed:
        return sign(self._scheme, {**value, "timestamp": now}, destination.secret, now)

    def _post(self, destination: Destination, event: Mapping[str, Any], signed: Callable[[], Signed]) -> Sent:
        sent = Sent(str(uuid4()), self._world.clock.now(), str(event["webhook_type"]))
        destination.log.append(sent)

        def try_once() -> Signed:
            sent.body, sent.headers = signed()
            return sent.body, sent.headers

        outgoing = self._world.deliveries.send(
            provider="didit",
            type=sent.event,
            url=destination.url,
            sign=try_once,
            retries_s=RETRIES_S,
            # Only 404, 5xx and silence are tried again; every other answer is final.
            settled=lambda status: status < 500 and status != 404,
            timeout_s=TIMEOUT_S,
        )
        sent.number = outgoing.id
        return sent


def event_of(
    session: TwinSession, decision: Mapping[str, Any], *, now: int, kind: str = "status.updated"
) -> dict[str, Any]:
    """Build the event of a session as it is now."""
    value: dict[str, Any] = {
        "event_id": str(uuid4()),
        "webhook_type": kind,
        "timestamp": now,
        "created_at": int(session.created_at),
        "application_id": "ace0a991-5a4d-4b0c-8f1e-d1d17a991ca0",
        "environment": "sandbox",
        "session_id": session.id,
        "session_kind": "user",
        "status": session.status,
        "workflow_id": session.workflow_id,
        "workflow_version": session.workflow_version,
        "vendor_data": session.vendor_data,
        "metadata": session.metadata,
    }
    if session.status in WITH_DECISION:
        value["decision"] = decision
    if session.status == RESUBMITTED:
        value["resubmit_info"] = session.resubmit_info
    return value


def console_test(now: int) -> dict[str, Any]:
    """Build what the console's test button sends; it has no event id."""
    return {
        "webhook_type": "status.updated",
        "timestamp": now,
        "created_at": now,
        "environment": "sandbox",
        "session_id": str(uuid4()),
        "status": "Approved",
        "vendor_data": TEST_VENDOR_DATA,
        "metadata": {"test_webhook": True},
    }


def delivery_json(sent: Sent, number_of_tries: int, status: int | None) -> dict[str, Any]:
    """Give a log entry as the API does: header and body as JSON text."""
    return {
        "id": sent.id,
        "event": sent.event,
        "created_at": moment(sent.at),
        "attempts": number_of_tries,
        "response_status": status,
        "request_header": json.dumps(sent.headers),
        "request_body": sent.body.decode(),
    }


_SINGULAR = {
    "id_verifications": "id_verification",
    "liveness_checks": "liveness",
    "face_matches": "face_match",
    "nfc_verifications": "nfc",
    "aml_screenings": "aml",
    "phone_verifications": "phone",
    "email_verifications": "email",
    "poa_verifications": "poa",
    "ip_analyses": "ip_analysis",
    "database_validations": "database_validation",
}


def _singular(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give the payload of webhook version 2: one object where version 3 has a list."""
    decision = event.get("decision")
    if not isinstance(decision, dict):
        return dict(event)
    older: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", decision).items():
        name = _SINGULAR.get(key)
        older[name or key] = value[0] if name and value else value
    return {**event, "decision": older}


def _as_sent(event: dict[str, Any], secret: str, now: int) -> Signed:
    return sign(DiditSignature(), {**event, "timestamp": now}, secret, now)


def _reserialised(event: dict[str, Any], secret: str, now: int) -> Signed:
    body, headers = _as_sent(event, secret, now)
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False).encode(), headers


def _v2_only(event: dict[str, Any], secret: str, now: int, text: Callable[[dict[str, Any]], bytes]) -> Signed:
    value = {**event, "timestamp": now}
    body, headers = sign(DiditSignature(), value, secret, now)
    over = DiditSignature().sign(text(value), secret=secret, now=now)["X-Signature"]
    return body, {"X-Signature-V2": over, "X-Timestamp": headers["X-Timestamp"]}


def _ascii_text(value: dict[str, Any]) -> bytes:
    return canonical(value, ascii_only=True)


def _prefixed_text(value: dict[str, Any]) -> bytes:
    return f"{value['timestamp']}:".encode() + canonical(value)


SPOILERS: Mapping[str, Callable[[dict[str, Any], str, int], Signed]] = {
    "reserialise": _reserialised,
    "stale": lambda event, secret, now: _as_sent(event, secret, now - 3600),
    "wrong_secret": lambda event, _, now: _as_sent(event, "sandbox-secret-of-another-destination", now),
    "simple_only": lambda event, secret, now: _without(_as_sent(event, secret, now), "X-Signature", "X-Signature-V2"),
    "unsigned": lambda event, secret, now: (_as_sent(event, secret, now)[0], {}),
    "v2_ascii": lambda event, secret, now: _v2_only(event, secret, now, _ascii_text),
    "v2_prefix": lambda event, secret, now: _v2_only(event, secret, now, _prefixed_text),
    "v2_singular": lambda event, secret, now: _as_sent(_singular(event), secret, now),
    "unknown_event": lambda event, secret, now: _as_sent(_new(event, webhook_type="session.teleported"), secret, now),
    "unknown_status": lambda event, secret, now: _as_sent(_new(event, status="Teleported"), secret, now),
}
"""Deliveries on demand of this service alone; the sandbox sends any delivery again, or tampers with it, by itself."""


def _new(event: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**event, "event_id": str(uuid4()), **changed}


def _without(signed: Signed, *names: str) -> Signed:
    body, headers = signed
    return body, {name: value for name, value in headers.items() if name not in names}
