from collections.abc import Iterator

import pytest
from tests.things import AsyncThings, Things, ThingSettings, ThingTwin

from ace_integrations.sandbox import RunningSandbox, start


@pytest.fixture(scope="session")
def _things_server() -> Iterator[RunningSandbox]:
    with start(twins=[ThingTwin]) as running:
        yield running


@pytest.fixture
def twin(_things_server: RunningSandbox) -> RunningSandbox:
    _things_server.control.reset()
    return _things_server


@pytest.fixture
def settings(twin: RunningSandbox) -> ThingSettings:
    return ThingSettings().in_sandbox(twin.url)


@pytest.fixture
def things(settings: ThingSettings) -> Iterator[Things]:
    with Things(settings) as client:
        yield client


@pytest.fixture
async def async_things(settings: ThingSettings) -> AsyncThings:
    return AsyncThings(settings)
