"""Recorded traffic of every operation, replayed with nothing listening, in both colours; none holds a secret."""

import re
from pathlib import Path

import pytest
from tests import tape
from tests.operations import CLIENTS, WALKS, Walk, ataken, settings_of, taken

NAMES = [f"{walk.provider}.{walk.name}" for walk in WALKS]
FILES = sorted(tape.FOLDER.rglob("*.yaml"))
SETTINGS = {(walk.provider, walk.name): settings_of(walk, tape.HOME) for walk in WALKS}


def test_each_operation_has_a_cassette_and_each_cassette_an_operation() -> None:
    assert set(FILES) == {tape.path_of(walk.provider, walk.name) for walk in WALKS}


@pytest.mark.parametrize("walk", WALKS, ids=NAMES)
def test_each_operation_is_replayed_blocking(walk: Walk) -> None:
    settings = SETTINGS[walk.provider, walk.name]
    with tape.replaying(tape.path_of(walk.provider, walk.name), settings) as cassette:
        with CLIENTS[walk.provider][0](settings) as client:
            positional, named = walk.prepare(client)
            taken(getattr(client, walk.name)(*positional, **named))
        assert cassette.all_played


@pytest.mark.parametrize("walk", WALKS, ids=NAMES)
async def test_each_operation_is_replayed_awaited(walk: Walk) -> None:
    blocking, awaited = CLIENTS[walk.provider]
    settings = SETTINGS[walk.provider, walk.name]
    with tape.replaying(tape.path_of(walk.provider, walk.name), settings, clients=2) as cassette:
        with blocking(settings) as client:
            positional, named = walk.prepare(client)
        async with awaited(settings) as client:
            await ataken(getattr(client, walk.name)(*positional, **named))
        assert cassette.all_played


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_each_cassette_says_where_it_came_from_and_holds_no_secret(path: Path) -> None:
    text = path.read_text()
    assert re.match(r"# origin: (live|sandbox|documented)\n", text)
    assert not re.search(r"^\s*(authorization|x-api-key|session-token|cookie):", text, re.IGNORECASE | re.MULTILINE)
    assert not [secret for settings in SETTINGS.values() for secret in settings.secrets() if secret in text]
    assert not re.search(r"whsec_|sk_(test|live)_|_secret_[A-Za-z0-9]", text)
