import json
import random
import string
from contextlib import suppress
from pathlib import Path

import pytest

from ace_integrations.core import Headers
from ace_integrations.errors import ConfigurationError, MalformedEventError, SignatureError, StaleSignatureError
from ace_integrations.mail import DeliveryEvent, DeliveryStatus
from ace_integrations.mail.mailgun import MailgunEvent, MailgunSignature
from ace_integrations.mail.mailgun.webhooks import WEBHOOKS, parse, sample
from ace_integrations.webhooks import UnknownEvent

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
NOW = 1764000000
KEY = VECTORS["good"][0]["key"]
EVENT = sample("delivered", now=NOW)
NONE = Headers()


def body_of(vector, **changes):
    fields = {name: vector[name] for name in ("timestamp", "token", "signature")} | changes
    return json.dumps({"signature": fields, "event-data": EVENT}).encode()


def verify(body, *secrets, now=NOW, **options):
    MailgunSignature(**options).verify(NONE, body, secrets=secrets or [KEY], now=now)


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda vector: vector["name"])
def test_a_genuine_signature_is_accepted(vector):
    verify(body_of(vector), vector["key"])
    verify(body_of(vector), "another-key", vector["key"])


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda vector: vector["name"])
def test_a_signature_of_another_key_or_shape_is_refused(vector):
    with pytest.raises(SignatureError):
        verify(body_of(vector), vector["key"])


def test_a_whole_number_as_timestamp_is_read_as_its_text():
    verify(body_of(VECTORS["good"][0], timestamp=NOW))


def test_the_parent_accounts_signature_counts_with_the_parents_key():
    child, parent = VECTORS["good"][0], VECTORS["good"][4]
    body = body_of(child, **{"signature": VECTORS["bad"][3]["signature"], "parent-signature": parent["signature"]})
    verify(body, KEY, parent["key"])
    with pytest.raises(SignatureError):
        verify(body, KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": None},
        {"signature": ["x"]},
        {"signature": VECTORS["good"][0]["signature"].upper()},
        {"signature": "é" * 64},
        {"token": None},
        {"token": VECTORS["token"] + "\n"},
        {"token": "٣" * 50},
        {"timestamp": None},
        {"timestamp": True},
        {"timestamp": 1764000000.0},
        {"timestamp": "1764000000.0"},
        {"timestamp": " 1764000000"},
        {"timestamp": "1764000000\n"},
        {"timestamp": "1_764_000_000"},
        {"timestamp": "١٧٦٤٠٠٠٠٠٠"},
        {"timestamp": "9" * 400},
    ],
)
def test_another_shape_is_refused_even_when_the_rest_fits(changes):
    with pytest.raises(SignatureError):
        verify(body_of(VECTORS["good"][0], **changes))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'{"signature":"x"}', b"\xff", b'{"signature":[]}'])
def test_a_body_without_a_signature_object_is_refused(body):
    with pytest.raises(SignatureError):
        verify(body)


@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
def test_no_key_is_a_configuration_error_and_never_no_check(secrets):
    with pytest.raises(ConfigurationError):
        MailgunSignature().verify(NONE, body_of(VECTORS["good"][0]), secrets=secrets, now=NOW)


@pytest.mark.parametrize("now", [NOW - 900, NOW, NOW + 900])
def test_the_edges_of_the_time_window_are_inside(now):
    verify(body_of(VECTORS["good"][0]), now=now, tolerance_s=900, future_s=900)


@pytest.mark.parametrize("now", [NOW - 901, NOW + 901])
def test_beyond_the_time_window_a_good_signature_is_stale(now):
    with pytest.raises(StaleSignatureError):
        verify(body_of(VECTORS["good"][0]), now=now, tolerance_s=900, future_s=900)


def test_by_default_the_last_retry_after_eight_hours_is_still_taken():
    verify(body_of(VECTORS["good"][0]), now=NOW + 9 * 3600)
    with pytest.raises(StaleSignatureError):
        verify(body_of(VECTORS["good"][0]), now=NOW + 9 * 3600 + 1)
    with pytest.raises(StaleSignatureError):
        verify(body_of(VECTORS["good"][0]), now=NOW - 301)


def test_twenty_thousand_altered_signatures_are_refused_with_a_typed_error():
    source = random.Random(14)
    good = VECTORS["good"][0]
    refused = 0
    for _ in range(20_000):
        body = _altered(source, good)
        try:
            verify(body)
        except SignatureError:
            refused += 1
    assert refused == 20_000


def _altered(source, good):
    """Change the signature object in one place; what it says is never what was signed."""
    fields = {name: good[name] for name in ("timestamp", "token", "signature")}
    name = source.choice(list(fields))
    value = fields[name]
    at = source.randrange(len(value))
    alphabet = string.ascii_letters + string.digits + " _-+\n\u0661é"
    other = source.choice([letter for letter in alphabet if letter != value[at]])
    change = source.randrange(6)
    match change:
        case 0:
            fields[name] = value[:at] + other + value[at + 1 :]
        case 1:
            fields[name] = value[:at] + value[at + 1 :]
        case 2:
            fields[name] = value[:at] + other + value[at:]
        case 3:
            fields[name] = source.choice([None, [], {}, True, 1.5, "", value.encode().hex()])
        case 4:
            del fields[name]
        case _:
            first, second = fields["timestamp"], fields["token"]
            fields["timestamp"], fields["token"] = first + second[:1], second[1:]
    return json.dumps({"signature": fields, "event-data": EVENT}).encode()


def test_a_body_with_any_byte_changed_is_read_or_refused_with_a_typed_error():
    source = random.Random(15)
    good = body_of(VECTORS["good"][0])
    for _ in range(5_000):
        altered = bytearray(good)
        altered[source.randrange(len(altered))] = source.randrange(256)
        with suppress(SignatureError, MalformedEventError):
            verify(bytes(altered))
            parse(NONE, bytes(altered))


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("as_number", [True, False])
def test_a_genuine_delivery_is_taken_in_every_spelling_of_its_json(indent, ascii_only, as_number):
    value = MailgunSignature().envelope(EVENT, secret="مفتاح", now=NOW)
    if as_number:
        value["signature"]["timestamp"] = NOW
    verify(json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode(), "مفتاح")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("accepted", DeliveryStatus.ACCEPTED),
        ("delivered", DeliveryStatus.DELIVERED),
        ("temporary_fail", DeliveryStatus.DEFERRED),
        ("permanent_fail", DeliveryStatus.BOUNCED),
        ("opened", DeliveryStatus.OPENED),
        ("clicked", DeliveryStatus.CLICKED),
        ("unsubscribed", DeliveryStatus.UNSUBSCRIBED),
        ("complained", DeliveryStatus.COMPLAINED),
    ],
)
def test_every_type_means_something_in_neutral_words(ace_webhooks, kind, status):
    delivery = ace_webhooks.make("mailgun", kind, recipient="sami@example.com", message_id="m-1@sandbox.example.com")
    event = parse(NONE, delivery.body)
    assert isinstance(event.data, MailgunEvent)
    assert isinstance(event.meaning, DeliveryEvent)
    assert (event.type, event.meaning.status) == (kind, status)
    assert (event.meaning.recipient, event.meaning.message_id) == ("sami@example.com", "m-1@sandbox.example.com")


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("bounce", DeliveryStatus.BOUNCED),
        ("suppress-bounce", DeliveryStatus.SUPPRESSED),
        ("suppress-complaint", DeliveryStatus.SUPPRESSED),
        ("espblock", DeliveryStatus.FAILED),
        ("old", DeliveryStatus.FAILED),
    ],
)
def test_only_a_bounce_speaks_against_the_address(reason, status):
    event = MailgunEvent.model_validate(sample("permanent_fail", now=NOW, reason=reason))
    assert event.status is status


@pytest.mark.parametrize(
    "changes",
    [
        {"delivery-status": None, "flags": None, "client-info": None, "user-variables": None, "tags": None},
        {"storage": None, "delivery-status": {"code": "", "message": None}},
        {"unheard-of": {"deep": [1]}, "timestamp": 1764000000000000000},
    ],
)
def test_null_and_new_fields_do_not_stop_an_event(changes):
    event = MailgunEvent.model_validate(EVENT | changes)
    assert event.timestamp.year == 2025


def test_the_token_is_the_id_and_test_mode_is_another_environment():
    value = MailgunSignature().envelope(EVENT | {"flags": {"is-test-mode": True}}, secret=KEY, now=NOW, token="a" * 50)
    event = parse(NONE, json.dumps(value).encode())
    assert (event.id, event.environment) == ("a" * 50, "test")


def test_a_type_that_is_new_to_us_is_kept():
    value = MailgunSignature().envelope(EVENT | {"event": "telepathed"}, secret=KEY, now=NOW)
    event = parse(NONE, json.dumps(value).encode())
    assert isinstance(event.data, UnknownEvent)
    assert event.meaning is None


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"event": "delivered"}, EVENT | {"timestamp": 1e300}, EVENT | {"timestamp": 10**400}],
    ids=["null", "list", "text", "empty", "bare", "far", "farther"],
)
def test_a_signed_body_without_an_event_is_malformed(data):
    value = MailgunSignature().envelope({}, secret=KEY, now=NOW) | {"event-data": data}
    with pytest.raises(MalformedEventError):
        parse(NONE, json.dumps(value).encode())


def test_an_open_by_a_scanner_is_marked():
    client = {"client-info": {"bot": "generic"}}
    value = MailgunSignature().envelope(sample("opened", now=NOW) | client, secret=KEY, now=NOW)
    assert parse(NONE, json.dumps(value).encode()).meaning.is_bot


def test_the_source_names_its_types_and_its_secret():
    assert len(WEBHOOKS.event_types) == 8
    assert WEBHOOKS.secret_setting == "webhook_signing_key"
