"""PayPal in neutral words, through the facade, in both colours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.unit.payments.paypal.conftest import Service, keys
from tests.unit.payments.paypal.objects import (
    APPROVAL_URL,
    AUTHORIZATION_ID,
    CAPTURE_ID,
    ORDER_ID,
    REFUND_ID,
    capture,
    captured,
    dispute,
    link,
    order,
    refund,
    refusal,
    reserved,
    unit,
    usd,
)

from ace_integrations import Ace, AsyncAce
from ace_integrations.errors import ConflictError, DeclinedError, InvalidInputError, PermissionDeniedError
from ace_integrations.payments import (
    DisputeState,
    GatewayReport,
    Money,
    PaymentOrder,
    PaymentStatus,
    RefundStatus,
    Started,
)
from ace_integrations.payments.paypal import BuyerCanRetryError, MerchantSetUpError, PaymentRefusedError, PayPalSettings
from ace_integrations.payments.paypal.models import Dispute, Order
from ace_integrations.payments.paypal.report import to_report

ORDERS, ORDER = "/v2/checkout/orders", f"/v2/checkout/orders/{ORDER_ID}"
DISPUTES, HELD = "/v1/customer/disputes", f"/v2/payments/authorizations/{AUTHORIZATION_ID}"
NO_DISPUTES = (200, {"items": [], "links": []})
PRICE, NOTHING = Money.of("20.00", "USD"), Money.zero("USD")
WANTED = PaymentOrder(
    reference="payment-7",
    amount=PRICE,
    description="Course 42",
    return_url="https://app.example.com/back",
    cancel_url="https://app.example.com/cancel",
)


def reported(answer: dict[str, Any], *disputes: dict[str, Any], merchant_id: str = "MERCHANT1") -> GatewayReport:
    about = tuple(Dispute.model_validate(each) for each in disputes)
    return to_report(Order.model_validate(answer), about, live=False, merchant_id=merchant_id)


# Starting.


def test_an_order_is_started_for_the_payer_to_approve(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    started = make_ace().payments.start(WANTED)
    assert started == Started(
        gateway="paypal",
        gateway_id=ORDER_ID,
        status=PaymentStatus.PENDING,
        live=False,
        approval_url=APPROVAL_URL,
        payee="MERCHANT1",
    )
    sent = service.last()
    assert service.requests[-1].headers["paypal-request-id"] == "ace:create:payment-7:1"
    assert (sent["intent"], sent["purchase_units"]) == (
        "CAPTURE",
        [
            {
                "reference_id": "default",
                "custom_id": "payment-7",
                "description": "Course 42",
                "amount": {"currency_code": "USD", "value": "20.00"},
            }
        ],
    )
    context = sent["payment_source"]["paypal"]["experience_context"]
    assert (context["return_url"], context["cancel_url"]) == (WANTED.return_url, WANTED.cancel_url)


def test_a_payment_that_is_reserved_first_is_another_intent(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    make_ace().payments.start(WANTED.model_copy(update={"capture": False, "description": "x" * 300}))
    assert service.last()["intent"] == "AUTHORIZE"
    assert service.last()["purchase_units"][0]["description"] == "x" * 127


def test_a_new_attempt_has_a_key_of_its_own(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    make_ace().payments.start(WANTED.model_copy(update={"attempt": 2}))
    assert service.requests[-1].headers["paypal-request-id"] == "ace:create:payment-7:2"


@pytest.mark.parametrize("currency", ["EGP", "KRW", "KWD"])
def test_a_currency_that_paypal_does_not_take_needs_a_quote_first(
    make_ace: Callable[..., Ace], service: Service, currency: str
) -> None:
    ace = make_ace()
    with pytest.raises(InvalidInputError, match=currency):
        ace.payments.start(WANTED.model_copy(update={"amount": Money.of(20, currency)}))
    assert service.requests == []


# Where a payment is.


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (order("CREATED"), PaymentStatus.PENDING),
        (order("SAVED"), PaymentStatus.PENDING),
        (order("PAYER_ACTION_REQUIRED"), PaymentStatus.PENDING),
        (order("APPROVED"), PaymentStatus.APPROVED),
        (order("VOIDED"), PaymentStatus.CANCELED),
        (order("COMPLETED"), PaymentStatus.PROCESSING),
        (order("A_STATUS_OF_TOMORROW"), PaymentStatus.PROCESSING),
        (captured(), PaymentStatus.PAID),
        (captured(capture(status="PARTIALLY_REFUNDED")), PaymentStatus.PAID),
        (captured(capture(status="REFUNDED")), PaymentStatus.PAID),
        (captured(capture(status="PENDING")), PaymentStatus.PROCESSING),
        (captured(capture(status="A_STATUS_OF_TOMORROW")), PaymentStatus.PROCESSING),
        (captured(capture(status="DECLINED")), PaymentStatus.CANCELED),
        (captured(capture(status="FAILED")), PaymentStatus.CANCELED),
        (captured(capture(status="DECLINED"), capture(id="SECOND")), PaymentStatus.PAID),
        (captured(capture(status="DECLINED"), capture(status="PENDING")), PaymentStatus.PROCESSING),
        (reserved("CREATED"), PaymentStatus.AUTHORISED),
        (reserved("PENDING"), PaymentStatus.PROCESSING),
        (reserved("DENIED"), PaymentStatus.CANCELED),
        (reserved("VOIDED"), PaymentStatus.CANCELED),
        (reserved("CAPTURED"), PaymentStatus.PROCESSING),
        (reserved("CAPTURED", captures=[capture()]), PaymentStatus.PAID),
        (reserved("PARTIALLY_CAPTURED", captures=[capture(status="PENDING")]), PaymentStatus.PROCESSING),
    ],
)
def test_every_status_in_neutral_words(answer: dict[str, Any], status: PaymentStatus) -> None:
    told = reported(answer)
    assert told.status is status
    assert told.received == (PRICE if status is PaymentStatus.PAID else NOTHING)


@pytest.mark.parametrize(
    "reason",
    [
        "BUYER_COMPLAINT",
        "CHARGEBACK",
        "ECHECK",
        "INTERNATIONAL_WITHDRAWAL",
        "OTHER",
        "PENDING_REVIEW",
        "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION",
        "REFUNDED",
        "TRANSACTION_APPROVED_AWAITING_FUNDING",
        "UNILATERAL",
        "VERIFICATION_REQUIRED",
        "A_REASON_OF_TOMORROW",
    ],
)
def test_a_capture_that_is_pending_for_any_reason_is_no_money(reason: str) -> None:
    told = reported(captured(capture(status="PENDING", status_details={"reason": reason})))
    assert (told.status, told.received, told.decline_code, told.fee) == (
        PaymentStatus.PROCESSING,
        NOTHING,
        "",
        None,
    )


def test_a_report_of_a_paid_order_says_all_that_grants(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(f"GET {DISPUTES}", NO_DISPUTES)
    assert make_ace().payments.report(gateway_id=ORDER_ID) == GatewayReport(
        gateway="paypal",
        gateway_id=ORDER_ID,
        reference="payment-7",
        status=PaymentStatus.PAID,
        amount=PRICE,
        received=PRICE,
        refunded=NOTHING,
        refunds_failed=NOTHING,
        live=False,
        payee="MERCHANT1",
        capture=True,
        capture_id=CAPTURE_ID,
        fee=Money.of("1.19", "USD"),
    )
    assert service.calls == [f"GET {ORDER}", f"GET {DISPUTES}"]
    assert dict(service.requests[-1].url.params)["disputed_transaction_id"] == CAPTURE_ID


def test_live_keys_report_live_money(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, order()))
    live = PayPalSettings(mode="live", live_client_id="app-1", live_secret="app-1-secret")
    told = make_ace(live).payments.report(gateway_id=ORDER_ID)
    assert (told.live, told.payee) == (True, "")
    assert service.requests[-1].url.host == "api-m.paypal.com"


def test_a_decline_is_told_by_its_reason() -> None:
    declined = capture(status="DECLINED", status_details={"reason": "PAYEE_FILTER"})
    assert reported(captured(declined)).decline_code == "PAYEE_FILTER"
    assert reported(captured(capture(status="FAILED"))).decline_code == "FAILED"
    assert reported(reserved("DENIED")).decline_code == "DENIED"
    assert reported(order()).decline_code == ""
    assert reported(captured(declined)).capture_id == ""


@pytest.mark.parametrize(
    ("answer", "oddity"),
    [
        (order(purchase_units=[]), "0 purchase units"),
        (order(purchase_units=[unit(), unit(reference_id="second")]), "2 purchase units"),
        (order(intent="SALE"), "intent is SALE"),
        (captured(capture(), capture(id="SECOND")), "2 captures"),
        (captured(capture(status="PENDING"), capture(id="SECOND")), "2 captures"),
        (captured(capture(amount=usd("19.99"))), "19.99 USD was captured of 20.00 USD"),
        (captured(capture(amount={"currency_code": "EUR", "value": "20.00"})), "20.00 EUR was captured of 20.00 USD"),
        (captured(capture(custom_id="payment-8")), "another reference"),
        (captured(capture(payee={"merchant_id": "SOMEBODY"})), "another payee"),
        (captured(refunds=[refund(amount={"currency_code": "EUR", "value": "1.00"})]), "another currency"),
    ],
)
def test_what_no_order_of_ours_can_hold_is_named(answer: dict[str, Any], oddity: str) -> None:
    assert oddity in reported(answer).oddity


@pytest.mark.parametrize(
    "answer",
    [
        order(),
        captured(),
        captured(capture(status="DECLINED"), capture(id="SECOND")),
        captured(capture(custom_id=None, payee={"merchant_id": "MERCHANT1"})),
        reserved("CAPTURED", captures=[capture()]),
    ],
)
def test_what_an_order_of_ours_can_hold_is_not(answer: dict[str, Any]) -> None:
    assert reported(answer).oddity == ""


def test_the_payee_is_told_where_one_is_expected() -> None:
    other = captured()
    other["purchase_units"][0]["payee"] = {"merchant_id": "SOMEBODY"}
    assert reported(other).payee == "SOMEBODY"
    assert reported(other, merchant_id="").payee == ""


def test_an_order_of_the_other_intent_is_told_apart() -> None:
    assert reported(order()).capture is True
    assert reported(order(intent="AUTHORIZE")).capture is False


# Money that goes back.


@pytest.mark.parametrize(
    ("status", "refunds", "refunded", "failed"),
    [
        ("COMPLETED", [], "0", "0"),
        ("PARTIALLY_REFUNDED", [("5.00", "COMPLETED")], "5.00", "0"),
        ("PARTIALLY_REFUNDED", [("5.00", "COMPLETED"), ("6.00", "COMPLETED")], "11.00", "0"),
        ("COMPLETED", [("5.00", "PENDING")], "0", "0"),
        ("COMPLETED", [("5.00", "FAILED"), ("4.00", "CANCELLED")], "0", "9.00"),
        ("REFUNDED", [("20.00", "COMPLETED")], "20.00", "0"),
        ("REFUNDED", [], "20.00", "0"),
    ],
)
def test_only_completed_refunds_count(status: str, refunds: list[tuple[str, str]], refunded: str, failed: str) -> None:
    made = [refund(id=f"R{at}", amount=usd(value), status=each) for at, (value, each) in enumerate(refunds)]
    told = reported(captured(capture(status=status), refunds=made))
    assert (told.received, told.refunded, told.refunds_failed) == (
        PRICE,
        Money.of(refunded, "USD"),
        Money.of(failed, "USD"),
    )


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        ("COMPLETED", RefundStatus.SUCCEEDED),
        ("PENDING", RefundStatus.PENDING),
        ("FAILED", RefundStatus.FAILED),
        ("CANCELLED", RefundStatus.CANCELED),
        ("A_STATUS_OF_TOMORROW", RefundStatus.PENDING),
    ],
)
def test_a_refund_goes_to_the_orders_capture(
    make_ace: Callable[..., Ace], service: Service, answered: str, told: RefundStatus
) -> None:
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(f"POST /v2/payments/captures/{CAPTURE_ID}/refund", (201, refund(amount=usd("5.00"), status=answered)))
    done = make_ace().payments.refund(gateway_id=ORDER_ID, amount=Money.of("5.00", "USD"), idempotency_key="refund-1")
    assert (done.refund_id, done.gateway_id, done.amount, done.status) == (
        REFUND_ID,
        ORDER_ID,
        Money.of("5.00", "USD"),
        told,
    )
    assert (service.last(), service.requests[-1].headers["paypal-request-id"]) == ({"amount": usd("5.00")}, "refund-1")


def test_the_rest_is_refunded_without_naming_an_amount(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(f"POST /v2/payments/captures/{CAPTURE_ID}/refund", (201, refund()))
    assert make_ace().payments.refund(gateway_id=ORDER_ID, idempotency_key="refund-1").amount == PRICE
    assert service.last() == {}


@pytest.mark.parametrize("answer", [order("APPROVED"), captured(capture(status="PENDING")), reserved()])
def test_nothing_goes_back_of_what_was_not_taken(
    make_ace: Callable[..., Ace], service: Service, answer: dict[str, Any]
) -> None:
    service.on(f"GET {ORDER}", (200, answer))
    with pytest.raises(ConflictError):
        make_ace().payments.refund(gateway_id=ORDER_ID, idempotency_key="refund-1")
    assert service.calls == [f"GET {ORDER}"]


# Disputes.


@pytest.mark.parametrize(
    ("status", "outcome", "disputed", "closed"),
    [
        ("OPEN", "", True, 0),
        ("WAITING_FOR_SELLER_RESPONSE", "", True, 0),
        ("UNDER_REVIEW", "RESOLVED_SELLER_FAVOUR", True, 0),
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR", False, 1),
        ("RESOLVED", "CANCELED_BY_BUYER", False, 1),
        ("RESOLVED", "DENIED", False, 1),
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", True, 0),
        ("RESOLVED", "RESOLVED_WITH_PAYOUT", True, 0),
        ("RESOLVED", "ACCEPTED", True, 0),
        ("RESOLVED", "NONE", True, 0),
        ("RESOLVED", "", True, 0),
    ],
)
def test_a_dispute_counts_until_it_is_won(status: str, outcome: str, disputed: bool, closed: int) -> None:
    told = reported(captured(), dispute(status=status, dispute_outcome={"outcome_code": outcome}))
    assert (told.disputed, told.disputes_closed) == (disputed, closed)


def test_outcomes_are_asked_for_where_lists_leave_them_out(make_ace: Callable[..., Ace], service: Service) -> None:
    more = link("next", f"{DISPUTES}?next_page_token=2")
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(
        f"GET {DISPUTES}",
        (200, {"items": [dispute(dispute_id="PP-D-1", status="RESOLVED")], "links": [more]}),
        (200, {"items": [dispute(dispute_id="PP-D-2", status="RESOLVED"), dispute(dispute_id="PP-D-3")]}),
    )
    for number, outcome in ((1, "RESOLVED_SELLER_FAVOUR"), (2, "CANCELED_BY_BUYER")):
        won = dispute(dispute_id=f"PP-D-{number}", status="RESOLVED", dispute_outcome={"outcome_code": outcome})
        service.on(f"GET {DISPUTES}/PP-D-{number}", (200, won))
    told = make_ace().payments.report(gateway_id=ORDER_ID)
    assert (told.disputed, told.disputes_closed) == (True, 2)
    assert len(service.calls) == 5


def test_an_app_that_may_not_read_disputes_knows_of_none_and_says_so(
    make_ace: Callable[..., Ace], service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(f"GET {DISPUTES}", (403, refusal("PERMISSION_DENIED", name="NOT_AUTHORIZED")))
    told = make_ace().payments.report(gateway_id=ORDER_ID)
    assert (told.status, told.disputed, told.disputes_closed) == (PaymentStatus.PAID, False, 0)
    assert "disputes of PayPal cannot be read" in caplog.text


def test_disputes_are_listed_newest_first_with_what_is_to_be_done(
    make_ace: Callable[..., Ace], service: Service
) -> None:
    due = "2026-12-04T14:21:00Z"
    old = dispute(dispute_id="PP-D-1", status="RESOLVED", create_time="2026-11-20T00:00:00Z")
    new = dispute(dispute_id="PP-D-2", create_time="2026-11-25T00:00:00Z", seller_response_due_date=due)
    won = {**old, "dispute_outcome": {"outcome_code": "RESOLVED_SELLER_FAVOUR"}, "seller_response_due_date": due}
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(f"GET {DISPUTES}", (200, {"items": [old, new]}))
    service.on(f"GET {DISPUTES}/PP-D-1", (200, won))
    told = make_ace().payments.disputes(gateway_id=ORDER_ID)
    assert [(each.dispute_id, each.state, each.amount) for each in told] == [
        ("PP-D-2", DisputeState.OPEN, PRICE),
        ("PP-D-1", DisputeState.WON, PRICE),
    ]
    assert [str(each.answer_by) for each in told] == ["2026-12-04 14:21:00+00:00", "None"]
    assert {(each.gateway, each.gateway_id, each.reason) for each in told} == {
        ("paypal", ORDER_ID, "MERCHANDISE_OR_SERVICE_NOT_RECEIVED")
    }


def test_a_list_of_disputes_that_may_not_be_read_is_refused(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, captured()))
    service.on(f"GET {DISPUTES}", (403, refusal("PERMISSION_DENIED", name="NOT_AUTHORIZED")))
    with pytest.raises(PermissionDeniedError):
        make_ace().payments.disputes(gateway_id=ORDER_ID)
    service.on(f"GET {ORDER}", (200, order("APPROVED")))
    assert make_ace().payments.disputes(gateway_id=ORDER_ID) == ()


# What was paid, and what it cost.

EVENTS = "/v1/notifications/webhooks-events"


def paid_event(number: int, *, second: int, **changes: Any) -> dict[str, Any]:
    related = {"related_ids": {"order_id": f"ORDER{number}"}}
    return {
        "id": f"WH-{number}",
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "create_time": f"2026-11-24T14:21:{second:02d}.500Z",
        "resource": capture(id=f"CAPTURE{number}", supplementary_data=related),
        **changes,
    }


def test_what_was_paid_is_read_from_events_page_by_page(make_ace: Callable[..., Ace], service: Service) -> None:
    first = [paid_event(number, second=30) for number in range(100)]
    rest = [first[-1], paid_event(100, second=30), paid_event(101, second=20, resource={"no": "id"})]
    service.on(f"GET {EVENTS}", (200, {"events": first}), (200, {"events": rest}))
    known = make_ace().payments.paid_since(datetime(2026, 11, 24, 16, tzinfo=timezone(timedelta(hours=2))))
    asked = [dict(each.url.params) for each in service.requests if each.url.path == EVENTS]
    fixed = {"event_type": "PAYMENT.CAPTURE.COMPLETED", "start_time": "2026-11-24T14:00:00Z", "page_size": "100"}
    assert known == tuple(f"ORDER{number}" for number in range(101))
    assert asked == [fixed, {**fixed, "end_time": "2026-11-24T14:21:31Z"}]


def test_a_page_that_brings_nothing_new_is_the_last(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {EVENTS}", (200, {"events": [paid_event(number, second=30) for number in range(100)]}))
    assert len(make_ace().payments.paid_since(datetime(2026, 11, 24, tzinfo=UTC))) == 100
    assert len(service.calls) == 2


def test_a_fee_is_estimated_from_abroad_and_in_dollars_only(make_ace: Callable[..., Ace]) -> None:
    payments = make_ace().payments
    assert payments.estimate_fee(PRICE) == Money.of("1.37", "USD")
    assert payments.estimate_fee(PRICE, foreign=True) == Money.of("1.67", "USD")
    assert payments.estimate_fee(Money.of(20, "EUR")) is None


# Capturing.


def test_an_approved_order_is_captured_with_the_callers_key(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, order("APPROVED")))
    service.on(f"POST {ORDER}/capture", (201, captured()))
    told = make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert (told.status, told.received, told.capture_id) == (PaymentStatus.PAID, PRICE, CAPTURE_ID)
    assert service.requests[-1].headers["paypal-request-id"] == "capture-7"


@pytest.mark.parametrize("answer", [captured(), captured(capture(status="PENDING"))])
def test_what_was_taken_is_not_taken_again(
    make_ace: Callable[..., Ace], service: Service, answer: dict[str, Any]
) -> None:
    service.on(f"GET {ORDER}", (200, answer))
    service.on(f"GET {DISPUTES}", NO_DISPUTES)
    make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert f"POST {ORDER}/capture" not in service.calls


@pytest.mark.parametrize(
    "refused",
    [
        (422, refusal("ORDER_ALREADY_CAPTURED")),
        (422, refusal("ORDER_ALREADY_COMPLETED")),
        (422, refusal("ORDER_COMPLETION_IN_PROGRESS")),
        (422, refusal("DUPLICATE_INVOICE_ID")),
        (409, refusal("PREVIOUS_REQUEST_IN_PROGRESS", name="RESOURCE_CONFLICT")),
    ],
)
@pytest.mark.parametrize(
    ("found", "status"), [(captured(), PaymentStatus.PAID), (order("APPROVED"), PaymentStatus.APPROVED)]
)
def test_what_may_be_done_already_is_looked_up_and_neither_failed_nor_paid_by_itself(
    make_ace: Callable[..., Ace], service: Service, refused: Any, found: dict[str, Any], status: PaymentStatus
) -> None:
    service.on(f"GET {ORDER}", (200, order("APPROVED")), (200, found))
    service.on(f"POST {ORDER}/capture", refused)
    service.on(f"GET {DISPUTES}", NO_DISPUTES)
    assert make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7").status is status


@pytest.mark.parametrize(
    ("issue", "kind"),
    [
        ("INSTRUMENT_DECLINED", BuyerCanRetryError),
        ("ORDER_NOT_APPROVED", BuyerCanRetryError),
        ("TRANSACTION_REFUSED", PaymentRefusedError),
        ("PAYEE_ACCOUNT_RESTRICTED", MerchantSetUpError),
    ],
)
def test_a_refusal_of_the_capture_is_the_callers_to_see(
    make_ace: Callable[..., Ace], service: Service, issue: str, kind: type[Exception]
) -> None:
    service.on(f"GET {ORDER}", (200, order("APPROVED")))
    service.on(f"POST {ORDER}/capture", (422, refusal(issue)))
    with pytest.raises((DeclinedError, PermissionDeniedError)) as refused:
        make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert type(refused.value) is kind
    assert service.calls[-1] == f"POST {ORDER}/capture"


def test_an_order_that_reserves_first_is_authorised_and_captured(
    make_ace: Callable[..., Ace], service: Service
) -> None:
    taken = reserved("CAPTURED", captures=[capture()])
    service.on(f"GET {ORDER}", (200, order("APPROVED", intent="AUTHORIZE")), (200, taken))
    service.on(f"POST {ORDER}/authorize", (201, reserved()))
    service.on(f"POST {HELD}/capture", (201, capture()))
    service.on(f"GET {DISPUTES}", NO_DISPUTES)
    told = make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert (told.status, told.capture, told.received) == (PaymentStatus.PAID, False, PRICE)
    sent = {each.url.path: each.headers.get("paypal-request-id") for each in service.requests if each.method == "POST"}
    assert (sent[f"{ORDER}/authorize"], sent[f"{HELD}/capture"]) == ("capture-7:authorize", "capture-7")


def test_what_is_reserved_already_is_only_captured(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, reserved()), (200, reserved("CAPTURED", captures=[capture()])))
    service.on(f"POST {HELD}/capture", (201, capture()))
    service.on(f"GET {DISPUTES}", NO_DISPUTES)
    told = make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert (told.status, f"POST {ORDER}/authorize" in service.calls) == (PaymentStatus.PAID, False)


def test_a_reservation_that_was_denied_is_reported(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, order("APPROVED", intent="AUTHORIZE")), (200, reserved("DENIED")))
    service.on(f"POST {ORDER}/authorize", (201, reserved("DENIED")))
    told = make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert (told.status, told.decline_code) == (PaymentStatus.CANCELED, "DENIED")


# Ending.


@pytest.mark.parametrize(
    ("answer", "status"), [(order(), PaymentStatus.PENDING), (order("APPROVED"), PaymentStatus.APPROVED)]
)
def test_an_order_that_nobody_paid_is_left_to_lapse(
    make_ace: Callable[..., Ace], service: Service, answer: dict[str, Any], status: PaymentStatus
) -> None:
    service.on(f"GET {ORDER}", (200, answer))
    assert make_ace().payments.cancel(gateway_id=ORDER_ID, idempotency_key="cancel-7").status is status
    assert service.calls == [f"GET {ORDER}"]


@pytest.mark.parametrize("voided", [(204, b""), (422, refusal("PREVIOUSLY_VOIDED"))])
def test_what_is_reserved_is_released(make_ace: Callable[..., Ace], service: Service, voided: Any) -> None:
    service.on(f"GET {ORDER}", (200, reserved()), (200, reserved("VOIDED")))
    service.on(f"POST {HELD}/void", voided)
    told = make_ace().payments.cancel(gateway_id=ORDER_ID, idempotency_key="cancel-7")
    assert told.status is PaymentStatus.CANCELED


def test_what_was_paid_is_not_ended(make_ace: Callable[..., Ace], service: Service) -> None:
    service.on(f"GET {ORDER}", (200, captured()))
    with pytest.raises(ConflictError, match="refund it"):
        make_ace().payments.cancel(gateway_id=ORDER_ID, idempotency_key="cancel-7")


def test_paypal_finds_no_order_by_our_id(make_ace: Callable[..., Ace], service: Service) -> None:
    assert make_ace().payments.find(reference="payment-7") == ()
    assert service.requests == []


async def test_the_whole_life_of_a_payment_awaited(make_async_ace: Callable[..., AsyncAce], service: Service) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    service.on(f"GET {ORDER}", (200, order("APPROVED")), (200, captured()))
    service.on(f"POST {ORDER}/capture", (201, captured()))
    service.on(f"POST /v2/payments/captures/{CAPTURE_ID}/refund", (201, refund()))
    service.on(f"GET {DISPUTES}", NO_DISPUTES)
    ace = make_async_ace()
    started = await ace.payments.start(WANTED)
    taken = await ace.payments.capture(gateway_id=started.gateway_id, idempotency_key="capture-7")
    back = await ace.payments.refund(gateway_id=started.gateway_id, idempotency_key="refund-1")
    told = await ace.payments.report(gateway_id=started.gateway_id)
    assert (taken, back.status, service.asked_for_tokens) == (told, RefundStatus.SUCCEEDED, 1)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            keys(),
            {
                "NEXT_PUBLIC_PAYPAL_CLIENT_ID": "app-1",
                "PAYPAL_JS_URL": "https://www.sandbox.paypal.com/web-sdk/v6/core",
                "PAYPAL_ENVIRONMENT": "sandbox",
            },
        ),
        (
            PayPalSettings(mode="live", live_client_id="app-2", live_secret="x", browser_client_id="app-3"),
            {
                "NEXT_PUBLIC_PAYPAL_CLIENT_ID": "app-3",
                "PAYPAL_JS_URL": "https://www.paypal.com/web-sdk/v6/core",
                "PAYPAL_ENVIRONMENT": "production",
            },
        ),
    ],
)
def test_a_browser_learns_the_client_id_the_script_and_the_environment_only(
    make_ace: Callable[..., Ace], settings: PayPalSettings, expected: dict[str, str]
) -> None:
    assert make_ace(settings).public_config() == expected
