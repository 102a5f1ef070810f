"""Two thousand sockets on one twin: a message reaches all of them in time, and nothing is left when they have gone."""

import asyncio
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pusher_peer import KEY, Peer
from websockets.asyncio.client import ClientConnection, connect

from ace_integrations.realtime.pusher.sandbox.connection import Connection
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.sandbox.control import Control

SOCKETS, WITHIN_S = 2_000, 2.0
MOST_KIB_A_SOCKET = 100
PROGRAM = """
import sys
from ace_integrations.realtime.pusher.sandbox import PusherTwin
from ace_integrations.sandbox import start
with start(twins=[PusherTwin]) as sandbox:
    print(sandbox.url, sandbox.sandbox.token, flush=True)
    sys.stdin.read()
"""


class Apart:
    """A sandbox in a process of its own, whose memory can be read."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        url, token = self._process.stdout.readline().split()
        self.sandbox = RunningSandbox(url, Control(url, token))

    def kib(self) -> int:
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1024

    def close(self) -> None:
        self.sandbox.control.close()
        self._process.communicate()


@pytest.fixture
def apart() -> Iterator[Apart]:
    running = Apart()
    yield running
    running.close()


async def open_socket(url: str, subscription: str) -> ClientConnection:
    socket = await connect(f"{url}/app/{KEY}?protocol=7", proxy=None, compression=None)
    await socket.recv()
    await socket.send(subscription)
    await socket.recv()
    return socket


async def open_all(peer: Peer) -> list[ClientConnection]:
    url = peer.url.replace("http://", "ws://")
    subscription = '{"event":"pusher:subscribe","data":{"auth":"","channel":"course.42"}}'
    opened: list[ClientConnection] = []
    while len(opened) < SOCKETS:
        opened += await asyncio.gather(*(open_socket(url, subscription) for _ in range(100)))
    return opened


async def send_to_all(peer: Peer, sockets: list[ClientConnection], data: str) -> float:
    """Give the seconds from the request until the last one has read its message."""
    started = time.monotonic()
    _, *heard = await asyncio.gather(
        asyncio.to_thread(peer.trigger, "course.42", data=data), *(socket.recv() for socket in sockets)
    )
    assert all(data in str(message) for message in heard)
    return time.monotonic() - started


def wait_until_empty(peer: Peer) -> None:
    deadline = time.monotonic() + 20
    while peer.state()["connections"]:
        assert time.monotonic() < deadline


@pytest.mark.campaign
@pytest.mark.punctual
async def test_a_message_reaches_two_thousand_sockets_in_two_seconds(apart: Apart, capsys: pytest.CaptureFixture[str]):
    peer = Peer(apart.sandbox)
    peer.trigger("course.42")
    before = apart.kib()
    sockets = await open_all(peer)
    each = (apart.kib() - before) / SOCKETS
    seconds = [await send_to_all(peer, sockets, f"message-{number}") for number in range(5)]
    await asyncio.gather(*(socket.close() for socket in sockets))
    wait_until_empty(peer)
    state = peer.state()
    peer.close()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{SOCKETS} sockets: {each:.0f} KiB each; all had a message in {max(seconds):.2f} s at most\n"
        )
    assert state["channels"] == {}
    assert max(seconds) < WITHIN_S
    assert each < MOST_KIB_A_SOCKET


def test_nothing_is_left_of_those_who_have_gone(peer: Peer):
    member = {"user_id": "9"}
    for _ in range(20):
        socket = peer.connect()
        socket.sign_in("9", watchlist=["10"])
        socket.subscribe("#server-to-user-9")
        socket.subscribe("presence-cache-x", member)
        socket.connection.close()
    wait_until_empty(peer)
    state = peer.state()
    assert (state["users"], state["channels"]) == (0, {})
    # The last tasks end with the loop's next turns, each of which answers a request.
    deadline = time.monotonic() + 10
    while kept_connections():
        assert time.monotonic() < deadline
        peer.state()


def kept_connections() -> int:
    gc.collect()
    # By their class, as `isinstance` would wake what is made on first use.
    return sum(issubclass(type(each), Connection) for each in gc.get_objects())
