"""The sandbox's console in a real Chromium: its theme, its webhooks, its journal, what it shows live."""

import pytest
from examples.shared.demonstration import Running
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Shot, guarded

from ace_integrations import Ace, Settings
from ace_integrations.mail import Address, Message

DARK, LIGHT = "rgb(18, 17, 16)", "rgb(250, 249, 247)"


def ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_goes_round_by_keyboard_and_is_remembered(page: Page, servers: Running, shot: Shot) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{servers.sandbox.url}/console/clock")
    assert ground(page) == LIGHT
    button = page.get_by_role("button", name="Theme: system. Change to light")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Theme: dark. Change to system")).to_be_focused()
    assert ground(page) == DARK
    page.goto(servers.sandbox.url)
    shot(page, "console-theme-dark-on-a-light-system")
    assert ground(page) == DARK
    page.get_by_role("button", name="Theme: dark. Change to system").click()
    expect(page.get_by_role("button", name="Theme: system. Change to light")).to_be_visible()
    assert ground(page) == LIGHT


@pytest.mark.parametrize("path", ["/", "/console/mailgun"])
def test_without_scripts_the_theme_is_a_form(browser: Browser, servers: Running, path: str) -> None:
    with guarded(browser, java_script_enabled=False, color_scheme="light") as page:
        page.goto(servers.sandbox.url + path)
        page.get_by_role("button", name="Change to light").click()
        page.get_by_role("button", name="Theme: light. Change to dark").click()
        expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
        assert page.url == servers.sandbox.url + path
        assert ground(page) == DARK


def test_webhooks_are_sent_again_and_forged_ones_are_seen_refused(
    page: Page, servers: Running, student: Story, shot: Shot
) -> None:
    page.goto(f"{servers.sandbox.url}/console/webhooks")
    for provider, event, status in (("stripe", "payment_intent.succeeded", 403), ("didit", "status.updated", 400)):
        row = page.get_by_role("row", name=f"{provider} {event}").first
        row.get_by_role("button", name="Send again").click()
        expect(row).to_contain_text("Sent again: 200")
        row.get_by_role("button", name="Tamper with body").click()
        expect(row).to_contain_text(f"Tampered body: {status} refused")
        row.get_by_role("button", name="Tamper with signature").click()
        expect(row).to_contain_text(f"Tampered signature: {status} refused")
    mail = page.get_by_role("row", name="mailgun delivered").first
    mail.get_by_role("button", name="Tamper with signature").click()
    expect(mail).to_contain_text("Tampered signature: 400 refused")
    shot(page, "console-webhooks")
    page.set_viewport_size({"width": 390, "height": 800})
    shot(page, "console-webhooks-390")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_journal_is_filtered_stays_live_and_can_be_paused(
    page: Page, servers: Running, student: Story, shot: Shot
) -> None:
    page.goto(f"{servers.sandbox.url}/console/journal")
    page.get_by_label("Service", exact=True).select_option("Stripe")
    page.keyboard.press("/")
    page.keyboard.type("payment_intents")
    page.keyboard.press("Enter")
    rows = page.locator("#rows tr")
    expect(rows.first).to_contain_text("stripe")
    before = rows.count()
    assert before == page.locator("#rows a", has_text="/v1/payment_intents").count()
    shot(page, "console-journal")
    assert student.browser.post("/api/courses/2/payment/stripe").is_success
    expect(rows).not_to_have_count(before)
    expect(page.get_by_role("status")).to_contain_text("new call")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    shot(page, "console-journal-entry")


def send(servers: Running, email: str, subject: str) -> None:
    sender = Address(email="no-reply@sandbox.example.com")
    with Ace(Settings(sandbox_url=servers.sandbox.url)) as ace:
        ace.mail.send(Message(sender=sender, to=(Address(email=email),), subject=subject, html="<p>Hello</p>"))


@pytest.fixture
def delayed(servers: Running) -> str:
    """Give the subject of a mail that is delivered only after ten minutes of the sandbox's clock."""
    servers.sandbox.control.reset()
    send(servers, "greylist@example.com", "Slow mail")
    return "Slow mail"


def test_a_mail_that_is_being_read_shows_its_later_states(page: Page, servers: Running, delayed: str) -> None:
    page.goto(f"{servers.sandbox.url}/console/mailgun")
    page.get_by_role("heading", name=delayed).wait_for()
    expect(page.locator("#steps")).not_to_contain_text("Delivered")
    page.evaluate("window.untouched = document.querySelector('iframe.mail').untouched = true")
    servers.sandbox.control.advance(700)
    expect(page.locator("#steps")).to_contain_text("Delivered")
    expect(page.get_by_role("link", name=delayed)).to_contain_text("Delivered")
    assert page.evaluate("window.untouched && document.querySelector('iframe.mail').untouched")


def test_a_newer_mail_joins_the_list_and_leaves_the_opened_one_open(page: Page, servers: Running, delayed: str) -> None:
    page.goto(f"{servers.sandbox.url}/console/mailgun")
    send(servers, "lina@example.com", "Newer mail")
    newer = page.get_by_role("link", name="Newer mail")
    expect(newer).to_contain_text("Unread")
    expect(page.locator(".subject")).to_have_text(delayed)
    expect(page.locator("#facts")).to_contain_text("greylist@example.com")


def test_without_scripts_a_page_says_when_it_was_read(browser: Browser, servers: Running, delayed: str) -> None:
    with guarded(browser, java_script_enabled=False) as page:
        page.goto(f"{servers.sandbox.url}/console/mailgun")
        expect(page.get_by_text("Reload the page for what came later.")).to_be_visible()
        expect(page.get_by_role("button", name="Pause")).to_be_hidden()
