"""Fixtures of the tests that run the platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.platforms import KINDS, ON, Kind, Platform, fresh_postgresql, platform_on, sqlite_url

pytest.register_assert_rewrite("tests.integration.ledgers")


@pytest.fixture(params=ON, ids="-".join)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """Give a platform of this test alone, on each database in turn."""
    kind, database = request.param
    is_sqlite = database == "sqlite"
    url = sqlite_url(tmp_path) if is_sqlite else fresh_postgresql(request.getfixturevalue("postgresql_url"))
    with platform_on(url, kind=kind) as running:
        yield running


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Give each platform in turn."""
    found: Kind = request.param
    return found
