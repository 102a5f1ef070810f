"""Agora's tokens: the bytes of the vendor's own builders, and nothing else is accepted."""

import base64
import hashlib
import hmac
import json
import random
import zlib
from pathlib import Path

import pytest
from pydantic import SecretStr

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.agora.errors import (
    MalformedTokenError,
    NotForThisError,
    TokenSignatureError,
    TokenVersionError,
)
from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
from ace_integrations.video.agora.legacy_token import read_legacy
from ace_integrations.video.agora.token import (
    AccessToken,
    ChatService,
    RtcPrivilege,
    RtcService,
    RtmService,
    content_of,
    read,
    read_unverified,
    signing_info,
    write,
)
from ace_integrations.video.errors import TokenRefusedError

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
APP_ID, CERTIFICATE = VECTORS["app_id"], VECTORS["certificate"]
NOW, SALT = VECTORS["issued_at"], VECTORS["salt"]
TOKENS = VECTORS["tokens"]
R2 = TOKENS["R2"]["text"]
KINDS = {"rtc": RtcService, "rtm": RtmService, "chat": ChatService}


def service_of(given):
    fields = {**given, "privileges": {int(name): until for name, until in given["privileges"].items()}}
    return KINDS[fields.pop("kind")](**fields)


def token_of(vector):
    services = tuple(service_of(given) for given in vector["services"])
    return AccessToken(APP_ID, vector["issued_at"], vector["lasts_s"], vector["salt"], services)


def issuer(now=NOW):
    return TokenIssuer(APP_ID, SecretStr(CERTIFICATE), clock=lambda: now, salt=lambda: SALT)


def spelt(content):
    return "007" + base64.b64encode(zlib.compress(content)).decode()


# The vectors.


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_written_with_the_bytes_of_the_vendors_builder(name):
    vector = TOKENS[name]
    content = content_of(write(token_of(vector), CERTIFICATE))
    assert len(content) == vector["bytes"]
    assert content == content_of(vector["text"])


@pytest.mark.parametrize("name", TOKENS)
def test_the_vendors_token_is_read_field_by_field(name):
    assert read(TOKENS[name]["text"], certificates=[CERTIFICATE]) == token_of(TOKENS[name])


def test_the_content_of_one_vector_in_full():
    assert content_of(R2).hex() == VECTORS["r2_content"]


ISSUED = {
    "R2": lambda it: it.rtc(channel="lesson-42", uid=7, role=RtcRole.PUBLISHER, ttl_s=3600),
    "R3": lambda it: it.rtc(channel="lesson-42", uid=7, role=RtcRole.SUBSCRIBER, ttl_s=3600),
    "R9": lambda it: it.rtc_privileges(
        channel="lesson-42",
        uid=7,
        ttl_s=7200,
        privileges={
            RtcPrivilege.JOIN: 3600,
            RtcPrivilege.PUBLISH_AUDIO: 1800,
            RtcPrivilege.PUBLISH_VIDEO: 900,
            RtcPrivilege.PUBLISH_DATA: 600,
        },
    ),
    "R14": lambda it: it.rtc_with_rtm(channel="lesson-42", account="teacher-9", role=RtcRole.PUBLISHER, ttl_s=3600),
    "M1": lambda it: it.rtm(user="teacher-9", ttl_s=3600),
    "C1": lambda it: it.chat_user(user="teacher-9", ttl_s=3600),
    "C2": lambda it: it.chat_app(ttl_s=3600),
}


@pytest.mark.parametrize("name", ISSUED)
def test_the_issuer_gives_the_vendors_bytes(name):
    assert content_of(ISSUED[name](issuer())) == content_of(TOKENS[name]["text"])


def test_an_account_of_digits_gives_the_token_of_the_number():
    by_account = issuer().rtc_account(channel="lesson-42", account="7", role=RtcRole.SUBSCRIBER, ttl_s=3600)
    assert content_of(by_account) == content_of(TOKENS["R3"]["text"])


def test_any_compression_of_the_same_bytes_is_the_same_token():
    content = content_of(R2)
    for level in (0, 1, 9):
        text = "007" + base64.b64encode(zlib.compress(content, level)).decode()
        assert read(text, certificates=[CERTIFICATE]) == token_of(TOKENS["R2"])


def test_two_certificates_are_good_while_one_is_replaced():
    other = "0" * 32
    assert read(R2, certificates=[other, CERTIFICATE]).app_id == APP_ID


def test_services_are_written_by_type_and_those_of_one_type_as_given():
    first, second = RtcService("b", "1", {1: 9}), RtcService("a", "1", {1: 9})
    token = AccessToken(APP_ID, NOW, 9, SALT, (ChatService("x", {1: 9}), first, RtmService("x", {1: 9}), second))
    found = read(write(token, CERTIFICATE), certificates=[CERTIFICATE])
    assert found.services == (first, second, RtmService("x", {1: 9}), ChatService("x", {1: 9}))


# What is refused.


def changed(content, old, new):
    assert content.count(old) == 1
    return content.replace(old, new)


FORGED = {
    "app id": lambda content: changed(content, APP_ID.encode(), APP_ID.replace("9", "8", 1).encode()),
    "channel": lambda content: changed(content, b"lesson-42", b"lesson-43"),
    "two bytes behind": lambda content: content + b"\0\0",
    "salt": lambda content: changed(content, SALT.to_bytes(4, "little"), (SALT + 1).to_bytes(4, "little")),
}
MALFORMED = {
    "content cut": spelt(content_of(R2)[:-1]),
    "text cut": R2[:-5],
    "no padding": TOKENS["R2"]["text"].rstrip("="),
    "url-safe alphabet": TOKENS["R1"]["text"].replace("+", "-").replace("/", "_"),
    "not compressed": "007" + base64.b64encode(content_of(R2)).decode(),
    "version alone": "007",
    "signs behind": R2 + "!!",
    "line break inside": R2[:40] + "\n" + R2[40:],
    "line break behind": R2 + "\n",
    "bytes behind the compressed ones": "007"
    + base64.b64encode(base64.b64decode(TOKENS["R2"]["text"][3:]) + b"x").decode(),
    "bomb": "007" + base64.b64encode(zlib.compress(b"\0" * 1_000_000, 9)).decode(),
    "channel not text": spelt(content_of(R2).replace(b"lesson-42", b"lesson-\xff2")),
    "longer than any": "007" + "A" * 2048,
}


@pytest.mark.parametrize("name", FORGED)
def test_what_was_changed_after_signing_is_not_ours(name):
    with pytest.raises(TokenSignatureError):
        read(spelt(FORGED[name](content_of(R2))), certificates=[CERTIFICATE])


@pytest.mark.parametrize("certificate", [CERTIFICATE.lower(), "0" * 32])
def test_another_certificate_or_other_letters_of_it_signed_something_else(certificate):
    with pytest.raises(TokenSignatureError):
        read(R2, certificates=[certificate])


def test_no_certificate_accepts_nothing():
    with pytest.raises(TokenSignatureError):
        read(R2, certificates=[])


@pytest.mark.parametrize("name", MALFORMED)
def test_what_official_parsers_take_or_choke_on_is_malformed(name):
    with pytest.raises(MalformedTokenError):
        read(MALFORMED[name], certificates=[CERTIFICATE])


SEED_TOKEN = base64.b64encode(json.dumps({"appId": APP_ID, "channelName": "42", "uid": 7}).encode()).decode()


@pytest.mark.parametrize("text", ["", "006" + R2[3:], "00", " " + R2, SEED_TOKEN])
def test_another_version_or_no_token_is_named_so(text):
    with pytest.raises(TokenVersionError):
        read(text, certificates=[CERTIFICATE])


def with_service(count, extra):
    """Sign R2 with another count of services, and bytes behind."""
    signed = signing_info(token_of(TOKENS["R2"]))
    at = 34 + 12
    services = signed[at + 2 :] if count else b""
    signed = signed[:at] + count.to_bytes(2, "little") + services + extra

    def mac(key, message):
        return hmac.new(key, message, hashlib.sha256).digest()

    key = mac(SALT.to_bytes(4, "little"), mac(NOW.to_bytes(4, "little"), CERTIFICATE.encode()))
    return spelt(b"\x20\0" + mac(key, signed) + signed)


def test_a_signed_token_without_services_is_genuine_and_admits_to_no_channel():
    token = read(with_service(0, b""), certificates=[CERTIFICATE])
    with pytest.raises(NotForThisError):
        token.service(RtcService)


def test_a_service_of_a_newer_kind_ends_what_can_be_read():
    token = read(with_service(2, b"\x63\0\0\0whatever"), certificates=[CERTIFICATE])
    assert not token.is_whole
    assert token.service(RtcService).channel == "lesson-42"
    with pytest.raises(NotForThisError):
        token.service(RtmService)


def test_signed_bytes_behind_the_last_service_are_malformed():
    with pytest.raises(MalformedTokenError):
        read(with_service(1, b"\0\0"), certificates=[CERTIFICATE])


def test_reading_without_a_certificate_says_what_is_claimed():
    assert read_unverified(spelt(FORGED["channel"](content_of(R2)))).service(RtcService).channel == "lesson-43"


def mutants(count, seed):
    """Give texts near genuine tokens: changed signs, cuts, doublings, and changed bytes inside."""
    rng = random.Random(seed)
    texts = [vector["text"] for vector in TOKENS.values()]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ \n"
    for _ in range(count):
        text = rng.choice(texts)
        at = rng.randrange(len(text))
        match rng.randrange(5):
            case 0:
                yield text, text[:at] + rng.choice(alphabet) + text[at + 1 :]
            case 1:
                yield text, text[:at] + text[at + 1 + rng.randrange(4) :]
            case 2:
                yield text, text[:at] + rng.choice(alphabet) * (1 + rng.randrange(3)) + text[at:]
            case 3:
                other = rng.choice(texts)
                yield text, text[:at] + other[at:]
            case _:
                content = bytearray(content_of(text))
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
                yield text, spelt(bytes(content))


def survivors(count, seed):
    found, tried = [], 0
    genuine = {vector["text"] for vector in TOKENS.values()}
    for text, mutant in mutants(count, seed):
        if mutant in genuine:
            continue
        tried += 1
        try:
            read(mutant, certificates=[CERTIFICATE])
        except TokenRefusedError:
            continue
        # Loose bits at the end of the compressed form change no byte inside: that is the same token spelt otherwise.
        if content_of(mutant) != content_of(text):
            found.append(mutant)
    return found, tried


def test_no_mutated_token_is_accepted_and_each_refusal_is_typed():
    found, tried = survivors(21_000, seed=7)
    assert found == []
    assert tried > 20_000


@pytest.mark.campaign
def test_no_mutated_token_is_accepted_in_a_long_search():
    assert survivors(400_000, seed=random.SystemRandom().randrange(2**32))[0] == []


# What is never issued.

ODD_DURATIONS = [1795603600, 1795603600000, 0, -1, True, "3600", 3600.0, None, 86_401]
ODD_UIDS = [0, -1, 1.5, None, True, 4294967296, "7", ""]
ODD_ACCOUNTS = ["", " ", "طالب", "a" * 256, 7, None, "line\nbreak"]
ODD_CHANNELS = ["", "*", "a" * 64, "a/b", "طالب", 'quote"', " "]


@pytest.mark.parametrize("ttl_s", ODD_DURATIONS)
def test_case_c22_what_is_no_duration_gives_no_token(ttl_s):
    it = issuer()
    for issue in (
        lambda: it.rtc(channel="lesson-42", uid=7, role=RtcRole.PUBLISHER, ttl_s=ttl_s),
        lambda: it.rtc_account(channel="lesson-42", account="7", role=RtcRole.SUBSCRIBER, ttl_s=ttl_s),
        lambda: it.rtc_privileges(channel="lesson-42", uid=7, ttl_s=3600, privileges={RtcPrivilege.JOIN: ttl_s}),
        lambda: it.rtm(user="teacher-9", ttl_s=ttl_s),
        lambda: it.chat_user(user="teacher-9", ttl_s=ttl_s),
        lambda: it.chat_app(ttl_s=ttl_s),
    ):
        with pytest.raises(InvalidInputError):
            issue()


@pytest.mark.parametrize("uid", ODD_UIDS)
def test_what_the_vendors_builder_packs_without_a_word_gives_no_token(uid):
    with pytest.raises(InvalidInputError):
        issuer().rtc(channel="lesson-42", uid=uid, role=RtcRole.SUBSCRIBER, ttl_s=3600)


@pytest.mark.parametrize("account", ODD_ACCOUNTS)
def test_what_is_no_account_gives_no_token(account):
    with pytest.raises(InvalidInputError):
        issuer().rtc_account(channel="lesson-42", account=account, role=RtcRole.SUBSCRIBER, ttl_s=3600)


@pytest.mark.parametrize("channel", ODD_CHANNELS)
def test_what_is_no_channel_gives_no_token(channel):
    with pytest.raises(InvalidInputError):
        issuer().rtc(channel=channel, uid=7, role=RtcRole.SUBSCRIBER, ttl_s=3600)


def test_case_c22_nothing_can_be_given_in_the_wrong_place():
    with pytest.raises(TypeError):
        issuer().rtc("lesson-42", 7, RtcRole.PUBLISHER, 3600)


@pytest.mark.parametrize(
    "privileges",
    [{RtcPrivilege.PUBLISH_AUDIO: 60}, {RtcPrivilege.JOIN: 60, RtcPrivilege.PUBLISH_AUDIO: 3601}],
)
def test_a_right_without_joining_or_past_the_token_is_no_right(privileges):
    with pytest.raises(InvalidInputError):
        issuer().rtc_privileges(channel="lesson-42", uid=7, ttl_s=3600, privileges=privileges)


@pytest.mark.parametrize("certificate", ["", "5CFd2fd1755d40ecb72977518be15d3", "not hex" + "0" * 25])
def test_a_certificate_that_is_none_raises_where_the_vendors_builder_gives_an_empty_text(certificate):
    with pytest.raises(InvalidInputError):
        TokenIssuer(APP_ID, SecretStr(certificate)).rtm(user="teacher-9", ttl_s=60)


def test_a_token_that_grants_nothing_is_not_written():
    with pytest.raises(InvalidInputError):
        write(AccessToken(APP_ID, NOW, 60, SALT, ()), CERTIFICATE)


def test_a_number_that_does_not_fit_is_not_written():
    with pytest.raises(InvalidInputError):
        write(AccessToken(APP_ID, 2**32, 60, SALT, (RtmService("x", {1: 60}),)), CERTIFICATE)


def test_case_c22_each_token_has_its_own_time():
    clock = iter([NOW, NOW + 7200])
    it = TokenIssuer(APP_ID, SecretStr(CERTIFICATE), clock=lambda: next(clock))
    first, second = (it.rtc(channel="lesson-42", uid=12345, role=RtcRole.PUBLISHER, ttl_s=3600) for _ in range(2))
    assert first.startswith("007")
    read_first, read_second = (read(text, certificates=[CERTIFICATE]) for text in (first, second))
    assert (read_first.issued_at, read_first.expires_at) == (NOW, NOW + 3600)
    assert read_second.expires_at == read_first.expires_at + 7200
    assert read_first.service(RtcService).user == "12345"
    assert read_first.salt != read_second.salt


def test_the_issuer_hides_its_certificate():
    assert CERTIFICATE not in repr(issuer())


# Version 006.


@pytest.mark.parametrize("name", VECTORS["legacy"])
def test_a_legacy_token_is_read_and_checked(name):
    vector = VECTORS["legacy"][name]
    token = read_legacy(vector["text"])
    assert (token.app_id, token.salt, token.ends_at) == (APP_ID, SALT, NOW + 86_400)
    assert token.privileges == {int(number): until for number, until in vector["privileges"].items()}
    token.verify(CERTIFICATE, channel="lesson-42", user=vector["user"])


@pytest.mark.parametrize(
    "other",
    [{"channel": "lesson-43"}, {"user": "8"}, {"certificate": "0" * 32}],
    ids=["channel", "user", "certificate"],
)
def test_a_legacy_token_for_something_else_is_refused(other):
    given = {"certificate": CERTIFICATE, "channel": "lesson-42", "user": "7", **other}
    token = read_legacy(VECTORS["legacy"]["publisher"]["text"])
    with pytest.raises(TokenSignatureError):
        token.verify(given["certificate"], channel=given["channel"], user=given["user"])


@pytest.mark.parametrize("spoil", [lambda text: text[:-4], lambda text: text[:35], lambda text: text + "AAAA"])
def test_a_legacy_token_that_was_cut_or_lengthened_is_malformed(spoil):
    with pytest.raises(MalformedTokenError):
        read_legacy(spoil(VECTORS["legacy"]["publisher"]["text"]))


def test_the_two_versions_are_not_taken_for_each_other():
    with pytest.raises(TokenVersionError):
        read(VECTORS["legacy"]["publisher"]["text"], certificates=[CERTIFICATE])
    with pytest.raises(TokenVersionError):
        read_legacy(R2)
