"""Paying at the platform over real sockets: by PayPal, with quotes, and what an admin does about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from examples.shared.story import Story
from tests.integration.platforms import ADMIN_PASSWORD, Kind, Platform, platform_on, sqlite_url

FORTY_MINUTES = 2400


@pytest.fixture(scope="module")
def shared(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("payments")), admin=True, kind=kind) as platform:
        yield platform


@pytest.fixture
def fresh(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("fresh")), admin=True, kind=kind) as platform:
        yield platform


@pytest.fixture(scope="module")
def admin(shared: Platform) -> Iterator[httpx.Client]:
    with as_admin(shared) as client:
        yield client


@contextmanager
def as_admin(platform: Platform) -> Iterator[httpx.Client]:
    with platform.browser() as client:
        client.post("/login", data={"email": "admin@example.com", "password": ADMIN_PASSWORD})
        yield client


def quoted(story: Story) -> dict[str, Any]:
    quote: dict[str, Any] = story.browser.get("/api/courses/1/quote").json()
    return quote


def paid(platform: Platform, email: str) -> Story:
    """Give a student who paid the first course with PayPal."""
    story = platform.verified(email)
    story.start_paypal(quoted(story)["quote_id"])
    story.decide("approve")
    assert story.confirm_paypal()["success"]
    return story


def books(platform: Platform, payment: int) -> dict[str, Any]:
    ((status, amount, currency, price, price_currency, quote),) = platform.database.rows(
        "SELECT status, amount, currency, price, price_currency, quote_id FROM payments WHERE id = :id", id=payment
    )
    return {"status": status, "charged": (amount, currency), "price": (price, price_currency), "quote": quote}


# Quotes.


def test_a_quote_says_all_that_explains_it_and_is_shown_again_while_it_holds(shared: Platform) -> None:
    with shared.verified("quotes@example.com") as story:
        first, again = quoted(story), quoted(story)
    assert first == again
    assert (first["price"], first["currency"], first["amount_usd"], first["rate"]) == ("1490.00", "EGP", "29.80", "50")
    assert (first["decision"], bool(first["rate_source"]), bool(first["expires_at"])) == ("fresh", True, True)


def test_a_payment_keeps_price_charge_and_quote(shared: Platform) -> None:
    with shared.verified("keeps@example.com") as story:
        quote = quoted(story)
        story.start_paypal(quote["quote_id"])
    assert books(shared, story.payment) == {
        "status": "pending",
        "charged": ("29.80", "USD"),
        "price": ("1490.00", "EGP"),
        "quote": quote["quote_id"],
    }


def test_a_lapsed_quote_is_not_paid_with_and_the_next_one_is(fresh: Platform) -> None:
    with fresh.verified() as story:
        old = quoted(story)
        fresh.control.advance(FORTY_MINUTES)
        refused = story.browser.post("/api/courses/1/payment/paypal", json={"quote_id": old["quote_id"]})
        assert (refused.status_code, refused.json()) == (409, {"error": "quote_expired"})
        new = quoted(story)
        assert new["quote_id"] != old["quote_id"]
        story.start_paypal(new["quote_id"])


def test_an_order_stands_although_its_quote_lapsed_and_the_rate_moved(fresh: Platform) -> None:
    with fresh.verified() as story:
        story.start_paypal(quoted(story)["quote_id"])
        fresh.control.advance(FORTY_MINUTES)
        fresh.control.post("fx/rate", egp_per_usd="55")
        story.decide("approve")
        assert story.confirm_paypal()["success"]
    assert books(fresh, story.payment)["charged"] == ("29.80", "USD")
    assert fresh.database.books()["revenue"] == {"USD": 2980}


@pytest.mark.parametrize("quote", [None, "fxq_unknown", "of another user"])
def test_what_was_not_shown_to_this_user_is_not_paid_with(quote: str | None, shared: Platform) -> None:
    email = f"wrong-{str(quote).replace(' ', '-')}@example.com"
    with shared.verified(email) as story, shared.verified(f"other-{email}") as other:
        given = quoted(other)["quote_id"] if quote == "of another user" else quote
        answer = story.browser.post("/api/courses/1/payment/paypal", json={"quote_id": given})
    assert (answer.status_code, answer.json()["error"]) == (409, "quote_required" if not quote else "quote_mismatch")


def test_an_amount_that_the_browser_sends_is_not_even_read(shared: Platform) -> None:
    with shared.verified("amount@example.com") as story:
        form = {"quote_id": quoted(story)["quote_id"], "amount": "0.01", "amount_usd": "0.01"}
        answer = story.browser.post("/api/courses/1/payment/paypal", json=form).json()
    assert answer["amount_usd"] == "29.80"
    assert set(answer) == {"payment_id", "amount_usd", "order_id", "approval_url"}


def test_a_course_priced_in_dollars_needs_no_quote(shared: Platform) -> None:
    with shared.verified("dollars@example.com") as story:
        answer = story.browser.post("/api/courses/3/payment/paypal", json={})
    assert (answer.status_code, answer.json()["amount_usd"]) == (200, "20.00")


def test_without_a_rate_paypal_is_not_offered_and_the_card_is(fresh: Platform) -> None:
    for source in ("frankfurter", "er-api", "fawazahmed0", "fawazahmed0-pages"):
        fresh.control.fail("status", provider=source, times=None)
    with fresh.verified() as story:
        answer = story.browser.get("/api/courses/1/quote")
        page = story.browser.get("/courses/1").text
    assert (answer.status_code, answer.json()["reason"]) == (503, "rate_unavailable")
    assert ("way-card" in page, "way-paypal" in page, 'data-state="no-rate"' in page) == (True, False, True)


# Confirming.


def test_a_missing_order_id_is_told_in_one_sentence(shared: Platform) -> None:
    with shared.verified("missing@example.com") as story:
        answer = story.browser.post("/api/payment/paypal/confirm", json={"payment_id": 1})
    assert (answer.status_code, answer.json()) == (400, {"error": "PayPal order ID required"})


def test_payment_and_order_must_be_the_stored_pair(shared: Platform) -> None:
    with shared.verified("pair@example.com") as story, shared.verified("pair-2@example.com") as other:
        for each in (story, other):
            each.start_paypal(quoted(each)["quote_id"])
            each.decide("approve")
        wrong = {"payment_id": story.payment, "order_id": other.order}
        foreign = {"payment_id": other.payment, "order_id": other.order}
        posts = [story.browser.post("/api/payment/paypal/confirm", json=form) for form in (wrong, foreign)]
    assert [post.status_code for post in posts] == [404, 404]


def test_the_webhook_alone_captures_and_enrols(fresh: Platform) -> None:
    with fresh.verified() as story:
        story.start_paypal(quoted(story)["quote_id"])
        story.decide("approve")
        story.until(lambda: fresh.database.books()["places"] == [True], "the webhook must enrol")
    assert fresh.database.books()["revenue"] == {"USD": 2980}


def test_an_event_that_is_triggered_by_hand_is_a_hint_like_any_other(fresh: Platform) -> None:
    fresh.control.post("paypal/events/hold")
    with fresh.verified() as story:
        story.start_paypal(quoted(story)["quote_id"])
        made = fresh.made("paypal", "PAYMENT.CAPTURE.COMPLETED", order_id=story.order, reference=str(story.payment))
        assert fresh.deliver(made).status_code == 200
        assert fresh.database.books()["places"] == []
        story.decide("approve")
        made = fresh.made("paypal", "CHECKOUT.ORDER.APPROVED", order_id=story.order)
        assert [fresh.deliver(made).status_code for _ in range(2)] == [200, 200]
    assert fresh.database.books()["places"] == [True]


def test_the_look_at_silent_payments_alone_captures_and_enrols(fresh: Platform) -> None:
    fresh.control.post("paypal/events/hold")
    with fresh.verified() as story:
        story.start_paypal(quoted(story)["quote_id"])
        story.decide("approve")
        fresh.control.advance(700)
        story.until(lambda: fresh.database.books()["places"] == [True], "the platform must look again by itself")


def test_a_payer_who_leaves_paypal_pays_by_card_and_the_old_order_is_worth_nothing(fresh: Platform) -> None:
    with fresh.verified() as story:
        story.start_paypal(quoted(story)["quote_id"])
        story.start_payment()
        story.decide("approve")
        story.pay("4242424242424242")
        assert story.confirm()["success"]
        story.confirm_paypal()
    books = fresh.database.books()
    assert (books["payments"], books["students"], books["revenue"]) == (["canceled", "paid"], 1, {"EGP": 149000})


@pytest.mark.parametrize("gateways", [("stripe",), ("paypal",), ("paypal", "stripe")], ids="+".join)
def test_the_platform_offers_what_is_switched_on(
    gateways: tuple[str, ...], kind: Kind, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = sqlite_url(tmp_path_factory.mktemp("gateways"))
    with platform_on(url, gateways=gateways, kind=kind) as platform, platform.verified() as story:
        page = story.browser.get("/courses/1").text
        assert ("way-card" in page, "way-paypal" in page) == ("stripe" in gateways, "paypal" in gateways)
        refused = story.browser.post("/api/courses/1/payment/paypal", json={})
        assert refused.status_code == (409 if "paypal" in gateways else 404)


# The admin.


def refund(admin: httpx.Client, payment: int, amount: str | None = None) -> httpx.Response:
    return admin.post(f"/api/admin/payments/{payment}/refund", json={"amount": amount})


def test_thirds_of_the_price_go_back_as_exactly_what_was_charged(shared: Platform, admin: httpx.Client) -> None:
    with paid(shared, "thirds@example.com") as story:
        sent = [refund(admin, story.payment, part).json()["amount"] for part in ("496.66", "496.66", "496.68")]
        assert sent == ["9.93", "9.94", "9.93"]
        assert books(shared, story.payment)["status"] == "refunded"
        assert 'data-state="enrolled"' not in story.browser.get("/courses/1").text


@pytest.mark.parametrize("amount", ["0", "-1", "1490.01", "1e3", "many", "1.001"])
def test_a_refund_that_is_none_is_refused_before_the_gateway_is_asked(
    amount: str, shared: Platform, admin: httpx.Client
) -> None:
    with paid(shared, f"none-{amount}@example.com") as story:
        before = shared.control.journal(provider="paypal", operation="refund_capture")
        assert refund(admin, story.payment, amount).status_code == 422
        assert shared.control.journal(provider="paypal", operation="refund_capture") == before


def test_a_refund_whose_answer_was_lost_is_made_once(fresh: Platform) -> None:
    with paid(fresh, "lost@example.com") as story, as_admin(fresh) as admin:
        fresh.control.fail("reset_after", provider="paypal", operation="refund_capture", times=3)
        first = refund(admin, story.payment, "490.00")
        assert first.status_code in (200, 202)
        fresh.control.clear_faults()
        fresh.control.advance(120)
        story.until(lambda: fresh.database.one("SELECT status FROM refunds") == "succeeded", "it must be sent again")
        assert fresh.database.books()["revenue"] == {"USD": 2000}


def test_a_dispute_suspends_and_is_shown_with_its_reason(shared: Platform, admin: httpx.Client) -> None:
    with paid(shared, "disputes@example.com") as story:
        capture = shared.database.one("SELECT capture_id FROM payments WHERE id = :id", id=story.payment)
        shared.control.post(f"paypal/captures/{capture}/dispute", reason="UNAUTHORISED")
        story.until(lambda: books(shared, story.payment)["status"] == "disputed", "the webhook must tell")
        assert 'data-state="enrolled"' not in story.browser.get("/courses/1").text
        page = admin.get(f"/admin/payments/{story.payment}").text
        assert ("Unauthorised" in page, 'data-dispute="open"' in page) == (True, True)


def test_the_admin_sees_what_the_gateway_kept_beside_the_estimate(shared: Platform, admin: httpx.Client) -> None:
    with paid(shared, "fees@example.com") as story:
        page = admin.get(f"/admin/payments/{story.payment}").text
    assert ("$1.53" in page, "estimated" in page) == (True, True)


def test_the_list_of_all_payments_is_the_admins(shared: Platform, admin: httpx.Client) -> None:
    with paid(shared, "listed@example.com") as story:
        assert f"/admin/payments/{story.payment}" in admin.get("/admin/payments").text
        assert story.browser.get("/admin/payments").status_code == 404
    assert refund(admin, 999999).status_code == 404


def test_nothing_is_refunded_of_what_nobody_paid(shared: Platform, admin: httpx.Client) -> None:
    with shared.verified("unpaid@example.com") as story:
        story.start_paypal(quoted(story)["quote_id"])
        assert refund(admin, story.payment).status_code in (409, 422)
