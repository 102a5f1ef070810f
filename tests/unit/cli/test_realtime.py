"""`ace realtime`, against the twin."""

import json
import threading
import time
from collections.abc import Iterator
from subprocess import CompletedProcess

import pytest
from tests.pusher_peer import Peer
from tests.unit.cli.conftest import Run

from ace_integrations.sandbox import RunningSandbox


@pytest.fixture
def browsers(ace_sandbox: RunningSandbox) -> Iterator[Peer]:
    peer = Peer(ace_sandbox)
    yield peer
    peer.close()


def test_an_event_is_sent_with_json_or_with_text(ace: Run, browsers: Peer) -> None:
    socket = browsers.connect()
    socket.subscribe("course.42")
    for typed, expected in (('{"a": "دورة"}', {"a": "دورة"}), ("plain text", "plain text"), ("5", 5)):
        assert ace("realtime", "trigger", "course.42", "told", typed).returncode == 0
        assert json.loads(socket.hear("told")["data"]) == expected


def test_who_listens_is_listed(ace: Run, browsers: Peer) -> None:
    browsers.connect().subscribe("presence-session.42", {"user_id": "9", "user_info": {}})
    browsers.connect().subscribe("course.42")
    rows = json.loads(ace("realtime", "channels", "--json").stdout)
    assert rows == [{"channel": "course.42"}, {"channel": "presence-session.42"}]
    counted = json.loads(ace("realtime", "channels", "presence-", "--json").stdout)
    assert counted == [{"channel": "presence-session.42", "users": 1}]
    assert json.loads(ace("realtime", "users", "presence-session.42", "--json").stdout) == [{"id": "9"}]
    told = json.loads(ace("realtime", "trigger", "presence-session.42", "told", "--users", "--json").stdout)
    assert told == {"channels": {"presence-session.42": {"user_count": 1}}}


def test_events_are_shown_as_they_come_also_those_of_closed_channels(ace: Run, browsers: Peer) -> None:
    channels = ["course.42", "private-user.9", "private-encrypted-a"]
    done: list[CompletedProcess[str]] = []
    listening = threading.Thread(
        target=lambda: done.append(ace("realtime", "tail", *channels, "presence-session.42", "--count", "3", "--json"))
    )
    listening.start()
    wait_for(browsers, 4)
    users = browsers.get("/channels/presence-session.42/users").json()
    browsers.trigger("private-user.9", name="first", data='{"a":1}')
    browsers.trigger("course.42", name="second", data="plain")
    browsers.trigger("presence-session.42", name="third", data="{}")
    listening.join(10)
    assert users == {"users": [{"id": "ace-tail"}]}
    decoder, text, heard = json.JSONDecoder(), done[0].stdout.strip(), []
    while text:
        rows, end = decoder.raw_decode(text)
        heard, text = [*heard, *rows], text[end:].strip()
    assert [(row["channel"], row["name"], row["data"]) for row in heard] == [
        ("private-user.9", "first", '{"a":1}'),
        ("course.42", "second", "plain"),
        ("presence-session.42", "third", "{}"),
    ]


def wait_for(browsers: Peer, channels: int) -> None:
    """Wait until somebody listens on so many channels."""
    deadline = time.monotonic() + 10
    while len(browsers.state()["channels"]) < channels:
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@pytest.mark.parametrize("code", [4001, 4004, 4100])
def test_a_connection_that_is_refused_is_one_line_and_an_exit_code(ace: Run, browsers: Peer, code: int) -> None:
    browsers.use("connections/refuse", code=code)
    done = ace("realtime", "tail", "course.42")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert str(code) in done.stderr


def test_a_name_that_no_channel_has_is_wrong_usage(ace: Run) -> None:
    assert ace("realtime", "trigger", "a b", "told").returncode == 2
    assert ace("realtime", "tail", "a b").returncode == 2
