"""Mailgun's webhooks: the signature inside the body, and what events mean."""

import hmac
import json
import re
import secrets as random_tokens
from collections.abc import Mapping, Sequence
from typing import Any

from ace_integrations.core.http_call import Headers
from ace_integrations.errors import InvalidInputError, MalformedEventError, SignatureError, StaleSignatureError
from ace_integrations.mail.mailgun.models import MailgunEvent, WebhookType
from ace_integrations.mail.mailgun.settings import LONGEST_AGE_S, MailgunSettings
from ace_integrations.mail.message import DeliveryEvent, DeliveryStatus
from ace_integrations.webhooks import (
    Event,
    SignatureScheme,
    UnknownEvent,
    WebhookSource,
    hmac_sha256,
    read_model,
    read_object,
    usable,
)

# Without these shapes one digit could move from the token to the timestamp: nothing separates them where they are
# signed. `fullmatch`, since `$` would let a line break in.
_TIMESTAMP = re.compile(r"[0-9]{10}")
_TOKEN = re.compile(r"[0-9a-zA-Z]{50}")
_HEX = re.compile(r"[0-9a-f]{64}")

KNOWN = frozenset(WebhookType)


class MailgunSignature(SignatureScheme):
    """`signature` in the body: HMAC-SHA-256 of timestamp and token (mailgun.md §4.1). The event itself is not signed.

    Args:
        tolerance_s: how long ago it may have been signed, in seconds.
        future_s: how far ahead of this clock.
    """

    def __init__(self, *, tolerance_s: int = LONGEST_AGE_S, future_s: int = 300) -> None:
        super().__init__(tolerance_s=tolerance_s)
        self.future_s = future_s

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        """Give no headers: see `envelope`."""
        del body, secret, now
        return {}

    def envelope(
        self, event_data: Mapping[str, Any], *, secret: str, now: int, token: str = "", parent_secret: str = ""
    ) -> dict[str, Any]:
        """Give the JSON value of a delivery.

        Args:
            token: 50 letters and digits, random when not given.
            parent_secret: of the parent account, where a subaccount sends it.
        """
        usable([secret])
        text, chosen = str(now), token or random_tokens.token_hex(25)
        signature = {"token": chosen, "timestamp": text, "signature": _mac(secret, text, chosen)}
        if parent_secret:
            signature["parent-signature"] = _mac(parent_secret, text, chosen)
        return {"signature": signature, "event-data": dict(event_data)}

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        del headers
        timestamp, token, claimed = _signature(body)
        expected = [_mac(secret, timestamp, token).encode() for secret in usable(secrets)]
        matches = [hmac.compare_digest(one, given.encode()) for one in expected for given in claimed]
        if not any(matches):
            raise SignatureError("no signature matches a current signing key")
        self.check_age(int(timestamp), now)

    def check_age(self, signed_at: int, now: int) -> None:
        if now - signed_at > self.tolerance_s:
            raise StaleSignatureError(f"signed {now - signed_at} s ago; at most {self.tolerance_s} s are allowed")
        if signed_at - now > self.future_s:
            raise StaleSignatureError(f"signed {signed_at - now} s in the future; at most {self.future_s} are allowed")


def _mac(secret: str, timestamp: str, token: str) -> str:
    return hmac_sha256(secret, f"{timestamp}{token}".encode())


def _signature(body: bytes) -> tuple[str, str, list[str]]:
    """Give timestamp, token and the signatures, of the provider's form and no other."""
    try:
        given = read_object(body).get("signature")
    except MalformedEventError as error:
        raise SignatureError(f"no signature can be read: {error}") from None
    if not isinstance(given, dict):
        raise SignatureError("the signature object is missing")
    fields: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - json gives str keys
    timestamp = fields.get("timestamp")
    # Exactly int: True is an int too.
    text = str(timestamp) if type(timestamp) is int else timestamp
    token = fields.get("token")
    if not isinstance(text, str) or not _TIMESTAMP.fullmatch(text):
        raise SignatureError("the timestamp is not of the provider's form")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise SignatureError("the token is not of the provider's form")
    claimed = [fields[name] for name in ("signature", "parent-signature") if fields.get(name) is not None]
    if not claimed or not all(isinstance(one, str) and _HEX.fullmatch(one) for one in claimed):
        raise SignatureError("the signature is not of the provider's form")
    return text, token, claimed


def parse(headers: Headers, body: bytes) -> Event:
    """Read a delivery. Its token is the event's id: a token is good for one effect, whatever event it comes with.

    Raises:
        MalformedEventError: it holds no event.
    """
    del headers
    value = read_object(body)
    _, token, _ = _signature(body)
    data = value.get("event-data")
    if not isinstance(data, dict):
        raise MalformedEventError("the event lacks what is promised: event-data")
    event = read_model(MailgunEvent, data)  # pyright: ignore[reportUnknownArgumentType] - json gives str keys
    known = event.type in KNOWN
    return Event(
        provider="mailgun",
        id=token,
        type=event.type,
        environment="test" if event.is_test else "live",
        occurred_at=event.timestamp,
        data=event if known else UnknownEvent(payload=value),
        meaning=_meaning(event) if known else None,
    )


def _meaning(event: MailgunEvent) -> DeliveryEvent | None:
    if not event.message_id or not event.recipient:
        return None
    return DeliveryEvent(
        provider="mailgun",
        message_id=event.message_id,
        recipient=event.recipient,
        status=event.status,
        occurred_at=event.timestamp,
        code=event.delivery_status.smtp_code,
        reason=event.reason or "",
        is_bot=bool(event.client_info.bot) and event.status in (DeliveryStatus.OPENED, DeliveryStatus.CLICKED),
        tags=event.tags,
        metadata={name: value for name, value in event.user_variables.items() if isinstance(value, str)},
    )


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Build `event-data` of one webhook type; fields are Mailgun's, with `_` for `-`, and `message_id`.

    Raises:
        InvalidInputError: there is no such type or field.
    """
    if event_type not in KNOWN:
        raise InvalidInputError(f"there is no webhook {event_type!r}; known: {', '.join(sorted(KNOWN))}")
    recipient = str(fields.pop("recipient", "lina@example.com"))
    message_id = str(fields.pop("message_id", "20261125120000.sample@sandbox.example.com"))
    data: dict[str, Any] = {
        "event": "failed" if event_type.endswith("_fail") else event_type,
        "id": random_tokens.token_urlsafe(16),
        "timestamp": now + 0.125,
        "log-level": "info",
        "recipient": recipient,
        "recipient-domain": recipient.rpartition("@")[2],
        "tags": ["welcome"],
        "user-variables": {"mail_id": message_id.partition("@")[0]},
        "flags": {"is-authenticated": True, "is-test-mode": False},
        "message": {"headers": {"message-id": message_id, "to": recipient}, "attachments": [], "size": 4096},
        **_EXTRA[event_type],
    }
    for name, value in fields.items():
        key = name.replace("_", "-")
        if key not in data:
            raise InvalidInputError(f"the event {event_type} has no field {key!r}")
        data[key] = value
    return data


_CLIENT = {
    "ip": "203.0.113.9",
    "geolocation": {"country": "EG", "region": "Cairo", "city": "Cairo"},
    "client-info": {"client-type": "browser", "device-type": "desktop", "client-name": "Example Mail", "bot": ""},
}
_EXTRA: dict[str, dict[str, Any]] = {
    "accepted": {"method": "HTTP"},
    "delivered": {"delivery-status": {"code": 250, "message": "OK", "attempt-no": 1, "tls": True}},
    "permanent_fail": {
        "severity": "permanent",
        "reason": "bounce",
        "log-level": "error",
        "delivery-status": {"code": 550, "message": "550 5.1.1 no such user", "attempt-no": 1},
    },
    "temporary_fail": {
        "severity": "temporary",
        "reason": "generic",
        "log-level": "warn",
        "delivery-status": {"code": 452, "message": "4.2.2 mailbox full", "attempt-no": 1, "retry-seconds": 600},
    },
    "opened": _CLIENT,
    "clicked": {**_CLIENT, "url": "https://app.example.com/start"},
    "unsubscribed": _CLIENT,
    "complained": {"log-level": "warn"},
}


def sign(scheme: SignatureScheme, value: dict[str, Any], secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    """Give body and headers of a delivery: the signature is put into the body."""
    if not isinstance(scheme, MailgunSignature):
        raise TypeError("Mailgun's deliveries are signed by MailgunSignature")
    body = json.dumps(scheme.envelope(value, secret=secret, now=now), ensure_ascii=False).encode()
    return body, {"content-type": "application/json"}


def _scheme(settings: MailgunSettings) -> MailgunSignature:
    return MailgunSignature(tolerance_s=settings.webhook_max_age_s, future_s=settings.webhook_max_future_s)


def _secrets(settings: MailgunSettings) -> list[str]:
    keys = (*settings.webhook_signing_key, *settings.parent_signing_key)
    return [key.get_secret_value() for key in keys]


WEBHOOKS = WebhookSource(
    provider="mailgun",
    settings=MailgunSettings,
    scheme=_scheme,
    secrets=_secrets,
    secret_setting="webhook_signing_key",  # noqa: S106 - a field's name
    parse=parse,
    sample=sample,
    event_types=tuple(kind.value for kind in WebhookType),
    sign=sign,
)
