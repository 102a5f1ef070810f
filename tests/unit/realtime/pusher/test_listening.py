"""A listener of our own: what it answers to each frame."""

import json

import pytest
from pydantic import SecretStr

from ace_integrations.errors import ProviderError
from ace_integrations.realtime import Channel, Member
from ace_integrations.realtime.pusher import PusherSettings, Token
from ace_integrations.realtime.pusher.encryption import sealed
from ace_integrations.realtime.pusher.listening import Heard, Listener
from ace_integrations.realtime.pusher.signature import channel_signature

TOKEN = Token("app-key", SecretStr("app-secret"))
KEYS = {"app_id": "17", "key": TOKEN.key, "secret": TOKEN.secret}
MASTER_KEY = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
SETTINGS = PusherSettings(**KEYS, encryption_master_key=SecretStr(MASTER_KEY))


def listener(*names, settings=SETTINGS):
    return Listener(settings, [Channel(name) for name in names], member=Member("9"))


def frame(event, data, **more):
    return json.dumps({"event": event, "data": data, **more})


ESTABLISHED = frame("pusher:connection_established", '{"socket_id":"1234.5001","activity_timeout":120}')


def test_it_subscribes_with_the_signature_that_each_kind_of_channel_needs():
    names = ("course.42", "private-user.9", "presence-session.42", "private-encrypted-a")
    answers, heard = listener(*names).take(ESTABLISHED)
    asked = [json.loads(answer) for answer in answers]
    assert heard is None
    assert {one["event"] for one in asked} == {"pusher:subscribe"}
    data = '{"user_id":"9","user_info":{}}'
    assert [one["data"] for one in asked] == [
        {"auth": "", "channel": "course.42"},
        {"auth": auth("private-user.9"), "channel": "private-user.9"},
        {"auth": auth("presence-session.42", data), "channel_data": data, "channel": "presence-session.42"},
        {"auth": auth("private-encrypted-a"), "channel": "private-encrypted-a"},
    ]


def auth(name, channel_data=None):
    return channel_signature(TOKEN, socket_id="1234.5001", channel=Channel(name), channel_data=channel_data)


def test_it_answers_pings_and_keeps_the_protocols_own_events_to_itself():
    one = listener("course.42")
    assert one.take(frame("pusher:ping", "{}")) == (['{"event":"pusher:pong","data":{}}'], None)
    assert one.take(frame("pusher_internal:subscription_succeeded", "{}", channel="course.42")) == ([], None)


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        (frame("told", '{"a":1}', channel="course.42"), Heard("course.42", "told", '{"a":1}')),
        (frame("told", {"a": "دورة"}, channel="course.42"), Heard("course.42", "told", '{"a":"دورة"}')),
        (
            frame("client-typing", "{}", channel="presence-session.42", user_id="10"),
            Heard("presence-session.42", "client-typing", "{}", "10"),
        ),
    ],
)
def test_events_come_as_they_were_sent(told, heard):
    assert listener("course.42").take(told) == ([], heard)


def test_what_is_sealed_is_opened():
    channel = Channel("private-encrypted-a")
    data = sealed("secret words", master_key=bytes(range(32, 64)), channel=channel)
    _, heard = listener(channel.name).take(frame("told", data, channel=channel.name))
    assert heard == Heard(channel.name, "told", "secret words")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (frame("pusher:error", {"code": 4004, "message": "over quota"}), "4004"),
        (frame("pusher:error", '{"code":4009,"message":"over quota"}'), "4009"),
        (frame("pusher:subscription_error", {"type": "AuthError", "error": "over quota", "status": 401}), "401"),
        (frame("pusher:error", "nonsense"), ""),
    ],
)
def test_a_refusal_is_an_error_whatever_its_shape(told, code):
    with pytest.raises(ProviderError) as refused:
        listener("course.42").take(told)
    assert refused.value.code == code


@pytest.mark.parametrize("told", ["", "[]", '{"data":1}', "nonsense"])
def test_what_is_no_frame_is_an_error(told):
    with pytest.raises(ProviderError, match="no frame"):
        listener("course.42").take(told)


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        ({}, "wss://ws-mt1.pusher.com/app/app-key?protocol=7&"),
        ({"cluster": "eu"}, "wss://ws-eu.pusher.com/app/app-key?"),
        ({"host": "127.0.0.1", "port": 6001, "scheme": "http"}, "ws://127.0.0.1:6001/app/app-key?"),
        ({"host": "ws.example.com", "path_prefix": "/live"}, "wss://ws.example.com:443/live/app/app-key?"),
    ],
)
def test_it_connects_where_browsers_do(change, begins):
    assert listener(settings=PusherSettings(**{**KEYS, **change})).url.startswith(begins)
