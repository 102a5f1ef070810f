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


@pytest.fixture(scope="module")
def kept(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, Path]]:
    """Give one platform for `fresh`, with a copy of its database as it was at the beginning."""
    folder = tmp_path_factory.mktemp("kept")
    with platform_on(sqlite_url(folder), kind=kind) as running:
        running.database.copy_to(folder / "beginning.sqlite3")
        yield running, folder / "beginning.sqlite3"


@pytest.fixture
def fresh(kind: Kind, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """Give a platform as new, on the database where that makes no difference.

    Django's takes seconds to start, and so it is put back to its beginning instead; what its process remembers stays.
    """
    if kind == "django":
        running, beginning = request.getfixturevalue("kept")
        running.begin_again(beginning)
        yield running
    else:
        with platform_on(sqlite_url(tmp_path), kind=kind) as running:
            yield running


@pytest.fixture
def alone(kind: Kind, tmp_path: Path) -> Iterator[Platform]:
    """Give a platform that nobody has asked anything yet, and whose process remembers nothing."""
    with platform_on(sqlite_url(tmp_path), kind=kind) as running:
        yield running


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Give each platform in turn."""
    found: Kind = request.param
    return found
