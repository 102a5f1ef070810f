"""Pusher's calls before the twin: occupancy, users, what is asked, and the webhooks that both sides sign."""

import json

import pytest
from pydantic import SecretStr

from ace_integrations.errors import AuthenticationError, InvalidRequestError, PermissionDeniedError, RateLimitedError
from ace_integrations.realtime.pusher import (
    BatchEvent,
    ChannelInfo,
    ChannelUser,
    DataTooLargeError,
    Pusher,
    PusherSettings,
)

MEMBER = {"user_id": "9", "user_info": {"name": "سارة"}}


def test_who_listens_is_asked(pusher, browsers):
    browsers.connect().subscribe("presence-session.42", MEMBER)
    browsers.connect().subscribe("course.42")
    assert set(pusher.list_channels().channels) == {"presence-session.42", "course.42"}
    counted = pusher.list_channels(prefix="presence-session.", info=["user_count"]).channels
    assert counted == {"presence-session.42": ChannelInfo(user_count=1)}
    state = pusher.get_channel(channel="presence-session.42", info=["user_count"])
    assert (state.occupied, state.user_count) == (True, 1)
    assert pusher.list_users(channel="presence-session.42").users == (ChannelUser(id="9"),)
    assert not pusher.get_channel(channel="presence-session.7").occupied


async def test_who_listens_is_asked_awaited(async_pusher, browsers):
    browsers.connect().subscribe("presence-session.42", MEMBER)
    assert (await async_pusher.list_users(channel="presence-session.42")).users == (ChannelUser(id="9"),)
    answer = await async_pusher.trigger(channels=["presence-session.42"], name="n", data=1, info=["user_count"])
    assert answer.channels == {"presence-session.42": ChannelInfo(user_count=1)}
    await async_pusher.terminate_connections(user_id="9")


def test_every_channel_of_many_is_reached(pusher, browsers):
    socket = browsers.connect()
    names = [f"course.{n}" for n in range(150)]
    for name in (names[0], names[149]):
        socket.subscribe(name)
    pusher.trigger(channels=names, name="told", data={})
    assert [socket.hear("told")["channel"] for _ in range(2)] == [names[0], names[149]]
    answer = pusher.trigger_batch(events=[BatchEvent(names[0], f"n{n}", n) for n in range(25)])
    assert [socket.next()["event"] for _ in range(25)] == [f"n{n}" for n in range(25)]
    assert answer.batch == ()


def counted(ace):
    return sum(row.units for row in ace.usage.rows() if row.unit == "message")


def test_deliveries_are_counted_where_a_request_asks_who_listens(ace, pusher, browsers):
    browsers.switch(subscription_counts=True)
    for _ in range(3):
        browsers.connect().subscribe("course.42")
    browsers.connect().subscribe("presence-session.42", MEMBER)
    pusher.trigger(channels=["course.42", "course.43"], name="told", data={}, info=["subscription_count"])
    assert counted(ace) == 2 + 3
    asking = BatchEvent("presence-session.42", "told", {}, info=("user_count",))
    pusher.trigger_batch(events=[asking, BatchEvent("course.42", "told", {})])
    assert counted(ace) == 5 + 3 + 1
    pusher.trigger(channels=["course.42"], name="told", data={})
    assert counted(ace) == 9 + 1


def test_a_cache_channel_keeps_the_last_event(pusher):
    assert pusher.get_channel(channel="cache-news", info=["cache"]).cache is None
    pusher.trigger(channels=["cache-news"], name="told", data=[1])
    kept = pusher.get_channel(channel="cache-news", info=["cache"]).cache
    assert kept is not None
    assert (json.loads(kept.data), kept.ttl is not None) == ([1], True)


def test_what_cannot_be_asked_is_an_invalid_request(pusher):
    with pytest.raises(InvalidRequestError):
        pusher.list_channels(info=["user_count"])
    with pytest.raises(InvalidRequestError):
        pusher.list_users(channel="course.42")


@pytest.mark.parametrize(
    ("status", "kind"), [(403, PermissionDeniedError), (413, DataTooLargeError), (429, RateLimitedError)]
)
def test_the_services_refusals_are_errors_of_their_own(pusher, browsers, status, kind):
    browsers.use("requests/refuse", status=status, times=3)
    with pytest.raises(kind):
        pusher.trigger(channels=["course.42"], name="told", data={})


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"secret": SecretStr("another-secret")}, AuthenticationError), ({"key": "another-key"}, InvalidRequestError)],
)
def test_another_secret_and_another_key_are_refused(ace_sandbox, change, kind):
    settings = PusherSettings().in_sandbox(ace_sandbox.url).model_copy(update=change)
    with Pusher(settings) as client, pytest.raises(kind):
        client.list_channels()


@pytest.mark.parametrize("dialect", ["reverb", "soketi"])
def test_other_servers_are_understood(pusher, browsers, dialect):
    browsers.switch(dialect=dialect)
    socket = browsers.connect()
    socket.subscribe("course.42")
    pusher.trigger(channels=["course.42"], name="told", data={"a": 1})
    assert json.loads(socket.hear("told")["data"]) == {"a": 1}
    assert "course.42" in pusher.list_channels().channels
