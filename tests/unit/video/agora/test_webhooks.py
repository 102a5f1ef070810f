"""Agora's signatures and notifications."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ace_integrations.core import Headers
from ace_integrations.errors import InvalidInputError, MalformedEventError, SignatureError, StaleSignatureError
from ace_integrations.video.agora.webhooks import EVENT_TYPES, V1, V2, WEBHOOKS, AgoraSignature, HostLeft, parse, sample
from ace_integrations.video.events import (
    LeaveReason,
    PersonJoined,
    PersonLeft,
    RoleChanged,
    RoomEmptied,
    RoomStarted,
    presences,
)
from ace_integrations.video.live_class import Role
from ace_integrations.webhooks import UnknownEvent

GENUINE = json.loads((Path(__file__).parent / "vectors.json").read_text())["notifications"]
N1, N2 = GENUINE["N1"], GENUINE["N2"]
SECRET, NOW = N1["secret"], 1764000000
SENT = {"D": 1560408533, "N1": NOW, "N2": NOW + 3600}


def check(headers, one=N1, *, secrets=(SECRET,), now=NOW):
    AgoraSignature().verify(Headers(headers), one["body"].encode(), secrets=secrets, now=now)


def event(event_type, **payload):
    value = sample(event_type, now=NOW)
    value["payload"] |= payload
    return parse(Headers(), json.dumps(value).encode())


# Signatures.


@pytest.mark.parametrize("name", GENUINE)
def test_signing_gives_both_signatures_of_the_vectors(name):
    one = GENUINE[name]
    signed = AgoraSignature().sign(one["body"].encode(), secret=one["secret"], now=NOW)
    assert signed == {V1: one["sha1"], V2: one["sha256"]}


@pytest.mark.parametrize("name", SENT)
def test_either_signature_alone_is_accepted(name):
    one = GENUINE[name]
    for headers in ({V2: one["sha256"]}, {V1: one["sha1"]}, {V1: one["sha1"], V2: one["sha256"]}):
        check(headers, one, secrets=[one["secret"]], now=SENT[name])


def test_a_wrong_better_signature_is_not_mended_by_the_other():
    with pytest.raises(SignatureError):
        check({V1: N1["sha1"], V2: N2["sha256"]})


@pytest.mark.parametrize(
    "headers",
    [{}, {V2: ""}, {V2: N1["sha1"]}, {V1: N1["sha256"]}, {V2: N1["sha256"].upper()}, [(V2, N1["sha256"])] * 2],
)
def test_a_header_of_another_form_is_refused(headers):
    with pytest.raises(SignatureError):
        check(headers)


def test_while_a_secret_is_changed_either_is_good():
    check({V2: N1["sha256"]}, secrets=["new", SECRET])
    with pytest.raises(SignatureError):
        check({V2: N1["sha256"]}, secrets=["new"])


@pytest.mark.parametrize("now", [-301, 301])
def test_the_time_inside_the_body_counts(now):
    with pytest.raises(StaleSignatureError):
        check({V2: N1["sha256"]}, now=NOW + now)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"notifyMs":"1764000000500"}', '{"notifyMs":true}'])
def test_a_signed_body_without_a_time_could_be_of_any_time(body):
    headers = AgoraSignature().sign(body.encode(), secret=SECRET, now=NOW)
    with pytest.raises(SignatureError):
        check(headers, {"body": body})


def test_a_body_written_again_is_another_one():
    again = {"body": json.dumps(json.loads(N2["body"]), separators=(",", ":"))}
    with pytest.raises(SignatureError):
        check({V2: N2["sha256"]}, again, now=NOW + 3600)


# Events.


def test_a_host_coming_in_is_the_teacher():
    told = parse(Headers(), N1["body"].encode())
    assert (told.id, told.type, told.environment) == ("2000001428:4330:103", "103", "live")
    assert told.meaning == PersonJoined(
        provider="agora",
        room="lesson-42",
        at=datetime.fromtimestamp(NOW, UTC),
        order=1764000000001,
        person="7",
        connection="7",
        role=Role.MODERATOR,
    )


def test_an_account_is_the_person_where_people_join_with_accounts():
    told = parse(Headers(), N2["body"].encode())
    assert isinstance(told.data, HostLeft)
    assert isinstance(told.meaning, PersonLeft)
    assert (told.meaning.person, told.meaning.reason) == ("معلّم-9", LeaveReason.LEFT)
    assert told.meaning.stayed == timedelta(hours=1)


def test_who_shows_a_screen_is_the_person_below():
    joined = [event("103", uid=9), event("103", uid=9 + 2**31)]
    assert [one.meaning.person for one in joined] == ["9", "9"]
    assert {presence.person for presence in presences(one.meaning for one in joined)} == {"9"}


@pytest.mark.parametrize(
    ("event_type", "kind", "role"),
    [
        ("103", PersonJoined, Role.MODERATOR),
        ("105", PersonJoined, Role.PARTICIPANT),
        ("107", PersonJoined, None),
        ("111", RoleChanged, Role.MODERATOR),
        ("112", RoleChanged, Role.PARTICIPANT),
    ],
)
def test_what_somebody_is_in_neutral_words(event_type, kind, role):
    meaning = event(event_type).meaning
    assert isinstance(meaning, kind)
    assert (meaning.person, meaning.role) == ("17", role)


@pytest.mark.parametrize(
    ("reason", "neutral"),
    [
        (1, LeaveReason.LEFT),
        (2, LeaveReason.LOST),
        (3, LeaveReason.REMOVED),
        (4, LeaveReason.MOVED),
        (5, LeaveReason.REPLACED),
        (9, LeaveReason.MOVED),
        (10, LeaveReason.LOST),
        (999, LeaveReason.LOST),
        (0, LeaveReason.UNKNOWN),
        (77, LeaveReason.UNKNOWN),
    ],
)
@pytest.mark.parametrize("event_type", ["104", "106", "108"])
def test_why_somebody_left_in_neutral_words(event_type, reason, neutral):
    assert event(event_type, reason=reason).meaning.reason is neutral


def test_a_channel_comes_and_goes():
    assert isinstance(event("101").meaning, RoomStarted)
    assert isinstance(event("102").meaning, RoomEmptied)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_sample_is_an_event_of_the_sandbox(event_type):
    told = event(event_type)
    assert (told.type, told.environment, told.meaning.is_test) == (event_type, "test", True)


def test_other_products_and_new_numbers_are_kept_as_they_came():
    for product, number, name in ((3, 40, "3:40"), (1, 199, "199")):
        value = {**sample("101", now=NOW), "productId": product, "eventType": number, "payload": {"uid": "text"}}
        told = parse(Headers(), json.dumps(value).encode())
        assert (told.type, told.data, told.meaning) == (name, UnknownEvent(payload=value), None)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"noticeId":"n"}', b'{"noticeId":"","productId":1}'])
def test_what_is_no_notification_is_malformed(body):
    with pytest.raises(MalformedEventError):
        parse(Headers(), body)


def test_a_time_beyond_the_calendar_means_nothing():
    told = event("103", ts=10**30)
    assert (told.occurred_at, told.meaning) == (None, None)


def test_a_sample_knows_its_types_and_fields():
    with pytest.raises(InvalidInputError):
        sample("110", now=NOW)
    with pytest.raises(InvalidInputError):
        sample("101", now=NOW, colour="red")


def test_a_notification_is_sent_as_agora_sends_it():
    body, headers = WEBHOOKS.sign(AgoraSignature(), json.loads(N2["body"]), SECRET, NOW)
    assert body == N2["body"].encode()
    assert headers == {V1: N2["sha1"], V2: N2["sha256"]}
