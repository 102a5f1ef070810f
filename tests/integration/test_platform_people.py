"""What is kept for and about people: notices, the audit trail, their data and its end; and how much they may ask."""

import json
import re
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.shared.demonstration import ADMIN
from examples.shared.hiring import HiringStory
from examples.shared.messages import Language, say
from examples.shared.notices import NOTICES, PAGE, link_of, text_of
from examples.shared.seat import Seat
from examples.shared.story import Story
from examples.shared.trail import PAGE as TRAIL_PAGE
from tests.integration.platforms import (
    ADMIN_PASSWORD,
    ON,
    Database,
    Kind,
    Platform,
    fresh_postgresql,
    platform_on,
    sqlite_url,
)

NUMBERS = count(1)
PASSWORD = "correct horse 42"
JOB = {"title": "Tutor", "company": "Example Tutors", "location": "Cairo", "description": "Teach."}


@pytest.fixture(scope="module")
def shared(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("people")), admin=True, kind=kind) as platform:
        yield platform


@pytest.fixture(scope="module")
def admin(shared: Platform) -> Iterator[httpx.Client]:
    with signed_in_as_admin(shared) as browser:
        yield browser


@pytest.fixture
def student(shared: Platform) -> Iterator[Story]:
    with shared.member(f"student-{next(NUMBERS)}@example.com") as story:
        yield story


@contextmanager
def signed_in_as_admin(platform: Platform) -> Generator[httpx.Client]:
    with platform.browser() as browser:
        browser.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        yield browser


def number(platform: Platform, story: Story) -> int:
    found: int = platform.database.one("SELECT id FROM users WHERE email = :email", email=story.email)
    return found


def tell_of_jobs(admin: httpx.Client, story: Story, many: int) -> None:
    """Let a student be told of so many jobs."""
    university = f"University {next(NUMBERS)}"
    story.browser.post("/profile", data={"university": university})
    for position in range(many):
        posted = admin.post("/api/jobs", json={**JOB, "title": f"Tutor {position}", "university": university})
        assert posted.status_code == 201


# Notices.


def test_what_somebody_was_told_is_counted_on_every_page_until_it_is_read(admin: httpx.Client, student: Story) -> None:
    tell_of_jobs(admin, student, 2)
    badge = re.compile(r'<span aria-hidden="true">(\d+)</span>')
    assert badge.findall(student.browser.get("/courses").text) == ["2"]
    (newest, oldest) = student.browser.get("/api/notifications").json()["notifications"]
    assert (newest["data"]["title"], oldest["data"]["title"], newest["read_at"]) == ("Tutor 1", "Tutor 0", None)
    assert student.browser.post(f"/notifications/{oldest['id']}/read").status_code == 303
    assert badge.findall(student.browser.get("/courses").text) == ["1"]
    first = student.browser.post(f"/api/notifications/{newest['id']}/read")
    read_at = [one["read_at"] for one in student.browser.get("/api/notifications").json()["notifications"]]
    again = student.browser.post(f"/api/notifications/{newest['id']}/read")
    assert [first.status_code, again.status_code] == [200, 200]
    assert read_at == [one["read_at"] for one in student.browser.get("/api/notifications").json()["notifications"]]
    assert badge.findall(student.browser.get("/courses").text) == []


def test_notices_come_a_page_at_a_time_and_are_all_read_at_once(admin: httpx.Client, student: Story) -> None:
    tell_of_jobs(admin, student, PAGE + 2)
    first = student.browser.get("/api/notifications").json()
    last = first["notifications"][-1]["id"]
    second = student.browser.get("/api/notifications", params={"before": last}).json()
    assert (first["unread"], first["more"], len(second["notifications"]), second["more"]) == (32, True, 2, False)
    page = student.browser.get("/notifications").text
    (older,) = re.findall(r'href="(/notifications\?before=\d+)"', page)
    assert (page.count("data-notice="), student.browser.get(older).text.count("data-notice=")) == (30, 2)
    assert student.browser.post("/api/notifications/read").json() == {"read": 32}
    assert student.browser.get("/api/notifications").json()["unread"] == 0


def test_nobody_reads_or_marks_anothers_notices(admin: httpx.Client, shared: Platform, student: Story) -> None:
    tell_of_jobs(admin, student, 1)
    (mine,) = student.browser.get("/api/notifications").json()["notifications"]
    with shared.member(f"other-{next(NUMBERS)}@example.com") as other:
        assert other.browser.get("/api/notifications").json()["notifications"] == []
        foreign = other.browser.post(f"/api/notifications/{mine['id']}/read")
        absent = other.browser.post(f"/api/notifications/{10**9}/read")
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content) == (404, foreign.content)
        other.browser.post("/api/notifications/read")
    assert student.browser.get("/api/notifications").json()["unread"] == 1


def test_an_enrolled_student_is_told_of_a_class_and_its_teacher_is_not(shared: Platform) -> None:
    teacher = shared.member(f"teacher-{next(NUMBERS)}@example.com", role="teacher", course=2)
    student = shared.member(f"student-{next(NUMBERS)}@example.com", course=2)
    form = {"course_id": 2, "title": "Medians", "scheduled_at": "2031-01-01T10:00:00Z"}
    with teacher, student:
        assert teacher.browser.post("/api/live/session/create", json=form).status_code == 201
        names = [
            [one["name"] for one in who.browser.get("/api/notifications").json()["notifications"]]
            for who in (teacher, student)
        ]
    assert names == [[], ["session.scheduled"]]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", NOTICES)
def test_each_kind_of_notice_has_its_words_and_leads_somewhere(name: str, language: Language) -> None:
    data = {"session_id": "1", "job_id": "a/b?c", "application_id": "3", "title": "T", "status": "interview"}
    assert say(text_of(name, data), language)
    assert say(NOTICES[name].words, language)
    for role in ("student", "teacher", "company"):
        link = link_of(name, data, role=role)
        assert re.fullmatch(r"/[\w/%-]+", link)
        assert "{" not in link
    for status in NOTICES[name].states:
        assert say(text_of(name, {**data, "status": status}), language)


# The audit trail.


@pytest.mark.usefixtures("long_trail")
def test_the_trail_is_filtered_by_person_and_kind_and_goes_on_a_page_at_a_time(
    shared: Platform, admin: httpx.Client, student: Story
) -> None:
    key = f"user-{number(shared, student)}"
    whole = admin.get("/api/admin/audit").json()
    assert (len(whole["entries"]), whole["more"] is not None) == (TRAIL_PAGE, True)
    ids = [one["id"] for one in whole["entries"]]
    older = admin.get("/api/admin/audit", params={"before": whole["more"]}).json()["entries"]
    assert ids == sorted(ids, reverse=True)
    assert older[0]["id"] < ids[-1]
    for who in (key, student.email, student.email.upper()):
        (only,) = admin.get("/api/admin/audit", params={"who": who}).json()["entries"]
        assert (only["what"], only["user"]) == ("account.created", key)
    posted = admin.get("/api/admin/audit", params={"what": "job.posted"}).json()["entries"]
    assert {one["what"] for one in posted} == {"job.posted"}
    nobody = admin.get("/api/admin/audit", params={"who": "nobody@example.com"}).json()
    assert nobody == {"entries": [], "more": None}


@pytest.fixture(scope="module")
def long_trail(admin: httpx.Client) -> None:
    """Let the trail have more than a page."""
    for _ in range(TRAIL_PAGE + 1):
        admin.post("/api/jobs", json=JOB)


@pytest.mark.usefixtures("long_trail")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_of_the_trail_keeps_its_filter_and_leads_on(language: Language, admin: httpx.Client) -> None:
    admin.get(f"/lang/{language}")
    page = admin.get("/admin/audit", params={"what": "job.posted"}).text
    (older,) = re.findall(r'href="(/admin/audit\?what=job.posted&amp;before=\d+)"', page)
    second = admin.get(older.replace("&amp;", "&")).text
    strange = admin.get("/admin/audit", params={"who": '"><script>alert(1)</script>'}).text
    admin.get("/lang/en")
    assert (f'<html lang="{language}"' in page, page.count("data-entry=")) == (True, TRAIL_PAGE)
    assert ("job.posted</option>" in second, "data-entry=" in second) == (True, True)
    assert ("<script>alert" in strange, 'data-state="empty"' in strange) == (False, True)


# One's data, and its end.


def held(story: Story) -> dict[str, Any]:
    answer = story.browser.get("/account/data")
    assert answer.headers["content-disposition"].startswith("attachment")
    found: dict[str, Any] = json.loads(answer.text)
    return found


FILLED = (
    "profile",
    "ai_consent",
    "enrollments",
    "payments",
    "applications",
    "notifications",
    "sign_ins",
    "advisor",
    "audit",
)
"""What an export has something of, of somebody who lived on the platform as `lived` lets them."""


def lived(platform: Platform, admin: httpx.Client) -> Story:
    """Give a student who paid, applied, asked the advisor, was told things and has a place in a course."""
    story = Story(platform.url, platform.control, email=f"life-{next(NUMBERS)}@example.com", name="Lina Farouk")
    story.sign_up()
    story.start_verification()
    story.approve()
    story.start_payment()
    story.pay("4242424242424242")
    assert story.confirm()["success"]
    story.agree()
    story.tell_of_studies()
    story.ask("What should I learn first?")
    job = admin.post("/api/jobs", json={**JOB, "university": "Example University"}).json()["id"]
    story.browser.post(f"/api/jobs/{job}/apply", json={"cv_text": "My life so far"})
    return story


def test_ones_data_holds_everything_and_no_secret(shared: Platform, admin: httpx.Client) -> None:
    with lived(shared, admin) as story:
        data = held(story)
    assert data["account"]["email"] == story.email
    assert [name for name in FILLED if not data[name]] == []
    assert {one["service"] for one in data["services"]["services"]} >= {"didit", "stripe", "mailgun"}
    assert data["applications"][0]["cv_text"] == "My life so far"
    assert {said["speaker"] for said in data["advisor"]} == {"user", "advisor"} or len(data["advisor"]) == 2
    assert not re.search(r"\"(password|token_hash|session_key|session_data)\"", json.dumps(data))


def test_ones_data_is_nobody_elses(shared: Platform, admin: httpx.Client, student: Story) -> None:
    with lived(shared, admin) as story:
        mine = json.dumps(held(student))
    assert story.email not in mine
    assert "My life so far" not in mine


def test_an_erased_account_leaves_its_payments_and_no_word_about_its_owner(
    kind: Kind, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        platform_on(sqlite_url(tmp_path_factory.mktemp("erased")), admin=True, kind=kind) as platform,
        signed_in_as_admin(platform) as admin,
        lived(platform, admin) as story,
        platform.student(story.email) as elsewhere,
    ):
        elsewhere.sign_in()
        user = number(platform, story)
        platform.control.advance(1)
        erased = story.browser.post("/account/erase", data={"password": PASSWORD})
        assert (erased.status_code, say("account_kept_payments", "en") in erased.text) == (200, True)
        assert [who.browser.get("/payments").headers.get("location") for who in (story, elsewhere)] == ["/login"] * 2
        assert platform.database.one("SELECT count(*) FROM logins WHERE user_id = :one", one=user) == 0
        assert not elsewhere.sign_in()
        books = platform.database.books()
        assert (books["payments"], books["places"], books["students"]) == (["paid"], [False], 0)
        left = "SELECT count(*) FROM ace_erasures WHERE finished_at IS NULL"
        story.until(lambda: platform.database.one(left) == 0, "each service must do its part")
        assert traces(platform.database, story.email, "Lina Farouk", "My life so far", "Computer Science") == {
            "ace_webhook_events.body"
        }
        steps = dict(platform.database.rows("SELECT service, state FROM ace_erasures"))
        assert (steps["didit"], steps["stripe"]) == ("done", "kept")
        remembering = {one["service"] for one in platform.control.traces(story.email, f"user-{user}")}
        assert {steps[service] for service in remembering} <= {"kept"}
        assert 'data-step="kept"' in admin.get("/admin/erasures").text
        ((status, verification),) = platform.database.rows(
            "SELECT status, verification_id FROM users WHERE id = :one", one=user
        )
        assert (status, verification) == ("blocked", None)
        late = platform.made("didit", "status.updated", status="Approved", vendor_data=f"user-{user}")
        assert platform.deliver(late).status_code == 200
        assert platform.database.one("SELECT status FROM users WHERE id = :one", one=user) == "blocked"
        again = platform.student(story.email)
        again.sign_up()
        assert number(platform, again) != user
        again.browser.close()


def traces(database: Database, *words: str) -> set[str]:
    """Name the columns in which a word stands still."""
    tables = [name for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = [(table, row[1]) for table in tables for row in database.rows(f'PRAGMA table_info("{table}")')]
    here = 'SELECT count(*) FROM "{}" WHERE CAST("{}" AS TEXT) LIKE :word'
    return {
        f"{table}.{column}"
        for table, column in columns
        for word in words
        if database.one(here.format(table, column), word=f"%{word}%")
    }


@pytest.mark.parametrize("password", ["", "wrong horse 42", PASSWORD.upper()])
def test_without_its_password_nothing_is_erased(password: str, shared: Platform, student: Story) -> None:
    answer = student.browser.post("/account/erase", data={"password": password})
    assert (answer.status_code, say("account_wrong", "en") in answer.text) == (422, True)
    assert shared.database.one("SELECT status FROM users WHERE email = :one", one=student.email) == "active"


def test_the_platforms_own_account_is_not_erased(admin: httpx.Client) -> None:
    assert admin.post("/account/erase", data={"password": ADMIN_PASSWORD}).status_code == 403


def test_a_teacher_who_goes_leaves_no_course_and_a_company_no_open_job(shared: Platform, admin: httpx.Client) -> None:
    teacher = shared.member(f"teacher-{next(NUMBERS)}@example.com", role="teacher", course=3)
    company = Story(shared.url, shared.control, email=f"hr-{next(NUMBERS)}@example.com", role="company", company="Gone")
    company.sign_up()
    shared.database.change("UPDATE users SET status = 'active' WHERE email = :one", one=company.email)
    with teacher, company:
        job = company.browser.post("/api/jobs", json=JOB).json()["id"]
        for who in (teacher, company):
            assert who.browser.post("/account/erase", data={"password": PASSWORD}).status_code == 200
    assert shared.database.one("SELECT teacher_id FROM courses WHERE id = 3") is None
    assert shared.database.one("SELECT closed_at FROM jobs WHERE id = :one", one=int(job)) is not None


@pytest.mark.parametrize("video", ["jitsi", "agora"])
def test_who_erases_their_account_during_a_class_is_put_out_of_it(video: str, kind: Kind, tmp_path: Path) -> None:
    with (
        platform_on(sqlite_url(tmp_path), video=video, kind=kind) as platform,
        platform.member("mona@example.com", role="teacher", course=1) as teacher,
        platform.member("lina@example.com", course=1) as student,
    ):
        form = {"course_id": 1, "title": "Medians", "scheduled_at": "2031-01-01T10:00:00Z"}
        session = teacher.browser.post("/api/live/session/create", json=form).json()["id"]
        grants = [who.browser.post(f"/api/live/session/{session}/join").json() for who in (teacher, student)]
        with Seat(platform.sandbox.url, grants[0]), Seat(platform.sandbox.url, grants[1]):
            came = "SELECT count(*) FROM session_events WHERE kind = 'joined'"
            student.until(lambda: platform.database.one(came) == 2, "both must be seen in the room")
            key = f"user-{number(platform, student)}"
            assert student.browser.post("/account/erase", data={"password": PASSWORD}).status_code == 200
            left = "SELECT count(*) FROM ace_erasures WHERE finished_at IS NULL"
            teacher.until(lambda: platform.database.one(left) == 0, "each service must do its part")
        evidence = dict(platform.database.rows("SELECT service, evidence FROM ace_erasures"))
        assert json.loads(evidence[video])[0]["erased"]["removed"] == [{"kind": "presence", "count": 1}]
        closed = platform.control.journal(provider="pusher", operation="terminate_connections")
        assert [key in one["path"] for one in closed] == [True]


def test_an_account_that_is_erased_in_many_windows_at_once_leaves_its_course_once(
    kind: Kind, postgresql_url: str
) -> None:
    with platform_on(fresh_postgresql(postgresql_url), kind=kind) as platform:
        with platform.member("stays@example.com", course=1), platform.member("goes@example.com", course=1) as story:
            platform.database.change("UPDATE courses SET students = 2 WHERE id = 1")
            form = {"password": PASSWORD}
            with ThreadPoolExecutor(4) as windows:
                answers = list(windows.map(lambda _: story.browser.post("/account/erase", data=form), range(4)))
        # Who comes after the first has no session any more, or no account of this password.
        assert {answer.status_code for answer in answers} <= {200, 303, 422}
        assert 200 in [answer.status_code for answer in answers]
        assert (platform.database.books()["places"], platform.database.books()["students"]) == ([True, False], 1)


# How much somebody may ask.


@pytest.fixture
def strict(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give a platform with the limits that it has by itself, and patience for signing up."""
    patient = ("login=1000/minute",)
    with platform_on(sqlite_url(tmp_path_factory.mktemp("strict")), limits=patient, kind=kind) as platform:
        yield platform


def test_the_sixty_first_request_of_a_minute_is_answered_429_and_others_go_on(strict: Platform) -> None:
    with strict.student("busy@example.com") as busy, strict.student("calm@example.com") as calm:
        for who in (busy, calm):
            who.sign_up()
        paths = ("/courses", "/notifications", "/api/notifications", "/account", "/api/jobs?job_source=local")
        # Signing up led to a page that counts too.
        statuses = [busy.browser.get(paths[turn % 5]).status_code for turn in range(59)]
        late = busy.browser.get("/courses")
        assert (statuses, late.status_code) == ([200] * 59, 429)
        assert 0 < int(late.headers["retry-after"]) <= 60
        assert calm.browser.get("/courses").status_code == 200
        assert busy.browser.get("/static/platform.css").status_code == 200
        assert busy.browser.get("/healthz").status_code == 200
        webhook = strict.made("didit", "status.updated", status="Approved", vendor_data="user-99")
        assert [strict.deliver(webhook).status_code for _ in range(70)] == [200] * 70


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/api/courses/1/payment/stripe", 20),
        ("POST", "/api/didit/create-session", 10),
        ("POST", "/account/erase", 10),
    ],
)
def test_what_costs_more_may_be_asked_less_often(
    method: str, path: str, limit: int, kind: Kind, tmp_path: Path
) -> None:
    with platform_on(sqlite_url(tmp_path), limits=("login=10/minute",), kind=kind) as platform:
        story = platform.student("eager@example.com")
        story.sign_up()
        answers = [story.browser.request(method, path).status_code for _ in range(limit + 1)]
        story.browser.close()
    assert (answers[:limit].count(429), answers[limit]) == (0, 429)


# Sessions, and where a page leads.


def test_a_cookie_that_somebody_else_chose_becomes_nobodys_session(shared: Platform, student: Story) -> None:
    planted = "a" * 43
    with shared.browser() as browser:
        browser.cookies.set("platform_session", planted)
        signed_in = browser.post("/login", data={"email": student.email, "password": PASSWORD})
    assert signed_in.status_code == 303
    thief = httpx.get(f"{shared.url}/payments", cookies={"platform_session": planted}, trust_env=False)
    assert thief.headers["location"] == "/login"


@pytest.mark.parametrize("field", ["role", "status", "id", "email", "verification", "job_mails", "erased_at"])
def test_no_form_changes_who_somebody_is(field: str, shared: Platform, student: Story) -> None:
    before = shared.database.rows(
        "SELECT role, status, email, verification FROM users WHERE email = :e", e=student.email
    )
    values = {"role": "admin", "status": "active", "id": "1", "email": "eve@example.com"}.get(field, "verified")
    for path in ("/profile", "/account/mails", "/notifications/read"):
        student.browser.post(path, data={field: values, "skills": "SQL", "job_mails": "yes"})
    after = shared.database.rows(
        "SELECT role, status, email, verification FROM users WHERE email = :e", e=student.email
    )
    assert before == after


@pytest.mark.parametrize("name", ["next", "back", "url", "return", "return_url", "to", "redirect", "callback"])
def test_no_parameter_leads_a_browser_to_another_host(name: str, shared: Platform, student: Story) -> None:
    evil = {name: "https://evil.example.com"}
    answers = [
        student.browser.post("/login", params=evil, data={"email": student.email, "password": PASSWORD, **evil}),
        student.browser.post("/notifications/read", params=evil, data=evil),
        student.browser.post("/account/mails", params=evil, data=evil),
        student.browser.get("/lang/en", params=evil),
        httpx.get(f"{shared.url}/account", params=evil, trust_env=False),
    ]
    assert [one.headers["location"] for one in answers if "evil" in one.headers["location"]] == []


# The journey's part about work, on each database.


@pytest.mark.parametrize(("which", "database"), ON)
def test_the_journey_about_work_passes_and_its_people_may_go(
    which: Kind, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    is_sqlite = database == "sqlite"
    url = sqlite_url(tmp_path) if is_sqlite else fresh_postgresql(request.getfixturevalue("postgresql_url"))
    with (
        platform_on(url, admin=True, kind=which) as platform,
        signed_in_as_admin(platform) as admin,
        platform.member("lina@example.com") as her,
    ):
        her.tell_of_studies()
        job = admin.post("/api/jobs", json={**JOB, "university": "Example University"})
        assert job.status_code == 201
        assert len(list(HiringStory(platform.url, platform.control, student=her).walk())) == 4
        for path in ("/company", "/admin/audit", "/admin/teachers", "/admin/erasures"):
            assert admin.get(path).status_code == 200
        assert len(held(her)["notifications"]) == 3
        assert her.browser.post("/account/erase", data={"password": PASSWORD}).status_code == 200
        left = "SELECT count(*) FROM ace_erasures WHERE finished_at IS NULL"
        her.until(lambda: platform.database.one(left) == 0, "each service must do its part")
