"""Every route that came with companies, teachers, notices and accounts, asked by everybody, in every state."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from examples.fastapi_platform import account, applications, company, notifications, offers, stopping, teachers, trail
from examples.shared.demonstration import ADMIN
from examples.shared.story import Story
from fastapi import APIRouter
from fastapi.routing import APIRoute
from tests.integration.platforms import ADMIN_PASSWORD, Kind, Platform, platform_on, sqlite_url

WHO = (
    "anonymous",
    "unchecked",
    "student",
    "applicant",
    "waiting",
    "teacher",
    "new company",
    "company",
    "rival",
    "admin",
)
JOB = {"title": "Tutor", "location": "Cairo", "description": "Teach."}

TABLE: dict[str, tuple[int, ...]] = {
    # by whom:                       anonym unchk studt applt waitg teach newco compy rival admin
    "GET /admin/teachers":               (303, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "POST /admin/teachers/{decided}/approve": (303, 404, 404, 404, 404, 404, 404, 404, 404, 303),
    "POST /admin/teachers/{decided}/reject":  (303, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "POST /admin/teachers/{student}/approve": (303, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "POST /admin/teachers/{blocked}/approve": (303, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "GET /api/admin/teachers":           (401, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "POST /api/admin/teachers/{decided}/approve": (401, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "POST /api/admin/teachers/{decided}/reject":  (401, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "POST /api/admin/teachers/{blocked}/reject":  (401, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "POST /teacher/application":         (303, 404, 404, 404, 303, 409, 404, 404, 404, 404),
    "GET /admin/audit":                  (303, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "GET /admin/erasures":               (303, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "GET /api/admin/audit":              (401, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "POST /api/jobs":                    (401, 404, 404, 404, 404, 404, 403, 201, 201, 422),
    "PUT /api/jobs/{job}":               (401, 404, 404, 404, 404, 404, 403, 200, 404, 200),
    "PUT /api/jobs/{closed}":            (401, 404, 404, 404, 404, 404, 403, 409, 404, 409),
    "POST /api/jobs/{closed}/close":     (401, 404, 404, 404, 404, 404, 403, 200, 404, 200),
    "POST /api/jobs/{none}/close":       (401, 404, 404, 404, 404, 404, 403, 404, 404, 404),
    "POST /api/jobs/{job}/apply":        (401, 403, 201, 409, 403, 403, 403, 403, 403, 403),
    "POST /api/jobs/{closed}/apply":     (401, 403, 409, 409, 403, 403, 403, 403, 403, 403),
    "POST /api/jobs/{none}/apply":       (401, 403, 404, 404, 403, 403, 403, 403, 403, 403),
    "POST /jobs/{job}/apply":            (303, 403, 303, 303, 403, 403, 403, 403, 403, 403),
    "GET /api/applications":             (401, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "GET /applications":                 (303, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "GET /api/jobs/{job}/applications":  (401, 404, 404, 404, 404, 404, 403, 200, 404, 200),
    "POST /api/applications/{application}/status": (401, 404, 404, 404, 404, 404, 403, 200, 404, 200),
    "POST /api/applications/{refused}/status":     (401, 404, 404, 404, 404, 404, 403, 409, 404, 409),
    "POST /api/applications/{none}/status":        (401, 404, 404, 404, 404, 404, 403, 404, 404, 404),
    "GET /company":                      (303, 404, 404, 404, 404, 404, 303, 200, 200, 200),
    "GET /company/jobs/new":             (303, 404, 404, 404, 404, 404, 303, 200, 200, 200),
    "POST /company/jobs":                (303, 404, 404, 404, 404, 404, 303, 303, 303, 422),
    "GET /company/jobs/{job}":           (303, 404, 404, 404, 404, 404, 303, 200, 404, 200),
    "GET /company/jobs/{job}/edit":      (303, 404, 404, 404, 404, 404, 303, 200, 404, 200),
    "POST /company/jobs/{job}":          (303, 404, 404, 404, 404, 404, 303, 303, 404, 303),
    "POST /company/jobs/{closed}":       (303, 404, 404, 404, 404, 404, 303, 409, 404, 409),
    "POST /company/jobs/{closed}/close": (303, 404, 404, 404, 404, 404, 303, 303, 404, 303),
    "GET /company/applications/{application}":         (303, 404, 404, 404, 404, 404, 303, 200, 404, 200),
    "POST /company/applications/{application}/status": (303, 404, 404, 404, 404, 404, 303, 303, 404, 303),
    "POST /company/applications/{refused}/status":     (303, 404, 404, 404, 404, 404, 303, 409, 404, 409),
    "GET /resumes/{token}":              (404,) * 10,
    "GET /unsubscribe/{token}":          (404,) * 10,
    "POST /unsubscribe/{token}":         (404,) * 10,
    "GET /notifications":                (303, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /notifications/read":          (303,) * 10,
    "POST /notifications/{notice}/read": (303, 404, 404, 404, 404, 404, 404, 303, 404, 404),
    "GET /api/notifications":            (401, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /api/notifications/read":      (401, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /api/notifications/{notice}/read": (401, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "GET /account":                      (303, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /account/mails":               (303,) * 10,
    "GET /account/data":                 (303, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /account/erase":               (303, 422, 422, 422, 422, 422, 422, 422, 422, 403),
}  # fmt: skip
"""What each is answered. 303 leads a stranger to sign in, and a company that was not checked to its check."""

FORM = {**JOB, "salary_currency": "EGP"}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/admin/teachers/{decided}/reject": {"json": {}},
    "POST /api/admin/teachers/{blocked}/reject": {"json": {}},
    "POST /api/jobs": {"json": JOB},
    "PUT /api/jobs/{job}": {"json": JOB},
    "PUT /api/jobs/{closed}": {"json": JOB},
    "POST /api/applications/{application}/status": {"json": {"status": "interview"}},
    "POST /api/applications/{refused}/status": {"json": {"status": "interview"}},
    "POST /api/applications/{none}/status": {"json": {"status": "interview"}},
    "POST /company/jobs": {"data": FORM},
    "POST /company/jobs/{job}": {"data": FORM},
    "POST /company/jobs/{closed}": {"data": FORM},
    "POST /company/applications/{application}/status": {"data": {"status": "interview"}},
    "POST /company/applications/{refused}/status": {"data": {"status": "interview"}},
    "POST /account/erase": {"data": {"password": "a wrong one"}},
}

UNREADABLE = [
    ("company", "POST", "/api/jobs", {"json": {**JOB, "title": ""}}),
    ("company", "POST", "/api/jobs", {"content": b"{"}),
    ("company", "PUT", "/api/jobs/{job}", {"json": {}}),
    ("company", "POST", "/api/applications/{application}/status", {"json": {"status": "hired"}}),
    ("company", "POST", "/company/applications/{application}/status", {"data": {"status": "hired"}}),
    ("company", "GET", "/api/jobs/one/applications", {}),
    ("student", "POST", "/api/jobs/{job}/apply", {"json": {"cv_url": "javascript:alert(1)"}}),
    ("student", "POST", "/notifications/one/read", {}),
    ("student", "GET", "/api/notifications?before=soon", {}),
    ("admin", "POST", "/api/admin/teachers/{decided}/reject", {"json": {"reason": "x" * 501}}),
    ("admin", "GET", "/admin/audit?before=soon", {}),
]


@dataclass
class Town:
    """Everybody, and one of everything that they may ask for."""

    platform: Platform
    people: dict[str, httpx.Client]
    things: dict[str, Any] = field(default_factory=dict)

    def asked(self, who: str, method: str, path: str, **body: Any) -> httpx.Response:
        return self.people[who].request(method, path.format(**self.things), **body)


@pytest.fixture(scope="module")
def town(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with platform_on(sqlite_url(tmp_path_factory.mktemp("roles")), admin=True, kind=kind) as platform:
        admin = platform.student("unused@example.com").browser
        admin.post("/login", data={"email": ADMIN, "password": ADMIN_PASSWORD})
        town = Town(platform, {"anonymous": platform.student("nobody@example.com").browser, "admin": admin})
        _settle(town)
        yield town
        for browser in town.people.values():
            browser.close()


def _settle(town: Town) -> None:
    for who in WHO[1:-1]:
        role = {"waiting": "teacher", "new company": "company", "rival": "company", "unchecked": "student"}.get(
            who, who
        )
        _move_in(
            town, who, "student" if role == "applicant" else role, is_checked=who not in ("unchecked", "new company")
        )
    _move_in(town, "blocked", "teacher", is_checked=True)
    platform, things = town.platform, town.things
    number = "SELECT id FROM users WHERE email = :email"
    for name, who in (("decided", "teacher"), ("student", "student"), ("blocked", "blocked")):
        things[name] = platform.database.one(number, email=f"{who}@example.com")
    waiting = platform.database.one(number, email="waiting@example.com")
    state = "UPDATE teacher_applications SET state = 'waiting' WHERE user_id IN (:one, :two)"
    platform.database.change(state, one=waiting, two=things["blocked"])
    platform.database.change("UPDATE users SET status = 'blocked' WHERE id = :one", one=things["blocked"])
    for name in ("job", "closed", "other"):
        things[name] = town.asked("company", "POST", "/api/jobs", json=JOB).json()["id"]
    for name, job in (("application", "job"), ("refused", "other")):
        things[name] = town.asked("applicant", "POST", f"/api/jobs/{things[job]}/apply").json()["application_id"]
    town.asked("company", "POST", "/api/applications/{refused}/status", json={"status": "rejected"})
    town.asked("applicant", "POST", "/api/jobs/{closed}/apply")
    town.asked("company", "POST", "/api/jobs/{closed}/close")
    mine = town.asked("company", "GET", "/api/notifications").json()["notifications"]
    things.update(notice=mine[0]["id"], none=10**6, token="1.0.forged")


def _move_in(town: Town, who: str, role: str, *, is_checked: bool) -> None:
    email = f"{who.replace(' ', '-')}@example.com"
    if is_checked and role != "company":
        story = town.platform.member(email, role=role)
    else:
        story = Story(town.platform.url, town.platform.control, email=email, role=role, company=f"The {who}")
        story.sign_up()
    if is_checked:
        town.platform.database.change("UPDATE users SET status = 'active' WHERE email = :email", email=email)
    town.people[who] = story.browser


@pytest.mark.parametrize("route", TABLE)
def test_each_route_answers_everybody_as_the_table_says(route: str, town: Town) -> None:
    method, _, path = route.partition(" ")
    body = BODIES.get(route, {})
    # What changes the state comes to one who may do it last: the company before the admin, the rival before both.
    order = sorted(WHO, key=lambda who: who in ("company", "admin"))
    found = {who: town.asked(who, method, path, **body).status_code for who in order}
    assert tuple(found[who] for who in WHO) == TABLE[route]


@pytest.mark.parametrize(("who", "method", "path", "body"), UNREADABLE)
def test_what_means_nothing_is_answered_422(who: str, method: str, path: str, body: Any, town: Town) -> None:
    assert town.asked(who, method, path, **body).status_code == 422


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, 10**30])
@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("admin", "POST", "/admin/teachers/{number}/approve", 404),
        ("admin", "POST", "/api/admin/teachers/{number}/approve", 404),
        ("student", "POST", "/notifications/{number}/read", 404),
        ("student", "POST", "/api/notifications/{number}/read", 404),
        ("student", "GET", "/api/notifications?before={number}", 200),
        ("student", "GET", "/notifications?before={number}", 200),
        ("admin", "GET", "/api/admin/audit?before={number}", 200),
        ("admin", "GET", "/admin/audit?before={number}", 200),
    ],
)
def test_a_number_that_no_row_has_finds_nothing(
    who: str, method: str, path: str, status: int, number: int, town: Town
) -> None:
    assert town.people[who].request(method, path.format(number=number)).status_code == status


def test_a_route_without_a_row_fails() -> None:
    modules = (teachers, trail, offers, applications, company, stopping, notifications, account)
    routes = {_shape(one) for module in modules for one in _named(module.router)}
    assert routes - {_shape(row) for row in TABLE} == set()


def _named(router: APIRouter) -> Iterator[str]:
    for route in router.routes:
        assert isinstance(route, APIRoute)
        yield from (f"{method} {route.path}" for method in route.methods)


def _shape(route: str) -> str:
    """Give a route with nothing in its braces."""
    return "/".join("{}" if part.startswith("{") else part for part in route.split("/"))
