"""Jobs of companies from their posting to an answer: who may do what, who is told, and what each of them sees."""

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest
from examples.shared.demonstration import ADMIN
from examples.shared.links import SignedLinks
from examples.shared.matching import Candidate, Match, Wanted, match
from examples.shared.messages import Language, say
from examples.shared.steps import HIRING, Hiring
from examples.shared.story import Story
from tests.integration.platforms import ADMIN_PASSWORD, Kind, Platform, fresh_postgresql, platform_on, sqlite_url

from ace_integrations.jobs import EmploymentType, ExperienceLevel

NUMBERS = count(1)
JOB = {"title": "Data analyst", "location": "Cairo", "description": "You bring SQL and one project in Python."}
FORM = {**JOB, "salary_min": "14,000", "salary_max": "19,000", "salary_currency": "EGP", "salary_period": "MONTH"}


@pytest.fixture(scope="module")
def platform(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("companies")), admin=True, kind=kind) as platform:
        yield platform


def signed_up(platform: Platform, role: str, *, active: bool = True, **about: Any) -> Story:
    """Give somebody new of a role."""
    email = f"{role}-{next(NUMBERS)}@example.com"
    story = Story(platform.url, platform.control, email=email, role=role, **about)
    story.sign_up()
    if active:
        platform.database.change("UPDATE users SET status = 'active' WHERE email = :email", email=email)
    return story


@pytest.fixture
def company(platform: Platform) -> Iterator[Story]:
    with signed_up(platform, "company", company=f"Example Works {next(NUMBERS)}", name="Hala Nabil") as story:
        yield story


@pytest.fixture
def rival(platform: Platform) -> Iterator[Story]:
    with signed_up(platform, "company", company="Rival Works") as story:
        yield story


@pytest.fixture
def student(platform: Platform) -> Iterator[Story]:
    with signed_up(platform, "student", name="Omar Said") as story:
        yield story


@pytest.fixture(scope="module")
def admin(platform: Platform) -> Iterator[httpx.Client]:
    with platform.browser() as browser:
        browser.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        yield browser


def posted(by: httpx.Client, **fields: Any) -> str:
    """Post a job; give its id."""
    answer = by.post("/api/jobs", json={**JOB, **fields})
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["id"]
    return number


def applied(by: Story, job: str, **cv: str) -> int:
    """Apply; give the application's id."""
    answer = by.browser.post(f"/api/jobs/{job}/apply", json=cv)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["application_id"]
    return number


def answered(by: httpx.Client, application: int, status: str) -> httpx.Response:
    return by.post(f"/api/applications/{application}/status", json={"status": status})


def told(who: Story) -> list[str]:
    found = who.browser.get("/api/notifications").json()["notifications"]
    return [one["name"] for one in reversed(found)]


def mail_of(platform: Platform, who: Story, word: str) -> Any:
    """Give a mail as it is shown, once it is there."""

    def look() -> Any:
        return next((one for one in platform.inbox(who.email) if word in one["subject"]), None)

    found = who.until(look, f"a mail with {word!r} must come")
    return platform.control.get(f"mailgun/inbox/{found['id']}")


def link_in(mail: Any, path: str) -> str:
    """Give the first address of the platform in a mail's text that begins with a path."""
    (found, *_) = re.findall(rf"https?://[^\s\u2069]+?({path}[^\s\u2069>]+)", mail["text"])
    return str(found)


# A company and its jobs.


def test_a_company_signs_up_with_its_name_and_posts_in_it_alone(platform: Platform, company: Story) -> None:
    number = posted(company.browser, company="Somebody Else", owner_id=1, id=1, posted_at="2020-01-01T00:00:00Z")
    ((name, owner, role),) = platform.database.rows(
        "SELECT jobs.company, users.email, users.role FROM jobs JOIN users ON users.id = owner_id WHERE jobs.id = :one",
        one=int(number),
    )
    assert (name.startswith("Example Works"), owner, role) == (True, company.email, "company")


@pytest.mark.parametrize("name", ["", " ", "x", "x" * 201])
def test_a_company_without_a_name_does_not_sign_up(name: str, platform: Platform) -> None:
    form = {"name": "Hala Nabil", "email": "nameless@example.com", "password": "correct horse 42", "role": "company"}
    answer = platform.post("/signup", data={**form, "company": name})
    assert (answer.status_code, say("error_company", "en") in html.unescape(answer.text)) == (422, True)


def test_a_student_who_names_a_company_is_a_student_of_none(platform: Platform) -> None:
    with signed_up(platform, "student", company="Example Works") as story:
        assert platform.database.one("SELECT company FROM users WHERE email = :one", one=story.email) is None


def test_what_a_job_says_is_changed_by_its_company(company: Story) -> None:
    number = posted(company.browser)
    changed = company.browser.put(f"/api/jobs/{number}", json={**JOB, "title": "Senior analyst", "remote": True})
    assert (changed.status_code, changed.json()["title"], changed.json()["remote"]) == (200, "Senior analyst", True)
    assert "Senior analyst" in company.browser.get(f"/jobs/{number}").text


def test_a_closed_job_is_listed_no_more_takes_nobody_and_stays_closed(company: Story, student: Story) -> None:
    number = posted(company.browser, title=f"Closing {next(NUMBERS)}")
    first = applied(student, number)
    closed = [company.browser.post(f"/api/jobs/{number}/close") for _ in range(2)]
    assert [one.status_code for one in closed] == [200, 200]
    found = student.browser.get("/api/jobs", params={"keyword": "Closing", "job_source": "local"}).json()
    assert number not in [one["id"] for one in found]
    assert 'data-state="closed"' in student.browser.get(f"/jobs/{number}").text
    assert company.browser.put(f"/api/jobs/{number}", json=JOB).status_code == 409
    assert answered(company.browser, first, "interview").status_code == 200


def test_nobody_applies_for_a_closed_job(company: Story, student: Story) -> None:
    number = posted(company.browser)
    company.browser.post(f"/api/jobs/{number}/close")
    assert student.browser.post(f"/api/jobs/{number}/apply").status_code == 409
    assert student.browser.post(f"/jobs/{number}/apply").status_code == 409


def test_another_companys_job_answers_as_one_that_is_not_there(company: Story, rival: Story, student: Story) -> None:
    number = posted(company.browser)
    application = applied(student, number, cv_text="SQL")
    for method, path, body in (
        ("PUT", "/api/jobs/{job}", {"json": JOB}),
        ("POST", "/api/jobs/{job}/close", {}),
        ("GET", "/api/jobs/{job}/applications", {}),
        ("GET", "/company/jobs/{job}", {}),
        ("GET", "/company/jobs/{job}/edit", {}),
        ("POST", "/company/jobs/{job}", {"data": FORM}),
        ("POST", "/company/jobs/{job}/close", {}),
        ("GET", "/company/applications/{application}", {}),
        ("POST", "/company/applications/{application}/status", {"data": {"status": "accepted"}}),
        ("POST", "/api/applications/{application}/status", {"json": {"status": "accepted"}}),
    ):
        foreign, absent = (
            rival.browser.request(method, path.format(job=job, application=one), **body)  # type: ignore[arg-type]
            for job, one in ((number, application), (10**6, 10**6))
        )
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content) == (404, foreign.content)
    assert student.browser.get("/api/applications").json()[0]["status"] == "pending"


@pytest.mark.parametrize(
    ("number", "status"),
    [("0", 404), ("-1", 404), ("9" * 30, 404), (str(2**63), 404), ("one", 422), ("1.5", 422), ("\u0663", 422)],
)
def test_a_number_that_nothing_has_finds_nothing_and_what_is_none_is_not_understood(
    number: str, status: int, company: Story, student: Story
) -> None:
    for who, method, path, body in (
        (company, "PUT", f"/api/jobs/{number}", {"json": JOB}),
        (company, "POST", f"/api/jobs/{number}/close", {}),
        (company, "GET", f"/api/jobs/{number}/applications", {}),
        (company, "GET", f"/company/jobs/{number}/edit", {}),
        (company, "POST", f"/company/jobs/{number}", {"data": FORM}),
        (company, "GET", f"/company/applications/{number}", {}),
        (company, "POST", f"/api/applications/{number}/status", {"json": {"status": "interview"}}),
        (student, "POST", f"/api/jobs/{number}/apply", {}),
        (student, "POST", f"/jobs/{number}/apply", {}),
        (student, "POST", f"/jobs/{number}/apply", {"data": {"cv_url": "nowhere"}}),
    ):
        assert (method, path, who.browser.request(method, path, **body).status_code) == (method, path, status)  # type: ignore[arg-type]


def test_an_admin_does_what_a_company_does(admin: httpx.Client, company: Story, student: Story) -> None:
    number = posted(company.browser)
    application = applied(student, number)
    assert admin.get(f"/api/jobs/{number}/applications").json()[0]["application_id"] == application
    assert answered(admin, application, "interview").status_code == 200
    kept = admin.put(f"/api/jobs/{number}", json=JOB).json()["company"]
    assert kept.startswith("Example Works")
    assert admin.post(f"/api/jobs/{number}/close").status_code == 200
    assert admin.post("/api/jobs", json=JOB).status_code == 422


# Whom a job suits.

PY = ("Python",)


@pytest.mark.parametrize(
    ("wanted", "candidate", "expected"),
    [
        ({"university_id": "u1"}, Candidate("u1"), Match()),
        ({"university_id": "u1"}, Candidate("u2", ("SQL", "Python")), None),
        ({"university_id": "u1"}, Candidate(None, PY), None),
        ({}, Candidate("u1", PY), Match(PY)),
        ({}, Candidate(None, ("Excel", "sql", "python")), Match(("sql", "python"))),
        ({}, Candidate(None, ("Excel",)), None),
        ({}, Candidate(), None),
        ({"experience_level": ExperienceLevel.SENIOR}, Candidate(None, PY), None),
        ({"experience_level": ExperienceLevel.ENTRY}, Candidate(None, PY, 2026), Match(PY)),
        ({"experience_level": ExperienceLevel.SENIOR}, Candidate(None, PY, 2025), Match(PY)),
        ({"employment_type": EmploymentType.INTERNSHIP}, Candidate(None, PY, 2025), None),
        ({"employment_type": EmploymentType.INTERNSHIP}, Candidate(None, PY, 2027), Match(PY)),
        ({"title": "مهندس", "description": "نبحث عمّن يتقن HTML وCSS"}, Candidate(None, ("CSS",)), Match(("CSS",))),
        ({"title": "معلّم", "description": "خبرة في التدريس"}, Candidate(None, ("التدريس",)), Match(("التدريس",))),
        ({"title": "PR manager", "description": "C++ and C#"}, Candidate(None, ("R", "C", "C+")), None),
        ({"title": "Engineer", "description": "C++ and C#"}, Candidate(None, ("C++", "C#")), Match(("C++", "C#"))),
        ({"title": "Lead", "description": "Statistics with R."}, Candidate(None, ("R", ".*")), Match(("R",))),
    ],
)
def test_a_job_suits_its_university_or_who_has_a_skill_of_it_and_is_at_its_stage(
    wanted: dict[str, Any], candidate: Candidate, expected: Match | None
) -> None:
    asked = Wanted(**{"title": JOB["title"], "description": JOB["description"], **wanted})
    assert match(asked, candidate, year=2026) == expected


def test_those_whom_a_job_suits_are_mailed_and_told_and_nobody_else(platform: Platform, company: Story) -> None:
    skill = f"Skill{next(NUMBERS)}"
    people = {name: signed_up(platform, "student") for name in ("fits", "stopped", "other", "unverified")}
    platform.database.change(
        "UPDATE users SET status = 'pending_verification' WHERE email = :one", one=people["unverified"].email
    )
    for name, story in people.items():
        story.browser.post("/profile", data={"skills": "Cooking" if name == "other" else skill})
    people["stopped"].browser.post("/account/mails", data={})
    title = f"Tutor {next(NUMBERS)}"
    posted(company.browser, title=title, description=f"You know {skill}.")
    assert {name: told(story) for name, story in people.items()} == {
        "fits": ["job.posted"],
        "stopped": ["job.posted"],
        "other": [],
        "unverified": [],
    }
    mail_of(platform, people["fits"], title)
    others = [story for name, story in people.items() if name != "fits"]
    assert not [one for story in others for one in platform.inbox(story.email) if title in one["subject"]]
    for story in people.values():
        story.browser.close()


def test_mails_of_new_jobs_are_stopped_by_one_click_without_a_sign_in(platform: Platform, company: Story) -> None:
    with signed_up(platform, "student") as story:
        skill, title = f"Skill{next(NUMBERS)}", f"Editor {next(NUMBERS)}"
        story.browser.post("/profile", data={"skills": skill})
        posted(company.browser, title=title, description=f"You know {skill}.")
        mail = mail_of(platform, story, title)
        path = link_in(mail, "/unsubscribe/")
        wants = "SELECT job_mails FROM users WHERE email = :one"
        assert httpx.get(f"{platform.url}{path}", trust_env=False).status_code == 200
        assert platform.database.one(wants, one=story.email)
        click = {"List-Unsubscribe": "One-Click"}
        stopped = [httpx.post(f"{platform.url}{path}", data=click, trust_env=False) for _ in range(2)]
        assert [one.status_code for one in stopped] == [200, 200]
        assert not platform.database.one(wants, one=story.email)
        posted(company.browser, title=f"Later {title}", description=f"You know {skill}.")
        assert told(story) == ["job.posted", "job.posted"]
        key = "SELECT count(*) FROM ace_mail_queue WHERE deliveries LIKE :one AND key LIKE 'job-%'"
        assert platform.database.one(key, one=f"%{story.email}%") == 1


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "!", lambda t: f"2{t[1:]}", lambda t: f"0{t}", lambda t: t + "."]
)
def test_a_link_that_was_changed_is_nobodys(change: Any) -> None:
    links = SignedLinks(b"k" * 32, clock=lambda: 1000.0)
    token = links.sign("stop", 17)
    assert links.read("stop", token) == 17
    assert links.read("stop", change(token)) is None
    assert links.read("resume", token) is None
    assert SignedLinks(b"j" * 32, clock=lambda: 1000.0).read("stop", token) is None


def test_a_link_with_an_end_ends() -> None:
    now = [1000.0]
    links = SignedLinks(b"k" * 32, clock=lambda: now[0])
    token = links.sign("resume", 17, lasts_s=60)
    now[0] = 1059.0
    assert links.read("resume", token) == 17
    now[0] = 1060.0
    assert links.read("resume", token) is None
    with pytest.raises(ValueError, match="16 bytes"):
        SignedLinks(b"short", clock=lambda: 0.0)


# Applying, and the answer.


def test_an_application_is_mailed_and_told_to_its_company_with_a_link_to_the_cv(
    platform: Platform, company: Story, student: Story
) -> None:
    title = f"Analyst {next(NUMBERS)}"
    application = applied(student, posted(company.browser, title=title), cv_text="SQL since 2024\n<b>bold</b>")
    assert told(company) == ["application.received"]
    mail = mail_of(platform, company, title)
    path = link_in(mail, "/resumes/")
    shown = httpx.get(f"{platform.url}{path}", trust_env=False)
    assert (shown.status_code, "SQL since 2024" in shown.text, "<b>bold" in shown.text) == (200, True, False)
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "no-referrer")
    review = link_in(mail, "/company/")
    assert review == f"/company/applications/{application}"
    assert company.browser.get(review).status_code == 200
    assert httpx.get(f"{platform.url}{review}", trust_env=False).headers["location"] == "/login"


def test_the_link_to_a_cv_ends_after_a_week(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        platform_on(sqlite_url(tmp_path_factory.mktemp("week")), kind=kind) as platform,
        signed_up(platform, "company", company="Example Works") as company,
        signed_up(platform, "student") as student,
    ):
        applied(student, posted(company.browser))
        path = link_in(mail_of(platform, company, "New application"), "/resumes/")
        platform.control.advance(7 * 24 * 3600 - 120)
        assert httpx.get(f"{platform.url}{path}", trust_env=False).status_code == 200
        platform.control.advance(240)
        gone = httpx.get(f"{platform.url}{path}", trust_env=False)
    assert (gone.status_code, say("resume_gone", "en") in gone.text) == (404, True)


def test_each_answer_is_mailed_and_told_once_and_seen_by_the_student(
    platform: Platform, company: Story, student: Story
) -> None:
    title = f"Trainer {next(NUMBERS)}"
    application = applied(student, posted(company.browser, title=title))
    for status in ("interview", "interview", "accepted", "accepted"):
        assert answered(company.browser, application, status).json()["status"] == status
    assert told(student) == ["application.status.changed"] * 2
    student.until(lambda: len(platform.inbox(student.email)) == 3 or None, "the welcome and both answers must come")
    (mine,) = student.browser.get("/api/applications").json()
    assert (mine["status"], mine["title"], mine["company"].startswith("Example Works")) == ("accepted", title, True)
    assert 'data-application="accepted"' in student.browser.get("/applications").text


@pytest.mark.parametrize("state", Hiring)
@pytest.mark.parametrize("then", Hiring)
def test_each_step_is_taken_refused_or_does_nothing(
    state: Hiring, then: Hiring, platform: Platform, company: Story, student: Story
) -> None:
    application = applied(student, posted(company.browser))
    platform.database.change("UPDATE applications SET status = :state WHERE id = :one", state=state, one=application)
    by_script = answered(company.browser, application, then)
    allowed = then == state or then in HIRING.after(state)
    assert by_script.status_code == (200 if allowed else 409)
    platform.database.change("UPDATE applications SET status = :state WHERE id = :one", state=state, one=application)
    by_form = company.browser.post(f"/company/applications/{application}/status", data={"status": then})
    assert by_form.status_code == (303 if allowed else 409)


@pytest.mark.parametrize("status", ["offer", "", "PENDING"])
def test_an_answer_that_is_none_is_refused(status: str, company: Story, student: Story) -> None:
    application = applied(student, posted(company.browser))
    assert answered(company.browser, application, status).status_code == 422


@pytest.mark.parametrize(
    ("cv", "field"),
    [
        ({"cv_url": "javascript:alert(1)"}, "cv_url"),
        ({"cv_url": "ftp://example.com/cv.pdf"}, "cv_url"),
        ({"cv_url": "https://example.com@evil.example.com/"}, "cv_url"),
        ({"cv_url": "https://example.com/a b"}, "cv_url"),
        ({"cv_url": "data:text/html,hi"}, "cv_url"),
        ({"cv_url": "https:///cv"}, "cv_url"),
        ({"cv_url": "https://example.com/" + "x" * 500}, "cv_url"),
        ({"cv_text": "x" * 20_001}, "cv_text"),
    ],
)
def test_a_cv_that_no_page_could_show_is_refused_and_what_was_typed_stays(
    cv: dict[str, str], field: str, company: Story, student: Story
) -> None:
    number = posted(company.browser)
    assert student.browser.post(f"/api/jobs/{number}/apply", json=cv).status_code == 422
    page = student.browser.post(f"/jobs/{number}/apply", data=cv)
    assert (page.status_code, f'id="{field}-note"' in page.text) == (422, True)
    assert student.browser.get("/api/applications").json() == []


def test_a_file_is_no_cv(company: Story, student: Story) -> None:
    number = posted(company.browser)
    page = student.browser.post(f"/jobs/{number}/apply", files={"cv_text": ("cv.html", b"<script>", "text/html")})
    assert (page.status_code, student.browser.get("/api/applications").json()) == (422, [])


# The pages.


def test_a_company_posts_changes_closes_and_answers_without_a_script(
    platform: Platform, company: Story, student: Story
) -> None:
    made = company.browser.post("/company/jobs", data=FORM)
    where = made.headers["location"]
    assert (made.status_code, "14,000" in company.browser.get(where).text) == (303, True)
    changed = company.browser.post(where, data={**FORM, "title": "Lead analyst", "remote": "yes"})
    assert (changed.status_code, "Lead analyst" in company.browser.get("/company").text) == (303, True)
    assert 'value="Lead analyst"' in company.browser.get(f"{where}/edit").text
    application = applied(student, where.rpartition("/")[2], cv_url="https://example.com/cv.pdf")
    assert student.email in company.browser.get(f"/company/applications/{application}").text
    answer = company.browser.post(f"/company/applications/{application}/status", data={"status": "rejected"})
    assert answer.status_code == 303
    assert company.browser.post(f"{where}/close").status_code == 303
    assert 'data-state="closed"' in company.browser.get(where).text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": "x"}, "title"),
        ({"title": "\u202e\u2066"}, "title"),
        ({"location": ""}, "location"),
        ({"description": " "}, "description"),
        ({"salary_min": "much"}, "salary_min"),
        ({"salary_min": "20", "salary_max": "10"}, "salary_max"),
        ({"salary_currency": "Pounds"}, "salary_currency"),
        ({"salary_period": "FORTNIGHT"}, "salary_period"),
        ({"employment_type": "slavery"}, "employment_type"),
        ({"university": "x"}, "university"),
    ],
)
def test_a_form_that_means_nothing_names_the_field_and_keeps_the_rest(
    fields: dict[str, str], wrong: str, company: Story
) -> None:
    page = company.browser.post("/company/jobs", data={**FORM, **fields})
    assert (page.status_code, f'id="{wrong}-note"' in page.text) == (422, True)
    assert say(f"error_job_{wrong}", "en") in page.text
    assert wrong == "description" or JOB["description"] in page.text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_read_in_both_languages(language: Language, company: Story, student: Story) -> None:
    empty = [company.browser.get("/company").text, student.browser.get("/applications").text]
    number = posted(company.browser)
    application = applied(student, number)
    for who in (company, student):
        who.browser.get(f"/lang/{language}")
    paths = ["/company", "/company/jobs/new", f"/company/jobs/{number}", f"/company/jobs/{number}/edit"]
    pages = [company.browser.get(path) for path in (*paths, f"/company/applications/{application}", "/notifications")]
    pages += [student.browser.get(path) for path in ("/applications", f"/jobs/{number}", "/account", "/notifications")]
    assert all('data-state="empty"' in page for page in empty)
    for page in pages:
        assert (page.status_code, page.text.count("<h1")) == (200, 1)
        assert f'<html lang="{language}"' in page.text


def test_what_a_company_and_a_student_type_is_text_wherever_it_is_shown(platform: Platform) -> None:
    raw = "<img src=x onerror=alert(1)>"
    with (
        signed_up(platform, "company", company=f"Works {raw}", name=f"Hala {raw}") as company,
        signed_up(platform, "student", name=f"Omar {raw}") as student,
    ):
        student.browser.post("/profile", data={"skills": "Welding"})
        number = posted(company.browser, title=f"Welder {raw}", description=f"Welding. {raw}", location=f"Cairo {raw}")
        application = applied(student, number, cv_text=raw, cv_url="https://example.com/?a=%22%3E%3Cscript%3E")
        path = link_in(mail_of(platform, company, "Welder"), "/resumes/")
        company_paths = ("/company", f"/company/jobs/{number}", f"/company/jobs/{number}/edit", path, "/notifications")
        pages = [company.browser.get(one).text for one in (*company_paths, f"/company/applications/{application}")]
        answered(company.browser, application, "interview")
        student_paths = ("/jobs?job_source=local", f"/jobs/{number}", "/applications", "/notifications", "/account")
        pages += [student.browser.get(one).text for one in student_paths]
        mails = [mail_of(platform, company, "Welder")["html"], mail_of(platform, student, "Welder")["html"]]
    assert not any("<img src=x" in page for page in (*pages, *mails))
    assert all("&lt;img src=x" in page for page in pages[:3])


@pytest.mark.parametrize(
    "line", ["\r\nBcc: eve@example.com", "\nX-Evil: 1", "\r\n\r\n<html>", "\x00\x1b[31m", "\u202egpj"]
)
def test_no_name_and_no_title_reaches_the_head_of_a_mail(line: str, platform: Platform) -> None:
    with (
        signed_up(platform, "company", company=f"Works{line}", name=f"Hala{line}") as company,
        signed_up(platform, "student", name=f"Omar{line}") as student,
    ):
        title = f"Clerk {next(NUMBERS)}"
        applied(student, posted(company.browser, title=title + line))
        mail = mail_of(platform, company, title)
    assert not [name for name in mail["headers"] if name.lower() in ("bcc", "x-evil")]
    assert mail["to"] == [company.email] or company.email in str(mail["to"])
    assert not re.search(r"[\r\n\x00\x1b\u202e]", mail["subject"])


def test_the_students_page_of_a_job_says_when_it_was_posted_by_the_platforms_clock(
    platform: Platform, company: Story
) -> None:
    number = posted(company.browser)
    stored = platform.database.one("SELECT posted_at FROM jobs WHERE id = :one", one=int(number))
    at = datetime.fromisoformat(str(stored)).replace(tzinfo=UTC).timestamp()
    assert abs(at - platform.control.now()) < 60


# At the same moment, on PostgreSQL: SQLite lets one write after another anyway.


@pytest.fixture(scope="module")
def crowded(kind: Kind, postgresql_url: str) -> Iterator[Platform]:
    with platform_on(fresh_postgresql(postgresql_url), kind=kind) as platform:
        yield platform


@pytest.fixture
def pair(crowded: Platform) -> Iterator[tuple[Story, Story]]:
    """Give a company and a student."""
    with (
        signed_up(crowded, "company", company="Crowded Works") as company,
        signed_up(crowded, "student") as student,
    ):
        yield company, student


def test_who_applies_in_many_windows_at_once_applies_once(crowded: Platform, pair: tuple[Story, Story]) -> None:
    company, student = pair
    job = posted(company.browser)
    with ThreadPoolExecutor(8) as windows:
        answers = list(windows.map(lambda _: student.browser.post(f"/api/jobs/{job}/apply").status_code, range(8)))
    assert sorted(answers) == [201] + [409] * 7
    assert told(company) == ["application.received"]
    noted = "SELECT count(*) FROM ace_audit WHERE what = 'application.sent' AND address <> '' AND \"user\" = :one"
    number = crowded.database.one("SELECT id FROM users WHERE email = :one", one=student.email)
    assert crowded.database.one(noted, one=f"user-{number}") == 1


def test_nobody_applies_for_a_job_that_is_being_closed(crowded: Platform, pair: tuple[Story, Story]) -> None:
    company, student = pair
    job = posted(company.browser)
    close = "UPDATE jobs SET closed_at = posted_at WHERE id = :one"
    with ThreadPoolExecutor(1) as window:
        with crowded.database.changing(close, one=int(job)):
            answer = window.submit(student.browser.post, f"/api/jobs/{job}/apply")
            student.until(lambda: answer.done() or crowded.database.waits(), "who applies must wait")
        assert answer.result().status_code == 409
    assert student.browser.get("/api/applications").json() == []


def test_an_answer_waits_for_another_one_and_is_refused_after_it(crowded: Platform, pair: tuple[Story, Story]) -> None:
    company, student = pair
    application = applied(student, posted(company.browser))
    reject = "UPDATE applications SET status = 'rejected' WHERE id = :one"
    with ThreadPoolExecutor(1) as window:
        with crowded.database.changing(reject, one=application):
            answer = window.submit(answered, company.browser, application, "interview")
            company.until(lambda: answer.done() or crowded.database.waits(), "the answer must wait")
        assert (answer.result().status_code, answer.result().json()["status"]) == (409, "rejected")
