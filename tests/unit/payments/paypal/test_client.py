"""What is sent to PayPal, and what is read of its answers."""

import base64
import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.unit.payments.paypal.conftest import Service, keys
from tests.unit.payments.paypal.objects import (
    APPROVAL_URL,
    AUTHORIZATION_ID,
    CAPTURE_ID,
    ORDER_ID,
    REFUND_ID,
    authorization,
    capture,
    captured,
    dispute,
    link,
    order,
    refund,
    usd,
)

from ace_integrations import (
    ConfigurationError,
    InvalidInputError,
    MalformedEventError,
    OutcomeUnknownError,
    SignatureError,
)
from ace_integrations.core import Headers, Repeat
from ace_integrations.errors import UnexpectedReplyError
from ace_integrations.payments import Money
from ace_integrations.payments.paypal import AsyncPayPal, Evidence, Item, Order, PayPal, PayPalCalls, PayPalSettings

ORDERS = "/v2/checkout/orders"
CREATED = (201, order())
PRICE = Money.of("20.00", "USD")


def create(paypal: PayPal, **changes: Any) -> Order:
    given: dict[str, Any] = {"amount": PRICE, "idempotency_key": "create-7", "custom_id": "payment-7"}
    return paypal.create_order(**{**given, **changes})


def test_an_order_is_asked_for_in_full_with_our_id_and_key(paypal: PayPal, service: Service) -> None:
    service.on(f"POST {ORDERS}", CREATED)
    made = create(
        paypal,
        description="دورة 42",
        return_url="https://app.example.com/back",
        cancel_url="https://app.example.com/cancel",
        locale="ar-EG",
    )
    sent = service.requests[-1]
    assert (made.id, made.status, made.approval_url) == (ORDER_ID, "PAYER_ACTION_REQUIRED", APPROVAL_URL)
    assert {name: sent.headers[name] for name in ("paypal-request-id", "prefer", "content-type", "authorization")} == {
        "paypal-request-id": "create-7",
        "prefer": "return=representation",
        "content-type": "application/json",
        "authorization": "Bearer A21AAExample",
    }
    assert service.last() == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "reference_id": "default",
                "custom_id": "payment-7",
                "description": "دورة 42",
                "amount": {"currency_code": "USD", "value": "20.00"},
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "locale": "ar-EG",
                    "shipping_preference": "NO_SHIPPING",
                    "user_action": "PAY_NOW",
                    "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
                    "return_url": "https://app.example.com/back",
                    "cancel_url": "https://app.example.com/cancel",
                }
            }
        },
    }


def test_the_token_is_asked_for_as_oauth_2_has_it(paypal: PayPal, service: Service) -> None:
    service.on(f"GET {ORDERS}/{ORDER_ID}", (200, order()))
    paypal.get_order(order_id=ORDER_ID)
    asked = service.requests[0]
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'app-1:app-1-secret').decode()}"
    assert (asked.content, asked.headers["content-type"]) == (
        b"grant_type=client_credentials",
        "application/x-www-form-urlencoded",
    )


@pytest.mark.parametrize(("status", "rel"), [("CREATED", "approve"), ("PAYER_ACTION_REQUIRED", "payer-action")])
@pytest.mark.parametrize("answer", [200, 201])
def test_either_link_leads_the_payer_to_paypal(
    paypal: PayPal, service: Service, status: str, rel: str, answer: int
) -> None:
    service.on(f"POST {ORDERS}", (answer, order(status, links=[link(rel, APPROVAL_URL)])))
    assert create(paypal).approval_url == APPROVAL_URL


def test_the_lines_of_an_order_add_up_to_its_total(paypal: PayPal, service: Service) -> None:
    service.on(f"POST {ORDERS}", CREATED)
    lines = [
        Item(name="Course 42", unit=Money.of("6.66", "USD"), quantity=2),
        Item(name="Book", unit=Money.of("6.68", "USD")),
    ]
    create(paypal, items=lines)
    sent = service.last()["purchase_units"][0]
    assert sent["amount"]["breakdown"] == {"item_total": usd("20.00")}
    assert [(each["quantity"], each["unit_amount"]["value"]) for each in sent["items"]] == [
        ("2", "6.66"),
        ("1", "6.68"),
    ]
    added = sum(Decimal(each["quantity"]) * Decimal(each["unit_amount"]["value"]) for each in sent["items"])
    assert added == Decimal(sent["amount"]["value"])


@pytest.mark.parametrize(
    "changes",
    [
        {"items": [Item(name="Course 42", unit=Money.of("19.99", "USD"))]},
        {"items": [Item(name="Course 42", unit=Money.of("20.00", "EUR"))]},
        {"custom_id": "x" * 128},
        {"invoice_id": "x" * 128},
        {"description": "x" * 128},
        {"amount": Money.of("20.00", "EGP")},
        {"amount": Money.of("0", "USD")},
        {"amount": Money.of("1500.50", "HUF")},
    ],
)
def test_what_paypal_would_refuse_is_refused_here(paypal: PayPal, service: Service, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        create(paypal, **changes)
    assert service.requests == []


@pytest.mark.parametrize("order_id", ["", "..", "a\n"])
def test_an_id_that_would_change_the_address_is_refused_here(paypal: PayPal, service: Service, order_id: str) -> None:
    with pytest.raises(InvalidInputError):
        paypal.get_order(order_id=order_id)
    assert service.calls == []


@pytest.mark.parametrize(
    ("name", "arguments", "path", "body"),
    [
        ("capture_order", {"order_id": ORDER_ID}, f"{ORDERS}/{ORDER_ID}/capture", {}),
        ("authorize_order", {"order_id": ORDER_ID}, f"{ORDERS}/{ORDER_ID}/authorize", {}),
        (
            "capture_authorization",
            {"authorization_id": AUTHORIZATION_ID, "amount": PRICE},
            f"/v2/payments/authorizations/{AUTHORIZATION_ID}/capture",
            {"amount": usd("20.00"), "final_capture": True},
        ),
        (
            "reauthorize",
            {"authorization_id": AUTHORIZATION_ID},
            f"/v2/payments/authorizations/{AUTHORIZATION_ID}/reauthorize",
            {},
        ),
        (
            "refund_capture",
            {"capture_id": CAPTURE_ID},
            f"/v2/payments/captures/{CAPTURE_ID}/refund",
            {},
        ),
        (
            "refund_capture",
            {"capture_id": CAPTURE_ID, "amount": Money.of("5", "USD"), "note_to_payer": "Sorry"},
            f"/v2/payments/captures/{CAPTURE_ID}/refund",
            {"amount": usd("5.00"), "note_to_payer": "Sorry"},
        ),
    ],
)
def test_every_movement_of_money_is_json_with_a_key_and_asks_for_the_whole_answer(
    paypal: PayPal, service: Service, name: str, arguments: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    service.on(f"POST {path}", (201, {**captured(), "id": "THING1"}))
    assert getattr(paypal, name)(**arguments, idempotency_key="key-1").id == "THING1"
    sent = service.requests[-1].headers
    assert (service.last(), sent["content-type"], sent["prefer"], sent["paypal-request-id"]) == (
        body,
        "application/json",
        "return=representation",
        "key-1",
    )


def test_a_lost_answer_is_asked_for_again_with_the_same_key(paypal: PayPal, service: Service) -> None:
    path = f"/v2/payments/captures/{CAPTURE_ID}/refund"
    service.on(f"POST {path}", httpx.ReadTimeout("lost"), (200, refund()))
    assert paypal.refund_capture(capture_id=CAPTURE_ID, idempotency_key="refund-1").id == REFUND_ID
    assert {each.headers["paypal-request-id"] for each in service.requests[1:]} == {"refund-1"}
    assert service.calls == [f"POST {path}"] * 2


def test_a_write_without_a_key_is_not_repeated(paypal: PayPal, service: Service) -> None:
    service.on("POST /v1/notifications/webhooks", httpx.ReadTimeout("lost"))
    with pytest.raises(OutcomeUnknownError):
        paypal.create_webhook(url="https://app.example.com/hook")
    assert len(service.calls) == 1


def test_only_a_patch_that_replaces_is_repeated() -> None:
    change = {"op": "replace", "path": "/purchase_units/@reference_id=='default'/custom_id", "value": "payment-8"}
    replaced: Any = PayPalCalls().patch_order(order_id=ORDER_ID, changes=[change])
    added: Any = PayPalCalls().patch_order(order_id=ORDER_ID, changes=[{**change, "op": "add"}])
    assert (replaced.repeats, added.repeats) == (Repeat.SAFE, Repeat.UNSAFE)


def test_patching_and_voiding_answer_nothing(paypal: PayPal, service: Service) -> None:
    service.on(f"PATCH {ORDERS}/{ORDER_ID}", (204, b""))
    service.on(f"POST /v2/payments/authorizations/{AUTHORIZATION_ID}/void", (204, b""))
    change = {"op": "replace", "path": "/intent", "value": "AUTHORIZE"}
    paypal.patch_order(order_id=ORDER_ID, changes=[change])
    assert service.last() == [change]
    paypal.void_authorization(authorization_id=AUTHORIZATION_ID, idempotency_key="void-1")
    assert service.last() == {}


def test_what_is_read_of_a_captured_order(paypal: PayPal, service: Service) -> None:
    service.on(f"GET {ORDERS}/{ORDER_ID}", (200, {**captured(refunds=[refund()]), "unheard_of": {"a": 1}}))
    read = paypal.get_order(order_id=ORDER_ID)
    held = read.purchase_units[0].payments
    assert held.captures[0].amount is not None
    assert held.captures[0].amount.money == PRICE
    assert held.captures[0].up("orders") == ORDER_ID
    assert (held.refunds[0].up("captures"), held.refunds[0].up("orders")) == (CAPTURE_ID, "")
    assert read.payer is not None
    assert "buyer@example.com" not in f"{read!r} {read} {read.payer!r}"


@pytest.mark.parametrize("value", ["twenty", "NaN", "1e400", "20.001"])
def test_an_amount_that_is_none_is_an_unexpected_reply(paypal: PayPal, service: Service, value: str) -> None:
    service.on(f"GET /v2/payments/captures/{CAPTURE_ID}", (200, capture(amount=usd(value))))
    read = paypal.get_capture(capture_id=CAPTURE_ID)
    assert read.amount is not None
    with pytest.raises(UnexpectedReplyError):
        _ = read.amount.money


def test_refunds_and_authorisations_are_got_by_their_ids(paypal: PayPal, service: Service) -> None:
    service.on(f"GET /v2/payments/refunds/{REFUND_ID}", (200, refund()))
    service.on(f"GET /v2/payments/authorizations/{AUTHORIZATION_ID}", (200, authorization()))
    assert paypal.get_refund(refund_id=REFUND_ID).status == "COMPLETED"
    assert paypal.get_authorization(authorization_id=AUTHORIZATION_ID).status == "CREATED"


# Disputes.

DISPUTES = "/v1/customer/disputes"
EVIDENCE = Evidence(evidence_type="OTHER", notes="She finished the course.")


def pages() -> list[tuple[int, Any]]:
    more = link("next", "https://elsewhere.example/v1/customer/disputes?page_size=1&next_page_token=token%3D2")
    return [
        (200, {"items": [dispute(dispute_id="PP-D-1")], "links": [more]}),
        (200, {"items": [dispute(dispute_id="PP-D-2")], "links": [link("self", DISPUTES)]}),
    ]


def test_all_pages_of_disputes_are_turned_by_token_and_never_by_address(paypal: PayPal, service: Service) -> None:
    service.on(f"GET {DISPUTES}", *pages())
    found = [each.dispute_id for each in paypal.iterate_disputes(disputed_transaction_id=CAPTURE_ID, page_size=1)]
    asked = [dict(each.url.params) for each in service.requests if each.url.path == DISPUTES]
    assert found == ["PP-D-1", "PP-D-2"]
    assert asked == [
        {"disputed_transaction_id": CAPTURE_ID, "page_size": "1"},
        {"disputed_transaction_id": CAPTURE_ID, "page_size": "1", "next_page_token": "token=2"},
    ]
    assert {each.url.host for each in service.requests} == {"api-m.sandbox.paypal.com"}


async def test_all_pages_of_disputes_are_turned_awaited(async_paypal: AsyncPayPal, service: Service) -> None:
    service.on(f"GET {DISPUTES}", *pages())
    assert [each.dispute_id async for each in async_paypal.iterate_disputes()] == ["PP-D-1", "PP-D-2"]


@pytest.mark.parametrize(
    ("name", "arguments", "path", "body"),
    [
        ("accept_claim", {"note": "Sorry"}, "accept-claim", {"note": "Sorry", "accept_claim_type": "REFUND"}),
        (
            "accept_claim",
            {"note": "Half", "accept_claim_type": "PARTIAL_REFUND", "refund_amount": Money.of("10", "USD")},
            "accept-claim",
            {"note": "Half", "accept_claim_type": "PARTIAL_REFUND", "refund_amount": usd("10.00")},
        ),
        (
            "provide_evidence",
            {"evidences": [EVIDENCE]},
            "provide-evidence",
            {"evidences": [{"evidence_type": "OTHER", "notes": "She finished the course."}]},
        ),
        (
            "appeal",
            {
                "evidences": [
                    Evidence(evidence_type="PROOF_OF_REFUND", evidence_info={"refund_ids": [{"refund_id": "R1"}]})
                ]
            },
            "appeal",
            {
                "evidences": [
                    {"evidence_type": "PROOF_OF_REFUND", "evidence_info": {"refund_ids": [{"refund_id": "R1"}]}}
                ]
            },
        ),
        (
            "make_offer",
            {"note": "Half", "offer_type": "REFUND", "offer_amount": Money.of("10", "USD")},
            "make-offer",
            {"note": "Half", "offer_type": "REFUND", "offer_amount": usd("10.00")},
        ),
        ("send_message", {"message": "Hello"}, "send-message", {"message": "Hello"}),
        ("escalate_dispute", {"note": "No answer"}, "escalate", {"note": "No answer"}),
        ("adjudicate_dispute", {"outcome": "SELLER_FAVOR"}, "adjudicate", {"adjudication_outcome": "SELLER_FAVOR"}),
    ],
)
def test_what_is_said_on_a_dispute(
    paypal: PayPal, service: Service, name: str, arguments: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    service.on(f"POST {DISPUTES}/PP-D-1/{path}", (200, {"links": [link("self", f"{DISPUTES}/PP-D-1")]}))
    assert getattr(paypal, name)(dispute_id="PP-D-1", **arguments).links[0].rel == "self"
    assert service.last() == body


def test_evidence_brings_its_documents_along(paypal: PayPal, service: Service) -> None:
    service.on(f"POST {DISPUTES}/PP-D-1/provide-evidence", (200, {"links": []}))
    document = ("log.pdf", b"%PDF-1.7 attended", "application/pdf")
    paypal.provide_evidence(dispute_id="PP-D-1", evidences=[EVIDENCE], files=[document])
    sent = service.requests[-1]
    assert sent.headers["content-type"].startswith("multipart/form-data")
    assert b'name="input"' in sent.content
    assert b'"evidence_type":"OTHER"' in sent.content
    assert b'name="file1"; filename="log.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 attended' in sent.content


# Webhooks.

HOOKS = "/v1/notifications/webhooks"
HOOK = {"id": "WH-1", "url": "https://app.example.com/hook", "event_types": [{"name": "*"}]}


def test_webhooks_are_made_listed_changed_and_deleted(paypal: PayPal, service: Service) -> None:
    service.on(f"POST {HOOKS}", (201, HOOK))
    service.on(f"GET {HOOKS}", (200, {"webhooks": [HOOK]}))
    service.on(f"GET {HOOKS}/WH-1", (200, HOOK))
    service.on(f"PATCH {HOOKS}/WH-1", (200, HOOK))
    service.on(f"DELETE {HOOKS}/WH-1", (204, b""))
    assert paypal.create_webhook(url="https://app.example.com/hook").id == "WH-1"
    assert service.last() == {"url": "https://app.example.com/hook", "event_types": [{"name": "*"}]}
    assert [each.id for each in paypal.list_webhooks().webhooks] == ["WH-1"]
    assert paypal.get_webhook(webhook_id="WH-1").event_types[0].name == "*"
    paypal.update_webhook(webhook_id="WH-1", url="https://app.example.com/2", event_types=["PAYMENT.CAPTURE.COMPLETED"])
    assert service.last() == [
        {"op": "replace", "path": "/url", "value": "https://app.example.com/2"},
        {"op": "replace", "path": "/event_types", "value": [{"name": "PAYMENT.CAPTURE.COMPLETED"}]},
    ]
    paypal.delete_webhook(webhook_id="WH-1")
    assert service.calls[-1] == f"DELETE {HOOKS}/WH-1"


def test_kinds_of_events_are_all_or_those_of_a_webhook(paypal: PayPal, service: Service) -> None:
    service.on(f"GET {HOOKS}-event-types", (200, {"event_types": [{"name": "A"}, {"name": "B"}]}))
    service.on(f"GET {HOOKS}/WH-1/event-types", (200, {"event_types": [{"name": "A"}]}))
    assert [each.name for each in paypal.list_event_types().event_types] == ["A", "B"]
    assert [each.name for each in paypal.list_event_types(webhook_id="WH-1").event_types] == ["A"]


def test_events_are_listed_got_sent_again_and_simulated(paypal: PayPal, service: Service) -> None:
    event = {"id": "WH-E1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": CAPTURE_ID}}
    service.on(f"GET {HOOKS}-events", (200, {"events": [event], "count": 1}))
    service.on(f"GET {HOOKS}-events/WH-E1", (200, event))
    service.on(f"POST {HOOKS}-events/WH-E1/resend", (202, event))
    service.on("POST /v1/notifications/simulate-event", (202, event))
    assert paypal.list_events(transaction_id=CAPTURE_ID).events[0].resource == {"id": CAPTURE_ID}
    assert paypal.get_event(event_id="WH-E1").event_type == "PAYMENT.CAPTURE.COMPLETED"
    paypal.resend_event(event_id="WH-E1", webhook_ids=["WH-1"])
    assert service.last() == {"webhook_ids": ["WH-1"]}
    paypal.simulate_event(event_type="PAYMENT.CAPTURE.COMPLETED", url="https://app.example.com/hook")
    assert service.last() == {"event_type": "PAYMENT.CAPTURE.COMPLETED", "url": "https://app.example.com/hook"}


# The second opinion on a delivery.

VERIFY = "/v1/notifications/verify-webhook-signature"
SIGNED = {
    "PayPal-Transmission-Id": "69cd13f0-d67a-11f0-baa3-778b53f4ae55",
    "PayPal-Transmission-Time": "2026-11-24T14:20:35Z",
    "PayPal-Transmission-Sig": "c2ln",
    "PayPal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
    "PayPal-Auth-Algo": "SHA256withRSA",
}


def test_paypals_opinion_is_asked_over_all_that_was_transmitted(service: Service) -> None:
    service.on(f"POST {VERIFY}", (200, {"verification_status": "SUCCESS"}), (200, {"verification_status": "FAILURE"}))
    http = httpx.Client(transport=httpx.MockTransport(service))
    paypal = PayPal(keys(sandbox_webhook_ids=("WH-1", "WH-2")), http=http)
    first = paypal.verify_webhook_signature(Headers(SIGNED), b'{"id": "WH-E1"}')
    assert service.last() == {
        "auth_algo": "SHA256withRSA",
        "cert_url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "transmission_id": "69cd13f0-d67a-11f0-baa3-778b53f4ae55",
        "transmission_sig": "c2ln",
        "transmission_time": "2026-11-24T14:20:35Z",
        "webhook_id": "WH-1",
        "webhook_event": {"id": "WH-E1"},
    }
    second = paypal.verify_webhook_signature(Headers(SIGNED), b'{"id": "WH-E1"}', webhook_id="WH-9")
    assert (json.loads(service.requests[-1].content)["webhook_id"], first.is_genuine, second.is_genuine) == (
        "WH-9",
        True,
        False,
    )


def test_an_opinion_needs_a_webhook_id_and_every_header_once(paypal: PayPal, service: Service) -> None:
    with pytest.raises(ConfigurationError, match="PAYPAL_SANDBOX_WEBHOOK_ID"):
        paypal.verify_webhook_signature(Headers(SIGNED), b"{}")
    twice = [*SIGNED.items(), ("paypal-cert-url", "https://evil.example/")]
    for headers in (Headers({}), Headers(twice)):
        with pytest.raises(SignatureError):
            paypal.verify_webhook_signature(headers, b"{}", webhook_id="WH-1")
    with pytest.raises(MalformedEventError):
        paypal.verify_webhook_signature(Headers(SIGNED), b"no json", webhook_id="WH-1")
    assert service.requests == []


async def test_awaited_calls_are_the_same(async_paypal: AsyncPayPal, service: Service) -> None:
    service.on(f"POST {ORDERS}", CREATED)
    service.on(f"POST {ORDERS}/{ORDER_ID}/capture", (201, captured()))
    made = await async_paypal.create_order(amount=PRICE, idempotency_key="create-7", custom_id="payment-7")
    taken = await async_paypal.capture_order(order_id=made.id, idempotency_key="capture-7")
    assert (taken.purchase_units[0].payments.captures[0].id, service.asked_for_tokens) == (CAPTURE_ID, 1)


def test_without_keys_nothing_is_sent_and_the_error_names_them(service: Service) -> None:
    client = PayPal(PayPalSettings(), http=httpx.Client(transport=httpx.MockTransport(service)))
    with pytest.raises(ConfigurationError, match="PAYPAL_SANDBOX_CLIENT_ID"):
        client.list_webhooks()
    assert service.requests == []
