"""Jitsi's twin, as a browser's page and a platform's server meet it."""

from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ace_integrations import Ace, Settings
from ace_integrations.core import Headers
from ace_integrations.errors import AuthenticationError, InvalidInputError
from ace_integrations.sandbox import start
from ace_integrations.video.events import LeaveReason, PersonJoined, PersonLeft, presences
from ace_integrations.video.grant import Person
from ace_integrations.video.jitsi.provider import JitsiProvider
from ace_integrations.video.jitsi.sandbox import JitsiTwin
from ace_integrations.video.jitsi.settings import SANDBOX_DOMAIN, SANDBOX_JAAS_APP_ID, JitsiSettings
from ace_integrations.video.jitsi.token import JaasIssuer, SelfHostedIssuer, SystemIssuer
from ace_integrations.video.jitsi.webhooks import JaasSignature, parse
from ace_integrations.video.live_class import Role, attendance
from ace_integrations.video.provider import Reach

ROOM = "edv-42-5f1c0a9b7d3e2468"
TEACHER, LINA = Person(id="9", name="Teacher Nine"), Person(id="17", name="لينا")
KID = f"{SANDBOX_JAAS_APP_ID}/4f4910"
CONFERENCE = f"{ROOM}@conference.{SANDBOX_JAAS_APP_ID}.8x8.vc"
COMMANDS = "/v1/_jaas/conference-commands/v1/meeting"
ACCESS = f"/v1/_jaas/jaccess/v1/access-management/{SANDBOX_JAAS_APP_ID}"


class House:
    """The twin of a running sandbox, with a plain client for its pages and one for its controls."""

    def __init__(self, running):
        self.http = httpx.Client(base_url=f"{running.url}/jitsi", trust_env=False)
        self.control = running.control
        self.settings = JitsiSettings().in_sandbox(running.url)
        self.hosted = SelfHostedIssuer(self.settings.app_id, self.settings.app_secret, SANDBOX_DOMAIN)

    @property
    def now(self):
        return int(self.control.now())

    def use(self, control, **fields):
        return self.control.post(f"jitsi/{control}", **fields)

    def upload(self, key, **fields):
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.use("keys", pem=pem, **fields)

    def token(self, person, role=Role.PARTICIPANT, *, room=ROOM, later_s=0):
        return self.hosted.issue(person=person, room=room, role=role, now=self.now + later_s, ttl_s=600)

    def join(self, token, room=ROOM):
        return self.http.post(f"/rooms/{room}/join", json={"jwt": token})

    def come(self, person, role=Role.PARTICIPANT):
        return self.join(self.token(person, role)).json()["id"]

    def act(self, who, do, **more):
        return self.http.post(f"/rooms/{ROOM}/act", json={"id": who, "do": do, **more}).status_code

    def news(self, who):
        return [one["event"] for one in self.http.get(f"/rooms/{ROOM}/news", params={"id": who}).json()["news"]]


@pytest.fixture(scope="module")
def running():
    with start(twins=[JitsiTwin]) as running:
        yield running


@pytest.fixture
def house(running):
    running.control.reset()
    house = House(running)
    yield house
    house.http.close()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def jaas(house, key):
    house.upload(key, kid=KID)
    return JaasIssuer(SANDBOX_JAAS_APP_ID, KID, key)


# Joining.


def test_what_the_provider_grants_opens_the_room(house):
    provider = JitsiProvider(house.settings)
    now = datetime.now(UTC)
    grant = provider.grant(
        session_id="42", person=TEACHER, role=Role.MODERATOR, now=now, ends_at=now + timedelta(hours=1)
    )
    joined = house.join(grant.options["jwt"], grant.room)
    assert (joined.status_code, joined.json()["role"], joined.json()["waiting"]) == (200, "moderator", False)
    assert joined.json()["features"]["recording"] is True
    assert house.http.get(grant.script_url).text.startswith("// A stand-in for Jitsi's external_api.js")


def test_teacher_and_student_see_each_other_come_and_go(house):
    teacher, lina = house.come(TEACHER, Role.MODERATOR), house.come(LINA)
    assert house.news(teacher) == ["videoConferenceJoined", "participantRoleChanged", "participantJoined"]
    assert house.act(lina, "leave") == 204
    assert house.news(teacher) == ["participantLeft"]


def test_a_student_is_nobody_who_may_put_others_out(house):
    teacher, lina = house.come(TEACHER, Role.MODERATOR), house.come(LINA)
    for do in ("kick", "mute_all", "end", "admit", "appoint"):
        assert house.act(lina, do, target=teacher) == 403
    assert house.act(teacher, "kick", target=lina) == 204
    assert house.news(lina)[-3:] == ["participantKickedOut", "videoConferenceLeft", "readyToClose"]
    assert house.act(lina, "chat", text="still here?") == 204
    assert "incomingMessage" not in house.news(teacher)


def test_the_end_puts_everybody_out(house):
    teacher, lina = house.come(TEACHER, Role.MODERATOR), house.come(LINA)
    assert house.act(teacher, "end") == 204
    assert house.news(lina)[-3:] == ["errorOccurred", "videoConferenceLeft", "readyToClose"]


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (lambda house: "", "connection.passwordRequired", "token required"),
        (lambda house: "no.jw.t", "connection.passwordRequired", "Invalid token"),
        (lambda house: house.token(LINA)[:-4], "connection.passwordRequired", "Invalid"),
        (
            lambda house: house.token(LINA, later_s=-601),
            "connection.passwordRequired",
            "Not acceptable by exp",
        ),
        (
            lambda house: house.token(LINA, later_s=60),
            "connection.passwordRequired",
            "Not acceptable by nbf",
        ),
        (
            lambda house: house.token(LINA, room="edv-43-5f1c0a9b7d3e2468"),
            "conference.connectionError.notAllowed",
            "room-mismatch",
        ),
    ],
)
def test_a_token_that_is_not_for_now_and_here_is_refused_in_the_servers_words(house, make, name, words):
    refused = house.join(make(house))
    error = refused.json()["error"]
    assert (refused.status_code, error["name"]) == (403, name)
    assert error["message"].startswith(words)


def test_a_full_room_and_a_lobby(house):
    house.use("switches", name="wait_for_host", value="true")
    lina = house.join(house.token(LINA)).json()
    assert lina["waiting"] is True
    house.come(TEACHER, Role.MODERATOR)
    assert "videoConferenceJoined" in house.news(lina["id"])
    house.use("switches", name="max_occupants", value="2")
    assert house.join(house.token(LINA)).json()["error"]["name"] == "conference.max_users"


def test_without_the_module_everybody_moderates_as_many_a_real_server_does(house):
    house.use("switches", name="token_affiliation", value=False)
    assert house.join(house.token(LINA)).json()["role"] == "moderator"


def test_in_public_mode_no_token_is_asked_for_and_the_first_moderates(house):
    house.use("switches", name="is_public", value="true")
    assert [house.join("").json()["role"] for _ in range(2)] == ["moderator", "participant"]


def test_the_public_server_cuts_off_a_page_within_another_one_after_five_minutes(house):
    house.use("switches", name="is_public", value="true")
    embedded = house.http.post(f"/rooms/{ROOM}/join", json={"embedded": True}).json()["id"]
    alone = house.http.post(f"/rooms/{ROOM}/join", json={"embedded": False}).json()["id"]
    house.control.advance(299)
    assert "readyToClose" not in house.news(embedded)
    house.control.advance(1)
    assert house.news(embedded) == ["videoConferenceLeft", "readyToClose"]
    assert house.news(alone)[-1] == "participantLeft"


@pytest.mark.parametrize(
    ("switch", "value", "change", "before", "after"),
    [
        ("allow_empty_token", True, None, "token required", ""),
        ("domain_verification", False, {"sub": "meet.example.org"}, "Room and token mismatched", ""),
        ("require_room_claim", False, {"room": None}, "room claim is missing", ""),
    ],
)
def test_a_server_can_be_set_up_otherwise(house, switch, value, change, before, after):
    claims = {**jwt.decode(house.token(LINA), options={"verify_signature": False}), **(change or {})}
    claims = {name: value for name, value in claims.items() if value is not None}
    secret = house.settings.app_secret.get_secret_value()
    token = "" if change is None else jwt.encode(claims, secret, "HS256")
    assert house.join(token).json()["error"]["message"] == before
    house.use("switches", name=switch, value=value)
    assert house.join(token).json().get("error", {}).get("message", "") == after
    house.control.reset()
    assert house.join(token).json()["error"]["message"] == before


def test_with_an_automatic_owner_a_student_who_comes_first_moderates(house):
    house.use("switches", name="auto_owner", value=True)
    assert house.join(house.token(LINA)).json()["role"] == "moderator"


def test_a_moderator_may_guard_the_room(house):
    teacher = house.come(TEACHER, Role.MODERATOR)
    assert house.act(teacher, "lobby", on=True) == 204
    lina = house.join(house.token(LINA)).json()
    assert (lina["waiting"], house.act(lina["id"], "lobby", on=False)) == (True, 403)
    assert house.act(teacher, "admit", target=lina["id"]) == 204
    assert house.news(lina["id"])[0] == "videoConferenceJoined"


# JaaS.


def test_jaas_knows_the_keys_that_were_uploaded(house, key, jaas):
    token = jaas.issue(person=TEACHER, room=ROOM, role=Role.MODERATOR, now=house.now, ttl_s=600)
    assert house.join(token).json()["role"] == "moderator"
    other = JaasIssuer(SANDBOX_JAAS_APP_ID, f"{SANDBOX_JAAS_APP_ID}/000000", key)
    token = other.issue(person=TEACHER, room=ROOM, role=Role.MODERATOR, now=house.now, ttl_s=600)
    assert house.join(token).json()["error"]["message"] == "could not obtain public key"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"context": {"user": {"id": "9"}}}, "featuresNotFound"),
        ({"sub": "vpaas-magic-cookie-00000000000000000000000000000000"}, "kidMismatch"),
        ({"iss": "jitsi"}, "invalid 'iss' claim"),
        ({"aud": ["jitsi"]}, "invalid 'aud' claim"),
        ({"room": None}, "room claim is missing"),
    ],
)
def test_jaas_has_rules_of_its_own(house, key, jaas, change, words):
    token = jaas.issue(person=TEACHER, room=ROOM, role=Role.MODERATOR, now=house.now, ttl_s=600)
    claims = {**jwt.decode(token, options={"verify_signature": False}), **change}
    spoiled = jwt.encode(claims, key, "RS256", headers={"kid": KID})
    assert house.join(spoiled).json()["error"]["message"] == words


def test_a_token_that_manages_opens_no_room_and_one_that_opens_manages_nothing(house, jaas):
    now = house.now
    assert house.join(jaas.issue_admin(now=now)).json()["error"]["message"] == "room claim is missing"
    member = jaas.issue(person=TEACHER, room=ROOM, role=Role.MODERATOR, now=now, ttl_s=600)
    assert command(house, member, "DESTROY").status_code == 401


def command(house, token, action, **payload):
    body = {"action": action, "payload": {"conferenceFullName": CONFERENCE, **payload}}
    return house.http.post(COMMANDS, json=body, headers={"authorization": f"Bearer {token}"})


def test_jaas_ends_a_meeting_and_puts_somebody_out(house, jaas):
    admin = jaas.issue_admin(now=house.now)
    lina, teacher = house.come(LINA), house.come(TEACHER, Role.MODERATOR)
    assert command(house, admin, "KICK_PARTICIPANT", participantId=lina).status_code == 200
    assert house.news(lina)[-1] == "readyToClose"
    assert command(house, admin, "DESTROY").status_code == 200
    assert house.news(teacher)[-1] == "readyToClose"
    assert command(house, admin, "DESTROY").status_code == 404
    assert command(house, admin, "PAINT").status_code == 400


def test_who_was_banned_stays_out(house, jaas):
    admin = {"authorization": f"Bearer {jaas.issue_admin(now=house.now)}"}
    token = house.token(TEACHER, Role.MODERATOR)
    assert house.http.post(f"{ACCESS}/ban/user/17", headers=admin).status_code == 200
    assert house.http.post(f"{ACCESS}/ban/jwt", json={"jwt": token}, headers=admin).status_code == 200
    assert [house.join(each).status_code for each in (house.token(LINA), token)] == [403, 403]
    elsewhere = ACCESS.replace("5a11", "0000")
    assert house.http.post(f"{elsewhere}/ban/user/17", headers=admin).status_code == 403
    assert house.http.post(f"{ACCESS}/ban/user/17").status_code == 401


@pytest.mark.parametrize("mode", ["selfhosted", "jaas"])
def test_grants_and_commands_of_either_mode_follow_the_sandboxes_clock(running, house, monkeypatch, mode):
    monkeypatch.setenv("JITSI_MODE", mode)
    house.control.advance(86_400)
    now = datetime.fromtimestamp(house.now, UTC)
    with Ace(Settings(sandbox_url=running.url), clock=house.control.now) as ace:
        grant = ace.video.grant(
            session_id="42", person=TEACHER, role=Role.MODERATOR, now=now, ends_at=now + timedelta(hours=1)
        )
        teacher = house.join(grant.options["jwt"], grant.room).json()["id"]
        assert house.http.get(grant.script_url).status_code == 200
        assert ace.video.end(grant.room) is Reach.SERVER
        lina = house.use(f"rooms/{ROOM}/enter", name="Lina")["id"]
        assert ace.video.remove(ROOM, "17", connection=lina) is Reach.SERVER
    assert [house.news(each)[-1] for each in (teacher, lina)] == ["readyToClose", "readyToClose"]


def test_a_token_for_commands_is_of_the_clients_minute(running, house, monkeypatch):
    monkeypatch.setenv("JITSI_MODE", "jaas")
    an_hour_ago = lambda: house.control.now() - 3600  # noqa: E731
    with Ace(Settings(sandbox_url=running.url), clock=an_hour_ago) as late, pytest.raises(AuthenticationError):
        late.video.end(ROOM)


# A server of one's own.


def test_a_servers_own_addresses_end_and_kick(house, key):
    house.upload(key, of="system", kid="platform")
    system = SystemIssuer(house.settings.app_id, SANDBOX_DOMAIN, "platform", key)
    admin = {"authorization": f"Bearer {system.issue(room=ROOM, now=house.now)}"}
    login = {"authorization": f"Bearer {house.token(TEACHER, Role.MODERATOR)}"}
    conference = {"conference": f"{ROOM}@conference.{SANDBOX_DOMAIN}"}
    lina = house.come(LINA)
    house.come(TEACHER, Role.MODERATOR)
    kick = lambda body: house.http.put("/kick-participant", params={"room": ROOM}, json=body).status_code  # noqa: E731
    assert [kick({}), kick({"participantId": lina, "number": "1"}), kick({"participantId": "ffffffff"})] == [
        400,
        400,
        404,
    ]
    assert kick({"participantId": lina}) == 200
    end = lambda params, headers: house.http.post("/end-meeting", params=params, headers=headers).status_code  # noqa: E731
    assert [end({}, admin), end(conference, {}), end(conference, login)] == [400, 401, 401]
    assert [end(conference, admin), end(conference, admin)] == [200, 404]


# What is told.


def told(running, **given):
    """Give the meanings of what the twin sent so far, each verified as the platform does."""
    sent = [one.sign() for one in running.sandbox.deliveries.all.values() if one.provider == "jitsi"]
    now = int(running.control.now())
    for body, headers in sent:
        secrets = given.get("secrets", ["whsec_sandbox_jitsi"])
        JaasSignature().verify(Headers(headers.items()), body, secrets=secrets, now=now)
    return [parse(Headers(()), body).meaning for body, _ in sent]


def test_an_attendance_comes_of_what_is_told_in_any_order_and_twice(house, running):
    house.control.send_webhooks_to(jitsi="http://127.0.0.1:9/webhook")
    house.use("events/hold")
    teacher, lina = house.come(TEACHER, Role.MODERATOR), house.come(LINA)
    house.control.advance(600)
    house.act(teacher, "kick", target=lina)
    house.control.advance(60)
    house.act(teacher, "end")
    house.use("events/repeat")
    house.use("events/release", order="newest_first")
    events = told(running)
    assert [type(one).__name__ for one in events[1:]] == [
        "RoomEmptied", "PersonLeft", "PersonLeft", "PersonJoined", "PersonJoined", "RoomStarted",
    ]  # fmt: skip
    people = [one for one in events if isinstance(one, PersonJoined | PersonLeft)]
    assert {(one.person, one.reason) for one in people if isinstance(one, PersonLeft)} == {
        ("9", LeaveReason.LEFT), ("17", LeaveReason.REMOVED),
    }  # fmt: skip
    found = attendance(presences(people), ended_at=None, now=datetime.now(UTC) + timedelta(hours=1))
    lasted = {one.person: round(one.lasted.total_seconds() / 60) for one in found}
    assert lasted == {"9": 11, "17": 10}


def test_two_secrets_sign_while_one_is_replaced(house, running):
    house.control.send_webhooks_to(jitsi="http://127.0.0.1:9/webhook")
    house.use("secrets", secrets=["whsec_sandbox_jitsi", "whsec_next"])
    house.come(LINA)
    for secret in ("whsec_sandbox_jitsi", "whsec_next"):
        assert len(told(running, secrets=[secret])) == 2


# Pages, console, journal.


def test_the_room_is_a_page_in_two_languages_that_a_platform_may_frame(house):
    page = house.http.get(f"/rooms/{ROOM}", params={"lang": "ar"})
    assert 'dir="rtl"' in page.text
    assert "frame-ancestors 'self' http://127.0.0.1:*" in page.headers["content-security-policy"]
    assert [house.http.get(path).status_code for path in ("/room.js", "/room.css", "/any/external_api.js")] == [200] * 3


def test_the_journal_has_the_join_and_not_the_token(house, running):
    token = house.token(LINA)
    house.join(token)
    entry = running.control.journal(provider="jitsi", operation="join")[-1]
    assert token not in str(entry)
    assert token.rpartition(".")[2] not in str(entry)


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("keys", {"kid": "x", "pem": "no key"}),
        ("switches", {"name": "colour", "value": "red"}),
        ("keys", {"kid": "x"}),
        ("rooms/edv-0/end", {}),
        ("rooms/edv-0/kick", {"participant": "ffffffff"}),
        ("events/repeat", {}),
    ],
)
def test_a_control_that_can_do_nothing_says_so(house, control, fields):
    with pytest.raises(InvalidInputError):
        house.use(control, **fields)
