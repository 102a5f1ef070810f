"""The official browser library in a real browser, let in by our routes, against the twin."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from tests.browser.conftest import guarded

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.contrib.fastapi import realtime_routes
from ace_integrations.realtime import ChannelRules, Member, course, presence_session, private_user
from ace_integrations.realtime.pusher import Pusher
from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.sandbox import RunningSandbox, start

PATIENCE_MS = 15_000
NAMES = {"9": "سارة", "10": "Omar"}
PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Page</title>
<script src="/pusher.js"></script>
<script>
const told = [];
const tell = (what, more) => told.push({ what, ...more });
const pusher = new Pusher("{key}", {options});
pusher.connection.bind("state_change", ({ current }) => tell(current, { socket: pusher.connection.socket_id }));
pusher.connection.bind("error", (error) => tell("error", { code: (error.error ?? error).data?.code }));
pusher.user.bind_global((event, data) => tell("user", { event, data }));
const listen = (channel) =>
  pusher.subscribe(channel).bind_global((event, data) => tell("event", { channel, event, data }));
</script>"""

rules = ChannelRules[Member]()


@rules.on("private-user.{id}")
def own(user: Member, *, id: str) -> Member | None:
    return user if user.id == id else None


@rules.on("private-course.{id}")
def of_course(user: Member, *, id: str) -> Member | None:
    return user if id == "42" else None


@rules.on("presence-session.{id}")
def in_session(user: Member, *, id: str) -> Member | None:
    return user if id == "42" else None


def visitor(request: Request) -> Member:
    user_id = request.cookies["user"]
    return Member(user_id, {"name": NAMES[user_id]})


def application(settings: Settings, script: Path, config: dict[str, Any]) -> FastAPI:
    app = FastAPI()
    app.include_router(realtime_routes(AsyncAce(settings), rules, user=visitor, member=lambda user: user))

    @app.get("/pusher.js")
    def library() -> FileResponse:
        return FileResponse(script)

    @app.get("/page/{user}")
    def page(user: str, key: str = config["key"]) -> HTMLResponse:
        asking = {
            "channelAuthorization": {"endpoint": "/broadcasting/auth", "transport": "ajax"},
            "userAuthentication": {"endpoint": "/broadcasting/user-auth", "transport": "ajax"},
        }
        options = json.dumps({**config, "enabledTransports": ["ws"], **asking})
        shown = HTMLResponse(PAGE.replace("{key}", key).replace("{options}", options))
        shown.set_cookie("user", user)
        return shown

    return app


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start(twins=[PusherTwin]) as running:
        yield running


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.control.reset()
    return running


@pytest.fixture(scope="module")
def settings(running: RunningSandbox) -> Settings:
    return Settings(sandbox_url=running.url)


@pytest.fixture(scope="module")
def ace(settings: Settings) -> Iterator[Ace]:
    with Ace(settings) as ace:
        yield ace


@pytest.fixture(scope="module")
def platform(settings: Settings, ace: Ace, pusher_js_path: Path) -> Iterator[str]:
    """Serve a page with the library, and our routes; give their address."""
    script = pusher_js_path.parents[1] / "web" / "pusher-with-encryption.min.js"
    app = application(settings, script, dict(ace.realtime.browser_config()))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


class Page:
    """A page of one user, and what it heard."""

    def __init__(self, tab: Tab, address: str) -> None:
        self.tab = tab
        tab.goto(address)

    def heard(self, what: str, *, after: int = 0, **fields: Any) -> dict[str, Any]:
        """Wait for something that fits; give it.

        Args:
            after: how many of what was heard are not looked at.
        """
        fits = "one => Object.entries(wanted).every(([name, value]) => one[name] === value)"
        look = f"([wanted, after]) => told.slice(after).find({fits})"
        found: dict[str, Any] = self.tab.wait_for_function(
            look, arg=[{"what": what, **fields}, after], timeout=PATIENCE_MS
        ).json_value()
        return found

    def so_far(self) -> int:
        """How much was heard."""
        return int(self.tab.evaluate("told.length"))

    def listen(self, channel: str) -> Any:
        """Subscribe; give what the library says of it."""
        self.tab.evaluate("name => listen(name)", channel)
        return self.heard("event", channel=channel, event="pusher:subscription_succeeded")["data"]

    def run(self, script: str) -> Any:
        return self.tab.evaluate(script)


Opens = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def opens(browser: Browser, platform: str, sandbox: RunningSandbox) -> Opens:
    """Give what opens the page of a user, with another key if that is wished."""

    @contextmanager
    def opened(user: str = "9", *, key: str = "") -> Iterator[Page]:
        with guarded(browser) as tab:
            yield Page(tab, f"{platform}/page/{user}{f'?key={key}' if key else ''}")

    return opened


@pytest.fixture
def page(opens: Opens) -> Iterator[Page]:
    with opens() as page:
        page.heard("connected")
        yield page


def test_a_public_and_a_private_channel_bring_what_the_platform_tells(page: Page, ace: Ace) -> None:
    page.listen("course.42")
    page.listen("private-user.9")
    ace.realtime.publish(channels=[course("42"), private_user("9")], name="told", data={"title": "دورة"})
    for channel in ("course.42", "private-user.9"):
        assert page.heard("event", channel=channel, event="told")["data"] == {"title": "دورة"}


def test_two_see_each_other_come_and_go(page: Page, opens: Opens, ace: Ace) -> None:
    page.listen("presence-session.42")
    with opens("10") as other:
        there = other.listen("presence-session.42")
        assert there["members"] == {"9": {"name": "سارة"}, "10": {"name": "Omar"}}
        added = page.heard("event", event="pusher:member_added")["data"]
        assert added == {"id": "10", "info": {"name": "Omar"}}
        assert set(ace.realtime.members(presence_session("42"))) == {"9", "10"}
    assert page.heard("event", event="pusher:member_removed")["data"]["id"] == "10"


def test_an_encrypted_event_is_opened_in_the_page(page: Page, ace: Ace) -> None:
    page.listen("private-encrypted-user.9")
    ace.client(Pusher).trigger(channels=["private-encrypted-user.9"], name="told", data={"title": "دورة ☕"})
    assert page.heard("event", event="told")["data"] == {"title": "دورة ☕"}


def test_a_clients_event_reaches_the_other_page_and_not_its_own(
    page: Page, opens: Opens, sandbox: RunningSandbox
) -> None:
    sandbox.control.post("pusher/switches", client_events=True)
    page.listen("private-course.42")
    with opens("10") as other:
        other.listen("private-course.42")
        assert page.run("pusher.channel('private-course.42').trigger('client-typing', {a: 1})") is True
        assert other.heard("event", event="client-typing")["data"] == {"a": 1}
    assert page.run("told.some(one => one.event === 'client-typing')") is False


def test_who_signed_in_is_reached_by_name_and_can_be_put_out(page: Page, ace: Ace) -> None:
    page.run("pusher.signin(); pusher.user.signinDonePromise.then(() => tell('signed in'))")
    page.heard("signed in")
    ace.realtime.publish_to_user(user="9", name="told", data={"n": 1})
    assert page.heard("user", event="told")["data"] == {"n": 1}
    ace.realtime.disconnect(user="9")
    assert page.heard("error")["code"] == 4009
    page.heard("disconnected")


def test_a_page_that_was_cut_off_comes_back_and_listens_again(page: Page, ace: Ace, sandbox: RunningSandbox) -> None:
    page.listen("private-user.9")
    first = page.heard("connected")["socket"]
    before = page.so_far()
    sandbox.control.post("pusher/close", code=4200)
    second = page.heard("connected", after=before)["socket"]
    page.heard("event", after=before, channel="private-user.9", event="pusher:subscription_succeeded")
    ace.realtime.publish(channels=[private_user("9")], name="told", data=1)
    assert page.heard("event", event="told")["data"] == 1
    assert first != second


@pytest.mark.parametrize(
    ("code", "prepare", "key"),
    [
        (4001, {}, "0123456789abcdef0123"),
        (4004, {"max_connections": 0}, ""),
    ],
)
def test_a_page_that_may_not_connect_is_told_why_and_stays_away(
    opens: Opens, sandbox: RunningSandbox, code: int, prepare: dict[str, Any], key: str
) -> None:
    sandbox.control.post("pusher/switches", **prepare)
    with opens(key=key) as page:
        assert page.heard("error")["code"] == code
        page.heard("disconnected")


def test_what_the_rules_refuse_is_an_error_of_the_subscription(page: Page) -> None:
    page.run("listen('private-user.10')")
    refused = page.heard("event", event="pusher:subscription_error")["data"]
    assert (refused["type"], refused["status"]) == ("AuthError", 403)
    assert page.run("pusher.connection.state") == "connected"
