"""Stripe's deliveries: how they are signed, the typed events, and what they mean for a payment."""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from ace_integrations.core import Headers
from ace_integrations.errors import MalformedEventError, SignatureError
from ace_integrations.payments.gateway import PaymentHint
from ace_integrations.payments.stripe.models import Charge, CheckoutSession, Dispute, PaymentIntent, Refund
from ace_integrations.payments.stripe.samples import EVENT_TYPES, sample
from ace_integrations.payments.stripe.settings import StripeSettings
from ace_integrations.webhooks import (
    Event,
    SignatureScheme,
    UnknownEvent,
    WebhookSource,
    hmac_sha256,
    read_model,
    read_object,
    single,
    usable,
)
from ace_integrations.webhooks.scheme import timed_signatures

HEADER = "Stripe-Signature"

_HEX = re.compile(r"[0-9a-f]{64}")


class StripeSignature(SignatureScheme):
    """`Stripe-Signature: t=<seconds>,v1=<hex>`: HMAC-SHA-256 of `t`, a dot and the raw body.

    The key is the whole secret, `whsec_` included. While a secret is rolled there is one `v1` for each.
    """

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        return {HEADER: signature_header(body, secrets=[secret], now=now)}

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        signed_at, claimed = timed_signatures(single(headers, HEADER), name=HEADER, form=_HEX)
        signed, matches = _signed(signed_at, body), False
        for secret in usable(secrets):
            expected = hmac_sha256(secret, signed).encode()
            for theirs in claimed:
                # No early exit: how long it takes must not tell which secret or signature was nearly right.
                matches |= hmac.compare_digest(expected, theirs)
        if not matches:
            raise SignatureError("no signature matches a current secret; test, live and the CLI have one each")
        self.check_age(int(signed_at), now)


def signature_header(body: bytes, *, secrets: Sequence[str], now: int) -> str:
    """Give the header's value: one signature for each secret that is valid now."""
    signed = _signed(str(now), body)
    return ",".join([f"t={now}", *(f"v1={hmac_sha256(secret, signed)}" for secret in secrets)])


def _signed(signed_at: str, body: bytes) -> bytes:
    return signed_at.encode() + b"." + body


class StripeEvent(BaseModel):
    """One event with the whole object as it was then; ask for the object again before granting anything.

    Attributes:
        api_version: the shape of the object, fixed when the endpoint was created.
        previous_attributes: what changed, as it was before.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    type: str
    created: int
    livemode: bool
    api_version: str | None = None
    account: str | None = None
    previous_attributes: Mapping[str, Any] | None = None


class PaymentIntentEvent(StripeEvent):
    """`payment_intent.…`."""

    object: PaymentIntent


class ChargeEvent(StripeEvent):
    """`charge.…`; of a refund it holds the sum only, so `refund.…` is the source of truth."""

    object: Charge


class RefundEvent(StripeEvent):
    """`refund.…`, and its older name `charge.refund.updated`."""

    object: Refund


class DisputeEvent(StripeEvent):
    """`charge.dispute.…`."""

    object: Dispute


class CheckoutSessionEvent(StripeEvent):
    """`checkout.session.…`."""

    object: CheckoutSession


class ThinEvent(BaseModel):
    """An event that only names its object.

    Attributes:
        type: as in "v1.payment_intent.succeeded".
        object_type, object_id: what it is about; fetch it.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str
    type: str
    created: datetime
    livemode: bool
    object_type: str = ""
    object_id: str = ""


_KINDS: Mapping[str, type[StripeEvent]] = {
    "payment_intent": PaymentIntentEvent,
    "charge": ChargeEvent,
    "refund": RefundEvent,
    "dispute": DisputeEvent,
    "checkout.session": CheckoutSessionEvent,
}

_MEANINGS = {
    "payment_intent.requires_action": "payment.action_required",
    "payment_intent.processing": "payment.processing",
    "payment_intent.amount_capturable_updated": "payment.authorised",
    "payment_intent.succeeded": "payment.succeeded",
    "payment_intent.payment_failed": "payment.attempt_failed",
    "payment_intent.canceled": "payment.canceled",
    "charge.refunded": "refund.summary",
    "refund.created": "refund.created",
    "refund.updated": "refund.updated",
    "refund.failed": "refund.failed",
    "charge.refund.updated": "refund.updated",
    "charge.dispute.created": "dispute.opened",
    "charge.dispute.updated": "dispute.updated",
    "charge.dispute.funds_withdrawn": "dispute.debited",
    "charge.dispute.funds_reinstated": "dispute.credited",
    "radar.early_fraud_warning.created": "fraud.warning",
    "checkout.session.completed": "checkout.completed",
    "checkout.session.async_payment_succeeded": "checkout.succeeded",
    "checkout.session.async_payment_failed": "checkout.failed",
    "checkout.session.expired": "checkout.expired",
}


def parse(headers: Headers, body: bytes) -> Event:
    """Read a verified delivery, a snapshot or a thin event.

    Raises:
        MalformedEventError: it is neither.
    """
    del headers
    value = read_object(body)
    match value.get("object"):
        case "event":
            return _snapshot(value)
        case "v2.core.event":
            return _thin(value)
        case _:
            raise MalformedEventError("the body is no event of Stripe")


class _Envelope(BaseModel):
    """What any snapshot must have to be kept."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str
    type: str
    created: int = 0
    livemode: bool = False
    data: dict[str, Any]


def _snapshot(value: dict[str, Any]) -> Event:
    thing = _object(_object(value, "data"), "object")
    typed = _typed(value, thing)
    envelope = typed or read_model(_Envelope, value)
    return Event(
        provider="stripe",
        id=envelope.id,
        type=envelope.type,
        environment="live" if envelope.livemode else "test",
        occurred_at=_moment(envelope.created),
        data=typed or UnknownEvent(payload=value),
        meaning=_meaning(envelope, thing),
    )


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, ValueError, OSError):  # beyond the calendar
        return None


def _object(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give the JSON object under a name, an empty one for anything else."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON


def _typed(value: dict[str, Any], thing: dict[str, Any]) -> StripeEvent | None:
    """Give the typed event; None for a type, or a shape of another API version, that is new to us."""
    kind = _KINDS.get(str(thing.get("object")))
    if kind is None or str(value.get("type")) not in _KNOWN:
        return None
    whole = {"created": 0, "livemode": False, **value, "object": thing}
    whole["previous_attributes"] = value["data"].get("previous_attributes")
    try:
        # All that an envelope must have is validated here too, so an event that fits has no need of one.
        return kind.model_validate(whole)
    except ValidationError:
        return None


_DETAILS = frozenset(
    {
        "payment_intent.created",
        "payment_intent.partially_funded",
        "charge.succeeded",
        "charge.failed",
        "charge.captured",
        "charge.updated",
        "charge.pending",
        "charge.expired",
        "charge.dispute.closed",
    }
)
"""Known types that say nothing new of a payment, or that say it in their object."""

_KNOWN = _DETAILS | _MEANINGS.keys()


def _meaning(envelope: StripeEvent | _Envelope, thing: Mapping[str, Any]) -> PaymentHint | None:
    what = _MEANINGS.get(envelope.type)
    if envelope.type == "charge.dispute.closed":
        what = "dispute.lost" if thing.get("status") == "lost" else "dispute.won"
    if what is None:
        return None
    intent = thing.get("id") if thing.get("object") == "payment_intent" else thing.get("payment_intent")
    if isinstance(intent, dict):
        intent = intent.get("id")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    metadata = thing.get("metadata")
    reference = metadata.get("payment_id") if isinstance(metadata, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return PaymentHint(
        gateway="stripe",
        gateway_id=str(intent or ""),  # pyright: ignore[reportUnknownArgumentType]
        reference=str(reference or ""),  # pyright: ignore[reportUnknownArgumentType]
        what=what,
        live=envelope.livemode,
    )


class _Related(BaseModel):
    id: str
    type: str


class _Thin(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str
    type: str
    created: datetime
    livemode: bool = False
    related_object: _Related | None = None


def _thin(value: dict[str, Any]) -> Event:
    thin = read_model(_Thin, value)
    about = thin.related_object
    data = ThinEvent(
        id=thin.id,
        type=thin.type,
        created=thin.created,
        livemode=thin.livemode,
        object_type=about.type if about else "",
        object_id=about.id if about else "",
    )
    what = _MEANINGS.get(thin.type.removeprefix("v1."))
    is_intent = data.object_type == "payment_intent"
    hint = PaymentHint(
        gateway="stripe",
        gateway_id=data.object_id if is_intent else "",
        reference="",
        what=what or "",
        live=thin.livemode,
    )
    return Event(
        provider="stripe",
        id=thin.id,
        type=thin.type,
        environment="live" if thin.livemode else "test",
        occurred_at=thin.created,
        data=data if about is not None and about.type in _KINDS else UnknownEvent(payload=value),
        meaning=hint if what else None,
    )


def _scheme(settings: StripeSettings) -> StripeSignature:
    return StripeSignature(tolerance_s=settings.webhook_tolerance_s)


def _secrets(settings: StripeSettings) -> list[str]:
    secrets: Sequence[SecretStr] = settings.webhook_secrets
    return [secret.get_secret_value() for secret in secrets]


def write_body(value: Mapping[str, Any]) -> bytes:
    """Write an event as Stripe does: indented, characters beyond ASCII as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _sign(scheme: SignatureScheme, value: dict[str, Any], secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    body = write_body(value)
    return body, scheme.sign(body, secret=secret, now=now)


WEBHOOKS = WebhookSource(
    provider="stripe",
    settings=StripeSettings,
    scheme=_scheme,
    secrets=_secrets,
    secret_setting="webhook_secrets",  # noqa: S106 - a field's name
    parse=parse,
    sample=sample,
    event_types=EVENT_TYPES,
    sign=_sign,
)
