"""What PayPal's twin refuses of an order, and what its error answers look like."""

from typing import Any

import pytest
from tests.paypal_shop import Json, Shop, fields, issues, order, unit, wallet

from ace_integrations.payments.paypal.currencies import CURRENCIES
from ace_integrations.payments.paypal.sandbox.issues import NAMES, STATUS_NAMED, STATUS_OF

ORDERS = "/v2/checkout/orders"
UNIT = "/purchase_units/@reference_id=='default'"
LIMITS = {"reference_id": 256, "custom_id": 127, "invoice_id": 127, "description": 127, "soft_descriptor": 22}


def usd(value: str) -> Json:
    return {"currency_code": "USD", "value": value}


def item(value: str = "20.00", quantity: str = "1", **more: Any) -> Json:
    return {"name": "Course 42", "quantity": quantity, "unit_amount": usd(value), **more}


def itemised(total: str, *items: Json, **breakdown: str) -> Json:
    parts = {name: usd(value) for name, value in breakdown.items()}
    return {"amount": {**usd(total), "breakdown": parts}, "items": list(items)}


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_texts_have_their_longest(shop: Shop, name: str, limit: int) -> None:
    assert shop.ask("POST", ORDERS, json=order(unit(**{name: "x" * limit}))).status_code == 201
    refused = shop.ask("POST", ORDERS, json=order(unit(**{name: "x" * (limit + 1)})))
    assert issues(refused) == (400, ["INVALID_STRING_LENGTH"])
    assert refused.json()["details"][0]["field"].endswith(f"/{name}")
    assert issues(shop.ask("POST", ORDERS, json=order(unit(**{name: ""}))))[0] == 400


FORMS: dict[str, tuple[Json, list[tuple[str, str]]]] = {
    "nothing": (
        {},
        [("MISSING_REQUIRED_PARAMETER", "/intent"), ("MISSING_REQUIRED_PARAMETER", "/purchase_units")],
    ),
    "intent": (order(intent="SALE"), [("INVALID_PARAMETER_VALUE", "/intent")]),
    "no units": ({"intent": "CAPTURE", "purchase_units": []}, [("INVALID_ARRAY_MIN_ITEMS", "/purchase_units")]),
    "eleven units": (
        order(*(unit(reference_id=str(each)) for each in range(11))),
        [("INVALID_ARRAY_MAX_ITEMS", "/purchase_units")],
    ),
    "no amount": (order({"custom_id": "x"}), [("MISSING_REQUIRED_PARAMETER", f"{UNIT}/amount")]),
    "a number": (order({"amount": 20}), [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/amount")]),
    "a value that is a number": (
        order({"amount": {"currency_code": "USD", "value": 20.0}}),
        [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/amount/value")],
    ),
    "a comma": (order(unit("20,00")), [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/amount/value")]),
    "a point at the end": (order(unit("20.")), [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/amount/value")]),
    "33 characters": (order(unit("0" * 33)), [("INVALID_STRING_LENGTH", f"{UNIT}/amount/value")]),
    "a currency of two letters": (
        order(unit(currency="US")),
        [("INVALID_STRING_LENGTH", f"{UNIT}/amount/currency_code")],
    ),
    "items that are no list": (order(unit(items="x")), [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/items")]),
    "a breakdown that is no object": (
        order({"amount": {**usd("1.00"), "breakdown": []}}),
        [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/amount/breakdown")],
    ),
    "a quantity of nothing": (
        order(itemised("20.00", item(quantity="0"), item_total="20.00")),
        [("INVALID_PARAMETER_SYNTAX", f"{UNIT}/items/0/quantity")],
    ),
    "a category of its own": (
        order(itemised("20.00", item(category="COURSES"), item_total="20.00")),
        [("INVALID_PARAMETER_VALUE", f"{UNIT}/items/0/category")],
    ),
    "an item without a name": (
        order(itemised("20.00", {"quantity": "1", "unit_amount": usd("20.00")}, item_total="20.00")),
        [("MISSING_REQUIRED_PARAMETER", f"{UNIT}/items/0/name")],
    ),
    "several": (
        order(unit("x", custom_id="x" * 128), intent="SALE"),
        [
            ("INVALID_PARAMETER_VALUE", "/intent"),
            ("INVALID_STRING_LENGTH", f"{UNIT}/custom_id"),
            ("INVALID_PARAMETER_SYNTAX", f"{UNIT}/amount/value"),
        ],
    ),
}


@pytest.mark.parametrize(("body", "found"), FORMS.values(), ids=FORMS)
def test_the_form_of_each_field_is_checked(shop: Shop, body: Json, found: list[tuple[str, str]]) -> None:
    refused = shop.ask("POST", ORDERS, json=body)
    assert (refused.status_code, refused.json()["name"]) == (400, "INVALID_REQUEST")
    assert fields(refused) == found


@pytest.mark.parametrize(
    ("context", "issue"),
    [
        ({"landing_page": "HOME"}, "INVALID_PARAMETER_VALUE"),
        ({"user_action": "PAY"}, "INVALID_PARAMETER_VALUE"),
        ({"shipping_preference": "MAYBE"}, "INVALID_PARAMETER_VALUE"),
        ({"payment_method_preference": "ANY"}, "INVALID_PARAMETER_VALUE"),
        ({"return_url": "nowhere"}, "INVALID_PARAMETER_SYNTAX"),
        ({"locale": "Arabic"}, "INVALID_PARAMETER_SYNTAX"),
        ({"brand_name": "x" * 128}, "INVALID_STRING_LENGTH"),
    ],
)
def test_the_experience_context_is_checked(shop: Shop, context: Json, issue: str) -> None:
    refused = shop.ask("POST", ORDERS, key="k", json=order(payment_source=wallet(**context)))
    (name,) = context
    assert fields(refused) == [(issue, f"/payment_source/paypal/experience_context/{name}")]


VALUE, CODE = f"{UNIT}/amount/value", f"{UNIT}/amount/currency_code"
SUMS: dict[str, tuple[Json, list[tuple[str, str]]]] = {
    "EGP": (order(unit(currency="EGP")), [("CURRENCY_NOT_SUPPORTED", CODE)]),
    "KWD": (order(unit("1.000", "KWD")), [("CURRENCY_NOT_SUPPORTED", CODE)]),
    "no currency": (order(unit(currency="ZZZ")), [("INVALID_CURRENCY_CODE", CODE)]),
    "lower case": (order(unit(currency="usd")), [("INVALID_CURRENCY_CODE", CODE)]),
    "yen with decimals": (order(unit("20.00", "JPY")), [("DECIMALS_NOT_SUPPORTED", VALUE)]),
    "forint with decimals": (order(unit("20.00", "HUF")), [("DECIMALS_NOT_SUPPORTED", VALUE)]),
    "dollars of Taiwan with decimals": (order(unit("20.0", "TWD")), [("DECIMALS_NOT_SUPPORTED", VALUE)]),
    "three decimals": (order(unit("20.001")), [("DECIMAL_PRECISION", VALUE)]),
    "zero": (order(unit("0.00")), [("CANNOT_BE_ZERO_OR_NEGATIVE", VALUE)]),
    "negative": (order(unit("-5.00")), [("CANNOT_BE_ZERO_OR_NEGATIVE", VALUE)]),
    "sixteen digits": (order(unit("1" * 16)), [("MAX_VALUE_EXCEEDED", VALUE)]),
    "a negative part": (
        order(itemised("20.00", item_total="25.00", shipping="-5.00")),
        [("CANNOT_BE_NEGATIVE", f"{UNIT}/amount/breakdown/shipping/value")],
    ),
    "parts that do not add up": (
        order(itemised("20.00", item_total="18.00", tax_total="1.00")),
        [("AMOUNT_MISMATCH", VALUE)],
    ),
    "items that do not add up": (
        order(itemised("20.00", item("9.00", "2"), item_total="20.00")),
        [("ITEM_TOTAL_MISMATCH", f"{UNIT}/amount/breakdown/item_total/value")],
    ),
    "items without their total": (
        order({"amount": usd("20.00"), "items": [item()]}),
        [("ITEM_TOTAL_REQUIRED", f"{UNIT}/amount/breakdown/item_total")],
    ),
    "taxes without their total": (
        order(itemised("20.00", item(tax=usd("1.00")), item_total="20.00")),
        [("TAX_TOTAL_REQUIRED", f"{UNIT}/amount/breakdown/tax_total")],
    ),
    "taxes that do not add up": (
        order(itemised("22.00", item(tax=usd("1.00")), item_total="20.00", tax_total="2.00")),
        [("TAX_TOTAL_MISMATCH", f"{UNIT}/amount/breakdown/tax_total/value")],
    ),
    "two currencies in one unit": (
        order(unit("20.00", items=[item() | {"unit_amount": {"currency_code": "EUR", "value": "20.00"}}])),
        [("MULTI_CURRENCY_ORDER", f"{UNIT}/amount")],
    ),
    "two currencies in one order": (
        order(unit(reference_id="a"), unit(currency="EUR", reference_id="b")),
        [("MULTI_CURRENCY_ORDER", "/purchase_units")],
    ),
    "two units of one name": (
        order(unit(reference_id="a"), unit(reference_id="a")),
        [("DUPLICATE_REFERENCE_ID", "/purchase_units")],
    ),
    "two units without names": (order(unit(), unit()), [("REFERENCE_ID_REQUIRED", "/purchase_units")]),
    "another merchant": (
        order(unit(payee={"merchant_id": "ELSEWHERE2345"})),
        [("PAYEE_ACCOUNT_INVALID", f"{UNIT}/payee")],
    ),
}


@pytest.mark.parametrize(("body", "found"), SUMS.values(), ids=SUMS)
def test_amounts_must_make_sense(shop: Shop, body: Json, found: list[tuple[str, str]]) -> None:
    refused = shop.ask("POST", ORDERS, json=body)
    assert (refused.status_code, refused.json()["name"]) == (422, "UNPROCESSABLE_ENTITY")
    assert fields(refused) == found


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_every_currency_of_paypal_is_taken(shop: Shop, currency: str) -> None:
    assert shop.create(unit("7000", currency))["purchase_units"][0]["amount"]["currency_code"] == currency


@pytest.mark.parametrize("value", ["0.01", "999999999999999.99", ".50", "20", "20.5"])
def test_amounts_of_any_good_form_are_taken(shop: Shop, value: str) -> None:
    assert shop.create(unit(value))["purchase_units"][0]["amount"]["value"] == value


def test_a_whole_breakdown_is_taken(shop: Shop) -> None:
    parts = {"item_total": "20.00", "tax_total": "2.00", "shipping": "3.00", "handling": "1.00", "insurance": "0.50"}
    less = {"shipping_discount": "3.00", "discount": "1.50"}
    items = (item("9.00", "2", tax=usd("1.00")), item("2.00", sku="", description=""))
    created = shop.create(itemised("22.00", *items, **parts, **less))
    assert set(created["purchase_units"][0]["amount"]["breakdown"]) == {*parts, *less}


@pytest.mark.parametrize(
    ("source", "issue"),
    [
        ({}, "NO_PAYMENT_SOURCE_PROVIDED"),
        ({"paypal": {}, "card": {}}, "ONLY_ONE_PAYMENT_SOURCE_ALLOWED"),
        ({"card": {}}, "NOT_ENABLED_FOR_CARD_PROCESSING"),
        ({"blik": {}}, "PAYMENT_SOURCE_CANNOT_BE_USED"),
    ],
)
def test_only_paypal_itself_is_a_source_of_payment(shop: Shop, source: Json, issue: str) -> None:
    assert issues(shop.ask("POST", ORDERS, key="k", json=order(payment_source=source))) == (422, [issue])


# Patches.


def patch(shop: Shop, order_id: str, *steps: Json) -> Any:
    return shop.ask("PATCH", f"{ORDERS}/{order_id}", json=list(steps))


def step(path: str, value: Any = None, op: str = "replace") -> Json:
    return {"op": op, "path": path, **({} if value is None else {"value": value})}


def test_an_order_is_patched_in_every_field_that_may_be(shop: Shop) -> None:
    held = shop.create(unit(description="old"))
    answer = patch(
        shop,
        held["id"],
        step("/intent", "AUTHORIZE"),
        step("/payer", {"email_address": "payer@example.com"}, "add"),
        step(f"{UNIT}/amount", usd("30.00")),
        step(f"{UNIT}/custom_id", "payment-8"),
        step(f"{UNIT}/invoice_id", "ACE-8", "add"),
        step(f"{UNIT}/soft_descriptor", "ACE", "add"),
        step(f"{UNIT}/shipping/name", {"full_name": "Lina Farouk"}, "add"),
        step(f"{UNIT}/description", op="remove"),
    )
    found = shop.get(f"{ORDERS}/{held['id']}")
    (only,) = found["purchase_units"]
    assert (answer.status_code, answer.content) == (204, b"")
    assert (found["intent"], found["payer"]["email_address"]) == ("AUTHORIZE", "payer@example.com")
    assert (only["amount"]["value"], only["custom_id"], only["invoice_id"]) == ("30.00", "payment-8", "ACE-8")
    assert (only["soft_descriptor"], only["shipping"]) == ("ACE", {"name": {"full_name": "Lina Farouk"}})
    assert "description" not in only


PATCHES: dict[str, tuple[Json, tuple[int, str]]] = {
    "an operation of its own": (step(f"{UNIT}/custom_id", "x", "swap"), (400, "INVALID_PATCH_OPERATION")),
    "no path": ({"op": "replace", "value": "x"}, (422, "PATCH_PATH_REQUIRED")),
    "no value": (step(f"{UNIT}/custom_id"), (422, "PATCH_VALUE_REQUIRED")),
    "no pointer": (step("custom_id", "x"), (422, "INVALID_JSON_POINTER_FORMAT")),
    "another unit": (
        step("/purchase_units/@reference_id=='x'/custom_id", "x"),
        (422, "REFERENCE_ID_NOT_FOUND"),
    ),
    "the status": (step("/status", "COMPLETED"), (400, "FIELD_NOT_PATCHABLE")),
    "the payments": (step(f"{UNIT}/payments", {}), (400, "FIELD_NOT_PATCHABLE")),
    "an amount taken away": (step(f"{UNIT}/amount", op="remove"), (400, "FIELD_NOT_PATCHABLE")),
    "a long text": (step(f"{UNIT}/custom_id", "x" * 128), (400, "INVALID_STRING_LENGTH")),
    "another intent": (step("/intent", "SALE"), (400, "INVALID_PARAMETER_VALUE")),
    "a bad amount": (step(f"{UNIT}/amount", usd("0.00")), (422, "CANNOT_BE_ZERO_OR_NEGATIVE")),
}


@pytest.mark.parametrize(("bad", "found"), PATCHES.values(), ids=PATCHES)
def test_a_bad_step_of_a_patch_changes_nothing_at_all(shop: Shop, bad: Json, found: tuple[int, str]) -> None:
    held = shop.create()
    refused = patch(shop, held["id"], step(f"{UNIT}/custom_id", "payment-8"), bad)
    assert issues(refused) == (found[0], [found[1]])
    assert shop.get(f"{ORDERS}/{held['id']}") == held


@pytest.mark.parametrize(("value", "status"), [("20.00", 204), ("15.00", 204), ("20.01", 422)])
def test_what_the_buyer_agreed_to_may_only_become_less(shop: Shop, value: str, status: int) -> None:
    held = shop.approved(unit("20.00"))
    assert patch(shop, held["id"], step(f"{UNIT}/amount", usd(value))).status_code == status


def test_a_patch_is_a_list(shop: Shop) -> None:
    assert issues(shop.ask("PATCH", f"{ORDERS}/{shop.create()['id']}", json={}))[0] == 400


# Error answers.


def test_an_error_says_how_to_find_it_again(shop: Shop) -> None:
    refused = shop.ask("POST", ORDERS, json=order(unit("20.001")))
    body = refused.json()
    assert body["debug_id"] == refused.headers["paypal-debug-id"]
    assert body["details"] == [
        {
            "issue": "DECIMAL_PRECISION",
            "description": "Decimal precision.",
            "field": VALUE,
            "location": "body",
            "value": "20.001",
        }
    ]
    assert [each["rel"] for each in body["links"]] == ["information_link"]


def test_a_good_answer_can_be_found_again_too(shop: Shop) -> None:
    first, second = (shop.ask("POST", ORDERS, json=order()).headers["paypal-debug-id"] for _ in range(2))
    assert (len(first), first == second) == (13, False)


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_post_needs_the_content_type_of_json_even_without_a_body(shop: Shop, media_type: str) -> None:
    held = shop.approved()
    refused = shop.capture(held["id"], headers={"content-type": media_type})
    assert (refused.status_code, refused.json()["name"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "details" not in refused.json()
    assert shop.capture(held["id"], headers={"content-type": "application/json; charset=utf-8"}).status_code == 201


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "\xff"])
def test_what_is_no_json_object_is_refused(shop: Shop, body: str) -> None:
    assert issues(shop.ask("POST", ORDERS, content=body.encode("latin-1"))) == (400, ["MALFORMED_REQUEST_JSON"])


@pytest.mark.parametrize("path", ["/v2/checkout/nothing", "/v1/payments/payment", "/v3/x"])
def test_an_unknown_path_is_no_resource(shop: Shop, path: str) -> None:
    refused = shop.ask("GET", path)
    assert (refused.status_code, refused.json()["name"]) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("issue", sorted(STATUS_OF))
def test_every_issue_can_be_asked_for_by_header(shop: Shop, issue: str) -> None:
    held = shop.approved()
    asked = {"paypal-mock-response": f'{{"mock_application_codes":"{issue}"}}'}
    refused = shop.capture(held["id"], headers=asked)
    assert issues(refused) == (STATUS_OF[issue], [issue])
    assert refused.json()["name"] == NAMES[STATUS_OF[issue]][0]
    assert shop.capture(held["id"]).status_code == 201


@pytest.mark.parametrize(("name", "status"), STATUS_NAMED.items())
def test_every_status_can_be_asked_for_by_its_name(shop: Shop, name: str, status: int) -> None:
    asked = {"paypal-mock-response": f'{{"mock_application_codes":"{name}"}}'}
    refused = shop.ask("POST", ORDERS, json=order(), headers=asked)
    assert (refused.status_code, refused.json()["name"], "details" in refused.json()) == (status, name, False)


@pytest.mark.parametrize("value", ['{"mock_application_codes":"NOTHING_KNOWN"}', "{", "[]", '"INSTRUMENT_DECLINED"'])
def test_a_mock_of_something_unknown_is_ignored(shop: Shop, value: str) -> None:
    assert shop.ask("POST", ORDERS, json=order(), headers={"paypal-mock-response": value}).status_code == 201


def test_a_refusal_can_be_armed_for_what_the_application_does_next(shop: Shop) -> None:
    shop.control.post("paypal/refuse", operation="capture_order", issue="PAYER_CANNOT_PAY", times=2)
    held = shop.approved()
    tries = [issues(shop.capture(held["id"])) for _ in range(3)]
    assert tries == [(422, ["PAYER_CANNOT_PAY"])] * 2 + [(201, [])]
