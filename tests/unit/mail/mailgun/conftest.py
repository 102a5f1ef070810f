"""What Mailgun's tests share: clients at the sandbox, and a platform that receives webhooks."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ace_integrations import Ace, Settings
from ace_integrations.mail import Mailgun


@dataclass
class Platform:
    """Receives webhooks; `statuses` are given out in turn, then 200."""

    url: str
    deliveries: "queue.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=queue.Queue)
    statuses: list[int] = field(default_factory=list)

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.deliveries.get(timeout=5)


@pytest.fixture
def platform() -> Iterator[Platform]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = received.statuses.pop(0) if received.statuses else 200
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()
            received.deliveries.put((dict(self.headers), body))

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Platform(f"http://127.0.0.1:{server.server_port}/api/mailgun/webhook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield received
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def ace(ace_sandbox: Any) -> Iterator[Ace]:
    with Ace(Settings(sandbox=True, sandbox_url=ace_sandbox.url), clock=ace_sandbox.control.now) as made:
        yield made


@pytest.fixture
def mailgun(ace: Ace) -> Mailgun:
    return ace.client(Mailgun)
