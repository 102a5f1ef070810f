"""One story through the whole platform, clicked by everybody in it: the same on each platform, in each language.

A student, a teacher, a company and the admin have a browser each. Every step is photographed.
"""

import re
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from examples.shared.demonstration import ADMIN, Running
from examples.shared.messages import Language, say
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import ADMIN_PASSWORD, Audit, Shot, guarded, pay_with
from tests.browser.pages import is_well_formed
from tests.integration.platforms import KINDS

PATIENCE_MS = 20_000
PASSWORD = "correct horse 42"
COURSES = {"card": 1, "3-D Secure": 2, "PayPal": 3}

EACH = [
    pytest.param(kind, language, id=f"{kind}-{language}", marks=() if daily else (pytest.mark.campaign,))
    for place, kind in enumerate(KINDS)
    for at, language in enumerate(("en", "ar"))
    for daily in [(place + at) % 2 == 0]
]
"""Each platform in one language a day, and by the campaign in the other."""


@dataclass
class Stage:
    """Where the story plays: what it is seen in, and how far it is."""

    browser: Browser
    servers: Running
    language: Language
    shot: Shot
    audit: Audit
    name: str
    pictures: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    open: ExitStack = field(default_factory=ExitStack)

    def of(self, who: str) -> Page:
        """Give somebody's own page, in the story's language."""
        if who not in self.pages:
            page = self.open.enter_context(guarded(self.browser, viewport={"width": 1280, "height": 900}))
            page.goto(f"{self.servers.platform}/lang/{self.language}?back=/courses")
            self.pages[who] = page
        return self.pages[who]

    def go(self, who: str, path: str) -> Page:
        page = self.of(who)
        page.goto(self.servers.platform + path)
        return page

    def say(self, key: str) -> str:
        return say(key, self.language)

    def seen(self, page: Page, what: str) -> None:
        """Look at a page as it is now: how it is made, and a picture."""
        is_well_formed(page, self.language)
        self.audit(page)
        self.pictures += 1
        self.shot(page, f"story-{self.name}-{self.pictures:02}-{what}")


@contextmanager
def on_stage(**given: Any) -> Generator[Stage]:
    stage = Stage(**given)
    with stage.open:
        yield stage


@pytest.mark.parametrize(("kind", "language"), EACH, indirect=["kind"])
def test_the_story(browser: Browser, servers: Running, kind: str, language: Language, shot: Shot, audit: Audit) -> None:
    given = {"browser": browser, "servers": servers, "language": language, "shot": shot, "audit": audit}
    with on_stage(**given, name=f"{kind}-{language}") as stage:
        for who, role in (("lina", "student"), ("mona", "teacher"), ("hala", "company")):
            signs_up(stage, who, role)
            is_checked(stage, who, "approve")
        one_is_declined(stage)
        the_admin_approves_the_teacher(stage)
        she_pays_by_card(stage)
        she_pays_with_a_second_look_of_her_bank(stage)
        she_pays_by_paypal(stage)
        the_admin_sends_one_payment_back(stage)
        she_asks_the_advisor(stage)
        a_company_posts_and_she_applies(stage)
        they_meet_in_a_class(stage)
        she_reads_what_she_was_told(stage)


def signs_up(stage: Stage, who: str, role: str) -> None:
    page = stage.go(who, "/signup")
    page.locator(f"input[name=role][value={role}]").check()
    values = {"name": who.title(), "email": f"{who}@example.com", "password": PASSWORD}
    for name, value in {**values, **({"company": "Nilometer"} if role == "company" else {})}.items():
        page.locator(f"input[name={name}]").fill(value)
    stage.seen(page, f"sign-up-{role}")
    page.locator("main form button.main").click()
    expect(page.locator("[data-state=none]")).to_be_visible()


def is_checked(stage: Stage, who: str, outcome: str) -> None:
    """Let the identity service decide on its own page."""
    page = stage.go(who, "/verify")
    page.locator("main form button.main").click()
    page.locator(f"button[value={outcome}]").click()
    page.wait_for_url("**/verify**")
    state = {"approve": "verified", "decline": "rejected"}[outcome]
    comes_to(page, f"[data-state={state}]")
    stage.seen(page, f"check-{outcome}-{who}")


def comes_to(page: Page, what: str) -> None:
    """Read a page again until a webhook has changed it."""
    for _ in range(PATIENCE_MS // 100):
        if page.locator(what).count():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"{page.url} does not come to show {what}")


def one_is_declined(stage: Stage) -> None:
    """Let somebody else be declined, who then can neither pay nor begin again."""
    signs_up(stage, "karim", "student")
    is_checked(stage, "karim", "decline")
    page = stage.of("karim")
    expect(page.locator("main form")).to_have_count(0)
    stage.go("karim", "/courses/1")
    expect(page.locator("#pay")).to_have_count(0)


def the_admin_approves_the_teacher(stage: Stage) -> None:
    admin, teacher = stage.go("admin", "/login"), stage.go("mona", "/verify")
    expect(teacher.locator("[data-teaching=waiting]")).to_be_visible()
    admin.locator("input[name=email]").fill(ADMIN)
    admin.locator("input[name=password]").fill(ADMIN_PASSWORD)
    admin.locator("main form button.main").click()
    admin.wait_for_url("**/courses")
    stage.go("admin", "/admin/teachers")
    stage.seen(admin, "teacher-waits")
    admin.locator("#waiting form[action$=approve] button").click()
    expect(teacher.locator("[data-teaching=approved]")).to_be_visible(timeout=PATIENCE_MS)
    stage.seen(teacher, "teacher-approved")
    stage.go("admin", "/courses/1")
    admin.locator("#teacher").fill("mona@example.com")
    admin.locator("form[action$=teacher] button").click()
    expect(admin.locator("#teacher")).to_have_value("mona@example.com")


def she_pays_by_card(stage: Stage) -> None:
    page = stage.go("lina", f"/courses/{COURSES['card']}")
    page.locator("#way-card").check()
    pay_with(page, "4000000000000002")
    expect(page.locator("#pay-error")).to_have_text(stage.say("pay_declined"))
    stage.seen(page, "card-declined")
    pay_with(page, "4242424242424242")
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=PATIENCE_MS)
    stage.seen(page, "card-enrolled")


def she_pays_with_a_second_look_of_her_bank(stage: Stage) -> None:
    page = stage.go("lina", f"/courses/{COURSES['3-D Secure']}")
    page.locator("#way-card").check()
    pay_with(page, "4000000000003220")
    dialog = page.frame_locator("dialog iframe")
    dialog.locator("button[value=complete]").wait_for()
    stage.shot(page, f"story-{stage.name}-3-D-Secure")
    dialog.locator("button[value=complete]").click()
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=PATIENCE_MS)


def she_pays_by_paypal(stage: Stage) -> None:
    page = stage.go("lina", f"/courses/{COURSES['PayPal']}")
    page.locator("#way-paypal").check()
    stage.seen(page, "paypal-chosen")
    page.locator("#pay-paypal button").click()
    page.wait_for_url("**/paypal/checkoutnow**")
    page.locator("button[value=approve]").click()
    page.wait_for_url(f"**/courses/{COURSES['PayPal']}**")
    expect(page.locator("[data-state=enrolled]")).to_be_visible(timeout=PATIENCE_MS)
    stage.go("lina", "/payments")
    stage.seen(page, "payments")


def the_admin_sends_one_payment_back(stage: Stage) -> None:
    admin = stage.go("admin", "/admin/payments")
    stage.seen(admin, "admin-payments")
    admin.get_by_role("row").filter(has_text="Stripe").first.get_by_role("link").first.click()
    admin.locator("form[action$=refund] button").click()
    expect(admin.locator("[data-refund=succeeded]")).to_have_count(1)
    stage.seen(admin, "refunded")
    page = stage.go("lina", f"/courses/{COURSES['3-D Secure']}")
    expect(page.locator("[data-state=enrolled]")).to_have_count(0)


def she_asks_the_advisor(stage: Stage) -> None:
    page = stage.go("lina", "/advisor")
    for name in ("adult", "agreed"):
        page.locator(f"input[name={name}]").check()
    stage.seen(page, "consent")
    page.locator("main form button.main").click()
    stage.go("lina", "/profile")
    for name, value in (("university", "Example University"), ("major", "Economics"), ("skills", "SQL, Python")):
        page.locator(f"#{name}").fill(value)
    page.locator("main form button.main").click()
    stage.go("lina", "/advisor?new=1")
    page.locator("#starters button").first.click()
    expect(page.locator(".bubble.answer:not(.coming)")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".bubble.answer")).to_contain_text(re.compile(r"\w{3}"))
    stage.seen(page, "advisor")


def a_company_posts_and_she_applies(stage: Stage) -> None:
    company, student = stage.go("hala", "/company/jobs/new"), stage.go("lina", "/notifications")
    job = {
        "title": "محللة بيانات · Data analyst",
        "location": "Cairo",
        "description": "SQL, and one project in Python.",
    }
    for name, value in job.items():
        company.locator(f"#{name}").fill(value)
    stage.seen(company, "job-form")
    company.locator("main form button.main").click()
    notice = student.locator("[data-notice]").filter(has_text=job["title"])
    expect(notice.first).to_be_visible(timeout=PATIENCE_MS)
    stage.seen(student, "job-told")
    notice.first.get_by_role("link").click()
    student.locator("#cv_text").fill("SQL since 2024")
    student.locator("form[action$=apply] button").click()
    expect(student.locator("[data-application=pending]")).to_be_visible()
    expect(company.locator("#applicants-list a")).to_have_count(1, timeout=PATIENCE_MS)
    stage.seen(company, "applicants")
    company.locator("#applicants-list a").click()
    stage.go("lina", "/applications")
    company.locator("button[name=status][value=interview]").click()
    expect(student.locator("#applications [data-application=interview]")).to_be_visible(timeout=PATIENCE_MS)
    stage.seen(student, "interview")


def they_meet_in_a_class(stage: Stage) -> None:
    teacher, student = stage.go("mona", "/live"), stage.go("lina", "/courses")
    starts_at = datetime.now(ZoneInfo("Africa/Cairo")) + timedelta(minutes=25)
    teacher.locator("#title").fill("Charts that tell the truth")
    teacher.locator("#starts_at").fill(starts_at.strftime("%Y-%m-%dT%H:%M"))
    teacher.locator("main form button.main").click()
    expect(student.locator(".toast")).to_have_count(1, timeout=PATIENCE_MS)
    stage.seen(student, "class-told")
    teacher.get_by_role("link", name="Charts that tell the truth").click()
    teacher.locator("#enter").click()
    expect(teacher.locator("[data-panel=inside]")).to_be_visible(timeout=PATIENCE_MS)
    student.locator(".toast a[href*='/student/live-class/']").click(timeout=PATIENCE_MS)
    student.locator("#enter").click()
    for page in (teacher, student):
        expect(page.locator("#people li bdi")).to_have_text(["Lina", "Mona"], timeout=PATIENCE_MS)
    stage.seen(teacher, "class-teacher")
    stage.seen(student, "class-student")
    teacher.locator("#ending summary").click()
    teacher.locator("#end button").click()
    for page in (teacher, student):
        expect(page.locator("[data-panel=ended]")).to_be_visible(timeout=PATIENCE_MS)
    teacher.goto(teacher.url.rstrip("/") + "/attendance")
    for _ in range(PATIENCE_MS // 100):
        if teacher.locator("tbody time").count() == 4:
            break
        teacher.wait_for_timeout(100)
        teacher.reload()
    assert sorted(teacher.locator("tbody th").all_inner_texts()) == ["Lina", "Mona"]
    stage.seen(teacher, "attendance")


def she_reads_what_she_was_told(stage: Stage) -> None:
    page = stage.go("lina", "/notifications")
    told = page.locator("[data-notice]")
    names = {one.get_attribute("data-name") for one in told.all()}
    assert {"session.scheduled", "session.started", "application.status.changed"} <= names
    stage.seen(page, "notifications")
    page.locator("form[action='/notifications/read'] button").click()
    expect(page.locator("#bell .badge")).to_have_count(0)
    expect(page.locator("[data-notice].unread")).to_have_count(0)
