"""The board of jobs, clicked in a real Chromium; photographed as the journey is."""

from typing import Any

import pytest
from examples.shared.demonstration import Running
from examples.shared.messages import Language, say
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import ON_EACH, Audit, Shot, board_pages, guarded
from tests.browser.pages import goes_by_keyboard, is_well_formed, looks


@ON_EACH
def test_somebody_searches_narrows_reads_and_goes_out_to_apply(page: Page, servers: Running) -> None:
    page.goto(servers.platform)
    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_label("Title, skill or company").fill("engineer")
    page.get_by_role("button", name="Search").click()
    local = page.get_by_role("region", name="On Rihla")
    outside = page.get_by_role("region", name="From other boards")
    expect(local.get_by_role("link", name="Backend engineer, Python")).to_be_visible()
    expect(local.locator("[data-source=external]")).to_have_count(0)
    expect(outside.locator("[data-source=local]")).to_have_count(0)
    everything = outside.get_by_role("listitem").count()
    page.get_by_text("More filters").click()
    page.get_by_label("Internship").check()
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_label("Internship")).to_be_checked()
    expect(local).to_have_count(0)
    assert 0 < outside.get_by_role("listitem").count() <= everything
    title = outside.get_by_role("link").first.inner_text()
    outside.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    apply = page.get_by_role("link", name=say("apply_outside", "en"))
    expect(apply).to_have_attribute("rel", "noopener nofollow")
    expect(apply).to_have_attribute("target", "_blank")
    page.get_by_role("link", name="Back to the jobs").click()
    expect(page.get_by_label("Title, skill or company")).to_have_value("engineer")
    expect(page.get_by_label("Internship")).to_be_checked()


def test_the_list_has_a_next_page_of_those_from_outside(page: Page, servers: Running) -> None:
    page.goto(f"{servers.platform}/jobs?keyword=developer")
    first = page.locator("h3").all_inner_texts()
    page.get_by_role("link", name=say("jobs_more", "en")).click()
    expect(page.locator("[data-source=local]")).to_have_count(0)
    assert page.locator("h3").all_inner_texts() != first
    page.get_by_role("link", name=say("jobs_first", "en")).click()
    assert page.locator("h3").all_inner_texts() == first


def test_without_scripts_the_whole_board_works(browser: Browser, servers: Running) -> None:
    with guarded(browser, java_script_enabled=False) as page:
        page.goto(f"{servers.platform}/jobs")
        page.get_by_label("Place").fill("Alexandria")
        page.get_by_text("More filters").click()
        page.get_by_label("Source").select_option(label="On Rihla only")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("h3")).to_have_text(["مطوّر واجهات أمامية", "Support specialist for schools"])


def test_while_the_service_is_down_the_own_jobs_stand_beside_a_quiet_word(
    page: Page, servers: Running, shot: Shot
) -> None:
    servers.sandbox.control.fail("reset_before", provider="jsearch", times=None)
    page.goto(f"{servers.platform}/jobs?location=Cairo")
    expect(page.locator("[data-missing=unavailable]")).to_contain_text(say("jobs_missing_unavailable", "en"))
    expect(page.get_by_role("region", name="On Rihla").get_by_role("listitem")).to_have_count(4)
    shot(page, "20-jobs-without-outside")
    servers.sandbox.control.clear_faults()
    # Its connection rests for a moment after it was refused.
    servers.sandbox.control.advance(120)
    page.get_by_role("link", name="Try again").click()
    expect(page.locator("[data-missing]")).to_have_count(0)
    expect(page.locator("[data-source=external]").first).to_be_visible()


def test_older_results_are_marked_with_their_time(page: Page, servers: Running, shot: Shot) -> None:
    page.goto(f"{servers.platform}/jobs?keyword=designer")
    servers.sandbox.control.advance(4000)
    servers.sandbox.control.fail("status", provider="jsearch", status=503, times=None)
    page.reload()
    expect(page.locator("[data-missing] time")).to_be_visible()
    expect(page.locator("[data-source=external]").first).to_be_visible()
    shot(page, "21-jobs-stale")
    servers.sandbox.control.clear_faults()
    servers.sandbox.control.advance(120)


def test_axe_finds_nothing(visitor: Page, servers: Running, audit: Audit) -> None:
    for _ in board_pages(visitor, servers):
        audit(visitor)


# Colours move nothing: each width has one set of them.
@pytest.mark.parametrize(("width", "scheme", "language"), looks((320, "dark"), (390, "light"), (1280, "light")))
def test_no_page_scrolls_sideways_and_each_is_well_formed(
    browser: Browser, servers: Running, shot: Shot, width: int, language: Language, scheme: Any
) -> None:
    with guarded(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(f"{servers.platform}/lang/{language}?back=/jobs")
        for name in board_pages(page, servers):
            is_well_formed(page, language)
            shot(page, f"page-{name}-{language}-{scheme}-{width}")


def test_the_keyboard_reaches_everything(page: Page, servers: Running) -> None:
    for _ in board_pages(page, servers):
        goes_by_keyboard(page)
