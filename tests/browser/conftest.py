"""Both servers and a guarded browser."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from examples.fastapi_platform.demo import Running, running
from examples.shared.story import Story
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

HERE = ("127.0.0.1", "localhost")
Shot = Callable[[Page, str], object]


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
    with guarded(browser, viewport={"width": 1280, "height": 900}) as page:
        yield page


@contextmanager
def guarded(browser: Browser, **options: Any) -> Generator[Page]:
    """Give a page, and fail if it, or another one of its context, errs or asks another machine."""
    context = browser.new_context(**options)
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda message: None if _is_fine(message) else wrong.append(message.text))
    context.on("request", lambda request: wrong.append(request.url) if _is_foreign(request.url) else None)
    yield context.new_page()
    context.close()
    assert wrong == []


REFUSALS = (("402", "/confirm"), ("404", "/courses/99"), ("422", "/signup"))
"""What Chromium reports as an error although it is the answer that was asked for: status and end of the address."""


def _is_fine(message: ConsoleMessage) -> bool:
    address = message.location["url"]
    meant = any(f"status of {status}" in message.text and address.endswith(end) for status, end in REFUSALS)
    return message.type != "error" or meant


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE


@pytest.fixture(scope="module")
def shot(request: pytest.FixtureRequest) -> Shot:
    """Give what photographs a page under a name."""
    folder: Path = request.config.getoption("--screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def student(servers: Running) -> Iterator[Story]:
    """Give a student who is enrolled in the first course and may pay for the others."""
    with Story(servers.platform, servers.sandbox.control, email="omar@example.com") as story:
        story.sign_up()
        story.start_verification()
        story.approve()
        story.start_payment()
        story.pay("4242424242424242")
        assert story.confirm()["success"]
        yield story


def sign_up(page: Page, platform: str, email: str) -> None:
    page.goto(f"{platform}/signup")
    """Fill the form in, in any language."""
    for name, value in (("name", "Lina Farouk"), ("email", email), ("password", "correct horse 42")):
        page.locator(f"input[name={name}]").fill(value)


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
