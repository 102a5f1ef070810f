"""The journey, clicked in a real Chromium; every page is photographed into the folder of --screenshots."""

from itertools import chain
from typing import Any

import pytest
from examples.shared.demonstration import Running
from examples.shared.messages import Language, say
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import (
    ON_EACH,
    Admin,
    Shot,
    admin_pages,
    be,
    card_fields,
    guarded,
    pay_with,
    paying_pages,
    sign_up,
    token_of,
)
from tests.browser.pages import goes_by_keyboard, is_narrow, is_well_formed


@ON_EACH
def test_a_student_signs_up_verifies_reads_the_mail_and_pays_by_card(page: Page, servers: Running, shot: Shot) -> None:
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
    page.get_by_label("Card").check()
    pay_with(page, "4000000000000002")
    expect(page.locator("#pay-error")).to_have_text(say("pay_declined", "en"))
    shot(page, "5-card-declined")
    pay_with(page, "4242424242424242")
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=10_000)
    shot(page, "6-enrolled")

    console.goto(servers.sandbox.url)
    shot(console, "7-console")
    console.goto(f"{servers.sandbox.url}/console/stripe")
    shot(console, "8-console-stripe")


@ON_EACH
def test_three_d_secure_is_passed_in_its_own_page(page: Page, servers: Running, shot: Shot) -> None:
    sign_up(page, servers.platform, "salma@example.com")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Verify my identity").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    _until_verified(page, servers)
    page.goto(f"{servers.platform}/courses/2")
    page.get_by_label("Card").check()
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


ANYONE = ("/courses", "/courses/1", "/courses/99", "/signup", "/login")
STUDENT = ("/courses/1", "/courses/2", "/payments", "/verify")
CONSOLE = (
    "/",
    "/console/mailgun",
    "/console/stripe",
    "/console/didit",
    "/console/paypal",
    "/console/fx",
    "/console/webhooks",
    "/console/journal",
    "/console/faults",
    "/console/clock",
)


# Colours move nothing: each width has one set of them.
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (390, "light"), (1280, "dark")])
def test_no_page_scrolls_sideways_and_eachis_well_formed(
    browser: Browser,
    servers: Running,
    student: Story,
    payer: Story,
    admin: Admin,
    shot: Shot,
    width: int,
    language: Language,
    scheme: Any,
) -> None:
    with guarded(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(f"{servers.platform}/lang/{language}?back=/courses")
        for path in ANYONE:
            page.goto(servers.platform + path)
            is_well_formed(page, language)
        for name in chain(paying_pages(page, servers, payer, language), admin_pages(page, servers, admin)):
            is_well_formed(page, language)
            shot(page, f"page-{name}-{language}-{scheme}-{width}")
        be(page, servers, token_of(student))
        for path in STUDENT:
            page.goto(servers.platform + path)
            is_well_formed(page, language)
            if path == "/courses/2":
                page.locator("#way-card").check()
                card_fields(page)
            shot(page, f"page{path.replace('/', '-')}-{language}-{scheme}-{width}")
            assert is_narrow(page), path
        for path in CONSOLE:
            page.goto(servers.sandbox.url + path)
            assert is_narrow(page), path
            assert page.locator("h1").count() == 1


@pytest.mark.parametrize("path", ["/signup", "/login", "/courses"])
def test_the_keyboard_reaches_everything_and_is_seen_where_it_is(path: str, page: Page, servers: Running) -> None:
    page.goto(servers.platform + path)
    goes_by_keyboard(page)


def test_the_keyboard_reaches_everything_of_paying_and_of_the_admin(
    page: Page, servers: Running, payer: Story, admin: Admin
) -> None:
    for _ in chain(paying_pages(page, servers, payer, "en"), admin_pages(page, servers, admin)):
        goes_by_keyboard(page)


@pytest.mark.parametrize("path", ["/console/paypal", "/console/fx"])
def test_the_keyboard_reaches_everything_of_the_consoles_money(
    path: str, page: Page, servers: Running, admin: Admin
) -> None:
    page.goto(servers.sandbox.url + path)
    goes_by_keyboard(page)


def test_the_first_bad_field_has_the_focus_and_names_its_error(page: Page, servers: Running) -> None:
    page.goto(f"{servers.platform}/signup")
    page.get_by_label("Name").fill("Lina Farouk")
    page.get_by_label("E-mail").fill("lina")
    page.get_by_role("button", name="Continue").click()
    field = page.get_by_label("E-mail")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(say("error_email", "en"))
    expect(page.get_by_label("Name")).to_have_value("Lina Farouk")
