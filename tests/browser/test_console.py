"""The sandbox's console in a real Chromium: its theme."""

import pytest
from examples.fastapi_platform.demo import Running
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Shot, guarded

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
        page.get_by_role("button", name="Change to dark").click()
        assert page.url == servers.sandbox.url + path
        assert ground(page) == DARK
