"""What every page must be: well formed, narrow, and reached by the keyboard."""

from typing import Any

import pytest
from examples.shared.messages import Language
from playwright.sync_api import Page


def looks(*shapes: tuple[int, str]) -> list[Any]:
    """Give width, colours and language: each shape in one language a day, in turns, in the other by the campaign."""
    found: list[Any] = []
    for at, (width, scheme) in enumerate(shapes):
        for place, language in enumerate(("ar", "en")):
            marks = () if (at + place) % 2 == 0 else (pytest.mark.campaign,)
            found.append(pytest.param(width, scheme, language, id=f"{width}-{scheme}-{language}", marks=marks))
    return found


def is_well_formed(page: Page, language: Language) -> None:
    """Check how a page is made."""
    assert is_narrow(page), page.url
    assert [page.locator(one).count() for one in ("h1", "main", "html[lang][dir]", "header nav[aria-label]")] == [1] * 4
    root = page.locator("html")
    assert root.get_attribute("lang") == language
    assert root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    fields = "Array.from(document.querySelectorAll('input:not([type=hidden]), select, textarea'))"
    assert page.evaluate(f"{fields}.every(field => field.labels.length)")
    assert page.evaluate("Array.from(document.images).every(image => image.hasAttribute('alt'))")


def is_narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


FOCUSABLE = """() => {
  const fields = "button, select, input, textarea";
  const all = [...document.querySelectorAll(`a[href], summary, iframe, ${fields}, [tabindex='0']`)];
  const group = (one) => all.filter((other) => other.type === "radio" && other.name === one.name);
  const stop = (one) => one.type !== "radio" || one === (group(one).find((other) => other.checked) ?? group(one)[0]);
  window.stops = all.filter((one) => one.checkVisibility() && !one.disabled && stop(one));
  document.body.tabIndex = -1;
  document.body.focus();
  return window.stops.length;
}"""
"""Collects what Tab stops at, in the order of reading, of a group of radio buttons one; and begins before them all."""


def goes_by_keyboard(page: Page) -> None:
    """Check that Tab goes through all there is to use, in the order of reading, and is seen at each."""
    for number in range(page.evaluate(FOCUSABLE)):
        assert _next_stop(page) == number, page.url
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert page.evaluate("window.stops[0].className") == "skip"


def _next_stop(page: Page) -> int:
    """Press Tab until another stop has the focus: the parts of a date are one field."""
    at = "window.stops.indexOf(document.activeElement)"
    before: int = page.evaluate(at)
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate(at) != before:
            break
    found: int = page.evaluate(at)
    return found
