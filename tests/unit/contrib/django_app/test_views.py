"""What browsers and monitors ask a Django platform."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from ace_integrations import InvalidInputError
from ace_integrations.sandbox import RunningSandbox

SOCKET = "1234.5678"


@pytest.fixture
def lina() -> Any:
    """Give a user."""
    from django.contrib.auth.models import User

    User.objects.all().delete()
    return User.objects.create_user("lina", "lina@example.com", "a long password")


@pytest.fixture
def browser(lina: Any) -> Iterator[Any]:
    """Give her browser, with the token that Django's forms carry."""
    from django.db import connections

    client = Client(enforce_csrf_checks=True)
    client.force_login(lina)
    client.cookies["csrftoken"] = "t" * 32
    yield client
    connections.close_all()


def ask(client: Any, path: str, **fields: str) -> Any:
    return client.post(path, fields, headers={"x-csrftoken": "t" * 32})


def test_who_may_listen_gets_a_signature_and_everybody_else_403(browser: Any, lina: Any, client: Any) -> None:
    own, others = f"private-user.{lina.pk}", "private-user.4711"
    answer = ask(browser, "/broadcasting/auth", socket_id=SOCKET, channel_name=own)
    assert (answer.status_code, answer.json()["auth"].count(":")) == (200, 1)
    assert "no-store" in answer.headers["cache-control"]
    assert ask(browser, "/broadcasting/auth", socket_id=SOCKET, channel_name=others).status_code == 403
    client.cookies["csrftoken"] = "t" * 32
    assert ask(client, "/broadcasting/auth", socket_id=SOCKET, channel_name=own).status_code == 403


def test_a_question_in_json_is_answered_too(browser: Any, lina: Any) -> None:
    question = json.dumps({"socket_id": SOCKET, "channel_name": f"private-user.{lina.pk}"})
    token = {"x-csrftoken": "t" * 32}
    assert (
        browser.post("/broadcasting/auth", question, content_type="application/json", headers=token).status_code == 200
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"socket_id": SOCKET},
        {"socket_id": "1:private-user.1", "channel_name": "private-user.1"},
        {"socket_id": SOCKET, "channel_name": "private-user.1 or all"},
        {"socket_id": SOCKET, "channel_name": "x" * 20_000},
    ],
)
def test_what_is_malformed_is_refused(browser: Any, fields: dict[str, str]) -> None:
    assert ask(browser, "/broadcasting/auth", **fields).status_code == 403


def test_another_site_cannot_ask_with_her_cookies(browser: Any, lina: Any) -> None:
    fields = {"socket_id": SOCKET, "channel_name": f"private-user.{lina.pk}"}
    assert browser.post("/broadcasting/auth", fields).status_code == 403


def test_a_connection_is_signed_in_as_her(browser: Any, lina: Any, client: Any) -> None:
    answer = ask(browser, "/broadcasting/user-auth", socket_id=SOCKET)
    assert json.loads(answer.json()["user_data"])["id"] == str(lina.pk)
    client.cookies["csrftoken"] = "t" * 32
    assert ask(client, "/broadcasting/user-auth", socket_id=SOCKET).status_code == 403


def test_health_tells_verdicts_and_no_more(client: Any, ace_sandbox: RunningSandbox) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"status", "services"}
    assert set(answer.json()["services"].values()) == {"sandbox"}


def test_health_asks_once_however_many_ask_it(ace_sandbox: RunningSandbox) -> None:
    from django.test import RequestFactory

    from ace_integrations.contrib.django.views import health_view

    now = [0.0]
    view = health_view(kept_s=10, clock=lambda: now[0])
    request = RequestFactory().get("/healthz")
    for _ in range(5):
        view(request)
    asked = len(ace_sandbox.control.journal(provider="stripe"))
    now[0] = 11
    ace_sandbox.control.fail("status", provider="stripe", status=503)
    assert view(request).status_code == 503
    assert len(ace_sandbox.control.journal(provider="stripe")) == 2 * asked == 2


def test_health_cannot_be_made_to_ask_in_a_loop() -> None:
    from ace_integrations.contrib.django.views import health_view

    with pytest.raises(InvalidInputError, match="kept_s"):
        health_view(kept_s=0)


def test_the_eleventh_question_to_the_advisor_has_to_wait(client: Any) -> None:
    answers = [client.get("/advice") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
