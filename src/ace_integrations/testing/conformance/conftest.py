"""Run the suite of a capability for what `--provider` names."""

from collections.abc import Iterator, Sequence
from pkgutil import resolve_name
from typing import Any

import pytest

from ace_integrations.testing.conformance.payments import GatewayUnderTest
from ace_integrations.testing.conformance.video import VideoUnderTest

NEEDS = {"gateway_under_test": "pay", "video_under_test": "enter"}
"""What each suite asks of who is tested: the suites of other capabilities are left out."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the suites that are not of the capability of what `--provider` names."""
    name: str | None = config.getoption("--provider")
    if not name:
        return
    tested = resolve_name(name)
    foreign = [fixture for fixture, method in NEEDS.items() if not hasattr(tested, method)]
    left_out = [item for item in items if any(fixture in _fixtures(item) for fixture in foreign)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()


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
