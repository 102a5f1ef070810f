"""The twin's channels: each check of a token with its code, and what a channel tells and forgets."""

from typing import Any

import pytest

from ace_integrations.video.agora.sandbox.channels import App, Channel, Channels, JoinRefusedError, Member
from ace_integrations.video.agora.token import AccessToken, RtcPrivilege, RtcService, RtmService, write

APP_ID, CERTIFICATE = "970CA35de60c44645bbae8a215061b33", "5CFd2fd1755d40ecb72977518be15d3b"
OTHER = "0" * 32
NOW = 1_764_000_000
ALL = dict.fromkeys(RtcPrivilege, 3600)


class Hall:
    """Channels with a clock of the test's and what was heard of them."""

    def __init__(self, **app: Any) -> None:
        self.now = float(NOW)
        self.heard: list[tuple[int, str, int]] = []
        given = {"app_id": APP_ID, "certificates": (CERTIFICATE,), **app}
        self.channels = Channels(App(**given), now=lambda: self.now, heard=self._hear)

    def _hear(self, number: int, channel: Channel, member: Member | None, more: Any) -> None:
        self.heard.append((number, member.user if member else "", more.get("reason", 0)))

    def join(
        self, uid: int | str | None = 7, text: str | None = "", *, channel: str = "edv-42", host: bool = True
    ) -> Member:
        asked = token(user="" if uid is None else str(uid)) if text == "" else text
        return self.channels.join(APP_ID, channel, asked, uid, is_host=host, is_live=True)


def token(*, channel: str = "edv-42", user: str = "7", certificate: str = CERTIFICATE, **changes: Any) -> str:
    privileges = changes.pop("privileges", ALL)
    services = changes.pop("services", (RtcService(channel, user, privileges),))
    fields = {"app_id": APP_ID, "issued_at": NOW, "lasts_s": 3600, "salt": 1, "services": services, **changes}
    return write(AccessToken(**fields), certificate)


def names(member: Member) -> list[str]:
    told = [event for event, _ in member.told]
    member.told.clear()
    return told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, 15),
        ("", 15),
        ("007eJx", 9),
        ("eyJhcHBJZCI6ICJ4In0=", 9),
        (token(certificate=OTHER), 9),
        (token(app_id=OTHER), 9),
        (token(channel="edv-43"), 9),
        (token(user="8"), 9),
        (token(services=(RtmService("7", {1: 3600}),)), 9),
        (token(privileges={RtcPrivilege.PUBLISH_AUDIO: 3600}), 9),
        (token(issued_at=NOW + 61), 9),
        (token(issued_at=NOW - 3600), 10),
        (token(privileges={**ALL, RtcPrivilege.JOIN: 0}, lasts_s=86_401), 10),
        (token(issued_at=NOW - 100, privileges={**ALL, RtcPrivilege.JOIN: 100}), 10),
    ],
)
def test_a_token_that_does_not_admit_has_its_code(text: str | None, code: int) -> None:
    hall = Hall()
    with pytest.raises(JoinRefusedError) as caught:
        hall.channels.join(APP_ID, "edv-42", text, 7, is_host=True, is_live=True)
    assert (caught.value.code, hall.channels.open, hall.heard) == (code, {}, [])


@pytest.mark.parametrize("channel", ["", "a" * 65, 'a"b', "a/b", "é"])
def test_a_name_that_is_none_and_an_app_that_is_not_there(channel: str) -> None:
    with pytest.raises(JoinRefusedError) as caught:
        Hall().channels.check_name(APP_ID, channel)
    assert caught.value.code == 7
    with pytest.raises(JoinRefusedError) as caught:
        Hall().channels.check_name(OTHER, "edv-42")
    assert caught.value.code == 5


def test_a_project_without_certificates_takes_no_token() -> None:
    hall = Hall(certificates=())
    assert hall.join(text=None).ends_at is None
    with pytest.raises(JoinRefusedError) as caught:
        hall.join(8)
    assert caught.value.code == 14


def test_two_certificates_serve_while_one_is_replaced_and_a_token_for_whoever_asks_admits_anybody() -> None:
    hall = Hall(certificates=(OTHER, CERTIFICATE))
    assert [hall.join(9, token(user="")).uid, hall.join(10, token(user="")).uid] == [9, 10]


def test_who_comes_and_goes_is_told_to_the_others_and_by_numbers() -> None:
    hall = Hall()
    teacher = hall.join(7)
    student = hall.join(9, token(user="9"), host=False)
    assert (names(teacher), names(student)) == (["user-joined"], ["user-joined"])
    hall.channels.leave("edv-42", student.client)
    hall.channels.leave("edv-42", teacher.client, reason=2)
    assert hall.heard == [(101, "", 0), (103, "7", 0), (105, "9", 0), (106, "9", 1), (104, "7", 2), (102, "7", 0)]
    assert hall.channels.open == {}


def test_the_same_person_from_another_device_replaces_the_first() -> None:
    hall = Hall()
    first = hall.join(7)
    hall.join(7)
    assert names(first) == ["connection-state-change"]
    assert (104, "7", 5) in hall.heard
    assert len(hall.channels.open["edv-42"].members) == 1


def test_who_is_only_listening_cannot_send_and_a_token_counts_where_the_project_says_so() -> None:
    listener = token(user="9", privileges={RtcPrivilege.JOIN: 3600})
    for cohost, may in ((False, True), (True, False)):
        hall = Hall(has_cohost_auth=cohost)
        host = hall.join(9, listener)
        assert hall.channels.publish("edv-42", host.client) is may
        audience = hall.join(10, token(user="10"), host=False)
        assert not hall.channels.publish("edv-42", audience.client)


def test_a_token_warns_before_it_ends_and_its_page_is_out_afterwards() -> None:
    hall = Hall()
    member = hall.join(7)
    hall.now += 3600 - 31
    hall.channels.tick()
    assert names(member) == []
    hall.now += 2
    hall.channels.tick(), hall.channels.tick()
    assert names(member) == ["token-privilege-will-expire"]
    hall.channels.renew("edv-42", member.client, token(issued_at=int(hall.now)))
    hall.now += 60
    hall.channels.tick()
    assert "edv-42" in hall.channels.open
    hall.now += 3600
    hall.channels.tick()
    assert names(member) == ["token-privilege-did-expire", "connection-state-change"]
    assert hall.channels.open == {}


@pytest.mark.parametrize("other", [{"channel": "edv-43"}, {"user": "8"}])
def test_a_token_of_another_channel_or_person_renews_nothing(other: dict[str, str]) -> None:
    hall = Hall()
    member = hall.join(7)
    with pytest.raises(JoinRefusedError):
        hall.channels.renew("edv-42", member.client, token(**other))


@pytest.mark.parametrize(
    ("channel", "uid", "code", "stays"),
    [("edv-42", None, 16, 0), ("edv-42", 7, 14, 1), ("", 7, 14, 1), ("edv-9", None, 0, 2)],
)
def test_a_rule_puts_out_and_keeps_out_until_it_ends(channel: str, uid: int | None, code: int, stays: int) -> None:
    hall = Hall()
    hall.join(7), hall.join(9, token(user="9"))
    hall.channels.forbid(channel=channel, uid=uid, privileges=["join_channel"], seconds=60)
    found = hall.channels.open.get("edv-42")
    assert len(found.members if found else ()) == stays
    if code:
        with pytest.raises(JoinRefusedError) as caught:
            hall.join(7)
        assert caught.value.code == code
    hall.now += 61
    assert hall.join(7).uid == 7


def test_zero_seconds_put_out_and_ban_nobody() -> None:
    hall = Hall()
    hall.join(7)
    hall.channels.forbid(channel="edv-42", uid=None, privileges=["join_channel"], seconds=0)
    assert hall.channels.open == {}
    assert hall.join(7).uid == 7
