"""What the console shows of the twin, and what its buttons do."""

import httpx
import pytest
from tests.pusher_peer import Peer

from ace_integrations import InvalidInputError

ROOM = "presence-session.42"


def page(peer: Peer, **query: str) -> str:
    answer = httpx.get(f"{peer.sandbox.url}/console/pusher", params=query, trust_env=False)
    assert answer.status_code == 200
    return answer.text


def test_without_channels_the_console_says_how_to_subscribe(peer: Peer):
    assert "wsPath: &#39;/pusher&#39;" in page(peer)


def test_channels_are_listed_with_who_is_there_newest_message_first(peer: Peer):
    peer.connect().subscribe("private-user.9")
    peer.connect().subscribe("course.42")
    peer.trigger("course.7", name="job.posted")
    peer.trigger("course.42", name="session.started")
    shown = page(peer)
    at = [shown.index(f"<bdi>{name}</bdi>") for name in ("course.42", "course.7", "private-user.9")]
    assert at == sorted(at)
    assert "session.started to 1 connection" in shown
    assert "job.posted to 0 connections" in shown
    assert "Nobody here" in shown


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("course.42", "public: whoever has the key can read it"),
        ("private-user.9", "private"),
        (ROOM, "presence"),
        ("private-encrypted-cache-x", "encrypted, private, with cache"),
        ("#server-to-user-9", "one user&#39;s"),
    ],
)
def test_an_opened_channel_says_what_it_is_and_what_went_through(peer: Peer, channel: str, kind: str):
    peer.trigger(channel, name="note", data='{"title":"دورة"}')
    shown = page(peer, item=channel)
    assert f"<bdi>{kind}</bdi>" in shown
    assert "note to 0 connections" in shown
    assert "دورة" in shown


def test_members_of_a_presence_channel_are_named(peer: Peer):
    peer.connect().subscribe(ROOM, {"user_id": "9", "user_info": {"name": "سارة"}})
    shown = page(peer, item=ROOM)
    assert "<dt>Members</dt><dd><bdi>9</bdi></dd>" in shown
    assert "سارة" in shown


def test_a_channel_that_never_was_is_not_opened(peer: Peer):
    assert "Choose a row" in page(peer, item="course.1")


def test_what_a_person_publishes_arrives(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    peer.use("publish", channel="course.42", event="message", text="hello")
    assert socket.next() == {"event": "message", "channel": "course.42", "data": "hello"}


def test_a_program_reads_what_went_through(peer: Peer):
    peer.switch(client_events=True)
    first, second = peer.connect(), peer.connect()
    for socket in (first, second):
        socket.subscribe("private-user.9")
    first.say("client-a", {"x": 1}, channel="private-user.9")
    second.hear("client-a")
    peer.trigger("course.7", data="text")
    told = [(each["channel"], each["event"], each["data"], each["by"], each["readers"]) for each in peer.messages()]
    assert told == [("course.7", "job.posted", "text", "", 0), ("private-user.9", "client-a", {"x": 1}, first.id, 1)]
    assert [each["event"] for each in peer.messages(channel="course.7")] == ["job.posted"]


@pytest.mark.parametrize("word", ["allow", "forbid"])
def test_the_console_offers_what_is_not_so_yet(peer: Peer, word: str):
    peer.switch(client_events=word == "forbid")
    peer.connect().subscribe("course.42")
    assert f"{word.capitalize()} client events" in page(peer, item="course.42")


def test_a_form_posts_switches_as_text(peer: Peer):
    changed = peer.switch(client_events="true", max_connections="7", pong_timeout_s="1.5", dialect="soketi")
    assert (changed["client_events"], changed["max_connections"], changed["pong_timeout_s"]) == (True, 7, 1.5)
    assert peer.switch(client_events="false", max_connections="")["max_connections"] is None


@pytest.mark.parametrize(
    ("control", "fields", "text"),
    [
        ("switches", {"unknown": True}, "unknown"),
        ("switches", {"dialect": "else"}, "else"),
        ("switches", {"pong_timeout_s": "soon"}, "cannot be read"),
        ("publish", {"channel": "a b", "text": "x"}, "a b"),
        ("publish", {"channel": "course.42"}, "text"),
        ("close", {"code": 1005}, "1005"),
        ("close", {"code": "soon"}, "cannot be read"),
        ("close", {"code": 4200, "socket_id": "1.1"}, "1.1"),
        ("connections/refuse", {"code": 5000}, "5000"),
        ("requests/refuse", {"status": 418}, "418"),
        ("tokens/revoke", {"key": "278d425bdf160c739803"}, "278d425bdf160c739803"),
        ("tokens/revoke", {"key": "other"}, "other"),
        ("webhooks/repeat", {}, "webhook"),
    ],
)
def test_a_control_says_what_it_does_not_know(peer: Peer, control: str, fields: dict[str, object], text: str):
    with pytest.raises(InvalidInputError, match=text):
        peer.use(control, **fields)
