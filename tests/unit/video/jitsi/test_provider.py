"""Jitsi as the provider of live classes, what can be asked of its servers, and its settings."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import ConfigurationError, InvalidInputError, PermissionDeniedError
from ace_integrations.video import GrantKind, Person, Reach, Role
from ace_integrations.video.jitsi import AsyncJitsi, Jitsi, JitsiProvider, JitsiSettings, ServerRules
from ace_integrations.video.jitsi.prosody import check_join, check_login, is_moderator

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
SECRET = "my_jitsi_app_secret_at_least_32_bytes_long"
TENANT = "vpaas-magic-cookie-1fc542a3e4414a44b2611668195e2bfe"
ROOM = "edv-42-3a50c824752778fe08fe8a24"
KEY = SecretStr("room-name-key-for-tests")
TEACHER = Person(id="9", name="Teacher Nine", email="t9@example.org")
RULES = ServerRules(secret=SECRET, accepted_issuers=["my_jitsi_app_id"], domain="meet.example.org")


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pem(rsa_key):
    encoded = rsa_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SecretStr(encoded.decode())


def own(**fields):
    values = {
        "domain": "meet.example.org",
        "app_id": "my_jitsi_app_id",
        "app_secret": SecretStr(SECRET),
        "room_key": KEY,
    }
    return JitsiSettings(**{**values, **fields})


def jaas(pem, **fields):
    values = {
        "mode": "jaas",
        "jaas_app_id": TENANT,
        "jaas_key_id": f"{TENANT}/4f4910",
        "jaas_private_key": pem,
        "room_key": KEY,
    }
    return JitsiSettings(**{**values, **fields})


def public(**fields):
    return JitsiSettings(mode="public", room_key=KEY, **fields)


def grant(settings, role=Role.MODERATOR, *, person=TEACHER, session_id="42", **fields):
    ends_at = fields.pop("ends_at", NOW + timedelta(hours=1))
    return JitsiProvider(settings).grant(
        session_id=session_id, person=person, role=role, now=NOW, ends_at=ends_at, **fields
    )


def joined(given, rules=RULES):
    """Enter as the server lets it happen; give what the token says."""
    claims = check_login(given.options["jwt"], rules, now=int(NOW.timestamp()))
    check_join(claims, rules, room=given.room)
    return claims


# Grants.


def test_a_grant_of_your_own_server_is_what_its_script_takes():
    given = grant(own(), subject="Python, lesson 3", language="ar")
    assert (given.kind, given.room, given.role) == (GrantKind.IFRAME, ROOM, Role.MODERATOR)
    assert given.script_url == "https://meet.example.org/external_api.js"
    assert (given.options["domain"], given.options["roomName"], given.options["lang"]) == (
        "meet.example.org",
        ROOM,
        "ar",
    )
    assert given.options["userInfo"] == {"displayName": "Teacher Nine", "email": "t9@example.org"}
    assert given.options["configOverwrite"]["subject"] == "Python, lesson 3"
    assert (given.expires_at, given.renew_after) == (NOW + timedelta(minutes=10), NOW + timedelta(minutes=8))
    assert is_moderator(joined(given))
    assert given.options["jwt"] not in repr(given)


def test_a_grant_of_jaas_has_the_app_id_in_the_address_and_not_in_the_claim(pem, rsa_key):
    given = grant(jaas(pem))
    assert given.script_url == f"https://8x8.vc/{TENANT}/external_api.js"
    assert (given.options["domain"], given.options["roomName"]) == ("8x8.vc", f"{TENANT}/{ROOM}")
    rules = ServerRules(
        keys={f"{TENANT}/4f4910": rsa_key.public_key()}, accepted_issuers=["chat"], verifies_domain=False
    )
    assert joined(given, rules)["room"] == ROOM


def test_the_key_of_jaas_may_be_a_file(pem, tmp_path):
    path = tmp_path / "jaas.pem"
    path.write_text(pem.get_secret_value())
    by_file = grant(jaas(SecretStr(str(path))))
    assert by_file.options["jwt"] == grant(jaas(pem)).options["jwt"]
    with pytest.raises(ConfigurationError, match="JAAS_PRIVATE_KEY"):
        grant(jaas(SecretStr(str(tmp_path / "none.pem"))))


def test_the_public_server_is_a_link_without_any_token():
    given = grant(public(), subject="Lesson & more", person=Person(id="17", name="طالب"))
    address, _, told = given.options["url"].partition("#")
    assert (given.kind, given.script_url, address) == (GrantKind.LINK, None, f"https://meet.jit.si/{ROOM}")
    parts = dict(part.split("=") for part in told.split("&"))
    assert json.loads(unquote(parts["config.subject"])) == "Lesson & more"
    assert json.loads(unquote(parts["userInfo.displayName"])) == "طالب"
    assert "jwt" not in given.options["url"]


def test_a_students_grant_moderates_nothing_anywhere(pem):
    student = Person(id="17", name="Student Seventeen")
    for settings in (own(), jaas(pem)):
        given = grant(settings, Role.PARTICIPANT, person=student)
        claims = jwt.decode(given.options["jwt"], options={"verify_signature": False})
        assert not is_moderator(claims)
        assert "security" not in given.options["configOverwrite"]["toolbarButtons"]
        assert given.options["userInfo"] == {"displayName": "Student Seventeen"}


def test_a_guessed_name_is_another_room():
    claims = check_login(grant(own()).options["jwt"], RULES, now=int(NOW.timestamp()))
    for guess in ("edvancesession42", "edv-42", "edv-42-000000000000000000000000"):
        with pytest.raises(Exception, match="mismatch"):
            check_join(claims, RULES, room=guess)


TITLES = ["Python 101", "دورة بايثون", "ТЕСТ", "a/b?c#d", "x" * 300]


@pytest.mark.parametrize("title", TITLES)
def test_case_c21_the_title_travels_as_subject_only_and_intact(title):
    given = grant(own(), subject=title)
    assert given.options["configOverwrite"]["subject"] == title
    assert given.room == ROOM


@pytest.mark.parametrize("title", TITLES)
def test_case_c21_claim_address_and_option_are_the_same_bytes_even_for_an_id_like_a_title(title, pem):
    given = grant(own(), session_id=title)
    assert joined(given)["room"] == given.options["roomName"] == given.room
    assert grant(public(), session_id=title).options["url"].partition("#")[0] == f"https://meet.jit.si/{given.room}"
    assert grant(jaas(pem), session_id=title).options["roomName"] == f"{TENANT}/{given.room}"


def test_case_c21_two_classes_of_one_title_have_rooms_of_their_own():
    one, other = (grant(own(), session_id=each, subject="Python 101") for each in ("42", "43"))
    assert one.room != other.room


def test_a_grant_ends_with_the_class():
    given = grant(own(), ends_at=NOW + timedelta(minutes=3))
    assert given.expires_at == NOW + timedelta(minutes=3)
    with pytest.raises(InvalidInputError):
        grant(own(), ends_at=NOW)


def test_in_the_sandbox_everything_is_the_twins():
    settings = Settings(sandbox_url="http://127.0.0.1:8600").of(JitsiSettings)
    given = grant(settings)
    assert given.script_url == "http://127.0.0.1:8600/jitsi/external_api.js"
    assert given.options["domain"] == "127.0.0.1:8600/jitsi"


# Ending and putting out.


def ending(settings, service):
    return Ace(Settings(providers=(settings,)), http=service.client())


def test_jaas_ends_a_meeting_for_all(pem, rsa_key, service):
    service.answers = [200]
    with ending(jaas(pem), service) as ace:
        assert ace.video.end(ROOM) is Reach.SERVER
    (request,) = service.requests
    assert str(request.url) == "https://8x8.vc/v1/_jaas/conference-commands/v1/meeting"
    name = f"{ROOM}@conference.{TENANT}.8x8.vc"
    assert service.body == {"action": "DESTROY", "payload": {"conferenceFullName": name}}
    token = request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, rsa_key.public_key(), ["RS256"], audience="jitsi", issuer="chat")
    assert (claims["admin"], claims["sub"]) == (True, TENANT)


async def test_jaas_puts_one_connection_out_awaited(pem, service):
    service.answers = [200]
    async with AsyncAce(Settings(providers=(jaas(pem),)), http=service.async_client()) as ace:
        assert await ace.video.remove(ROOM, "17", connection="3988218d") is Reach.SERVER
    assert service.body["action"] == "KICK_PARTICIPANT"
    assert service.body["payload"]["participantId"] == "3988218d"


def test_who_is_not_there_need_not_be_put_out(pem, service):
    service.answers = [404]
    with ending(jaas(pem), service) as ace:
        assert ace.video.end(ROOM) is Reach.SERVER


def test_a_refusal_is_an_error(pem, service):
    service.answers = [403]
    with ending(jaas(pem), service) as ace, pytest.raises(PermissionDeniedError):
        ace.video.end(ROOM)


def test_your_own_server_is_asked_with_its_own_key(pem, rsa_key, service):
    service.answers = [200, 200]
    settings = own(system_key=pem, system_key_id="k1", muc_domain="muc.meet.jitsi")
    with ending(settings, service) as ace:
        assert ace.video.end(ROOM) is Reach.SERVER
        assert ace.video.remove(ROOM, "17", connection="3988218d") is Reach.SERVER
    ended, kicked = service.requests
    assert (ended.method, ended.url.path) == ("POST", "/end-meeting")
    assert dict(ended.url.params) == {"conference": f"{ROOM}@muc.meet.jitsi"}
    assert (kicked.method, kicked.url.path, dict(kicked.url.params)) == ("PUT", "/kick-participant", {"room": ROOM})
    assert service.body == {"participantId": "3988218d"}
    token = ended.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, rsa_key.public_key(), ["RS256"], audience="jitsi", issuer="my_jitsi_app_id")
    assert (claims["room"], jwt.get_unverified_header(token)["kid"]) == (ROOM, "k1")


def test_what_no_server_does_is_left_to_the_page(pem, service):
    for settings in (own(), public()):
        with ending(settings, service) as ace:
            assert ace.video.end(ROOM) is Reach.PAGE
    with ending(jaas(pem), service) as ace:
        assert ace.video.remove(ROOM, "17") is Reach.PAGE
    assert service.requests == []


async def test_bans_name_the_person_or_the_token(pem, service):
    service.answers = [200, 200]
    Jitsi(jaas(pem), http=service.client()).ban_user(user_id="17")
    async with AsyncJitsi(jaas(pem), http=service.async_client()) as client:
        await client.ban_token(token=SecretStr("a.b.c"))
    base = f"https://8x8.vc/v1/_jaas/jaccess/v1/access-management/{TENANT}/ban"
    assert [str(request.url) for request in service.requests] == [f"{base}/user/17", f"{base}/jwt"]
    assert service.body == {"jwt": "a.b.c"}


def test_a_call_of_the_other_kind_of_server_is_not_sent(pem, service):
    with pytest.raises(ConfigurationError, match="must be jaas"):
        Jitsi(own(), http=service.client()).destroy_meeting(room=ROOM)
    with pytest.raises(ConfigurationError, match="must be selfhosted"):
        Jitsi(jaas(pem), http=service.client()).end_meeting(room=ROOM)
    assert service.requests == []


@pytest.mark.parametrize("who", [{}, {"participant_id": "a", "number": "+20"}])
def test_exactly_one_is_put_out(service, who):
    with pytest.raises(InvalidInputError):
        Jitsi(own(), http=service.client()).kick_from_meeting(room=ROOM, **who)


# Settings.


def test_three_variables_suffice_for_a_server_of_your_own(monkeypatch):
    monkeypatch.setenv("JITSI_DOMAIN", "meet.example.org")
    monkeypatch.setenv("JITSI_APP_ID", "my_jitsi_app_id")
    monkeypatch.setenv("JITSI_APP_SECRET", SECRET)
    given = grant(Settings().of(JitsiSettings))
    assert joined(given)["sub"] == "meet.example.org"
    assert SECRET not in str(given.for_browser())


@pytest.mark.parametrize(
    ("fields", "variables"),
    [
        ({}, ["JITSI_DOMAIN", "JITSI_APP_ID or JWT_APP_ID", "JITSI_APP_SECRET or JWT_APP_SECRET"]),
        ({"mode": "jaas"}, ["JAAS_APP_ID", "JAAS_KEY_ID", "JAAS_PRIVATE_KEY", "JITSI_ROOM_KEY"]),
        ({"mode": "public"}, ["JITSI_ROOM_KEY"]),
    ],
)
def test_each_mode_names_what_it_needs(fields, variables):
    assert JitsiSettings(**fields).missing() == [f"{variable} is not set (jitsi)" for variable in variables]


@pytest.mark.parametrize(
    ("fields", "variable"),
    [
        ({"domain": "https://meet.example.org"}, "JITSI_DOMAIN"),
        ({"domain": "meet.example.org/x"}, "JITSI_DOMAIN"),
        ({"app_secret": SecretStr("short")}, "JITSI_APP_SECRET"),
        ({"sub": "*"}, "JITSI_SUB"),
        ({"sub": "Meet"}, "JITSI_SUB"),
        ({"room_key": SecretStr("short")}, "JITSI_ROOM_KEY"),
        ({"jaas_app_id": "vpaas-magic-cookie-1"}, "JAAS_APP_ID"),
        ({"jaas_app_id": TENANT, "jaas_key_id": "4f4910"}, "JAAS_KEY_ID"),
    ],
)
def test_what_contradicts_itself_is_named(fields, variable):
    with pytest.raises(ConfigurationError, match=variable):
        Settings(providers=(own(**fields),)).of(JitsiSettings)


def test_production_refuses_the_public_server_and_the_doctor_warns_before():
    assert "public" in public().warnings(production=False)[0]
    assert Settings(env="staging", providers=(public(),)).of(JitsiSettings).mode == "public"
    with pytest.raises(ConfigurationError, match="JITSI_MODE must not be public"):
        Settings(env="production", providers=(public(),)).of(JitsiSettings)


def test_the_doctor_explains_why_every_token_would_be_refused():
    assert "domains" in own(sub="my_jitsi_app_id").warnings(production=True)[0]
    assert own().warnings(production=True) == []


@pytest.mark.parametrize(("mode", "placed"), [("selfhosted", "selfhosted"), ("jaas", "jaas"), ("public", "selfhosted")])
def test_the_sandbox_stands_in_for_jaas_or_a_server_of_your_own(mode, placed):
    settings = Settings(sandbox_url="http://127.0.0.1:8600", providers=(JitsiSettings(mode=mode),)).of(JitsiSettings)
    assert (settings.mode, settings.missing(), settings.problems()) == (placed, [], [])


def test_live_classes_can_be_switched_off():
    assert "video" not in dict(Settings(video="").switched_on)
    with Ace(Settings(video="")) as ace, pytest.raises(ConfigurationError, match="ACE_VIDEO"):
        _ = ace.video


@pytest.mark.parametrize(
    ("fields", "server"),
    [
        ({}, "https://meet.example.org"),
        ({"mode": "jaas", "jaas_app_id": TENANT}, "https://8x8.vc"),
        ({"base_url": "http://127.0.0.1:8600/jitsi"}, "http://127.0.0.1:8600"),
    ],
)
def test_a_page_with_a_class_loads_script_and_frame_from_the_server_alone(fields, server):
    assert JitsiProvider(own(**fields)).content_sources() == {"script-src": (server,), "frame-src": (server,)}


def test_a_link_needs_nothing_in_the_page():
    assert JitsiProvider(own(mode="public")).content_sources() == {}
