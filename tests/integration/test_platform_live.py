"""Live classes over real sockets: who may be in one, what ends with it, who was there, and who is told."""

import json
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from examples.shared.accounts import SENDER, user_key
from examples.shared.announcing import LiveClassScheduled
from examples.shared.demonstration import ADMIN
from examples.shared.lesson import Lesson
from examples.shared.seat import Seat, SeatRefusedError
from examples.shared.story import Story
from tests.integration.platforms import ADMIN_PASSWORD, KINDS, Kind, Platform, fresh_postgresql, platform_on, sqlite_url

from ace_integrations.mail import Address
from ace_integrations.mail.notifications import lint, render
from ace_integrations.video.agora import RtcPrivilege, RtcService
from ace_integrations.video.agora.token import read_unverified
from ace_integrations.video.jitsi import JitsiSettings

campaign = pytest.mark.campaign
NUMBERS = count(1)
NOT_AUTHORIZED = {"error": "You are not authorized to join this session"}
PEOPLE = ("anonymous", "enrolled", "outsider", "teacher", "other_teacher", "admin")
STATES = ("scheduled", "active", "ended")
SOCKET = "1234.5678"


@dataclass
class School:
    """A platform with a first course, its teacher, and everybody who wants to be in her classes."""

    platform: Platform
    video: str
    people: dict[str, Story]

    def asked(self, who: str, method: str, path: str, **body: Any) -> httpx.Response:
        return self.people[who].browser.request(method, path, **body)

    def scheduled(self, **fields: Any) -> int:
        """Give the id of a class that is to come."""
        answer = self.asked("teacher", "POST", "/api/live/session/create", json=form(self.platform, **fields))
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def made(self, state: str) -> int:
        """Give the id of a class in a state."""
        session = self.scheduled()
        if state != "scheduled":
            self.grant("teacher", session)
        if state == "ended":
            assert self.asked("teacher", "POST", f"/api/live/session/{session}/end").status_code == 200
        return session

    def grant(self, who: str, session: int) -> dict[str, Any]:
        answer = self.asked(who, "POST", f"/api/live/session/{session}/join")
        assert answer.status_code == 200, answer.text
        granted: dict[str, Any] = answer.json()
        return granted

    def seat(self, who: str, session: int) -> Seat:
        return Seat(self.platform.sandbox.url, self.grant(who, session))

    def rows(self, session: int) -> list[dict[str, Any]]:
        """Give the attendance as the teacher sees it."""
        answer = self.asked("teacher", "GET", f"/api/live/session/{session}/attendance")
        found: list[dict[str, Any]] = answer.json()["attendance"]
        return found

    def wait(self, look: Callable[[], Any], or_else: str) -> Any:
        return self.people["teacher"].until(look, or_else)


def form(platform: Platform, **fields: Any) -> dict[str, Any]:
    starts_at = datetime.fromtimestamp(platform.control.now(), UTC) + timedelta(minutes=30)
    usual = {"course_id": 1, "title": "Pivot tables", "scheduled_at": starts_at.isoformat(), "duration_minutes": 60}
    return {**usual, **fields}


PLATFORMS = [
    pytest.param(
        (kind, video), id=f"{kind}-{video}", marks=() if (kind == "django") == (video == "agora") else campaign
    )
    for kind, video in product(KINDS, ("jitsi", "agora"))
]
"""Each platform with one provider a day, and by the campaign with the other."""


@pytest.fixture(scope="module", params=PLATFORMS)
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Give one school to all tests of a platform and a provider; each makes its own classes."""
    kind, video = request.param
    url = sqlite_url(tmp_path_factory.mktemp(video))
    with platform_on(url, admin=True, video=video, kind=kind) as platform, schooled(platform, video) as school:
        yield school


@contextmanager
def schooled(platform: Platform, video: str) -> Generator[School]:
    people = {
        "anonymous": platform.student("nobody@example.com"),
        "enrolled": platform.member("enrolled@example.com", course=1),
        "outsider": platform.member("outsider@example.com", course=2),
        "teacher": platform.member("teacher@example.com", role="teacher", course=1),
        "other_teacher": platform.member("other@example.com", role="teacher", course=2),
        "admin": Story(platform.url, platform.control, email=ADMIN),
    }
    people["admin"].browser.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
    yield School(platform, video, people)
    for person in people.values():
        person.browser.close()


# Who may do what.

MAY = {
    "join": {
        "scheduled": (401, 409, 403, 200, 403, 403),
        "active": (401, 200, 403, 200, 403, 403),
        "ended": (401, 410, 403, 410, 403, 403),
    },
    "presence": {
        "scheduled": (401, 409, 403, 409, 403, 403),
        "active": (401, 204, 403, 204, 403, 403),
        "ended": (401, 410, 403, 410, 403, 403),
    },
    "end": dict.fromkeys(STATES, (401, 403, 403, 200, 403, 200)),
    "attendance": dict.fromkeys(STATES, (401, 403, 403, 200, 403, 200)),
    "state": dict.fromkeys(STATES, (401, 200, 403, 200, 403, 200)),
    "private-course": dict.fromkeys(STATES, (401, 200, 403, 200, 403, 200)),
    "presence-session": {
        "scheduled": (401, 403, 403, 403, 403, 403),
        "active": (401, 200, 403, 200, 403, 403),
        "ended": (401, 403, 403, 403, 403, 403),
    },
    "page": dict.fromkeys(STATES, (303, 200, 404, 303, 404, 303)),
    "teacher's page": dict.fromkeys(STATES, (303, 303, 404, 200, 404, 200)),
}
"""What each of `PEOPLE` is answered, by what they ask for and by the state of the class."""

ASK: dict[str, Callable[[School, str, int], httpx.Response]] = {
    "join": lambda school, who, session: school.asked(who, "POST", f"/api/live/session/{session}/join"),
    "presence": lambda school, who, session: school.asked(
        who, "POST", f"/api/live/session/{session}/presence", json={"kind": "joined", "connection": "one"}
    ),
    "end": lambda school, who, session: school.asked(who, "POST", f"/api/live/session/{session}/end"),
    "attendance": lambda school, who, session: school.asked(who, "GET", f"/api/live/session/{session}/attendance"),
    "state": lambda school, who, session: school.asked(who, "GET", f"/api/live/session/{session}"),
    "private-course": lambda school, who, session: listen(school, who, "private-course.1"),
    "presence-session": lambda school, who, session: listen(school, who, f"presence-session.{session}"),
    "page": lambda school, who, session: school.asked(who, "GET", f"/student/live-class/{session}"),
    "teacher's page": lambda school, who, session: school.asked(who, "GET", f"/teacher/live-class/{session}"),
}


def listen(school: School, who: str, channel: str) -> httpx.Response:
    return school.asked(who, "POST", "/broadcasting/auth", data={"socket_id": SOCKET, "channel_name": channel})


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("what", MAY)
def test_each_person_is_answered_as_the_table_says(what: str, state: str, who: str, school: School) -> None:
    answer = ASK[what](school, who, school.made(state))
    assert answer.status_code == MAY[what][state][PEOPLE.index(who)]


@pytest.mark.parametrize("who", ["outsider", "other_teacher", "admin"])
def test_who_may_not_join_is_told_so_in_the_words_of_the_interface(who: str, school: School) -> None:
    assert ASK["join"](school, who, school.made("active")).json() == NOT_AUTHORIZED


def test_who_waits_is_told_when_to_ask_again_and_who_is_late_that_it_is_over(school: School) -> None:
    early = ASK["join"](school, "enrolled", school.made("scheduled"))
    late = ASK["join"](school, "enrolled", school.made("ended"))
    assert (early.json()["reason"], early.headers["retry-after"]) == ("not_started", "5")
    assert late.json()["reason"] == "ended"


@pytest.mark.parametrize("session", [99_999, 2**63, 2**80])
@pytest.mark.parametrize("what", ["join", "presence", "end", "attendance", "state", "teacher's page"])
def test_a_class_that_is_not_there_is_not_found(what: str, session: int, school: School) -> None:
    assert ASK[what](school, "teacher", session).status_code == 404


@pytest.mark.parametrize(("who", "status"), list(zip(PEOPLE, (401, 403, 403, 201, 403, 403), strict=True)), ids=PEOPLE)
def test_only_the_courses_teacher_schedules(who: str, status: int, school: School) -> None:
    answer = school.asked(who, "POST", "/api/live/session/create", json=form(school.platform))
    assert answer.status_code == status


def test_whose_account_was_closed_or_whose_place_was_taken_back_is_a_stranger(school: School) -> None:
    session, change = school.made("active"), school.platform.database.change
    of = "email = 'enrolled@example.com'"
    change(f"UPDATE users SET status = 'blocked' WHERE {of}")
    assert ASK["join"](school, "enrolled", session).json() == NOT_AUTHORIZED
    change(f"UPDATE users SET status = 'active' WHERE {of}")
    place = f"UPDATE course_enrollments SET active = :on WHERE user_id = (SELECT id FROM users WHERE {of})"
    change(place, on=False)
    assert ASK["join"](school, "enrolled", session).json() == NOT_AUTHORIZED
    assert listen(school, "enrolled", "private-course.1").status_code == 403
    change(place, on=True)
    assert ASK["join"](school, "enrolled", session).status_code == 200


@pytest.mark.parametrize(
    "channel",
    ["private-user.{other}", "presence-user.{own}", "private-course.99", "private-course.01", "private-course.x",
     "private-university.none", "presence-session.99999", "presence-session.x", "private-job-board", "job-board", ""],
)  # fmt: skip
def test_no_other_channel_lets_anybody_in(channel: str, school: School) -> None:
    own = school.platform.database.one("SELECT id FROM users WHERE email = 'enrolled@example.com'")
    name = channel.format(own=own, other=own + 1)
    assert listen(school, "enrolled", name).status_code == 403
    assert listen(school, "enrolled", f"private-user.{own}").status_code == 200


def test_others_in_a_class_see_id_name_and_role_and_nothing_else(school: School) -> None:
    told = listen(school, "enrolled", f"presence-session.{school.made('active')}").json()
    data = json.loads(told["channel_data"])
    assert data["user_id"] == user_key(data["user_info"]["id"])
    assert data["user_info"] == {"id": data["user_info"]["id"], "name": "Enrolled", "role": "student"}


def test_a_students_university_is_what_their_profile_says(school: School) -> None:
    enrolled = school.people["enrolled"].browser
    enrolled.post("/profile", data={"university": "جامعة  المثال"})
    channels = enrolled.get("/api/live/news").json()["channels"]
    (named,) = [one for one in channels if one.startswith("private-university.")]
    assert listen(school, "enrolled", named).status_code == 200
    assert listen(school, "outsider", named).status_code == 403


# What a grant holds.


def is_moderator(grant: dict[str, Any]) -> bool:
    """Say what the token itself says."""
    if grant["provider"] == "jitsi":
        claims = jwt.decode(grant["options"]["jwt"], options={"verify_signature": False})
        user = claims["context"]["user"]
        return user.get("moderator") in (True, "true") or user.get("affiliation") == "owner"
    rights = read_unverified(grant["options"]["token"]).service(RtcService).privileges
    return RtcPrivilege.PUBLISH_VIDEO in rights or "screen" in grant["options"]


def test_a_students_token_never_moderates_whatever_their_browser_says(school: School) -> None:
    session = school.made("active")
    asked = {"role": "moderator", "who": "teacher", "moderator": True}
    path = f"/api/live/session/{session}/join"
    students = school.asked("enrolled", "POST", path, json=asked, params=asked).json()
    teachers = school.grant("teacher", session)
    assert (is_moderator(students), is_moderator(teachers)) == (False, True)
    assert (students["role"], teachers["role"]) == ("participant", "moderator")
    assert "enrolled@example.com" not in str(students)


def test_a_grant_is_kept_by_no_cache_and_its_room_is_in_nothing_else(school: School) -> None:
    session = school.made("active")
    answer = ASK["join"](school, "enrolled", session)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["room"] not in ASK["state"](school, "enrolled", session).text
    assert answer.json()["room"] not in ASK["page"](school, "enrolled", session).text


# Its times.


def test_a_class_keeps_the_zone_in_which_it_was_scheduled(school: School) -> None:
    starts_at = datetime.fromtimestamp(school.platform.control.now() + 86_400, UTC).replace(microsecond=0)
    local = starts_at.astimezone(UTC).isoformat().replace("+00:00", "+05:45")
    session = school.scheduled(scheduled_at=local)
    assert ASK["state"](school, "teacher", session).json()["scheduled_at"] == local


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"scheduled_at": "2031-01-01T10:00:00"}, "scheduled_at"),
        ({"scheduled_at": "2020-01-01T10:00:00+02:00"}, "scheduled_at"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"duration_minutes": 721}, "duration_minutes"),
    ],
)
def test_a_class_without_a_zone_in_the_past_or_of_no_length_is_refused(
    fields: dict[str, Any], field: str, school: School
) -> None:
    answer = school.asked("teacher", "POST", "/api/live/session/create", json=form(school.platform, **fields))
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("fields", [{"title": ""}, {"title": "a" * 201}, {"scheduled_at": "soon"}, {"course_id": 0}])
def test_what_is_no_class_at_all_is_refused(fields: dict[str, Any], school: School) -> None:
    answer = school.asked("teacher", "POST", "/api/live/session/create", json=form(school.platform, **fields))
    assert answer.status_code == 422


def test_starting_and_ending_twice_change_nothing(school: School) -> None:
    session = school.made("active")
    started = ASK["state"](school, "teacher", session).json()["started_at"]
    school.grant("teacher", session)
    assert ASK["state"](school, "teacher", session).json()["started_at"] == started
    first = ASK["end"](school, "teacher", session).json()["ended_at"]
    assert ASK["end"](school, "admin", session).json()["ended_at"] == first
    told = "SELECT name FROM news WHERE channel = 'private-course.1' AND data LIKE :session ORDER BY id"
    names = [name for (name,) in school.platform.database.rows(told, session=f'%"session_id": "{session}"%')]
    assert names == ["session.scheduled", "session.started", "session.ended"]


def test_many_who_start_and_end_a_class_at_once_start_and_end_it_once(school: School) -> None:
    session = school.scheduled()
    for what in ("join", "end"):
        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(ASK[what], school, "teacher", session) for _ in range(8)]
        assert {answer.result().status_code for answer in answers} == {200}
    told = "SELECT count(*) FROM news WHERE channel = 'private-course.1' AND data LIKE :session"
    assert school.platform.database.one(told, session=f'%"session_id": "{session}"%') == 3
    version = "SELECT version FROM live_sessions WHERE id = :one"
    assert school.platform.database.one(version, one=session) == 2


# The end.


def finds_nobody(school: School, student: dict[str, Any]) -> None:
    """Jitsi takes its tokens back from nobody: who comes with one finds an empty room, and moderates nothing."""
    with Seat(school.platform.sandbox.url, student) as late:
        assert late.role == "participant"
        late.leave()


def finds_it_shut(school: School, student: dict[str, Any]) -> None:
    with pytest.raises(SeatRefusedError, match="CHANNEL_BANNED"):
        Seat(school.platform.sandbox.url, student)


PUT_OUT = {"jitsi": ("readyToClose", finds_nobody), "agora": ("connection-state-change", finds_it_shut)}


def test_a_grant_from_before_the_end_opens_nothing_after_it(school: School) -> None:
    session = school.made("active")
    student, (told, then) = school.grant("enrolled", session), PUT_OUT[school.video]
    with school.seat("teacher", session) as teacher:
        ended = ASK["end"](school, "teacher", session).json()
        assert (ended["status"], ended["reach"]) == ("ended", "server")
        assert told in teacher.heard()
    then(school, student)
    school.platform.control.advance(timedelta(minutes=11).total_seconds())
    with pytest.raises(SeatRefusedError):
        Seat(school.platform.sandbox.url, student)


def test_where_no_server_can_end_a_class_its_teachers_page_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = JitsiSettings.in_sandbox
    without = {"system_key": None}
    monkeypatch.setattr(JitsiSettings, "in_sandbox", lambda own, url: whole(own, url).model_copy(update=without))
    with platform_on(sqlite_url(tmp_path), admin=True) as platform, schooled(platform, "jitsi") as school:
        session = school.made("active")
        with school.seat("teacher", session) as teacher:
            assert ASK["end"](school, "teacher", session).json()["reach"] == "page"
            teacher.end_for_all()
            assert "readyToClose" in teacher.heard()


def test_a_room_whose_name_is_guessed_is_none(school: School) -> None:
    session = school.made("active")
    room = school.grant("enrolled", session)["room"]
    assert room.startswith(f"edv-{session}-")
    guessed = {**school.grant("enrolled", session), "room": f"EdvanceSession{session}"}
    guessed["options"] = {**guessed["options"], "channel": guessed["room"]}
    with pytest.raises(SeatRefusedError):
        Seat(school.platform.sandbox.url, guessed)


def test_a_class_that_nobody_ended_ends_some_hours_after_its_plan(school: School) -> None:
    session = school.made("active")
    school.platform.control.advance(timedelta(hours=3, minutes=31).total_seconds())
    state = lambda: ASK["state"](school, "teacher", session).json()["status"]  # noqa: E731 - asked again and again
    assert school.wait(lambda: state() == "ended", "an abandoned class must end")


# Who was there.


def minutes(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {row["name"]: round(row["duration_s"] / 60) for row in rows}


def test_attendance_comes_from_the_provider_and_not_from_asking_to_join(school: School) -> None:
    session = school.made("active")
    school.grant("enrolled", session)
    assert school.rows(session) == []
    with school.seat("teacher", session), school.seat("enrolled", session) as student:
        school.wait(lambda: len(school.rows(session)) == 2, "both must be seen")
        assert [row["left_at"] for row in school.rows(session)] == [None, None]
        school.platform.control.advance(300)
        student.leave()
        gone = lambda: [row["name"] for row in school.rows(session) if row["left_at"]]  # noqa: E731
        school.wait(lambda: gone() == ["Enrolled"], "the student must be seen to leave")
        school.platform.control.advance(300)
        assert ASK["end"](school, "teacher", session).status_code == 200
    assert minutes(school.rows(session)) == {"Teacher": 10, "Enrolled": 5}
    assert all(row["left_at"] and row["told_by"] == school.video for row in school.rows(session))


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
def test_attendance_is_the_same_when_its_events_come_late_twice_and_shuffled(order: str, school: School) -> None:
    session, control = school.made("active"), school.platform.control
    events = "events" if school.video == "jitsi" else "notices"
    control.post(f"{school.video}/{events}/hold")
    for stays in (240, 120):
        with school.seat("enrolled", session) as student:
            control.advance(stays)
            student.leave()
            control.advance(60)
    assert ASK["end"](school, "teacher", session).status_code == 200
    assert school.rows(session) == []
    control.post(f"{school.video}/{events}/release", order=order)
    control.post(f"{school.video}/{events}/repeat")
    school.wait(lambda: minutes(school.rows(session)) == {"Enrolled": 6}, "two stays must make six minutes")
    kept = "SELECT count(*) FROM session_events WHERE session_id = :one"
    school.wait(lambda: school.platform.database.one(kept, one=session) == 4, "four events must be kept, once each")
    assert len(school.rows(session)) == 1


def test_what_a_page_says_counts_while_the_provider_says_nothing(school: School) -> None:
    session, control = school.made("active"), school.platform.control
    path = f"/api/live/session/{session}/presence"
    asked = {"connection": "one", "person": "1", "user_id": 1, "at": "2020-01-01T00:00:00Z"}
    assert school.asked("enrolled", "POST", path, json={"kind": "joined", **asked}).status_code == 204
    control.advance(600)
    assert school.asked("enrolled", "POST", path, json={"kind": "left", **asked}).status_code == 204
    (row,) = school.rows(session)
    assert (row["name"], row["duration_s"] // 60, row["told_by"]) == ("Enrolled", 10, "page")
    with school.seat("teacher", session):
        school.wait(
            lambda: [row["name"] for row in school.rows(session)] == ["Teacher"], "the provider's word must count alone"
        )


def test_an_event_of_a_room_that_is_none_of_ours_is_taken_and_does_nothing(school: School) -> None:
    kind = "PARTICIPANT_JOINED" if school.video == "jitsi" else "103"
    before = school.platform.database.one("SELECT count(*) FROM session_events")
    assert school.platform.deliver(school.platform.made(school.video, kind)).status_code == 200
    assert school.platform.database.one("SELECT count(*) FROM session_events") == before


# Who is told.


def test_a_new_class_is_told_to_its_students_by_mail_and_by_a_live_message(school: School) -> None:
    title = f"Charts \u202e{next(NUMBERS)}"
    session = school.scheduled(title=title)
    student, platform = school.people["enrolled"], school.platform
    mails = lambda: [one for one in platform.inbox("enrolled@example.com") if "Charts" in one["subject"]]  # noqa: E731
    (mail,) = student.until(mails, "the student must be mailed")
    assert "\u202e" not in mail["subject"].replace("\u2068", "")
    assert not any("Charts" in one["subject"] for one in platform.inbox("outsider@example.com"))
    told = [event for event in news(school, "enrolled") if event["data"].get("session_id") == str(session)]
    assert [event["name"] for event in told] == ["session.scheduled"]
    assert not [event for event in news(school, "outsider") if event["data"].get("session_id") == str(session)]
    sent = lambda: heard(school, "session.scheduled", session)  # noqa: E731
    school.wait(sent, "the service of live messages must be told")


@pytest.mark.parametrize("title", ["Pivot tables", "الوسيط والمتوسط", "Long " * 40])
def test_the_mail_about_a_class_has_nothing_that_a_reader_stumbles_over(title: str) -> None:
    notification = LiveClassScheduled(
        name="لينا مثال",
        title=title,
        course_en="Data analysis with Python",
        course_ar="تحليل البيانات بلغة Python",
        when="2026-12-01 18:00 UTC+02:00",
        url="https://app.example.com/student/live-class/7",
    )
    mail = render(notification, to=Address(email="lina@example.com"), sender=SENDER)
    assert lint(mail) == []


def news(school: School, who: str, since: float = 0) -> list[dict[str, Any]]:
    answer = school.asked(who, "GET", "/api/live/news", params={"since": since})
    told: list[dict[str, Any]] = answer.json()["events"]
    return told


def heard(school: School, name: str, session: int) -> list[Any]:
    messages = school.platform.control.get("pusher/messages")["messages"]
    return [one for one in messages if one["event"] == name and f'"session_id":"{session}"' in one["data"]]


def test_the_start_and_the_end_are_told_to_the_course_and_to_those_inside(school: School) -> None:
    session = school.made("ended")
    school.wait(lambda: heard(school, "session.ended", session), "the end must be told")
    channels = {one["channel"] for one in heard(school, "session.ended", session)}
    assert channels == {f"presence-session.{session}", "private-course.1"}
    assert {one["channel"] for one in heard(school, "session.started", session)} == {"private-course.1"}


@pytest.mark.parametrize("since", ["-1", "1e300", "nan", "inf", "9" * 400])
def test_news_since_a_time_that_is_none_is_all_news(since: str, school: School) -> None:
    answer = school.asked("enrolled", "GET", f"/api/live/news?since={since}")
    assert answer.status_code in (200, 422)


def test_news_is_told_once_more_at_most_to_who_asks_again(school: School) -> None:
    session = school.scheduled()
    now = school.asked("enrolled", "GET", "/api/live/news").json()["now"]
    school.platform.control.advance(30)
    assert str(session) in [event["data"]["session_id"] for event in news(school, "enrolled", now)]
    later = school.asked("enrolled", "GET", "/api/live/news").json()["now"]
    assert news(school, "enrolled", later) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty database of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return fresh_postgresql(request.getfixturevalue("postgresql_url"))


@pytest.mark.parametrize("video", ["jitsi", "agora"])
def test_the_live_part_of_the_journey_passes(video: str, kind: Kind, database_url: str) -> None:
    with (
        platform_on(database_url, admin=True, video=video, kind=kind) as platform,
        platform.member("lina@example.com", course=1) as her,
    ):
        her.tell_of_studies()
        lesson = Lesson(platform.url, platform.control, student=her, admin=(ADMIN, ADMIN_PASSWORD))
        assert len(list(lesson.walk())) == 3


# While a service is down.


@pytest.fixture
def fresh(kind: Kind, tmp_path: Path) -> Iterator[School]:
    """Give a school of one test alone."""
    with (
        platform_on(sqlite_url(tmp_path), admin=True, video="agora", kind=kind) as platform,
        schooled(platform, "agora") as school,
    ):
        yield school


def test_a_class_whose_provider_is_down_has_ended_all_the_same_and_its_room_is_closed_later(fresh: School) -> None:
    session = fresh.made("active")
    grant = fresh.grant("enrolled", session)
    for operation in ("create_rule", "list_rules"):
        fresh.platform.control.fail("status", provider="agora", operation=operation, status=503, times=None)
    ended = ASK["end"](fresh, "teacher", session)
    assert (ended.status_code, ended.json()["status"], ended.json()["reach"]) == (200, "ended", "pending")
    assert ASK["join"](fresh, "enrolled", session).status_code == 410
    with Seat(fresh.platform.sandbox.url, grant) as late:
        fresh.platform.control.clear_faults()
        reach = "SELECT reach FROM live_sessions WHERE id = :one"
        fresh.wait(lambda: fresh.platform.database.one(reach, one=session) == "server", "the room must be closed later")
        assert "connection-state-change" in late.heard()
    with pytest.raises(SeatRefusedError):
        Seat(fresh.platform.sandbox.url, grant)


def test_while_live_messages_are_down_classes_go_on_and_pages_that_ask_are_told(fresh: School) -> None:
    fresh.platform.control.fail("status", provider="pusher", status=503, times=None)
    session = fresh.made("ended")
    told = [event["name"] for event in news(fresh, "enrolled") if event["data"]["session_id"] == str(session)]
    assert told == ["session.scheduled", "session.started", "session.ended"]
    assert heard(fresh, "session.started", session) == []
    fresh.platform.control.clear_faults()
    fresh.platform.control.advance(60)
    fresh.wait(lambda: heard(fresh, "session.ended", session), "what waited must be told when the service is back")


def test_news_that_nobody_could_be_told_for_five_minutes_is_none(fresh: School) -> None:
    fresh.platform.control.fail("status", provider="pusher", status=503, times=None)
    session = fresh.scheduled()
    fresh.platform.control.advance(400)
    fresh.platform.control.clear_faults()
    empty = lambda: fresh.platform.database.one("SELECT count(*) FROM ace_broadcasts") == 0  # noqa: E731
    fresh.wait(empty, "what is old must be dropped")
    assert heard(fresh, "session.scheduled", session) == []
    assert news(fresh, "enrolled") == []


# Jobs.


def posted(school: School, **fields: Any) -> dict[str, Any]:
    job = {"title": "Tutor", "company": "Example Tutors", "location": "Cairo", "description": "Teach.", **fields}
    answer = school.asked("admin", "POST", "/api/jobs", json=job)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_job_is_told_to_the_students_of_its_university_and_found_on_the_board(school: School) -> None:
    school.people["enrolled"].browser.post("/profile", data={"university": "Example University"})
    school.people["outsider"].browser.post("/profile", data={"university": "Another University"})
    title = f"Tutor {next(NUMBERS)}"
    job = posted(school, title=title, university="example  university", salary_min=100, salary_max=200)
    names = {who: [one["name"] for one in news(school, who) if one["data"].get("job_id") == job["id"]]
             for who in ("enrolled", "outsider")}  # fmt: skip
    assert names == {"enrolled": ["job.posted"], "outsider": []}
    board = school.asked("anonymous", "GET", "/api/jobs", params={"keyword": title, "job_source": "local"}).json()
    assert [one["id"] for one in board] == [job["id"]]


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"salary_min": 2, "salary_max": 1}, {"salary_period": "FORTNIGHT"}, {"employment_type": "slavery"},
     {"salary_currency": "egp"}, {"description": ""}, {"salary_min": -1}],
)  # fmt: skip
def test_a_posting_that_no_board_could_show_is_refused(fields: dict[str, Any], school: School) -> None:
    job = {"title": "Tutor", "company": "Example", "location": "Cairo", "description": "Teach.", **fields}
    assert school.asked("admin", "POST", "/api/jobs", json=job).status_code == 422


@pytest.mark.parametrize("steps", [("interview", "accepted"), ("rejected",), ("accepted",), ("interview", "rejected")])
def test_each_answer_to_an_application_is_told_to_its_student_alone(steps: tuple[str, ...], school: School) -> None:
    job = posted(school)
    applied = school.asked("enrolled", "POST", f"/api/jobs/{job['id']}/apply").json()
    path = f"/api/applications/{applied['application_id']}/status"
    for step in (*steps, steps[-1]):
        assert school.asked("admin", "POST", path, json={"status": step}).status_code == 200
    told = [one["data"]["status"] for one in news(school, "enrolled") if one["data"].get("job_id") == job["id"]]
    assert told == list(steps)
    assert not [one for one in news(school, "outsider") if one["data"].get("job_id") == job["id"]]


@pytest.mark.parametrize(
    ("steps", "then"),
    [
        (("accepted",), "interview"),
        (("rejected",), "accepted"),
        (("interview",), "pending"),
        (("accepted",), "pending"),
    ],
)
def test_an_answer_that_was_given_is_final(steps: tuple[str, ...], then: str, school: School) -> None:
    job = posted(school)
    applied = school.asked("enrolled", "POST", f"/api/jobs/{job['id']}/apply").json()
    path = f"/api/applications/{applied['application_id']}/status"
    for step in steps:
        school.asked("admin", "POST", path, json={"status": step})
    refused = school.asked("admin", "POST", path, json={"status": then})
    assert (refused.status_code, refused.json()["status"]) == (409, steps[-1])


def test_a_student_applies_once_by_either_way(school: School) -> None:
    job = posted(school)
    first = school.asked("outsider", "POST", f"/jobs/{job['id']}/apply")
    again = school.asked("outsider", "POST", f"/api/jobs/{job['id']}/apply")
    assert (first.status_code, again.status_code) == (303, 409)
    assert 'data-application="pending"' in school.asked("outsider", "GET", f"/jobs/{job['id']}").text
    count_of = "SELECT count(*) FROM applications WHERE job_id = :one"
    assert school.platform.database.one(count_of, one=int(job["id"])) == 1


# Teachers.


@pytest.mark.parametrize("email", ["enrolled@example.com", "nobody@example.com", "admin@example.com"])
def test_only_a_teacher_who_was_approved_gets_a_course(email: str, school: School) -> None:
    path = "/admin/courses/3/teacher"
    assert school.asked("admin", "POST", path, data={"email": email}).status_code == 404
    assert school.platform.database.one("SELECT teacher_id FROM courses WHERE id = 3") is None


def test_a_course_is_given_and_taken_back(school: School) -> None:
    path, teacher = "/admin/courses/3/teacher", "SELECT teacher_id FROM courses WHERE id = 3"
    school.asked("admin", "POST", path, data={"email": "Teacher@example.com "})
    assert school.platform.database.one(teacher) is not None
    assert 'value="teacher@example.com"' in school.asked("admin", "GET", "/courses/3").text
    school.asked("admin", "POST", path, data={"email": ""})
    assert school.platform.database.one(teacher) is None


# The pages.


def test_a_page_loads_what_its_services_need_and_no_more(school: School) -> None:
    session, sandbox = school.made("active"), school.platform.sandbox.url
    policies = {
        path: school.asked("enrolled", "GET", path).headers["content-security-policy"]
        for path in ("/jobs", f"/student/live-class/{session}")
    }
    assert all(f"ws://{sandbox.partition('//')[2]}" in policy for policy in policies.values())
    assert all("unsafe" not in policy and "*" not in policy for policy in policies.values())


def test_a_teacher_schedules_and_ends_without_a_script(school: School) -> None:
    title = f"By form {next(NUMBERS)}"
    given = {"course_id": "1", "title": title, "zone": "Africa/Cairo", "minutes": "45", "starts_at": "2031-06-01T18:00"}
    assert school.asked("teacher", "POST", "/live", data=given).status_code == 303
    row = "SELECT id, lasts_s, offset_min FROM live_sessions WHERE title = :title"
    ((session, lasts_s, offset_min),) = school.platform.database.rows(row, title=title)
    assert (lasts_s, offset_min) == (45 * 60, 180)
    assert title in school.asked("enrolled", "GET", "/live").text
    assert title not in school.asked("outsider", "GET", "/live").text
    assert school.asked("teacher", "POST", f"/teacher/live-class/{session}/end").status_code == 303
    assert ASK["state"](school, "teacher", session).json()["status"] == "ended"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"title": " "}, "title"), ({"starts_at": "soon"}, "starts_at"), ({"starts_at": "2020-01-01T10:00"}, "starts_at"),
     ({"zone": "Mars/Olympus"}, "starts_at"), ({"minutes": "many"}, "lasts"), ({"minutes": "3"}, "lasts")],
)  # fmt: skip
def test_a_form_that_means_nothing_is_shown_again_with_what_was_typed(
    fields: dict[str, str], wrong: str, school: School
) -> None:
    given = {"course_id": "1", "title": "Kept", "zone": "UTC", "minutes": "45", "starts_at": "2031-06-01T18:00"}
    answer = school.asked("teacher", "POST", "/live", data={**given, **fields})
    assert (answer.status_code, f'id="{wrong}-error"' in answer.text) == (422, True)
    assert 'value="Kept"' in answer.text or fields.get("title") == " "


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("state", STATES)
def test_the_classroom_renders_in_both_languages_in_every_state(state: str, language: str, school: School) -> None:
    session = school.made(state)
    for who, path in (
        ("enrolled", f"/student/live-class/{session}"),
        ("teacher", f"/teacher/live-class/{session}"),
        ("admin", f"/teacher/live-class/{session}"),
        ("teacher", f"/teacher/live-class/{session}/attendance"),
    ):
        school.asked(who, "GET", f"/lang/{language}")
        answer = school.asked(who, "GET", path)
        assert (answer.status_code, answer.text.count("<h1")) == (200, 1)
        assert f'<html lang="{language}"' in answer.text
