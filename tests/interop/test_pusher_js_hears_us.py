"""The official browser library hears what `ace.realtime` tells, let in by our routes, connected as we configure it."""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from tests.interop.test_pusher_js import Browser, Page

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.contrib.fastapi import realtime_routes
from ace_integrations.realtime import ChannelRules, Member, TeacherApproved, course, presence_session, private_user
from ace_integrations.realtime.pusher import Pusher
from ace_integrations.sandbox import RunningSandbox

SARA = Member("9", {"name": "سارة", "role": "student"})

rules = ChannelRules[Member]()


@rules.on("private-user.{id}")
def own(user: Member, *, id: str) -> Member | None:
    return user if user.id == id else None


@rules.on("presence-session.{id}")
async def in_session(user: Member, *, id: str) -> Member | None:
    return user if id == "42" else None


@pytest.fixture
def settings(ace_sandbox: RunningSandbox) -> Settings:
    return Settings(sandbox_url=ace_sandbox.url)


@pytest.fixture
def ace(settings: Settings) -> Iterator[Ace]:
    with Ace(settings) as ace:
        yield ace


@pytest.fixture
def platform(settings: Settings) -> Iterator[str]:
    """Serve our routes; give their address."""
    app = FastAPI()
    app.include_router(realtime_routes(AsyncAce(settings), rules, user=lambda: SARA, member=lambda user: user))
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


@pytest.fixture
def page(ace: Ace, platform: str, pusher_js_path: Path) -> Iterator[Page]:
    browser = Browser(pusher_js_path)
    config = dict(ace.realtime.browser_config())
    page = Page(browser, "page")
    asking = {
        "channelAuthorization": {"endpoint": f"{platform}/broadcasting/auth", "transport": "ajax"},
        "userAuthentication": {"endpoint": f"{platform}/broadcasting/user-auth", "transport": "ajax"},
    }
    page.do("open", key=config.pop("key"), options={**config, "enabledTransports": ["ws"], **asking})
    page.wait("connected")
    yield page
    browser.close()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"title": "دورة", "units": [{"a": None}]}, {"title": "دورة", "units": [{"a": None}]}),
        ([1, [2]], [1, [2]]),
        ('{"looks":"like JSON"}', '{"looks":"like JSON"}'),
        ("plain text", "plain text"),
        ("5", "5"),
        (5, 5),
        (None, None),
        (Decimal("149.00"), "149.00"),
    ],
)
def test_case_c23_the_page_gets_the_very_value_that_was_given(page: Page, ace: Ace, data: Any, expected: Any) -> None:
    page.subscribe("course.42")
    ace.realtime.publish(channels=[course("42")], name="told", data=data)
    assert page.event("told")["data"] == expected


def test_an_event_of_a_class_arrives_on_the_private_channel_that_our_route_opened(page: Page, ace: Ace) -> None:
    page.subscribe(private_user("9").name)
    event = TeacherApproved(user_id="9")
    ace.realtime.broadcast(event)
    assert page.event("teacher.approved")["data"] == event.model_dump(mode="json")


def test_what_the_rules_refuse_is_a_subscription_error_of_403(page: Page) -> None:
    page.do("subscribe", channel="private-user.10")
    assert page.event("pusher:subscription_error")["data"]["status"] == 403


def test_a_member_is_shown_as_the_rule_said(page: Page, ace: Ace) -> None:
    room = page.subscribe(presence_session("42").name)
    assert room["me"] == {"id": "9", "info": {"name": "سارة", "role": "student"}}
    assert ace.realtime.members(presence_session("42")) == ("9",)


def test_an_encrypted_event_is_opened_by_the_page(page: Page, ace: Ace) -> None:
    page.subscribe("private-encrypted-user.9")
    ace.client(Pusher).trigger(channels=["private-encrypted-user.9"], name="told", data={"title": "دورة"})
    assert page.event("told")["data"] == {"title": "دورة"}


def test_who_signs_in_by_our_route_is_reached_by_name(page: Page, ace: Ace) -> None:
    page.do("signin")
    page.wait("signed in")
    ace.realtime.publish_to_user(user="9", name="told", data={"n": 1})
    assert page.wait("user", event="told")["data"] == {"n": 1}
