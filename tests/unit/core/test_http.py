"""What goes round httpx's client, and what does not, over real sockets."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.things import AsyncThings, Things, ThingSettings

ANSWER = json.dumps({"id": "1", "size": 3}).encode()
SEEN: list[tuple[str, str | None]] = []


class _Seeing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        SEEN.append((self.path, self.headers["authorization"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def port() -> Iterator[int]:
    SEEN.clear()
    with HTTPServer(("127.0.0.1", 0), _Seeing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _settings(base_url: str) -> ThingSettings:
    return ThingSettings(key="k-123456", base_url=base_url)


def test_a_password_in_the_address_is_sent_as_basic_authentication(port: int) -> None:
    with Things(_settings(f"http://user:word@127.0.0.1:{port}")) as client:
        client.get_thing(thing_id="1")
    [(path, given)] = SEEN
    assert (path, given) == ("/things/1", "Basic " + base64.b64encode(b"user:word").decode())


async def test_an_address_without_a_password_sends_no_authorization_of_its_own(port: int) -> None:
    settings = _settings(f"http://127.0.0.1:{port}")
    with Things(settings) as client:
        client.get_thing(thing_id="1")
    async with AsyncThings(settings) as awaited:
        await awaited.get_thing(thing_id="1")
    assert SEEN == [("/things/1", None)] * 2
