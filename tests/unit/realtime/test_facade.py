"""`ace.realtime` before the twin: what browsers hear, and who they are."""

import json

import pytest

from ace_integrations import Ace, Settings, errors
from ace_integrations.realtime import (
    ApplicationStatusChanged,
    Member,
    RawData,
    TeacherApproved,
    course,
    presence_session,
    private_user,
)

SARA = Member("9", {"name": "سارة", "role": "student"})


def join(ace, socket, channel, member):
    """Subscribe with what the platform signs."""
    grant = ace.realtime.authorise(channel=channel, connection=socket.id, member=member)
    socket.say("pusher:subscribe", {**grant, "channel": channel.name})
    return socket.told("pusher_internal:subscription_succeeded")


def sign_in(ace, socket, member):
    grant = ace.realtime.identify(connection=socket.id, member=member)
    socket.say("pusher:signin", dict(grant))
    assert socket.told("pusher:signin_success") == {"user_data": grant["user_data"]}


def test_an_event_reaches_whom_it_concerns_and_nobody_else(ace, browsers):
    sara, omar = browsers.connect(), browsers.connect()
    join(ace, sara, private_user("9"), SARA)
    join(ace, omar, private_user("10"), Member("10"))
    event = ApplicationStatusChanged(application_id="17", user_id="9", job_id="5", status="accepted")
    ace.realtime.broadcast(event)
    heard = sara.hear("application.status.changed")
    assert (heard["channel"], json.loads(heard["data"])) == ("private-user.9", event.model_dump(mode="json"))
    assert omar.is_quiet()


async def test_the_awaited_facade_does_the_same(async_ace, browsers):
    sara = browsers.connect()
    join(async_ace, sara, presence_session("42"), SARA)
    await async_ace.realtime.publish(channels=[presence_session("42")], name="told", data={"a": "دورة"})
    assert json.loads(sara.hear("told")["data"]) == {"a": "دورة"}
    assert await async_ace.realtime.members(presence_session("42")) == ("9",)


def test_the_page_that_did_it_does_not_hear_itself(ace, browsers):
    first, second = browsers.connect(), browsers.connect()
    for socket in (first, second):
        join(ace, socket, private_user("9"), SARA)
    ace.realtime.publish(channels=[private_user("9")], name="told", data=1, except_connection=first.id)
    assert second.hear("told")["data"] == "1"
    assert first.is_quiet()


def test_members_see_each_other_and_the_platform_sees_each_user_once(ace, browsers):
    channel = presence_session("42")
    sara, her_phone, omar = (browsers.connect() for _ in range(3))
    join(ace, sara, channel, SARA)
    join(ace, her_phone, channel, SARA)
    presence = join(ace, omar, channel, Member("10", {"name": "Omar", "role": "teacher"}))["presence"]
    assert presence["hash"] == {"9": SARA.info, "10": {"name": "Omar", "role": "teacher"}}
    assert sara.told("pusher_internal:member_added")["user_id"] == "10"
    assert sorted(ace.realtime.members(channel)) == ["10", "9"]


def test_a_user_who_signed_in_is_reached_and_sent_away_on_every_connection(ace, browsers):
    phone, laptop = browsers.connect(), browsers.connect()
    for socket in (phone, laptop):
        sign_in(ace, socket, SARA)
        socket.subscribe("#server-to-user-9")
    ace.realtime.publish_to_user(user="9", name="told", data=RawData("as it stands"))
    assert [socket.hear("told")["data"] for socket in (phone, laptop)] == ["as it stands"] * 2
    ace.realtime.disconnect(user="9")
    assert [socket.closed()[0] for socket in (phone, laptop)] == [4009, 4009]


def test_what_is_signed_for_one_channel_opens_no_other(ace, browsers):
    sara = browsers.connect()
    grant = ace.realtime.authorise(channel=private_user("9"), connection=sara.id, member=SARA)
    sara.say("pusher:subscribe", {**grant, "channel": "private-user.10"})
    assert "Invalid signature" in sara.refused()["message"]


def test_a_page_gets_public_values_only(ace, ace_sandbox):
    config = ace.realtime.browser_config()
    assert config["wsPort"] == int(ace_sandbox.url.rpartition(":")[2])
    assert "7ad3773142a6692b25b8" not in json.dumps(dict(config))


def test_live_messages_can_be_switched_off():
    with Ace(Settings(realtime="")) as ace:
        assert "realtime" not in dict(ace.settings.switched_on)
        with pytest.raises(errors.ConfigurationError, match="ACE_REALTIME"):
            ace.realtime.broadcast(TeacherApproved(user_id="9"))


def test_a_broadcast_is_refused_before_anything_is_sent(ace, ace_sandbox):
    with pytest.raises(errors.InvalidInputError):
        ace.realtime.publish(channels=[course("42")], name="told", data="x" * 11_000)
    with pytest.raises(errors.InvalidInputError):
        ace.realtime.publish_to_user(user="9", name="pusher:told", data={})
    assert ace_sandbox.control.journal(kind="call") == []
