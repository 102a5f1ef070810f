"""The pytest plugin: a sandbox that each test finds clean, signed webhooks, and a guard against real hosts."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ace_integrations.sandbox import RunningSandbox
    from ace_integrations.testing.webhooks import WebhookFactory


class StrayCallError(AssertionError):
    """A test tried to reach a host that is not this machine."""


@pytest.fixture(scope="session")
def _ace_sandbox_server() -> "Iterator[RunningSandbox]":
    from ace_integrations.sandbox import start

    with start() as running:
        yield running


@pytest.fixture
def ace_sandbox(_ace_sandbox_server: "RunningSandbox") -> "Iterator[RunningSandbox]":
    """Give a running sandbox, as new; it answers at `.url` and is steered by `.control`."""
    _ace_sandbox_server.control.reset()
    yield _ace_sandbox_server
    _ace_sandbox_server.control.clear_faults()


@pytest.fixture
def ace_webhooks() -> "WebhookFactory":
    """Give a maker of signed webhooks for the sandbox's secrets."""
    from ace_integrations.testing.webhooks import WebhookFactory

    return WebhookFactory()


@pytest.fixture(autouse=True)
def ace_no_stray_calls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that looks up the name of a real host, and say which.

    A test that must reach out carries the mark `ace_allows_real_hosts`.
    """
    if request.node.get_closest_marker("ace_allows_real_hosts"):
        return
    look_up = socket.getaddrinfo
    connect = socket.socket.connect

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_here(host):
            raise StrayCallError(f"the test tried to reach {_text(host)}: point the client at the sandbox")
        return look_up(host, *args, **kwargs)

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise StrayCallError(f"the test tried to reach {_text(address[0])}: point the client at the sandbox")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    monkeypatch.setattr(socket.socket, "connect", guarded_connect)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the name of what the conformance suite tests; here, since a conftest of `--pyargs` is read too late."""
    group = parser.getgroup("ace_integrations")
    group.addoption("--provider", help="what the conformance suite tests: my_package.testing:BarterUnderTest")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark."""
    config.addinivalue_line("markers", "ace_allows_real_hosts: the test may reach hosts beyond this machine")


def _text(host: object) -> str:
    return host.decode() if isinstance(host, bytes) else str(host)


def _is_here(host: object) -> bool:
    name = _text(host).rstrip(".").lower()
    return name in ("localhost", "::1", "", "0.0.0.0") or name.startswith("127.") or name.endswith(".localhost")  # noqa: S104
