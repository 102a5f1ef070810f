"""What a browser's script asks before it listens: 200 with a signature, or 403."""

import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Header, HTTPException
from pydantic import SecretStr

from ace_integrations import AsyncAce, Settings
from ace_integrations.contrib.fastapi import LARGEST_QUESTION, realtime_routes
from ace_integrations.realtime import Channel, ChannelRules, Member
from ace_integrations.realtime.pusher import PusherSettings, Token
from ace_integrations.realtime.pusher.signature import channel_signature, user_signature

TOKEN = Token("app-key", SecretStr("app-secret"))
SETTINGS = Settings(providers=(PusherSettings(app_id="17", key=TOKEN.key, secret=TOKEN.secret),))
AUTH, USER_AUTH = "/broadcasting/auth", "/broadcasting/user-auth"
SOCKET = "1234.5001"

rules = ChannelRules[str]()


@rules.on("private-user.{id}")
async def own(user: str, *, id: str) -> Member | None:
    return Member(user) if user == id else None


@rules.on("presence-session.{id}")
def in_session(user: str, *, id: str) -> Member | None:
    return Member(user, {"name": "سارة", "role": "student"}) if id == "42" else None


@rules.on("presence-crowded.{id}")
def crowded(user: str, *, id: str) -> Member | None:
    return Member(user, {"name": "x" * 2000})


def current_user(x_user: Annotated[str, Header()] = "") -> str:
    if not x_user:
        raise HTTPException(401)
    return x_user


def signed_in(user: str) -> Member | None:
    return None if user == "guest" else Member(user)


@pytest.fixture
async def browser() -> AsyncGenerator[httpx.AsyncClient]:
    async with AsyncAce(SETTINGS) as ace:
        app = FastAPI()
        app.include_router(realtime_routes(ace, rules, user=current_user, member=signed_in))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app", headers={"x-user": "9"}) as client:
            yield client


def form(channel: str, socket_id: str = SOCKET) -> dict[str, Any]:
    return {"data": {"socket_id": socket_id, "channel_name": channel, "extra": "1 2"}}


async def test_a_form_is_answered_with_the_signature(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(AUTH, **form("private-user.9"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"auth": channel_signature(TOKEN, socket_id=SOCKET, channel=Channel("private-user.9"))}


async def test_json_is_answered_alike(browser: httpx.AsyncClient) -> None:
    asked = {"socket_id": SOCKET, "channel_name": "private-user.9", "more": [1]}
    answers = [await browser.post(AUTH, json=asked), await browser.post(AUTH, **form("private-user.9"))]
    assert answers[0].content == answers[1].content


async def test_a_presence_channel_gets_the_member_that_was_signed(browser: httpx.AsyncClient) -> None:
    answer = (await browser.post(AUTH, **form("presence-session.42"))).json()
    channel = Channel("presence-session.42")
    signature = channel_signature(TOKEN, socket_id=SOCKET, channel=channel, channel_data=answer["channel_data"])
    assert answer["auth"] == signature
    assert json.loads(answer["channel_data"]) == {"user_id": "9", "user_info": {"name": "سارة", "role": "student"}}


@pytest.mark.parametrize(
    "question",
    [
        form("private-user.10"),
        form("presence-session.43"),
        form("private-anything"),
        form("course.42"),
        form("presence-crowded.1"),
        form("private-user.9", "1234.1:private-user.10"),
        form("private-user.9", "١.٢"),
        form("private-user.9\n"),
        form("#server-to-user-9"),
        form(""),
        {"data": {"socket_id": SOCKET}},
        {"data": {"channel_name": "private-user.9"}},
        {"content": b""},
        {"content": b"\xff\xfe"},
        {"content": b"{"},
        {"content": b"[]"},
        {"content": b"{" * 5000},
        {"json": {"socket_id": 1.1, "channel_name": "private-user.9"}},
        {"json": {"socket_id": SOCKET, "channel_name": ["private-user.9"]}},
        {"content": b"socket_id=" + b"1" * LARGEST_QUESTION},
    ],
)
async def test_whatever_is_refused_or_malformed_is_403_without_a_reason(
    browser: httpx.AsyncClient, question: dict[str, Any]
) -> None:
    answer = await browser.post(AUTH, **question)
    assert (answer.status_code, answer.content) == (403, b"refused")


async def test_who_is_signed_in_is_signed(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(USER_AUTH, data={"socket_id": SOCKET})
    assert answer.status_code == 200
    assert answer.json() == {
        "auth": user_signature(TOKEN, socket_id=SOCKET, user_data='{"id":"9"}'),
        "user_data": '{"id":"9"}',
    }


@pytest.mark.parametrize(("user", "socket_id"), [("guest", SOCKET), ("9", "nonsense"), ("a b", SOCKET)])
async def test_who_is_not_or_asks_wrongly_is_refused(browser: httpx.AsyncClient, user: str, socket_id: str) -> None:
    answer = await browser.post(USER_AUTH, data={"socket_id": socket_id}, headers={"x-user": user})
    assert answer.status_code == 403


async def test_the_platforms_own_answer_to_strangers_stays(browser: httpx.AsyncClient) -> None:
    for path in (AUTH, USER_AUTH):
        assert (await browser.post(path, **form("private-user.9"), headers={"x-user": ""})).status_code == 401


async def test_without_a_member_nobody_signs_in() -> None:
    async with AsyncAce(SETTINGS) as ace:
        app = FastAPI()
        app.include_router(realtime_routes(ace, rules, user=current_user, path="/live"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
            client.headers["x-user"] = "9"
            assert (await client.post("/live/user-auth", data={"socket_id": SOCKET})).status_code == 404
            assert (await client.post("/live/auth", **form("private-user.9"))).status_code == 200
