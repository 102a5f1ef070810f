"""The twin's webhooks: what is told, what is not, who signs, and what can go wrong on their way."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from typing import Any

import pytest
from tests.pusher_peer import KEY, SECRET, Peer, digest

from ace_integrations.realtime.pusher.signature import signature

ROOM = "presence-session.42"
Json = dict[str, Any]


class Receiver:
    """Takes webhooks as a platform does, and answers with what `answers` says, 200 when it is empty."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self._arrived = threading.Semaphore(0)
        seen, answers, arrived = self.seen, self.answers, self._arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(answers.pop(0) if answers else 200)
                self.send_header("content-length", "0")
                self.end_headers()
                arrived.release()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def wait(self, number: int = 1) -> None:
        for _ in range(number):
            assert self._arrived.acquire(timeout=5)

    @property
    def bodies(self) -> list[Json]:
        return [json.loads(body) for _, body in self.seen]

    @property
    def events(self) -> list[Json]:
        return [event for body in self.bodies for event in body["events"]]

    @property
    def names(self) -> list[str]:
        return [event["name"] for event in self.events]


@pytest.fixture
def receiver(peer: Peer) -> Iterator[Receiver]:
    receiver = Receiver()
    peer.control.send_webhooks_to(pusher=f"http://127.0.0.1:{receiver.server.server_port}/hook")
    # The clock of the sandbox runs on its own too; what is gathered for a moment is sent at once here.
    peer.switch(batch_webhooks=False)
    yield receiver
    receiver.close()


def test_a_webhook_carries_the_key_and_the_signature_of_its_raw_body(peer: Peer, receiver: Receiver):
    peer.connect().subscribe("course.42")
    receiver.wait()
    ((headers, body),) = receiver.seen
    assert headers["content-type"] == "application/json"
    assert headers["x-pusher-key"] == KEY
    assert headers["x-pusher-signature"] == digest(body)
    told = json.loads(body)
    assert told["events"] == [{"name": "channel_occupied", "channel": "course.42"}]
    assert abs(told["time_ms"] / 1000 - peer.control.now()) < 5


@pytest.mark.parametrize(
    ("body", "secret", "expected"),
    [
        ('{"time_ms":1795600000000,"events":[{"name":"channel_occupied","channel":"course.42"}]}', SECRET,
         "81c589e4bcbdebfae2a4006ad056da78dedd99f8c1fc4e5a67aaf2d27407768a"),
        ('{"time_ms":1795600000000,"events":[{"name":"member_added","channel":"presence-session.42","user_id":"9"},'
         '{"name":"channel_vacated","channel":"course.42"}]}', SECRET,
         "85b99c664961153ed4190512c2ff8b1d39d1493e2ffb569448756cfef0fa0eef"),
        ('{"time_ms":1795600000000,"events":[{"name":"client_event","channel":"presence-session.42",'
         '"event":"client-typing","data":"{\\"name\\":\\"سارة\\"}","socket_id":"1234.1234","user_id":"9"}]}',
         SECRET, "dfee9a940011460b65351e8447d5959eb1833eda5c6be1dffb0f7a12de0b3037"),
        ('{\n  "time_ms": 1795600000000,\n  "events": []\n}\n', SECRET,
         "fc6b07e31405f7d8a89c063333e344a30b19eccfa3b3442fb9a40a190d8ce275"),
        ('{"time_ms":1795600000000,"events":[{"name":"channel_occupied","channel":"course.42"}]}',
         "rotated0secret0123456",
         "967c2551c2de0b556ccb48b0054f59725c3adc8c5ab5f68f62a4d919e365992a"),
        ("[]", SECRET, "02d9899d5d48537f7b3b7afed9efb8f681fab646a4367a8d23dad2598f3bb2e0"),
    ],
)  # fmt: skip
def test_a_body_is_signed_as_the_official_libraries_expect(body: str, secret: str, expected: str):
    assert signature(secret, body.encode()) == expected


def test_who_comes_and_goes_is_told_after_three_seconds(peer: Peer, receiver: Receiver):
    socket = peer.connect()
    socket.subscribe(ROOM, {"user_id": "9"})
    receiver.wait(2)
    assert receiver.events == [
        {"name": "channel_occupied", "channel": ROOM},
        {"name": "member_added", "channel": ROOM, "user_id": "9"},
    ]
    socket.connection.close()
    assert peer.get("/channels").json() == {"channels": {}}
    peer.control.advance(2)
    assert len(receiver.seen) == 2
    peer.control.advance(1.5)
    assert receiver.events[2:] == [
        {"name": "member_removed", "channel": ROOM, "user_id": "9"},
        {"name": "channel_vacated", "channel": ROOM},
    ]


def test_of_who_comes_back_in_time_nothing_is_told(peer: Peer, receiver: Receiver):
    first = peer.connect()
    first.subscribe(ROOM, {"user_id": "9"})
    receiver.wait(2)
    first.say("pusher:unsubscribe", {"channel": ROOM})
    assert first.is_quiet()
    peer.control.advance(2)
    first.subscribe(ROOM, {"user_id": "9"})
    peer.control.advance(60)
    assert receiver.names == ["channel_occupied", "member_added"]


def test_who_leaves_again_after_coming_back_is_told_of_three_seconds_later(peer: Peer, receiver: Receiver):
    socket = peer.connect()
    for _ in range(2):
        socket.subscribe("course.42")
        socket.say("pusher:unsubscribe", {"channel": "course.42"})
        assert socket.is_quiet()
        peer.control.advance(2)
    assert receiver.names == ["channel_occupied"]
    peer.control.advance(2)
    assert receiver.names == ["channel_occupied", "channel_vacated"]


def test_events_of_clients_are_told_with_their_data_as_text(peer: Peer, receiver: Receiver):
    peer.switch(client_events=True)
    socket = peer.connect()
    socket.subscribe(ROOM, {"user_id": "9"})
    socket.say("client-typing", {"name": "سارة"}, channel=ROOM)
    receiver.wait(3)
    assert receiver.events[-1] == {
        "name": "client_event",
        "channel": ROOM,
        "event": "client-typing",
        "data": '{"name":"سارة"}',
        "socket_id": socket.id,
        "user_id": "9",
    }


def test_on_a_private_channel_an_event_of_a_client_names_no_user(peer: Peer, receiver: Receiver):
    peer.switch(client_events=True)
    socket = peer.connect()
    socket.subscribe("private-user.9")
    socket.say("client-a", "text", channel="private-user.9")
    receiver.wait(2)
    assert "user_id" not in receiver.events[-1]
    assert receiver.events[-1]["data"] == "text"


def test_a_cache_missed_by_many_at_once_is_told_once(peer: Peer, receiver: Receiver):
    sockets = [peer.connect() for _ in range(3)]
    for socket in sockets:
        socket.ask_for("cache-x")
    for socket in sockets:
        socket.hear("pusher_internal:subscription_succeeded")
        socket.hear("pusher:cache_miss")
    peer.control.advance(1)
    assert receiver.names == ["channel_occupied", "cache_miss"]
    peer.connect().subscribe("cache-x")
    peer.control.advance(0)
    assert receiver.names == ["channel_occupied", "cache_miss", "cache_miss"]


def test_counts_of_subscriptions_are_told(peer: Peer, receiver: Receiver):
    peer.switch(subscription_counts=True)
    socket = peer.connect()
    socket.subscribe("course.42")
    socket.say("pusher:unsubscribe", {"channel": "course.42"})
    receiver.wait(3)
    counts = [event["subscription_count"] for event in receiver.events if event["name"] == "subscription_count"]
    assert counts == [1, 0]


# Batches and retries.


def test_events_of_a_moment_are_one_webhook(peer: Peer, receiver: Receiver):
    peer.switch(batch_webhooks=True)
    socket = peer.connect()
    for number in range(5):
        socket.subscribe(f"course.{number}")
    peer.control.advance(0.3)
    assert [len(body["events"]) for body in receiver.bodies][:1] != [1]
    assert receiver.names == ["channel_occupied"] * 5


def test_a_webhook_holds_twenty_events(peer: Peer, receiver: Receiver):
    peer.switch(batch_webhooks=True)
    socket = peer.connect()
    for number in range(45):
        socket.ask_for(f"course.{number}")
    for _ in range(45):
        socket.hear("pusher_internal:subscription_succeeded")
    peer.control.advance(0.3)
    assert [len(body["events"]) for body in receiver.bodies] == [20, 20, 5]
    assert [event["channel"] for event in receiver.events] == [f"course.{number}" for number in range(45)]


def test_a_webhook_is_tried_for_five_minutes_with_the_same_bytes(peer: Peer, receiver: Receiver):
    receiver.answers += [500] * 20
    peer.connect().subscribe("course.42")
    receiver.wait()
    peer.control.advance(600)
    tries = [seen for seen in receiver.seen if b"channel_occupied" in seen[1]]
    assert tries == [tries[0]] * 9
    (first,) = [delivery for delivery in peer.control.deliveries("pusher") if delivery["type"] == "channel_occupied"]
    at = [attempt["at"] for attempt in first["attempts"]]
    assert [round(later - earlier) for earlier, later in pairwise(at)] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert first["state"] == "given up"


def test_without_an_address_nothing_is_sent(peer: Peer):
    peer.sandbox.sandbox.targets.clear()
    peer.connect().subscribe("course.42")
    peer.control.advance(1)
    assert peer.control.deliveries("pusher") == []


# What can go wrong.


def test_webhooks_arrive_in_the_wrong_order(peer: Peer, receiver: Receiver):
    peer.use("webhooks/hold")
    socket = peer.connect()
    for channel in ("a", "b", "c"):
        socket.subscribe(channel)
    peer.control.advance(1)
    assert receiver.seen == []
    assert peer.use("webhooks/release", order="newest_first") == {"sent": 3}
    receiver.wait(3)
    assert [event["channel"] for event in receiver.events] == ["c", "b", "a"]
    socket.subscribe("d")
    receiver.wait()


def test_a_webhook_comes_twice_the_same(peer: Peer, receiver: Receiver):
    peer.connect().subscribe("course.42")
    receiver.wait()
    peer.use("webhooks/repeat")
    receiver.wait()
    assert receiver.seen[0] == receiver.seen[1]


def test_a_webhook_comes_late(peer: Peer, receiver: Receiver):
    peer.connect().subscribe("course.42")
    receiver.wait()
    peer.use("webhooks/repeat", age_s=601)
    receiver.wait()
    first, late = receiver.bodies
    assert first["time_ms"] - late["time_ms"] == 601_000
    headers, body = receiver.seen[1]
    assert headers["x-pusher-signature"] == digest(body)


def test_the_oldest_active_token_signs(peer: Peer, receiver: Receiver):
    token = peer.use("tokens/add")
    socket = peer.connect()
    socket.subscribe("a")
    receiver.wait()
    assert receiver.seen[-1][0]["x-pusher-key"] == KEY
    peer.use("tokens/revoke", key=KEY)
    socket.subscribe("b")
    receiver.wait()
    headers, body = receiver.seen[-1]
    assert headers["x-pusher-key"] == token["key"]
    assert headers["x-pusher-signature"] == digest(body, token["secret"])


def test_a_revoked_token_signs_once_more(peer: Peer, receiver: Receiver):
    peer.use("tokens/add")
    socket = peer.connect()
    peer.use("tokens/revoke", key=KEY)
    socket.subscribe("course.42")
    receiver.wait()
    peer.use("webhooks/repeat", key=KEY)
    receiver.wait()
    headers, body = receiver.seen[-1]
    assert (headers["x-pusher-key"], headers["x-pusher-signature"]) == (KEY, digest(body))


def test_a_webhook_is_tampered_with_on_its_way(peer: Peer, receiver: Receiver):
    peer.connect().subscribe("course.42")
    receiver.wait()
    (delivery,) = peer.control.deliveries("pusher")
    for part in ("signature", "body"):
        peer.control.post(f"deliveries/{delivery['id']}/tamper", part=part)
    assert [headers["x-pusher-signature"] == digest(body) for headers, body in receiver.seen] == [True, False, False]
