"""Who may connect, how long a connection lives, and how it ends."""

import json
import socket as sockets
from typing import Any

import pytest
from tests.pusher_peer import KEY, Peer
from websockets.exceptions import InvalidStatus

ROOM = "presence-session.42"


def test_the_greeting_says_the_socket_id_and_when_to_ping(peer: Peer):
    first, second = peer.dial(), peer.dial()
    frame = first.next()
    data = json.loads(frame["data"])
    assert frame == {"event": "pusher:connection_established", "data": frame["data"]}
    assert data["activity_timeout"] == 120
    whole, _, part = data["socket_id"].partition(".")
    assert whole.isdigit()
    assert part.isdigit()
    assert second.greeted()["socket_id"] != data["socket_id"]


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("/app/other?protocol=7", 4001, "App key other not in this cluster. Did you forget to specify the cluster?"),
        ("/apps/3/events?protocol=7", 4005, "Path not found"),
        ("/?protocol=7", 4005, "Path not found"),
        (f"/app/{KEY}/more?protocol=7", 4005, "Path not found"),
        (f"/app/{KEY}", 4008, "No protocol version supplied"),
        (f"/app/{KEY}?protocol=", 4008, "No protocol version supplied"),
        (f"/app/{KEY}?protocol=seven", 4006, "Invalid version string format"),
        (f"/app/{KEY}?protocol=-7", 4006, "Invalid version string format"),
        (f"/app/{KEY}?protocol=8", 4007, "Unsupported protocol version"),
        (f"/app/{'x' * 500}?protocol=7", 4001, f"App key {'x' * 40} not in this cluster. "
         "Did you forget to specify the cluster?"),
    ],
)  # fmt: skip
def test_a_connection_that_is_not_to_be_is_closed_with_a_code(peer: Peer, path: str, code: int, reason: str):
    assert peer.dial(path).closed() == (code, reason)


@pytest.mark.parametrize("protocol", ["3", "0"])
def test_an_older_version_is_told_in_a_frame_first(peer: Peer, protocol: str):
    socket = peer.dial(f"/app/{KEY}?protocol={protocol}")
    assert socket.refused() == {"code": 4007, "message": "Unsupported protocol version"}
    assert socket.closed()[0] == 4007


@pytest.mark.parametrize("protocol", ["4", "5", "6", "7"])
def test_four_versions_are_spoken(peer: Peer, protocol: str):
    peer.dial(f"/app/{KEY}?protocol={protocol}").greeted()


def test_an_older_version_with_an_unknown_key_is_told_in_a_frame_first(peer: Peer):
    socket = peer.dial("/app/other?protocol=5")
    assert socket.refused()["code"] == 4001
    assert socket.closed()[0] == 4001


@pytest.mark.parametrize(
    ("switches", "code"), [({"enabled": False}, 4003), ({"tls_only": True}, 4000), ({"max_connections": 0}, 4004)]
)
def test_an_app_that_takes_nobody(peer: Peer, switches: dict[str, Any], code: int):
    peer.switch(**switches)
    assert peer.dial().closed()[0] == code


def test_who_leaves_makes_room(peer: Peer):
    peer.switch(max_connections=1)
    first = peer.connect()
    assert peer.dial().closed()[0] == 4004
    first.connection.close()
    peer.connect()


def test_a_page_of_another_machine_may_not_connect(peer: Peer):
    with pytest.raises(InvalidStatus, match="403"):
        peer.dial(origin="https://evil.example.com")
    peer.dial(origin="http://127.0.0.1:3000").greeted()


# Time.


def test_who_is_silent_is_asked_and_may_stay(peer: Peer):
    socket = peer.connect()
    peer.control.advance(121)
    assert socket.next() == {"event": "pusher:ping", "data": "{}"}
    socket.say("pusher:pong")
    assert socket.is_quiet()
    peer.control.advance(100)
    assert socket.is_quiet()


def test_who_does_not_answer_is_closed(peer: Peer):
    silent, lively = peer.connect(), peer.connect()
    peer.control.advance(60)
    assert lively.is_quiet()
    peer.control.advance(61)
    peer.control.advance(31)
    assert silent.closed()[0] == 4201
    assert lively.is_quiet()


def test_time_outs_can_be_short(peer: Peer):
    peer.connect()
    peer.switch(activity_timeout_s=2, pong_timeout_s=1)
    socket = peer.dial()
    assert socket.greeted()["activity_timeout"] == 2
    peer.control.advance(2)
    assert socket.hear("pusher:ping")
    peer.control.advance(1)
    assert socket.closed()[0] == 4201
    assert peer.state()["connections"] == 0


def test_a_shorter_time_out_counts_for_those_who_are_there(peer: Peer):
    socket = peer.connect()
    peer.switch(activity_timeout_s=2)
    peer.control.advance(2)
    assert socket.hear("pusher:ping")


def test_who_proves_nothing_in_time_is_closed(peer: Peer):
    peer.switch(authorized_within_s=10)
    public, private, user = peer.connect(), peer.connect(), peer.connect()
    public.subscribe("course.42")
    private.subscribe("private-user.9")
    user.sign_in("9")
    peer.control.advance(11)
    assert public.closed()[0] == 4009
    assert private.is_quiet()
    assert user.is_quiet()


def test_pongs_can_be_swallowed(peer: Peer):
    peer.switch(swallow_pongs=True)
    socket = peer.connect()
    socket.say("pusher:ping")
    socket.subscribe("course.42")
    peer.switch(swallow_pongs=False)
    assert socket.is_quiet()


# The end.


@pytest.mark.parametrize("code", [4000, 4001, 4004, 4009, 4100, 4200, 4201, 4300, 1011])
def test_all_connections_are_closed_with_a_code_once(peer: Peer, code: int):
    first, second = peer.connect(), peer.connect()
    first.subscribe(ROOM, {"user_id": "9"})
    assert peer.use("close", code=code, reason="maintenance") == {"closed": 2}
    assert [socket.closed() for socket in (first, second)] == [(code, "maintenance")] * 2
    assert peer.get("/channels").json() == {"channels": {}}
    assert peer.connect().is_quiet()


def test_one_connection_is_closed_alone(peer: Peer):
    first, second = peer.connect(), peer.connect()
    peer.use("close", code=4200, socket_id=first.id)
    assert first.closed()[0] == 4200
    assert second.is_quiet()


def test_the_next_connections_are_closed_as_they_come(peer: Peer):
    peer.use("connections/refuse", code=4100, times=2)
    assert [peer.dial().closed()[0] for _ in range(2)] == [4100, 4100]
    peer.connect()


def test_the_next_subscription_is_denied(peer: Peer):
    socket = peer.connect()
    peer.use("subscriptions/deny", channel="course.42")
    socket.subscribe("course.7")
    socket.ask_for("course.42")
    frame = socket.hear("pusher:subscription_error")
    assert (frame["channel"], frame["data"]["type"], frame["data"]["status"]) == ("course.42", "AuthError", 403)
    socket.subscribe("course.42")


def test_a_connection_that_breaks_leaves_nothing(peer: Peer):
    stays, breaks = peer.connect(), peer.connect()
    stays.subscribe(ROOM, {"user_id": "9"})
    breaks.subscribe(ROOM, {"user_id": "10"})
    stays.hear("pusher_internal:member_added")
    breaks.connection.socket.shutdown(sockets.SHUT_RDWR)
    assert stays.told("pusher_internal:member_removed") == {"user_id": "10"}
    assert peer.state()["connections"] == 1


def test_a_reset_lets_browsers_come_back_at_once(peer: Peer):
    peer.switch(client_events=True)
    socket = peer.connect()
    socket.subscribe("course.42")
    peer.trigger("course.42")
    peer.control.reset()
    assert socket.closed()[0] == 4200
    state = peer.state()
    assert (state["connections"], state["channels"], state["messages"], peer.messages()) == (0, {}, 0, [])
    assert state["switches"]["client_events"] is False


def test_one_slow_reader_keeps_nobody_waiting_and_loses_its_connection(peer: Peer):
    slow, quick = peer.dial(max_queue=1, close_timeout=0.1), peer.connect()
    slow.greeted()
    for socket in (slow, quick):
        socket.subscribe("course.42")
    batch = {"batch": [{"channel": "course.42", "name": "a", "data": "x" * 10_000}] * 10}
    sent = 0
    while peer.state()["connections"] == 2:
        assert peer.post("/batch_events", batch).status_code == 200
        sent += 10
        assert sent < 5_000
    assert [quick.next()["event"] for _ in range(sent)] == ["a"] * sent


# Dialects.


def test_reverb_denies_with_a_code_writes_errors_as_text_and_knows_no_users(peer: Peer):
    peer.switch(dialect="reverb")
    socket = peer.dial()
    assert socket.greeted()["activity_timeout"] == 30
    socket.say("pusher:subscribe", {"auth": f"{KEY}:0", "channel": "private-user.9"})
    assert socket.told("pusher:error")["code"] == 4009
    socket.ask_to_sign_in({"id": "9"})
    assert socket.told("pusher:error")["code"] == 4200
    assert socket.is_quiet()


def test_reverb_leaves_one_too_many_connected_but_never_greets_it(peer: Peer):
    peer.switch(dialect="reverb", max_connections=0)
    socket = peer.dial()
    assert socket.told("pusher:error")["code"] == 4004
    with pytest.raises(TimeoutError):
        socket.connection.recv(timeout=0)


def test_reverb_answers_in_its_own_way(peer: Peer):
    peer.switch(dialect="reverb")
    event = {"channel": "a", "name": "b", "data": "{}"}
    assert peer.post("/batch_events", {"batch": [event]}).json() == {"batch": {}}
    assert peer.get("/channels", auth_timestamp="1").status_code == 200
    invalid = peer.post("/events", {"name": "", "channels": ["a"], "data": ""})
    assert (invalid.status_code, list(invalid.json())) == (422, ["name"])
    assert peer.get("/channels", body_md5="d41d8cd98f00b204e9800998ecf8427e").status_code == 401


def test_soketi_denies_on_the_channel_and_tells_before_it_closes(peer: Peer):
    peer.switch(dialect="soketi")
    socket = peer.connect()
    socket.say("pusher:subscribe", {"auth": f"{KEY}:0", "channel": "private-user.9"})
    frame = socket.hear("pusher:subscription_error")
    assert (frame["channel"], frame["data"]["status"]) == ("private-user.9", 401)
    peer.switch(max_connections=1)
    late = peer.dial()
    assert late.refused()["code"] == 4100
    assert late.closed()[0] == 4100
    peer.use("close", code=4200)
    assert socket.refused()["code"] == 4200
    assert socket.closed()[0] == 4200


def test_soketi_answers_in_its_own_way(peer: Peer):
    peer.switch(dialect="soketi")
    assert peer.trigger("course.42", info="subscription_count") == {"ok": True}
    assert peer.get("/channels", auth_timestamp="1").status_code == 200
    answer = peer.get("/channels", auth_key="other")
    assert (answer.status_code, answer.json()) == (400, {"error": "Unknown auth_key", "code": 400})
