"""JaaS's signatures and events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ace_integrations.core import Headers
from ace_integrations.errors import (
    ConfigurationError,
    InvalidInputError,
    MalformedEventError,
    SignatureError,
    StaleSignatureError,
)
from ace_integrations.video.events import (
    LeaveReason,
    PersonJoined,
    PersonLeft,
    RoleChanged,
    RoomEmptied,
    RoomStarted,
)
from ace_integrations.video.jitsi.webhooks import (
    EVENT_TYPES,
    HEADER,
    WEBHOOKS,
    JaasSignature,
    ParticipantJoined,
    RecordingUploaded,
    Usage,
    parse,
    sample,
    signature_header,
)
from ace_integrations.video.live_class import Role
from ace_integrations.webhooks import UnknownEvent

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
GENUINE, NOW = VECTORS["webhooks"], VECTORS["now"]
W1, W2 = GENUINE["W1"], GENUINE["W2"]
SECRET = W1["secret"]


def check(header, body=W1["body"], *, secrets=(SECRET,), now=NOW):
    headers = Headers(header if isinstance(header, list) else [(HEADER, header)])
    JaasSignature().verify(headers, body.encode(), secrets=secrets, now=now)


def event(event_type, **fields):
    return parse(Headers(), json.dumps(sample(event_type, now=NOW, **fields)).encode())


# Signatures.


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_signature_is_accepted_and_is_what_signing_gives(name):
    one = GENUINE[name]
    check(f"t={NOW},v1={one['v1']}", one["body"], secrets=[one["secret"]])
    signed = JaasSignature().sign(one["body"].encode(), secret=one["secret"], now=NOW)
    assert signed == {HEADER: f"t={NOW},v1={one['v1']}"}


@pytest.mark.parametrize("name", VECTORS["refused_webhooks"])
def test_signatures_of_other_readings_are_refused(name):
    with pytest.raises(SignatureError):
        check(f"t={NOW},v1={VECTORS['refused_webhooks'][name]}")


def test_while_a_secret_is_changed_either_is_good():
    both = signature_header(W1["body"].encode(), secrets=[SECRET, "whsec_rotated"], now=NOW)
    check(both)
    check(both, secrets=["whsec_rotated"])
    check(f"t={NOW},v1={W1['v1']}", secrets=["whsec_new", SECRET])


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"v1={W1['v1']}",
        f"t={NOW}",
        f"t={NOW},t={NOW},v1={W1['v1']}",
        f"t={NOW},v0={W1['v1']}",
        f"t={NOW},v1={W1['v1'].rstrip('=')}",
        f"t= {NOW},v1={W1['v1']}",
        f"t=٣,v1={W1['v1']}",
        f"t={NOW + 1},v1={W1['v1']}",
        f"t={NOW}" + f",v1={W1['v1']}" * 9,
        [],
        [(HEADER, f"t={NOW},v1={W1['v1']}")] * 2,
    ],
)
def test_a_header_of_another_form_is_refused(header):
    with pytest.raises(SignatureError):
        check(header)


def test_parts_of_other_names_are_ignored():
    check(f"t={NOW},v2=x,v1={W1['v1']}")


@pytest.mark.parametrize(("now", "is_good"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_the_signed_time_counts_both_ways(now, is_good):
    header = f"t={NOW},v1={W1['v1']}"
    if is_good:
        check(header, now=NOW + now)
        return
    with pytest.raises(StaleSignatureError):
        check(header, now=NOW + now)


def test_a_body_written_again_is_another_one():
    with pytest.raises(SignatureError):
        check(f"t={NOW},v1={W2['v1']}", json.dumps(json.loads(W2["body"])))


def test_no_secret_never_means_no_check():
    with pytest.raises(ConfigurationError):
        check(f"t={NOW},v1={W1['v1']}", secrets=[])


# Events.


def test_somebody_coming_in_is_read_whole():
    told = parse(Headers(), W2["body"].encode())
    assert isinstance(told.data, ParticipantJoined)
    assert (told.id, told.type, told.environment) == ("k-2", "PARTICIPANT_JOINED", "live")
    assert (told.data.data.moderator, told.data.data.name) == (True, "معلّم ☕")
    assert told.meaning == PersonJoined(
        provider="jitsi",
        room="edv-42-5f1c0a9b7d3e2468",
        at=datetime.fromtimestamp(NOW + 1.456, UTC),
        order=1764000001456,
        person="9",
        connection="3988218d",
        role=Role.MODERATOR,
    )
    assert "معلّم" not in repr(told.data.data)


def test_a_room_that_came_is_started():
    assert isinstance(parse(Headers(), W1["body"].encode()).meaning, RoomStarted)
    assert isinstance(event("ROOM_DESTROYED").meaning, RoomEmptied)


def test_a_room_beside_the_class_starts_and_empties_nothing():
    assert event("ROOM_CREATED", data={"isBreakout": True}).meaning is None
    assert event("ROOM_DESTROYED", data={"isBreakout": "true"}).meaning is None


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("left", LeaveReason.LEFT),
        ("kicked", LeaveReason.REMOVED),
        ("switch_room", LeaveReason.MOVED),
        ("unrecoverable_error", LeaveReason.LOST),
        ("unknown", LeaveReason.UNKNOWN),
        ("abducted", LeaveReason.UNKNOWN),
    ],
)
def test_why_somebody_left_in_neutral_words(word, reason):
    meaning = event("PARTICIPANT_LEFT", data={"id": "17", "participantId": "a", "disconnectReason": word}).meaning
    assert isinstance(meaning, PersonLeft)
    assert (meaning.person, meaning.reason) == ("17", reason)


@pytest.mark.parametrize(
    ("said", "role"),
    [
        (True, Role.MODERATOR),
        ("true", Role.MODERATOR),
        (False, Role.PARTICIPANT),
        ("false", Role.PARTICIPANT),
        ("True", Role.MODERATOR),
    ],
)
def test_a_moderator_is_told_in_either_spelling(said, role):
    assert event("PARTICIPANT_JOINED", data={"id": "9", "moderator": said}).meaning.role is role


def test_a_guest_is_nobody():
    assert event("PARTICIPANT_JOINED", data={"id": "", "participantId": "a"}).meaning.person is None


def test_a_changed_role_names_the_connection():
    meaning = event("ROLE_CHANGED").meaning
    assert isinstance(meaning, RoleChanged)
    assert (meaning.connection, meaning.role) == ("3988218d", Role.MODERATOR)


def test_who_waits_is_not_there():
    assert event("PARTICIPANT_JOINED_LOBBY").meaning is None
    assert event("PARTICIPANT_LEFT_LOBBY").meaning is None


def test_use_is_a_list_and_a_recording_hides_its_link():
    assert isinstance(event("USAGE").data, Usage)
    assert [device.device_id for device in event("USAGE").data.data] == ["d-1"]
    link = "https://example.com/recording"
    told = event("RECORDING_UPLOADED", data={"preAuthenticatedLink": link})
    assert isinstance(told.data, RecordingUploaded)
    assert link not in repr(told.data)


def test_a_new_kind_of_event_is_kept_as_it_came():
    value = {**sample("USAGE", now=NOW), "eventType": "POLL_CREATED"}
    told = parse(Headers(), json.dumps(value).encode())
    assert told.data == UnknownEvent(payload=value)
    assert told.meaning is None


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_sample_is_an_event_of_the_sandbox(event_type):
    told = event(event_type)
    assert (told.type, told.environment) == (event_type, "test")
    assert not isinstance(told.data, UnknownEvent)
    assert told.meaning is None or told.meaning.is_test


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"eventType":"ROOM_CREATED"}', b'{"eventType":"","idempotencyKey":"k","timestamp":1}']
)
def test_what_is_no_event_is_malformed(body):
    with pytest.raises(MalformedEventError):
        parse(Headers(), body)


def test_a_time_beyond_the_calendar_means_nothing():
    told = event("ROOM_CREATED", timestamp=10**30)
    assert (told.occurred_at, told.meaning) == (None, None)


def test_a_sample_knows_its_types_and_fields():
    with pytest.raises(InvalidInputError):
        sample("ROOM_PAINTED", now=NOW)
    with pytest.raises(InvalidInputError):
        sample("USAGE", now=NOW, colour="red")


def test_a_delivery_is_sent_as_jaas_sends_it():
    body, headers = WEBHOOKS.sign(JaasSignature(), json.loads(W2["body"]), SECRET, NOW)
    assert body == W2["body"].encode()
    assert headers == {HEADER: f"t={NOW},v1={W2['v1']}"}
