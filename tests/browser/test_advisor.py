"""The career advisor, clicked in a real Chromium; photographed as the journey is."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from examples.shared.demonstration import Running
from examples.shared.messages import Language, say
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import ON_EACH, Audit, Shot, advice_pages, be, guarded, sign_up, token_of
from tests.browser.pages import goes_by_keyboard, is_well_formed, looks
from tests.unit.career.papers import line, pdf

NUMBERS = count(1)
STARTER = "Which skill should I learn next?"


@pytest.fixture
def story(servers: Running) -> Iterator[Story]:
    """Give a student of this test alone, who agreed and has told of their studies."""
    with Story(servers.platform, servers.sandbox.control, email=f"asks-{next(NUMBERS)}@example.com") as story:
        story.sign_up()
        story.agree()
        story.tell_of_studies()
        yield story


@pytest.fixture
def talk(page: Page, servers: Running, story: Story) -> Page:
    """Give the advisor's page, as that student sees it."""
    be(page, servers, token_of(story))
    page.goto(f"{servers.platform}/advisor")
    return page


@pytest.fixture
def failing(servers: Running) -> Iterator[Any]:
    """Give what makes the model fail until the test ends."""
    control = servers.sandbox.control
    yield lambda kind="status", **rule: control.fail(
        kind, **{"provider": "gemini", "status": 500, "times": None, **rule}
    )
    control.clear_faults()


def ask(page: Page, message: str) -> None:
    page.get_by_label("Your question").fill(message)
    page.get_by_role("button", name="Send").click()


def answers(page: Page) -> Any:
    return page.locator("#talk .bubble.answer:not(.coming)")


def record_announcements(page: Page) -> None:
    page.evaluate("""() => {
      window.announced = [];
      const region = document.getElementById("heard");
      new MutationObserver(() => region.textContent && window.announced.push(region.textContent))
        .observe(region, { childList: true, characterData: true, subtree: true });
    }""")


@ON_EACH
def test_a_new_student_agrees_tells_of_their_studies_and_asks(page: Page, servers: Running, shot: Shot) -> None:
    sign_up(page, servers.platform, f"new-{next(NUMBERS)}@example.com")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Advisor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("consent_title", "en"))
    shot(page, "30-consent")
    page.get_by_label("I am 18 or older.").check()
    page.get_by_label("I agree that this leaves the platform.").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="your profile").click()
    page.get_by_label("Major").fill("Economics")
    page.get_by_label("Skills").fill("Excel")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main").get_by_role("status")).to_have_text("Saved.")
    page.get_by_role("link", name="Advisor").first.click()
    page.get_by_role("button", name=STARTER).click()
    expect(answers(page)).to_contain_text("Economics")
    expect(page.locator("#starters")).to_have_count(0)
    shot(page, "31-talk")


@ON_EACH
def test_an_answer_is_seen_as_it_comes_and_announced_once(talk: Page, failing: Any) -> None:
    failing("drip", operation="stream_generate_content", seconds=0.001)
    record_announcements(talk)
    ask(talk, "What should I learn first?")
    coming = talk.locator(".bubble.answer.coming .prose")
    expect(coming).to_have_text(re.compile("^With a degree in"))
    first = coming.inner_text()
    expect(talk.get_by_role("button", name="Send")).to_be_disabled()
    expect(answers(talk)).to_have_count(1)
    whole = answers(talk).locator(".prose").inner_text()
    assert whole.startswith(first.rstrip())
    assert len(whole) > len(first)
    (announced,) = talk.evaluate("window.announced")
    assert announced.startswith("Advisor: With a degree in")
    expect(talk.get_by_label("Your question")).to_be_focused()
    talk.reload()
    expect(answers(talk)).to_have_count(1)


def test_a_talk_goes_on_where_it_was_and_begins_anew_when_asked(talk: Page) -> None:
    for number, message in enumerate(("What should I learn first?", "And after that?"), 1):
        ask(talk, message)
        expect(answers(talk)).to_have_count(number)
    talk.reload()
    expect(talk.locator("#talk .bubble.own .prose")).to_have_text(["What should I learn first?", "And after that?"])
    talk.get_by_role("link", name="New talk").click()
    expect(talk.locator("#talk")).to_be_hidden()
    expect(talk.get_by_role("button", name=STARTER)).to_be_visible()


@pytest.mark.parametrize("fault", ["status", "reset_after", "truncated"])
def test_while_the_service_is_down_the_words_stay_and_are_answered_when_it_is_back(
    fault: str, talk: Page, failing: Any, servers: Running, shot: Shot
) -> None:
    failing(fault)
    record_announcements(talk)
    ask(talk, "Shall I learn SQL or statistics?")
    bubble = talk.locator("#talk .bubble.failed")
    expect(bubble.locator(".prose")).to_have_text("Shall I learn SQL or statistics?")
    expect(bubble).to_contain_text(say("advice_unavailable", "en"))
    assert talk.evaluate("window.announced") == [say("advice_unavailable", "en")]
    shot(talk, f"32-advisor-down-{fault}")
    servers.sandbox.control.clear_faults()
    bubble.get_by_role("button", name="Try again").click()
    expect(answers(talk)).to_have_count(1)
    expect(bubble).to_have_count(0)
    talk.reload()
    expect(talk.locator("#talk .bubble.own")).to_have_count(1)


def test_who_loses_the_network_keeps_their_words(talk: Page) -> None:
    talk.route("**/chat/stream", lambda route: route.abort())
    ask(talk, "Does this arrive?")
    expect(talk.locator("#talk .bubble.failed")).to_contain_text(say("advice_broken", "en"))
    talk.unroute_all()
    talk.get_by_role("button", name="Try again").click()
    expect(answers(talk)).to_have_count(1)


def test_who_was_signed_out_meanwhile_is_asked_to_sign_in(talk: Page) -> None:
    talk.context.clear_cookies()
    ask(talk, "Am I still here?")
    talk.wait_for_url("**/login")


def test_what_the_service_holds_back_is_told_in_friendly_words(talk: Page) -> None:
    ask(talk, "What should I learn? [[sbx:safety]]")
    expect(talk.locator("#talk .bubble.failed")).to_contain_text(say("advice_blocked", "en"))
    expect(answers(talk)).to_have_count(0)


def test_who_asks_too_often_is_told_the_seconds_and_keeps_their_words(talk: Page, shot: Shot) -> None:
    told = {"error": say("advice_limit", "en", seconds="42"), "reason": "limit", "retry_after": 42}
    talk.route("**/chat/stream", lambda route: route.fulfill(status=429, json=told))
    ask(talk, "The eleventh question")
    bubble = talk.locator("#talk .bubble.failed")
    expect(bubble).to_contain_text("42 seconds")
    expect(bubble.locator(".prose")).to_have_text("The eleventh question")
    shot(talk, "33-advisor-limit")


def test_what_the_model_says_is_no_markup(talk: Page, servers: Running) -> None:
    servers.sandbox.control.post("gemini/scripts", text='1 < 2 & "x" <b onclick=alert(1)>bold</b>')
    ask(talk, "<img src=x onerror=alert(1)>")
    expect(answers(talk).locator(".prose")).to_have_text('1 < 2 & "x" bold')
    expect(talk.locator("#talk .bubble.own .prose")).to_have_text("<img src=x onerror=alert(1)>")
    assert talk.locator("#talk .prose *").count() == 0


def test_without_scripts_a_talk_posts_and_fails_and_goes_on(
    browser: Browser, servers: Running, story: Story, failing: Any
) -> None:
    with guarded(browser, java_script_enabled=False) as page:
        be(page, servers, token_of(story))
        page.goto(f"{servers.platform}/advisor")
        page.get_by_role("button", name=STARTER).click()
        expect(answers(page)).to_have_count(1)
        failing()
        ask(page, "And then?")
        expect(page.locator("#talk .bubble.failed .prose")).to_have_text("And then?")
        expect(page.get_by_role("alert")).to_have_text(say("advice_unavailable", "en"))
        servers.sandbox.control.clear_faults()
        page.get_by_role("button", name="Try again").click()
        expect(answers(page)).to_have_count(2)
        expect(page.locator(".bubble.failed")).to_have_count(0)


def test_a_talk_is_had_by_keyboard_alone(talk: Page) -> None:
    talk.get_by_label("Your question").focus()
    talk.keyboard.type("What should I learn first?")
    talk.keyboard.press("Tab")
    talk.keyboard.press("Enter")
    expect(answers(talk)).to_have_count(1)
    talk.keyboard.type("And then?")
    talk.keyboard.press("Tab")
    talk.keyboard.press("Space")
    expect(answers(talk)).to_have_count(2)


def test_a_cv_is_checked_from_a_file(talk: Page, shot: Shot) -> None:
    talk.get_by_role("link", name="CV check").click()
    file = {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": pdf(line("Python and SQL since 2024"))}
    talk.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    talk.get_by_role("button", name="Check my CV").click()
    result = talk.get_by_role("region", name="Your CV")
    expect(result.locator("[data-state=score]")).to_contain_text("/100")
    shot(talk, "34-cv")


def test_ideas_for_jobs_lead_to_the_board(talk: Page) -> None:
    talk.get_by_role("link", name="Job ideas").click()
    talk.get_by_role("button", name="Find job ideas").click()
    link = talk.get_by_role("link", name="Search the jobs:").first
    words = link.locator("bdi").inner_text()
    link.click()
    expect(talk.get_by_label("Title, skill or company")).to_have_value(words)


def test_while_the_service_is_down_the_other_kinds_of_advice_keep_what_was_typed(talk: Page, failing: Any) -> None:
    failing()
    talk.get_by_role("link", name="Skills gap").click()
    talk.get_by_label("The role you aim at").fill("Data Analyst")
    talk.get_by_role("button", name="Compare").click()
    expect(talk.get_by_role("alert")).to_have_text(say("advice_unavailable", "en"))
    expect(talk.get_by_label("The role you aim at")).to_have_value("Data Analyst")


def test_axe_finds_nothing(visitor: Page, servers: Running, advised: Story, audit: Audit) -> None:
    for _ in advice_pages(visitor, servers, advised):
        audit(visitor)


def test_axe_finds_nothing_in_the_question_of_consent(visitor: Page, servers: Running, audit: Audit) -> None:
    sign_up(visitor, servers.platform, f"consents-{next(NUMBERS)}@example.com")
    visitor.locator("main form button").click()
    visitor.wait_for_url("**/verify")
    visitor.goto(f"{servers.platform}/advisor")
    audit(visitor)


# Colours move nothing: each width has one set of them.
@pytest.mark.parametrize(("width", "scheme", "language"), looks((320, "dark"), (390, "light"), (1280, "light")))
def test_no_page_scrolls_sideways_and_each_is_well_formed(
    browser: Browser, servers: Running, advised: Story, shot: Shot, width: int, language: Language, scheme: Any
) -> None:
    with guarded(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(f"{servers.platform}/lang/{language}?back=/advisor")
        for name in advice_pages(page, servers, advised):
            is_well_formed(page, language)
            shot(page, f"page-{name}-{language}-{scheme}-{width}")


def test_the_keyboard_reaches_everything(page: Page, servers: Running, advised: Story) -> None:
    for _ in advice_pages(page, servers, advised):
        goes_by_keyboard(page)
