"""Captures, refunds and authorisations on PayPal's twin."""

import copy
import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.paypal_shop import Json, Shop, issues, unit

from ace_integrations.payments.paypal.sandbox import amounts
from ace_integrations.payments.paypal.sandbox.buyers import SEEDED
from ace_integrations.payments.paypal.sandbox.http import RefusedError, read_json, read_list
from ace_integrations.payments.paypal.sandbox.objects import Order
from ace_integrations.payments.paypal.sandbox.orders import Orders
from ace_integrations.payments.paypal.sandbox.payments import MOST_REFUNDS, PENDING_REASONS, Payments
from ace_integrations.payments.paypal.sandbox.validation import check_units

CAPTURES, AUTHORIZATIONS = "/v2/payments/captures", "/v2/payments/authorizations"
DAY = 86400


class Books:
    """The twin without HTTP."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.at = 1_790_000_000.0
        note = lambda kind, _, about: self.events.append(kind)  # noqa: E731
        self.payments = Payments(now=lambda: self.at, emit=note, url="http://127.0.0.1:1/paypal")
        self.orders = Orders(
            self.payments,
            now=lambda: self.at,
            emit=note,
            later=lambda delay, act: None,
            url="http://127.0.0.1:1/paypal",
        )

    def order(self, value: str = "20.00", currency: str = "USD", intent: str = "CAPTURE") -> Order:
        return self.orders.create({"intent": intent, "purchase_units": [unit(value, currency)]})

    def paid(self, value: str, currency: str = "USD") -> Json:
        order = self.order(value, currency)
        self.orders.approve(order, SEEDED[0])
        self.orders.capture(order)
        (capture,) = self.payments.captures.values()
        return capture


# Captures.


def test_an_amount_of_thirteen_cents_is_looked_into(shop: Shop) -> None:
    held = shop.approved(unit("10.13"))
    found = shop.capture(held["id"]).json()
    (capture,) = found["purchase_units"][0]["payments"]["captures"]
    assert (found["status"], capture["status"]) == ("COMPLETED", "PENDING")
    assert capture["status_details"] == {"reason": "PENDING_REVIEW"}
    assert "seller_receivable_breakdown" not in capture
    assert shop.events()[1:] == ["PAYMENT.CAPTURE.PENDING", "CHECKOUT.ORDER.COMPLETED"]


@pytest.mark.parametrize(
    ("outcome", "status", "event"),
    [
        ("completed", "COMPLETED", "PAYMENT.CAPTURE.COMPLETED"),
        ("declined", "DECLINED", "PAYMENT.CAPTURE.DECLINED"),
        ("denied", "DECLINED", "PAYMENT.CAPTURE.DENIED"),
    ],
)
def test_a_pending_capture_ends(shop: Shop, outcome: str, status: str, event: str) -> None:
    capture = shop.paid(unit("10.13"))
    shop.control.post(f"paypal/captures/{capture['id']}/settle", outcome=outcome)
    found = shop.get(f"{CAPTURES}/{capture['id']}")
    assert (found["status"], "status_details" in found) == (status, False)
    assert ("seller_receivable_breakdown" in found) is (outcome == "completed")
    assert shop.events()[-1] == event


@pytest.mark.parametrize("reason", PENDING_REASONS)
def test_a_capture_waits_for_any_reason(shop: Shop, reason: str) -> None:
    held = shop.approved()
    shop.control.post(f"paypal/orders/{held['id']}/next-capture", status="pending", reason=reason)
    (capture,) = shop.capture(held["id"]).json()["purchase_units"][0]["payments"]["captures"]
    assert (capture["status"], capture["status_details"]["reason"]) == ("PENDING", reason)


def test_a_capture_can_be_declined_although_the_order_is_complete(shop: Shop) -> None:
    held = shop.approved()
    shop.control.post(f"paypal/orders/{held['id']}/next-capture", status="declined")
    found = shop.capture(held["id"]).json()
    assert (found["status"], found["purchase_units"][0]["payments"]["captures"][0]["status"]) == (
        "COMPLETED",
        "DECLINED",
    )


def test_a_capture_leads_to_its_order(shop: Shop) -> None:
    held = shop.approved()
    capture = shop.capture(held["id"]).json()["purchase_units"][0]["payments"]["captures"][0]
    found = shop.get(f"{CAPTURES}/{capture['id']}")
    assert found["supplementary_data"] == {"related_ids": {"order_id": held["id"]}}
    assert {each["rel"]: each["href"] for each in found["links"]}["up"] == f"{shop.url}/v2/checkout/orders/{held['id']}"


@given(cents=st.integers(1, 10**9), currency=st.sampled_from(["USD", "EUR", "JPY", "HUF"]))
def test_a_fee_is_never_more_than_the_capture_and_nothing_is_lost(cents: int, currency: str) -> None:
    gross = Decimal(cents) if currency in ("JPY", "HUF") else Decimal(cents) / 100
    kept = amounts.fee(currency, gross)
    assert 0 < kept <= gross
    assert Decimal(amounts.written(currency, kept)["value"]) == kept


# Refunds.


def test_a_capture_is_refunded_in_parts_and_then_whole(shop: Shop) -> None:
    capture = shop.paid()
    part, rest = shop.refund(capture["id"], "5.00").json(), shop.refund(capture["id"]).json()
    assert (part["amount"]["value"], rest["amount"]["value"]) == ("5.00", "15.00")
    assert rest["seller_payable_breakdown"]["total_refunded_amount"]["value"] == "20.00"
    assert (part["custom_id"], part["status"]) == ("payment-7", "COMPLETED")
    assert shop.get(f"{CAPTURES}/{capture['id']}")["status"] == "REFUNDED"
    assert issues(shop.refund(capture["id"])) == (422, ["CAPTURE_FULLY_REFUNDED"])
    assert shop.get(f"/v2/payments/refunds/{part['id']}") == part
    assert shop.events()[-2:] == ["PAYMENT.CAPTURE.REFUNDED"] * 2


def test_a_refund_in_part_shows_at_the_capture_and_the_order(shop: Shop) -> None:
    held = shop.approved()
    capture = shop.capture(held["id"]).json()["purchase_units"][0]["payments"]["captures"][0]
    refund = shop.refund(capture["id"], "5.00").json()
    payments = shop.get(f"/v2/checkout/orders/{held['id']}")["purchase_units"][0]["payments"]
    assert (payments["captures"][0]["status"], payments["refunds"][0]["id"]) == ("PARTIALLY_REFUNDED", refund["id"])
    assert {each["rel"]: each["href"] for each in refund["links"]}["up"] == f"{shop.url}{CAPTURES}/{capture['id']}"


def test_a_short_answer_to_a_refund_has_its_status_only(shop: Shop) -> None:
    assert set(shop.refund(shop.paid()["id"], whole=False).json()) == {"id", "status", "links"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"amount": {"currency_code": "USD", "value": "20.01"}}, (422, "REFUND_AMOUNT_EXCEEDED")),
        ({"amount": {"currency_code": "EUR", "value": "5.00"}}, (422, "REFUND_CAPTURE_CURRENCY_MISMATCH")),
        ({"amount": {"currency_code": "USD", "value": "5.001"}}, (422, "DECIMAL_PRECISION")),
        ({"amount": {"currency_code": "JPY", "value": "5.00"}}, (422, "DECIMALS_NOT_SUPPORTED")),
        ({"amount": {"currency_code": "USD", "value": "0.00"}}, (422, "CANNOT_BE_ZERO_OR_NEGATIVE")),
        ({"amount": {"currency_code": "EGP", "value": "5.00"}}, (422, "CURRENCY_NOT_SUPPORTED")),
        ({"amount": {"currency_code": "USD"}}, (400, "MISSING_REQUIRED_PARAMETER")),
        ({"amount": {"currency_code": "USD", "value": "five"}}, (400, "INVALID_PARAMETER_SYNTAX")),
        ({"note_to_payer": "x" * 256}, (400, "INVALID_STRING_LENGTH")),
        ({"custom_id": "x" * 128}, (400, "INVALID_STRING_LENGTH")),
    ],
)
def test_a_refund_that_cannot_be_is_refused(shop: Shop, body: Json, found: tuple[int, str]) -> None:
    capture = shop.paid()
    refused = shop.ask("POST", f"{CAPTURES}/{capture['id']}/refund", json=body)
    assert issues(refused) == (found[0], [found[1]])
    assert shop.get(f"{CAPTURES}/{capture['id']}")["status"] == "COMPLETED"


def test_a_capture_that_waits_is_not_refunded(shop: Shop) -> None:
    waiting = shop.paid(unit("10.13"))
    assert issues(shop.refund(waiting["id"])) == (422, ["PENDING_CAPTURE"])
    shop.control.post(f"paypal/captures/{waiting['id']}/settle", outcome="declined")
    assert issues(shop.refund(waiting["id"])) == (422, ["REFUND_NOT_ALLOWED"])


@pytest.mark.parametrize(("days", "status"), [(179, 201), (181, 422)])
def test_a_capture_is_refunded_within_180_days(shop: Shop, days: int, status: int) -> None:
    capture = shop.paid()
    shop.advance(days * DAY)
    answer = shop.refund(capture["id"])
    assert (answer.status_code, issues(answer)[1]) == (status, ["REFUND_TIME_LIMIT_EXCEEDED"] if status == 422 else [])


def test_a_capture_has_so_many_refunds_only(shop: Shop) -> None:
    capture = shop.paid()
    for _ in range(MOST_REFUNDS):
        assert shop.refund(capture["id"], "0.01").status_code == 201
    assert issues(shop.refund(capture["id"], "0.01")) == (422, ["MAX_NUMBER_OF_REFUNDS_EXCEEDED"])


def test_an_invoice_id_of_a_refund_is_taken_once(shop: Shop) -> None:
    capture = shop.paid()
    body = {"amount": {"currency_code": "USD", "value": "1.00"}, "invoice_id": "R-1"}
    answers = [shop.ask("POST", f"{CAPTURES}/{capture['id']}/refund", json=body) for _ in range(2)]
    assert [issues(each) for each in answers] == [(201, []), (422, ["DUPLICATE_INVOICE_ID"])]


def test_a_refund_without_a_request_id_happens_again(shop: Shop) -> None:
    capture = shop.paid()
    first, second = (shop.refund(capture["id"], "5.00").json()["id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(("seconds", "status"), [(45 * DAY - 60, 200), (45 * DAY + 1, 201)])
def test_a_request_id_of_refunds_is_remembered_for_45_days(shop: Shop, seconds: int, status: int) -> None:
    capture = shop.paid()
    first = shop.refund(capture["id"], "5.00", key="k1")
    shop.advance(seconds)
    again = shop.refund(capture["id"], "6.00", key="k1")
    assert (again.status_code, again.json()["id"] == first.json()["id"]) == (status, status == 200)


@pytest.mark.parametrize(
    ("outcome", "status", "captured", "event"),
    [
        ("paid", "COMPLETED", "PARTIALLY_REFUNDED", "PAYMENT.CAPTURE.REFUNDED"),
        ("failed", "FAILED", "COMPLETED", "PAYMENT.REFUND.FAILED"),
    ],
)
def test_a_slow_refund_ends_later(shop: Shop, outcome: str, status: str, captured: str, event: str) -> None:
    capture = shop.paid()
    shop.control.post("paypal/refunds/slow", on=True)
    refund = shop.refund(capture["id"], "5.00").json()
    shop.control.post(f"paypal/refunds/{refund['id']}/finish", outcome=outcome)
    assert (refund["status"], shop.get(f"/v2/payments/refunds/{refund['id']}")["status"]) == ("PENDING", status)
    assert shop.get(f"{CAPTURES}/{capture['id']}")["status"] == captured
    assert shop.events()[-2:] == ["PAYMENT.REFUND.PENDING", event]


def test_a_bank_takes_a_capture_back(shop: Shop) -> None:
    capture = shop.paid()
    shop.refund(capture["id"], "5.00")
    refund = shop.control.post(f"paypal/captures/{capture['id']}/reverse")
    assert (refund["amount"]["value"], shop.get(f"{CAPTURES}/{capture['id']}")["status"]) == ("15.00", "REFUNDED")
    assert shop.events()[-1] == "PAYMENT.CAPTURE.REVERSED"


@given(
    total=st.integers(1, 100_000),
    asked=st.lists(st.integers(-5, 60_000) | st.none(), min_size=1, max_size=MOST_REFUNDS),
    currency=st.sampled_from(["USD", "JPY"]),
)
def test_refunds_never_come_to_more_than_the_capture(total: int, asked: list[int | None], currency: str) -> None:
    def written(units: int) -> str:
        return str(units) if currency == "JPY" else str(Decimal(units) / 100)

    books = Books()
    capture = books.paid(written(total if written(total)[-3:] not in (".13", ".17") else total + 1), currency)
    whole = left = amounts.read(capture["amount"])
    for units in asked:
        body = {} if units is None else {"amount": {"currency_code": currency, "value": written(units)}}
        value = left if units is None else Decimal(written(units))
        if 0 < value <= left:
            refund = books.payments.refund(capture, body)
            left -= value
            assert amounts.read(refund["seller_payable_breakdown"]["total_refunded_amount"]) == whole - left
        else:
            with pytest.raises(RefusedError):
                books.payments.refund(capture, body)
        assert books.payments.left(capture) == left
        expected = "REFUNDED" if not left else "COMPLETED" if left == whole else "PARTIALLY_REFUNDED"
        assert capture["status"] == expected


class AnyOrder(RuleBasedStateMachine):
    """Whatever comes in whatever order: no capture without an approval, and never two of one order."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.order = self.books.order()
        self.was_approved = False

    def attempt(self, step: Any) -> None:
        with suppress(RefusedError):
            step(self.order)

    @rule(declines=st.integers(0, 2))
    def approve(self, declines: int) -> None:
        self.was_approved = self.was_approved or self.order.is_open
        self.attempt(lambda order: self.books.orders.approve(order, SEEDED[0], declines=declines))

    @rule()
    def capture(self) -> None:
        self.attempt(self.books.orders.capture)

    @rule()
    def authorize(self) -> None:
        self.attempt(self.books.orders.authorize)

    @rule(value=st.sampled_from(["10.00", "30.00"]))
    def patch(self, value: str) -> None:
        path = "/purchase_units/@reference_id=='default'/amount"
        amount = {"currency_code": "USD", "value": value}
        self.attempt(lambda order: self.books.orders.change(order, [{"op": "replace", "path": path, "value": amount}]))

    @precondition(lambda self: self.order.id in self.books.orders.all)
    @rule()
    def expire(self) -> None:
        self.books.orders.expire(self.order)

    @invariant()
    def money_moves_once_and_after_approval(self) -> None:
        captures = list(self.books.payments.captures.values())
        assert len(captures) <= int(self.was_approved)
        assert (self.order.status == "COMPLETED") is (len(captures) == 1)
        assert all(each["amount"]["value"] == self.order.units[0]["amount"]["value"] for each in captures)


AnyOrder.TestCase.settings = settings(stateful_step_count=20)
TestAnyOrder = AnyOrder.TestCase


# Whatever comes.

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MONEY: Json = {"currency_code": "USD", "value": "20.00"}
WHOLE_ORDER: Json = {
    "intent": "CAPTURE",
    "purchase_units": [
        {
            "reference_id": "default",
            "custom_id": "payment-7",
            "payee": {"merchant_id": "SANDBOXMERCH1"},
            "shipping": {"name": {"full_name": "Lina Farouk"}},
            "amount": {**MONEY, "breakdown": {"item_total": dict(MONEY), "tax_total": {**MONEY, "value": "0.00"}}},
            "items": [
                {"name": "Course", "quantity": "1", "unit_amount": dict(MONEY), "tax": {**MONEY, "value": "0.00"}}
            ],
        }
    ],
    "payment_source": {"paypal": {"experience_context": {"brand_name": "ACE"}}},
    "application_context": {"brand_name": "ACE"},
}
UNIT_PATH = "/purchase_units/@reference_id=='default'"
PATCH: list[Json] = [
    {"op": "add", "path": f"{UNIT_PATH}/shipping", "value": {"name": {"full_name": "Lina Farouk"}}},
    {"op": "replace", "path": f"{UNIT_PATH}/shipping/name", "value": {"full_name": "Omar Haddad"}},
    {"op": "replace", "path": f"{UNIT_PATH}/amount", "value": MONEY},
    {"op": "add", "path": "/payer", "value": {"email_address": "payer@example.com"}},
]


def places(value: Any) -> list[tuple[Any, ...]]:
    """Give the way to each part of a JSON value."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [(), *((step, *rest) for step, each in inner for rest in places(each))]


def spoilt(value: Any, place: tuple[Any, ...], part: Any) -> Any:
    if not place:
        return part
    copied = copy.deepcopy(value)
    held = copied
    for step in place[:-1]:
        held = held[step]
    held[place[-1]] = part
    return copied


@given(place=st.sampled_from(places(WHOLE_ORDER)), part=ANYTHING)
def test_any_order_is_made_or_refused(place: tuple[Any, ...], part: Any) -> None:
    books = Books()
    try:
        order = books.orders.create(read_json(json.dumps(spoilt(WHOLE_ORDER, place, part)).encode()))
    except RefusedError as refused:
        assert refused.status in (400, 422)  # noqa: PT017 - the other way out is as good
    else:
        books.orders.approve(order, SEEDED[0])
        assert json.loads(json.dumps(books.orders.shown(order)))["status"] == "APPROVED"


@given(place=st.sampled_from(places(PATCH)), part=ANYTHING)
def test_any_patch_is_done_or_refused_and_leaves_a_good_order(place: tuple[Any, ...], part: Any) -> None:
    books = Books()
    order = books.orders.create(WHOLE_ORDER)
    with suppress(RefusedError):
        books.orders.change(order, read_list(json.dumps(spoilt(PATCH, place, part)).encode()))
    check_units(order.units)
    books.orders.approve(order, SEEDED[0])
    books.orders.capture(order)


@given(body=ANYTHING | st.fixed_dictionaries({"amount": ANYTHING, "custom_id": ANYTHING, "invoice_id": ANYTHING}))
def test_any_refund_is_made_or_refused(body: Any) -> None:
    books = Books()
    capture = books.paid("20.00")
    with suppress(RefusedError):
        books.payments.refund(capture, read_json(json.dumps(body).encode()))
    assert 0 <= books.payments.left(capture) <= Decimal("20.00")


# Authorisations.


def authorized(shop: Shop, value: str = "20.00", **more: Any) -> Json:
    held = shop.approved(unit(value, **more), intent="AUTHORIZE")
    found = shop.ask("POST", f"/v2/checkout/orders/{held['id']}/authorize").json()
    assert found["status"] == "COMPLETED"
    (authorization,) = found["purchase_units"][0]["payments"]["authorizations"]
    assert authorization["status"] == "CREATED"
    return dict(authorization)


def capture_of(shop: Shop, authorization_id: str, value: str = "", **more: Any) -> Any:
    body = {"amount": {"currency_code": "USD", "value": value}, **more} if value else more
    return shop.ask("POST", f"{AUTHORIZATIONS}/{authorization_id}/capture", json=body)


def test_what_is_reserved_is_taken_in_parts(shop: Shop) -> None:
    held = authorized(shop)
    part = capture_of(shop, held["id"], "5.00")
    between = shop.get(f"{AUTHORIZATIONS}/{held['id']}")["status"]
    rest = capture_of(shop, held["id"])
    assert (part.json()["final_capture"], rest.json()["final_capture"]) == (False, True)
    assert (part.json()["amount"]["value"], rest.json()["amount"]["value"]) == ("5.00", "15.00")
    assert (between, shop.get(f"{AUTHORIZATIONS}/{held['id']}")["status"]) == ("PARTIALLY_CAPTURED", "CAPTURED")
    related = part.json()["supplementary_data"]["related_ids"]
    assert related["authorization_id"] == held["id"]
    assert issues(capture_of(shop, held["id"], "1.00")) == (422, ["AUTHORIZATION_ALREADY_CAPTURED"])
    assert shop.refund(part.json()["id"]).status_code == 201


def test_a_final_capture_releases_the_rest(shop: Shop) -> None:
    held = authorized(shop)
    capture_of(shop, held["id"], "5.00", final_capture=True)
    assert shop.get(f"{AUTHORIZATIONS}/{held['id']}")["status"] == "CAPTURED"


@pytest.mark.parametrize(
    ("currency", "value", "issue"),
    [
        ("USD", "20.01", "MAX_CAPTURE_AMOUNT_EXCEEDED"),
        ("EUR", "5.00", "AUTH_CAPTURE_CURRENCY_MISMATCH"),
        ("USD", "0.00", "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ],
)
def test_more_than_what_is_reserved_is_not_taken(shop: Shop, currency: str, value: str, issue: str) -> None:
    held = authorized(shop)
    body = {"amount": {"currency_code": currency, "value": value}}
    assert issues(shop.ask("POST", f"{AUTHORIZATIONS}/{held['id']}/capture", json=body)) == (422, [issue])


def test_a_void_releases_what_is_reserved(shop: Shop) -> None:
    held = authorized(shop)
    void = f"{AUTHORIZATIONS}/{held['id']}/void"
    first = shop.http.post(void, headers={"authorization": f"Bearer {shop.token}"})
    assert (first.status_code, first.content) == (204, b"")
    assert issues(shop.ask("POST", void)) == (422, ["PREVIOUSLY_VOIDED"])
    assert issues(capture_of(shop, held["id"])) == (422, ["AUTHORIZATION_VOIDED"])
    assert shop.events()[-2:] == ["PAYMENT.AUTHORIZATION.CREATED", "PAYMENT.AUTHORIZATION.VOIDED"]


def test_what_was_taken_is_not_released(shop: Shop) -> None:
    held = authorized(shop)
    capture_of(shop, held["id"])
    assert issues(shop.ask("POST", f"{AUTHORIZATIONS}/{held['id']}/void")) == (422, ["PREVIOUSLY_CAPTURED"])


def test_a_void_shows_the_authorisation_when_asked(shop: Shop) -> None:
    answer = shop.ask("POST", f"{AUTHORIZATIONS}/{authorized(shop)['id']}/void")
    assert (answer.status_code, answer.json()["status"]) == (200, "VOIDED")


def test_an_authorisation_is_good_for_29_days(shop: Shop) -> None:
    held = authorized(shop)
    shop.advance(29 * DAY + 1)
    assert issues(capture_of(shop, held["id"])) == (422, ["AUTHORIZATION_EXPIRED"])


def test_money_is_reserved_anew_after_three_days_and_not_beyond_the_first_29(shop: Shop) -> None:
    held = authorized(shop)
    path = f"{AUTHORIZATIONS}/{held['id']}/reauthorize"
    early = shop.ask("POST", path)
    shop.advance(4 * DAY)
    fresh = shop.ask("POST", path, json={"amount": {"currency_code": "USD", "value": "15.00"}})
    assert issues(early) == (422, ["REAUTHORIZATION_NOT_SUPPORTED"])
    assert (fresh.status_code, fresh.json()["amount"]["value"]) == (201, "15.00")
    assert fresh.json()["expiration_time"][:10] == held["expiration_time"][:10]
    assert shop.get(f"{AUTHORIZATIONS}/{held['id']}")["status"] == "VOIDED"
    assert capture_of(shop, fresh.json()["id"]).json()["amount"]["value"] == "15.00"


def test_an_authorisation_of_thirteen_cents_waits_at_its_capture(shop: Shop) -> None:
    assert capture_of(shop, authorized(shop, "9.13")["id"]).json()["status"] == "PENDING"


@pytest.mark.parametrize("kind", ["captures", "authorizations", "refunds"])
def test_what_does_not_exist_is_not_found(shop: Shop, kind: str) -> None:
    assert issues(shop.ask("GET", f"/v2/payments/{kind}/NOTHING")) == (404, ["INVALID_RESOURCE_ID"])
