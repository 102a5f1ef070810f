"""Jitsi's tokens as they are issued, and as a server takes or refuses them."""

import base64
import hashlib
import hmac
import json
import random
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.video.errors import TokenRefusedError
from ace_integrations.video.grant import Person
from ace_integrations.video.jitsi.lua_pattern import compile_pattern
from ace_integrations.video.jitsi.prosody import ServerRules, check_join, check_login, is_moderator
from ace_integrations.video.jitsi.token import Feature, JaasIssuer, SelfHostedIssuer, SystemIssuer, private_key
from ace_integrations.video.live_class import Role

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
TOKENS, NOW, SECRET = VECTORS["tokens"], VECTORS["now"], VECTORS["secret"]
J1, J2, J3, R1 = (TOKENS[name] for name in ("J1", "J2", "J3", "R1"))
ROOM = "edv-42-5f1c0a9b7d3e2468"
TEACHER = Person(id="9", name="Teacher Nine", email="t9@example.org")
STUDENT = Person(id="17", name="طالب", email="s17@example.org")
SELF_HOSTED = SelfHostedIssuer("my_jitsi_app_id", SecretStr(SECRET), "meet.example.org")
RULES = ServerRules(secret=SECRET, accepted_issuers=["my_jitsi_app_id"], domain="meet.example.org")


@cache
def rsa_key():
    """Rebuild the key of the vectors from its two primes."""
    p, q = (int.from_bytes(base64.urlsafe_b64decode(VECTORS["rsa"][name] + "=="), "big") for name in ("p", "q"))
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    )
    return numbers.private_key()


def pem():
    return rsa_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def jaas():
    return JaasIssuer(R1["claims"]["sub"], R1["header"]["kid"], rsa_key())


def jaas_rules():
    return ServerRules(keys={R1["header"]["kid"]: rsa_key().public_key()}, accepted_issuers=["chat"], domain="8x8.vc")


def issued(issuer=SELF_HOSTED, *, person=TEACHER, role=Role.MODERATOR, room=ROOM, ttl_s=600, features=None):
    return issuer.issue(person=person, room=room, role=role, now=NOW, ttl_s=ttl_s, features=features)


def signed(claims, *, secret=SECRET, header=None):
    """Sign what our issuer would not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode(claims, secret, "HS256", headers=header)


def without(claims, *names):
    return {name: value for name, value in claims.items() if name not in names}


def refusal(token, rules=RULES, now=NOW):
    with pytest.raises(TokenRefusedError) as refused:
        check_login(token, rules, now=now)
    return str(refused.value)


# The vectors.


def test_a_teachers_token_is_the_vector_byte_by_byte():
    assert issued() == J1["token"]


def test_a_students_token_is_the_vector_byte_by_byte():
    assert issued(person=STUDENT, role=Role.PARTICIPANT) == J2["token"]


def test_a_name_that_is_not_escaped_makes_another_right_token():
    header, body, _ = J2["token"].split(".")
    spelt = json.dumps(J2["claims"], ensure_ascii=False, separators=(",", ":")).encode()
    body = base64.urlsafe_b64encode(spelt).decode().rstrip("=")
    claims = check_login(f"{header}.{body}.{VECTORS['utf8_j2_signature']}", RULES, now=NOW)
    assert claims == J2["claims"]


def test_a_jaas_token_is_the_vector_byte_by_byte():
    assert issued(jaas()) == R1["token"]


def test_the_key_can_be_given_as_pem_in_one_line():
    key = private_key(SecretStr(pem().decode().replace("\n", "\\n")), variable="JAAS_PRIVATE_KEY")
    assert issued(replace(jaas(), private_key=key)) == R1["token"]


def test_what_is_no_key_names_its_variable():
    with pytest.raises(ConfigurationError, match="JAAS_PRIVATE_KEY"):
        private_key(SecretStr("nothing"), variable="JAAS_PRIVATE_KEY")


@pytest.mark.parametrize("name", ["J1", "J2", "J3"])
def test_the_server_reads_what_the_vector_says(name):
    assert check_login(TOKENS[name]["token"], RULES, now=NOW) == TOKENS[name]["claims"]


def test_jaas_reads_what_the_vector_says():
    assert check_login(R1["token"], jaas_rules(), now=NOW) == R1["claims"]


# What is never issued.


@pytest.mark.parametrize("room", ["*", "Edv-1", "edv 1", "edv/1", "Тест", "ed", ""])
def test_a_token_is_for_one_room_by_its_name(room):
    for issuer in (SELF_HOSTED, jaas()):
        with pytest.raises(InvalidInputError):
            issued(issuer, room=room)


@pytest.mark.parametrize("sub", ["*", "", "Meet.example.org"])
def test_a_token_is_for_one_server(sub):
    with pytest.raises(InvalidInputError):
        SelfHostedIssuer("my_jitsi_app_id", SecretStr(SECRET), sub)


@pytest.mark.parametrize("ttl_s", [0, -1, True, "600", 600.0, None, 86_401, NOW + 600])
def test_a_duration_is_a_duration(ttl_s):
    for issuer in (SELF_HOSTED, jaas()):
        with pytest.raises(InvalidInputError):
            issued(issuer, ttl_s=ttl_s)


def test_a_short_secret_signs_nothing():
    with pytest.raises(InvalidInputError):
        SelfHostedIssuer("app", SecretStr("31 bytes are too few for HS256."), "meet.example.org")


def test_a_key_of_another_tenant_signs_nothing():
    with pytest.raises(InvalidInputError):
        JaasIssuer("vpaas-magic-cookie-" + "0" * 32, R1["header"]["kid"], rsa_key())


def test_a_student_is_a_moderator_nowhere():
    ours = check_login(issued(person=STUDENT, role=Role.PARTICIPANT), RULES, now=NOW)
    theirs = check_login(issued(jaas(), person=STUDENT, role=Role.PARTICIPANT), jaas_rules(), now=NOW)
    assert (is_moderator(ours), is_moderator(theirs)) == (False, False)
    assert not any(theirs["context"]["features"].values())


def test_a_teacher_is_a_moderator_everywhere():
    assert is_moderator(check_login(J1["token"], RULES, now=NOW))
    assert is_moderator(check_login(R1["token"], jaas_rules(), now=NOW))


def test_features_are_said_exactly_as_given():
    token = issued(features={Feature.LOBBY: True, Feature.FLIP: False})
    assert check_login(token, RULES, now=NOW)["context"]["features"] == {"lobby": True, "flip": False}


def test_an_address_that_was_not_asked_for_is_in_no_token():
    claims = check_login(issued(person=Person(id="9", name="Nine")), RULES, now=NOW)
    assert claims["context"]["user"]["email"] == ""


def test_the_token_of_this_server_is_for_one_room_and_one_minute():
    token = SystemIssuer("app", "meet.example.org", "k1", rsa_key()).issue(room=ROOM, now=NOW)
    rules = ServerRules(keys={"k1": rsa_key().public_key()}, accepted_issuers=["app"], domain="meet.example.org")
    claims = check_login(token, rules, now=NOW)
    check_join(claims, rules, room=ROOM)
    assert claims["exp"] == NOW + 60
    assert "context" not in claims


def test_the_admin_token_of_jaas_says_so():
    claims = check_login(jaas().issue_admin(now=NOW), replace(jaas_rules(), requires_room=False), now=NOW)
    assert (claims["admin"], claims["sub"], claims["exp"]) == (True, R1["claims"]["sub"], NOW + 60)


def test_issuers_hide_their_keys():
    assert SECRET not in repr(SELF_HOSTED)
    assert "private" not in repr(jaas())


# What the server refuses, and with which words.


@pytest.mark.parametrize(("now", "taken"), [(-11, False), (-10, True), (599, True), (600, False)])
def test_the_clock_has_no_tolerance(now, taken):
    accept = check_login if taken else refusal
    assert accept(J1["token"], RULES, now=NOW + now)


def test_times_are_refused_with_the_servers_words():
    assert refusal(J1["token"], now=NOW - 11) == "Not acceptable by nbf"
    assert refusal(J1["token"], now=NOW + 601) == "Not acceptable by exp (1)"


CLAIMS = J1["claims"]
REFUSED = {
    "no token": ("", "token required"),
    "typ": (signed(CLAIMS, header={"typ": "jwt"}), "Invalid typ"),
    "alg none": (jwt.encode(CLAIMS, None, "none"), "Invalid or incorrect alg"),
    "alg HS512": (jwt.encode(CLAIMS, SECRET * 2, "HS512"), "Invalid or incorrect alg"),
    "RS256 at a server with a secret": (R1["token"], "Invalid or incorrect alg"),
    "another secret": (signed(CLAIMS, secret="another-secret-of-thirty-two-bytes"), "Invalid signature"),
    "exp is text": (signed({**CLAIMS, "exp": "1764000600"}), "exp must be number"),
    "exp is true": (signed({**CLAIMS, "exp": True}), "exp must be number"),
    "nbf is null": (signed({**CLAIMS, "nbf": None}), "nbf must be number"),
    "no iss": (signed(without(CLAIMS, "iss")), "'iss' claim is missing"),
    "other iss": (signed({**CLAIMS, "iss": "other"}), "invalid 'iss' claim"),
    "no aud": (signed(without(CLAIMS, "aud")), "invalid 'aud' claim"),
    "no room": (signed(without(CLAIMS, "room")), "room claim is missing"),
    "no sub": (signed(without(CLAIMS, "sub")), "sub claim is missing"),
    "no token at all": ("a.b", "Invalid token"),
    "four parts": (J1["token"] + ".x", "Invalid token"),
    "body not JSON": ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eA.x", "Invalid token"),
    "padding": (J1["token"] + "=", "Invalid token"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_has_the_servers_words(name):
    token, words = REFUSED[name]
    assert refusal(token) == words


def test_an_endless_token_is_taken_and_one_that_ends_at_no_number_is_not():
    assert check_login(signed(without(CLAIMS, "exp", "nbf")), RULES, now=NOW)
    assert refusal(signed({**CLAIMS, "exp": float("nan")})) == "Invalid token"


def test_a_list_of_audiences_matches_only_where_any_would_do():
    token = signed({**CLAIMS, "aud": ["jitsi"]})
    assert check_login(token, RULES, now=NOW)
    assert refusal(token, replace(RULES, accepted_audiences=["jitsi"])) == "invalid 'aud' claim"


@pytest.mark.parametrize("changes", [{"iat": NOW + 900}, {"sub": 5}])
def test_what_the_library_would_refuse_the_server_takes(changes):
    assert check_login(signed({**CLAIMS, **changes}), RULES, now=NOW)


def test_the_public_key_is_no_secret():
    public = (
        rsa_key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    header = {"alg": "HS256", "typ": "JWT", "kid": R1["header"]["kid"]}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, R1["claims"])]
    signature = hmac.new(public, b".".join(parts), hashlib.sha256).digest()
    token = b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
    assert refusal(token, jaas_rules()) == "Invalid or incorrect alg"


def test_a_key_that_is_not_there_is_named():
    rules = replace(jaas_rules(), keys={})
    assert refusal(R1["token"], rules) == "could not obtain public key"
    assert refusal(jwt.encode(CLAIMS, rsa_key(), "RS256"), rules) == "'kid' claim is missing"


def test_no_token_is_taken_where_that_is_allowed():
    rules = replace(RULES, allows_empty_token=True)
    check_join(check_login("", rules, now=NOW), rules, room="any")


# Which room.


def joins(claims, room="edv-1", rules=RULES, **where):
    try:
        check_join({"sub": "meet.example.org", **claims}, rules, room=room, **where)
    except TokenRefusedError as refused:
        return str(refused)
    return "joined"


PATTERN = {"context": {"room": {"regex": True}}}


@pytest.mark.parametrize(
    ("claims", "room", "outcome"),
    [
        ({"room": "Edv-1"}, "edv-1", "joined"),
        ({"room": "edv-1"}, "edv-2", "room-mismatch"),
        ({"room": "*"}, "edv-1", "joined"),
        ({}, "edv-1", "room-mismatch"),
        ({"room": 5}, "5", "room-mismatch"),
        ({"room": "Тест"}, "тест", "room-mismatch"),
        ({"room": "edv%-%d+", **PATTERN}, "edv-17", "joined"),
        ({"room": "edv%-%d+", **PATTERN}, "edv-17-x", "room-mismatch"),
        ({"room": "^edv%-[a-f0-9]*$", **PATTERN}, "edv-af", "joined"),
        ({"room": "[^%d]-1", **PATTERN}, "edv-1", "joined"),
        ({"room": "[^%d]1", **PATTERN}, "edv-1", "room-mismatch"),
        ({"room": "%u%l.-1", **PATTERN}, "edv-1", "room-mismatch"),
        ({"room": "ed?v?-?1?", **PATTERN}, "edv-1", "invalid-regex"),
        ({"room": "(edv)%1", **PATTERN}, "edvedv", "invalid-regex"),
        ({"room": "[edv", **PATTERN}, "edv", "invalid-regex"),
        ({"room": ".*", **PATTERN}, "e" * 129, "invalid-regex"),
        ({"room": ".*", **PATTERN}, "e" * 128, "joined"),
    ],
)
def test_a_token_opens_the_room_it_names(claims, room, outcome):
    assert joins(claims, room) == outcome


@pytest.mark.parametrize("pattern", ["%b()", "%f[a]", "[%A]", "a%", "[]"])
def test_patterns_that_are_not_understood_open_nothing(pattern):
    assert compile_pattern(pattern) is None


@pytest.mark.parametrize(
    ("sub", "where", "outcome"),
    [
        ("meet.example.org", {}, "joined"),
        ("*", {}, "joined"),
        ("my_jitsi_app_id", {}, "Room and token mismatched"),
        ("school", {"tenant": "School"}, "joined"),
        ("meet.example.org", {"tenant": "school"}, "Room and token mismatched"),
        (5, {}, "Room and token mismatched"),
    ],
)
def test_a_token_is_for_the_domain_or_the_tenant_where_that_is_verified(sub, where, outcome):
    claims = {"room": "edv-1", "sub": sub}
    assert joins(claims, **where) == outcome
    assert joins(claims, rules=replace(RULES, verifies_domain=False), **where) == "joined"


# Mutations.


def mutants(count, seed):
    rng = random.Random(seed)
    texts = [J1["token"], J2["token"], issued(ttl_s=60)]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ "
    for _ in range(count):
        text = rng.choice(texts)
        at = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                yield text[:at] + rng.choice(alphabet) + text[at + 1 :]
            case 1:
                yield text[:at] + text[at + 1 + rng.randrange(4) :]
            case 2:
                yield text[:at] + rng.choice(alphabet) * (1 + rng.randrange(3)) + text[at:]
            case _:
                parts = text.split(".")
                other = rng.choice(texts).split(".")
                which = rng.randrange(3)
                parts[which] = other[which] if other != parts else parts[which][::-1]
                yield ".".join(parts)


def survivors(count, seed):
    genuine = {J1["token"], J2["token"], issued(ttl_s=60)}
    found, tried = [], 0
    for mutant in mutants(count, seed):
        if mutant in genuine:
            continue
        tried += 1
        try:
            found.append((mutant, check_login(mutant, RULES, now=NOW)))
        except TokenRefusedError:
            continue
    return found, tried


def test_no_mutated_token_is_accepted_and_each_refusal_is_typed():
    found, tried = survivors(23_000, seed=21)
    assert found == []
    assert tried > 20_000


@pytest.mark.campaign
def test_no_mutated_token_is_accepted_in_a_long_search():
    assert survivors(400_000, seed=random.SystemRandom().randrange(2**32))[0] == []


def test_a_refusal_never_holds_the_token():
    with pytest.raises(TokenRefusedError) as refused:
        check_login(J1["token"], RULES, now=NOW + 700)
    assert J1["token"] not in repr(refused.value)
