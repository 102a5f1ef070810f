"""What JaaS and a server of one's own ask before a room is opened, answered by a platform with the SDK's words."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from pydantic import SecretStr

from ace_integrations.core import Headers
from ace_integrations.errors import InvalidInputError, MalformedEventError, SignatureError, StaleSignatureError
from ace_integrations.sandbox import start
from ace_integrations.video.grant import Person
from ace_integrations.video.jitsi import (
    JaasSignature,
    JitsiProvider,
    JitsiSettings,
    Reservation,
    ReservationConflict,
    ReservationRequest,
    RoomSettings,
    read_reservation_request,
    read_room_question,
)
from ace_integrations.video.jitsi.sandbox import JitsiTwin
from ace_integrations.video.live_class import Role

ROOM = "edv-42-5f1c0a9b7d3e2468"
TENANT = "vpaas-magic-cookie-1fc542a3e4414a44b2611668195e2bfe"
SECRET = "whsec_0123456789abcdef0123456789abcdef"
NOW = 1_764_000_000
AT = datetime(2026, 11, 25, 10, tzinfo=UTC)
TEACHER, LINA = Person(id="9", name="Teacher Nine", email="t9@example.org"), Person(id="17", name="لينا")
SETTINGS = JitsiSettings(jaas_app_id=TENANT, webhook_secrets=(SecretStr(SECRET),))


def asked(body, *, secret=SECRET, signed_at=NOW):
    headers = JaasSignature().sign(body, secret=secret, now=signed_at)
    return read_room_question(SETTINGS, Headers(headers), body, now=NOW)


# The question of JaaS.


def test_the_question_names_the_room():
    question = asked(json.dumps({"fqn": f"{TENANT}/{ROOM}", "eventType": "SETTINGS_PROVISIONING"}).encode())
    assert (question.app_id, question.room) == (TENANT, ROOM)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"secret": "whsec_another"}, SignatureError),
        ({"signed_at": NOW - 301}, StaleSignatureError),
        ({"body": b'{"fqn":""}'}, MalformedEventError),
        ({"body": b"{}"}, MalformedEventError),
        ({"body": b"[]"}, MalformedEventError),
        ({"body": f'{{"fqn":"{TENANT}/A room"}}'.encode()}, MalformedEventError),
        ({"body": f'{{"fqn":"vpaas-magic-cookie-{"0" * 32}/{ROOM}"}}'.encode()}, MalformedEventError),
    ],
)
def test_a_question_that_is_forged_old_or_of_another_account_is_refused(given, error):
    given = {"body": f'{{"fqn":"{TENANT}/{ROOM}"}}'.encode(), **given}
    with pytest.raises(error):
        asked(given.pop("body"), **given)


@pytest.mark.parametrize(
    ("room", "answer"),
    [
        (RoomSettings(), {"lobbyEnabled": False}),
        (
            RoomSettings(waits_for_moderator=True, passcode=SecretStr("1234"), max_occupants=30),
            {"lobbyEnabled": True, "lobbyType": "WAIT_FOR_MODERATOR", "passcode": "1234", "maxOccupants": 30},
        ),
    ],
)
def test_the_answer_says_how_the_room_shall_be(room, answer):
    assert room.answer() == answer
    assert "1234" not in repr(room)


@pytest.mark.parametrize("given", [{"max_occupants": 1}, {"max_occupants": 501}, {"passcode": SecretStr("")}])
def test_a_room_that_cannot_be_is_not_answered(given):
    with pytest.raises(InvalidInputError):
        RoomSettings(**given)


# The question of one's own server.


def test_a_reservation_is_read_and_answered():
    body = f"name={ROOM}&start_time=2026-11-25T10%3A00%3A00.000Z&mail_owner=t9%40example.org".encode()
    request = read_reservation_request(body)
    assert request == ReservationRequest(ROOM, AT, "t9@example.org")
    made = Reservation("7", request, timedelta(hours=1), max_occupants=30, has_lobby=True, password=SecretStr("sesame"))
    assert made.answer() == {
        "id": "7",
        "name": ROOM,
        "mail_owner": "t9@example.org",
        "start_time": "2026-11-25T10:00:00.000Z",
        "duration": 3600,
        "max_occupants": 30,
        "lobby": True,
        "password": "sesame",
    }
    assert "sesame" not in repr(made)
    assert ReservationConflict("6").answer() == {"conflict_id": "6"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"name=x",
        f"name={ROOM}&start_time=now".encode(),
        f"name={ROOM}&start_time=2026-11-25T10:00:00".encode(),
        b"name=A+room&start_time=2026-11-25T10:00:00Z",
        b"\xff",
    ],
)
def test_what_is_no_reservation_is_refused(body):
    with pytest.raises(MalformedEventError):
        read_reservation_request(body)


@pytest.mark.parametrize("given", [{"lasts": timedelta(0)}, {"max_occupants": 0}])
def test_a_reservation_of_nothing_is_refused(given):
    request = ReservationRequest(ROOM, AT)
    with pytest.raises(InvalidInputError):
        Reservation("7", request, **{"lasts": timedelta(hours=1), **given})


# Asked by the twin.


class Platform:
    """A platform that answers what it is told to.

    Attributes:
        answers: takes what was asked, gives status and JSON value.
        asked: method, path, header fields and body of what was asked.
    """

    def __init__(self):
        self.asked = []
        self.answers = lambda headers, body: (200, {})
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = Headers(list(self.headers.items()))
                platform.asked.append((self.command, self.path, headers, body))
                status, value = platform.answers(headers, body)
                told = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def do_DELETE(self):
                self.do_POST()

            def log_message(self, *told):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def platform():
    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture(scope="module")
def running():
    with start(twins=[JitsiTwin]) as running:
        yield running


class House:
    def __init__(self, running, mode):
        self.control = running.control
        self.control.reset()
        self.settings = JitsiSettings(mode=mode).in_sandbox(running.url)
        self._provider = JitsiProvider(self.settings)
        self._url = f"{running.url}/jitsi"
        self.room = self._provider.room("42")

    @property
    def now(self):
        return int(self.control.now())

    def join(self, person=LINA, role=Role.PARTICIPANT, **given):
        now = datetime.fromtimestamp(self.now, UTC)
        grant = self._provider.grant(
            session_id="42", person=person, role=role, now=now, ends_at=now + timedelta(hours=1)
        )
        body = {"jwt": grant.options["jwt"], **given}
        answer = httpx.post(f"{self._url}/rooms/{grant.room}/join", json=body, trust_env=False).json()
        return answer["error"]["name"] if "error" in answer else answer

    def news(self, who):
        answer = httpx.get(f"{self._url}/rooms/{self.room}/news", params={"id": who}, trust_env=False).json()
        return [one["event"] for one in answer["news"]]


def test_jaas_asks_how_the_room_shall_be_and_holds_to_it(running, platform):
    house = House(running, "jaas")
    house.control.post("jitsi/provisioning", url=f"{platform.url}/jitsi/settings")

    def answers(headers, body):
        assert read_room_question(house.settings, headers, body, now=house.now).room == house.room
        return 200, RoomSettings(waits_for_moderator=True, passcode=SecretStr("1234"), max_occupants=2).answer()

    platform.answers = answers
    assert house.join() == "conference.passwordRequired"
    assert house.join(password="1234")["waiting"] is True
    assert house.join(TEACHER, Role.MODERATOR)["waiting"] is False
    assert house.join(password="1234") == "conference.max_users"
    entry = house.control.journal(operation="SETTINGS_PROVISIONING")[0]
    assert (entry["path"], entry["status"]) == ("/jitsi/settings", 200)


@pytest.mark.parametrize("answer", [(500, {}), (200, ["none"])])
def test_an_answer_that_says_nothing_leaves_the_room_as_it_is(running, platform, answer):
    house = House(running, "jaas")
    house.control.post("jitsi/provisioning", url=platform.url)
    platform.answers = lambda headers, body: answer
    assert house.join()["waiting"] is False


def test_a_room_is_opened_only_with_a_reservation_ends_with_it_and_is_reported_over(running, platform):
    house = House(running, "selfhosted")
    house.control.post("jitsi/reservations", url=f"{platform.url}/jitsi")
    platform.answers = lambda headers, body: (409, ReservationConflict("6").answer())
    assert house.join() == "conference.reservationError"

    def answers(headers, body):
        if not body:
            return 200, {}
        request = read_reservation_request(body)
        assert (request.room, request.owner) == (house.room, "t9@example.org")
        return 201, Reservation("7", request, timedelta(minutes=5), has_lobby=True).answer()

    platform.answers = answers
    teacher = house.join(TEACHER, Role.MODERATOR)
    assert house.join()["waiting"] is True
    house.control.advance(301)
    assert house.news(teacher["id"])[-1] == "readyToClose"
    assert [(method, path) for method, path, _, _ in platform.asked[1:]] == [
        ("POST", "/jitsi/conference"),
        ("DELETE", "/jitsi/conference/7"),
    ]


def test_the_other_kind_of_server_asks_nothing(running, platform):
    house = House(running, "jaas")
    house.control.post("jitsi/reservations", url=platform.url)
    house.join()
    house = House(running, "selfhosted")
    house.control.post("jitsi/provisioning", url=platform.url)
    house.join()
    assert platform.asked == []


@pytest.mark.parametrize("control", ["provisioning", "reservations"])
def test_a_question_leaves_no_machine(running, control):
    with pytest.raises(InvalidInputError, match="this machine"):
        running.control.post(f"jitsi/{control}", url="https://platform.example.com")
