"""Pusher's signature and events, by the vectors and by the official library."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pusher as official
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ace_integrations import Settings
from ace_integrations.core import Headers
from ace_integrations.errors import (
    ConfigurationError,
    InvalidInputError,
    MalformedEventError,
    SignatureError,
    StaleSignatureError,
)
from ace_integrations.realtime import (
    ChannelOccupied,
    ChannelsChanged,
    ChannelVacated,
    ClientSaid,
    MemberJoined,
    MemberLeft,
)
from ace_integrations.realtime.pusher import (
    ChannelTold,
    ClientEventTold,
    MemberTold,
    OtherTold,
    PusherDelivery,
    PusherSettings,
    PusherSignature,
    SubscriptionCountTold,
    Token,
)
from ace_integrations.realtime.pusher.webhooks import EVENT_TYPES, WEBHOOKS, parse, sample
from ace_integrations.webhooks import Doors, Receiver, explain
from ace_integrations.webhooks.json_body import compact

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
KEY, SECRET, NOW = VECTORS["key"], VECTORS["secret"], VECTORS["now"]
HOOKS = VECTORS["webhooks"]
OLD = Token(HOOKS["W5"]["key"], SecretStr(HOOKS["W5"]["secret"]))
SCHEME = PusherSignature([Token(KEY, SecretStr(SECRET)), OLD])
SECRETS = (SECRET, HOOKS["W5"]["secret"])
BODY = HOOKS["W1"]["body"].encode()
GOOD = {"X-Pusher-Key": KEY, "X-Pusher-Signature": HOOKS["W1"]["signature"]}


def check(headers, body=BODY, *, now=NOW, secrets=SECRETS, scheme=SCHEME):
    scheme.verify(Headers(headers), body, secrets=secrets, now=now)


def read(body):
    return parse(Headers(), body if isinstance(body, bytes) else compact(body))


def theirs(headers, body, now):
    library = official.Pusher(app_id="3", key=KEY, secret=SECRET)
    with mock.patch("time.time", return_value=now):
        return library.validate_webhook(headers["X-Pusher-Key"], headers["X-Pusher-Signature"], body.decode())


# The signature.


@pytest.mark.parametrize("name", HOOKS)
def test_the_signatures_of_the_vectors_are_accepted_and_made(name):
    one = HOOKS[name]
    headers = {"X-Pusher-Key": one.get("key", KEY), "X-Pusher-Signature": one["signature"]}
    check(headers, one["body"].encode())
    assert SCHEME.sign(one["body"].encode(), secret=one.get("secret", SECRET), now=NOW) == headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Pusher-Key": KEY},
        {"X-Pusher-Signature": GOOD["X-Pusher-Signature"]},
        {**GOOD, "X-Pusher-Key": "another-key"},
        {**GOOD, "X-Pusher-Key": OLD.key},
        {**GOOD, "X-Pusher-Signature": ""},
        {**GOOD, "X-Pusher-Signature": GOOD["X-Pusher-Signature"].upper()},
        {**GOOD, "X-Pusher-Signature": f" {GOOD['X-Pusher-Signature']} "},
        {**GOOD, "X-Pusher-Signature": f"{GOOD['X-Pusher-Signature']}00"},
        {**GOOD, "X-Pusher-Signature": "سارة"},
        {**GOOD, "X-Pusher-Signature": HOOKS["W5"]["signature"]},
    ],
)
def test_a_missing_changed_or_other_keys_signature_is_refused(headers):
    with pytest.raises(SignatureError):
        check(headers)


def test_a_repeated_header_is_refused():
    pairs = [*GOOD.items(), ("X-Pusher-Signature", GOOD["X-Pusher-Signature"])]
    with pytest.raises(SignatureError, match="more than once"):
        SCHEME.verify(Headers(pairs), BODY, secrets=SECRETS, now=NOW)


def test_the_raw_bytes_are_signed_and_nothing_that_means_the_same():
    again = json.dumps(json.loads(BODY)).encode()
    with pytest.raises(SignatureError):
        check(GOOD, again)
    verdict = explain(SCHEME, Headers(GOOD), again, secrets=SECRETS, now=NOW)
    assert verdict.mistake == "body re-serialised"


@pytest.mark.parametrize("distance", [-600, 600])
def test_ten_minutes_are_allowed_both_ways(distance):
    check(GOOD, now=NOW + distance)


@pytest.mark.parametrize("distance", [-601, 601])
def test_a_time_beyond_that_is_stale(distance):
    with pytest.raises(StaleSignatureError):
        check(GOOD, now=NOW + distance)


@pytest.mark.parametrize("distance", [0, 299, 300, 302, -299, -302])
def test_with_their_window_we_agree_with_the_official_library(distance):
    scheme = PusherSignature([Token(KEY, SecretStr(SECRET))], tolerance_s=300)
    accepted = theirs(GOOD, BODY, NOW + distance) is not None
    try:
        check(GOOD, now=NOW + distance, secrets=(SECRET,), scheme=scheme)
    except StaleSignatureError:
        assert not accepted
        return
    assert accepted


@given(st.lists(st.sampled_from(EVENT_TYPES), max_size=4), st.text(st.characters(codec="utf-8"), max_size=20))
def test_what_we_sign_the_official_library_accepts_and_reads(names, text):
    events = [event for name in names for event in sample(name, now=NOW)["events"]]
    body = compact({"time_ms": NOW * 1000, "events": events, "note": text})
    headers = SCHEME.sign(body, secret=SECRET, now=NOW)
    check(headers, body)
    assert theirs(headers, body, NOW) == json.loads(body)


def test_no_secret_is_never_no_check():
    with pytest.raises(ConfigurationError):
        check(GOOD, secrets=())


# Events.


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b"null", b"", b"\xff", b"{", b'{"events":[]}', b'{"time_ms":"1795600000000","events":[]}',
        b'{"time_ms":1795600000000}', b'{"time_ms":1795600000000,"events":{}}', b'{"time_ms":-1,"events":[]}',
        b'{"time_ms":1795600000000.5,"events":[]}', b'{"time_ms":1795600000000,"events":[1]}',
        b'{"time_ms":true,"events":[]}', b'{"time_ms":1795600000000,"time_ms":1,"events":[]}',
        b'{"time_ms":1795600000000,"events":[{"channel":"a"}]}',
        b'{"time_ms":1795600000000,"events":[{"name":"member_added","channel":"presence-a"}]}',
    ],
)  # fmt: skip
def test_a_genuine_body_that_is_no_list_of_events_is_malformed(body):
    check(SCHEME.sign(body, secret=SECRET, now=NOW), body)
    with pytest.raises(MalformedEventError):
        read(body)


def test_one_event_gives_the_delivery_its_type():
    event = read(BODY)
    assert (event.type, event.environment) == ("channel_occupied", "live")
    assert event.occurred_at == datetime(2026, 11, 25, 9, 46, 40, tzinfo=UTC)
    assert event.data == PusherDelivery(
        time_ms=1795600000000, events=(ChannelTold(name="channel_occupied", channel="course.42"),)
    )
    assert event.meaning == ChannelsChanged("pusher", event.occurred_at, (ChannelOccupied("course.42"),))


def test_several_events_come_in_one_delivery_in_their_order():
    event = read(HOOKS["W2"]["body"].encode())
    assert event.type == "batch"
    assert event.meaning.changes == (MemberJoined("presence-session.42", "9"), ChannelVacated("course.42"))
    assert [type(one) for one in event.data.events] == [MemberTold, ChannelTold]


def test_what_a_browser_said_is_given_as_it_was_written():
    event = read(HOOKS["W3"]["body"].encode())
    (said,) = event.meaning.changes
    assert said == ClientSaid("presence-session.42", "client-typing", '{"name":"سارة"}', "1234.1234", "9")
    assert isinstance(event.data.events[0], ClientEventTold)


def test_a_delivery_of_nothing_means_nothing():
    event = read(HOOKS["W4"]["body"].encode())
    assert (event.type, event.data.events, event.meaning) == ("batch", (), None)


@pytest.mark.parametrize(
    ("name", "kind", "change"),
    [
        ("channel_occupied", ChannelTold, ChannelOccupied("private-course.42")),
        ("channel_vacated", ChannelTold, ChannelVacated("private-course.42")),
        ("member_added", MemberTold, MemberJoined("presence-session.42", "9")),
        ("member_removed", MemberTold, MemberLeft("presence-session.42", "9")),
        ("client_event", ClientEventTold, mock.ANY),
        ("cache_miss", ChannelTold, None),
        ("subscription_count", SubscriptionCountTold, None),
    ],
)
def test_each_kind_is_typed_and_means_what_it_says(name, kind, change):
    event = read(sample(name, now=NOW))
    assert [type(one) for one in event.data.events] == [kind]
    assert (None if event.meaning is None else event.meaning.changes[0]) == change
    assert event.type == name


def test_an_unknown_kind_is_kept_beside_the_others():
    (known,) = sample("member_removed", now=NOW)["events"]
    value = {"time_ms": NOW * 1000, "events": [{"name": "moon_rose", "phase": 3}, known]}
    event = read(value)
    assert event.data.events[0] == OtherTold(name="moon_rose", phase=3)  # type: ignore[call-arg]
    assert event.meaning.changes == (MemberLeft("presence-session.42", "9"),)


def test_a_number_for_a_user_is_read_as_text_and_an_object_for_data_as_json():
    assert read(sample("member_added", now=NOW, user_id=9)).meaning.changes[0].user == "9"
    assert read(sample("client_event", now=NOW, data={"a": 1})).meaning.changes[0].data == '{"a": 1}'


def test_the_same_body_is_the_same_delivery_and_another_one_is_not():
    assert read(BODY).id == read(BODY).id != read(BODY + b"\n").id


def test_a_sample_takes_the_fields_of_its_kind_only():
    assert sample("subscription_count", now=NOW, subscription_count=7)["events"][0]["subscription_count"] == 7
    with pytest.raises(InvalidInputError, match="user_id"):
        sample("channel_occupied", now=NOW, user_id="9")
    with pytest.raises(InvalidInputError, match="moon_rose"):
        sample("moon_rose", now=NOW)


# Received.


@pytest.fixture
def receiver():
    settings = PusherSettings(
        app_id="17",
        key="live-key",
        secret=SecretStr("live-secret-1"),
        previous_tokens=(SecretStr(f"{OLD.key}:{OLD.secret.get_secret_value()}"),),
    )
    return Receiver(Doors([WEBHOOKS], Settings(providers=(settings,))), clock=lambda: NOW)


def deliver(receiver, body, secret=None, key="live-key"):
    scheme = PusherSignature([Token(key, SecretStr(secret or "live-secret-1"))])
    return receiver.receive("pusher", scheme.sign(body, secret=secret or "live-secret-1", now=NOW), body)


def test_a_delivery_is_handled_once_with_all_that_it_tells(receiver):
    handled = []
    receiver.on(ChannelsChanged)(lambda event, _: handled.append(event.meaning.changes))
    body = HOOKS["W2"]["body"].encode()
    assert [deliver(receiver, body).status for _ in range(2)] == [200, 200]
    assert len(handled) == 1


def test_the_older_token_is_still_accepted_and_a_strangers_is_not(receiver, caplog):
    body = HOOKS["W2"]["body"].encode()
    assert deliver(receiver, body, OLD.secret.get_secret_value(), OLD.key).status == 200
    with caplog.at_level(logging.WARNING):
        receipt = deliver(receiver, BODY, "strangers-secret")
    assert (receipt.status, receipt.refused_signature) == (400, True)
    assert "live-secret-1" not in caplog.text + receipt.reason


def test_a_malformed_delivery_is_400_and_no_forgery(receiver):
    receipt = deliver(receiver, b"[]")
    assert (receipt.status, receipt.refused_signature) == (400, False)
