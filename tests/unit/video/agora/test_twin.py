"""Agora's twin, as a browser's script and a platform's server meet it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest

from ace_integrations.core import Headers
from ace_integrations.errors import InvalidInputError
from ace_integrations.sandbox import start
from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
from ace_integrations.video.agora.sandbox import AgoraTwin
from ace_integrations.video.agora.settings import AgoraSettings
from ace_integrations.video.agora.webhooks import AgoraSignature, parse
from ace_integrations.video.events import LeaveReason, PersonJoined, PersonLeft, RoleChanged, presences
from ace_integrations.video.live_class import Role, attendance

CHANNEL = "edv-42-5f1c0a9b7d3e2468"


class House:
    """The twin of a running sandbox."""

    def __init__(self, running):
        self.http = httpx.Client(base_url=f"{running.url}/agora", trust_env=False)
        self.control = running.control
        self._twin = running.sandbox.twins["agora"]
        self.settings = AgoraSettings().in_sandbox(running.url)
        self.app_id = self.settings.app_id
        self.issuer = TokenIssuer(self.app_id, self.settings.certificates[0], clock=running.control.now)
        self.customer = (self.settings.customer_id, self.settings.customer_secret.get_secret_value())

    @property
    def notices(self):
        return self._twin.notices.telling.told

    def token(self, uid, role=RtcRole.PUBLISHER, *, channel=CHANNEL, ttl_s=600):
        return self.issuer.rtc(channel=channel, uid=uid, role=role, ttl_s=ttl_s)

    def post(self, path, **body):
        return self.http.post(f"/sandbox/{path}", json=body)

    def join(self, uid, token=None, *, role="host", mode="live", **given):
        body = {"appid": self.app_id, "channel": CHANNEL, "token": token or self.token(uid), "uid": uid}
        return self.post("join", **{**body, "role": role, "mode": mode, **given})

    def come(self, uid, **given):
        return self.join(uid, **given).json()["client"]

    def events(self, client):
        return [one["event"] for one in self.http.get("/sandbox/events", params={"client": client}).json()["events"]]

    def call(self, method, path, body=None, **query):
        answer = self.http.request(method, path, json=body, params=query, auth=self.customer)
        return answer.status_code, answer.json()

    def rule(self, **fields):
        return self.call(
            "POST", "/dev/v1/kicking-rule", {"appid": self.app_id, "privileges": ["join_channel"], **fields}
        )


@pytest.fixture(scope="module")
def running():
    with start(twins=[AgoraTwin]) as running:
        yield running


@pytest.fixture
def house(running):
    running.control.reset()
    house = House(running)
    yield house
    house.http.close()


# The script.


def test_two_see_each_other_come_publish_and_go(house):
    teacher = house.come(9)
    student = house.come(17, token=house.token(17, RtcRole.SUBSCRIBER), role="audience")
    assert house.events(teacher) == ["user-joined"]
    assert house.post("publish", client=teacher, channel=CHANNEL).status_code == 200
    assert house.events(student) == ["user-joined", "user-published"]
    assert house.post("publish", client=student, channel=CHANNEL).status_code == 403
    house.post("leave", client=teacher, channel=CHANNEL)
    assert house.events(student) == ["user-left"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"appid": "0" * 32}, 5),
        ({"channel": "درس"}, 7),
        ({"channel": "lesson-43"}, 9),
        ({"uid": 18}, 9),
        ({"token": "007no"}, 9),
        ({"token": ""}, 15),
    ],
)
def test_a_token_that_is_not_for_this_is_refused_by_code(house, given, code):
    body = {"appid": house.app_id, "channel": CHANNEL, "token": house.token(17), "uid": 17, **given}
    refused = house.post("join", **body, role="host", mode="live")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)


def test_a_token_that_is_over_is_refused_and_one_that_ends_puts_out(house):
    token = house.token(17)
    client = house.come(17, token=token)
    house.control.advance(571)
    assert house.events(client) == ["token-privilege-will-expire"]
    house.control.advance(30)
    assert house.events(client) == ["token-privilege-did-expire", "connection-state-change"]
    assert house.join(17, token).json()["error"]["code"] == 10


def test_who_renews_in_time_stays(house):
    client = house.come(17)
    house.control.advance(580)
    assert house.post("renew", client=client, channel=CHANNEL, token=house.token(18)).json()["error"]["code"] == 9
    assert house.post("renew", client=client, channel=CHANNEL, token=house.token(17)).status_code == 200
    house.control.advance(60)
    assert house.events(client) == ["token-privilege-will-expire"]


def test_the_same_person_from_another_device_replaces_the_first(house):
    first = house.come(17)
    house.come(17)
    assert "connection-state-change" in house.events(first)


def test_a_project_without_a_certificate_takes_nobody_with_a_token(house):
    house.control.post("agora/tokens", on=False)
    assert house.join(17).json()["error"] == {"code": 14, "text": "static use dynamic key"}
    body = {"appid": house.app_id, "channel": CHANNEL, "token": None, "uid": 17}
    assert house.post("join", **body, role="host", mode="live").status_code == 200
    house.control.advance(86_401)
    assert house.call("GET", f"/dev/v1/channel/{house.app_id}")[1]["data"]["total_size"] == 1
    house.control.reset()
    assert house.post("join", **body, role="host", mode="live").json()["error"]["code"] == 15


def test_a_host_becomes_audience_and_host_again(house):
    teacher, student = house.come(9), house.come(17)
    house.post("publish", client=student, channel=CHANNEL)
    role = lambda role: house.post("role", client=student, channel=CHANNEL, role=role).status_code  # noqa: E731
    assert role("audience") == 403
    house.post("unpublish", client=student, channel=CHANNEL)
    assert (role("audience"), role("audience"), role("host")) == (200, 200, 200)
    assert house.events(teacher)[-2:] == ["user-published", "user-unpublished"]
    told = [each["eventType"] for each in house.notices if each["payload"].get("uid") == 17]
    assert told == [103, 112, 111]
    assert "platform" not in house.notices[-1]["payload"]


def test_in_a_call_there_are_no_roles(house):
    client = house.join(9, mode="rtc").json()["client"]
    assert house.post("role", client=client, channel=CHANNEL, role="audience").status_code == 403


# The REST calls.


def test_who_is_where(house):
    house.come(9)
    house.come(17, token=house.token(17, RtcRole.SUBSCRIBER), role="audience")
    where = f"/dev/v1/channel/user/{house.app_id}/{CHANNEL}"
    data = {"channel_exist": True, "mode": 2, "broadcasters": [9], "audience": [17], "audience_total": 1}
    assert house.call("GET", where) == (200, {"success": True, "data": data})
    assert house.call("GET", where + "9") == (200, {"success": True, "data": {"channel_exist": False}})
    _, one = house.call("GET", f"/dev/v1/channel/user/property/{house.app_id}/17/{CHANNEL}")
    assert {name: one["data"][name] for name in ("in_channel", "uid", "role", "platform")} == {
        "in_channel": True, "uid": 17, "role": 3, "platform": 7,
    }  # fmt: skip
    listed = {"channels": [{"channel_name": CHANNEL, "user_count": 2}], "total_size": 1}
    assert house.call("GET", f"/dev/v1/channel/{house.app_id}") == (200, {"success": True, "data": listed})
    assert house.call("GET", f"/dev/v1/channel/{house.app_id}", page_size=501)[0] == 400


def test_a_rule_puts_out_and_keeps_out_until_it_is_lifted(house):
    client = house.come(17)
    status, made = house.rule(cname=CHANNEL, uid=17, time=60)
    assert (status, made["status"]) == (200, "success")
    assert house.events(client)[-1] == "connection-state-change"
    assert house.join(17).json()["error"] == {"code": 14, "text": "K_UID_BANNED"}
    assert house.join(18).status_code == 200
    _, listed = house.call("GET", "/dev/v1/kicking-rule", appid=house.app_id)
    assert [(rule["id"], rule["uid"], rule["cname"]) for rule in listed["rules"]] == [(made["id"], 17, CHANNEL)]
    lift = {"appid": house.app_id, "id": made["id"]}
    assert house.call("PUT", "/dev/v1/kicking-rule", {**lift, "time": 1})[1]["result"]["id"] == made["id"]
    assert house.call("DELETE", "/dev/v1/kicking-rule", lift) == (200, {"status": "success", "id": made["id"]})
    assert house.call("DELETE", "/dev/v1/kicking-rule", lift)[0] == 404
    assert house.join(17).status_code == 200


def test_a_rule_of_no_time_puts_out_and_bans_nobody(house):
    client = house.come(17)
    house.rule(cname=CHANNEL, uid=17, time=0)
    assert house.events(client)[-1] == "connection-state-change"
    assert house.join(17).status_code == 200


def test_a_rule_for_a_channel_closes_it(house):
    house.come(9)
    house.rule(cname=CHANNEL, time_in_seconds=60)
    assert house.join(18).json()["error"] == {"code": 16, "text": "K_CHANNEL_BANNED"}
    house.control.advance(61)
    assert house.join(18).status_code == 200


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"appid": "0" * 32}, "invalid appid"),
        ({"uid": "teacher"}, "invalid uid"),
        ({"privileges": []}, "invalid privileges"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(house, fields, message):
    assert house.rule(**fields) == (400, {"message": message})


def test_calls_carry_the_customers_keys(house):
    path = f"/dev/v1/channel/{house.app_id}"
    assert house.http.get(path).status_code == 401
    assert house.http.get(path, auth=(house.customer[0], "wrong")).status_code == 401


# What is told.


def sent(running):
    return [one.sign() for one in running.sandbox.deliveries.all.values() if one.provider == "agora"]


def test_an_attendance_comes_of_what_is_told_in_any_order_and_twice(house, running):
    house.control.send_webhooks_to(agora="http://127.0.0.1:9/webhook")
    house.control.post("agora/notices/hold")
    teacher = house.come(9)
    house.come(17, token=house.token(17, RtcRole.SUBSCRIBER), role="audience")
    house.control.advance(300)
    house.control.post("agora/members/kick", client="17")
    house.control.advance(60)
    house.post("leave", client=teacher, channel=CHANNEL)
    house.control.post("agora/notices/repeat")
    house.control.post("agora/notices/release", order="newest_first")
    events = []
    for body, headers in sent(running):
        now = int(house.control.now())
        AgoraSignature().verify(Headers(headers.items()), body, secrets=["sandbox-agora-webhook-secret"], now=now)
        events.append(parse(Headers(()), body).meaning)
    people = [one for one in events if isinstance(one, PersonJoined | PersonLeft)]
    assert [type(one).__name__ for one in people] == ["PersonLeft", "PersonLeft", "PersonJoined", "PersonJoined"]
    assert {(one.person, one.reason) for one in people if isinstance(one, PersonLeft)} == {
        ("9", LeaveReason.LEFT), ("17", LeaveReason.REMOVED),
    }  # fmt: skip
    found = attendance(presences(people), ended_at=None, now=datetime.now(UTC) + timedelta(hours=1))
    assert {one.person: round(one.lasted.total_seconds() / 60) for one in found} == {"9": 6, "17": 5}


def test_an_old_project_signs_with_the_older_signature_only(house, running):
    house.control.send_webhooks_to(agora="http://127.0.0.1:9/webhook")
    house.control.post("agora/notices/old", on=True)
    house.come(17)
    assert [{name.lower() for name in headers} for _, headers in sent(running)] == [
        {"content-type", "agora-signature"}
    ] * 2


def test_each_notice_is_sent_twice_by_a_switch(house, running):
    house.control.send_webhooks_to(agora="http://127.0.0.1:9/webhook")
    house.control.post("agora/notices/double", on=True)
    house.come(17)
    ids = [parse(Headers(()), body).id for body, _ in sent(running)]
    assert (len(ids), len(set(ids))) == (4, 2)


def test_a_change_of_role_is_told_and_means_one(house, running):
    house.control.send_webhooks_to(agora="http://127.0.0.1:9/webhook")
    client = house.come(17)
    house.post("role", client=client, channel=CHANNEL, role="audience")
    changed = parse(Headers(()), sent(running)[-1][0]).meaning
    assert (type(changed), changed.person, changed.role) == (RoleChanged, "17", Role.PARTICIPANT)


# Pages, console, journal.


def test_a_channels_page_says_what_the_token_says_and_decides(house):
    house.come(9, token=house.token(9, RtcRole.SUBSCRIBER))
    client = house.come(17)
    where = f"/sandbox/rooms/{CHANNEL}"
    page = house.http.get(where).text
    assert page.count("publish sound") == 1
    assert "Token ends in" in page
    act = lambda what: house.http.post(where, data={"client": client, "do": what}, params={"lang": "ar"})  # noqa: E731
    answer = act("expire")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{house.http.base_url}{where[1:]}?lang=ar")
    assert house.events(client)[-2:] == ["token-privilege-did-expire", "connection-state-change"]
    assert "لا أحد" not in house.http.get(where, params={"lang": "ar"}).text
    client = house.come(17)
    assert [act(what).status_code for what in ("paint", "leave", "leave")] == [303] * 3
    assert house.notices[-1]["payload"]["reason"] == 1


def test_the_script_is_there_and_the_journal_keeps_no_token(house):
    assert house.http.get("/AgoraRTC_N.js").text.startswith("// A stand-in for Agora's Web SDK")
    token = house.token(17)
    house.come(17, token=token)
    (entry,) = house.control.journal(provider="agora", operation="join")
    assert token[3:40] not in str(entry)


def test_controls_act_on_whom_they_name_and_say_when_nobody_is_there(house):
    client = house.come(17)
    house.control.post("agora/members/expire", client="17")
    assert house.events(client) == ["token-privilege-did-expire", "connection-state-change"]
    for path in ("members/kick", "members/expire", "members/lose"):
        with pytest.raises(InvalidInputError):
            house.control.post(f"agora/{path}", client="17")


def test_with_cohost_authentication_people_are_held_to_their_tokens(house):
    member = SimpleNamespace(client=house.come(17, token=house.token(17, RtcRole.SUBSCRIBER)))
    assert house.post("publish", client=member.client, channel=CHANNEL).status_code == 200
    house.control.post("agora/cohost-auth", on=True)
    assert house.post("publish", client=member.client, channel=CHANNEL).status_code == 403
