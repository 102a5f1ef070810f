"""axe-core finds nothing serious on any page, in both languages, light and dark."""

from typing import Any

import pytest
from examples.shared.demonstration import Running
from examples.shared.messages import Language
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import (
    Admin,
    Audit,
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


def test_the_pages_for_anyone(visitor: Page, servers: Running, audit: Audit) -> None:
    for path in ("/courses", "/courses/1", "/courses/99", "/signup", "/login"):
        visitor.goto(servers.platform + path)
        audit(visitor)
    visitor.goto(f"{servers.platform}/signup")
    visitor.locator("main form button").click()
    expect(visitor.locator("[aria-invalid]").first).to_be_focused()
    audit(visitor)


def test_the_pages_of_a_student(visitor: Page, servers: Running, student: Story, audit: Audit) -> None:
    be(visitor, servers, token_of(student))
    for path in ("/courses", "/courses/1", "/payments", "/verify"):
        visitor.goto(servers.platform + path)
        audit(visitor)


def test_paying_with_its_frames_its_refusal_and_its_dialog(
    visitor: Page, servers: Running, student: Story, audit: Audit
) -> None:
    be(visitor, servers, token_of(student))
    visitor.goto(f"{servers.platform}/courses/2")
    visitor.locator("#way-card").check()
    card_fields(visitor)
    audit(visitor)
    pay_with(visitor, "4000000000000002")
    expect(visitor.locator("#pay-error")).not_to_be_empty()
    audit(visitor)
    pay_with(visitor, "4000000000003220")
    visitor.frame_locator("dialog iframe").locator("button[value=complete]").wait_for()
    audit(visitor)


def test_paying_by_paypal_there_and_back(
    visitor: Page, servers: Running, payer: Story, language: Language, audit: Audit
) -> None:
    for _ in paying_pages(visitor, servers, payer, language):
        audit(visitor)


def test_the_pages_of_an_admin(visitor: Page, servers: Running, admin: Admin, audit: Audit) -> None:
    for _ in admin_pages(visitor, servers, admin):
        audit(visitor)


def test_the_identity_check_before_and_after_its_decision(visitor: Page, servers: Running, audit: Audit) -> None:
    sign_up(visitor, servers.platform, f"nour-{id(visitor)}@example.com")
    visitor.locator("main form button").click()
    visitor.wait_for_url("**/verify")
    audit(visitor)
    visitor.locator("main form button").click()
    visitor.locator("button[value=approve]").wait_for()
    audit(visitor)
    hosted = visitor.url
    visitor.locator("button[value=review]").click()
    visitor.wait_for_url("**/verify**")
    audit(visitor)
    visitor.goto(hosted)
    audit(visitor)


CONSOLE = (
    "/",
    "/console/stripe",
    "/console/mailgun",
    "/console/didit",
    "/console/paypal",
    "/console/fx",
    "/console/webhooks",
    "/console/journal",
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_the_console(
    browser: Browser,
    servers: Running,
    student: Story,
    admin: Admin,
    audit: Audit,
    shot: Shot,
    scheme: Any,
    width: int,
) -> None:
    control = servers.sandbox.control
    control.fail("status", provider="stripe", operation="retrieve_balance", status=503)
    control.post(f"deliveries/{control.deliveries('stripe')[0]['id']}/tamper", part="body")
    with guarded(browser, viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        calls = control.journal(kind="call")[-1], control.journal(kind="webhook")[-1]
        entries = [f"/console/journal/{entry['id']}" for entry in calls]
        for path in (*CONSOLE, "/console/journal?text=nothing-has-this", *entries, "/console/faults", "/console/clock"):
            page.goto(servers.sandbox.url + path)
            audit(page)
            shot(page, f"console-{path.partition('?')[0].strip('/').replace('/', '-')}-{scheme}-{width}")
    control.clear_faults()


def test_a_mail_as_its_reader_sees_it(
    browser: Browser, servers: Running, student: Story, audit: Audit, scheme: Any
) -> None:
    number = servers.sandbox.control.get("mailgun/inbox")["mails"][0]["id"]
    with guarded(browser, color_scheme=scheme) as page:
        page.set_content(servers.sandbox.control.get(f"mailgun/inbox/{number}")["html"])
        audit(page)
