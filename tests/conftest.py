"""Fixtures of the whole suite."""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
import stamina
from hypothesis import HealthCheck, settings

_OURS = (
    "ACE_", "AGORA_", "DIDIT_", "FX_", "GEMINI_", "JAAS_", "JITSI_", "JSEARCH_", "JWT_", "MAILGUN_", "MAIL_", "PAYPAL_",
    "PUSHER_", "RAPIDAPI_", "STRIPE_", "SMTP_", "NEXT_PUBLIC_", "THINGS_",
)  # fmt: skip

# An example may take long while another suite has the processor; what must be punctual is marked so.
# `scripts/campaign` looks for longer.
settings.register_profile("suite", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("campaign", settings.get_profile("suite"), max_examples=5000)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    default = Path(__file__).parent / "browser" / ".screenshots"
    parser.addoption("--screenshots", type=Path, default=default, help="the folder that the browser's pictures go to")


@pytest.fixture(autouse=True, scope="session")
def one_tls_context() -> Iterator[None]:
    """Give every HTTP client of the tests the same certificates: reading them costs 20 ms, and no test needs them."""
    build = ssl.create_default_context
    shared = build(cafile=certifi.where())

    def kept(*arguments: Any, **named: Any) -> ssl.SSLContext:
        return shared if not arguments and named == {"cafile": certifi.where()} else build(*arguments, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ssl, "create_default_context", kept)
        yield


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the machine's own settings, and a `.env` of the working folder, away from the tests."""
    for name in list(os.environ):
        if name.startswith(_OURS) and not name.startswith("ACE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Let retries happen at once: no test sleeps."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """Give the PostgreSQL server of this run, or skip."""
    return _needed("ACE_TEST_POSTGRESQL", "a PostgreSQL server: run scripts/test")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Give the Redis server of this run, or skip."""
    return _needed("ACE_TEST_REDIS", "a Redis server: run scripts/test")


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Give the browser of this run, or skip."""
    return _needed("ACE_TEST_BROWSER", "Chromium: run scripts/test")


@pytest.fixture(scope="session")
def axe_path() -> Path:
    """Give the script of axe-core, or skip."""
    return Path(_needed("ACE_TEST_AXE", "axe-core from npm: run scripts/test where npm reaches a registry"))


@pytest.fixture(scope="session")
def pusher_js_path() -> Path:
    """Give the script of pusher-js, or skip."""
    return Path(_needed("ACE_TEST_PUSHER_JS", "pusher-js from npm: run scripts/test where npm reaches a registry"))


@pytest.fixture(scope="session")
def pusher_node_path() -> Path:
    """Give the script of Pusher's library for servers, or skip."""
    return Path(_needed("ACE_TEST_PUSHER_NODE", "pusher from npm: run scripts/test where npm reaches a registry"))


@pytest.fixture(scope="session")
def agora_token_path() -> Path:
    """Give the vendor's builder of Agora's tokens, or skip."""
    return Path(_needed("ACE_TEST_AGORA_TOKEN", "agora-token from npm: run scripts/test where npm reaches a registry"))


@pytest.fixture(scope="session")
def didit_openapi_path() -> Path:
    """Give the vendor's OpenAPI description, or skip."""
    return Path(
        _needed("ACE_TEST_DIDIT_OPENAPI", "didit-sdk's source from pip: run scripts/test where pip reaches an index")
    )


def _needed(variable: str, what: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        message = f"this test needs {what}"
        if os.environ.get("ACE_TEST_NO_SKIPS"):
            pytest.fail(message)
        pytest.skip(message)
    return value
