"""Pusher's data map: connections are closed; of a page that is not signed in it says that it stays."""

from tests.pusher_peer import Peer

from ace_integrations import Ace
from ace_integrations.privacy import Removed, Subject

CHANNELS = ("presence-session.42", "presence-session.43")
LINA = Subject(user="user-9", ids={"pusher": CHANNELS})


def test_every_connection_of_the_person_is_closed(ace: Ace, browsers: Peer) -> None:
    for channel in CHANNELS:
        page = browsers.connect()
        page.sign_in("user-9")
        page.subscribe(channel, {"user_id": "user-9"})
    assert [record.data["channel"] for record in ace.privacy.export(LINA).records] == list(CHANNELS)  # type: ignore[call-overload,index]
    told = ace.privacy.erase_at("pusher", LINA)
    assert (told.erased.removed, told.erased.kept) == ((Removed(kind="connection", count=2),), ())
    assert ace.privacy.export(LINA).records == ()


def test_a_page_that_is_not_signed_in_stays_and_is_named(ace: Ace, browsers: Peer) -> None:
    page = browsers.connect()
    page.subscribe(CHANNELS[0], {"user_id": "user-9"})
    told = ace.privacy.erase_at("pusher", LINA)
    (kept,) = told.erased.kept
    assert (kept.kind, kept.count, "goes with the page" in kept.because) == ("presence", 1, True)
    page.connection.close()
    assert ace.privacy.erase_at("pusher", LINA).outcome.value == "nothing"


def test_without_a_channel_to_look_at_connections_are_closed_all_the_same(ace: Ace, browsers: Peer) -> None:
    page = browsers.connect()
    page.sign_in("user-9")
    ace.privacy.erase_at("pusher", Subject(user="user-9"))
    assert page.closed()[0] == 4009
