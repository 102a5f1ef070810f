"""A fresh twin for each test, and a peer before it."""

from collections.abc import Iterator

import pytest
from tests.pusher_peer import Peer

from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.sandbox import RunningSandbox, start


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start(twins=[PusherTwin]) as sandbox:
        yield sandbox


@pytest.fixture
def peer(running: RunningSandbox) -> Iterator[Peer]:
    running.control.reset()
    peer = Peer(running)
    yield peer
    peer.close()
