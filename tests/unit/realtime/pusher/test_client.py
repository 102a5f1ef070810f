"""Pusher's calls: what is sent, byte for byte, and what comes of the answers."""

import asyncio
import hashlib
import json
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr

from ace_integrations.core import Account, AsyncConnection, Connection, Headers, HttpCall, Options, Reply
from ace_integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidInputError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    UnavailableError,
    UnexpectedReplyError,
)
from ace_integrations.realtime import Channel, RawData
from ace_integrations.realtime.pusher import (
    AsyncPusher,
    BatchEvent,
    ChannelInfo,
    ClockSkewError,
    DataTooLargeError,
    PartlySentError,
    Pusher,
    PusherCalls,
    PusherSettings,
    Token,
)
from ace_integrations.realtime.pusher.encryption import opened
from ace_integrations.realtime.pusher.prices import plan_for
from ace_integrations.realtime.pusher.service import SERVICE, read_problem
from ace_integrations.realtime.pusher.signature import signed_query

NOW = 1795600000
SETTINGS = PusherSettings(
    app_id="17",
    key="app-key",
    secret=SecretStr("app-secret"),
    cluster="eu",
    encryption_master_key=SecretStr("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="),
)
ALWAYS = {"trigger": {"channels": ["private-user.9"], "name": "told", "data": {"a": 1}}}


class Wire:
    """Answers what the test says, in turn, and keeps what was sent."""

    def __init__(self, *answers, settings=SETTINGS, clock=lambda: NOW):
        self.sent: list[httpx.Request] = []
        self._answers = list(answers) or [(200, {})]
        self._settings, self._clock = settings, clock

    def _answer(self, request):
        self.sent.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        text, kind = (body, "text/plain") if isinstance(body, str) else (json.dumps(body), "application/json")
        return httpx.Response(status, headers={"content-type": kind}, stream=httpx.ByteStream(text.encode()))

    @property
    def _account(self):
        return Account(SERVICE, self._settings, defaults=Options(30.0, 2), clock=self._clock)

    @property
    def client(self):
        return Pusher.on(Connection(self._account, httpx.Client(transport=httpx.MockTransport(self._answer))))

    def awaited(self, operation, **arguments):
        async def call():
            async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as http:
                return await getattr(AsyncPusher.on(AsyncConnection(self._account, http)), operation)(**arguments)

        return asyncio.run(call())

    @property
    def bodies(self):
        return [json.loads(request.content) for request in self.sent]


def is_signed(request, *, path, now=NOW):
    """Whether the query is what the signature of this very request and these very bytes asks for."""
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    asked = {name: value for name, value in query.items() if not name.startswith(("auth_", "body_"))}
    token = Token("app-key", SecretStr("app-secret"))
    return query == signed_query(
        token, method=request.method, path=path, query=asked, body=request.content, timestamp=now
    )


# What is sent.


def test_an_event_is_one_signed_request_whose_data_is_json_once():
    wire = Wire()
    wire.client.trigger(
        channels=["private-user.9", "course.42"], name="job.posted", data={"job": "مهندس"}, exclude_socket_id="1234.5"
    )
    (request,) = wire.sent
    assert str(request.url).partition("?")[0] == "https://api-eu.pusher.com/apps/17/events"
    assert request.content.decode() == (
        '{"name":"job.posted","channels":["private-user.9","course.42"],'
        '"data":"{\\"job\\":\\"مهندس\\"}","socket_id":"1234.5"}'
    )
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-pusher-library"].startswith("ace-integrations ")
    assert is_signed(request, path="/apps/17/events")


def test_both_colours_send_the_same():
    blocking, awaited = Wire(), Wire()
    blocking.client.trigger(**ALWAYS["trigger"])
    awaited.awaited("trigger", **ALWAYS["trigger"])
    assert [(one.url, one.content) for one in blocking.sent] == [(one.url, one.content) for one in awaited.sent]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"host": "ws.example.com", "path_prefix": "/live"}, "https://ws.example.com/live/apps/17/events"),
        ({"host": "127.0.0.1", "port": 6001, "scheme": "http"}, "http://127.0.0.1:6001/apps/17/events"),
        ({"base_url": "http://127.0.0.1:8600/pusher"}, "http://127.0.0.1:8600/pusher/apps/17/events"),
    ],
)
def test_a_prefix_that_a_proxy_takes_away_is_sent_and_never_signed(settings, address):
    wire = Wire(settings=SETTINGS.model_copy(update=settings))
    wire.client.trigger(**ALWAYS["trigger"])
    assert str(wire.sent[0].url).partition("?")[0] == address
    assert is_signed(wire.sent[0], path="/apps/17/events")


def test_a_name_is_sent_as_it_is_signed_without_escapes():
    wire = Wire((200, {"occupied": True, "user_count": 3}))
    state = wire.client.get_channel(channel="presence-a=b@c,d;e", info=["user_count"])
    assert wire.sent[0].url.raw_path.startswith(b"/apps/17/channels/presence-a=b@c,d;e?")
    assert is_signed(wire.sent[0], path="/apps/17/channels/presence-a=b@c,d;e")
    assert (state.occupied, state.user_count) == (True, 3)


def test_a_request_that_is_sent_again_is_signed_anew():
    times = iter(range(NOW, NOW + 100))
    wire = Wire((429, "slow down"), (200, {}), clock=lambda: next(times))
    wire.client.trigger(**ALWAYS["trigger"])
    first, second = (dict(parse_qsl(request.url.query.decode())) for request in wire.sent)
    assert int(second["auth_timestamp"]) > int(first["auth_timestamp"])
    assert is_signed(wire.sent[1], path="/apps/17/events", now=int(second["auth_timestamp"]))


def test_reads_are_signed_without_a_hash_of_their_empty_body():
    wire = Wire((200, {"channels": {"presence-session.42": {"user_count": 3}, "presence-session.7": {}}}))
    found = wire.client.list_channels(prefix="presence-session.", info=["user_count"])
    assert b"body_md5" not in wire.sent[0].url.query
    assert is_signed(wire.sent[0], path="/apps/17/channels")
    assert {name: about.user_count for name, about in found.channels.items()} == {
        "presence-session.42": 3,
        "presence-session.7": None,
    }


def test_the_other_calls_go_to_their_paths():
    wire = Wire((200, {"users": [{"id": "9"}, {"id": 10}]}))
    assert [user.id for user in wire.client.list_users(channel="presence-session.42").users] == ["9", "10"]
    wire.client.terminate_connections(user_id="9")
    wire.client.send_to_user(user_id="9", name="told", data="hello")
    assert [(one.method, one.url.path) for one in wire.sent] == [
        ("GET", "/apps/17/channels/presence-session.42/users"),
        ("POST", "/apps/17/users/9/terminate_connections"),
        ("POST", "/apps/17/events"),
    ]
    assert wire.sent[1].content == b"{}"
    assert json.loads(wire.sent[2].content) == {
        "name": "told",
        "channels": ["#server-to-user-9"],
        "data": '"hello"',
    }
    assert all(is_signed(one, path=one.url.path) for one in wire.sent)


def test_a_cache_channel_tells_what_it_keeps():
    wire = Wire(
        (200, {"occupied": False, "cache": {"data": "{}", "ttl": 60}}), (200, {"occupied": False, "cache": None})
    )
    first, second = (wire.client.get_channel(channel="cache-news", info=["cache"]) for _ in range(2))
    assert first.cache is not None
    assert (first.cache.data, first.cache.ttl, second.cache) == ("{}", 60, None)


def test_a_batch_is_one_request_and_answers_in_order():
    wire = Wire((200, {"batch": [{"subscription_count": 3}, {}]}))
    events = [
        BatchEvent("course.42", "a", {"x": 1}, info=("subscription_count",)),
        BatchEvent("private-user.9", "b", "نص", exclude_socket_id="1234.1234"),
    ]
    answer = wire.client.trigger_batch(events=events)
    assert wire.bodies == [
        {
            "batch": [
                {"channel": "course.42", "name": "a", "data": '{"x":1}', "info": "subscription_count"},
                {"channel": "private-user.9", "name": "b", "data": '"نص"', "socket_id": "1234.1234"},
            ]
        }
    ]
    assert answer.batch == (ChannelInfo(subscription_count=3), ChannelInfo())
    assert wire.client.trigger_batch(events=events) == answer
    assert wire.bodies[0] == wire.bodies[1]


def test_a_server_that_answers_otherwise_is_understood():
    wire = Wire((200, {"ok": True}))
    assert wire.client.trigger(**ALWAYS["trigger"]).channels == {}


# Encrypted channels.


def test_an_encrypted_event_is_sealed_for_its_channel_under_a_nonce_of_its_own():
    wire = Wire()
    for _ in range(2):
        wire.client.trigger(channels=["private-encrypted-session.42"], name="told", data={"title": "دورة"})
    wire.client.trigger_batch(events=[BatchEvent("private-encrypted-session.42", "told", [1]), BatchEvent("a", "b", 2)])
    first, second, batch = wire.bodies
    channel = Channel("private-encrypted-session.42")
    assert first["data"] != second["data"]
    assert opened(first["data"], master_key=bytes(range(32, 64)), channel=channel) == '{"title":"دورة"}'
    assert opened(batch["batch"][0]["data"], master_key=bytes(range(32, 64)), channel=channel) == "[1]"
    assert batch["batch"][1]["data"] == "2"


def test_several_channels_cannot_be_encrypted_at_once():
    with pytest.raises(InvalidInputError, match="alone"):
        PusherCalls().trigger(channels=["private-encrypted-a", "private-b"], name="told", data={})


def test_without_a_master_key_nothing_is_sent_in_clear():
    wire = Wire(settings=SETTINGS.model_copy(update={"encryption_master_key": None}))
    with pytest.raises(ConfigurationError, match="PUSHER_ENCRYPTION_MASTER_KEY"):
        wire.client.trigger(channels=["private-encrypted-a"], name="told", data={})
    with pytest.raises(ConfigurationError, match="PUSHER_ENCRYPTION_MASTER_KEY"):
        wire.client.trigger_batch(events=[BatchEvent("private-encrypted-a", "told", {})])
    assert wire.sent == []


def test_what_is_sealed_is_measured_again():
    wire = Wire()
    with pytest.raises(InvalidInputError, match="10240"):
        wire.client.trigger(channels=["private-encrypted-a"], name="told", data=RawData("x" * 8000))
    assert wire.sent == []


# Many.


def test_more_than_a_hundred_channels_go_in_several_requests():
    wire = Wire(*((200, {"channels": {f"presence-a.{n}": {"user_count": n}}}) for n in range(3)))
    names = [f"presence-a.{n}" for n in range(201)]
    answer = wire.client.trigger(channels=names, name="told", data={}, info=["user_count"])
    assert [body["channels"] for body in wire.bodies] == [names[:100], names[100:200], names[200:]]
    assert {name: about.user_count for name, about in answer.channels.items()} == {
        "presence-a.0": 0,
        "presence-a.1": 1,
        "presence-a.2": 2,
    }


def test_more_than_ten_events_go_in_several_requests():
    wire = Wire((200, {"batch": [{}] * 10}), (200, {"batch": [{}]}))
    answer = wire.client.trigger_batch(events=[BatchEvent("a", f"n{n}", n) for n in range(11)])
    assert [[event["name"] for event in body["batch"]] for body in wire.bodies] == [
        [f"n{n}" for n in range(10)],
        ["n10"],
    ]
    assert len(answer.batch) == 11


@pytest.mark.parametrize("colour", ["blocking", "awaited"])
def test_a_failure_behind_successes_tells_what_was_done(colour):
    wire = Wire((200, {}), (500, "oops"))
    names = [f"a.{n}" for n in range(250)]
    arguments = {"channels": names, "name": "told", "data": {}}
    with pytest.raises(PartlySentError) as partly:
        wire.client.trigger(**arguments) if colour == "blocking" else wire.awaited("trigger", **arguments)
    told = partly.value
    assert (told.sent, told.doubtful, told.unsent) == (tuple(names[:100]), tuple(names[100:200]), tuple(names[200:]))
    assert isinstance(told.__cause__, OutcomeUnknownError)
    assert (told.status, told.operation, len(wire.sent)) == (500, "trigger", 2)


def test_a_batch_names_what_was_done_by_index():
    wire = Wire((200, {}), (413, "too large"))
    with pytest.raises(PartlySentError) as partly:
        wire.client.trigger_batch(events=[BatchEvent("a", "n", n) for n in range(12)])
    assert (partly.value.sent[-1], partly.value.doubtful, partly.value.unsent) == ("9", ("10", "11"), ())


def test_a_failure_of_the_first_request_is_that_failure():
    wire = Wire((401, "Invalid signature: …"))
    with pytest.raises(AuthenticationError):
        wire.client.trigger(channels=[f"a.{n}" for n in range(101)], name="told", data={})


# Refused before sending.


@pytest.mark.parametrize(
    "change",
    [
        {"channels": []},
        {"channels": ["a b"]},
        {"channels": ["#server-to-user-9"]},
        {"channels": ["x" * 165]},
        {"name": ""},
        {"name": "pusher:ping"},
        {"name": "client-typing"},
        {"data": "x" * 10_239},
        {"data": float("nan")},
        {"exclude_socket_id": "1234"},
        {"exclude_socket_id": "١.٢"},
    ],
)
def test_what_the_service_would_refuse_is_not_described(change):
    with pytest.raises(InvalidInputError):
        PusherCalls().trigger(**{**ALWAYS["trigger"], **change})


def test_an_empty_batch_and_a_strange_user_are_not_described():
    with pytest.raises(InvalidInputError):
        PusherCalls().trigger_batch(events=[])
    for user in ("", "a b", "a/../b", "x" * 129):
        with pytest.raises(InvalidInputError):
            PusherCalls().terminate_connections(user_id=user)
        with pytest.raises(InvalidInputError):
            PusherCalls().send_to_user(user_id=user, name="told", data={})


def test_a_request_that_asks_is_billed_twice():
    calls = PusherCalls()
    asking = calls.trigger(channels=["a"], name="n", data={}, info=["subscription_count"])
    plain = calls.trigger(channels=["a"], name="n", data={})
    assert isinstance(asking, HttpCall)
    assert isinstance(plain, HttpCall)
    assert (asking.units, plain.units) == (2, 1)


def test_missing_keys_are_named_before_anything_is_sent():
    wire = Wire(settings=PusherSettings())
    with pytest.raises(ConfigurationError, match="PUSHER_APP_ID"):
        wire.client.trigger(**ALWAYS["trigger"])
    assert wire.sent == []


# Errors.


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "Unknown auth_key", InvalidRequestError),
        (401, 'Invalid signature: you should have sent HmacSHA256Hex("POST…', AuthenticationError),
        (401, "Timestamp expired: Given timestamp (…) not within 600s of server time (…)", ClockSkewError),
        (403, "", PermissionDeniedError),
        (404, "404 NOT FOUND\n", NotFoundError),
        (413, "The data content of this event exceeds the allowed maximum (10240 bytes).", DataTooLargeError),
        (422, '{"message":"invalid"}', InvalidRequestError),
        (429, "", RateLimitedError),
        (500, "", OutcomeUnknownError),
        (503, "", OutcomeUnknownError),
        (302, "", UnexpectedReplyError),
    ],
)
def test_each_status_of_a_publication_is_an_error_of_its_own(status, text, kind):
    wire = Wire((status, text))
    with pytest.raises(kind) as refused:
        wire.client.trigger(**ALWAYS["trigger"])
    assert type(refused.value) is kind
    assert (refused.value.status, refused.value.operation) == (status, "trigger")
    # Only what was surely not done is sent again.
    assert len(wire.sent) == (3 if status == 429 else 1)


def test_a_read_is_sent_again_when_the_service_fails():
    wire = Wire((503, ""), (200, {"channels": {}}))
    assert wire.client.list_channels().channels == {}
    failing = Wire((500, "oops"))
    with pytest.raises(UnavailableError):
        failing.client.list_channels()
    assert len(failing.sent) == 3


def test_an_answer_that_was_lost_is_never_published_twice():
    wire = Wire(httpx.ReadTimeout("slow"))
    with pytest.raises(OutcomeUnknownError):
        wire.client.trigger(**ALWAYS["trigger"])
    assert len(wire.sent) == 1


def test_a_success_that_cannot_be_read_is_a_doubt():
    wire = Wire((200, "<html>"))
    with pytest.raises(OutcomeUnknownError):
        wire.client.trigger(**ALWAYS["trigger"])


@pytest.mark.parametrize(
    ("date", "kind"),
    [
        ("Wed, 25 Nov 2026 09:46:40 GMT", None),
        ("Wed, 25 Nov 2026 09:56:41 GMT", ClockSkewError),
        ("Wed, 25 Nov 2026 09:36:39 GMT", ClockSkewError),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_services_own_clock_tells_of_skew_where_its_words_do_not(date, kind):
    reply = Reply(401, Headers({"date": date}), b"unauthorised", received_at=float(NOW))
    assert (read_problem(reply).kind is ClockSkewError) is (kind is ClockSkewError)


def test_no_error_shows_the_secret():
    wire = Wire((401, "you sent app-secret"))
    with pytest.raises(AuthenticationError) as refused:
        wire.client.trigger(**ALWAYS["trigger"])
    assert "app-secret" not in str(refused.value)


# Plans.


@pytest.mark.parametrize(
    ("connections", "messages", "name"),
    [(100, 200_000, "Sandbox"), (101, 1, "Pro"), (100, 200_001, "Pro"), (2_001, 1, "Business"), (30_001, 1, None)],
)
def test_the_cheapest_plan_that_is_surely_large_enough_is_chosen(connections, messages, name):
    plan = plan_for(connections=connections, messages_a_day=messages)
    assert (None if plan is None else plan.name) == name


def test_bytes_that_are_sent_are_the_bytes_that_were_hashed():
    wire = Wire()
    wire.client.trigger(**ALWAYS["trigger"])
    query = dict(parse_qsl(wire.sent[0].url.query.decode()))
    assert query["body_md5"] == hashlib.md5(wire.sent[0].content, usedforsecurity=False).hexdigest()
