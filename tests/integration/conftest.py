"""Fixtures of the tests that run the platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.platforms import Platform, fresh_postgresql, platform_on, sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """Give a platform of this test alone, on each database in turn."""
    is_sqlite = request.param == "sqlite"
    url = sqlite_url(tmp_path) if is_sqlite else fresh_postgresql(request.getfixturevalue("postgresql_url"))
    with platform_on(url) as running:
        yield running
