"""The journey's part about work: a company posts a job, the student applies, and each hears of the other at once."""

from collections.abc import Iterator
from typing import Any

import httpx

from ace_integrations.sandbox.control import Control
from examples.shared.story import Step, Story, StoryError

COMPANY = "Nilometer Analytics"
HR = "hala@example.com"
JOB = {
    "title": "Junior analyst",
    "location": "Cairo, Egypt",
    "description": "You answer questions with SQL, and say when the data cannot.",
    "employment_type": "part_time",
    "experience_level": "entry",
}


class HiringStory:
    """One job, from its posting to an interview.

    Args:
        platform: the platform's address.
        student: told the platform of her skills.
    """

    def __init__(self, platform: str, control: Control, *, student: Story) -> None:
        self._control = control
        self._student = student
        self._company = Story(platform, control, email=HR, name="Hala Nabil", role="company", company=COMPANY)
        self._job = ""
        self._application = 0

    def walk(self) -> Iterator[Step]:
        """Walk it, a step at a time."""
        with self._company:
            yield self.post()
            yield self.apply()
            yield self.invite()
            yield self.read_notifications()

    def post(self) -> Step:
        """Let a company sign up, be checked, and post a job."""
        browser = self._company.browser
        self._company.sign_up()
        early = browser.post("/api/jobs", json=JOB)
        _must(early.status_code == httpx.codes.FORBIDDEN, "a company that was not checked must not post")
        self._company.start_verification()
        self._company.approve()
        posted = browser.post("/api/jobs", json=JOB)
        _must(posted.status_code == httpx.codes.CREATED, f"posting answered {posted.status_code}: {posted.text[:200]}")
        self._job = posted.json()["id"]
        _must(posted.json()["company"] == COMPANY, "a company must post in its own name")
        self._mailed(self._student.email, JOB["title"], "the student whose skills fit must be mailed")
        return Step(f"{COMPANY} is checked and posts a job", "whoever has the skills is told, and mailed")

    def apply(self) -> Step:
        """Let the student apply with a CV; the company gets a link to it."""
        applied = self._student.browser.post(f"/api/jobs/{self._job}/apply", json={"cv_text": "SQL since 2024."})
        _must(applied.status_code == httpx.codes.CREATED, f"applying answered {applied.status_code}")
        again = self._student.browser.post(f"/api/jobs/{self._job}/apply")
        _must(again.status_code == httpx.codes.CONFLICT, "nobody may apply twice")
        self._application = applied.json()["application_id"]
        self._mailed(HR, JOB["title"], "the company must be mailed")
        (there,) = self._company.browser.get(f"/api/jobs/{self._job}/applications").json()
        _must(there["cv_text"] == "SQL since 2024.", "the company must see the CV")
        return Step("She applies", f"application {self._application}; the company is mailed a link to her CV")

    def invite(self) -> Step:
        """Let the company answer."""
        path = f"/api/applications/{self._application}/status"
        answered = self._company.browser.post(path, json={"status": "interview"})
        _must(answered.is_success, f"the answer answered {answered.status_code}: {answered.text[:200]}")
        back = self._company.browser.post(path, json={"status": "pending"})
        _must(back.status_code == httpx.codes.CONFLICT, "an answer must not be taken back")
        (mine,) = [one for one in self._mine() if one["application_id"] == self._application]
        _must(mine["status"] == "interview", "the student must see the answer")
        return Step("The company invites her to an interview", "her page says so, and a mail does")

    def read_notifications(self) -> Step:
        """Let the student look at what she was told, and mark it as read."""
        told = self._student.browser.get("/api/notifications").json()
        names = {one["name"] for one in told["notifications"]}
        _must({"job.posted", "application.status.changed"} <= names, f"something is missing: {names}")
        page = self._student.browser.get("/notifications").text
        _must("data-notice=" in page, "the page must show them")
        self._student.browser.post("/notifications/read")
        left = self._student.browser.get("/api/notifications").json()["unread"]
        _must(left == 0, f"{left} are unread still")
        return Step("She reads her notifications", f"{told['unread']} were unread, none is")

    def _mine(self) -> list[dict[str, Any]]:
        mine: list[dict[str, Any]] = self._student.browser.get("/api/applications").json()
        return mine

    def _mailed(self, to: str, word: str, or_else: str) -> None:
        def is_there() -> bool:
            mails = self._control.get("mailgun/inbox", to=to)["mails"]
            return any(word in mail["subject"] for mail in mails)

        self._student.until(is_there, or_else)


def _must(fact: bool, or_else: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not fact:
        raise StoryError(or_else)
