"""The approval page of PayPal's twin, its scripts, its controls and its place in the console."""

from typing import Any

import httpx
import pytest
from tests.paypal_shop import Json, Shop, issues, order, unit, wallet

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.paypal.sandbox import PayPalTwin
from ace_integrations.payments.paypal.sandbox.words import WORDS

ORDERS = "/v2/checkout/orders"


def asked(shop: Shop, *units: Json, **context: Any) -> Json:
    answer = shop.ask("POST", ORDERS, key="k", json=order(*units, payment_source=wallet(**context)))
    created: Json = answer.json()
    return created


def page(shop: Shop, order_id: str, *, accept: str = "", **query: str) -> httpx.Response:
    return shop.http.get("/checkoutnow", params={"token": order_id, **query}, headers={"accept-language": accept})


def decide(shop: Shop, order_id: str, outcome: str, **query: str) -> httpx.Response:
    return shop.http.post("/checkoutnow", params={"token": order_id, **query}, data={"outcome": outcome})


def test_the_page_says_who_is_paid_how_much_and_that_nothing_is_real(shop: Shop) -> None:
    held = asked(shop, unit("149.00", description="<b>Course</b> 42"), brand_name="ACE")
    (link,) = [each["href"] for each in held["links"] if each["rel"] == "payer-action"]
    found = shop.http.get(link)
    assert found.status_code == 200
    assert all(text in found.text for text in ("149.00 USD", "ACE", "Approve and continue", "mona@example.com"))
    assert ("imitates</strong> <bdi>PayPal</bdi>" in found.text, "<b>Course</b>" in found.text) == (True, False)
    assert "form-action 'self' http://127.0.0.1:8000" in found.headers["content-security-policy"]


def test_the_page_of_a_last_step_says_that_it_pays(shop: Shop) -> None:
    assert "Approve and pay" in page(shop, asked(shop, user_action="PAY_NOW")["id"]).text


@pytest.mark.parametrize(
    ("context", "accept", "query", "lang"),
    [
        ({}, "", {}, "en"),
        ({}, "ar-EG,ar;q=0.9", {}, "ar"),
        ({"locale": "ar-EG"}, "en", {}, "ar"),
        ({"locale": "ar-EG"}, "", {"lang": "en"}, "en"),
        ({"locale": "en-US"}, "ar", {}, "en"),
    ],
)
def test_the_page_speaks_the_buyers_language(
    shop: Shop, context: Json, accept: str, query: dict[str, str], lang: str
) -> None:
    found = page(shop, asked(shop, **context)["id"], accept=accept, **query).text
    direction, other = ("rtl", "en") if lang == "ar" else ("ltr", "ar")
    assert f'<html lang="{lang}" dir="{direction}">' in found
    assert f'lang="{other}" hreflang="{other}">{WORDS[other]["name"]}' in found


def test_both_languages_have_the_same_words() -> None:
    def names(words: Any) -> Any:
        return {name: names(each) if isinstance(each, dict) else None for name, each in words.items()}

    assert names(WORDS["en"]) == names(WORDS["ar"])


def test_approval_leads_back_with_the_order_and_the_payer(shop: Shop) -> None:
    held = asked(shop)
    back = decide(shop, held["id"], "approve")
    expected = f"http://127.0.0.1:8000/back?p=7&token={held['id']}&PayerID=QYR5Z8XDVJNXQ"
    assert (back.status_code, back.headers["location"]) == (303, expected)
    assert shop.get(f"{ORDERS}/{held['id']}")["status"] == "APPROVED"


def test_another_buyer_can_be_chosen(shop: Shop) -> None:
    held = asked(shop)
    back = shop.http.post(
        "/checkoutnow", params={"token": held["id"]}, data={"outcome": "approve", "buyer": "LYNNEV5TR4NDS"}
    )
    assert back.headers["location"].endswith("PayerID=LYNNEV5TR4NDS")
    assert shop.get(f"{ORDERS}/{held['id']}")["payer"]["email_address"] == "lynne@example.com"


def test_canceling_leads_back_and_leaves_the_order_open(shop: Shop) -> None:
    held = asked(shop)
    back = decide(shop, held["id"], "cancel")
    assert back.headers["location"] == f"http://127.0.0.1:8000/cancel?token={held['id']}"
    assert shop.get(f"{ORDERS}/{held['id']}")["status"] == "PAYER_ACTION_REQUIRED"
    assert decide(shop, held["id"], "approve").status_code == 303


def test_a_decline_shows_at_the_capture_and_the_buyer_can_come_back(shop: Shop) -> None:
    held = asked(shop)
    assert "PayerID=" in decide(shop, held["id"], "decline").headers["location"]
    refused = shop.capture(held["id"])
    (again,) = [each["href"] for each in refused.json()["links"] if each["rel"] == "redirect"]
    assert issues(refused) == (422, ["INSTRUMENT_DECLINED"])
    assert shop.http.get(again).status_code == 200
    assert decide(shop, held["id"], "approve").status_code == 303
    assert shop.capture(held["id"]).status_code == 201


def test_an_order_without_addresses_ends_on_a_page(shop: Shop) -> None:
    held = shop.create()
    assert WORDS["en"]["done"] in decide(shop, held["id"], "approve").text


@pytest.mark.parametrize(("outcome", "approved"), [("approve", "yes"), ("cancel", "")])
def test_a_window_of_the_script_tells_its_opener_instead_of_leaving(shop: Shop, outcome: str, approved: str) -> None:
    found = decide(shop, asked(shop)["id"], outcome, origin="http://127.0.0.1:8000")
    assert found.status_code == 200
    assert (
        f'data-listener="http://127.0.0.1:8000" data-token="{shop_order(shop)}" data-approved="{approved}"'
        in found.text
    )


def shop_order(shop: Shop) -> str:
    twin: Any = shop.sandbox.sandbox.twins["paypal"]  # type: ignore[union-attr]
    return str(twin.items()[0].id)


def test_a_page_of_another_machine_is_told_nothing(shop: Shop) -> None:
    assert decide(shop, asked(shop)["id"], "approve", origin="https://evil.example.com").status_code == 303


def test_a_form_of_another_site_decides_nothing(shop: Shop) -> None:
    held = asked(shop)
    refused = shop.http.post(
        "/checkoutnow",
        params={"token": held["id"]},
        data={"outcome": "approve"},
        headers={"origin": "https://evil.example.com"},
    )
    assert refused.status_code == 403
    assert shop.get(f"{ORDERS}/{held['id']}")["status"] == "PAYER_ACTION_REQUIRED"


def test_a_link_to_nothing_and_one_to_an_ended_order_say_so(shop: Shop) -> None:
    paid = shop.approved()
    shop.capture(paid["id"])
    unknown, ended = page(shop, "NOTHING"), page(shop, paid["id"])
    assert (unknown.status_code, WORDS["en"]["unknown"] in unknown.text) == (404, True)
    assert (ended.status_code, WORDS["en"]["ended"] in ended.text) == (410, True)
    assert decide(shop, paid["id"], "cancel").status_code == 410
    assert decide(shop, shop.create()["id"], "steal").status_code == 400


@pytest.mark.parametrize("path", ["/web-sdk/v6/core", "/sdk/js?client-id=x", "/decided.js"])
def test_the_browsers_scripts_are_served(shop: Shop, path: str) -> None:
    found = shop.http.get(path)
    assert (found.status_code, found.headers["content-type"].partition(";")[0]) == (200, "text/javascript")


def test_the_pages_are_not_in_the_journal(shop: Shop) -> None:
    page(shop, asked(shop)["id"])
    assert "/checkoutnow" not in {entry["path"].partition("?")[0] for entry in shop.control.journal()}


# Controls and console.


def test_a_buyer_can_be_added_and_named(shop: Shop) -> None:
    fields = {"payer_id": "NEWBUYER23456", "email": "noor@example.com", "given_name": "Noor", "surname": "Saleh"}
    shop.control.post("paypal/buyers", country="AE", **fields)
    held = shop.create()
    approved = shop.control.post(f"paypal/orders/{held['id']}/approve", buyer="noor@example.com")
    assert approved["payer"]["payer_id"] == "NEWBUYER23456"
    assert len(shop.control.get("paypal/buyers")["buyers"]) == 4
    shop.control.reset()
    assert len(shop.control.get("paypal/buyers")["buyers"]) == 3


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("orders/NOTHING/approve", {}),
        ("orders/{order}/approve", {"buyer": "nobody@example.com"}),
        ("orders/{order}/next-capture", {"status": "LOST"}),
        ("orders/{order}/next-capture", {"status": "PENDING", "reason": "MOOD"}),
        ("orders/{order}/decline", {"times": "x"}),
        ("captures/NOTHING/refund", {}),
        ("captures/NOTHING/settle", {"outcome": "vanished"}),
        ("refunds/NOTHING/finish", {}),
        ("disputes/NOTHING/close", {"outcome": "NONE"}),
        ("events/NOTHING/resend", {}),
        ("tokens/lifetime", {"seconds": "x"}),
        ("refuse", {"issue": "MOOD"}),
        ("buyers", {"email": "x@example.com"}),
    ],
)
def test_a_control_of_nothing_is_refused(shop: Shop, path: str, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="refused"):
        shop.control.post(f"paypal/{path.format(order=shop.create()['id'])}", **fields)


def test_an_order_can_be_ended_by_hand(shop: Shop) -> None:
    new, agreed = shop.create(), shop.approved()
    ended = [shop.control.post(f"paypal/orders/{each['id']}/expire")["status"] for each in (new, agreed)]
    assert ended == ["gone", "VOIDED"]


def test_the_console_follows_an_order(shop: Shop, twin: PayPalTwin) -> None:
    badges: list[str] = []

    def note() -> None:
        badges.append(twin.items()[0].badge.word)

    held = shop.create(unit("10.13", description="Course 42", invoice_id="ACE-7"))
    note()
    shop.control.post(f"paypal/orders/{held['id']}/approve")
    note()
    (capture,) = shop.capture(held["id"]).json()["purchase_units"][0]["payments"]["captures"]
    note()
    shop.control.post(f"paypal/captures/{capture['id']}/settle", outcome="completed")
    note()
    dispute = shop.control.post(f"paypal/captures/{capture['id']}/dispute")
    note()
    shop.control.post(f"paypal/disputes/{dispute['dispute_id']}/close", outcome="RESOLVED_SELLER_FAVOUR")
    shop.control.post(f"paypal/captures/{capture['id']}/refund", value="4.13")
    note()
    shop.control.post(f"paypal/captures/{capture['id']}/refund")
    note()
    assert badges == ["Created", "Approved", "Processing", "Paid", "Disputed", "Refunded in part", "Refunded"]
    detail = twin.detail(held["id"])
    assert detail is not None
    assert (detail.title, twin.items()[0].subtitle) == ("Course 42", "10.13 USD")
    assert {("custom_id", "payment-7"), ("invoice_id", "ACE-7"), ("Buyer", "mona@example.com")} <= set(detail.facts)
    assert [step.word for step in detail.steps] == ["Created", *shop.events()]


BUTTONS: dict[str, list[str]] = {
    "open": [
        "Approve as the buyer",
        "Let the bank decline the next capture",
        "Let the next capture wait",
        "Let it expire",
    ],
    "pending": ["Settle", "Decline"],
    "paid": ["Refund", "Dispute", "Reverse"],
    "disputed": ["Dispute won", "Dispute lost"],
    "refunded": [],
    "void": [],
}


def in_state(shop: Shop, state: str) -> str:
    held = shop.approved(unit("10.13" if state == "pending" else "20.00"))
    if state == "void":
        shop.control.post(f"paypal/orders/{held['id']}/expire")
    if state in ("pending", "paid", "disputed", "refunded"):
        (capture,) = shop.capture(held["id"]).json()["purchase_units"][0]["payments"]["captures"]
        control = {"disputed": "dispute", "refunded": "refund"}.get(state)
        if control:
            shop.control.post(f"paypal/captures/{capture['id']}/{control}")
    return str(held["id"])


@pytest.mark.parametrize(("state", "labels"), BUTTONS.items())
def test_each_button_of_the_console_does_something(shop: Shop, twin: PayPalTwin, state: str, labels: list[str]) -> None:
    detail = twin.detail(in_state(shop, state))
    assert detail is not None
    assert [action.label for action in detail.actions] == labels
    for position in range(len(labels)):
        fresh = twin.detail(in_state(shop, state))
        assert fresh is not None
        action = fresh.actions[position]
        assert shop.control.post(f"paypal/{action.path}", **action.fields)


def test_the_console_shows_what_is_reserved(shop: Shop, twin: PayPalTwin) -> None:
    held = shop.approved(intent="AUTHORIZE")
    shop.ask("POST", f"{ORDERS}/{held['id']}/authorize")
    assert twin.items()[0].badge.word == "Authorised"
    assert twin.detail("NOTHING") is None


def test_a_reset_leaves_nothing(shop: Shop, twin: PayPalTwin) -> None:
    shop.ask("POST", ORDERS, key="k", json=order())
    shop.control.reset()
    assert (twin.items(), twin.account.events.all, twin.account.payments.captures) == ([], {}, {})
    assert shop.ask("POST", ORDERS, key="k", json=order()).json()["error"] == "invalid_token"
