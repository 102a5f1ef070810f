"""Connections in the sandbox's journal, and faults of their handshake."""

import json
import time

import pytest
from tests.pusher_peer import KEY, Peer
from websockets.exceptions import ConnectionClosedError, InvalidMessage, InvalidStatus


def connections(peer: Peer):
    """Give the entries of connections, each with how it was closed."""
    entries = peer.control.journal(provider="pusher", kind="socket")
    return [(entry, json.loads(entry["response_body"] or "{}")) for entry in entries]


def closed(peer: Peer):
    """Give the one connection's entry once it says how it was closed."""
    deadline = time.monotonic() + 5
    while not (found := connections(peer))[0][1]:
        assert time.monotonic() < deadline
    ((entry, how),) = found
    return entry, how


def test_an_open_connection_has_one_entry(peer: Peer):
    peer.connect().subscribe("course.42")
    ((entry, how),) = connections(peer)
    assert (entry["operation"], entry["method"], entry["status"], how) == ("connect", "GET", 101, {})
    assert entry["path"].startswith(f"/app/{KEY}?protocol=7")


def test_the_entry_says_how_the_server_closed_it(peer: Peer):
    socket = peer.connect()
    socket.subscribe("course.42")
    peer.use("close", code=4200)
    assert socket.closed()[0] == 4200
    entry, how = closed(peer)
    reason = "The sandbox was told to"
    assert how == {"closed_by": "server", "code": 4200, "reason": reason, "frames_in": 1, "frames_out": 2}
    assert peer.control.journal(text="4200")[-1]["id"] == entry["id"]


def test_the_entry_says_how_the_client_closed_it(peer: Peer):
    peer.connect().connection.close(1000, "bye")
    _, how = closed(peer)
    assert (how["closed_by"], how["code"], how["reason"]) == ("client", 1000, "bye")


def test_who_was_turned_away_has_an_entry_too(peer: Peer):
    assert peer.dial("/app/unknown?protocol=7").closed()[0] == 4001
    entry, how = closed(peer)
    assert (entry["status"], how["closed_by"], how["code"]) == (101, "server", 4001)


def test_a_handshake_is_refused_with_a_status_and_the_next_is_not(peer: Peer):
    peer.control.fail("status", provider="pusher", operation="connect", status=503, times=1)
    with pytest.raises(InvalidStatus) as caught:
        peer.connect()
    assert caught.value.response.status_code == 503
    peer.connect()
    refused, opened = connections(peer)
    assert [(entry["status"], entry["fault"]) for entry, _ in (refused, opened)] == [(503, "status"), (101, "")]


@pytest.mark.parametrize(("kind", "fields"), [("reset_before", {}), ("timeout_before", {"seconds": 0})])
def test_a_handshake_is_cut_off(peer: Peer, kind: str, fields: dict):
    peer.control.fail(kind, provider="pusher", **fields)
    with pytest.raises((ConnectionError, InvalidMessage)):
        peer.connect()
    ((entry, _),) = connections(peer)
    assert (entry["status"], entry["fault"]) == (0, kind)


def test_a_connection_is_cut_off_as_soon_as_it_is_open(peer: Peer):
    peer.control.fail("reset_after", provider="pusher")
    with pytest.raises(ConnectionClosedError):
        peer.dial().connection.recv(timeout=5)
    entry, how = closed(peer)
    assert (entry["status"], entry["fault"], how["closed_by"]) == (101, "reset_after", "unknown")


def test_a_late_handshake_is_one_all_the_same(peer: Peer):
    peer.control.fail("latency", provider="pusher", operation="connect", seconds=0)
    peer.connect().subscribe("course.42")
    assert connections(peer)[0][0]["fault"] == "latency"


def test_a_fault_that_no_handshake_can_have_waits_for_a_call(peer: Peer):
    peer.control.fail("bad_json", provider="pusher", times=1)
    peer.connect().subscribe("course.42")
    assert peer.get("/channels").text == '{"id": "cut'


def test_what_began_before_a_reset_is_forgotten(peer: Peer):
    socket = peer.connect()
    peer.control.reset()
    socket.closed()
    assert connections(peer) == []
