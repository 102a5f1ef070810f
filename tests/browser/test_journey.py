"""The journey, clicked in a real Chromium; screenshots of every page land in .screenshots beside this file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from examples.fastapi_platform.demo import Running, running
from playwright.sync_api import Browser, Page, expect, sync_playwright

SHOTS = Path(__file__).parent / ".screenshots"
HERE = ("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    database = tmp_path_factory.mktemp("platform") / "platform.sqlite3"
    with running(f"sqlite+aiosqlite:///{database}") as both:
        yield both


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        yield playwright.chromium.launch(executable_path=browser_path, args=arguments)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page that fails the test on a script error or a request off this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: wrong.append(request.url) if _is_foreign(request.url) else None)
    yield page
    context.close()
    # A declined card is a 402 of the gateway's API, which Chromium reports as an error of the page.
    assert [text for text in wrong if "402" not in text] == []


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def sign_up(page: Page, platform: str, email: str) -> None:
    page.goto(f"{platform}/signup")
    page.get_by_label("Name").fill("Lina Farouk")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("correct horse 42")


def card_fields(page: Page) -> Any:
    frame = page.frame_locator("#card iframe")
    frame.locator("[name=number]").wait_for()
    return frame


def pay_with(page: Page, number: str) -> None:
    frame = card_fields(page)
    frame.locator("[name=number]").fill(number)
    frame.locator("[name=expiry]").fill("12 / 34")
    frame.locator("[name=cvc]").fill("123")
    expect(page.locator("#pay-button")).to_be_enabled()
    page.locator("#pay-button").click()


def test_a_student_signs_up_verifies_reads_the_mail_and_pays_by_card(page: Page, servers: Running) -> None:
    sign_up(page, servers.platform, "lina@example.com")
    shot(page, "1-sign-up")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Verify my identity").click()
    page.get_by_role("button", name="Approve", exact=True).wait_for()
    shot(page, "2-didit")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/verify**")
    _until_verified(page, servers)
    shot(page, "3-verified")

    console = page.context.new_page()
    console.goto(f"{servers.sandbox.url}/console/mailgun")
    mail = console.frame_locator("iframe.mail")
    expect(mail.get_by_role("heading", name="أهلًا")).to_be_visible()
    expect(mail.get_by_role("heading", name="Welcome, Lina")).to_be_visible()
    shot(console, "4-inbox")

    page.goto(f"{servers.platform}/courses/1")
    pay_with(page, "4000000000000002")
    expect(page.locator("#pay-error")).to_be_visible()
    shot(page, "5-card-declined")
    pay_with(page, "4242424242424242")
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=10_000)
    shot(page, "6-enrolled")

    console.goto(servers.sandbox.url)
    shot(console, "7-console")
    console.goto(f"{servers.sandbox.url}/console/stripe")
    shot(console, "8-console-stripe")


def test_three_d_secure_is_passed_in_its_own_page(page: Page, servers: Running) -> None:
    sign_up(page, servers.platform, "salma@example.com")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Verify my identity").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    _until_verified(page, servers)
    page.goto(f"{servers.platform}/courses/2")
    pay_with(page, "4000000000003220")
    dialog = page.frame_locator("dialog iframe")
    dialog.locator("button[value=complete]").wait_for()
    shot(page, "9-three-d-secure")
    dialog.locator("button[value=complete]").click()
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=10_000)


def _until_verified(page: Page, servers: Running) -> None:
    page.goto(f"{servers.platform}/verify")
    for _ in range(50):
        if page.locator("[data-state=verified]").count():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError("the webhook did not open the account")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_and_each_is_well_formed(
    browser: Browser, servers: Running, width: int, language: str, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{servers.platform}/lang/{language}?back=/courses")
    for path in ("/courses", "/courses/1", "/signup", "/login"):
        page.goto(servers.platform + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        unlabelled = "Array.from(document.querySelectorAll('input')).filter(field => !field.labels.length).length"
        assert page.evaluate(unlabelled) == 0
    if width != 390:
        shot(page, f"page-{language}-{scheme}-{width}")
    for path in ("/", "/console/mailgun", "/console/stripe", "/console/faults", "/console/clock"):
        page.goto(servers.sandbox.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("h1").count() == 1
    context.close()
