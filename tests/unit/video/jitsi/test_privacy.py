"""Jitsi's data map in its three ways to be run, and that its twin forgets who has gone."""

import pytest

from ace_integrations import Ace, Settings
from ace_integrations.privacy import Removed, ServiceErasure, Subject
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.video.jitsi import JitsiSettings

ROOM, CONNECTION = "edv-42-5f1c0a9b7d3e2468", "3988218d"
LINA = Subject(user="user-9", ids={"jitsi": (f"{ROOM}/{CONNECTION}",)})


def erase(sandbox: RunningSandbox, subject: Subject = LINA, **fields: object) -> ServiceErasure:
    settings = Settings(sandbox_url=sandbox.url, providers=(JitsiSettings(**fields),))  # type: ignore[arg-type]
    with Ace(settings) as ace:
        return ace.privacy.erase_at("jitsi", subject)


@pytest.fixture
def lina(ace_sandbox: RunningSandbox) -> RunningSandbox:
    ace_sandbox.control.post(f"jitsi/rooms/{ROOM}/enter", name="Lina", id=CONNECTION)
    return ace_sandbox


def kept(told: ServiceErasure) -> list[str]:
    return [one.kind for one in told.erased.kept]


def test_on_your_own_server_the_person_is_put_out(lina: RunningSandbox) -> None:
    told = erase(lina)
    assert (told.erased.removed, kept(told)) == ((Removed(kind="presence"),), [])
    assert erase(lina).erased.not_found == ("presence",)


def test_the_twin_forgets_who_was_put_out_once_their_page_was_told(lina: RunningSandbox) -> None:
    erase(lina)
    assert lina.control.traces("Lina")
    lina.control.advance(61)
    assert lina.control.traces("Lina") == []


def test_the_twin_knows_who_came_back_meanwhile(lina: RunningSandbox) -> None:
    erase(lina)
    lina.control.post(f"jitsi/rooms/{ROOM}/enter", name="Lina", id=CONNECTION)
    lina.control.advance(61)
    assert lina.control.traces("Lina")


def test_at_jaas_the_count_for_the_bill_and_bans_stay(lina: RunningSandbox) -> None:
    told = erase(lina, mode="jaas")
    assert (told.erased.removed, kept(told)) == ((Removed(kind="presence"),), ["user of the month", "ban"])


@pytest.mark.parametrize("fields", [{"mode": "public"}, {"mode": "selfhosted"}])
def test_a_server_that_takes_no_commands_is_not_asked_and_it_says_so(fields: dict[str, object]) -> None:
    """Public, or your own without a key for commands; neither is the sandbox's."""
    with Ace(Settings(providers=(JitsiSettings(domain="meet.example.com", **fields),))) as ace:  # type: ignore[arg-type]
        told = ace.privacy.erase_at("jitsi", LINA)
    assert (told.outcome.value, told.erased.removed, kept(told)) == ("kept", (), ["presence"])
    assert "their page is closed" in told.erased.kept[0].because


@pytest.mark.parametrize("wrong", [ROOM, f"{ROOM}/", f"/{CONNECTION}"])
def test_a_place_that_names_no_connection_is_refused(ace_sandbox: RunningSandbox, wrong: str) -> None:
    told = erase(ace_sandbox, Subject(user="user-9", ids={"jitsi": (wrong,)}))
    assert (told.outcome.value, told.error) == ("failed", "InvalidInputError")
