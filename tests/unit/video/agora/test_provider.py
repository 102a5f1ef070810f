"""Agora as the provider of live classes, its REST calls, and its settings."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidInputError,
    OutcomeUnknownError,
    RateLimitedError,
)
from ace_integrations.video import GrantKind, Person, Reach, Role
from ace_integrations.video.agora import Agora, AgoraProvider, AgoraSettings, AsyncAgora, RtcPrivilege, RtcService
from ace_integrations.video.agora.people import number_of, person_of
from ace_integrations.video.agora.token import read

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
APP_ID, CERTIFICATE = VECTORS["app_id"], VECTORS["certificate"]
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = SecretStr("room-name-key-for-tests")


def settings(**fields):
    values = {
        "app_id": APP_ID,
        "certificates": (SecretStr(CERTIFICATE),),
        "customer_id": "customer",
        "customer_secret": SecretStr("customer-secret"),
        "channel_key": KEY,
    }
    return AgoraSettings(**{**values, **fields})


def grant(role=Role.PARTICIPANT, *, person_id="17", ends_at=NOW + 2 * HOUR, **fields):
    provider = AgoraProvider(settings(**fields))
    return provider.grant(
        session_id="42", person=Person(id=person_id, name="Somebody"), role=role, now=NOW, ends_at=ends_at
    )


def rights(text):
    token = read(text, certificates=[CERTIFICATE])
    return token, token.service(RtcService)


# Grants.


def test_case_c22_the_answer_carries_the_number_that_the_token_was_made_for():
    given = grant(person_id="12345")
    token, rtc = rights(given.options["token"])
    assert (rtc.user, given.options["uid"]) == ("12345", 12345)
    assert rtc.channel == given.options["channel"] == given.room == "edv-42-3a50c824752778fe08fe8a24"
    assert token.issued_at == int(NOW.timestamp())
    assert (token.lasts_s, given.expires_at) == (3600, NOW + HOUR)
    assert given.renew_after == NOW + timedelta(minutes=55)


def test_a_student_listens_and_a_teacher_speaks_and_shows_a_screen():
    student, teacher = grant(), grant(Role.MODERATOR, person_id="9")
    assert set(rights(student.options["token"])[1].privileges) == {RtcPrivilege.JOIN}
    assert (student.options["role"], "screen" in student.options) == ("audience", False)
    assert set(rights(teacher.options["token"])[1].privileges) == set(RtcPrivilege)
    assert (teacher.options["role"], teacher.options["mode"], teacher.kind) == ("host", "live", GrantKind.SDK)
    screen = teacher.options["screen"]
    assert screen["uid"] == 9 + 2**31
    assert rights(screen["token"])[1].user == str(9 + 2**31)


def test_a_grant_ends_with_the_class():
    given = grant(ends_at=NOW + timedelta(minutes=10))
    assert (rights(given.options["token"])[0].lasts_s, given.expires_at) == (600, NOW + timedelta(minutes=10))


@pytest.mark.parametrize("ends_at", [NOW, NOW - HOUR, datetime(2026, 11, 25, 12)])  # noqa: DTZ001 - no zone is the point
def test_nobody_joins_what_has_ended_or_at_a_time_without_a_zone(ends_at):
    with pytest.raises(InvalidInputError):
        grant(ends_at=ends_at)


def test_the_certificate_and_the_token_are_in_no_repr():
    given = grant()
    assert given.options["token"] not in repr(given)
    assert CERTIFICATE not in json.dumps(given.for_browser())


@pytest.mark.parametrize(
    ("person_id", "number"),
    [("1", 1), ("17", 17), ("2147483647", 2**31 - 1)],
)
def test_an_id_that_is_a_number_is_the_number(person_id, number):
    assert number_of(person_id, key=KEY) == number
    assert person_of(number) == person_of(number + 2**31) == person_id


@pytest.mark.parametrize("person_id", ["student-17", "0", "017", "2147483648", "-1", "٣", "9" * 30])
def test_another_id_has_a_number_of_its_own_below_the_screens(person_id):
    number = number_of(person_id, key=KEY)
    assert 1 <= number < 2**31
    assert number == number_of(person_id, key=KEY)
    assert AgoraProvider(settings()).known_as(person_id) == person_of(number) == str(number)


def test_nobody_is_number_zero():
    assert person_of(0) is None


# Ending and putting out.


def sending(service):
    return Agora(settings(), http=service.client())


def test_ending_shuts_the_channel_for_all(service):
    service.answers = [{"status": "success", "id": 1953}]
    with Ace(Settings(video="agora", providers=(settings(),)), http=service.client()) as ace:
        assert ace.video.end(ace.video.room("42"), lasts=HOUR) is Reach.SERVER
    assert service.body == {
        "appid": APP_ID,
        "cname": "edv-42-3a50c824752778fe08fe8a24",
        "time_in_seconds": 3600,
        "privileges": ["join_channel"],
    }
    assert service.requests[0].headers["authorization"] == "Basic Y3VzdG9tZXI6Y3VzdG9tZXItc2VjcmV0"
    assert str(service.requests[0].url) == "https://api.agora.io/dev/v1/kicking-rule"


async def test_removing_shuts_it_for_one_person_awaited(service):
    service.answers = [{"status": "success", "id": 7}]
    async with AsyncAce(Settings(video="agora", providers=(settings(),)), http=service.async_client()) as ace:
        assert await ace.video.remove(ace.video.room("42"), "17", lasts=timedelta(seconds=1)) is Reach.SERVER
    assert (service.body["uid"], service.body["time_in_seconds"]) == (17, 10)


def test_a_lost_answer_is_looked_up_before_anybody_sends_it_again(service):
    rules = [{"id": 4, "cname": "a", "uid": 17}, {"id": 5, "cname": "a", "uid": "", "ts": "2026-11-25T11:00:00Z"}]
    service.answers = [httpx.ReadTimeout("silent"), {"status": "success", "rules": rules}]
    assert sending(service).create_kicking_rule(channel="a", time_in_seconds=600).id == 5
    assert [request.method for request in service.requests] == ["POST", "GET"]
    assert service.requests[1].url.params["appid"] == APP_ID


def test_a_lost_answer_that_left_no_rule_stays_unknown(service):
    service.answers = [httpx.ReadTimeout("silent"), {"status": "success", "rules": []}]
    with pytest.raises(OutcomeUnknownError):
        sending(service).create_kicking_rule(channel="a", uid=17, time_in_seconds=600)


@pytest.mark.parametrize(
    "given",
    [
        {"time_in_seconds": 600},
        {"channel": "a", "time_in_seconds": 9},
        {"channel": "a", "time_in_seconds": 86_431},
    ],
)
def test_a_rule_against_everybody_everywhere_or_for_no_time_is_not_sent(service, given):
    with pytest.raises(InvalidInputError):
        sending(service).create_kicking_rule(**given)
    assert service.requests == []


CALLS = [
    ("list_kicking_rules", {}, {"status": "success", "rules": []}, "GET", f"/dev/v1/kicking-rule?appid={APP_ID}"),
    (
        "update_kicking_rule",
        {"rule_id": 5, "time_in_seconds": 60},
        {"status": "success", "result": {"id": 5, "ts": "2026-11-25T11:00:00.000Z"}},
        "PUT",
        "/dev/v1/kicking-rule",
    ),
    ("delete_kicking_rule", {"rule_id": 5}, {"status": "success", "id": 5}, "DELETE", "/dev/v1/kicking-rule"),
    (
        "list_channel_users",
        {"channel": "edv 42"},
        {"success": True, "data": {"channel_exist": True, "mode": 2, "broadcasters": [9], "audience": [17]}},
        "GET",
        f"/dev/v1/channel/user/{APP_ID}/edv%2042",
    ),
    (
        "list_channel_users",
        {"channel": "gone"},
        {"success": True, "data": {"channel_exist": False}},
        "GET",
        f"/dev/v1/channel/user/{APP_ID}/gone",
    ),
    (
        "get_user_status",
        {"channel": "a", "uid": 9},
        {"success": True, "data": {"in_channel": True, "uid": 9, "join": 1764000000, "role": 2, "platform": 7}},
        "GET",
        f"/dev/v1/channel/user/property/{APP_ID}/9/a",
    ),
    (
        "list_channels",
        {"page_size": 5},
        {"success": True, "data": {"channels": [{"channel_name": "a", "user_count": 2}], "total_size": 1}},
        "GET",
        f"/dev/v1/channel/{APP_ID}?page_no=0&page_size=5",
    ),
    (
        "list_notifier_addresses",
        {},
        {"data": {"service": {"hosts": [{"primaryIP": "192.0.2.1"}]}}},
        "GET",
        "/v2/ncs/ip",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "answer", "method", "path"), CALLS)
async def test_each_call_is_the_same_in_both_colours(service, name, arguments, answer, method, path):
    service.answers = [answer, answer]
    blocking = getattr(sending(service), name)(**arguments)
    async with AsyncAgora(settings(), http=service.async_client()) as client:
        assert await getattr(client, name)(**arguments) == blocking
    for request in service.requests:
        assert (request.method, request.url.raw_path.decode()) == (method, path)


def test_answers_are_read_into_models(service):
    service.answers = [CALLS[3][2], CALLS[6][2], CALLS[7][2], CALLS[1][2]]
    client = sending(service)
    assert client.list_channel_users(channel="a").broadcasters == (9,)
    assert client.list_channels().channels[0].user_count == 2
    assert client.list_notifier_addresses() == ("192.0.2.1",)
    changed = client.update_kicking_rule(rule_id=5, time_in_seconds=60)
    assert changed.until == datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert service.body == {"appid": APP_ID, "id": 5, "time_in_seconds": 60}


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (429, RateLimitedError)])
def test_a_refusal_is_typed(service, status, kind):
    service.answers = [status]
    with pytest.raises(kind, match="no"):
        Agora(settings(), http=service.client(), max_retries=0).list_channels()


# Settings.


def test_app_id_and_certificate_suffice_for_grants():
    made = AgoraProvider(AgoraSettings(app_id=APP_ID, certificates=(SecretStr(CERTIFICATE),)))
    assert made.room("42").startswith("edv-42-")
    with pytest.raises(ConfigurationError, match="AGORA_CUSTOMER_ID"):
        Agora(AgoraSettings(app_id=APP_ID, certificates=(SecretStr(CERTIFICATE),))).list_channels()


@pytest.mark.parametrize("fields", [{"app_id": None}, {"certificates": ()}])
def test_a_missing_key_is_named_at_first_use(fields):
    with pytest.raises(ConfigurationError, match="AGORA_APP_"):
        grant(**fields)


@pytest.mark.parametrize(
    ("fields", "variable"),
    [
        ({"app_id": "970CA35de60c44645bbae8a215061b3"}, "AGORA_APP_ID"),
        ({"certificates": (SecretStr("z" * 32),)}, "AGORA_APP_CERTIFICATE"),
        ({"certificates": (SecretStr(APP_ID),)}, "AGORA_APP_CERTIFICATE is the App ID"),
        ({"channel_key": SecretStr("short")}, "AGORA_CHANNEL_KEY"),
    ],
)
def test_what_is_no_key_is_named(fields, variable):
    with pytest.raises(ConfigurationError, match=variable):
        Settings(providers=(settings(**fields),)).of(AgoraSettings)


def test_without_the_customers_pair_the_doctor_says_what_is_lost():
    assert settings().warnings(production=True) == []
    assert "ended" in settings(customer_id=None).warnings(production=True)[0]


def test_the_first_certificate_signs_and_both_are_believed():
    old, new = "0" * 32, CERTIFICATE
    given = grant(certificates=(SecretStr(new), SecretStr(old)))
    assert read(given.options["token"], certificates=[old, new])


def test_a_page_with_a_class_loads_the_script_and_connects_to_the_services_servers():
    sources = AgoraProvider(settings()).content_sources()
    assert sources["script-src"] == ("https://download.agora.io",)
    assert {"wss://*.agora.io:*", "https://*.sd-rtn.com:*"} < set(sources["connect-src"])


def test_in_the_sandbox_nothing_but_the_sandbox_is_allowed():
    here = ("http://127.0.0.1:8600",)
    sandboxed = AgoraSettings().in_sandbox("http://127.0.0.1:8600")
    assert AgoraProvider(sandboxed).content_sources() == {"script-src": here, "frame-src": here}
