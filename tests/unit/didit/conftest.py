"""Clients of Didit's twin."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.didit import AsyncDidit, Didit


@pytest.fixture
def ace(ace_sandbox):
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        yield ace


@pytest.fixture
def didit(ace):
    return ace.client(Didit)


@pytest.fixture
async def async_didit(ace_sandbox):
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url)) as ace:
        yield ace.client(AsyncDidit)


@pytest.fixture
def control(ace_sandbox):
    return ace_sandbox.control


@pytest.fixture
def decide(control):
    """Decide a session as the service would."""

    def decide(session, outcome):
        return control.post(f"didit/sessions/{session.session_id}/decide", outcome=outcome)

    return decide


class Platform:
    """Receives webhooks: answers every POST with the next of `answers`, or 200, and remembers what came."""

    def __init__(self):
        self.received = []
        self.answers = []
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                platform.received.append((list(self.headers.items()), body))
                self.send_response(platform.answers.pop(0) if platform.answers else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def events(self):
        return [json.loads(body) for _, body in self.received]

    def statuses(self):
        return [event["status"] for event in self.events()]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def platform(control):
    """Give a platform that the twin sends its webhooks to; `control.advance(0)` lets what is due arrive."""
    platform = Platform()
    control.send_webhooks_to(didit=platform.url)
    yield platform
    control.send_webhooks_to(didit="http://127.0.0.1:9/")
    platform.close()
