"""A live class, seen by its teacher and a student in two browsers; photographed as the journey is."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from examples.fastapi_platform.demo import ADMIN, Running, running
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import ADMIN_PASSWORD, MANY, Shot, be, guarded, token_of, verified

NUMBERS = count(1)
PATIENCE_MS = 15_000


@pytest.fixture(scope="module", params=["jitsi", "agora"])
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    database = tmp_path_factory.mktemp("platform") / "platform.sqlite3"
    url = f"sqlite+aiosqlite:///{database}"
    with running(url, limits=MANY, admin_password=ADMIN_PASSWORD, video=request.param) as both:
        yield both


@dataclass(frozen=True)
class School:
    """The teacher of the first course, a student in it, and the admin."""

    servers: Running
    teacher: Story
    student: Story
    admin: httpx.Client

    def scheduled(self, title: str = "Pivot tables") -> int:
        """Give the id of a class that begins in some minutes."""
        starts_at = datetime.now(ZoneInfo("Africa/Cairo")) + timedelta(minutes=20)
        form = {"course_id": 1, "title": title, "scheduled_at": starts_at.isoformat()}
        answer = self.teacher.browser.post("/api/live/session/create", json=form)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    @contextmanager
    def seen_by(self, browser: Browser, story: Story, **options: Any) -> Generator[Page]:
        """Give somebody's own browser."""
        with guarded(browser, **{"viewport": {"width": 1280, "height": 900}, **options}) as page:
            be(page, self.servers, token_of(story))
            yield page


@pytest.fixture(scope="module")
def school(servers: Running) -> Iterator[School]:
    control = servers.sandbox.control
    teacher = Story(servers.platform, control, email="mona@example.com", name="Mona Adel", role="teacher")
    with (
        verified(servers, "lina@example.com") as student,
        teacher,
        httpx.Client(base_url=servers.platform, trust_env=False) as admin,
    ):
        teacher.sign_up()
        teacher.start_verification()
        teacher.approve()
        admin.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        assert admin.post("/admin/courses/1/teacher", data={"email": "mona@example.com"}).status_code == 303
        student.start_payment()
        student.pay("4242424242424242")
        assert student.confirm()["success"]
        yield School(servers, teacher, student, admin)


def people(page: Page) -> Any:
    return page.locator("#people li bdi")


def panel(page: Page, name: str) -> Any:
    return page.locator(f"[data-panel={name}]")


def toast(page: Page, words: str) -> Any:
    return page.locator(".toast", has_text=words)


def test_a_class_from_its_schedule_to_its_attendance(browser: Browser, school: School, shot: Shot) -> None:
    servers, title = school.servers, f"Charts that tell the truth {next(NUMBERS)}"
    with school.seen_by(browser, school.teacher) as teacher, school.seen_by(browser, school.student) as student:
        student.goto(f"{servers.platform}/courses")
        teacher.goto(f"{servers.platform}/live")
        teacher.get_by_label("Title").fill(title)
        starts_at = datetime.now(ZoneInfo("Africa/Cairo")) + timedelta(minutes=25)
        teacher.get_by_label("Date and time").fill(starts_at.strftime("%Y-%m-%dT%H:%M"))
        teacher.get_by_role("button", name="Schedule a class").click()
        expect(toast(student, "New live class:")).to_be_visible(timeout=PATIENCE_MS)
        shot(teacher, "50-live-list")
        teacher.get_by_role("link", name=title).click()
        expect(teacher.locator("#countdown")).to_contain_text("00:2")
        teacher.get_by_role("button", name="Start the class").click()
        expect(panel(teacher, "inside")).to_be_visible(timeout=PATIENCE_MS)
        expect(toast(student, "Live now:")).to_be_visible(timeout=PATIENCE_MS)
        shot(student, "51-live-toast")
        student.get_by_role("link", name="Go to the class").click()
        student.get_by_role("button", name="Join the class").click()
        expect(panel(student, "inside")).to_be_visible(timeout=PATIENCE_MS)
        for page in (teacher, student):
            expect(people(page)).to_have_text(["Lina Farouk", "Mona Adel"], timeout=PATIENCE_MS)
        shot(teacher, "52-live-teacher")
        shot(student, "53-live-student")
        teacher.get_by_text("End the class for all").click()
        teacher.get_by_role("button", name="End now").click()
        for page in (teacher, student):
            expect(panel(page, "ended")).to_be_visible(timeout=PATIENCE_MS)
            expect(page.locator("#stage")).to_be_hidden()
            expect(people(page)).to_have_count(0)
        shot(student, "54-live-ended")
        attended(teacher, shot)


def attended(teacher: Page, shot: Shot) -> None:
    """Look who was there, until the provider's last word has come."""
    teacher.get_by_role("link", name="Attendance").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Attendance")
    rows = teacher.locator("tbody tr")
    for _ in range(50):
        if rows.count() == 2:
            break
        teacher.wait_for_timeout(100)
        teacher.reload()
    names = sorted(rows.locator("th").all_inner_texts())
    assert names == ["Lina Farouk", "Mona Adel"]
    assert rows.locator("time").count() == 4
    assert "still there" not in teacher.locator("table").inner_text()
    shot(teacher, "55-live-attendance")
