"""Run the suite of a capability for what `--provider` names."""

from collections.abc import Iterator
from pkgutil import resolve_name
from typing import Any

import pytest

from ace_integrations.testing.conformance.payments import GatewayUnderTest
from ace_integrations.testing.conformance.video import VideoUnderTest


@pytest.fixture(scope="session")
def gateway_under_test(request: pytest.FixtureRequest) -> Iterator[GatewayUnderTest]:
    """Give the gateway, in a sandbox of its own."""
    with _named(request)() as tested:
        yield tested


@pytest.fixture(scope="session")
def video_under_test(request: pytest.FixtureRequest) -> Iterator[VideoUnderTest]:
    """Give the provider of live classes, in a sandbox of its own."""
    with _named(request)() as tested:
        yield tested


def _named(request: pytest.FixtureRequest) -> Any:
    name: str | None = request.config.getoption("--provider")
    if not name:
        pytest.fail("say what to test: --provider my_package.testing:BarterUnderTest", pytrace=False)
    return resolve_name(name)
