"""Orders on PayPal's twin: statuses, links, both sizes of an answer, request ids, deadlines."""

from typing import Any

import httpx
import pytest
from tests.paypal_shop import Json, Shop, issues, order, unit, wallet

from ace_integrations.payments.paypal.sandbox.orders import TRANSITIONS

STATUSES = ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED", "VOIDED")
ORDERS = "/v2/checkout/orders"


def in_status(shop: Shop, status: str, intent: str = "CAPTURE") -> Json:
    if status == "PAYER_ACTION_REQUIRED":
        return shop.ask("POST", ORDERS, key="k", json=order(intent=intent, payment_source=wallet())).json()
    created = shop.create(intent=intent)
    if status != "CREATED":
        shop.control.post(f"paypal/orders/{created['id']}/approve")
    if status == "COMPLETED":
        shop.ask("POST", f"{ORDERS}/{created['id']}/{intent.lower()}")
    if status == "VOIDED":
        shop.control.post(f"paypal/orders/{created['id']}/expire")
    found = shop.get(f"{ORDERS}/{created['id']}")
    assert found["status"] == status
    return found


def take(shop: Shop, step: str, order_id: str) -> httpx.Response:
    if step == "update":
        path = "/purchase_units/@reference_id=='default'/custom_id"
        return shop.ask("PATCH", f"{ORDERS}/{order_id}", json=[{"op": "replace", "path": path, "value": "x"}])
    if step == "confirm":
        body: Json = {"payment_source": wallet()}
        return shop.ask("POST", f"{ORDERS}/{order_id}/confirm-payment-source", json=body)
    return shop.ask("POST", f"{ORDERS}/{order_id}/{step}")


STEPS = ("update", "confirm", "capture", "authorize")
ALLOWED = [(step, status) for step in STEPS for status in STATUSES if status in TRANSITIONS[step]]
REFUSED = {
    ("capture", "CREATED"): "ORDER_NOT_APPROVED",
    ("capture", "PAYER_ACTION_REQUIRED"): "ORDER_NOT_APPROVED",
    ("capture", "COMPLETED"): "ORDER_ALREADY_CAPTURED",
    ("capture", "VOIDED"): "ORDER_EXPIRED",
    ("authorize", "CREATED"): "ORDER_NOT_APPROVED",
    ("authorize", "PAYER_ACTION_REQUIRED"): "ORDER_NOT_APPROVED",
    ("authorize", "COMPLETED"): "ORDER_ALREADY_AUTHORIZED",
    ("authorize", "VOIDED"): "ORDER_EXPIRED",
    ("update", "COMPLETED"): "ORDER_ALREADY_COMPLETED",
    ("update", "VOIDED"): "ORDER_EXPIRED",
    ("confirm", "APPROVED"): "PAYMENT_ALREADY_APPROVED",
    ("confirm", "COMPLETED"): "ORDER_ALREADY_CAPTURED",
    ("confirm", "VOIDED"): "ORDER_CANNOT_BE_CONFIRMED",
}


def test_each_step_is_allowed_or_refused_in_each_status() -> None:
    assert {*ALLOWED, *REFUSED} == {(step, status) for step in STEPS for status in STATUSES}


@pytest.mark.parametrize(("step", "status"), ALLOWED)
def test_an_allowed_step_is_taken(shop: Shop, step: str, status: str) -> None:
    held = in_status(shop, status, "AUTHORIZE" if step == "authorize" else "CAPTURE")
    assert take(shop, step, held["id"]).is_success


@pytest.mark.parametrize(("step", "status"), REFUSED)
def test_a_refused_step_changes_nothing(shop: Shop, step: str, status: str) -> None:
    held = in_status(shop, status, "AUTHORIZE" if step == "authorize" else "CAPTURE")
    before = shop.get(f"{ORDERS}/{held['id']}")
    assert issues(take(shop, step, held["id"])) == (422, [REFUSED[step, status]])
    assert shop.get(f"{ORDERS}/{held['id']}") == before


@pytest.mark.parametrize(("step", "intent"), [("capture", "AUTHORIZE"), ("authorize", "CAPTURE")])
def test_a_step_fits_the_orders_intent(shop: Shop, step: str, intent: str) -> None:
    held = in_status(shop, "APPROVED", intent)
    assert issues(take(shop, step, held["id"])) == (422, ["ACTION_DOES_NOT_MATCH_INTENT"])


@pytest.mark.parametrize(
    ("status", "links"),
    [
        ("CREATED", ["self", "approve", "update", "capture"]),
        ("PAYER_ACTION_REQUIRED", ["self", "payer-action"]),
        ("APPROVED", ["self", "update", "capture"]),
        ("COMPLETED", ["self"]),
        ("VOIDED", ["self"]),
    ],
)
def test_an_orders_links_say_what_comes_next(shop: Shop, status: str, links: list[str]) -> None:
    found = in_status(shop, status)["links"]
    assert [each["rel"] for each in found] == links
    assert all(each["href"].startswith(shop.url) for each in found)


def test_a_short_answer_has_the_status_and_the_links_only(shop: Shop) -> None:
    made = shop.ask("POST", ORDERS, json=order(), whole=False).json()
    shop.control.post(f"paypal/orders/{made['id']}/approve")
    captured = shop.capture(made["id"], whole=False).json()
    assert set(made) == {"id", "status", "links"}
    assert set(captured) == {"id", "status", "links", "payment_source"}


def test_a_whole_answer_has_what_a_merchant_verifies(shop: Shop) -> None:
    approved = shop.approved(unit("20.00", invoice_id="ACE-7", description="Course 42"))
    found = shop.capture(approved["id"]).json()
    (only,) = found["purchase_units"]
    (capture,) = only["payments"]["captures"]
    assert (found["id"], found["intent"], found["status"]) == (approved["id"], "CAPTURE", "COMPLETED")
    assert (only["custom_id"], only["invoice_id"], only["payee"]["merchant_id"]) == (
        "payment-7",
        "ACE-7",
        "SANDBOXMERCH1",
    )
    assert (capture["status"], capture["amount"]) == ("COMPLETED", {"currency_code": "USD", "value": "20.00"})
    parts = capture["seller_receivable_breakdown"]
    values = [parts[name]["value"] for name in ("gross_amount", "paypal_fee", "net_amount")]
    assert values == ["20.00", "1.19", "18.81"]
    assert found["payer"]["email_address"] == found["payment_source"]["paypal"]["email_address"] == "mona@example.com"


def test_a_request_id_gives_the_first_order_as_it_is_now(shop: Shop) -> None:
    first = shop.ask("POST", ORDERS, key="k1", json=order())
    shop.control.post(f"paypal/orders/{first.json()['id']}/approve")
    again = shop.ask("POST", ORDERS, key="k1", json=order(unit("99.00")))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "APPROVED")


def test_a_capture_happens_once_whatever_its_request_id(shop: Shop) -> None:
    held = shop.approved()
    first, again, other = (shop.capture(held["id"], key=key) for key in ("k1", "k1", "k2"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert issues(other) == (422, ["ORDER_ALREADY_CAPTURED"])
    assert shop.events().count("PAYMENT.CAPTURE.COMPLETED") == 1


@pytest.mark.parametrize(("seconds", "status"), [(6 * 3600 - 60, 200), (6 * 3600 + 1, 201)])
def test_a_request_id_of_orders_is_forgotten_after_six_hours(shop: Shop, seconds: int, status: int) -> None:
    first = shop.ask("POST", ORDERS, key="k1", json=order())
    shop.control.post(f"paypal/orders/{first.json()['id']}/approve")
    shop.capture(first.json()["id"])
    shop.advance(seconds)
    assert shop.ask("POST", ORDERS, key="k1", json=order()).status_code == status


def test_one_request_id_means_something_else_at_another_operation(shop: Shop) -> None:
    held = shop.ask("POST", ORDERS, key="k1", json=order()).json()
    shop.control.post(f"paypal/orders/{held['id']}/approve")
    assert shop.capture(held["id"], key="k1").status_code == 201


def test_a_refusal_is_not_remembered_by_its_request_id(shop: Shop) -> None:
    held = shop.create()
    refused = shop.capture(held["id"], key="k1")
    shop.control.post(f"paypal/orders/{held['id']}/approve")
    assert issues(refused) == (422, ["ORDER_NOT_APPROVED"])
    assert shop.capture(held["id"], key="k1").status_code == 201


def test_a_source_of_payment_needs_a_request_id(shop: Shop) -> None:
    refused = shop.ask("POST", ORDERS, json=order(payment_source=wallet()))
    assert issues(refused) == (400, ["PAYPAL_REQUEST_ID_REQUIRED"])
    assert issues(shop.ask("POST", ORDERS, key="x" * 109, json=order())) == (400, ["INVALID_STRING_LENGTH"])
    assert shop.ask("POST", ORDERS, key="x" * 108, json=order(payment_source=wallet())).status_code == 201


def test_an_order_that_nobody_agreed_to_is_gone_after_three_hours(shop: Shop) -> None:
    held = shop.create()
    shop.advance(3 * 3600 - 60)
    assert shop.ask("GET", f"{ORDERS}/{held['id']}").status_code == 200
    shop.advance(120)
    assert issues(shop.ask("GET", f"{ORDERS}/{held['id']}")) == (404, ["INVALID_RESOURCE_ID"])


def test_a_buyer_who_came_has_three_hours_more(shop: Shop) -> None:
    held = shop.create()
    shop.advance(2 * 3600)
    shop.http.get(f"/checkoutnow?token={held['id']}")
    shop.advance(2 * 3600)
    assert shop.ask("GET", f"{ORDERS}/{held['id']}").status_code == 200


def test_an_order_that_nobody_captured_is_void_three_hours_after_the_buyer_agreed(shop: Shop) -> None:
    held = shop.create()
    shop.advance(2 * 3600)
    shop.control.post(f"paypal/orders/{held['id']}/approve")
    shop.advance(3 * 3600 - 60)
    assert shop.get(f"{ORDERS}/{held['id']}")["status"] == "APPROVED"
    shop.advance(120)
    assert shop.get(f"{ORDERS}/{held['id']}")["status"] == "VOIDED"
    assert shop.events() == ["CHECKOUT.ORDER.APPROVED", "CHECKOUT.PAYMENT-APPROVAL.REVERSED"]


def test_a_paid_order_does_not_end(shop: Shop) -> None:
    capture = shop.paid()
    shop.advance(30 * 86400)
    assert shop.get(f"/v2/payments/captures/{capture['id']}")["status"] == "COMPLETED"
    assert "CHECKOUT.PAYMENT-APPROVAL.REVERSED" not in shop.events()


def test_one_field_of_an_order_can_be_asked_for(shop: Shop) -> None:
    held = shop.approved()
    found = shop.get(f"{ORDERS}/{held['id']}", fields="payment_source")
    assert set(found) == {"id", "status", "links", "payment_source"}
    assert issues(shop.ask("GET", f"{ORDERS}/{held['id']}?fields=payer")) == (400, ["INVALID_PARAMETER_VALUE"])


@pytest.mark.parametrize(("preference", "has"), [({}, True), ({"shipping_preference": "NO_SHIPPING"}, False)])
def test_the_buyers_address_comes_unless_nothing_is_sent(shop: Shop, preference: Any, has: bool) -> None:
    made = shop.ask("POST", ORDERS, key="k", json=order(payment_source=wallet(**preference))).json()
    shop.control.post(f"paypal/orders/{made['id']}/approve", buyer="omar@example.com")
    (only,) = shop.get(f"{ORDERS}/{made['id']}")["purchase_units"]
    assert ("shipping" in only) is has


def test_an_order_of_several_units_is_captured_in_as_many_parts(shop: Shop) -> None:
    units = [unit("5.00", reference_id="a", invoice_id="1"), unit("7.50", reference_id="b", invoice_id="2")]
    found = shop.capture(shop.approved(*units)["id"]).json()["purchase_units"]
    captures = [each["payments"]["captures"] for each in found]
    assert [[one["amount"]["value"] for one in each] for each in captures] == [["5.00"], ["7.50"]]


def test_an_invoice_id_is_taken_once(shop: Shop) -> None:
    shop.paid(unit(invoice_id="ACE-7"))
    second = shop.approved(unit(invoice_id="ACE-7"))
    assert issues(shop.capture(second["id"])) == (422, ["DUPLICATE_INVOICE_ID"])
    assert shop.get(f"{ORDERS}/{second['id']}")["status"] == "APPROVED"


def test_an_amount_of_seventeen_cents_is_declined_once_and_leads_back(shop: Shop) -> None:
    held = shop.approved(unit("12.17"))
    refused = shop.capture(held["id"], key="k1")
    links = {each["rel"]: each["href"] for each in refused.json()["links"]}
    assert issues(refused) == (422, ["INSTRUMENT_DECLINED"])
    assert links["redirect"] == f"{shop.url}/checkoutnow?token={held['id']}"
    assert shop.capture(held["id"], key="k1").status_code == 201


def test_a_declined_buyer_can_choose_again(shop: Shop) -> None:
    held = shop.create()
    shop.control.post(f"paypal/orders/{held['id']}/decline", times=5)
    assert issues(shop.capture(held["id"])) == (422, ["INSTRUMENT_DECLINED"])
    assert shop.get(f"{ORDERS}/{held['id']}")["status"] == "APPROVED"
    shop.control.post(f"paypal/orders/{held['id']}/approve", buyer="lynne@example.com")
    assert shop.capture(held["id"]).status_code == 201
    assert shop.events().count("CHECKOUT.ORDER.APPROVED") == 1


def test_the_events_of_a_sale_come_in_order(shop: Shop) -> None:
    shop.paid()
    assert shop.events() == ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.COMPLETED"]
