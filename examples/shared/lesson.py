"""The live part of the journey: a teacher, her class with a student in it, and news of a job, walked over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ace_integrations.sandbox.control import Control
from examples.shared.browser import open_browser
from examples.shared.seat import Seat, SeatRefusedError
from examples.shared.story import Step, Story, StoryError

TEACHER = "mona@example.com"


class Lesson:
    """One live class of the first course.

    Args:
        platform: the platform's address.
        student: enrolled in the first course.
        admin: address and password of the platform's admin.
    """

    def __init__(self, platform: str, control: Control, *, student: Story, admin: tuple[str, str]) -> None:
        self._control = control
        self._student = student
        self._teacher = Story(platform, control, email=TEACHER, name="Mona Adel", role="teacher")
        self._admin = open_browser(platform)
        self._login = {"email": admin[0], "password": admin[1]}
        self._session = 0

    def walk(self) -> Iterator[Step]:
        """Walk it, a step at a time."""
        with self._admin, self._teacher:
            yield self.schedule()
            yield self.meet()
            yield self.hear_of_a_job()

    def schedule(self) -> Step:
        """Let a teacher be checked and approved, get the course and schedule a class."""
        self._teacher.sign_up()
        self._teacher.start_verification()
        self._teacher.approve()
        self._admin.post("/login", data=self._login)
        early = self._give_course()
        _must(early.status_code == httpx.codes.NOT_FOUND, "a course must not be given to who was not approved")
        (waiting,) = self._admin.get("/api/admin/teachers").json()
        approved = self._admin.post(f"/api/admin/teachers/{waiting['user_id']}/approve")
        _must(approved.is_success, f"the approval answered {approved.status_code}: {approved.text[:200]}")
        _must(self._told(self._teacher, "teacher.approved"), "the teacher must hear of her approval")
        given = self._give_course()
        _must(given.status_code == httpx.codes.SEE_OTHER, f"the course could not be given: {given.status_code}")
        starts_at = datetime.fromtimestamp(self._control.now(), UTC) + timedelta(minutes=15)
        form = {"course_id": 1, "title": "Charts that tell the truth", "scheduled_at": starts_at.isoformat()}
        made = self._teacher.browser.post("/api/live/session/create", json=form)
        _must(made.status_code == httpx.codes.CREATED, f"scheduling answered {made.status_code}: {made.text[:200]}")
        self._session = int(made.json()["id"])
        early = self._student.browser.post(f"/api/live/session/{self._session}/join")
        _must(early.status_code == httpx.codes.CONFLICT, "nobody may come in before the teacher")
        _must(self._told(self._student, "session.scheduled"), "the student must hear of the class")
        return Step("Mona is approved as a teacher and schedules a live class", "the student is told, and has to wait")

    def meet(self) -> Step:
        """Start the class, let the student in, end it, and see who was there."""
        with self._seat(self._teacher) as teacher, self._seat(self._student) as student:
            _must(self._told(self._student, "session.started"), "the student must hear that it began")
            roles = teacher.role, student.role
            _must(roles in (("moderator", "participant"), ("host", "audience")), f"odd roles: {roles}")
            self._teacher.until(lambda: len(self._rows()) == len(roles), "both must be seen in the room")
            self._control.advance(300)
            ended = self._teacher.browser.post(f"/api/live/session/{self._session}/end").json()
            _must(ended["status"] == "ended", f"the class did not end: {ended}")
            if ended["reach"] == "page":
                teacher.end_for_all()
        late = self._student.browser.post(f"/api/live/session/{self._session}/join")
        _must(late.status_code == httpx.codes.GONE, "nobody may come in after the end")
        rows = self._teacher.until(lambda: _over(self._rows()), "both must be seen to leave")
        there = ", ".join(f"{row['name']} {row['duration_s'] / 60:.0f} min" for row in rows)
        return Step("They meet, and Mona ends the class", f"a room that nobody can guess, then closed; there: {there}")

    def hear_of_a_job(self) -> Step:
        """Let a job be posted for the student's university, let her apply, and answer her."""
        job = {"title": "Data tutor", "company": "Example Tutors", "location": "Cairo", "description": "Two evenings."}
        posted = self._admin.post("/api/jobs", json={**job, "university": "Example University"}).json()
        _must(self._told(self._student, "job.posted"), "the student must hear of the job")
        applied = self._student.browser.post(f"/api/jobs/{posted['id']}/apply").json()
        path = f"/api/applications/{applied['application_id']}/status"
        _must(self._admin.post(path, json={"status": "interview"}).is_success, "the application must be answered")
        _must(self._told(self._student, "application.status.changed"), "the student must hear of the answer")
        return Step("A job is posted for her university, and she applies", "told at once: the job, and the interview")

    def _give_course(self) -> httpx.Response:
        return self._admin.post("/admin/courses/1/teacher", data={"email": TEACHER})

    def _seat(self, who: Story) -> Seat:
        grant = who.browser.post(f"/api/live/session/{self._session}/join")
        _must(grant.status_code == httpx.codes.OK, f"joining answered {grant.status_code}: {grant.text[:200]}")
        try:
            return Seat(self._control.url, grant.json())
        except SeatRefusedError as refused:
            raise StoryError(f"the room refused the grant: {refused}") from None

    def _rows(self) -> list[dict[str, Any]]:
        answer = self._teacher.browser.get(f"/api/live/session/{self._session}/attendance").json()
        rows: list[dict[str, Any]] = answer["attendance"]
        return rows

    def _told(self, who: Story, name: str) -> bool:
        """Whether somebody's page gets to know, and the service of live messages is told."""
        sent = lambda: name in [one["event"] for one in self._control.get("pusher/messages")["messages"]]  # noqa: E731
        who.until(sent, f"{name} must be told to the service of live messages")
        return any(event["name"] == name for event in who.browser.get("/api/live/news").json()["events"])


def _over(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    return rows if rows and all(row["left_at"] for row in rows) else None


def _must(fact: bool, or_else: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not fact:
        raise StoryError(or_else)
