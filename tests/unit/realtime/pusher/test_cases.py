"""Faults that others had, and that must not happen here."""

import json
from decimal import Decimal

import pytest

from ace_integrations.errors import OutcomeUnknownError
from ace_integrations.realtime import Channel, Member, RawData
from ace_integrations.realtime.pusher import BatchEvent, ClockSkewError, PusherSettings
from ace_integrations.realtime.pusher.listening import Listener

NESTED = {"title": "دورة بايثون – café ☕", "unit": {"lessons": [1, {"a": None}], "empty": {}}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (NESTED, NESTED),
        ([1, "دورة", [None]], [1, "دورة", [None]]),
        ('{"looks":"like JSON"}', '{"looks":"like JSON"}'),
        ("5", "5"),
        ("plain text", "plain text"),
        ("", ""),
        (None, None),
        (5, 5),
        (Decimal("149.00"), "149.00"),
        ({"price": Decimal("0.10")}, {"price": "0.10"}),
    ],
)
@pytest.mark.parametrize("way", ["trigger", "batch", "user"])
def test_case_c23_data_is_encoded_once_whatever_it_is(pusher, browsers, way, data, expected):
    """pusher/pusher-websocket-java#178, tristandunn/pusher-fake#26, pusher/pusher-http-ruby#6."""
    socket = browsers.dial()
    greeting = socket.next()
    # The service's own data is text that holds JSON, ids are texts.
    assert isinstance(greeting["data"], str)
    socket.id = json.loads(greeting["data"])["socket_id"]
    assert isinstance(socket.id, str)
    if way == "user":
        socket.sign_in("9")
        socket.subscribe("#server-to-user-9")
        pusher.send_to_user(user_id="9", name="told", data=data)
    else:
        socket.subscribe("course.42")
        if way == "trigger":
            pusher.trigger(channels=["course.42"], name="told", data=data)
        else:
            pusher.trigger_batch(events=[BatchEvent("course.42", "told", data)])
    heard = socket.hear("told")["data"]
    assert isinstance(heard, str)
    assert json.loads(heard) == expected


def test_case_c23_what_is_written_already_is_not_written_again(pusher, browsers):
    socket = browsers.connect()
    socket.subscribe("course.42")
    pusher.trigger(channels=["course.42"], name="told", data=RawData('{"a":1}'))
    assert socket.hear("told")["data"] == '{"a":1}'


async def test_case_c23_awaited(async_pusher, browsers):
    socket = browsers.connect()
    socket.subscribe("course.42")
    await async_pusher.trigger(channels=["course.42"], name="told", data=NESTED)
    assert json.loads(socket.hear("told")["data"]) == NESTED


def test_an_encrypted_event_is_read_by_who_was_let_in_and_not_on_the_way(ace, pusher, browsers):
    name = "private-encrypted-session.42"
    socket = browsers.connect()
    socket.subscribe(name)
    pusher.trigger(channels=[name], name="told", data=NESTED)
    frame = socket.next()
    assert "دورة" not in json.dumps(frame, ensure_ascii=False)
    listener = Listener(ace.settings.of(PusherSettings), [Channel(name)], member=Member("9"))
    _, heard = listener.take(json.dumps(frame))
    assert heard is not None
    assert json.loads(heard.data) == NESTED


def test_a_clock_that_is_off_is_an_error_of_its_own(pusher, ace_sandbox, monkeypatch):
    account = pusher._sender.connection("").account
    now = ace_sandbox.control.now
    monkeypatch.setattr(account, "clock", lambda: now() + 601)
    with pytest.raises(ClockSkewError):
        pusher.trigger(channels=["course.42"], name="told", data={})
    monkeypatch.setattr(account, "clock", lambda: now() - 590)
    assert pusher.trigger(channels=["course.42"], name="told", data={})


def test_an_event_whose_answer_was_lost_is_told_once(pusher, browsers, ace_sandbox):
    socket = browsers.connect()
    socket.subscribe("course.42")
    ace_sandbox.control.fail("status", provider="pusher", operation="trigger", status=500)
    with pytest.raises(OutcomeUnknownError):
        pusher.trigger(channels=["course.42"], name="told", data={})
    assert len(ace_sandbox.control.journal(provider="pusher", kind="call")) == 1
