"""Paying by PayPal, and what an admin does about it, clicked in a real Chromium; photographed as the journey is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from examples.shared.demonstration import ADMIN, Running
from examples.shared.messages import say
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import (
    ADMIN_PASSWORD,
    ON_EACH,
    Admin,
    Shot,
    be,
    guarded,
    pay_by_paypal,
    pay_with,
    reported,
    token_of,
    verified,
)

NUMBERS = count(1)
PRICE, CHARGED = "EGP 1,490.00", "$29.80"
PATIENCE_MS = 10_000
"""For what a webhook or the relay brings."""

TOO_OLD_S = 5 * 24 * 3600
"""After this no rate is believed any more that was believed before."""


@pytest.fixture
def story(servers: Running) -> Iterator[Story]:
    """Give a verified student of this test alone."""
    with verified(servers, f"lina-{next(NUMBERS)}@example.com") as story:
        yield story


@pytest.fixture
def buyer(page: Page, servers: Running, story: Story) -> Page:
    """Give the page of the first course, as that student sees it."""
    be(page, servers, token_of(story))
    page.goto(f"{servers.platform}/courses/1")
    return page


@pytest.fixture
def desk(browser: Browser, servers: Running) -> Iterator[Page]:
    """Give another page, where the admin has signed in."""
    with guarded(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{servers.platform}/login")
        page.get_by_label("E-mail").fill(ADMIN)
        page.get_by_label("Password").fill(ADMIN_PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="All payments").click()
        yield page


def leave_for_paypal(page: Page) -> None:
    """Choose PayPal and go to its page."""
    page.get_by_label("PayPal").check()
    page.get_by_role("button", name=f"Pay {CHARGED} with PayPal").click()
    page.wait_for_url("**/paypal/checkoutnow**")


def decide(page: Page, outcome: str) -> None:
    page.locator(f"button[value={outcome}]").click()
    page.wait_for_url("**/courses/1**")


def order_of(page: Page) -> str:
    """Give the id of the order that PayPal's page shows."""
    return page.url.partition("token=")[2].partition("&")[0]


def see_enrolled(page: Page) -> None:
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=PATIENCE_MS)


def see_news(page: Page, which: str) -> None:
    expect(page.locator(f"[data-news={which}]")).to_have_text(say(f"news_{which}", "en"))


def see_after_reload(page: Page, text: str) -> None:
    """Read a page again until a webhook has changed it."""
    found = page.get_by_text(text, exact=True).first
    for _ in range(PATIENCE_MS // 100):
        if found.is_visible():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"the page does not come to say {text!r}")


def row_of(desk: Page, number: int) -> Any:
    link = desk.get_by_role("link", name=str(number), exact=True)
    return desk.get_by_role("row").filter(has=link)


def test_each_way_shows_its_amount_and_paypal_its_quote(buyer: Page, shot: Shot) -> None:
    expect(buyer.locator(".choice", has_text="Card")).to_contain_text(PRICE)
    expect(buyer.locator(".choice", has_text="PayPal")).to_contain_text(CHARGED)
    quote = buyer.locator("[data-quote]")
    expect(quote).to_be_hidden()
    buyer.get_by_label("PayPal").check()
    terms = [
        PRICE,
        "$1 = EGP 50",
        re.compile(r"^frankfurter · 20\d\d-\d\d-\d\d$"),
        re.compile(r"^\d+:\d\d [AP]M$"),
        CHARGED,
    ]
    expect(quote.get_by_role("definition")).to_have_text(terms)
    shot(buyer, "10-paypal-chosen")


@ON_EACH
def test_who_agrees_at_paypal_is_enrolled(buyer: Page, shot: Shot) -> None:
    leave_for_paypal(buyer)
    expect(buyer.get_by_role("definition").filter(has_text="29.80 USD")).to_be_visible()
    shot(buyer, "11-paypal")
    decide(buyer, "approve")
    see_enrolled(buyer)
    shot(buyer, "12-paypal-enrolled")


def test_who_cancels_at_paypal_is_told_that_nothing_was_charged_and_can_try_again(buyer: Page, shot: Shot) -> None:
    leave_for_paypal(buyer)
    decide(buyer, "cancel")
    see_news(buyer, "canceled")
    expect(buyer.get_by_label("PayPal")).to_be_checked()
    shot(buyer, "13-paypal-canceled")
    leave_for_paypal(buyer)
    decide(buyer, "approve")
    see_enrolled(buyer)


def test_who_is_declined_at_paypal_is_told_and_pays_with_the_second_try(
    buyer: Page, servers: Running, shot: Shot
) -> None:
    leave_for_paypal(buyer)
    order = order_of(buyer)
    decide(buyer, "decline")
    see_news(buyer, "declined")
    assert not reported(servers, order).received
    shot(buyer, "14-paypal-declined")
    leave_for_paypal(buyer)
    decide(buyer, "approve")
    see_enrolled(buyer)


@ON_EACH
def test_who_leaves_paypal_for_the_card_can_no_longer_pay_by_both(buyer: Page, desk: Page, servers: Running) -> None:
    leave_for_paypal(buyer)
    opened, order = buyer.url, order_of(buyer)
    buyer.goto(f"{servers.platform}/courses/1")
    buyer.get_by_label("Card").check()
    pay_with(buyer, "4242424242424242")
    see_enrolled(buyer)
    buyer.goto(opened)
    decide(buyer, "approve")
    see_enrolled(buyer)
    assert not reported(servers, order).received
    desk.reload()
    expect(desk.locator("tbody tr").nth(0)).to_contain_text("Paid")
    expect(desk.locator("tbody tr").nth(1)).to_contain_text("Canceled")


def test_a_price_in_dollars_that_lapsed_is_shown_anew_before_anything_is_charged(buyer: Page, servers: Running) -> None:
    buyer.get_by_label("PayPal").check()
    lapsed = buyer.locator("[data-quote]").get_attribute("data-quote")
    servers.sandbox.control.advance(16 * 60)
    buyer.get_by_role("button", name="with PayPal").click()
    see_news(buyer, "stale")
    expect(buyer.locator("[data-quote]")).not_to_have_attribute("data-quote", str(lapsed))
    leave_for_paypal(buyer)
    decide(buyer, "approve")
    see_enrolled(buyer)


def test_a_page_left_open_shows_the_next_quote_by_itself(page: Page, servers: Running, story: Story) -> None:
    be(page, servers, token_of(story))
    page.clock.install()
    page.goto(f"{servers.platform}/courses/1")
    lapsing = page.locator("[data-quote]").get_attribute("data-quote")
    servers.sandbox.control.advance(16 * 60)
    page.clock.fast_forward("16:00")
    expect(page.locator("[data-quote]")).not_to_have_attribute("data-quote", str(lapsing))


def test_a_page_in_a_browser_whose_clock_is_fast_stays_as_it_is(page: Page, servers: Running, story: Story) -> None:
    be(page, servers, token_of(story))
    page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    page.goto(f"{servers.platform}/courses/1")
    page.evaluate("window.untouched = true")
    page.clock.run_for(60_000)
    assert page.evaluate("window.untouched")


@ON_EACH
def test_an_admin_sends_a_part_back_and_then_the_rest_which_ends_the_students_place(
    buyer: Page, desk: Page, servers: Running, story: Story, shot: Shot
) -> None:
    pay_by_paypal(servers, story)
    desk.reload()
    shot(desk, "15-admin-payments")
    row = row_of(desk, story.payment)
    for fact in ("Lina Farouk", "Data analysis with Python", "Paid", "PayPal", CHARGED):
        expect(row).to_contain_text(fact)
    row.get_by_role("link").click()
    expect(desk.locator("h1")).to_have_text(f"Payment {story.payment} Paid")
    shot(desk, "16-admin-payment")

    amount = desk.get_by_label("Amount in EGP")
    amount.fill("2000")
    desk.get_by_role("button", name="Refund").click()
    expect(amount).to_have_accessible_description(re.compile(re.escape(say("refund_refused", "en"))))
    expect(amount).to_have_value("2000")
    expect(amount).to_be_focused()
    amount.fill("490")
    desk.get_by_role("button", name="Refund").click()
    expect(desk.locator("[data-refund=succeeded]")).to_contain_text("$9.80")
    expect(desk.locator("h1")).to_contain_text("Partly refunded")
    shot(desk, "17-admin-part-refunded")
    buyer.reload()
    see_enrolled(buyer)

    desk.get_by_role("button", name="Refund").click()
    expect(desk.locator("[data-refund=succeeded]").nth(1)).to_contain_text("$20.00")
    expect(desk.get_by_text(say("refund_nothing", "en"))).to_be_visible()
    expect(desk.get_by_role("button", name="Refund")).to_have_count(0)
    shot(desk, "18-admin-all-refunded")
    buyer.reload()
    expect(buyer.get_by_label("PayPal")).to_be_visible()


def test_a_dispute_suspends_the_students_access_and_the_admin_sees_why_and_until_when_to_answer(
    buyer: Page, desk: Page, servers: Running, story: Story, shot: Shot
) -> None:
    capture = pay_by_paypal(servers, story)
    buyer.reload()
    see_enrolled(buyer)
    control = servers.sandbox.control
    opened = control.post(f"paypal/captures/{capture}/dispute", reason="UNAUTHORISED")
    desk.goto(f"{servers.platform}/admin/payments/{story.payment}")
    see_after_reload(desk, "Disputed")
    row = desk.locator("[data-dispute=open]")
    due = opened["seller_response_due_date"].replace("T", " ")[:16]
    for fact in (opened["dispute_id"], "Open", "Unauthorised", f"{due} UTC", CHARGED):
        expect(row).to_contain_text(fact)
    shot(desk, "19-admin-disputed")
    buyer.reload()
    expect(buyer.locator("[data-state=enrolled]")).to_have_count(0)

    control.post(f"paypal/disputes/{opened['dispute_id']}/close", outcome="RESOLVED_SELLER_FAVOUR")
    see_after_reload(desk, "Won")
    see_after_reload(desk, "Paid")
    buyer.reload()
    see_enrolled(buyer)


@ON_EACH
def test_without_scripts_paypal_works_and_the_card_says_what_it_needs(
    browser: Browser, servers: Running, story: Story, shot: Shot
) -> None:
    with guarded(browser, java_script_enabled=False) as page:
        be(page, servers, token_of(story))
        page.goto(f"{servers.platform}/courses/1")
        page.get_by_label("Card").check()
        expect(page.locator("noscript p")).to_have_text(say("pay_needs_script", "en"))
        expect(page.locator("noscript p")).to_be_visible()
        shot(page, "20-card-without-scripts")
        page.get_by_label("PayPal").check()
        expect(page.locator("[data-quote]")).to_contain_text(re.compile(r"\d\d:\d\d UTC"))
        shot(page, "21-paypal-without-scripts")
        leave_for_paypal(page)
        decide(page, "approve")
        see_enrolled(page)


@pytest.fixture
def without_rates(servers: Running) -> Iterator[None]:
    """Let every source of rates fail, for longer than the last rate is believed."""
    control = servers.sandbox.control
    sources = control.get("fx/state")["sources"]
    for source in sources:
        control.post(f"fx/sources/{source}/trouble", trouble="failing")
    control.advance(TOO_OLD_S)
    yield
    for source in sources:
        control.post(f"fx/sources/{source}/trouble", trouble="")
    control.advance(3600)


@pytest.mark.usefixtures("without_rates")
def test_where_no_rate_is_believed_paypal_is_not_offered_and_the_card_works(buyer: Page, shot: Shot) -> None:
    expect(buyer.locator("[data-state=no-rate]")).to_have_text(say("no_rate", "en"))
    expect(buyer.get_by_label("PayPal")).to_have_count(0)
    expect(buyer.get_by_label("Card")).to_be_checked()
    shot(buyer, "22-no-rate")
    pay_with(buyer, "4242424242424242")
    see_enrolled(buyer)


@pytest.fixture
def failing(servers: Running) -> Iterator[Any]:
    """Give what makes every call of a service fail until the test ends."""
    control = servers.sandbox.control
    yield lambda provider: control.fail("status", provider=provider, status=503, times=None)
    control.clear_faults()


def test_while_paypal_is_down_the_page_says_so_and_the_card_works(buyer: Page, failing: Any, shot: Shot) -> None:
    failing("paypal")
    buyer.get_by_label("PayPal").check()
    buyer.get_by_role("button", name="with PayPal").click()
    see_news(buyer, "paypal_down")
    shot(buyer, "23-paypal-down")
    buyer.get_by_label("Card").check()
    pay_with(buyer, "4242424242424242")
    see_enrolled(buyer)


def test_while_stripe_is_down_the_cards_form_says_so_and_paypal_works(buyer: Page, failing: Any, shot: Shot) -> None:
    failing("stripe")
    buyer.get_by_label("Card").check()
    expect(buyer.locator("#pay-error")).to_have_text(say("news_card_down", "en"))
    expect(buyer.locator("#pay-button")).to_be_hidden()
    shot(buyer, "24-card-down")
    leave_for_paypal(buyer)
    decide(buyer, "approve")
    see_enrolled(buyer)


def test_once_stripe_is_back_the_card_works_without_another_visit(buyer: Page, failing: Any, servers: Running) -> None:
    failing("stripe")
    buyer.get_by_label("Card").check()
    expect(buyer.locator("#pay-error")).to_have_text(say("news_card_down", "en"))
    servers.sandbox.control.clear_faults()
    buyer.get_by_label("PayPal").check()
    buyer.get_by_label("Card").check()
    pay_with(buyer, "4242424242424242")
    see_enrolled(buyer)


def test_who_loses_the_network_is_told_and_goes_on_without_paying_twice(buyer: Page) -> None:
    buyer.route("**/payment/stripe", lambda route: route.abort())
    buyer.get_by_label("Card").check()
    expect(buyer.locator("#pay-error")).to_have_text(say("pay_failed", "en"))
    buyer.unroute("**/payment/stripe")
    buyer.get_by_label("PayPal").check()
    buyer.get_by_label("Card").check()
    buyer.route("**/payment/confirm", lambda route: route.abort())
    pay_with(buyer, "4242424242424242")
    expect(buyer.locator("#pay-error")).to_have_text(say("pay_checking", "en"))
    buyer.unroute("**/payment/confirm")
    see_after_reload(buyer, say("enrolled", "en"))


def test_the_payers_language_goes_along_to_paypal(buyer: Page, servers: Running) -> None:
    buyer.goto(f"{servers.platform}/lang/ar?back=/courses/1")
    buyer.get_by_label("PayPal").check()
    buyer.locator(".way-paypal button").click()
    buyer.wait_for_url("**/paypal/checkoutnow**")
    expect(buyer.locator("html")).to_have_attribute("lang", "ar")


def test_who_paid_in_another_tab_is_not_told_that_nothing_was_charged(
    buyer: Page, servers: Running, story: Story
) -> None:
    pay_by_paypal(servers, story)
    buyer.get_by_label("Card").check()
    expect(buyer.locator("#pay-error")).to_have_text(say("pay_checking", "en"))
    buyer.get_by_label("PayPal").check()
    buyer.get_by_role("button", name="with PayPal").click()
    see_enrolled(buyer)


def test_while_paypal_is_down_the_admin_is_told_that_its_disputes_are_not_known(
    desk: Page, servers: Running, admin: Admin, failing: Any
) -> None:
    failing("paypal")
    desk.goto(f"{servers.platform}/admin/payments/{admin.payment}")
    expect(desk.get_by_text(say("disputes_unknown", "en"))).to_be_visible()
    expect(desk.locator("[data-refund=succeeded]")).to_contain_text("$9.80")
