"""The official Python library, as a platform would use it, against the twin."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from nacl.secret import SecretBox
from pusher import Pusher
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus, PusherForbidden
from pusher.http import process_response
from pusher.requests import RequestsBackend
from tests.pusher_peer import KEY, SECRET, Peer

from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.sandbox import RunningSandbox, start

ROOM = "presence-session.42"
MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class BelowItsName(RequestsBackend):
    """Sends to where the sandbox has the twin; what is signed stays as it is."""

    def send_request(self, request: Any) -> Any:
        self.session.trust_env = False
        address = f"{request.base_url}/pusher{request.signed_path}"
        answer = self.session.request(request.method, address, headers=request.headers, data=request.body, timeout=5)
        return process_response(answer.status_code, answer.text)


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
def library(running: RunningSandbox) -> Iterator[Pusher]:
    library = made(running)
    yield library
    close(library)


def made(running: RunningSandbox, *, app_id: str = "3", key: str = KEY, secret: str = SECRET) -> Pusher:
    host, _, port = running.url.removeprefix("http://").partition(":")
    return Pusher(
        app_id,
        key,
        secret,
        ssl=False,
        host=host,
        port=int(port),
        backend=BelowItsName,
        encryption_master_key_base64=MASTER_KEY,
    )


def close(library: Pusher) -> None:
    library._pusher_client.http.session.close()


def test_what_it_triggers_arrives(peer: Peer, library: Pusher):
    socket = peer.connect()
    socket.subscribe("course.42")
    assert library.trigger(["course.42", "private-user.9"], "session.started", {"title": "دورة بايثون – café ☕"}) == {}
    frame = socket.hear("session.started")
    assert frame["channel"] == "course.42"
    assert json.loads(frame["data"]) == {"title": "دورة بايثون – café ☕"}


def test_whom_it_excludes_hears_nothing(peer: Peer, library: Pusher):
    socket = peer.connect()
    socket.subscribe("course.42")
    library.trigger("course.42", "job.posted", {}, socket.id)
    assert socket.is_quiet()


def test_its_batch_arrives_in_order(peer: Peer, library: Pusher):
    socket = peer.connect()
    socket.subscribe("course.42")
    assert library.trigger_batch([{"channel": "course.42", "name": str(n), "data": {"n": n}} for n in range(10)]) == {}
    assert [socket.next()["event"] for _ in range(10)] == [str(number) for number in range(10)]


def test_it_sees_who_is_connected(peer: Peer, library: Pusher):
    peer.connect().subscribe(ROOM, {"user_id": "9"})
    assert library.channels_info() == {"channels": {ROOM: {}}}
    assert library.channels_info("presence-", ["user_count"]) == {"channels": {ROOM: {"user_count": 1}}}
    assert library.channel_info(ROOM, ["user_count"]) == {"occupied": True, "user_count": 1}
    assert library.users_info(ROOM) == {"users": [{"id": "9"}]}


@pytest.mark.parametrize("channel", ["private-user.9", "private-encrypted-session.42"])
def test_whom_it_authorises_may_listen(peer: Peer, library: Pusher, channel: str):
    socket = peer.connect()
    auth = library.authenticate(channel, socket.id)["auth"]
    socket.say("pusher:subscribe", {"channel": channel, "auth": auth})
    assert socket.told("pusher_internal:subscription_succeeded") == {}


def test_whom_it_names_is_seen(peer: Peer, library: Pusher):
    socket = peer.connect()
    member = {"user_id": "9", "user_info": {"name": "سارة"}}
    socket.say("pusher:subscribe", {"channel": ROOM, **library.authenticate(ROOM, socket.id, member)})
    presence = socket.told("pusher_internal:subscription_succeeded")["presence"]
    assert presence == {"count": 1, "ids": ["9"], "hash": {"9": {"name": "سارة"}}}


def test_whom_it_signs_in_is_sent_what_is_for_that_user(peer: Peer, library: Pusher):
    socket = peer.connect()
    socket.say("pusher:signin", library.authenticate_user(socket.id, {"id": "9"}))
    assert socket.hear("pusher:signin_success")
    socket.subscribe("#server-to-user-9")
    library.send_to_user("9", "note", {"text": "for you"})
    assert socket.told("note") == {"text": "for you"}


def test_what_it_encrypts_passes_unread(peer: Peer, library: Pusher):
    channel = "private-encrypted-session.42"
    socket = peer.connect()
    shared = library.authenticate(channel, socket.id)["shared_secret"]
    socket.subscribe(channel)
    library.trigger(channel, "note", {"title": "hello"})
    sealed = socket.told("note")
    opened = SecretBox(decoded(shared)).decrypt(decoded(sealed["ciphertext"]), decoded(sealed["nonce"]))
    assert json.loads(opened) == {"title": "hello"}


def decoded(text: str | bytes) -> bytes:
    return b64decode(text, validate=True)


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ({"key": "other"}, PusherBadRequest, "Unknown auth_key"),
        ({"secret": "other"}, PusherBadAuth, "Invalid signature"),
        ({"app_id": "4"}, PusherBadStatus, "404"),
    ],
)
def test_a_wrong_setting_is_its_own_error(running: RunningSandbox, wrong: dict[str, str], error: Any, text: str):
    running.control.reset()
    library = made(running, **wrong)
    with pytest.raises(error, match=text):
        library.trigger("course.42", "a", {})
    close(library)


def test_a_clock_ten_minutes_off_is_its_own_error(peer: Peer, library: Pusher):
    peer.control.advance(605)
    with pytest.raises(PusherBadAuth, match="Timestamp expired"):
        library.channels_info()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, PusherBadRequest),
        (401, PusherBadAuth),
        (403, PusherForbidden),
        (413, PusherBadStatus),
        (500, PusherBadStatus),
    ],
)
def test_a_refusal_on_demand_is_its_own_error(peer: Peer, library: Pusher, status: int, error: Any):
    peer.use("requests/refuse", status=status)
    with pytest.raises(error):
        library.trigger("course.42", "a", {})


def test_an_ascii_text_that_the_library_lets_pass_is_too_long_for_the_service(peer: Peer, library: Pusher):
    with pytest.raises(PusherBadStatus, match=r"413: .*10240 bytes"):
        library.trigger("course.42", "a", "x" * 10_241)


def test_its_broken_path_finds_nothing_and_the_right_one_does(peer: Peer, library: Pusher):
    with pytest.raises(PusherBadStatus, match="404"):
        library.terminate_user_connections("9")
    socket = peer.connect()
    socket.sign_in("9")
    assert peer.post("/users/9/terminate_connections", {}).json() == {}
    assert socket.closed()[0] == 4009


def test_it_can_not_ask_a_server_that_forgets_the_digest_of_nothing(peer: Peer, library: Pusher):
    peer.switch(dialect="reverb")
    with pytest.raises(PusherBadAuth):
        library.channels_info()
