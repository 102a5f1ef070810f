"""Didit's signatures and events."""

import json
import random
from pathlib import Path

import pytest
from pydantic import SecretStr

from ace_integrations.core.http_call import Headers
from ace_integrations.didit import DataUpdated, DiditSettings, DiditSignature, StatusUpdated, UserStatusUpdated
from ace_integrations.didit.webhooks import EVENT_TYPES, WEBHOOKS, canonical, parse, sample, wire
from ace_integrations.errors import (
    ConfigurationError,
    InvalidInputError,
    MalformedEventError,
    SignatureError,
    StaleSignatureError,
)
from ace_integrations.identity import IdentityChanged, VerificationStatus
from ace_integrations.settings import Settings
from ace_integrations.webhooks import Doors, Receiver, UnknownEvent, explain

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
SECRET, NOW = VECTORS["secret"], VECTORS["timestamp"]
GENUINE = {name: one for name, one in VECTORS["deliveries"].items() if name != "duplicate key"}


def check(headers, body, *, now=NOW, secrets=(SECRET,), scheme=None):
    (scheme or DiditSignature()).verify(Headers(headers), body, secrets=secrets, now=now)


def delivery(name="plain"):
    one = VECTORS["deliveries"][name]
    return one["body"].encode(), {"X-Signature": one["raw"], "X-Signature-V2": one["v2"], "X-Timestamp": str(NOW)}


def event(value=None, **fields):
    body = wire(value if value is not None else sample("status.updated", now=NOW, **fields))
    return parse(Headers(), body)


# The vectors.


@pytest.mark.parametrize("name", GENUINE)
def test_the_raw_signature_alone_is_accepted(name):
    one = GENUINE[name]
    check({"X-Signature": one["raw"]}, one["body"].encode())


@pytest.mark.parametrize("name", GENUINE)
def test_the_canonical_signature_alone_is_accepted(name):
    one = GENUINE[name]
    check({"X-Signature-V2": one["v2"]}, one["body"].encode())


@pytest.mark.parametrize("name", GENUINE)
def test_the_simple_signature_is_accepted_only_where_it_was_switched_on(name):
    one = GENUINE[name]
    headers = {"X-Signature-Simple": one["simple"]}
    check(headers, one["body"].encode(), scheme=DiditSignature(simple=True))
    with pytest.raises(SignatureError):
        check(headers, one["body"].encode())


@pytest.mark.parametrize("name", GENUINE)
def test_signing_gives_the_signatures_of_the_vectors(name):
    one = GENUINE[name]
    signed = DiditSignature().sign(one["body"].encode(), secret=SECRET, now=NOW)
    assert signed == {
        "X-Signature": one["raw"],
        "X-Signature-V2": one["v2"],
        "X-Signature-Simple": one["simple"],
        "X-Timestamp": str(NOW),
    }


@pytest.mark.parametrize("name", VECTORS["refused"])
def test_variants_of_other_descriptions_are_refused(name):
    refused = VECTORS["refused"][name]
    body, _ = delivery(refused["of"])
    with pytest.raises(SignatureError):
        check({"X-Signature-V2": refused["v2"]}, body)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("v2 with a timestamp prefix", DiditSignature(v2_with_timestamp_prefix=True)),
        ("v2 over ASCII", DiditSignature(v2_over_ascii=True)),
    ],
)
def test_a_variant_is_accepted_where_it_was_switched_on(name, scheme):
    refused = VECTORS["refused"][name]
    body, _ = delivery(refused["of"])
    check({"X-Signature-V2": refused["v2"]}, body, scheme=scheme)


@pytest.mark.parametrize("header", [{"X-Signature": "raw"}, {"X-Signature-V2": "v2"}])
def test_a_repeated_key_is_refused_although_it_is_signed(header):
    one = VECTORS["deliveries"]["duplicate key"]
    headers = {name: one[kind] for name, kind in header.items()}
    with pytest.raises(SignatureError, match="one way only"):
        check(headers, one["body"].encode())


def test_the_canonical_text_shortens_whole_floats_and_sorts_by_code_point():
    text = canonical({"b": {"A": True, "a": 95.0}, "10": -0.0, "9": [3.0, 3.5], "n": "ن"})
    assert text.decode() == '{"10":0,"9":[3,3.5],"b":{"A":true,"a":95},"n":"ن"}'


# Time.


@pytest.mark.parametrize("now", [NOW - 300, NOW, NOW + 300])
def test_300_seconds_are_allowed_both_ways(now):
    body, headers = delivery()
    check(headers, body, now=now)


@pytest.mark.parametrize("now", [NOW - 301, NOW + 301])
def test_one_second_more_is_refused(now):
    body, headers = delivery()
    with pytest.raises(StaleSignatureError):
        check(headers, body, now=now)


def test_the_tolerance_is_a_setting():
    settings = DiditSettings(webhook_tolerance_s=600)
    body, headers = delivery()
    check(headers, body, now=NOW + 600, scheme=WEBHOOKS.scheme(settings))


@pytest.mark.parametrize("time", ["1795564801", "01795564800", "1795564800.0", "", " 1795564800"])
def test_the_time_header_must_repeat_the_signed_time(time):
    body, headers = delivery()
    with pytest.raises(SignatureError):
        check({**headers, "X-Timestamp": time}, body)


def test_a_lost_time_header_does_no_harm():
    body, headers = delivery()
    del headers["X-Timestamp"]
    check(headers, body)


@pytest.mark.parametrize("timestamp", ["1795564800", 1795564800.0, True, None, -1, 10**12])
def test_a_signed_body_without_a_whole_timestamp_is_refused(timestamp):
    body = wire({"session_id": "s-1", "timestamp": timestamp, "webhook_type": "status.updated"})
    signed = DiditSignature().sign(body, secret=SECRET, now=NOW)
    with pytest.raises(SignatureError):
        check({"X-Signature": signed["X-Signature"]}, body)


# Headers, secrets, bodies.


@pytest.mark.parametrize("spelling", ["x-signature", "X-SIGNATURE", "X-Signature"])
def test_header_names_are_compared_without_case(spelling):
    body, headers = delivery()
    check({spelling: headers["X-Signature"]}, body)


def test_upper_case_hex_is_accepted():
    body, headers = delivery()
    check({"X-Signature": headers["X-Signature"].upper()}, body)


@pytest.mark.parametrize("change", ["sha256={}", "{} ", " {}", "{}\n", "{},{}", "0x{}"])
def test_anything_around_the_hex_is_refused(change):
    body, headers = delivery()
    with pytest.raises(SignatureError):
        check({"X-Signature": change.format(headers["X-Signature"], headers["X-Signature"])}, body)


def test_one_good_signature_is_enough():
    body, headers = delivery()
    check({**headers, "X-Signature-V2": "0" * 64}, body)
    check({**headers, "X-Signature": "junk"}, body)


@pytest.mark.parametrize("name", ["X-Signature", "X-Signature-V2", "X-Timestamp"])
def test_a_repeated_header_is_refused(name):
    body, headers = delivery()
    with pytest.raises(SignatureError, match="more than once"):
        check([*headers.items(), (name, headers[name])], body)


def test_no_signature_at_all_is_refused():
    body, headers = delivery()
    with pytest.raises(SignatureError, match="is missing"):
        check({"X-Timestamp": headers["X-Timestamp"]}, body)


def test_either_secret_of_a_rotation_verifies():
    body, headers = delivery()
    check(headers, body, secrets=("the-new-secret", SECRET))
    check(headers, body, secrets=(SECRET, "the-old-secret"))


@pytest.mark.parametrize("secrets", [(), ("",), ("  ",)])
def test_no_secret_is_a_configuration_error_and_never_no_check(secrets):
    body, headers = delivery()
    with pytest.raises(ConfigurationError):
        check(headers, body, secrets=secrets)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b"",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"timestamp":1795564800}',
        b'{"timestamp":1795564800,"n":NaN}',
        b'{"timestamp":1795564800,"n":Infinity}',
        b'{"timestamp":1795564800,"n":1e400}',
        b'{"timestamp":1795564800,"s":"\\ud800"}',
        b'{"timestamp":1795564800,"d":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"timestamp":1795564800,"n":' + b"9" * 5000 + b"}",
    ],
)
def test_a_signed_body_that_two_parsers_could_read_differently_is_refused(body):
    signed = DiditSignature().sign(body, secret=SECRET, now=NOW)
    with pytest.raises(SignatureError):
        check({"X-Signature": signed["X-Signature"]}, body)


def test_the_refusal_says_when_the_secret_is_right_and_the_body_was_changed():
    body, headers = delivery()
    headers["X-Signature-Simple"] = GENUINE["plain"]["simple"]
    with pytest.raises(SignatureError, match="the secret is right"):
        check(headers, body.replace(b'"session_id"', b'"metadata":1,"session_id"'))


def test_explain_names_a_body_that_was_written_again():
    one = VECTORS["deliveries"]["re-serialised"]
    wire_form = VECTORS["deliveries"]["wire form"]
    found = explain(
        DiditSignature(), Headers({"X-Signature": wire_form["raw"]}), one["body"].encode(), secrets=[SECRET], now=NOW
    )
    assert found.mistake == "body re-serialised"


# Mutations: 20,000 altered deliveries, none accepted, every refusal typed.


def _mutant(body: bytes, headers: dict[str, str], dice: random.Random) -> tuple[bytes, list[tuple[str, str]], int]:
    """Change a delivery so that it must be refused."""
    kind = dice.randrange(8)
    fields = dict(headers)
    now = NOW
    if kind == 0:
        at = dice.randrange(len(body))
        body = body[:at] + bytes([body[at] ^ (1 << dice.randrange(8))]) + body[at + 1 :]
        fields.pop("X-Signature-V2")
    elif kind == 1:
        at = dice.randrange(len(body))
        body = body[:at] + body[at + 1 + dice.randrange(3) :]
        fields.pop("X-Signature-V2")
    elif kind == 2:
        at = dice.randrange(len(body) + 1)
        body = body[:at] + dice.randbytes(1 + dice.randrange(3)) + body[at:]
        fields.pop("X-Signature-V2")
    elif kind == 3:
        value = json.loads(body)
        value[dice.choice(["status", "session_id", "vendor_data", "decision", "timestamp"])] = dice.random()
        body = wire(value)
    elif kind == 4:
        for name in ("X-Signature", "X-Signature-V2"):
            at = dice.randrange(64)
            wrong = dice.choice([c for c in "0123456789abcdef" if c != fields[name][at]])
            fields[name] = fields[name][:at] + wrong + fields[name][at + 1 :]
    elif kind == 5:
        now += dice.choice([-1, 1]) * dice.randrange(301, 10**8)
    elif kind == 6:
        fields["X-Timestamp"] = str(NOW + dice.choice([-1, 1]) * dice.randrange(1, 10**6))
    else:
        name = dice.choice(["X-Signature", "X-Signature-V2", "X-Timestamp"])
        return body, [*fields.items(), (name, dice.choice([fields[name], "", "é"]))], now
    return body, list(fields.items()), now


def test_20_000_altered_deliveries_are_refused_with_a_typed_error():
    dice = random.Random(20261125)
    scheme = DiditSignature()
    genuine = [delivery(name) for name in GENUINE]
    accepted = []
    for _ in range(20_000):
        body, fields, now = _mutant(*dice.choice(genuine), dice)
        try:
            scheme.verify(Headers(fields), body, secrets=[SECRET], now=now)
        except SignatureError:
            continue
        accepted.append((body, fields, now))
    assert accepted == []


def test_2_000_genuine_deliveries_are_accepted_in_every_legal_spelling():
    dice = random.Random(7)
    scheme = DiditSignature()
    for number in range(2_000):
        value = sample("status.updated", now=NOW, vendor_data=f"مستخدم-{number}", metadata={"n": dice.random() * 100})
        body = wire(value)
        signed = scheme.sign(body, secret=SECRET, now=NOW)
        names = dice.choice([["X-Signature"], ["X-Signature-V2"], ["X-Signature", "X-Signature-V2", "X-Timestamp"]])
        fields = {dice.choice([name, name.lower(), name.upper()]): signed[name] for name in names}
        if "X-Signature" not in names:
            body = json.dumps(json.loads(body), indent=dice.choice([None, 2]), ensure_ascii=False).encode()
        scheme.verify(Headers(fields), body, secrets=["another", SECRET], now=NOW + dice.randrange(-300, 301))


# Events.


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_event_type_has_a_sample_that_reads_as_its_own_class(event_type):
    found = event(sample(event_type, now=NOW))
    assert (found.type, type(found.data).__name__) == (
        event_type,
        "".join(word.capitalize() for word in event_type.replace(".", "_").split("_")),
    )


@pytest.mark.parametrize(
    ("status", "neutral"),
    [
        ("Not Started", VerificationStatus.PENDING),
        ("In Progress", VerificationStatus.PENDING),
        ("Awaiting User", VerificationStatus.PENDING),
        ("Resubmitted", VerificationStatus.PENDING),
        ("In Review", VerificationStatus.REVIEW),
        ("Approved", VerificationStatus.VERIFIED),
        ("Declined", VerificationStatus.REJECTED),
        ("Expired", VerificationStatus.EXPIRED),
        ("Abandoned", VerificationStatus.EXPIRED),
        ("Kyc Expired", VerificationStatus.REVERIFY),
        ("KYC Expired", VerificationStatus.PENDING),
        ("Teleported", VerificationStatus.PENDING),
    ],
)
def test_a_status_means_its_neutral_word_and_an_unknown_one_is_pending(status, neutral):
    found = event(status=status)
    assert isinstance(found.data, StatusUpdated)
    assert isinstance(found.meaning, IdentityChanged)
    assert (found.meaning.status, found.meaning.provider_status) == (neutral, status)


def test_an_unknown_status_is_logged_once(caplog):
    event(status="Teleported")
    assert [record.message for record in caplog.records] == [
        "didit: the status 'Teleported' is unknown to this version and counts as pending"
    ]


def test_an_unknown_event_is_kept_and_means_nothing():
    found = event({"webhook_type": "session.teleported", "timestamp": NOW, "event_id": "e-1"})
    assert isinstance(found.data, UnknownEvent)
    assert found.meaning is None


def test_a_user_event_needs_no_session():
    found = event(sample("user.status.updated", now=NOW))
    assert isinstance(found.data, UserStatusUpdated)
    assert (found.data.status, found.data.previous_status, found.meaning) == ("BLOCKED", "ACTIVE", None)


def test_corrected_data_means_no_change_of_the_identity():
    found = event(sample("data.updated", now=NOW))
    assert isinstance(found.data, DataUpdated)
    assert found.meaning is None


def test_a_session_of_a_business_says_nothing_about_a_person():
    assert event(session_kind="business").meaning is None


def test_the_id_is_didits_own():
    assert event(event_id="e-1").id == "e-1"


def test_without_an_id_the_event_is_known_by_what_identifies_it():
    value = sample("status.updated", now=NOW, session_id="s-1")
    del value["event_id"]
    assert event(value).id == f"s-1:status.updated:Approved:{NOW}"
    assert event({**value, "metadata": {"a": 1}}).id == event(value).id
    assert event({**value, "status": "Declined"}).id != event(value).id


def test_an_event_without_any_id_is_known_by_its_bytes():
    assert event({"webhook_type": "activity.created", "timestamp": NOW}).id.startswith("sha256:")


@pytest.mark.parametrize(
    ("fields", "environment"),
    [
        ({"environment": "live"}, "live"),
        ({"environment": None}, "live"),
        ({"environment": "sandbox"}, "test"),
        ({"environment": "staging"}, "test"),
        ({"environment": "live", "metadata": {"test_webhook": True}}, "test"),
        ({"environment": "live", "metadata": {"test_webhook": "no"}}, "live"),
        ({"environment": "live", "vendor_data": "test-vendor-data-123"}, "test"),
        ({"environment": "live", "metadata": ["test_webhook"]}, "live"),
    ],
)
def test_only_what_is_certainly_live_may_change_live_users(fields, environment):
    found = event(**fields)
    assert (found.environment, found.meaning.is_test) == (environment, environment == "test")


def test_the_unsigned_test_header_changes_nothing():
    body = wire(sample("status.updated", now=NOW, environment="live"))
    assert parse(Headers({"X-Didit-Test-Webhook": "true"}), body).environment == "live"


def test_nulls_extras_and_numbers_for_text_are_tolerated():
    decision = {
        "session_id": "s-1",
        "status": "Approved",
        "liveness_checks": None,
        "id_verifications": [{"document_number": 12345, "new_field": {"a": 1}, "warnings": None}],
    }
    found = event(decision=decision).data.decision
    assert (found.liveness_checks, found.id_verifications[0].document_number) == ((), "12345")
    assert found.id_verifications[0].new_field == {"a": 1}


def test_the_older_singular_payload_reads_as_lists():
    decision = {
        "session_id": "s-1",
        "status": "Approved",
        "id_verification": {"first_name": "A"},
        "liveness": {"score": 1},
    }
    found = event(decision=decision).data.decision
    assert (found.id_verifications[0].first_name, found.liveness_checks[0].score) == ("A", 1.0)


def test_resubmission_nodes_may_be_text_or_objects():
    info = {"nodes_to_resubmit": ["feature_ocr_1", {"node_id": "n", "feature": "OCR"}], "reasons": {"n": "blurred"}}
    found = event(status="Resubmitted", resubmit_info=info).data.resubmit_info
    assert len(found.nodes_to_resubmit) == 2


@pytest.mark.parametrize(
    "value",
    [
        {"timestamp": NOW},
        {"webhook_type": "", "timestamp": NOW},
        {"webhook_type": "status.updated", "timestamp": NOW},
        {"webhook_type": "status.updated", "session_id": "s-1", "status": 3.5, "timestamp": "x"},
        {"webhook_type": 7, "timestamp": NOW},
    ],
)
def test_what_is_no_event_is_malformed(value):
    with pytest.raises(MalformedEventError):
        event(value)


def test_a_malformed_event_is_refused_without_quoting_it():
    with pytest.raises(MalformedEventError) as caught:
        event(
            {"webhook_type": "status.updated", "timestamp": NOW, "session_id": ["Jane Example"], "status": "Approved"}
        )
    assert "Jane" not in str(caught.value)


def test_a_sample_refuses_types_and_fields_that_do_not_exist():
    with pytest.raises(InvalidInputError):
        sample("kyc.completed", now=NOW)
    with pytest.raises(InvalidInputError, match="sesion_id"):
        sample("status.updated", now=NOW, sesion_id="s-1")


def test_an_events_repr_shows_no_personal_data():
    found = event(vendor_data="user-9", metadata={"name": "Jane Example"}).data
    assert "user-9" not in repr(found)
    assert "Jane" not in repr(found)


# Through the receiver.


def receiver(**settings) -> tuple[Receiver, list]:
    didit = DiditSettings(api_key=SecretStr("k"), webhook_secrets=(SecretStr(SECRET),), **settings)
    inbox: list = []
    made = Receiver(Doors([WEBHOOKS], Settings(providers=(didit,))), clock=lambda: NOW)
    made.on(IdentityChanged)(lambda found, transaction: inbox.append(found.meaning))
    return made, inbox


def signed(**fields):
    return WEBHOOKS.deliver(DiditSettings(), "status.updated", secret=SECRET, now=NOW, fields=fields)


def test_a_delivery_has_one_effect_however_often_it_comes():
    door, inbox = receiver()
    body, headers = signed(environment="live", vendor_data="user-9")
    answers = [door.receive("didit", headers, body) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert [(change.user, change.status) for change in inbox] == [("user-9", VerificationStatus.VERIFIED)]


def test_an_altered_byte_an_old_time_and_a_wrong_secret_have_none():
    door, inbox = receiver()
    body, headers = signed(environment="live")
    old, old_headers = WEBHOOKS.deliver(DiditSettings(), "status.updated", secret=SECRET, now=NOW - 301, fields={})
    wrong, wrong_headers = WEBHOOKS.deliver(DiditSettings(), "status.updated", secret="other", now=NOW, fields={})
    answers = [
        door.receive("didit", headers, body.replace(b"Approved", b"Declined")),
        door.receive("didit", old_headers, old),
        door.receive("didit", wrong_headers, wrong),
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(400, "refused")}
    assert inbox == []


def test_bytes_are_asked_for_where_text_is_given():
    door, _ = receiver()
    body, headers = signed()
    with pytest.raises(TypeError):
        door.receive("didit", headers, body.decode())
