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
from examples.shared.browser import open_browser
from examples.shared.demonstration import ADMIN, Running
from examples.shared.messages import Language, say
from examples.shared.story import Story
from playwright.sync_api import Browser, Page, Route, expect
from tests.browser.conftest import ADMIN_PASSWORD, MANY, ON_EACH, Audit, Shot, as_admin, be, guarded, token_of, verified
from tests.browser.pages import goes_by_keyboard, is_narrow, is_well_formed
from tests.integration.platforms import STARTS, Kind, sqlite_url

NUMBERS = count(1)
PATIENCE_MS = 15_000


@pytest.fixture(scope="module", params=["jitsi", "agora"])
def servers(request: pytest.FixtureRequest, kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    url = sqlite_url(tmp_path_factory.mktemp("platform"))
    with STARTS[kind](url, limits=MANY, admin_password=ADMIN_PASSWORD, video=request.param) as both:
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
        open_browser(servers.platform) as admin,
    ):
        teacher.sign_up()
        teacher.start_verification()
        teacher.approve()
        admin.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        (waiting,) = admin.get("/api/admin/teachers").json()
        admin.post(f"/api/admin/teachers/{waiting['user_id']}/approve")
        assert admin.post("/admin/courses/1/teacher", data={"email": "mona@example.com"}).status_code == 303
        student.start_payment()
        student.pay("4242424242424242")
        assert student.confirm()["success"]
        yield School(servers, teacher, student, admin)


@pytest.fixture
def video(request: pytest.FixtureRequest) -> str:
    """Give the provider's name, for names of pictures."""
    return str(request.node.callspec.params["servers"])


def people(page: Page) -> Any:
    return page.locator("#people li bdi")


def panel(page: Page, name: str) -> Any:
    return page.locator(f"[data-panel={name}]")


def listens(page: Page) -> None:
    """Wait until a page is let in on each of its channels."""
    asked = "performance.getEntriesByType('resource').filter(one => one.name.endsWith('/broadcasting/auth'))"
    for _ in range(100):
        if page.evaluate(f"{asked}.length && {asked}.every(one => one.responseStatus === 200)"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the page is not let in")


def toast(page: Page, words: str) -> Any:
    return page.locator(".toast", has_text=words)


@ON_EACH
def test_a_class_from_its_schedule_to_its_attendance(browser: Browser, school: School, shot: Shot, video: str) -> None:
    servers, title = school.servers, f"Charts that tell the truth {next(NUMBERS)}"
    with school.seen_by(browser, school.teacher) as teacher, school.seen_by(browser, school.student) as student:
        student.goto(f"{servers.platform}/courses")
        teacher.goto(f"{servers.platform}/live")
        teacher.get_by_label("Title").fill(title)
        starts_at = datetime.now(ZoneInfo("Africa/Cairo")) + timedelta(minutes=25)
        teacher.get_by_label("Date and time").fill(starts_at.strftime("%Y-%m-%dT%H:%M"))
        teacher.get_by_role("button", name="Schedule a class").click()
        expect(toast(student, "New live class:")).to_be_visible(timeout=PATIENCE_MS)
        expect(toast(teacher, "New live class:")).to_have_count(0)
        shot(teacher, f"50-live-list-{video}")
        teacher.get_by_role("link", name=title).click()
        expect(teacher.locator("#countdown")).to_contain_text("00:2")
        teacher.get_by_role("button", name="Start the class").click()
        expect(panel(teacher, "inside")).to_be_visible(timeout=PATIENCE_MS)
        expect(toast(student, "Live now:")).to_be_visible(timeout=PATIENCE_MS)
        shot(student, f"51-live-toast-{video}")
        student.get_by_role("link", name="Go to the class").click()
        student.get_by_role("button", name="Join the class").click()
        expect(panel(student, "inside")).to_be_visible(timeout=PATIENCE_MS)
        for page in (teacher, student):
            expect(people(page)).to_have_text(["Lina Farouk", "Mona Adel"], timeout=PATIENCE_MS)
            expect(page.locator("#people .badge:visible")).to_have_count(1)
        shot(teacher, f"52-live-teacher-{video}")
        shot(student, f"53-live-student-{video}")
        teacher.get_by_text("End the class for all").click()
        teacher.get_by_role("button", name="End now").click()
        for page in (teacher, student):
            expect(panel(page, "ended")).to_be_visible(timeout=PATIENCE_MS)
            expect(page.locator("#stage")).to_be_hidden()
            expect(people(page)).to_have_count(0)
        shot(student, f"54-live-ended-{video}")
        school.teacher.until(lambda: not rooms_of(school, video), "the room must be closed")
        attended(teacher, shot)


def rooms_of(school: School, video: str) -> list[str]:
    """Give the provider's open rooms."""
    assert school.servers.sandbox.sandbox is not None
    twin: Any = school.servers.sandbox.sandbox.twins[video]
    return list((twin.rooms if video == "jitsi" else twin.channels).open)


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


def test_a_student_who_waits_comes_in_without_a_reload(browser: Browser, school: School) -> None:
    session = school.scheduled()
    with school.seen_by(browser, school.student) as student, school.seen_by(browser, school.teacher) as teacher:
        student.goto(f"{school.servers.platform}/student/live-class/{session}")
        expect(panel(student, "waiting")).to_be_visible()
        expect(student.locator("#enter")).to_be_hidden()
        teacher.goto(f"{school.servers.platform}/teacher/live-class/{session}")
        teacher.get_by_role("button", name="Start the class").click()
        student.get_by_role("button", name="Join the class").click(timeout=PATIENCE_MS)
        expect(panel(student, "inside")).to_be_visible(timeout=PATIENCE_MS)
        student.get_by_role("button", name="Leave").click()
        expect(panel(student, "left")).to_be_visible(timeout=PATIENCE_MS)
        expect(people(teacher)).to_have_text(["Mona Adel"], timeout=PATIENCE_MS)
        student.get_by_role("button", name="Join the class").click()
        expect(panel(student, "inside")).to_be_visible(timeout=PATIENCE_MS)
        end(school, session)
        for page in (student, teacher):
            expect(panel(page, "ended")).to_be_visible(timeout=PATIENCE_MS)


def end(school: School, session: int) -> None:
    """Let the admin end a class from elsewhere."""
    assert school.admin.post(f"/api/live/session/{session}/end").status_code == 200


def test_the_list_shows_what_begins_without_a_reload(browser: Browser, school: School) -> None:
    with school.seen_by(browser, school.student) as student:
        for path in ("/live", "/courses/1"):
            student.goto(f"{school.servers.platform}{path}")
            session = school.scheduled()
            status = student.locator(f"[data-class='{session}'] [data-status]")
            expect(status).to_have_attribute("data-status", "scheduled", timeout=PATIENCE_MS)
            assert school.teacher.browser.post(f"/api/live/session/{session}/join").status_code == 200
            expect(status).to_have_attribute("data-status", "active", timeout=PATIENCE_MS)
            end(school, session)


def test_while_the_rooms_script_cannot_be_had_the_page_says_so_and_tries_again(
    browser: Browser, school: School, audit: Audit, shot: Shot, video: str
) -> None:
    session = school.scheduled()
    with school.seen_by(browser, school.teacher) as teacher:
        teacher.route("**/external_api.js", lambda route: route.abort())
        teacher.route("**/AgoraRTC_N.js", lambda route: route.abort())
        teacher.goto(f"{school.servers.platform}/teacher/live-class/{session}")
        teacher.get_by_role("button", name="Start the class").click()
        # Its text is in the page from the beginning: seen, it tells that the script was asked for and refused.
        expect(panel(teacher, "broken")).to_be_visible(timeout=PATIENCE_MS)
        expect(panel(teacher, "broken")).to_have_text(say("room_broken", "en"))
        audit(teacher)
        shot(teacher, f"56-live-broken-{video}")
        teacher.unroute_all()
        teacher.get_by_role("button", name="Try again").click()
        expect(panel(teacher, "inside")).to_be_visible(timeout=PATIENCE_MS)
        end(school, session)
        expect(panel(teacher, "ended")).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture
def _full(servers: Running) -> Iterator[None]:
    """Let the service of live messages take no connection."""
    servers.sandbox.control.post("pusher/switches", max_connections=0)
    yield
    servers.sandbox.control.post("pusher/switches", max_connections=None)


@pytest.mark.usefixtures("_full")
def test_while_live_messages_are_down_the_pages_ask_and_nothing_needs_a_reload(
    browser: Browser, school: School
) -> None:
    title = f"Asked for {next(NUMBERS)}"
    session = school.scheduled(title)
    with school.seen_by(browser, school.student) as student, school.seen_by(browser, school.student) as elsewhere:
        student.clock.install()
        elsewhere.clock.install()
        student.goto(f"{school.servers.platform}/student/live-class/{session}")
        elsewhere.goto(f"{school.servers.platform}/jobs")
        expect(student.locator("#who-down")).to_be_visible(timeout=PATIENCE_MS)
        assert school.teacher.browser.post(f"/api/live/session/{session}/join").status_code == 200
        for page in (student, elsewhere):
            page.clock.run_for(16_000)
        expect(toast(elsewhere, title).filter(has_text="Live now:")).to_be_visible(timeout=PATIENCE_MS)
        student.get_by_role("button", name="Join the class").click(timeout=PATIENCE_MS)
        expect(panel(student, "inside")).to_be_visible(timeout=PATIENCE_MS)
        end(school, session)
        student.clock.run_for(16_000)
        expect(panel(student, "ended")).to_be_visible(timeout=PATIENCE_MS)


def test_a_connection_that_breaks_comes_back_with_what_was_missed(browser: Browser, school: School) -> None:
    control = school.servers.sandbox.control
    with school.seen_by(browser, school.student) as student:
        student.goto(f"{school.servers.platform}/jobs")
        listens(student)
        control.post("pusher/connections/refuse", code=4100, times=1)
        control.post("pusher/close", code=4200)
        session = school.scheduled(f"Missed {next(NUMBERS)}")
        expect(toast(student, "Missed")).to_be_visible(timeout=PATIENCE_MS)
        end(school, session)


def test_each_news_is_a_toast_with_its_words_once(browser: Browser, school: School, shot: Shot, audit: Audit) -> None:
    with school.seen_by(browser, school.student) as student:
        student.goto(f"{school.servers.platform}/profile")
        student.get_by_label("University").fill("Example University")
        student.get_by_role("button", name="Save").click()
        job = {"title": "Tutor", "company": "Example Tutors", "location": "Cairo", "description": "Teach."}
        posted = school.admin.post("/api/jobs", json={**job, "university": "example  university"}).json()
        expect(toast(student, "New job:")).to_contain_text("Tutor", timeout=PATIENCE_MS)
        audit(student)
        student.get_by_role("link", name="See the job").click()
        student.get_by_role("button", name="Apply").click()
        expect(student.locator("[data-application]")).to_contain_text("Sent")
        applied = school.student.browser.post(f"/api/jobs/{posted['id']}/apply")
        assert applied.status_code == 409
        student.goto(f"{school.servers.platform}/courses")
        for number in range(1, 20):
            answer = school.admin.post(f"/api/applications/{number}/status", json={"status": "interview"})
            if answer.status_code == 200 and answer.json()["job_id"] == int(posted["id"]):
                break
        expect(toast(student, "You are invited to an interview.")).to_be_visible(timeout=PATIENCE_MS)
        student.get_by_role("button", name="Close").first.click()
        student.reload()
        student.wait_for_timeout(500)
        expect(student.locator(".toast")).to_have_count(0)


def test_a_teacher_hears_of_their_approval_on_the_page_that_they_look_at(browser: Browser, servers: Running) -> None:
    email = f"nour-{next(NUMBERS)}@example.com"
    with (
        Story(servers.platform, servers.sandbox.control, email=email, name="Nour Samir", role="teacher") as story,
        guarded(browser) as page,
    ):
        story.sign_up()
        story.start_verification()
        be(page, servers, token_of(story))
        page.goto(f"{servers.platform}/courses")
        listens(page)
        story.approve()
        with as_admin(servers) as admin:
            waiting = {one["email"]: one["user_id"] for one in admin.get("/api/admin/teachers").json()}
            admin.post(f"/api/admin/teachers/{waiting[email]}/approve")
        expect(toast(page, "Your teacher account is approved.")).to_be_visible(timeout=PATIENCE_MS)


def pages_of(school: School) -> list[tuple[Story, str]]:
    """Give who opens which page of live classes, with a class in each state."""
    coming, running, over = (school.scheduled("Median and mean") for _ in range(3))
    for session in (running, over):
        assert school.teacher.browser.post(f"/api/live/session/{session}/join").status_code == 200
    end(school, over)
    rooms = [(who, f"/student/live-class/{one}") for who in (school.student,) for one in (coming, running, over)]
    own = [(school.teacher, f"/teacher/live-class/{one}") for one in (coming, running)]
    return [*rooms, *own, (school.teacher, f"/teacher/live-class/{over}/attendance"), (school.teacher, "/live"),
            (school.student, "/live"), (school.student, "/courses/1")]  # fmt: skip


# Whose room it is changes nothing else on the page.
@pytest.mark.parametrize("servers", ["jitsi"], indirect=True, scope="module")
@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.campaign)])
def test_every_page_is_well_formed_and_narrow_and_reached_by_the_keyboard(
    browser: Browser, school: School, audit: Audit, shot: Shot, language: Language, scheme: Any, width: int, video: str
) -> None:
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    for story, path in pages_of(school):
        with school.seen_by(browser, story, **options) as page:
            page.goto(f"{school.servers.platform}/lang/{language}?back={path}")
            page.wait_for_load_state("networkidle")
            # They go by themselves while the keys are pressed.
            page.locator(".toast").evaluate_all("toasts => toasts.forEach((toast) => toast.remove())")
            is_well_formed(page, language)
            assert is_narrow(page), path
            audit(page)
            shot(page, f"page-live{path.replace('/', '-')}-{language}-{scheme}-{width}-{video}")
            goes_by_keyboard(page)


def test_the_room_in_arabic_and_dark(
    browser: Browser, school: School, audit: Audit, shot: Shot, language: Language, scheme: Any, video: str
) -> None:
    session = school.scheduled("Median and mean")
    assert school.teacher.browser.post(f"/api/live/session/{session}/join").status_code == 200
    with school.seen_by(browser, school.student, color_scheme=scheme, viewport={"width": 320, "height": 800}) as page:
        page.goto(f"{school.servers.platform}/lang/{language}?back=/student/live-class/{session}")
        page.locator("#enter").click()
        expect(panel(page, "inside")).to_be_visible(timeout=PATIENCE_MS)
        expect(people(page)).to_have_text(["Lina Farouk"], timeout=PATIENCE_MS)
        assert is_narrow(page)
        audit(page)
        shot(page, f"57-live-room-{language}-{video}")
        end(school, session)
        expect(panel(page, "ended")).to_be_visible(timeout=PATIENCE_MS)


def test_a_room_that_is_a_link_opens_in_a_tab_of_its_own(browser: Browser, school: School) -> None:
    session = school.scheduled()
    assert school.teacher.browser.post(f"/api/live/session/{session}/join").status_code == 200
    with school.seen_by(browser, school.teacher) as page:
        page.goto(f"{school.servers.platform}/teacher/live-class/{session}")
        url = f"{school.servers.sandbox.url}/jitsi/rooms/any"
        later = (datetime.now(ZoneInfo("UTC")) + timedelta(minutes=9)).isoformat()
        grant = {"kind": "link", "options": {"url": url}, "renew_after": later, "expires_at": later}
        page.route("**/join", lambda route: route.fulfill(json=grant))
        page.get_by_role("button", name="Join the class").click()
        link = page.get_by_role("link", name="Open the room in a new tab")
        expect(link).to_have_attribute("href", url, timeout=PATIENCE_MS)
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        expect(page.locator("#stage")).to_be_hidden()
        page.unroute_all()


# Of Agora's room alone: it is drawn by the platform, and puts out whose token ends.
agora_only = pytest.mark.parametrize("servers", ["agora"], indirect=True)


@agora_only
def test_a_teacher_without_a_camera_is_in_all_the_same_and_told_so(browser: Browser, school: School) -> None:
    session = school.scheduled()
    nothing = "AgoraRTC.createMicrophoneAudioTrack = AgoraRTC.createCameraVideoTrack = () => Promise.reject(Error());"
    with school.seen_by(browser, school.teacher) as page:
        page.route("**/AgoraRTC_N.js", lambda route: without_devices(route, nothing))
        page.goto(f"{school.servers.platform}/teacher/live-class/{session}")
        page.get_by_role("button", name="Start the class").click()
        expect(panel(page, "inside")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#no-devices")).to_have_text(say("room_no_devices", "en"))
        expect(page.locator("#camera")).to_be_hidden()
        page.unroute_all()
        end(school, session)
        expect(panel(page, "ended")).to_be_visible(timeout=PATIENCE_MS)


def without_devices(route: Route, nothing: str) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=f"{answer.text()}\n{nothing}")


@agora_only
def test_who_stays_gets_a_new_grant_before_the_old_one_ends(browser: Browser, school: School) -> None:
    session, control = school.scheduled(), school.servers.sandbox.control
    with school.seen_by(browser, school.teacher) as page:
        page.goto(f"{school.servers.platform}/teacher/live-class/{session}")
        page.get_by_role("button", name="Start the class").click()
        expect(panel(page, "inside")).to_be_visible(timeout=PATIENCE_MS)
        for _ in range(2):
            with page.expect_response("**/join", timeout=PATIENCE_MS):
                control.advance(580)
            page.wait_for_timeout(300)
        expect(panel(page, "inside")).to_be_visible()
        expect(page.locator("#stage canvas")).to_have_count(1)
        page.get_by_role("button", name="Camera").click()
        expect(page.get_by_role("button", name="Camera")).to_have_attribute("aria-pressed", "false")
        end(school, session)
        expect(panel(page, "ended")).to_be_visible(timeout=PATIENCE_MS)
