"""Each of the nine services down, slow and answering rubbish: what every page says then, and that no other one changes.

What needs a service has a row in `NEEDS`. Everything that has none must answer as if nothing were wrong.
"""

import html
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.shared.demonstration import ADMIN
from examples.shared.messages import say
from examples.shared.story import Story
from tests.integration.platforms import ADMIN_PASSWORD, KINDS, Kind, Platform, platform_on, sqlite_url

NUMBERS = count(1)
SERVICES = ("didit", "mailgun", "gemini", "jsearch", "stripe", "paypal", "agora", "pusher", "jitsi")

WAITS_S = 5
"""Seconds that the platform waits for a service here. Who asks it waits for an answer less long than one hangs."""

FAULTS: dict[str, dict[str, Any]] = {
    "down": {"kind": "reset_before"},
    "slow": {"kind": "timeout_before", "seconds": 60},
    "rubbish": {"kind": "html"},
}
SINCE = {"": "month", "down": "week", "slow": "3days", "rubbish": "today"}
"""Another search each time: what was found once is kept for an hour, and stands in for an answer that does not come."""


@dataclass
class Town:
    """Everybody, and one of everything that they may ask for."""

    platform: Platform
    people: dict[str, Story]
    things: dict[str, Any] = field(default_factory=dict)
    usual: dict[str, httpx.Response] = field(default_factory=dict)

    def asked(self, who: str, method: str, path: str, **body: Any) -> httpx.Response:
        """Ask for a page as somebody, with the names in its address filled in."""
        return self.people[who].browser.request(method, path.format(**self.things), **body)


Ask = Callable[[Town], httpx.Response]


def _get(who: str, path: str) -> Ask:
    return lambda town: town.asked(who, "GET", path)


def _post(who: str, path: str, **body: Any) -> Ask:
    return lambda town: town.asked(who, "POST", path, **body)


def _signs_up(town: Town) -> httpx.Response:
    form = {"name": "New", "email": f"new-{next(NUMBERS)}@example.com", "password": "correct horse 42"}
    return town.platform.post("/signup", data={**form, "role": "student"})


def _pays_by_paypal(town: Town) -> httpx.Response:
    with _newcomer(town) as story:
        quote = story.browser.get("/api/courses/2/quote").json()["quote_id"]
        return story.browser.post("/api/courses/2/payment/paypal", json={"quote_id": quote})


def _goes_to_paypal(town: Town) -> httpx.Response:
    with _newcomer(town) as story:
        quote = story.browser.get("/api/courses/2/quote").json()["quote_id"]
        led = story.browser.post("/courses/2/pay/paypal", data={"quote_id": quote})
        return story.browser.get(led.headers["location"]) if led.is_redirect else led


def _newcomer(town: Town) -> Story:
    return town.platform.member(f"new-{next(NUMBERS)}@example.com")


def _begins(path: str) -> Ask:
    """Let somebody new begin a check."""

    def ask(town: Town) -> httpx.Response:
        with town.platform.student(f"new-{next(NUMBERS)}@example.com") as story:
            story.sign_up()
            return story.browser.post(path)

    return ask


JOB = {"title": "Tutor", "location": "Cairo", "description": "Teach."}


def _is_hired(town: Town) -> httpx.Response:
    """Let a company post a job, a student apply, and the company answer."""
    job = town.asked("company", "POST", "/api/jobs", json=JOB)
    applied = town.asked("student", "POST", f"/api/jobs/{job.json()['id']}/apply", json={"cv_text": "SQL"})
    number = applied.json()["application_id"]
    return town.asked("company", "POST", f"/api/applications/{number}/status", json={"status": "interview"})


def _teaches(town: Town) -> httpx.Response:
    """Let a class be scheduled, started, attended and ended."""
    session = _scheduled(town)
    town.asked("teacher", "POST", f"/api/live/session/{session}/join").raise_for_status()
    town.asked("student", "POST", f"/api/live/session/{session}/join").raise_for_status()
    return town.asked("teacher", "POST", f"/api/live/session/{session}/end")


def _scheduled(town: Town) -> int:
    starts_at = datetime.fromtimestamp(town.platform.control.now(), UTC) + timedelta(minutes=30)
    form = {"course_id": 1, "title": "Pivot tables", "scheduled_at": starts_at.isoformat(), "duration_minutes": 60}
    return int(town.asked("teacher", "POST", "/api/live/session/create", json=form).json()["id"])


LOGIN = {"email": "student@example.com", "password": "correct horse 42"}

PAGES: dict[str, Ask] = {
    "sign-up form": _get("stranger", "/signup"),
    "sign-in form": _get("stranger", "/login"),
    "signs up": _signs_up,
    "signs in": _post(
        "another stranger", "/login", data={"email": "student@example.com", "password": "correct horse 42"}
    ),
    "courses": _get("student", "/courses"),
    "a course": _get("buyer", "/courses/2"),
    "own course": _get("student", "/courses/1"),
    "own payments": _get("student", "/payments"),
    "check, not begun": _get("unchecked", "/verify"),
    "begins a check": _begins("/verify"),
    "begins a check by script": _begins("/api/didit/create-session"),
    "check, begun": _get("checked", "/verify"),
    "pays by card": _post("buyer", "/api/courses/2/payment/stripe"),
    "pays by PayPal": _pays_by_paypal,
    "goes to PayPal": _goes_to_paypal,
    "a quote": _get("buyer", "/api/courses/2/quote"),
    "jobs": _get("student", "/jobs?keyword=tutor&location=Cairo&date_posted={since}"),
    "jobs by script": _get("student", "/api/jobs?keyword=teacher&date_posted={since}"),
    "own jobs": _get("student", "/api/jobs?keyword=tutor&job_source=local"),
    "a job": _get("student", "/jobs/{job}"),
    "profile": _get("student", "/profile"),
    "saves the profile": _post("student", "/profile", data={"university": "Example University", "skills": "SQL"}),
    "advisor": _get("student", "/advisor"),
    "asks the advisor": _post("student", "/advisor", data={"message": "What should I learn first?"}),
    "asks by script": _post("student", "/api/ai-career/chat", json={"message": "What should I learn first?"}),
    "a CV's form": _get("student", "/advisor/cv"),
    "asks of a CV": _post("student", "/advisor/cv", data={"cv_text": "Python, SQL"}),
    "asks for a path": _post("student", "/advisor/path", data={"target_role": "Data Analyst"}),
    "asks for jobs": _post("student", "/advisor/jobs"),
    "asks for a gap": _post("student", "/advisor/gap", data={"target_role": "Data Analyst"}),
    "classes": _get("student", "/live"),
    "a class": _get("student", "/student/live-class/{session}"),
    "a class, teaching": _get("teacher", "/teacher/live-class/{session}"),
    "attendance": _get("teacher", "/teacher/live-class/{session}/attendance"),
    "a class from first to last": _teaches,
    "listens": _post(
        "student", "/broadcasting/auth", data={"socket_id": "1234.5678", "channel_name": "private-course.1"}
    ),
    "news": _get("student", "/api/live/news"),
    "a job from first to last": _is_hired,
    "applications": _get("student", "/applications"),
    "notifications": _get("student", "/notifications"),
    "company": _get("company", "/company"),
    "a company's job": _get("company", "/company/jobs/{job}"),
    "a job's form": _get("company", "/company/jobs/new"),
    "account": _get("student", "/account"),
    "own data": _get("student", "/account/data"),
    "admin's payments": _get("admin", "/admin/payments"),
    "admin's payment": _get("admin", "/admin/payments/{payment}"),
    "admin's payment by PayPal": _get("admin", "/admin/payments/{paypal_payment}"),
    "a refund": _post("admin", "/api/admin/payments/{payment}/refund", json={"amount": "1.00"}),
    "a refund by PayPal": _post("admin", "/api/admin/payments/{paypal_payment}/refund", json={"amount": "20.00"}),
    "teachers": _get("admin", "/admin/teachers"),
    "audit": _get("admin", "/admin/audit"),
    "erasures": _get("admin", "/admin/erasures"),
}


Says = tuple[int, str]
"""A status, and what is in the answer."""

NOT_IDENTIFIED, NOT_PAID = "The identity service does not answer", "Payment is not available right now"
NO_ADVICE, NO_ADVICE_BY_SCRIPT = say("advice_unavailable", "en"), '{"error":"AI service temporarily unavailable"}'
NOT_EXPORTED = '"outcome":"failed"'

NEEDS: dict[str, dict[str, Says]] = {
    "didit": {
        "begins a check": (503, NOT_IDENTIFIED),
        "begins a check by script": (503, NOT_IDENTIFIED),
        "check, begun": (200, NOT_IDENTIFIED),
        "own data": (200, NOT_EXPORTED),
    },
    "mailgun": {"own data": (200, NOT_EXPORTED)},
    "gemini": {
        "asks the advisor": (503, NO_ADVICE),
        "asks by script": (503, NO_ADVICE_BY_SCRIPT),
        "asks of a CV": (503, NO_ADVICE),
        "asks for a path": (503, NO_ADVICE),
        "asks for jobs": (503, NO_ADVICE),
        "asks for a gap": (503, NO_ADVICE),
    },
    "jsearch": {"jobs": (200, "data-missing="), "jobs by script": (200, "[")},
    "stripe": {
        "pays by card": (503, NOT_PAID),
        "a refund": (202, '"status":"asked"'),
        "admin's payment": (200, say("disputes_unknown", "en")),
        "own data": (200, NOT_EXPORTED),
    },
    "paypal": {
        "pays by PayPal": (503, NOT_PAID),
        "goes to PayPal": (200, say("news_paypal_down", "en")),
        "a refund by PayPal": (202, '"status":"asked"'),
        "admin's payment by PayPal": (200, say("disputes_unknown", "en")),
    },
    "agora": {"a class from first to last": (200, '"reach":"pending"'), "own data": (200, NOT_EXPORTED)},
    "pusher": {},
    "jitsi": {"a class from first to last": (200, '"reach":"pending"')},
}
"""What cannot be done without a service, and what is said instead."""

WORRIES = {NOT_IDENTIFIED, NOT_PAID, NO_ADVICE, NO_ADVICE_BY_SCRIPT, NOT_EXPORTED, say("disputes_unknown", "en")}
"""What nobody is told without need."""


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def towns(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Town]]:
    """Give the platform with one provider of live classes, or with the other; each starts when it is wanted."""
    with ExitStack() as running:
        started: dict[str, Town] = {}

        def town_with(video: str) -> Town:
            if video not in started:
                started[video] = running.enter_context(town_on(kind, video, tmp_path_factory.mktemp(video)))
            return started[video]

        yield town_with


@contextmanager
def town_on(kind: Kind, video: str, folder: Path) -> Generator[Town]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ACE_TIMEOUT", str(WAITS_S))
        with platform_on(sqlite_url(folder), admin=True, video=video, kind=kind) as platform:
            town = Town(platform, {})
            _settle(town)
            town.usual = _ask_all(town, PAGES)
            assert {name: answer.status_code for name, answer in town.usual.items() if answer.is_error} == {}
            yield town
            for person in town.people.values():
                person.browser.close()


def _settle(town: Town) -> None:
    """Let everybody move in, and do what pages then show."""
    platform, people = town.platform, town.people
    for name in ("stranger", "another stranger", "unchecked", "checked"):
        people[name] = platform.student(f"{name.replace(' ', '-')}@example.com")
    for name in ("unchecked", "checked"):
        people[name].sign_up()
    people["checked"].start_verification()
    people["admin"] = Story(platform.url, platform.control, email=ADMIN)
    people["admin"].browser.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
    for name in ("buyer", "payer"):
        people[name] = platform.member(f"{name}@example.com")
    people["teacher"] = platform.member("teacher@example.com", role="teacher", course=1)
    company = people["company"] = Story(
        platform.url, platform.control, email="hr@example.com", role="company", company="Example Works"
    )
    company.sign_up()
    platform.database.change("UPDATE users SET status = 'active' WHERE email = 'hr@example.com'")
    _settle_payments(town)
    town.things |= {"session": _scheduled(town), "since": SINCE[""]}
    town.things["job"] = town.asked("company", "POST", "/api/jobs", json=JOB).json()["id"]


def _settle_payments(town: Town) -> None:
    """Let one student pay by card, and another one by PayPal."""
    platform, payer = town.platform, town.people["payer"]
    student = town.people["student"] = platform.verified("student@example.com")
    student.start_payment()
    student.pay("4242424242424242")
    assert student.confirm()["success"]
    student.agree()
    student.tell_of_studies()
    town.things["payment"] = platform.database.one("SELECT id FROM payments WHERE gateway_id = :it", it=student.intent)
    payer.start_paypal(payer.browser.get("/api/courses/1/quote").json()["quote_id"])
    payer.decide("approve")
    assert payer.confirm_paypal()["success"]
    town.things["paypal_payment"] = payer.payment


def _ask_all(town: Town, names: Iterable[str]) -> dict[str, httpx.Response]:
    """Ask for several pages, a few at a time, as users do."""
    asked = list(names)
    with ThreadPoolExecutor(4) as threads:
        return dict(zip(asked, threads.map(lambda name: PAGES[name](town), asked), strict=True))


@contextmanager
def out(town: Town, service: str, fault: str) -> Generator[None]:
    """Let a service fail for a while."""
    town.things["since"] = SINCE[fault if service == "jsearch" else ""]
    town.platform.control.fail(provider=service, times=None, **FAULTS[fault])
    try:
        yield
    finally:
        town.platform.control.clear_faults()


def told(answers: dict[str, httpx.Response], service: str) -> dict[str, Says]:
    """Give what was answered by each that needs the service, with what should be in it where it is."""

    def said(answer: httpx.Response, expected: str) -> Says:
        text = _text(answer)
        return answer.status_code, expected if expected in text else text

    return {name: said(answers[name], text) for name, (_, text) in NEEDS[service].items()}


def _text(answer: httpx.Response) -> str:
    """Give what an answer says, however its writer spaces JSON."""
    return html.unescape(answer.text).replace('": "', '":"')


def turns(services: Iterable[str], *faults: str) -> list[Any]:
    """Give each service with each fault on one of the platforms a day, in turns, and on the other by the campaign."""
    rows = [(service, fault) for service in services for fault in faults]
    return [
        pytest.param(kind, *row, id="-".join((kind, *row)), marks=() if (place + at) % 2 == 0 else pytest.mark.campaign)
        for place, kind in enumerate(KINDS)
        for at, row in enumerate(rows)
    ]


@pytest.mark.parametrize(("kind", "service", "fault"), turns(SERVICES, "down"), indirect=["kind"])
def test_while_a_service_is_down_whatever_needs_it_says_so_and_nothing_else_changes(
    service: str, fault: str, towns: Callable[[str], Town]
) -> None:
    _look(towns("jitsi" if service == "jitsi" else "agora"), service, fault)


@pytest.mark.parametrize(
    ("kind", "service", "fault"),
    turns([service for service in SERVICES if NEEDS[service]], "slow", "rubbish"),
    indirect=["kind"],
)
def test_a_service_that_is_slow_or_answers_rubbish_is_told_as_one_that_is_down(
    service: str, fault: str, towns: Callable[[str], Town]
) -> None:
    town = towns("jitsi" if service == "jitsi" else "agora")
    with out(town, service, fault):
        assert told(_ask_all(town, NEEDS[service]), service) == NEEDS[service]


@pytest.mark.campaign
@pytest.mark.parametrize("fault", ["slow", "rubbish"])
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_else_changes_while_a_service_is_slow_or_answers_rubbish(
    service: str, fault: str, towns: Callable[[str], Town]
) -> None:
    _look(towns("jitsi" if service == "jitsi" else "agora"), service, fault)


def _look(town: Town, service: str, fault: str) -> None:
    with out(town, service, fault):
        answers = _ask_all(town, PAGES)
    assert told(answers, service) == NEEDS[service]
    changed = {
        name: answer.text
        for name, answer in answers.items()
        if name not in NEEDS[service] and answer.status_code != town.usual[name].status_code
    }
    assert changed == {}
    assert {name for name, answer in answers.items() if name not in NEEDS[service]} & _worried(town, answers) == set()


def _worried(town: Town, answers: dict[str, httpx.Response]) -> set[str]:
    """Give the pages that speak of an outage, and do not when all is well."""

    def words(answer: httpx.Response) -> set[str]:
        return {word for word in WORRIES if word in _text(answer)}

    return {name for name, answer in answers.items() if words(answer) - words(town.usual[name])}
