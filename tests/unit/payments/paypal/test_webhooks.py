"""What PayPal's events say of a payment."""

import json
from typing import Any

import pytest
from tests.unit.payments.paypal.objects import (
    API,
    AUTHORIZATION_ID,
    CAPTURE_ID,
    ORDER_ID,
    capture,
    dispute,
    link,
    order,
    refund,
)

from ace_integrations import InvalidInputError, MalformedEventError, Settings
from ace_integrations.core import Headers
from ace_integrations.payments.gateway import PaymentHint
from ace_integrations.payments.paypal import (
    AuthorizationEvent,
    CaptureEvent,
    DisputeEvent,
    OrderEvent,
    PayPalEvent,
    RefundEvent,
)
from ace_integrations.payments.paypal.samples import EVENT_TYPES, sample
from ace_integrations.payments.paypal.webhooks import parse
from ace_integrations.testing import WebhookFactory
from ace_integrations.webhooks import Doors, Event, Receiver, UnknownEvent

NOW = 1_795_530_063


def event(event_type: str, resource: dict[str, Any], *, host: str = API, **changes: Any) -> Event:
    value = {
        "id": "WH-58D329510W468432D-8HN650336L201105X",
        "event_version": "1.0",
        "create_time": "2026-11-24T14:21:03.000Z",
        "event_type": event_type,
        "resource": resource,
        "links": [{"href": f"{host}/v1/notifications/webhooks-events/WH-58D3", "rel": "self", "method": "GET"}],
        **changes,
    }
    return parse(Headers(), json.dumps(value).encode())


def hint(what: str, *, order_id: str = "", capture_id: str = "", reference: str = "payment-7") -> PaymentHint:
    return PaymentHint(
        gateway="paypal", gateway_id=order_id, reference=reference, what=what, live=False, capture_id=capture_id
    )


OF_ORDER = {"order_id": ORDER_ID}
OF_CAPTURE = {"order_id": ORDER_ID, "capture_id": CAPTURE_ID}
RELATED = {"supplementary_data": {"related_ids": OF_ORDER}}
RESERVED = {"id": AUTHORIZATION_ID, "status": "CREATED", "custom_id": "payment-7", **RELATED}
REVERSED = {"order_id": ORDER_ID, "purchase_units": order()["purchase_units"]}


def resolved(outcome: str) -> dict[str, Any]:
    return dispute(status="RESOLVED", dispute_outcome={"outcome_code": outcome})


@pytest.mark.parametrize(
    ("event_type", "resource", "kind", "meaning"),
    [
        ("CHECKOUT.ORDER.APPROVED", order("APPROVED"), OrderEvent, hint("payment.approved", **OF_ORDER)),
        ("CHECKOUT.ORDER.COMPLETED", order("COMPLETED"), OrderEvent, hint("payment.completed", **OF_ORDER)),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", REVERSED, OrderEvent, hint("payment.canceled", **OF_ORDER)),
        ("PAYMENT.CAPTURE.COMPLETED", capture(), CaptureEvent, hint("payment.succeeded", **OF_CAPTURE)),
        ("PAYMENT.CAPTURE.PENDING", capture(), CaptureEvent, hint("payment.processing", **OF_CAPTURE)),
        ("PAYMENT.CAPTURE.DECLINED", capture(), CaptureEvent, hint("payment.attempt_failed", **OF_CAPTURE)),
        ("PAYMENT.CAPTURE.DENIED", capture(), CaptureEvent, hint("payment.attempt_failed", **OF_CAPTURE)),
        ("PAYMENT.CAPTURE.REFUNDED", refund(), RefundEvent, hint("refund.succeeded", capture_id=CAPTURE_ID)),
        ("PAYMENT.CAPTURE.REVERSED", refund(), RefundEvent, hint("payment.reversed", capture_id=CAPTURE_ID)),
        ("PAYMENT.REFUND.PENDING", refund(), RefundEvent, hint("refund.pending", capture_id=CAPTURE_ID)),
        ("PAYMENT.REFUND.FAILED", refund(), RefundEvent, hint("refund.failed", capture_id=CAPTURE_ID)),
        ("PAYMENT.AUTHORIZATION.CREATED", RESERVED, AuthorizationEvent, hint("payment.authorised", **OF_ORDER)),
        ("PAYMENT.AUTHORIZATION.VOIDED", RESERVED, AuthorizationEvent, hint("payment.canceled", **OF_ORDER)),
        ("CUSTOMER.DISPUTE.CREATED", dispute(), DisputeEvent, hint("dispute.opened", capture_id=CAPTURE_ID)),
        ("RISK.DISPUTE.CREATED", dispute(), DisputeEvent, hint("dispute.opened", capture_id=CAPTURE_ID)),
        ("CUSTOMER.DISPUTE.UPDATED", dispute(), DisputeEvent, hint("dispute.updated", capture_id=CAPTURE_ID)),
        (
            "CUSTOMER.DISPUTE.RESOLVED",
            resolved("RESOLVED_SELLER_FAVOUR"),
            DisputeEvent,
            hint("dispute.won", capture_id=CAPTURE_ID),
        ),
        (
            "CUSTOMER.DISPUTE.RESOLVED",
            resolved("RESOLVED_BUYER_FAVOUR"),
            DisputeEvent,
            hint("dispute.lost", capture_id=CAPTURE_ID),
        ),
    ],
)
def test_every_event_is_typed_and_means_something_neutral(
    event_type: str, resource: dict[str, Any], kind: type[PayPalEvent], meaning: PaymentHint
) -> None:
    read = event(event_type, resource)
    assert (type(read.data), read.meaning, read.type) == (kind, meaning, event_type)
    assert (read.id, read.environment) == ("WH-58D329510W468432D-8HN650336L201105X", "test")
    assert read.occurred_at is not None
    assert read.occurred_at.isoformat() == "2026-11-24T14:21:03+00:00"


def test_an_order_is_found_by_the_link_where_the_ids_are_missing() -> None:
    read = event("PAYMENT.CAPTURE.COMPLETED", capture(supplementary_data=None))
    assert read.meaning == hint("payment.succeeded", **OF_CAPTURE)


def test_what_an_event_does_not_say_its_hint_does_not_either() -> None:
    bare = event("PAYMENT.CAPTURE.COMPLETED", {"id": CAPTURE_ID, "links": [link("up", "/v2/elsewhere/things/1")]})
    assert bare.meaning == hint("payment.succeeded", capture_id=CAPTURE_ID, reference="")
    assert event("CUSTOMER.DISPUTE.CREATED", {"dispute_id": "PP-D-1"}).meaning == hint("dispute.opened", reference="")


@pytest.mark.parametrize(
    ("host", "environment"),
    [
        ("https://api-m.paypal.com", "live"),
        ("https://api.paypal.com", "live"),
        ("https://api-m.sandbox.paypal.com", "test"),
        ("https://api.sandbox.paypal.com", "test"),
        ("http://127.0.0.1:8600/paypal", "test"),
        ("https://api.paypal.com.evil.example", "test"),
    ],
)
def test_an_event_is_live_where_its_own_address_is(host: str, environment: str) -> None:
    read = event("PAYMENT.CAPTURE.COMPLETED", capture(), host=host)
    assert (read.environment, read.meaning.live) == (environment, environment == "live")
    assert event("PAYMENT.CAPTURE.COMPLETED", capture(), links=[]).environment == "test"


@pytest.mark.parametrize(
    ("event_type", "resource"),
    [("PAYMENT.SALE.COMPLETED", {"id": "1"}), ("PAYMENT.CAPTURE.COMPLETED", {"no": "id"}), ("VAULT.CREATED", {})],
)
def test_what_is_new_to_us_is_kept_and_means_nothing(event_type: str, resource: dict[str, Any]) -> None:
    read = event(event_type, resource)
    assert isinstance(read.data, UnknownEvent)
    assert (read.data.payload["resource"], read.meaning) == (resource, None)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id":"WH-6"}\n', b'{"id":"a","event_type":"b","id":"c"}', b"x"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedEventError):
        parse(Headers(), body)


# Samples.


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_sample_is_an_event_that_a_receiver_takes(event_type: str) -> None:
    made = WebhookFactory(clock=lambda: NOW).make("paypal", event_type, order_id="ORDER9", reference="payment-9")
    receiver = Receiver(_doors(), clock=lambda: NOW)
    receipt = receiver.receive("paypal", made.headers, made.body)
    assert receipt.status == 200
    assert receipt.event is not None
    assert isinstance(receipt.event.data, PayPalEvent)
    assert receipt.event.meaning.reference == "payment-9"
    assert receipt.event.meaning.gateway_id in ("ORDER9", "")


def _doors() -> Doors:
    from ace_integrations.payments.paypal.webhooks import WEBHOOKS

    return Doors([WEBHOOKS], Settings(sandbox=True))


def test_every_field_of_a_sample_can_be_given() -> None:
    made = sample(
        "PAYMENT.CAPTURE.COMPLETED",
        now=NOW,
        event_id="WH-9",
        status="PENDING",
        amount={"value": "9.90"},
        **{"supplementary_data.related_ids.order_id": "ORDER9"},
    )
    assert (made["id"], made["create_time"]) == ("WH-9", "2026-11-24T14:21:03.000Z")
    assert made["resource"]["amount"] == {"currency_code": "USD", "value": "9.90"}
    assert made["resource"]["status"] == "PENDING"
    assert made["resource"]["supplementary_data"]["related_ids"]["order_id"] == "ORDER9"
    again = sample("PAYMENT.CAPTURE.COMPLETED", now=NOW)
    assert again["id"] != sample("PAYMENT.CAPTURE.COMPLETED", now=NOW)["id"]
    assert again["resource"]["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("event_type", "fields"),
    [
        ("PAYMENT.CAPTURE.FLOWN", {}),
        ("PAYMENT.CAPTURE.COMPLETED", {"colour": "red"}),
        ("PAYMENT.CAPTURE.COMPLETED", {"status.deep": 1}),
    ],
)
def test_a_sample_has_no_field_or_type_of_ones_own_making(event_type: str, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        sample(event_type, now=NOW, **fields)
