"""Agora's data map: by number, with the screen that somebody shows; rules that keep out stay."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ace_integrations import Ace, InvalidInputError, Settings
from ace_integrations.privacy import Removed, Subject
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.video import Person, Role
from ace_integrations.video.agora import Agora


@pytest.fixture
def ace(ace_sandbox: RunningSandbox):
    with Ace(Settings(sandbox_url=ace_sandbox.url, video="agora"), clock=ace_sandbox.control.now) as ace:
        yield ace


def join(ace: Ace, sandbox: RunningSandbox, user: str = "user-9") -> Subject:
    """Join as a teacher who shows a screen: twice."""
    now = datetime.fromtimestamp(sandbox.control.now(), UTC)
    person = Person(id=user, name="Lina")
    grant = ace.video.grant(
        session_id="42", person=person, role=Role.MODERATOR, now=now, ends_at=now + timedelta(hours=1)
    )
    options = grant.options
    for own in (options, options["screen"]):
        asked = {"token": own["token"], "uid": own["uid"], "role": "host", "mode": "live", "channel": grant.room}  # type: ignore[call-overload,index]
        httpx.post(
            f"{sandbox.url}/agora/sandbox/join", json={**asked, "appid": options["app_id"]}, trust_env=False
        ).raise_for_status()
    return Subject(user=user, ids={"agora": (grant.room,)})


def test_the_person_and_the_screen_are_put_out_and_nobody_else(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    lina, omar = join(ace, ace_sandbox), join(ace, ace_sandbox, "user-90")
    assert len(ace.privacy.export(lina).records) == 2
    told = ace.privacy.erase_at("agora", lina)
    assert told.erased.removed == (Removed(kind="presence", count=2),)
    assert ace.client(Agora).list_kicking_rules().rules == ()
    (channel,) = lina.ids_at("agora")
    left = {*ace.client(Agora).list_channel_users(channel=channel).broadcasters}
    assert str(min(left)) == ace.video.known_as(omar.user)
    assert len(left) == 2


def test_a_room_with_a_connection_names_its_channel_and_each_is_asked_for_once(
    ace: Ace, ace_sandbox: RunningSandbox
) -> None:
    (channel,) = join(ace, ace_sandbox).ids_at("agora")
    lina = Subject(user="user-9", ids={"agora": (f"{channel}/one", f"{channel}/two", channel)})
    assert len(ace.privacy.export(lina).records) == 2
    assert len(ace_sandbox.control.journal(provider="agora", operation="list_users")) == 1


def test_a_rule_that_keeps_the_person_out_is_exported_and_stays(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    lina = join(ace, ace_sandbox)
    ace.video.remove(lina.ids_at("agora")[0], "user-9", lasts=timedelta(minutes=5))
    ace.client(Agora).create_kicking_rule(channel="another", uid=17, time_in_seconds=60)
    assert "kicking rule" in [record.kind for record in ace.privacy.export(lina).records]
    told = ace.privacy.erase_at("agora", lina)
    assert [(one.kind, one.count) for one in told.erased.kept] == [("kicking rule", 1)]


def test_the_twin_forgets_who_was_put_out_once_their_page_was_told(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    lina = join(ace, ace_sandbox)
    number = ace.video.known_as("user-9")
    ace.privacy.erase_at("agora", lina)
    assert ace_sandbox.control.traces(number)
    ace_sandbox.control.advance(61)
    assert ace_sandbox.control.traces(number) == []


@pytest.mark.parametrize("seconds", [-1, 1, 9, 86_431])
def test_a_rule_lasts_no_time_at_all_or_ten_seconds_to_a_day(ace: Ace, seconds: int) -> None:
    with pytest.raises(InvalidInputError):
        ace.client(Agora).create_kicking_rule(channel="42", uid=17, time_in_seconds=seconds)
