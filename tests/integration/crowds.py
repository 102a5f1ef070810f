"""Students who sign up, pay, get money back and apply for jobs, and companies that answer, all at the same time.

Whoever gets no answer asks again, as one does who presses the button once more.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

import httpx
from examples.shared.browser import FormToken
from examples.shared.demonstration import ADMIN
from examples.shared.hiring import JOB
from examples.shared.story import Story, StoryError
from tests.integration.crews import Crew
from tests.integration.platforms import ADMIN_PASSWORD

COMPANY = "hr@example.com"
MOST_TRIES = 50
PART = "490.00"
"""Of the price, which is 1490.00."""


class Stubborn(httpx.BaseTransport):
    """Sends a request until it is answered.

    Args:
        before: called before each try.
        lost: called after each that was not answered.
    """

    def __init__(self, before: Callable[[], None], lost: Callable[[], None]) -> None:
        self._before = before
        self._lost = lost
        self._inner = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        for _ in range(MOST_TRIES):
            self._before()
            try:
                answer = self._inner.handle_request(request)
                answer.read()
            except httpx.TransportError:
                self._lost()
            else:
                return answer
        raise AssertionError(f"{request.url} is never answered")

    def close(self) -> None:
        self._inner.close()


@dataclass
class Student:
    """What one student means to do.

    Attributes:
        comes_back: tells the platform that they paid; else only the gateway does.
        back: how much of their money goes back: none, part or whole.
        answers: what each job's company will answer at last, by the job's id.
    """

    email: str
    gateway: str
    comes_back: bool
    back: str
    answers: dict[int, str] = field(default_factory=dict)


def students(number: int, jobs: list[int], *, applications: int, seed: int) -> Iterator[Student]:
    """Give that many students; each applies for some of the jobs."""
    chance = random.Random(seed)
    for each in range(number):
        comes_back = chance.random() < 0.75
        back = chance.choices(("none", "part", "whole"), (8, 1, 1))[0] if comes_back else "none"
        wanted = chance.sample(jobs, applications)
        answers = {job: chance.choice(("accepted", "rejected")) for job in wanted}
        yield Student(f"student-{each}@example.com", chance.choice(("stripe", "paypal")), comes_back, back, answers)


class Crowd:
    """Everybody's browsers on one platform.

    Attributes:
        before: called before each request that somebody sends.
        jobs: what the company posted.
        lost: how many requests were not answered, and sent again.
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.before: Callable[[], None] = lambda: None
        self.lost = 0
        self._admin = self._browser()
        self._company = self._browser()
        self.jobs: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *caught: object) -> None:
        self._admin.close()
        self._company.close()

    def begin(self, jobs: int) -> None:
        """Let the admin sign in, and a company post its jobs."""
        signed_in = self._admin.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        assert signed_in.status_code == 303, signed_in.text
        self._sign_up(self._company, COMPANY, role="company", company="Nile Data")
        for number in range(jobs):
            posted = self._company.post("/api/jobs", json={**JOB, "title": f"Data analyst {number}"})
            assert posted.status_code == 201, posted.text
            self.jobs.append(int(posted.json()["id"]))

    def live(self, student: Student, chance: random.Random) -> None:
        """Let a student do what they mean to."""
        story = Story(self._crew.url, self._crew.control, email=student.email)
        story.browser.close()
        story.browser = self._browser()
        with story:
            self._sign_up(story.browser, student.email)
            {"stripe": self._pay_by_card, "paypal": self._pay_by_paypal}[student.gateway](story, student)
            if student.back != "none":
                self._send_back(story.intent or story.order, student.back, chance)
            for job, answer in student.answers.items():
                self._hire(story.browser, job, answer, chance)
        self._tell_again(chance)

    def _browser(self) -> httpx.Client:
        transport = Stubborn(lambda: self.before(), self._lose)
        url = self._crew.url
        return httpx.Client(base_url=url, auth=FormToken(url), transport=transport, follow_redirects=False, timeout=60)

    def _lose(self) -> None:
        self.lost += 1

    def _sign_up(self, browser: httpx.Client, email: str, *, role: str = "student", company: str = "") -> None:
        form = {"name": "Lina Farouk", "email": email, "password": "correct horse 42", "role": role, "company": company}
        if browser.post("/signup", data=form).status_code != 303:
            # The account was there before the answer was lost.
            signed_in = browser.post("/login", data={"email": email, "password": "correct horse 42"})
            assert signed_in.status_code == 303, signed_in.text
        self._crew.database.change("UPDATE users SET status = 'active' WHERE email = :email", email=email)

    def _pay_by_card(self, story: Story, student: Student) -> None:
        _until_done(story.start_payment)
        _until_true(lambda: _has_paid(story))
        if student.comes_back:
            _until_true(lambda: bool(story.confirm()["success"]))

    def _pay_by_paypal(self, story: Story, student: Student) -> None:
        quote = story.browser.get("/api/courses/1/quote").json()["quote_id"]
        _until_done(lambda: story.start_paypal(quote))
        story.decide("approve")
        if student.comes_back:
            _until_true(lambda: bool(story.confirm_paypal()["success"]))

    def _send_back(self, gateway_id: str, back: str, chance: random.Random) -> None:
        payment = self._crew.database.one("SELECT id FROM payments WHERE gateway_id = :id", id=gateway_id)
        form = {"amount": PART if back == "part" else None}
        answered = self._admin.post(f"/api/admin/payments/{payment}/refund", json=form)
        # Asked again after a lost answer, nothing may be left to send back.
        assert answered.status_code in (200, 202, 422), answered.text
        if back == "whole" and chance.random() < 0.3:
            again = self._admin.post(f"/api/admin/payments/{payment}/refund", json=form)
            assert again.status_code in (200, 202, 422), again.text

    def _hire(self, browser: httpx.Client, job: int, answer: str, chance: random.Random) -> None:
        applied = browser.post(f"/api/jobs/{job}/apply", json={"cv_text": "SQL since 2024."})
        assert applied.status_code in (201, 409), applied.text
        (number,) = [one["application_id"] for one in browser.get("/api/applications").json() if one["job_id"] == job]
        for status in ("interview", answer):
            for _ in range(2 if chance.random() < 0.2 else 1):
                answered = self._company.post(f"/api/applications/{number}/status", json={"status": status})
                assert answered.status_code == 200, answered.text

    def _tell_again(self, chance: random.Random) -> None:
        """Let a service tell something again that it told before."""
        if known := len(self._crew.sandbox.deliveries.all):
            self._crew.control.post(f"deliveries/{chance.randint(1, known)}/resend")


def _has_paid(story: Story) -> bool:
    """Pay at the gateway; what was paid before an answer was lost is refused the second time."""
    try:
        return story.pay("4242424242424242").status_code in (200, 400)
    except httpx.TransportError:
        return False


def _until_done(step: Callable[[], object]) -> None:
    """Take a step until it is not refused: who asks already is oneself, whose answer was lost."""
    for _ in range(MOST_TRIES):
        with suppress(StoryError):
            step()
            return
    step()


def _until_true(look: Callable[[], bool]) -> None:
    assert any(look() for _ in range(MOST_TRIES))
