"""Run the suite for the gateway that `--provider` names."""

from collections.abc import Iterator
from pkgutil import resolve_name

import pytest

from ace_integrations.testing.conformance.payments import GatewayUnderTest


@pytest.fixture(scope="session")
def gateway_under_test(request: pytest.FixtureRequest) -> Iterator[GatewayUnderTest]:
    """Give the gateway, in a sandbox of its own."""
    name: str | None = request.config.getoption("--provider")
    if not name:
        pytest.fail("say what to test: --provider my_package.testing:BarterUnderTest", pytrace=False)
    with resolve_name(name)() as tested:
        yield tested
