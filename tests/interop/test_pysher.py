"""pysher, a client of version 6 of the protocol, against the twin."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.pusher_peer import KEY, SECRET, Peer

from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.sandbox import start

CHANNELS = ["course.42", "private-user.9", "presence-session.42"]
SUCCEEDED = "pusher_internal:subscription_succeeded"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with start(twins=[PusherTwin]) as sandbox:
        peer = Peer(sandbox)
        yield peer
        peer.close()


@pytest.fixture
def pysher(peer: Peer) -> Iterator[Any]:
    port = f"{peer.sandbox.url.rpartition(':')[2]}/pusher"
    program = [sys.executable, str(Path(__file__).parent / "pysher_peer.py"), KEY, SECRET, port, *CHANNELS]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process.stdout
    process.communicate(timeout=10)


def test_it_subscribes_with_and_without_signatures_and_hears_events(peer: Peer, pysher: Any):
    def heard() -> Any:
        return json.loads(pysher.readline())

    assert json.loads(heard()["data"]).keys() == {"socket_id", "activity_timeout"}
    succeeded = [heard() for _ in CHANNELS]
    assert [(each["event"], each["channel"]) for each in succeeded] == [(SUCCEEDED, name) for name in CHANNELS]
    assert json.loads(succeeded[2]["data"])["presence"]["hash"] == {"9": {"name": "سارة"}}
    for name in CHANNELS:
        peer.trigger(name, data='{"n":1}')
        assert heard() == {"event": "job.posted", "channel": name, "data": '{"n":1}'}
    assert peer.state()["connections"] == 1
