"""The example platform over real sockets: who may do what, what is refused, what happens while a service is down."""

import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.fastapi_platform.app import create_app
from examples.shared import TEMPLATES
from examples.shared.messages import MESSAGES, Language, say
from examples.shared.story import Story
from fastapi.routing import APIRoute, APIRouter
from tests.integration.platforms import (
    HOOKS,
    Database,
    Kind,
    Platform,
    paid_event,
    platform_on,
    sqlite_url,
    without_token,
)

from ace_integrations import AsyncAce, Settings
from ace_integrations.mail.queue import LOOKS_FOR_S
from ace_integrations.testing import SignedWebhook, WebhookFactory

PROVIDERS = ("didit", "mailgun", "stripe", "paypal", "pusher", "jitsi", "agora")
FORM = {"name": "Lina Farouk", "email": "lina@example.com", "password": "correct horse 42", "role": "student"}


def test_the_whole_journey_passes(platform: Platform) -> None:
    with platform.student() as story:
        assert len(list(story.enrol())) == 8
    assert platform.database.books() == {
        "payments": ["refunded", "paid"],
        "places": [True],
        "students": 1,
        "revenue": {"USD": 2980},
    }


@pytest.fixture(scope="module")
def shared(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give one platform to the tests that only ask; each signs up its own students."""
    with platform_on(sqlite_url(tmp_path_factory.mktemp("shared")), kind=kind) as platform:
        yield platform


# Who may do what.


@pytest.fixture(scope="module")
def people(shared: Platform) -> Iterator[dict[str, Story]]:
    """Give a stranger, a student who is not verified, and the owner of a check and of an open payment."""
    owner, other, anonymous = shared.verified("owner@example.com"), shared.student("other@example.com"), None
    owner.start_payment()
    other.sign_up()
    anonymous = shared.student("nobody@example.com")
    owner.payment = shared.database.one("SELECT id FROM payments WHERE gateway_id = :one", one=owner.intent)
    with owner, other, anonymous:
        yield {"anonymous": anonymous, "other": other, "owner": owner}


ACCESS = {
    "GET /healthz": (200, 200, 200),
    "HEAD /healthz": (200, 200, 200),
    "GET /": (303, 303, 303),
    "GET /lang/{language}": (303, 303, 303),
    "GET /signup": (200, 200, 200),
    "POST /signup": (422, 422, 422),
    "GET /login": (200, 200, 200),
    "POST /login": (401, 401, 401),
    "GET /verify": (303, 200, 200),
    "POST /verify": (303, 200, 303),
    "GET /courses": (200, 200, 200),
    "GET /courses/{course_id}": (200, 200, 200),
    "GET /payments": (303, 200, 200),
    "POST /api/didit/create-session": (401, 200, 409),
    "GET /api/didit/session-status/{session_id}": (401, 404, 200),
    "POST /api/courses/{course_id}/payment/stripe": (401, 403, 200),
    "POST /api/payment/confirm": (401, 404, 200),
    "GET /api/courses/{course_id}/quote": (401, 200, 200),
    "POST /api/courses/{course_id}/payment/paypal": (401, 403, 409),
    "POST /api/payment/paypal/confirm": (401, 404, 404),
    "POST /courses/{course_id}/pay/paypal": (401, 403, 303),
    "GET /pay/paypal/return": (303, 404, 404),
    "GET /pay/paypal/cancel": (303, 404, 404),
    "GET /admin/payments": (303, 404, 404),
    "GET /admin/payments/{payment_id}": (303, 404, 404),
    "POST /admin/payments/{payment_id}/refund": (303, 404, 404),
    "POST /api/admin/payments/{payment_id}/refund": (401, 404, 404),
    "GET /api/jobs": (200, 200, 200),
    "GET /jobs": (200, 200, 200),
    "GET /jobs/{job_id:path}": (200, 200, 200),
    "GET /profile": (303, 200, 200),
    "POST /profile": (303, 303, 303),
    "GET /advisor": (303, 200, 200),
    "POST /advisor": (303, 403, 403),
    "GET /advisor/{kind}": (303, 200, 200),
    "POST /advisor/consent": (303, 422, 422),
    "POST /advisor/forget": (303, 303, 303),
    "POST /advisor/cv": (303, 403, 403),
    "POST /advisor/path": (303, 403, 403),
    "POST /advisor/jobs": (303, 403, 403),
    "POST /advisor/gap": (303, 403, 403),
    "POST /api/ai-career/chat": (401, 403, 403),
    "POST /api/ai-career/chat/stream": (401, 403, 403),
    "POST /api/ai-career/analyze-cv": (401, 403, 403),
    "POST /api/ai-career/learning-path": (401, 403, 403),
    "POST /api/ai-career/job-recommendations": (401, 403, 403),
    "POST /api/ai-career/skills-gap": (401, 403, 403),
    "POST /jobs/{job_id}/apply": (303, 403, 303),
    "POST /api/jobs": (401, 404, 404),
    "POST /api/jobs/{job_id}/apply": (401, 403, 409),
    "POST /api/applications/{application_id}/status": (401, 404, 404),
    "POST /broadcasting/auth": (401, 403, 403),
    "POST /broadcasting/user-auth": (401, 200, 200),
    "GET /api/live/news": (401, 200, 200),
    "POST /api/live/session/create": (401, 403, 403),
    "GET /api/live/session/{session_id}": (401, 404, 404),
    "POST /api/live/session/{session_id}/join": (401, 404, 404),
    "POST /api/live/session/{session_id}/end": (401, 404, 404),
    "POST /api/live/session/{session_id}/presence": (401, 404, 404),
    "GET /api/live/session/{session_id}/attendance": (401, 404, 404),
    "GET /live": (303, 200, 200),
    "POST /live": (303, 404, 404),
    "GET /student/live-class/{session_id}": (303, 404, 404),
    "GET /teacher/live-class/{session_id}": (303, 404, 404),
    "POST /teacher/live-class/{session_id}/end": (303, 404, 404),
    "GET /teacher/live-class/{session_id}/attendance": (303, 404, 404),
    "POST /admin/courses/{course_id}/teacher": (303, 404, 404),
    "GET /admin/teachers": (303, 404, 404),
    "POST /admin/teachers/{user_id}/approve": (303, 404, 404),
    "POST /admin/teachers/{user_id}/reject": (303, 404, 404),
    "GET /api/admin/teachers": (401, 404, 404),
    "POST /api/admin/teachers/{user_id}/approve": (401, 404, 404),
    "POST /api/admin/teachers/{user_id}/reject": (401, 404, 404),
    "POST /teacher/application": (303, 404, 404),
    "GET /admin/audit": (303, 404, 404),
    "GET /api/admin/audit": (401, 404, 404),
    "GET /admin/erasures": (303, 404, 404),
    "PUT /api/jobs/{job_id}": (401, 404, 404),
    "POST /api/jobs/{job_id}/close": (401, 404, 404),
    "GET /api/jobs/{job_id}/applications": (401, 404, 404),
    "GET /api/applications": (401, 200, 200),
    "GET /applications": (303, 200, 200),
    "GET /company": (303, 404, 404),
    "GET /company/jobs/new": (303, 404, 404),
    "POST /company/jobs": (303, 404, 404),
    "GET /company/jobs/{job_id}": (303, 404, 404),
    "GET /company/jobs/{job_id}/edit": (303, 404, 404),
    "POST /company/jobs/{job_id}": (303, 404, 404),
    "POST /company/jobs/{job_id}/close": (303, 404, 404),
    "GET /company/applications/{application_id}": (303, 404, 404),
    "POST /company/applications/{application_id}/status": (303, 404, 404),
    "GET /resumes/{token}": (404, 404, 404),
    "GET /unsubscribe/{token}": (404, 404, 404),
    "POST /unsubscribe/{token}": (404, 404, 404),
    "GET /notifications": (303, 200, 200),
    "POST /notifications/read": (303, 303, 303),
    "POST /notifications/{notice_id}/read": (303, 404, 404),
    "GET /api/notifications": (401, 200, 200),
    "POST /api/notifications/read": (401, 200, 200),
    "POST /api/notifications/{notice_id}/read": (401, 404, 404),
    "GET /account": (303, 200, 200),
    "POST /account/mails": (303, 303, 303),
    "GET /account/data": (303, 200, 200),
    "POST /account/erase": (303, 422, 422),
    "POST /logout": (303, 303, 303),
}
"""What a stranger, another student and the owner are answered. Signing out is last: it ends the cookie."""

WEBHOOKS = {f"POST /api/{HOOKS.get(provider, provider)}/webhook" for provider in PROVIDERS}


def test_every_route_has_its_row(kind: Kind) -> None:
    assert ROUTES[kind]() == set(ACCESS) | WEBHOOKS


def _of_fastapi() -> set[str]:
    app = create_app(AsyncAce(Settings(sandbox=True)), database_url="sqlite+aiosqlite://")
    return {f"{method} {route.path}" for route in _routes(app.router) for method in route.methods}


def _of_django() -> set[str]:
    # In a process of its own: Django is set up once for each, and other tests have another project.
    command = [sys.executable, "-m", "tests.integration.django_routes"]
    environment = {**os.environ, "ACE_SANDBOX": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return set(listed.stdout.splitlines())


ROUTES: dict[Kind, Callable[[], set[str]]] = {"fastapi": _of_fastapi, "django": _of_django}


def _routes(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from _routes(included)


JOB = {"title": "Tutor", "company": "Example Tutors", "location": "Cairo", "description": "Teach."}

BODIES: dict[str, Callable[[Story], dict[str, Any]]] = {
    "/api/payment/confirm": lambda owner: {"json": {"payment_intent_id": owner.intent}},
    "/api/courses/{course_id}/payment/paypal": lambda owner: {"json": {}},
    "/api/payment/paypal/confirm": lambda owner: {"json": {"payment_id": owner.payment, "order_id": "UNKNOWN"}},
    "/api/admin/payments/{payment_id}/refund": lambda owner: {"json": {}},
    "/api/ai-career/chat": lambda owner: {"json": {}},
    "/api/ai-career/chat/stream": lambda owner: {"json": {}},
    "/api/ai-career/analyze-cv": lambda owner: {"json": {}},
    "/api/ai-career/learning-path": lambda owner: {"json": {}},
    "/api/ai-career/skills-gap": lambda owner: {"json": {}},
    "/advisor/cv": lambda owner: {"data": {"cv_text": "Python"}},
    "/api/jobs": lambda owner: {"json": JOB},
    "/api/jobs/{job_id}": lambda owner: {"json": JOB},
    "/company/applications/{application_id}/status": lambda owner: {"data": {"status": "interview"}},
    "/api/applications/{application_id}/status": lambda owner: {"json": {"status": "interview"}},
    "/api/admin/teachers/{user_id}/reject": lambda owner: {"json": {}},
    "/broadcasting/auth": lambda owner: {"data": {"socket_id": "1.2", "channel_name": "private-course.1"}},
    "/broadcasting/user-auth": lambda owner: {"data": {"socket_id": "1.2"}},
    "/api/live/session/create": lambda owner: {
        "json": {"course_id": 1, "title": "Medians", "scheduled_at": "2031-01-01T10:00:00Z"}
    },
    "/api/live/session/{session_id}/presence": lambda owner: {"json": {"kind": "joined", "connection": "1"}},
    "/live": lambda owner: {"data": {"course_id": "1", "title": "Medians"}},
}


@pytest.mark.parametrize("route", ACCESS)
def test_each_route_answers_a_stranger_another_student_and_the_owner_as_the_table_says(
    route: str, people: dict[str, Story]
) -> None:
    owner = people["owner"]
    method, _, path = route.partition(" ")
    where = path.replace(":path", "").format(
        language="en",
        course_id=1,
        session_id=owner.session if "didit" in path else 99,
        payment_id=owner.payment,
        job_id=1,
        application_id=99,
        user_id=99,
        notice_id=99,
        token="1.0.forged",
        kind="cv",
    )
    body = BODIES.get(path, lambda owner: {})(owner)
    answers = [people[who].browser.request(method, where, **body) for who in ("anonymous", "other", "owner")]  # type: ignore[arg-type]
    assert tuple(answer.status_code for answer in answers) == ACCESS[route]


def test_foreign_and_absent_things_answer_alike(shared: Platform) -> None:
    with shared.verified("has@example.com") as owner, shared.student("asks@example.com") as other:
        owner.start_payment()
        other.sign_up()
        foreign = other.browser.get(f"/api/didit/session-status/{owner.session}")
        absent = other.browser.get("/api/didit/session-status/00000000-0000-4000-8000-000000000000")
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content) == (404, foreign.content)
        foreign = other.browser.post("/api/payment/confirm", json={"payment_intent_id": owner.intent})
        absent = other.browser.post("/api/payment/confirm", json={"payment_intent_id": "pi_unknown"})
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content) == (404, foreign.content)


def test_an_unknown_course_answers_404(shared: Platform) -> None:
    with shared.verified("explorer@example.com") as story:
        assert story.browser.get("/courses/99").status_code == 404
        assert story.browser.post("/api/courses/99/payment/stripe").status_code == 404


def test_who_is_enrolled_cannot_pay_again(shared: Platform) -> None:
    with shared.verified("paid@example.com") as story:
        story.start_payment()
        story.pay("4242424242424242")
        assert story.confirm()["success"]
        assert story.browser.post("/api/courses/1/payment/stripe").status_code == 409


NAMED = ("course_id", "payment_id", "job_id", "application_id", "session_id", "user_id", "notice_id", "token")


@pytest.mark.parametrize("route", [route for route in ACCESS if route.startswith(("POST", "PUT"))])
def test_a_form_of_another_site_is_refused(route: str, shared: Platform) -> None:
    method, _, path = route.partition(" ")
    # With the right token: the browser sends the cookie along whoever made the form.
    with shared.browser() as browser:
        for origin in ("https://evil.example.com", "null", "http://127.0.0.1:1"):
            answer = browser.request(method, path.format(**dict.fromkeys(NAMED, 1)), headers={"origin": origin})
            assert (origin, answer.status_code) == (origin, 403)


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example.com",
        "https://evil.example.com",
        "/\\evil.example.com",
        "\\\\evil.example.com",
        "/\t/evil.example.com",
        "/\n/evil.example.com",
        "javascript:alert(1)",
        "evil.example.com",
        "",
    ],
)
def test_the_language_link_leads_to_no_other_host(back: str, shared: Platform) -> None:
    answer = httpx.get(f"{shared.url}/lang/ar", params={"back": back}, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_language_link_comes_back_to_the_page(shared: Platform) -> None:
    answer = httpx.get(f"{shared.url}/lang/ar", params={"back": "/courses/2"}, trust_env=False)
    assert answer.headers["location"] == "/courses/2"


# Accounts.


def test_no_script_and_no_other_site_gets_the_session_cookie(shared: Platform) -> None:
    answer = shared.post("/signup", data={**FORM, "email": "cookie@example.com"})
    assert {"httponly", "samesite=lax", "path=/"} <= _attributes(answer)


def _attributes(answer: httpx.Response) -> set[str]:
    """Give what the session's cookie is set with."""
    (cookie,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith("platform_session="))
    return {part.strip().lower() for part in cookie.split(";")}


def test_behind_https_the_session_cookie_never_travels_in_the_clear(kind: Kind, tmp_path: Path) -> None:
    proxied = {"host": "learn.example.com", "origin": "https://learn.example.com"}
    with platform_on(sqlite_url(tmp_path), kind=kind, origin="https://learn.example.com") as platform:
        assert "secure" in _attributes(platform.post("/signup", data=FORM, headers=proxied))


def test_each_sign_in_has_a_cookie_of_its_own_and_signing_out_ends_it(shared: Platform) -> None:
    with shared.student("rotates@example.com") as story:
        story.sign_up()
        first = story.browser.cookies["platform_session"]
        answer = story.browser.post("/login", data={**FORM, "email": "rotates@example.com"})
        second = story.browser.cookies["platform_session"]
        assert (answer.status_code, first != second) == (303, True)
        story.browser.post("/logout")
        stolen = httpx.get(f"{shared.url}/payments", cookies={"platform_session": second}, trust_env=False)
        assert stolen.headers["location"] == "/login"


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(shared: Platform) -> None:
    with shared.student("known@example.com") as story:
        story.sign_up()
    pages = [
        shared.post("/login", data={"email": email, "password": "wrong horse 42"})
        for email in ("known@example.com", "stranger@example.com")
    ]
    assert [page.status_code for page in pages] == [401, 401]
    texts = [without_token(page.text) for page in pages]
    assert texts[0].replace("known@", "stranger@") == texts[1]


def test_a_taken_address_is_refused_whatever_its_case_and_the_form_keeps_its_values(shared: Platform) -> None:
    with shared.student("taken@example.com") as story:
        story.sign_up()
    answer = shared.post("/signup", data={**FORM, "email": "Taken@Example.com"})
    assert answer.status_code == 409
    assert say("error_email_taken", "en") in answer.text
    assert 'value="Taken@Example.com"' in answer.text
    assert "platform_session" not in answer.headers.get("set-cookie", "")


def test_one_address_signed_up_twice_at_the_same_moment_gets_one_account_and_one_mail(platform: Platform) -> None:
    with ThreadPoolExecutor(6) as pool:
        posts = [pool.submit(platform.post, "/signup", data=FORM) for _ in range(6)]
        statuses = sorted(one.result().status_code for one in posts)
    assert statuses == [303, 409, 409, 409, 409, 409]
    assert platform.database.one("SELECT count(*) FROM users") == 1
    assert platform.database.one("SELECT count(*) FROM ace_mail_queue") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "L"),
        ("name", "\u202e\u2066"),
        ("name", "x" * 101),
        ("email", "lina"),
        ("email", "lina@example.com\r\nBcc: eve@example.com"),
        ("password", "short"),
        ("role", "admin"),
    ],
)
def test_a_bad_field_is_named_and_the_others_keep_their_values(field: str, value: str, shared: Platform) -> None:
    form = {**FORM, "email": "form@example.com", field: value}
    answer = shared.post("/signup", data=form)
    assert answer.status_code == 422
    assert say(f"error_{field}", "en") in answer.text
    kept = [name for name in ("name", "email") if name != field]
    assert all(f'value="{form[name]}"' in answer.text for name in kept)
    assert FORM["password"] not in answer.text


def test_every_bad_field_is_named_at_once(shared: Platform) -> None:
    form = {"name": "L", "email": "lina", "password": "short", "role": "student"}
    answer = shared.post("/signup", data=form)
    assert all(say(f"error_{field}", "en") in answer.text for field in ("name", "email", "password"))


# C13: the browser chose the result.


def _verification(platform: Platform, email: str) -> tuple[str, str]:
    ((verification, status),) = platform.database.rows(
        "SELECT verification, status FROM users WHERE email = :email", email=email
    )
    return verification, status


@pytest.mark.parametrize("whose", ["own", "foreign", "unknown"])
def test_c13_no_parameter_of_the_callback_reaches_the_record(whose: str, shared: Platform) -> None:
    email, neighbour = f"nine-{whose}@example.com", f"eight-{whose}@example.com"
    with shared.student(email) as nine, shared.student(neighbour) as eight:
        for each in (nine, eight):
            each.sign_up()
            each.start_verification()
        unknown = "00000000-0000-4000-8000-000000000000"
        session = {"own": nine.session, "foreign": eight.session, "unknown": unknown}[whose]
        claims = {"status": "Approved", "verificationSessionId": session, "session_id": session}
        page = nine.browser.get("/verify", params=claims)
        assert 'data-state="pending"' in page.text
        nine.browser.post("/verify", data=claims)
        nine.browser.post("/api/didit/create-session", json=claims)
        for one in (email, neighbour):
            assert _verification(shared, one) == ("pending", "pending_verification")


def test_c13_while_the_identity_service_is_down_the_status_stays_and_the_page_says_so(fresh: Platform) -> None:
    with fresh.student() as story:
        story.sign_up()
        story.start_verification()
        fresh.control.fail("status", provider="didit", status=503, times=None)
        page = story.browser.get("/verify", params={"status": "Approved", "verificationSessionId": story.session})
        assert say("service_down", "en") in page.text
        assert 'data-state="pending"' in page.text
        assert _verification(fresh, "lina@example.com") == ("pending", "pending_verification")


def test_c13_what_the_service_says_counts_whatever_the_callback_says(fresh: Platform) -> None:
    with fresh.student() as story:
        story.sign_up()
        story.start_verification()
        fresh.control.send_webhooks_to(didit="http://127.0.0.1:9/nobody")
        fresh.control.post(f"didit/sessions/{story.session}/status", status="In Review")
        page = story.browser.get("/verify", params={"status": "Approved", "verificationSessionId": story.session})
        assert 'data-state="review"' in page.text
        assert _verification(fresh, "lina@example.com") == ("review", "pending_verification")


@pytest.mark.parametrize("state", ["review", "verified", "rejected"])
def test_a_decided_check_is_not_put_aside_by_starting_another(state: str, shared: Platform) -> None:
    email = f"again-{state}@example.com"
    with shared.student(email) as story:
        story.sign_up()
        shared.database.change("UPDATE users SET verification = :state WHERE email = :email", state=state, email=email)
        assert story.browser.post("/api/didit/create-session").status_code == 409
        assert story.browser.post("/verify").headers["location"] == "/verify"
    assert _verification(shared, email) == (state, "pending_verification")


def test_a_decision_that_comes_while_the_check_is_asked_for_again_stays(fresh: Platform) -> None:
    with fresh.student() as story, ThreadPoolExecutor(1) as pool:
        story.sign_up()
        story.start_verification()
        # The answer was true when it was written, and takes long to arrive.
        fresh.control.fail("drip", provider="didit", operation="create_session", seconds=0.001)
        late = pool.submit(story.browser.post, "/api/didit/create-session")
        story.until(lambda: not fresh.control.get("faults")["rules"], "the service must be asked")
        fresh.control.post(f"didit/sessions/{story.session}/decide", outcome="approve")
        decided = ("verified", "active")
        story.until(lambda: _verification(fresh, "lina@example.com") == decided, "the webhook must be taken")
        assert not late.done()
        assert late.result().json()["session_id"] == story.session
        assert _verification(fresh, "lina@example.com") == decided


@pytest.mark.parametrize(("vendor_data", "status"), [("user-1", "active"), ("user-9", "pending_verification")])
def test_news_of_a_check_before_its_start_was_remembered_count_for_its_own_user(
    vendor_data: str, status: str, fresh: Platform
) -> None:
    with fresh.student() as story:
        story.sign_up()
        news = WebhookFactory().make("didit", "status.updated", status="Approved", vendor_data=vendor_data)
        assert fresh.deliver(news).status_code == 200
        assert _verification(fresh, "lina@example.com")[1] == status


@pytest.mark.parametrize("vendor_data", ["1", "user-01"])
def test_news_for_a_name_that_is_no_users_are_bound_to_nobody(vendor_data: str, fresh: Platform) -> None:
    with fresh.student() as story:
        story.sign_up()
        news = WebhookFactory().make("didit", "status.updated", status="Approved", vendor_data=vendor_data)
        assert fresh.deliver(news).status_code == 200
        assert fresh.database.one("SELECT verification_id FROM users") is None


@pytest.mark.parametrize("vendor_data", ["user-1", "user-", "user-x", "user-٣", "user-" + "9" * 30, "1"])
def test_news_of_another_check_than_the_remembered_one_change_nothing(vendor_data: str, fresh: Platform) -> None:
    with fresh.student() as story:
        story.sign_up()
        story.start_verification()
        news = WebhookFactory().make("didit", "status.updated", status="Approved", vendor_data=vendor_data)
        assert fresh.deliver(news).status_code == 200
        assert _verification(fresh, "lina@example.com") == ("pending", "pending_verification")


# Webhooks.


def _everything(platform: Platform) -> list[object]:
    """Give all that a webhook could change."""
    tables = (
        "users",
        "payments",
        "course_enrollments",
        "courses",
        "course_revenue",
        "ace_mail_suppressions",
        "ace_audit",
    )
    return [platform.database.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("spoil", ["body", "signature", "no signature"])
def test_a_webhook_that_is_not_the_services_own_is_refused_and_does_nothing(
    provider: str, spoil: str, shared: Platform
) -> None:
    genuine = shared.made(provider, _KNOWN[provider])
    before = _everything(shared)
    answer = shared.deliver(_spoilt(genuine, spoil))
    assert answer.status_code == (403 if provider == "stripe" else 400)
    assert _everything(shared) == before


_KNOWN = {
    "didit": "status.updated",
    "mailgun": "permanent_fail",
    "stripe": "payment_intent.succeeded",
    "paypal": "PAYMENT.CAPTURE.COMPLETED",
    "pusher": "member_added",
    "jitsi": "PARTICIPANT_JOINED",
    "agora": "103",
}


def _spoilt(webhook: SignedWebhook, spoil: str) -> SignedWebhook:
    if spoil == "body" and webhook.provider != "mailgun":
        return SignedWebhook(webhook.provider, webhook.headers, webhook.body.replace(b"a", b"b", 1))
    # Mailgun signs a time and a token inside the body, nothing else.
    body, headers = webhook.body, dict(webhook.headers)
    digest = re.compile(rb"[0-9a-f]{64}")
    if webhook.provider == "mailgun":
        replaced = b"" if spoil == "no signature" else b"0" * 64
        return SignedWebhook("mailgun", headers, digest.sub(replaced, body))
    names = [name for name in headers if "signature" in name.lower() or name.endswith("-sig")]
    for name in names:
        zeros = re.sub("[0-9a-f]{64}", "0" * 64, headers[name])
        headers[name] = zeros if zeros != headers[name] else headers[name].swapcase()
    return SignedWebhook(
        webhook.provider, {k: v for k, v in headers.items() if spoil != "no signature" or k not in names}, body
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_event_that_no_version_knows_is_taken_and_does_nothing(provider: str, shared: Platform) -> None:
    before = _everything(shared)
    assert shared.deliver(shared.unheard(provider)).status_code == 200
    assert _everything(shared) == before


def test_one_event_delivered_three_times_changes_the_books_once(platform: Platform) -> None:
    with platform.verified() as story:
        platform.control.post("stripe/events/hold")
        story.start_payment()
        story.pay("4242424242424242")
        event = paid_event(story.intent)
        assert [platform.deliver(event).status_code for _ in range(3)] == [200, 200, 200]
        assert platform.database.one("SELECT count(*) FROM course_enrollments") == 1
        assert platform.database.one("SELECT count(*) FROM ace_audit WHERE what = 'payment.changed'") == 1


def test_a_payment_event_that_lies_about_its_payment_is_checked_with_the_gateway(fresh: Platform) -> None:
    with fresh.verified() as story:
        fresh.control.post("stripe/events/hold")
        story.start_payment()
        assert fresh.deliver(paid_event(story.intent, amount=1)).status_code == 200
        assert fresh.database.books() == {"payments": ["pending"], "places": [], "students": 0, "revenue": {}}


# While a service is down.


def _mail(platform: Platform) -> tuple[str, str, int]:
    ((state, error, attempts),) = platform.database.rows("SELECT state, error, attempts FROM ace_mail_queue")
    return state, error, attempts


def test_while_mailgun_is_down_sign_up_succeeds_and_the_mail_goes_out_later(platform: Platform) -> None:
    platform.control.fail("reset_before", provider="mailgun", times=None)
    with platform.student() as story:
        story.sign_up()
        story.until(lambda: _tried(platform), "the relay must try")
        assert platform.inbox("lina@example.com") == []
        platform.control.clear_faults()
        # Nobody knows whether the first try came through, until the service's log must show it.
        platform.control.advance(LOOKS_FOR_S + 61)
        story.read_mail()
        story.until(lambda: _mail(platform)[:2] == ("sent", ""), "the mail must be settled")
    assert len(platform.inbox("lina@example.com")) == 1


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine's clock show another zone's time."""
    monkeypatch.setenv("TZ", "Etc/GMT+9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_a_mail_is_tried_for_72_hours_in_every_zone_and_then_given_up(fresh: Platform) -> None:
    fresh.control.fail("reset_before", provider="mailgun", times=None)
    with fresh.student() as story:
        story.sign_up()
        # What was taken up at 70 hours ended as "waiting", or it would not be taken up at 71.
        for hours in (70, 1):
            tried = story.until(lambda: _tried(fresh), "the relay must try")
            fresh.control.advance(hours * 3600)
            story.until(lambda tried=tried: _tried(fresh) > tried, "the relay must try again")  # type: ignore[misc]
        assert _mail(fresh)[0] == "waiting"
        fresh.control.advance(2 * 3600)
        story.until(lambda: _mail(fresh)[0] == "dead", "the relay must give up")


def _tried(platform: Platform) -> int:
    """Give how many tries have begun, of those that send when they ended."""
    # Read once: between two reads a try may begin.
    state, _, attempts = _mail(platform)
    return 0 if state == "sending" else attempts


@pytest.mark.parametrize("lost", ["reset_after", "truncated", "bad_json"])
def test_a_mail_whose_answer_was_lost_is_found_and_not_sent_twice(lost: str, fresh: Platform) -> None:
    fresh.control.fail(lost, provider="mailgun", operation="send_message")
    with fresh.student() as story:
        story.sign_up()
        story.until(lambda: _mail(fresh)[1] == "OutcomeUnknownError", "the relay must not know")
        fresh.control.advance(61)
        story.until(lambda: _mail(fresh)[0] == "sent", "the relay must find it")
    sent = fresh.control.journal(provider="mailgun", operation="send_message")
    assert (len(sent), len(fresh.inbox("lina@example.com"))) == (1, 1)


def test_while_stripe_is_down_the_platform_says_so_and_nothing_is_charged(platform: Platform) -> None:
    with platform.verified() as story:
        platform.control.fail("status", provider="stripe", status=503, times=None)
        answer = story.browser.post("/api/courses/1/payment/stripe")
        assert (answer.status_code, answer.json()["others"]) == (503, ["paypal"])
        assert platform.intents() == []
        platform.control.clear_faults()
        story.start_payment()
        story.pay("4242424242424242")
        assert story.confirm()["success"]
    assert len(platform.intents()) == 1


def test_a_payment_whose_first_answer_was_lost_is_one_payment(platform: Platform) -> None:
    with platform.verified() as story:
        platform.control.fail("reset_after", provider="stripe", operation="create_payment_intent")
        story.start_payment()
        first = story.intent
        story.start_payment()
    assert (len(platform.intents()), first == story.intent) == (1, True)


def test_while_stripe_is_down_a_confirmation_is_being_checked_and_later_known(fresh: Platform) -> None:
    with fresh.verified() as story:
        fresh.control.post("stripe/events/hold")
        story.start_payment()
        story.pay("4242424242424242")
        fresh.control.fail("status", provider="stripe", status=503, times=None)
        assert story.confirm() == {"success": False, "status": "checking"}
        fresh.control.clear_faults()
        assert story.confirm()["success"]


@pytest.mark.parametrize("fault", ["status", "reset_before", "reset_after", "html"])
def test_while_didit_is_down_the_page_says_so_and_nobody_is_let_in(fault: str, fresh: Platform) -> None:
    with fresh.student() as story:
        story.sign_up()
        fresh.control.fail(fault, provider="didit", status=503, times=None)
        page = story.browser.post("/verify")
        assert page.status_code == 503
        assert say("service_down", "en") in page.text
        answer = story.browser.post("/api/didit/create-session")
        assert (answer.status_code, set(answer.json())) == (503, {"error"})
        assert _verification(fresh, "lina@example.com") == (None, "pending_verification")
        fresh.control.clear_faults()
        story.start_verification()
        story.approve()


def test_an_address_that_bounced_is_not_written_to_again(platform: Platform) -> None:
    with platform.student() as story:
        story.sign_up()
        story.read_mail()
        (mail,) = platform.inbox("lina@example.com")
        platform.control.post(f"mailgun/inbox/{mail['id']}/bounce")
        suppressed = "SELECT count(*) FROM ace_mail_suppressions WHERE email = 'lina@example.com'"
        story.until(lambda: platform.database.one(suppressed) == 1, "the bounce must suppress the address")
        platform.database.queue_mail("next", to="lina@example.com")
        state = "SELECT state FROM ace_mail_queue WHERE key = 'next'"
        story.until(lambda: platform.database.one(state) == "suppressed", "the next mail must be held")
    assert len(platform.inbox("lina@example.com")) == 1


def test_what_becomes_of_a_mail_is_noted_even_before_the_answer_of_sending_it_came(fresh: Platform) -> None:
    fresh.control.fail("latency", provider="mailgun", operation="send_message", seconds=1.5)
    with fresh.student() as story:
        story.sign_up()
        expected = "SELECT message_id FROM ace_mail_queue WHERE state = 'sending'"
        ((message_id,),) = story.until(lambda: fresh.database.rows(expected), "the mail must be on its way")
        news = WebhookFactory().make("mailgun", "permanent_fail", message_id=message_id, recipient="lina@example.com")
        assert fresh.deliver(news).status_code == 200
        assert _mail(fresh)[0] == "sending"
        assert fresh.database.one("SELECT count(*) FROM ace_mail_suppressions") == 1
        story.until(lambda: _mail(fresh)[0] == "sent", "the answer must come")
        assert fresh.inbox("lina@example.com")[0]["message_id"] == message_id


# Words.

LANGUAGES: tuple[Language, ...] = ("en", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_renders_in_both_languages(language: Language, kind: Kind, shared: Platform) -> None:
    with shared.verified(f"reader-{language}@example.com") as story:
        story.browser.get(f"/lang/{language}")
        pages = ["/courses", "/courses/1", "/courses/99", "/payments", "/verify", "/signup", "/login"]
        pages += ["/jobs", "/jobs/1", "/profile", "/advisor", "/live"]
        answers = [story.browser.get(page) for page in pages]
        answers += [story.browser.post("/signup", data={}), story.browser.post("/login", data={})]
        story.start_payment()
        answers.append(story.browser.get("/payments"))
    direction = "rtl" if language == "ar" else "ltr"
    for answer in answers:
        assert answer.status_code < 500
        assert f'<html lang="{language}" dir="{direction}">' in answer.text
        assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["pending", "review", "verified", "rejected", "expired", "reverify"])
def test_every_state_of_a_check_has_its_words(state: str, language: Language, shared: Platform) -> None:
    email = f"{state}-{language}@example.com"
    with shared.student(email) as story:
        story.sign_up()
        story.browser.get(f"/lang/{language}")
        shared.database.change("UPDATE users SET verification = :state WHERE email = :email", state=state, email=email)
        page = story.browser.get("/verify")
    assert f'data-state="{state}"' in page.text
    assert say(f"verify_{state}_text", language) in html.unescape(page.text)


@pytest.mark.parametrize("key", MESSAGES)
def test_every_text_is_in_both_languages_with_the_same_gaps(key: str) -> None:
    assert set(MESSAGES[key]) == set(LANGUAGES)
    assert all(text.strip() for text in MESSAGES[key].values())
    # Arabic writes one and two as words of their own.
    spelt_out = key.endswith(("_one", "_two"))
    gaps = [set(re.findall(r"{(\w+)}", text)) for text in MESSAGES[key].values()]
    assert spelt_out or gaps[0] == gaps[1]


def test_every_text_that_a_template_asks_for_exists() -> None:
    asked = {
        key for path in TEMPLATES.glob("*.html") for key in re.findall(r"""say\(["'](\w+)["'][,)]""", path.read_text())
    }
    assert asked <= set(MESSAGES)


def test_what_a_user_cost_is_counted_and_kept_when_the_platform_ends(kind: Kind, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    with platform_on(url, kind=kind) as running, running.verified() as story:
        story.start_payment()
        story.pay("4242424242424242")
        story.read_mail()
    books = Database(url)
    try:
        counted = {
            (provider, operation): (user, calls, units)
            for provider, operation, user, calls, units in books.rows(
                'SELECT provider, operation, "user", calls, units FROM ace_usage'
            )
        }
    finally:
        books.close()
    assert counted["didit", "create_session"] == ("user-1", 1, 1)
    assert counted["stripe", "create_payment_intent"][0] == "user-1"
    assert counted["mailgun", "send"] == ("", 1, 1)


# Limits.


def test_the_61st_question_in_a_minute_is_told_when_to_come_back(kind: Kind, tmp_path: Path) -> None:
    running = platform_on(sqlite_url(tmp_path), limits=("login=1000/minute",), kind=kind)
    with running as platform, platform.student() as story:
        story.sign_up()
        answers = [story.browser.get("/api/didit/session-status/none") for _ in range(61)]
        # The page that followed her sign-up is one of the sixty where pages count too.
        statuses = [answer.status_code for answer in answers]
        assert statuses in ([404] * 60 + [429], [404] * 59 + [429] * 2)
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert story.browser.get("/static/platform.css").status_code == 200
        with platform.student("omar@example.com") as other:
            other.sign_up()
            assert other.browser.get("/api/didit/session-status/none").status_code == 404


@pytest.mark.parametrize(
    ("limit", "path", "allowed"),
    [("payments=3/minute", "/api/courses/1/payment/stripe", 3), ("identity=2/minute", "/api/didit/create-session", 2)],
)
def test_each_dear_question_has_a_limit_of_its_own(
    limit: str, path: str, allowed: int, kind: Kind, tmp_path: Path
) -> None:
    with platform_on(sqlite_url(tmp_path), limits=(limit,), kind=kind) as platform, platform.student() as story:
        story.sign_up()
        statuses = [story.browser.post(path).status_code for _ in range(allowed + 1)]
        assert 429 not in statuses[:allowed]
        assert statuses[allowed] == 429


def test_signing_in_is_limited_by_address_and_webhooks_are_not(kind: Kind, tmp_path: Path) -> None:
    with platform_on(sqlite_url(tmp_path), limits=("login=3/minute",), kind=kind) as platform:
        with platform.student() as story:
            guesses = [story.browser.post("/login", data={"email": "lina@example.com"}).status_code for _ in range(4)]
        assert guesses == [401, 401, 401, 429]
        hooks = [platform.deliver(platform.unheard("stripe")).status_code for _ in range(70)]
        assert set(hooks) == {200}
