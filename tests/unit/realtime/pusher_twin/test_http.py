"""The HTTP API: what it refuses and in which order, and what it tells of who is connected."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.pusher_peer import KEY, Peer, compact, digest

from ace_integrations.realtime.pusher.signature import body_md5, request_text, signature

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
NOW = 1_795_600_000
ROOM = "presence-session.42"
EVENT = {"name": "job.posted", "channels": ["course.42"], "data": "{}"}


def query_of(vector: dict[str, Any]) -> dict[str, str]:
    query = {"auth_key": KEY, "auth_timestamp": str(vector.get("timestamp", NOW)), "auth_version": "1.0"}
    return {**query, **vector.get("query", {}), **({"body_md5": vector["md5"]} if vector["md5"] else {})}


# Signatures.


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_request_is_signed_as_the_official_libraries_sign_it(vector: dict[str, Any]):
    text = request_text(vector["method"], vector["path"], query_of(vector).items())
    assert signature("7ad3773142a6692b25b8", text) == vector["signature"]
    assert body_md5(vector["body"].encode()) == (vector["md5"] or "d41d8cd98f00b204e9800998ecf8427e")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_twin_takes_what_the_official_libraries_sent(peer: Peer, vector: dict[str, Any]):
    peer.sandbox.sandbox.clock.offset_s = vector.get("timestamp", NOW) - time.time()
    query = {**query_of(vector), "auth_signature": vector["signature"]}
    answer = peer.http.request(vector["method"], vector["path"], params=query, content=vector["body"].encode())
    assert answer.status_code == vector.get("status", 200), answer.text


# The order of checks.


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "text/plain"
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/apps/3"), ("POST", "/apps/3/channels"), ("GET", "/apps/3/events"),
     ("PUT", "/apps/3/events"), ("POST", "/apps/3/apps/3/events"), ("POST", "/users/9/terminate_connections")],
)  # fmt: skip
def test_a_path_or_method_that_is_not_there(peer: Peer, method: str, path: str):
    assert refused(peer.http.request(method, path)) == (404, "404 NOT FOUND\n")


def test_another_app(peer: Peer):
    assert refused(peer.http.get("/apps/4/channels"))[0] == 404


@pytest.mark.parametrize("key", ["other", ""])
def test_an_unknown_key(peer: Peer, key: str):
    assert refused(peer.get("/channels", auth_key=key)) == (400, "Unknown auth_key")


@pytest.mark.parametrize("missing", ["auth_timestamp", "auth_version", "auth_signature"])
def test_a_part_of_the_authentication_that_is_missing(peer: Peer, missing: str):
    query = peer.signed("GET", "/apps/3/channels")
    del query[missing]
    status, text = refused(peer.http.get("/apps/3/channels", params=query))
    assert (status, missing in text) == (401, True)


def test_another_version(peer: Peer):
    assert refused(peer.get("/channels", auth_version="2.0"))[0] == 401


@pytest.mark.parametrize("at", ["soon", "-5", "1.5", "", "9" * 30])
def test_a_time_that_is_none(peer: Peer, at: str):
    assert refused(peer.get("/channels", auth_timestamp=at))[0] == 401


@pytest.mark.parametrize(("skew", "status"), [(-602, 401), (-598, 200), (598, 200), (602, 401)])
def test_a_request_is_good_for_ten_minutes_around_its_time(peer: Peer, skew: int, status: int):
    at = str(int(peer.control.now()) + skew)
    assert peer.get("/channels", auth_timestamp=at).status_code == status


def test_an_old_request_is_told_both_times(peer: Peer):
    peer.sandbox.sandbox.clock.offset_s = 1_380_357_992.5 - time.time()
    assert refused(peer.get("/channels", auth_timestamp="1380358593")) == (
        401,
        "Timestamp expired: Given timestamp (2013-09-28T08:56:33Z) "
        "not within 600s of server time (2013-09-28T08:46:32Z)",
    )


@pytest.mark.parametrize("offset", [-700, 700])
def test_the_services_clock_can_be_wrong(peer: Peer, offset: int):
    peer.switch(clock_offset_s=offset)
    assert refused(peer.get("/channels"))[0] == 401


def test_a_time_beyond_all_calendars(peer: Peer):
    assert "999999999999999999" in refused(peer.get("/channels", auth_timestamp="9" * 18))[1]


@pytest.mark.parametrize("md5", ["", "0" * 32])
def test_a_digest_that_is_not_the_bodys(peer: Peer, md5: str):
    assert refused(peer.post("/events", EVENT, body_md5=md5))[0] == 401


def test_a_body_without_its_digest(peer: Peer):
    query = peer.signed("POST", "/apps/3/events")
    assert refused(peer.http.post("/apps/3/events", params=query, json=EVENT))[0] == 401


def test_a_wrong_signature_is_told_what_should_have_been_signed(peer: Peer):
    query = {**peer.signed("GET", "/apps/3/channels"), "auth_signature": "abc"}
    signed = f"GET\\n/apps/3/channels\\nauth_key={KEY}&auth_timestamp={query['auth_timestamp']}&auth_version=1.0"
    expected = f'you should have sent HmacSHA256Hex("{signed}", your_secret_key), but you sent "abc"'
    assert refused(peer.http.get("/apps/3/channels", params=query)) == (401, f"Invalid signature: {expected}")


def test_a_parameter_that_was_not_signed(peer: Peer):
    query = {**peer.signed("GET", "/apps/3/channels"), "info": "user_count"}
    assert refused(peer.http.get("/apps/3/channels", params=query))[0] == 401


def test_a_body_that_was_not_signed(peer: Peer):
    query = peer.signed("POST", "/apps/3/events", compact(EVENT).encode())
    assert refused(peer.http.post("/apps/3/events", params=query, content=b"{}"))[0] == 401


@pytest.mark.parametrize("switch", [{"enabled": False}, {"over_quota": True}])
def test_an_app_that_may_not(peer: Peer, switch: dict[str, bool]):
    peer.switch(**switch)
    assert refused(peer.post("/events", "no object"))[0] == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b'"text"', b"\xff", b"[" * 5000])
def test_a_body_that_is_no_object(peer: Peer, body: bytes):
    assert refused(peer.post_raw("/events", body))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": None},
        {"name": 5},
        {"name": "a" * 201},
        {"name": "pusher:ping"},
        {"name": "pusher_internal:member_added"},
        {"data": None},
        {"data": {"a": 1}},
        {"data": 5},
        {"channels": []},
        {"channels": "course.42"},
        {"channels": None},
        {"channels": ["a"] * 101},
        {"channels": ["a b"]},
        {"channels": ["a" * 165]},
        {"channels": ["دورة"]},
        {"channels": ["#else"]},
        {"channels": [5]},
        {"channel": "course.42"},
        {"channels": None, "channel": "a/b"},
        {"socket_id": "1234"},
        {"socket_id": "١.٢"},
        {"socket_id": 5},
        {"info": "unknown"},
        {"info": 5},
    ],
    ids=compact,
)
def test_a_field_that_is_wrong(peer: Peer, wrong: dict[str, Any]):
    assert refused(peer.post("/events", {**EVENT, "data": "x" * 10_241, **wrong}))[0] == 400


@pytest.mark.parametrize(
    "event",
    [
        {**EVENT, "name": "a" * 200},
        {**EVENT, "data": ""},
        {**EVENT, "channels": [f"c{number}" for number in range(100)]},
        {**EVENT, "channels": ["a" * 164, "#server-to-user-9", "private-encrypted-a"]},
        {"name": "client-a", "channel": "course.42", "data": "س" * 5120},
        {**EVENT, "socket_id": "1.2"},
        {**EVENT, "info": ""},
    ],
)
def test_an_event_at_its_limits_is_accepted(peer: Peer, event: dict[str, Any]):
    answer = peer.post("/events", event)
    assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize("data", ["a" * 10_241, "س" * 5121])
def test_data_of_more_than_10240_bytes(peer: Peer, data: str):
    status, text = refused(peer.post("/events", {**EVENT, "data": data}))
    assert (status, "(10240 bytes)" in text) == (413, True)


@pytest.mark.parametrize(
    "batch", [None, [], {}, ["text"], [{"channel": "a", "name": "b"}], [{**EVENT}], [{**EVENT, "channel": "a"}]]
)
def test_a_batch_that_is_wrong(peer: Peer, batch: object):
    assert refused(peer.post("/batch_events", {"batch": batch}))[0] == 400


def test_a_batch_holds_ten_events_and_size_is_seen_first(peer: Peer):
    event = {"channel": "course.42", "name": "a", "data": "{}"}
    assert peer.post("/batch_events", {"batch": [event] * 10}).json() == {}
    assert refused(peer.post("/batch_events", {"batch": [event] * 11}))[0] == 400
    assert refused(peer.post("/batch_events", {"batch": [{**event, "data": "a" * 10_241}] * 11}))[0] == 413


# What it tells.


def test_a_batch_is_sent_in_its_order(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    socket.subscribe("private-user.9")
    batch = [
        {"channel": channel, "name": str(n), "data": "{}"}
        for n, channel in enumerate(["course.42", "private-user.9"] * 5)
    ]
    assert peer.post("/batch_events", {"batch": batch}).json() == {}
    assert [socket.next()["event"] for _ in range(10)] == [str(number) for number in range(10)]


def test_a_trigger_tells_of_its_channels(peer: Peer):
    peer.switch(subscription_counts=True)
    for user_id in ("9", "9", "10"):
        peer.connect().subscribe(ROOM, {"user_id": user_id})
    peer.connect().subscribe("course.42")
    told = peer.trigger(ROOM, "course.42", "course.7", info="user_count,subscription_count")
    assert told == {"channels": {ROOM: {"user_count": 2}, "course.42": {"subscription_count": 1}, "course.7": {}}}
    batch = [{"channel": "course.42", "name": "a", "data": "", "info": "subscription_count"},
             {"channel": "course.42", "name": "b", "data": ""}]  # fmt: skip
    assert peer.post("/batch_events", {"batch": batch}).json() == {"batch": [{"subscription_count": 1}, {}]}


def test_counts_of_subscriptions_are_off_until_switched_on(peer: Peer):
    peer.connect().subscribe("course.42")
    assert peer.trigger("course.42", info="subscription_count") == {"channels": {"course.42": {}}}
    assert refused(peer.get("/channels", info="subscription_count"))[0] == 400
    assert refused(peer.get("/channels/course.42", info="subscription_count"))[0] == 400


def test_occupied_channels_are_listed_by_prefix(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    socket.subscribe(ROOM, {"user_id": "9"})
    assert peer.get("/channels").json() == {"channels": {"course.42": {}, ROOM: {}}}
    asked = {"filter_by_prefix": "presence-session.", "info": "user_count"}
    assert peer.get("/channels", **asked).json() == {"channels": {ROOM: {"user_count": 1}}}
    socket.connection.close()
    assert peer.get("/channels").json() == {"channels": {}}


@pytest.mark.parametrize("prefix", ["", "course.", "private-"])
def test_users_are_counted_on_presence_channels_only(peer: Peer, prefix: str):
    assert refused(peer.get("/channels", info="user_count", filter_by_prefix=prefix))[0] == 400


def test_one_channel(peer: Peer):
    peer.connect().subscribe(ROOM, {"user_id": "9"})
    assert peer.get(f"/channels/{ROOM}", info="user_count").json() == {"occupied": True, "user_count": 1}
    assert peer.get("/channels/presence-other", info="user_count").json() == {"occupied": False}
    assert peer.get("/channels/cache-x", info="cache").json() == {"occupied": False, "cache": None}


@pytest.mark.parametrize(
    ("channel", "info"),
    [
        ("course.42", "user_count"),
        ("course.42", "cache"),
        (ROOM, "cache"),
        (ROOM, "subscription_count"),
        (ROOM, "else"),
    ],
)
def test_what_a_channel_does_not_have(peer: Peer, channel: str, info: str):
    peer.switch(subscription_counts=True)
    assert refused(peer.get(f"/channels/{channel}", info=info))[0] == 400


@pytest.mark.parametrize(
    "path", ["/channels/a b", f"/channels/{'a' * 165}", "/channels/a:b/users", "/channels/course.42/users"]
)
def test_a_channel_that_cannot_be_asked_for(peer: Peer, path: str):
    assert refused(peer.get(path))[0] == 400


def test_a_parameter_that_a_question_does_not_have(peer: Peer):
    text = "The following query string parameters are extraneous: info"
    assert refused(peer.get(f"/channels/{ROOM}/users", info="user_count")) == (400, text)
    assert refused(peer.get(f"/channels/{ROOM}", filter_by_prefix="a"))[0] == 400
    assert refused(peer.get("/channels", page="2"))[0] == 400


def test_members_by_their_ids_in_the_order_in_which_they_came(peer: Peer):
    for user_id in ("9", "10", "9"):
        peer.connect().subscribe(ROOM, {"user_id": user_id, "user_info": {"name": "Sara"}})
    assert peer.get(f"/channels/{ROOM}/users").json() == {"users": [{"id": "9"}, {"id": "10"}]}
    assert peer.get("/channels/presence-other/users").json() == {"users": []}


def test_only_signed_in_connections_of_a_user_are_terminated(peer: Peer):
    first, second, other, unsigned = (peer.connect() for _ in range(4))
    for socket, user_id in ((first, "9"), (second, "9"), (other, "10")):
        socket.sign_in(user_id)
    unsigned.subscribe(ROOM, {"user_id": "9"})
    assert peer.post("/users/9/terminate_connections", {}).json() == {}
    assert [socket.closed()[0] for socket in (first, second)] == [4009, 4009]
    assert other.is_quiet()
    assert unsigned.is_quiet()
    assert peer.post("/users/nobody/terminate_connections", {}).json() == {}


def test_requests_deliveries_and_questions_count_as_messages(peer: Peer):
    for _ in range(3):
        peer.connect().subscribe("course.42")
    peer.trigger("course.42")
    assert peer.state()["messages"] == 4
    peer.trigger("course.42", info="user_count")
    assert peer.state()["messages"] == 9


# Who signs.


def test_a_second_token_signs_until_it_is_revoked(peer: Peer):
    token = peer.use("tokens/add")
    at = str(int(peer.control.now()))
    query = {"auth_key": token["key"], "auth_timestamp": at, "auth_version": "1.0"}
    pairs = "&".join(f"{name}={value}" for name, value in query.items())
    query["auth_signature"] = digest(f"GET\n/apps/3/channels\n{pairs}", token["secret"])
    assert peer.http.get("/apps/3/channels", params=query).status_code == 200
    peer.use("tokens/revoke", key=token["key"])
    assert refused(peer.http.get("/apps/3/channels", params=query)) == (400, "Unknown auth_key")


def test_calls_stand_in_the_journal_without_the_secret(peer: Peer):
    peer.trigger("course.42")
    (entry,) = peer.control.journal(provider="pusher")
    assert (entry["operation"], entry["status"]) == ("trigger", 200)
    assert peer.control.journal(text="7ad3773142a6692b25b8") == []


# What goes wrong on demand.


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429, 500])
def test_the_next_request_is_refused_on_demand(peer: Peer, status: int):
    peer.use("requests/refuse", status=status)
    assert refused(peer.post("/events", EVENT))[0] == status
    assert peer.post("/events", EVENT).status_code == 200


def test_a_connection_that_breaks_after_the_event_went_out(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    peer.control.fail("reset_after", provider="pusher", operation="trigger")
    with pytest.raises(httpx.TransportError):
        peer.post("/events", EVENT)
    assert socket.hear("job.posted")["channel"] == "course.42"
