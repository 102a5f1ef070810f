"""How one answer is read: what is unchanged, and what is refused under a status of success."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from tests.things import KEY, SERVICE, ThingSettings

from ace_integrations import AuthenticationError, UnexpectedReplyError
from ace_integrations.core import Account, Headers, HttpCall, Options, Reply, WireRequest, no_content, raw_reply
from ace_integrations.core.http import WireReply
from ace_integrations.core.outcome import Failed
from ace_integrations.core.trip import Trip

SETTINGS = ThingSettings(key=SecretStr(KEY), base_url="http://127.0.0.1:9/things")


def trip(into: Any = raw_reply, **headers: str) -> Trip[Any]:
    call = HttpCall("GET", "/things/1", into, headers=headers).labelled("things", "get_thing")
    return Trip(Account(SERVICE, SETTINGS, defaults=Options(30.0, 2)), call, Options())


def test_an_answer_that_nothing_changed_is_read_where_that_was_asked() -> None:
    unchanged = WireReply(304, Headers({"etag": '"1"'}), b"")
    assert trip(**{"if-none-match": '"1"'}).read(unchanged).status == 304
    with pytest.raises(Failed) as failed:
        trip().read(unchanged)
    assert isinstance(failed.value.error, UnexpectedReplyError)


@pytest.mark.parametrize("body", [b"", b"ok"])
def test_where_the_status_says_it_all_nothing_else_is_looked_at(body: bytes) -> None:
    trip(no_content).read(WireReply(200, Headers({"content-type": "text/plain"}), body))
    trip(no_content).read(WireReply(204, Headers({"content-type": "text/html"}), b""))


def test_a_page_for_people_is_no_answer_of_a_service() -> None:
    page = WireReply(200, Headers({"content-type": "text/html; charset=utf-8"}), b"<html>Scheduled maintenance</html>")
    with pytest.raises(Failed, match="text/html") as failed:
        trip(no_content).read(page)
    assert isinstance(failed.value.error, UnexpectedReplyError)


@pytest.mark.parametrize(
    ("client", "call", "service", "shared", "seconds"),
    [
        (None, None, None, None, 30),
        (None, None, None, 60, 60),
        (None, None, 90, None, 90),
        (None, None, 90, 20, 20),
        (None, None, 20, 60, 20),
        (None, 5, 90, 60, 5),
        (None, 5, 90, 2, 2),
        (120, 5, 90, 2, 120),
    ],
)
def test_what_all_services_may_take_shortens_what_one_may_take(
    client: float | None, call: float | None, service: float | None, shared: float | None, seconds: float
) -> None:
    account = Account(replace(SERVICE, timeout_s=service), SETTINGS, defaults=Options(shared))
    assert account.patience(Options(client), call) == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_none_the_more_followed(status: int) -> None:
    with pytest.raises(Failed, match="redirect") as failed:
        trip(**{"if-none-match": '"1"'}).read(WireReply(status, Headers({"location": "http://127.0.0.1:9/"}), b""))
    assert isinstance(failed.value.error, UnexpectedReplyError)


def test_a_refusal_under_a_status_of_success_says_where_it_was_and_is_not_repeated() -> None:
    def refusing(reply: Reply) -> Any:
        raise AuthenticationError(f"the key {KEY} is wrong", code="bad_key")

    with pytest.raises(Failed) as failed:
        trip(refusing).read(WireReply(200, Headers(), b"{}"))
    error = failed.value.error
    assert (type(error), error.provider, error.operation, error.status, error.code) == (
        AuthenticationError,
        "things",
        "get_thing",
        200,
        "bad_key",
    )
    assert KEY not in str(error)
    assert not failed.value.again


def test_a_signed_request_carries_the_time_of_each_try_and_nothing_of_the_one_before() -> None:
    def sign(settings: ThingSettings, request: WireRequest, now: float) -> WireRequest:
        assert settings is SETTINGS
        return replace(request, headers={**request.headers, "x-signed": f"{request.headers.get('x-signed', '')}{now}"})

    times = iter((1.0, 2.5))
    account = Account(replace(SERVICE, sign=sign), SETTINGS, defaults=Options(30.0, 2), clock=lambda: next(times))
    call = HttpCall("GET", "/things/1", raw_reply).labelled("things", "get_thing")
    journey = Trip(account, call, Options())
    assert [journey.request.headers["x-signed"], journey.request.headers["x-signed"]] == ["1.0", "2.5"]


def test_a_request_that_is_not_signed_is_the_same_at_every_try() -> None:
    journey = trip()
    assert journey.request is journey.request
