"""Teachers: they wait once their identity was checked, an admin decides, and what follows is told once."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import pytest
from examples.shared.demonstration import ADMIN
from examples.shared.messages import Language, say
from examples.shared.steps import HIRING, TEACHING, Hiring, StepRefusedError, Teaching
from examples.shared.story import Story
from tests.integration.platforms import ADMIN_PASSWORD, Kind, Platform, fresh_postgresql, platform_on, sqlite_url

NUMBERS = count(1)


@pytest.fixture(scope="module")
def platform(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("teachers")), admin=True, kind=kind) as platform:
        yield platform


@pytest.fixture(scope="module")
def admin(platform: Platform) -> Iterator[httpx.Client]:
    with platform.browser() as browser:
        browser.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        yield browser


@pytest.fixture
def teacher(platform: Platform) -> Iterator[Story]:
    """Give a teacher whose identity was checked, and who waits."""
    with Story(platform.url, platform.control, email=f"mona-{next(NUMBERS)}@example.com", role="teacher") as story:
        story.sign_up()
        story.start_verification()
        story.approve()
        yield story


def number(platform: Platform, teacher: Story) -> int:
    found: int = platform.database.one("SELECT id FROM users WHERE email = :email", email=teacher.email)
    return found


def told(teacher: Story) -> list[str]:
    return [one["name"] for one in teacher.browser.get("/api/live/news").json()["events"]]


def decided(admin: httpx.Client, user: int, verdict: str, **body: Any) -> httpx.Response:
    return admin.post(f"/api/admin/teachers/{user}/{verdict}", **({"json": body} if verdict == "reject" else {}))


def noted(platform: Platform, user: int) -> list[str]:
    rows = platform.database.rows(
        "SELECT what FROM ace_audit WHERE \"user\" = :one AND what LIKE 'teacher.%' ORDER BY id", one=f"user-{user}"
    )
    return [what for (what,) in rows]


def test_a_checked_identity_lets_a_teacher_wait_and_nothing_more(
    platform: Platform, admin: httpx.Client, teacher: Story
) -> None:
    waiting = {one["email"]: one["status"] for one in admin.get("/api/admin/teachers").json()}
    assert waiting[teacher.email] == "waiting"
    assert told(teacher) == []
    assert 'data-teaching="waiting"' in teacher.browser.get("/verify").text
    given = admin.post("/admin/courses/2/teacher", data={"email": teacher.email})
    assert given.status_code == 404


def test_an_approval_is_mailed_told_and_noted_once_however_often_it_is_pressed(
    platform: Platform, admin: httpx.Client, teacher: Story
) -> None:
    user = number(platform, teacher)
    answers = [decided(admin, user, "approve") for _ in range(2)]
    assert [(one.status_code, one.json()["status"]) for one in answers] == [(200, "approved")] * 2
    teacher.until(lambda: len(platform.inbox(teacher.email)) == 2 or None, "the welcome and the approval must come")
    assert told(teacher) == ["teacher.approved"]
    assert noted(platform, user) == ["teacher.approved"]
    subjects = [one["subject"] for one in platform.inbox(teacher.email)]
    assert sum("You are approved to teach" in subject for subject in subjects) == 1
    assert admin.post("/admin/courses/2/teacher", data={"email": teacher.email}).status_code == 303
    admin.post("/admin/courses/2/teacher", data={"email": ""})


@pytest.mark.parametrize("reason", ["", "The certificate cannot be read: شهادة غير واضحة"])
def test_a_rejection_says_why_where_the_admin_did_and_may_be_asked_again(
    reason: str, platform: Platform, admin: httpx.Client, teacher: Story
) -> None:
    user = number(platform, teacher)
    assert decided(admin, user, "reject", reason=reason).json() == {
        "user_id": user,
        "status": "rejected",
        "reason": reason or None,
    }
    page = teacher.browser.get("/verify").text
    assert ('data-teaching="rejected"' in page, say("teaching_reason", "en") in page) == (True, bool(reason))
    assert teacher.browser.post("/teacher/application").status_code == 303
    assert 'data-teaching="waiting"' in teacher.browser.get("/verify").text
    assert decided(admin, user, "approve").status_code == 200
    assert told(teacher) == ["teacher.rejected", "teacher.approved"]
    assert noted(platform, user) == ["teacher.rejected", "teacher.asked_again", "teacher.approved"]


def test_each_rejection_is_mailed(platform: Platform, admin: httpx.Client, teacher: Story) -> None:
    user = number(platform, teacher)
    for _ in range(2):
        decided(admin, user, "reject")
        decided(admin, user, "reject")
        teacher.browser.post("/teacher/application")
    is_there = lambda: len(platform.inbox(teacher.email)) == 3 or None  # noqa: E731
    teacher.until(is_there, "the welcome and both rejections must come")


@pytest.mark.parametrize(("first", "then"), [("approve", "reject"), ("reject", "approve")])
def test_a_decision_is_not_turned_over(
    first: str, then: str, platform: Platform, admin: httpx.Client, teacher: Story
) -> None:
    user = number(platform, teacher)
    decided(admin, user, first)
    assert decided(admin, user, then).status_code == 409
    assert len(told(teacher)) == 1


def test_who_was_approved_or_waits_cannot_ask_again(platform: Platform, admin: httpx.Client, teacher: Story) -> None:
    assert teacher.browser.post("/teacher/application").status_code == 303
    decided(admin, number(platform, teacher), "approve")
    assert teacher.browser.post("/teacher/application").status_code == 409


def test_who_is_blocked_while_waiting_is_not_decided_about(
    platform: Platform, admin: httpx.Client, teacher: Story
) -> None:
    user = number(platform, teacher)
    platform.database.change("UPDATE users SET status = 'blocked' WHERE id = :one", one=user)
    assert decided(admin, user, "approve").status_code == 409
    assert user not in [one["user_id"] for one in admin.get("/api/admin/teachers").json()]


def test_who_is_checked_again_keeps_their_approval(platform: Platform, admin: httpx.Client, teacher: Story) -> None:
    user = number(platform, teacher)
    decided(admin, user, "approve")
    for status, is_open in (("Kyc Expired", False), ("Approved", True)):
        platform.control.advance(5)
        platform.control.post(f"didit/sessions/{teacher.session}/status", status=status)
        teacher.until(lambda is_open=is_open: teacher.is_active() is is_open, "the account must follow the check")
    assert 'data-teaching="approved"' in teacher.browser.get("/verify").text
    assert told(teacher) == ["teacher.approved"]


def test_the_page_approves_and_rejects_without_a_script(
    platform: Platform, admin: httpx.Client, teacher: Story
) -> None:
    user = number(platform, teacher)
    long = admin.post(f"/admin/teachers/{user}/reject", data={"reason": "x" * 501})
    assert (long.status_code, say("teacher_reason_long", "en") in long.text) == (422, True)
    assert admin.post(f"/admin/teachers/{user}/reject", data={"reason": "Not yet"}).status_code == 303
    teacher.browser.post("/teacher/application")
    assert admin.post(f"/admin/teachers/{user}/approve").status_code == 303
    assert f'data-teacher="{user}"' not in admin.get("/admin/teachers").text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_a_teacher_typed_and_an_admin_wrote_is_text(
    language: Language, platform: Platform, admin: httpx.Client
) -> None:
    name, reason = "<img src=x onerror=alert(1)>", "<script>alert(2)</script>"
    email = f"xss-{language}@example.com"
    with Story(platform.url, platform.control, email=email, name=name, role="teacher") as story:
        story.sign_up()
        story.start_verification()
        story.approve()
        for browser in (admin, story.browser):
            browser.get(f"/lang/{language}")
        waiting = admin.get("/admin/teachers").text
        decided(admin, number(platform, story), "reject", reason=reason)
        pages = (waiting, admin.get("/admin/teachers").text, story.browser.get("/verify").text)
        admin.get("/lang/en")
    assert all(f'<html lang="{language}"' in page for page in pages)
    assert not any(raw in page for page in pages for raw in (name, reason))
    assert "&lt;script&gt;" in pages[1]


@pytest.mark.parametrize("line", ["\r\nBcc: eve@example.com", "\n\n<html>", "\x00\x1b[31m", "\u202egpj"])
def test_no_name_and_no_reason_becomes_a_header_of_a_mail(line: str, platform: Platform, admin: httpx.Client) -> None:
    email = f"mona-{next(NUMBERS)}@example.com"
    with Story(platform.url, platform.control, email=email, name=f"Mona{line}", role="teacher") as story:
        story.sign_up()
        story.start_verification()
        story.approve()
        decided(admin, number(platform, story), "reject", reason=f"Not yet{line}")
        story.until(lambda: len(platform.inbox(email)) == 2 or None, "the welcome and the rejection must come")
    mails = [platform.control.get(f"mailgun/inbox/{one['id']}") for one in platform.inbox(email)]
    assert not [name for mail in mails for name in mail["headers"] if name.lower() == "bcc"]
    assert not [mail["subject"] for mail in mails if re.search(r"[\r\n\x00\x1b\u202e]", mail["subject"])]
    assert platform.inbox("eve@example.com") == []


# At the same moment, on PostgreSQL: SQLite lets one write after another anyway.


@pytest.fixture(scope="module")
def crowded(kind: Kind, postgresql_url: str) -> Iterator[Platform]:
    with platform_on(fresh_postgresql(postgresql_url), admin=True, kind=kind) as platform:
        yield platform


@pytest.fixture
def pair(crowded: Platform) -> Iterator[tuple[httpx.Client, Story]]:
    """Give the admin and a teacher who waits."""
    story = Story(crowded.url, crowded.control, email=f"mona-{next(NUMBERS)}@example.com", role="teacher")
    with crowded.browser() as admin, story:
        admin.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        story.sign_up()
        story.start_verification()
        story.approve()
        yield admin, story


def test_who_is_approved_in_many_windows_at_once_is_told_once(
    crowded: Platform, pair: tuple[httpx.Client, Story]
) -> None:
    admin, teacher = pair
    user = number(crowded, teacher)
    with ThreadPoolExecutor(8) as windows:
        answers = list(windows.map(lambda _: decided(admin, user, "approve").status_code, range(8)))
    assert answers == [200] * 8
    assert (told(teacher), noted(crowded, user)) == (["teacher.approved"], ["teacher.approved"])


def test_a_decision_waits_for_another_one_and_is_refused_after_it(
    crowded: Platform, pair: tuple[httpx.Client, Story]
) -> None:
    admin, teacher = pair
    user = number(crowded, teacher)
    reject = "UPDATE teacher_applications SET state = 'rejected' WHERE user_id = :one"
    with ThreadPoolExecutor(1) as window:
        with crowded.database.changing(reject, one=user):
            answer = window.submit(decided, admin, user, "approve")
            teacher.until(lambda: answer.done() or crowded.database.waits(), "the decision must wait")
        assert answer.result().status_code == 409
    assert told(teacher) == []


# What may follow what.


@pytest.mark.parametrize("state", Teaching)
@pytest.mark.parametrize("then", Teaching)
def test_of_nine_steps_of_teaching_three_are_taken_and_three_do_nothing(state: Teaching, then: Teaching) -> None:
    allowed = {("waiting", "approved"), ("waiting", "rejected"), ("rejected", "waiting")}
    if state == then:
        assert not TEACHING.changes(state, then)
    elif (state, then) in allowed:
        assert TEACHING.changes(state, then)
    else:
        with pytest.raises(StepRefusedError, match=f"{state} cannot become {then}"):
            TEACHING.changes(state, then)


def test_an_answer_to_an_application_is_final() -> None:
    ends = [state for state in Hiring if not HIRING.after(state)]
    assert ends == [Hiring.ACCEPTED, Hiring.REJECTED]
