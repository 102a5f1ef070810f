"""What goes round httpx's client, and what does not, over real sockets."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.things import AsyncThings, Things, ThingSettings

from ace_integrations import ConfigurationError, ConnectionFailedError
from ace_integrations.core.http import _proxy

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

    def do_CONNECT(self) -> None:
        SEEN.append((self.path, None))
        self.send_error(502)

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


def test_an_address_holds_no_password() -> None:
    with pytest.raises(ConfigurationError, match="variables of their own"):
        _settings("https://user:word@things.example.com")


async def test_no_authorization_is_sent_but_the_services_own(port: int) -> None:
    settings = _settings(f"http://127.0.0.1:{port}")
    with Things(settings) as client:
        client.get_thing(thing_id="1")
    async with AsyncThings(settings) as awaited:
        await awaited.get_thing(thing_id="1")
    assert SEEN == [("/things/1", None)] * 2


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_services_are_reached_through_the_proxy_of_the_environment(
    name: str, colour: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f"127.0.0.1:{port}")
    settings = _settings("https://things.example.com")
    if colour == "sync":
        with Things(settings, max_retries=0) as client, pytest.raises(ConnectionFailedError):
            client.get_thing(thing_id="1")
    else:
        async with AsyncThings(settings, max_retries=0) as awaited:
            with pytest.raises(ConnectionFailedError):
                await awaited.get_thing(thing_id="1")
    assert SEEN == [("things.example.com:443", None)]


async def test_this_machine_and_what_no_proxy_names_are_reached_without_one(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Things(_settings(f"http://127.0.0.1:{port}")) as client:
        client.get_thing(thing_id="1")
    async with AsyncThings(_settings(f"http://127.0.0.1:{port}")) as awaited:
        await awaited.get_thing(thing_id="1")
    assert [path for path, _ in SEEN] == ["/things/1"] * 2
    monkeypatch.setenv("NO_PROXY", "things.example.com")
    assert _proxy("https://things.example.com/x") is None
    assert _proxy("https://others.example.com/x") is not None
