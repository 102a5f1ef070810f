"""Clients of Pusher's twin, and browsers before it."""

import pytest
from tests.pusher_peer import Peer

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.realtime.pusher import AsyncPusher, Pusher


@pytest.fixture
def ace(ace_sandbox):
    with Ace(Settings(sandbox_url=ace_sandbox.url), clock=ace_sandbox.control.now) as ace:
        yield ace


@pytest.fixture
async def async_ace(ace_sandbox):
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url), clock=ace_sandbox.control.now) as ace:
        yield ace


@pytest.fixture
def pusher(ace):
    return ace.client(Pusher)


@pytest.fixture
def async_pusher(async_ace):
    return async_ace.client(AsyncPusher)


@pytest.fixture
def browsers(ace_sandbox):
    """Open connections as browsers do."""
    peer = Peer(ace_sandbox)
    yield peer
    peer.close()
