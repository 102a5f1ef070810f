"""Didit's webhooks: three signatures at once, of which the first two cover the whole body."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, cast
from uuid import uuid4

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ace_integrations.core.http_call import Headers
from ace_integrations.didit.models import Answer, Decision, Listed, OpenStatus
from ace_integrations.didit.settings import SANDBOX_WORKFLOW, DiditSettings
from ace_integrations.didit.status import normalise
from ace_integrations.errors import InvalidInputError, MalformedEventError, SignatureError
from ace_integrations.identity.verifier import IdentityChanged
from ace_integrations.webhooks.event import Environment, Event, UnknownEvent
from ace_integrations.webhooks.json_body import read_model, read_object
from ace_integrations.webhooks.scheme import SignatureScheme, hmac_sha256, single, usable
from ace_integrations.webhooks.source import WebhookSource

RAW, V2, SIMPLE, TIME = "X-Signature", "X-Signature-V2", "X-Signature-Simple", "X-Timestamp"

TEST_VENDOR_DATA = "test-vendor-data-123"
"""The user id that the console's test deliveries carry."""

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_LARGEST_TIME = 10**12


class DiditSignature(SignatureScheme):
    """HMAC-SHA-256 in hex, keyed with the secret's text: over the raw body, or over its canonical JSON (didit.md §4.1).

    Args:
        v2_over_ascii, v2_with_timestamp_prefix: also take these readings of `X-Signature-V2`.
        simple: also take `X-Signature-Simple`, which covers four fields only.
    """

    def __init__(
        self,
        *,
        tolerance_s: int = 300,
        v2_over_ascii: bool = False,
        v2_with_timestamp_prefix: bool = False,
        simple: bool = False,
    ) -> None:
        super().__init__(tolerance_s=tolerance_s)
        self._ascii = v2_over_ascii
        self._prefix = v2_with_timestamp_prefix
        self._simple = simple

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        value = _readable(body)
        if value is None:
            return {RAW: hmac_sha256(secret, body), TIME: str(now)}
        return {
            RAW: hmac_sha256(secret, body),
            V2: hmac_sha256(secret, canonical(value)),
            SIMPLE: hmac_sha256(secret, _simple_text(value)),
            TIME: str(value.get("timestamp", now)),
        }

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        current = usable(secrets)
        claimed = {name: single(headers, name) for name in (RAW, V2, SIMPLE) if headers.all(name)}
        if RAW not in claimed and V2 not in claimed and not (self._simple and SIMPLE in claimed):
            raise SignatureError(f"the header {V2} is missing")
        raw = _fits(claimed.get(RAW), [body], current)
        # Also where the raw body is signed: two parsers may read a repeated key, or NaN, differently.
        value = _readable(body)
        if value is None:
            raise SignatureError("the body is not a JSON object that reads one way only")
        if not (raw or _fits(claimed.get(V2), self._v2_texts(value), current) or self._simply(claimed, value, current)):
            raise SignatureError("no signature was made with a current secret" + _remark(claimed, value, current))
        self._check_time(headers, value, now)

    def suspects(self, headers: Headers, body: bytes) -> Mapping[str, bytes]:
        del headers
        value = _readable(body)
        return {} if value is None else {"body re-serialised": wire(value)}

    def _v2_texts(self, value: dict[str, Any]) -> list[bytes]:
        texts = [canonical(value)]
        if self._ascii:
            texts.append(canonical(value, ascii_only=True))
        if self._prefix:
            texts.append(f"{value.get('timestamp')}:".encode() + canonical(value))
        return texts

    def _simply(self, claimed: Mapping[str, str], value: dict[str, Any], secrets: Sequence[str]) -> bool:
        return self._simple and _fits(claimed.get(SIMPLE), [_simple_text(value)], secrets)

    def _check_time(self, headers: Headers, value: dict[str, Any], now: int) -> None:
        """Refuse an old delivery by the signed time; the header repeats it, and signs nothing."""
        signed_at = value.get("timestamp")
        if type(signed_at) is not int or not 0 <= signed_at < _LARGEST_TIME:
            raise SignatureError("the signed body holds no whole timestamp")
        if headers.all(TIME) and single(headers, TIME) != str(signed_at):
            raise SignatureError(f"{TIME} differs from the signed timestamp")
        self.check_age(signed_at, now)


def wire(value: Mapping[str, Any]) -> bytes:
    """Write a body as Didit sends it: sorted, compact, ASCII-escaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def canonical(value: Mapping[str, Any], *, ascii_only: bool = False) -> bytes:
    """Write what `X-Signature-V2` signs: sorted, compact, not escaped, whole floats as integers."""
    return json.dumps(
        _whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=ascii_only, allow_nan=False
    ).encode()


def _whole(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_whole(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - JSON
        case dict():
            return {key: _whole(item) for key, item in cast("dict[str, Any]", value).items()}
        case _:
            return value


def _readable(body: bytes) -> dict[str, Any] | None:
    """Give the JSON object of a body that can be written again, else None."""
    try:
        value = read_object(body)
        canonical(value)
    # A lone surrogate or an infinite number has no canonical text, and a deep nesting none that Python writes.
    except (MalformedEventError, ValueError, RecursionError):
        return None
    return value


def _simple_text(value: Mapping[str, Any]) -> bytes:
    fields = (value.get(name) for name in ("timestamp", "session_id", "status", "webhook_type"))
    return ":".join("" if field is None else str(field) for field in fields).encode()


def _fits(claimed: str | None, texts: Sequence[bytes], secrets: Sequence[str]) -> bool:
    if claimed is None or not _HEX.fullmatch(claimed):
        return False
    given = claimed.lower().encode()
    # Every comparison is made, so the time does not tell which secret fits.
    fits = [hmac.compare_digest(hmac_sha256(secret, text).encode(), given) for secret in secrets for text in texts]
    return any(fits)


def _remark(claimed: Mapping[str, str], value: Mapping[str, Any], secrets: Sequence[str]) -> str:
    if _fits(claimed.get(SIMPLE), [_simple_text(value)], secrets):
        return f"; {SIMPLE} fits, so the secret is right and the body was changed on its way"
    return ""


WITH_DECISION = frozenset({"Approved", "Declined", "In Review", "Abandoned"})
"""Statuses whose `status.updated` brings the decision along."""


class DiditEvent(Answer):
    """The envelope of every event; a subclass for each kind. Source: didit.md §4.3.

    Attributes:
        timestamp: Unix seconds of the delivery, signed.
        application_id: Didit's id of our application.
        environment: "live" or "sandbox".
    """

    event_id: str | None = None
    webhook_type: str
    timestamp: int
    created_at: Any = None
    application_id: str | None = None
    environment: str | None = None
    vendor_data: str | None = None
    metadata: Any = None


class _SessionEvent(DiditEvent):
    session_id: str
    session_kind: str | None = None
    status: OpenStatus
    workflow_id: str | None = None
    workflow_version: Any = None
    decision: Annotated[Decision | None, BeforeValidator(lambda value: value or None)] = None


class ResubmitInfo(Answer):
    """What the user is asked to do again; a node is text, or an object with `node_id` and `feature`."""

    nodes_to_resubmit: Listed[Any] = ()
    reasons: Mapping[str, Any] | None = None


class StatusUpdated(_SessionEvent):
    """A session changed its status.

    Attributes:
        decision: with the statuses Approved, Declined, In Review and Abandoned.
        resubmit_info: with the status Resubmitted.
    """

    resubmit_info: ResubmitInfo | None = None


class DataUpdated(_SessionEvent):
    """Somebody corrected what a session found."""


class _EntityEvent(DiditEvent):
    session_id: str | None = None
    status: str | None = None
    previous_status: str | None = None
    changed_fields: Any = None


class UserStatusUpdated(_EntityEvent):
    """A user became ACTIVE, FLAGGED or BLOCKED; a blocked one gets no new session."""


class UserDataUpdated(_EntityEvent):
    """Fields of a user changed."""


class BusinessStatusUpdated(_EntityEvent):
    """A business became ACTIVE, FLAGGED or BLOCKED."""


class BusinessDataUpdated(_EntityEvent):
    """Fields of a business changed."""


class ActivityCreated(_EntityEvent):
    """Something was noted in the account's feed."""


class TransactionCreated(_EntityEvent):
    """A monitored transaction was registered."""


class TransactionStatusUpdated(_EntityEvent):
    """A monitored transaction changed its status."""


class TravelRuleStatusUpdated(_EntityEvent):
    """A travel-rule exchange changed its status."""


_KINDS: Mapping[str, type[DiditEvent]] = {
    "status.updated": StatusUpdated,
    "data.updated": DataUpdated,
    "user.status.updated": UserStatusUpdated,
    "user.data.updated": UserDataUpdated,
    "business.status.updated": BusinessStatusUpdated,
    "business.data.updated": BusinessDataUpdated,
    "activity.created": ActivityCreated,
    "transaction.created": TransactionCreated,
    "transaction.status.updated": TransactionStatusUpdated,
    "travel_rule.status.updated": TravelRuleStatusUpdated,
}

EVENT_TYPES = tuple(_KINDS)
"""Every type that Didit names; a destination receives only those it subscribed to."""


class _Envelope(BaseModel):
    """What any event must have to be kept."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    webhook_type: str = Field(min_length=1)
    timestamp: int
    event_id: str | None = None
    session_id: str | None = None
    status: str | None = None
    environment: str | None = None
    vendor_data: Any = None
    metadata: Any = None


def parse(headers: Headers, body: bytes) -> Event:
    """Read a verified delivery.

    Raises:
        MalformedEventError: it is not an event.

    Source: didit.md §4.3
    """
    # The header that marks a console test is not signed, so only the marks inside the body count.
    del headers
    value = read_object(body)
    envelope = read_model(_Envelope, value)
    kind = _KINDS.get(envelope.webhook_type)
    environment = _environment(envelope)
    data = UnknownEvent(payload=value) if kind is None else read_model(kind, value)
    return Event(
        provider="didit",
        id=_event_id(envelope, body),
        type=envelope.webhook_type,
        environment=environment,
        occurred_at=_moment(envelope.timestamp),
        data=data,
        meaning=_meaning(data, is_test=environment == "test"),
    )


def _event_id(envelope: _Envelope, body: bytes) -> str:
    """Give Didit's id of the event, or what identifies it: console tests may come without one."""
    if envelope.event_id:
        return envelope.event_id
    if envelope.session_id:
        parts = (envelope.session_id, envelope.webhook_type, envelope.status or "", str(envelope.timestamp))
        return ":".join(parts)
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _environment(envelope: _Envelope) -> Environment:
    """Say whether live users may be changed: not by a sandbox, a console test, or an environment of a new name."""
    metadata: Any = envelope.metadata
    marked = isinstance(metadata, dict) and cast("dict[str, Any]", metadata).get("test_webhook") is True
    if marked or envelope.vendor_data == TEST_VENDOR_DATA or envelope.environment not in (None, "live"):
        return "test"
    return "live"


def _moment(timestamp: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _meaning(data: object, *, is_test: bool) -> IdentityChanged | None:
    # A business's session says nothing about a person.
    if not isinstance(data, StatusUpdated) or data.session_kind not in (None, "user"):
        return None
    return IdentityChanged(
        verification_id=data.session_id,
        provider="didit",
        user=data.vendor_data,
        status=normalise(data.status),
        provider_status=str(data.status),
        occurred_at=data.timestamp,
        is_test=is_test,
    )


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Build an event of the sandbox. Each is a new one: give `event_id` to send one twice.

    Raises:
        InvalidInputError: no such event, or no such field.
    """
    if event_type not in _KINDS:
        raise InvalidInputError(f"Didit has no event {event_type!r}; it has {', '.join(_KINDS)}", field="event_type")
    value: dict[str, Any] = {
        "event_id": str(uuid4()),
        "webhook_type": event_type,
        "timestamp": now,
        "created_at": now - 60,
        "application_id": "ace0a991-5a4d-4b0c-8f1e-d1d17a991ca0",
        "environment": "sandbox",
        "vendor_data": "user-1",
        "metadata": None,
    }
    value |= _SAMPLES.get(event_type, lambda: {})()
    unknown = sorted(set(fields) - set(_KINDS[event_type].model_fields))
    if unknown:
        raise InvalidInputError(f"{event_type} has no such field", field=unknown[0])
    value |= fields
    if value.get("status") in WITH_DECISION and "session_id" in value and "decision" not in value:
        value["decision"] = _decision_sample(value)
    return value


def _session_sample() -> dict[str, Any]:
    return {
        "session_id": "11111111-2222-4333-8444-555555555555",
        "session_kind": "user",
        "status": "Approved",
        "workflow_id": SANDBOX_WORKFLOW,
        "workflow_version": 1,
    }


def _decision_sample(event: Mapping[str, Any]) -> dict[str, Any]:
    status = event["status"]
    document: dict[str, Any] = {"node_id": "feature_ocr_1", "status": status, "first_name": "Test", "warnings": []}
    return {"session_id": event["session_id"], "status": status, "id_verifications": [document]}


_SAMPLES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "status.updated": _session_sample,
    "data.updated": _session_sample,
    "user.status.updated": lambda: {"status": "BLOCKED", "previous_status": "ACTIVE"},
    "user.data.updated": lambda: {"changed_fields": ["first_name"]},
    "business.status.updated": lambda: {"status": "FLAGGED", "previous_status": "ACTIVE"},
    "business.data.updated": lambda: {"changed_fields": ["company_name"]},
}


def sign(scheme: SignatureScheme, value: dict[str, Any], secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    """Give body and headers of a delivery as Didit sends it."""
    body = wire(value)
    headers = {"User-Agent": "DiditWebhook/2.0 +https://didit.me", **scheme.sign(body, secret=secret, now=now)}
    metadata: Any = value.get("metadata")
    if isinstance(metadata, dict) and "test_webhook" in metadata:
        headers["X-Didit-Test-Webhook"] = "true"
    return body, headers


def _scheme(settings: DiditSettings) -> DiditSignature:
    return DiditSignature(
        tolerance_s=settings.webhook_tolerance_s,
        v2_over_ascii=settings.accept_v2_over_ascii,
        v2_with_timestamp_prefix=settings.accept_v2_with_timestamp_prefix,
        simple=settings.accept_forgeable_simple_signature,
    )


def _secrets(settings: DiditSettings) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in settings.webhook_secrets)


WEBHOOKS = WebhookSource(
    provider="didit",
    settings=DiditSettings,
    scheme=_scheme,
    secrets=_secrets,
    secret_setting="webhook_secrets",  # noqa: S106 - the name of a field
    parse=parse,
    sample=sample,
    event_types=EVENT_TYPES,
    sign=sign,
)
"""Didit's deliveries."""
