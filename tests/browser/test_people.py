"""The pages of companies, applicants, teachers who wait, notices, the trail and one's account, in a real Chromium."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from examples.shared.demonstration import Running
from examples.shared.messages import Language, say
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import ON_EACH, Audit, Shot, as_admin, be, guarded, token_of
from tests.browser.pages import goes_by_keyboard, is_well_formed, looks

NUMBERS = count(1)
PATIENCE_MS = 15_000
JOB = {
    "title": "محلل بيانات مبتدئ · Junior data analyst",
    "location": "القاهرة، مصر",
    "description": "You answer questions with SQL and Python.\n\nيناسب طلاب السنة الأخيرة.",
    "salary_min": 14000,
    "salary_max": 19000,
    "salary_currency": "EGP",
    "salary_period": "MONTH",
    "employment_type": "internship",
}


@dataclass
class Town:
    """A company with a job, a student who applied, a teacher who waits and one who was rejected, and the admin."""

    servers: Running
    company: Story
    student: Story
    waiting: Story
    rejected: Story
    admin: str
    job: str
    application: int

    def pages(self, page: Page) -> Iterator[str]:
        """Go through every page as who may see it; name each once it is there."""
        for who, token, path, name in self.places():
            be(page, self.servers, token)
            page.goto(self.servers.platform + path)
            yield f"{who}-{name}"
        be(page, self.servers, token_of(self.company))
        page.goto(f"{self.servers.platform}/company/jobs/new")
        page.locator("#salary_min").fill("much")
        page.locator("main form button").click()
        page.locator("#title-note").wait_for()
        yield "company-form-refused"
        be(page, self.servers, token_of(self.student))
        page.goto(f"{self.servers.platform}/account")
        page.locator("summary").click()
        page.locator("#password").fill("not my password")
        page.locator("details button").click()
        page.locator("#password-note").wait_for()
        yield "account-refused"

    def places(self) -> Iterator[tuple[str, str, str, str]]:
        company, student, admin = token_of(self.company), token_of(self.student), self.admin
        yield "company", company, "/company", "jobs"
        yield "company", company, f"/company/jobs/{self.job}", "job"
        yield "company", company, f"/company/jobs/{self.job}/edit", "form"
        yield "company", company, f"/company/applications/{self.application}", "application"
        yield "company", company, "/notifications", "notifications"
        yield "company", company, "/verify", "verify"
        yield "student", student, f"/jobs/{self.job}", "job-applied"
        yield "student", student, "/jobs/1", "job-to-apply"
        yield "student", student, "/applications", "applications"
        yield "student", student, "/notifications", "notifications"
        yield "student", student, "/account", "account"
        yield "teacher", token_of(self.waiting), "/verify", "waiting"
        yield "teacher", token_of(self.rejected), "/verify", "rejected"
        yield "teacher", token_of(self.waiting), "/notifications", "none"
        yield "admin", admin, "/admin/teachers", "teachers"
        yield "admin", admin, "/admin/audit", "audit"
        yield "admin", admin, "/admin/audit?who=nobody@example.com", "audit-empty"
        yield "admin", admin, "/admin/erasures", "erasures"
        yield "admin", admin, "/company", "company"


@pytest.fixture(scope="module")
def town(servers: Running) -> Iterator[Town]:
    company = checked(servers, "company", "Hala Nabil", company="ورشة السنديان Works")
    student = checked(servers, "student", "Omar Said")
    teachers = [checked(servers, "teacher", name) for name in ("Mona Adel", "سلمى إبراهيم", "Nour Samir")]
    with as_admin(servers) as admin, company, student, teachers[0], teachers[1], teachers[2]:
        numbers = {one["email"]: one["user_id"] for one in admin.get("/api/admin/teachers").json()}
        ids = [numbers[teacher.email] for teacher in teachers]
        admin.post(f"/api/admin/teachers/{ids[1]}/reject", json={"reason": "الشهادة غير واضحة: send a new photo."})
        admin.post(f"/api/admin/teachers/{ids[2]}/approve")
        student.browser.post("/profile", data={"skills": "SQL, Python", "university": "Example University"})
        job = company.browser.post("/api/jobs", json=JOB).json()["id"]
        cv = {"cv_text": "SQL since 2024\nمشروعان بلغة Python", "cv_url": "https://example.com/cv.pdf"}
        applied = student.browser.post(f"/api/jobs/{job}/apply", json=cv).json()["application_id"]
        gone = checked(servers, "student", "Gone Soon")
        gone.browser.post("/account/erase", data={"password": "correct horse 42"})
        gone.browser.close()
        token = admin.cookies["platform_session"]
        yield Town(servers, company, student, teachers[0], teachers[1], token, job, applied)


def checked(servers: Running, role: str, name: str, *, company: str = "") -> Story:
    """Give somebody new whose identity was checked."""
    email = f"{role}-{next(NUMBERS)}@example.com"
    story = Story(servers.platform, servers.sandbox.control, email=email, name=name, role=role, company=company)
    story.sign_up()
    story.start_verification()
    story.approve()
    return story


@ON_EACH
def test_a_company_posts_and_answers_and_the_student_sees_it_without_a_reload(
    browser: Browser, servers: Running, town: Town, shot: Shot
) -> None:
    title = f"Tutor {next(NUMBERS)}"
    with guarded(browser) as hers, guarded(browser) as his:
        be(hers, servers, token_of(town.company))
        be(his, servers, token_of(town.student))
        his.goto(f"{servers.platform}/notifications")
        before = his.locator("[data-notice]").count()
        hers.goto(f"{servers.platform}/company")
        hers.get_by_role("link", name=say("job_new", "en")).click()
        hers.get_by_label(say("job_title", "en"), exact=True).fill(title)
        hers.get_by_label(say("job_location", "en"), exact=True).fill("Cairo")
        hers.get_by_label(say("job_text", "en"), exact=True).fill("You teach SQL.")
        hers.get_by_role("button", name=say("job_post", "en"), exact=True).click()
        expect(his.locator("[data-notice]").first).to_contain_text(title, timeout=PATIENCE_MS)
        expect(his.locator("[data-notice]")).to_have_count(before + 1)
        expect(his.locator("#bell")).to_contain_text("unread")
        shot(his, "60-notification-came")
        his.locator("[data-notice]").first.get_by_role("link").click()
        his.get_by_label(say("cv_text", "en")).fill("SQL since 2024")
        his.get_by_role("button", name=say("job_apply", "en")).click()
        expect(his.locator("[data-application=pending]")).to_be_visible()
        expect(hers.locator("#applicants-list a")).to_have_text("Omar Said", timeout=PATIENCE_MS)
        hers.locator("#applicants-list a").click()
        his.goto(f"{servers.platform}/applications")
        hers.get_by_role("button", name=say("answer_interview", "en")).click()
        expect(his.locator("#applications [data-application=interview]").first).to_be_visible(timeout=PATIENCE_MS)
        shot(hers, "61-application-answered")


def _shown_again(page: Page, servers: Running) -> bool:
    page.goto(f"{servers.platform}/notifications")
    return True


@ON_EACH
def test_opening_what_a_notice_leads_to_reads_it(page: Page, servers: Running, town: Town) -> None:
    with as_admin(servers) as admin:
        posted = {"title": "Read me", "company": "Example", "location": "Cairo", "description": "SQL."}
        admin.post("/api/jobs", json=posted)
    be(page, servers, token_of(town.student))
    page.goto(f"{servers.platform}/notifications")
    page.locator("[data-notice].unread").filter(has_text="Read me").get_by_role("link").click()
    page.wait_for_url("**/jobs/*")
    notice = page.locator("[data-notice]").filter(has_text="Read me")
    # Said while the page was left: it may arrive after the next page was asked for.
    town.student.until(lambda: _shown_again(page, servers) and notice.get_attribute("class") != "row unread", "read")


@ON_EACH
def test_an_admin_approves_and_rejects_by_hand(page: Page, servers: Running, town: Town, shot: Shot) -> None:
    teachers = [checked(servers, "teacher", name) for name in ("First Teacher", "Second Teacher")]
    be(page, servers, town.admin)
    page.goto(f"{servers.platform}/admin/teachers")
    page.get_by_role("button", name="Approve First Teacher").click()
    row = page.locator("[data-teacher]").filter(has_text="Second Teacher")
    row.get_by_text(say("teacher_reject", "en"), exact=True).first.click()
    row.get_by_label(say("teacher_reason", "en")).fill("Not yet")
    row.get_by_role("button", name="Reject Second Teacher").click()
    expect(page.locator("#waiting")).not_to_contain_text("Second Teacher")
    shot(page, "62-teachers-decided")
    states = [one.browser.get("/verify").text for one in teachers]
    assert ['data-teaching="approved"' in states[0], 'data-teaching="rejected"' in states[1]] == [True, True]
    for one in teachers:
        one.browser.close()


@ON_EACH
def test_an_admin_reads_of_one_person_in_the_trail(page: Page, servers: Running, town: Town) -> None:
    be(page, servers, town.admin)
    page.goto(f"{servers.platform}/admin/audit")
    page.get_by_label(say("audit_who", "en")).fill(town.rejected.email)
    page.get_by_label(say("audit_what", "en")).select_option("teacher.rejected")
    page.get_by_role("button", name=say("audit_filter", "en")).click()
    expect(page.locator("[data-entry]")).to_have_count(1)
    page.get_by_role("link", name=say("erasures", "en")).click()
    expect(page.locator("[data-step]").first).to_be_visible()


@ON_EACH
def test_somebody_takes_their_data_along_and_goes(page: Page, servers: Running) -> None:
    with checked(servers, "student", "Leaving Soon") as story:
        be(page, servers, token_of(story))
        page.goto(f"{servers.platform}/account")
        with page.expect_download() as download:
            page.get_by_role("link", name=say("account_download", "en")).click()
        assert download.value.suggested_filename == "my-data.json"
        page.locator("summary").click()
        page.get_by_label(say("password", "en")).fill("correct horse 42")
        page.get_by_role("button", name=say("account_erase_button", "en")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(say("account_erased", "en"))
        page.goto(f"{servers.platform}/account")
        page.wait_for_url("**/login")


@ON_EACH
def test_a_company_signs_up_with_its_name(page: Page, servers: Running) -> None:
    page.goto(f"{servers.platform}/signup")
    expect(page.locator("#company")).to_be_hidden()
    page.get_by_label(say("company", "en"), exact=True).first.check()
    for name, value in (("company", "New Works"), ("name", "Hala Nabil"), ("password", "correct horse 42")):
        page.locator(f"input[name={name}]:not([type=radio])").fill(value)
    page.locator("input[name=email]").fill(f"signs-{next(NUMBERS)}@example.com")
    page.locator("main form button").click()
    page.wait_for_url("**/verify")


def test_axe_finds_nothing(visitor: Page, town: Town, audit: Audit) -> None:
    for _ in town.pages(visitor):
        audit(visitor)


@pytest.mark.parametrize(("width", "scheme", "language"), looks((320, "dark"), (390, "light"), (1280, "light")))
def test_no_page_scrolls_sideways_and_each_is_well_formed(
    browser: Browser, town: Town, shot: Shot, width: int, language: Language, scheme: Any
) -> None:
    with guarded(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(f"{town.servers.platform}/lang/{language}?back=/jobs")
        for name in town.pages(page):
            is_well_formed(page, language)
            shot(page, f"page-{name}-{language}-{scheme}-{width}")


def test_the_keyboard_reaches_everything(page: Page, town: Town) -> None:
    for _ in town.pages(page):
        goes_by_keyboard(page)
