"""PayPal's deliveries: the typed events, what they mean for a payment, and where they come in."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from ace_integrations.core import Headers
from ace_integrations.payments.gateway import PaymentHint
from ace_integrations.payments.paypal.certificates import LIVE_HOSTS, PATH, SANDBOX_HOSTS, Certificates, Trust
from ace_integrations.payments.paypal.models import Authorization, Capture, Dispute, Link, Order, Refund
from ace_integrations.payments.paypal.published_key import NAME, published_certificate, published_key
from ace_integrations.payments.paypal.samples import EVENT_TYPES, sample
from ace_integrations.payments.paypal.settings import PayPalSettings
from ace_integrations.payments.paypal.signature import SIMULATED, PayPalSignature, Signer
from ace_integrations.webhooks import (
    Environment,
    Event,
    SignatureScheme,
    UnknownEvent,
    WebhookSource,
    read_model,
    read_object,
)


class PayPalEvent(BaseModel):
    """One event with the object as it was then; ask the API before granting anything.

    Attributes:
        summary: a sentence in English, for people.
        resource_version: of the object's shape, "2.0" for Orders and Payments v2.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    event_type: str
    create_time: datetime | None = None
    resource_type: str = ""
    resource_version: str = ""
    summary: str = ""
    links: tuple[Link, ...] = ()

    @property
    def environment(self) -> Environment:
        """Live where the event's own address is at the live service; everything else is for tests."""
        hosts = {urlsplit(link.href).hostname for link in self.links}
        return "live" if hosts and hosts <= set(LIVE_HOSTS) else "test"


class OrderEvent(PayPalEvent):
    """`CHECKOUT.…`."""

    resource: Order


class CaptureEvent(PayPalEvent):
    """`PAYMENT.CAPTURE.…`, those about money that goes back aside."""

    resource: Capture


class RefundEvent(PayPalEvent):
    """`PAYMENT.CAPTURE.REFUNDED`, `PAYMENT.CAPTURE.REVERSED` and `PAYMENT.REFUND.…`."""

    resource: Refund


class AuthorizationEvent(PayPalEvent):
    """`PAYMENT.AUTHORIZATION.…`."""

    resource: Authorization


class DisputeEvent(PayPalEvent):
    """`CUSTOMER.DISPUTE.…`, and its older name `RISK.DISPUTE.CREATED`."""

    resource: Dispute


_KINDS: Mapping[str, tuple[type[PayPalEvent], str]] = {
    "CHECKOUT.ORDER.APPROVED": (OrderEvent, "payment.approved"),
    "CHECKOUT.ORDER.COMPLETED": (OrderEvent, "payment.completed"),
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": (OrderEvent, "payment.canceled"),
    "PAYMENT.CAPTURE.COMPLETED": (CaptureEvent, "payment.succeeded"),
    "PAYMENT.CAPTURE.PENDING": (CaptureEvent, "payment.processing"),
    # The second is the name of version 1, which is still sent.
    "PAYMENT.CAPTURE.DECLINED": (CaptureEvent, "payment.attempt_failed"),
    "PAYMENT.CAPTURE.DENIED": (CaptureEvent, "payment.attempt_failed"),
    "PAYMENT.CAPTURE.REFUNDED": (RefundEvent, "refund.succeeded"),
    "PAYMENT.CAPTURE.REVERSED": (RefundEvent, "payment.reversed"),
    "PAYMENT.REFUND.PENDING": (RefundEvent, "refund.pending"),
    "PAYMENT.REFUND.FAILED": (RefundEvent, "refund.failed"),
    "PAYMENT.AUTHORIZATION.CREATED": (AuthorizationEvent, "payment.authorised"),
    "PAYMENT.AUTHORIZATION.VOIDED": (AuthorizationEvent, "payment.canceled"),
    "CUSTOMER.DISPUTE.CREATED": (DisputeEvent, "dispute.opened"),
    "CUSTOMER.DISPUTE.UPDATED": (DisputeEvent, "dispute.updated"),
    "CUSTOMER.DISPUTE.RESOLVED": (DisputeEvent, "dispute.lost"),
    "RISK.DISPUTE.CREATED": (DisputeEvent, "dispute.opened"),
}


def parse(headers: Headers, body: bytes) -> Event:
    """Read a verified delivery.

    Raises:
        MalformedEventError: it is not an event.

    Source: paypal.md §4.3
    """
    del headers
    value = read_object(body)
    envelope = read_model(PayPalEvent, value)
    typed = _typed(value)
    return Event(
        provider="paypal",
        id=envelope.id,
        type=envelope.event_type,
        environment=envelope.environment,
        occurred_at=envelope.create_time,
        data=typed or UnknownEvent(payload=value),
        meaning=_meaning(typed) if typed else None,
    )


def _typed(value: dict[str, Any]) -> PayPalEvent | None:
    """Give the typed event; None for a type, or a shape of another version, that is new to us."""
    kind = _KINDS.get(str(value.get("event_type")))
    if kind is None:
        return None
    try:
        return kind[0].model_validate(_whole(value))
    except ValidationError:
        return None


def _whole(value: dict[str, Any]) -> dict[str, Any]:
    """Give the event with its order's id where all others have it: a reversed approval calls it `order_id`."""
    resource = value.get("resource")
    if isinstance(resource, dict) and "id" not in resource and "order_id" in resource:
        return {**value, "resource": {**resource, "id": resource["order_id"]}}
    return value


def _meaning(event: PayPalEvent) -> PaymentHint:
    what = _KINDS[event.event_type][1]
    match event:
        case OrderEvent(resource=order):
            found = order.id, "", next((unit.custom_id for unit in order.purchase_units), "")
        case CaptureEvent(resource=capture):
            found = capture.order_id, capture.id, capture.custom_id
        case RefundEvent(resource=refund):
            found = refund.order_id, refund.up("captures"), refund.custom_id
        case AuthorizationEvent(resource=authorization):
            found = authorization.order_id, "", authorization.custom_id
        case DisputeEvent(resource=dispute):
            about = next(iter(dispute.disputed_transactions), None)
            found = "", about.seller_transaction_id if about else "", about.custom if about else ""
            what = "dispute.won" if dispute.is_won else what
        case _:
            raise AssertionError("every kind is one of these")
    order_id, capture_id, reference = found
    return PaymentHint(
        gateway="paypal",
        gateway_id=order_id,
        reference=reference,
        what=what,
        live=event.environment == "live",
        capture_id=capture_id,
    )


def _scheme(settings: PayPalSettings) -> PayPalSignature:
    if not settings.is_sandbox or settings.base_url is None:
        hosts = LIVE_HOSTS if settings.is_live else SANDBOX_HOSTS
        return PayPalSignature(Certificates(Trust.in_paypal(*hosts)))
    trust = Trust.in_twin(settings.base_url, {NAME: published_certificate()})
    signer = Signer(published_key(), f"{settings.base_url}{PATH}{NAME}")
    return PayPalSignature(Certificates(trust), signer=signer)


def _webhook_ids(settings: PayPalSettings) -> Sequence[str]:
    """Give the ids that a signature may be over: the simulator's text too, but never for real money."""
    simulated = () if settings.is_live or not settings.webhook_ids else (SIMULATED,)
    return (*settings.webhook_ids, *simulated)


def write_body(value: Mapping[str, Any]) -> bytes:
    """Write an event as PayPal does: compact, characters beyond ASCII as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _sign(scheme: SignatureScheme, value: dict[str, Any], secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    body = write_body(value)
    return body, scheme.sign(body, secret=secret, now=now)


WEBHOOKS = WebhookSource(
    provider="paypal",
    settings=PayPalSettings,
    scheme=_scheme,
    secrets=_webhook_ids,
    secret_setting="webhook_ids",  # noqa: S106 - a field's name
    parse=parse,
    sample=sample,
    event_types=EVENT_TYPES,
    sign=_sign,
)
"""PayPal's deliveries."""
