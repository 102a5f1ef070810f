"""Recorded traffic of every operation, replayed with nothing listening, in both colours; none holds a secret."""

import re
from pathlib import Path

import pytest
from tests import tape
from tests.operations import CLIENTS, WALKS, Walk, ataken, taken

from ace_integrations.settings import Settings

NAMES = [f"{walk.provider}.{walk.name}" for walk in WALKS]
FILES = sorted(tape.FOLDER.rglob("*.yaml"))
SETTINGS = {name: Settings(sandbox_url=tape.HOME).of(client.service.settings) for name, (client, _) in CLIENTS.items()}


def test_each_operation_has_a_cassette_and_each_cassette_an_operation() -> None:
    assert set(FILES) == {tape.path_of(walk.provider, walk.name) for walk in WALKS}


@pytest.mark.parametrize("walk", WALKS, ids=NAMES)
def test_each_operation_is_replayed_blocking(walk: Walk) -> None:
    with tape.replaying(tape.path_of(walk.provider, walk.name), SETTINGS[walk.provider]) as cassette:
        with CLIENTS[walk.provider][0](SETTINGS[walk.provider]) as client:
            positional, named = walk.prepare(client)
            taken(getattr(client, walk.name)(*positional, **named))
        assert cassette.all_played


@pytest.mark.parametrize("walk", WALKS, ids=NAMES)
async def test_each_operation_is_replayed_awaited(walk: Walk) -> None:
    blocking, awaited = CLIENTS[walk.provider]
    with tape.replaying(tape.path_of(walk.provider, walk.name), SETTINGS[walk.provider], clients=2) as cassette:
        with blocking(SETTINGS[walk.provider]) as client:
            positional, named = walk.prepare(client)
        async with awaited(SETTINGS[walk.provider]) as client:
            await ataken(getattr(client, walk.name)(*positional, **named))
        assert cassette.all_played


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_each_cassette_says_where_it_came_from_and_holds_no_secret(path: Path) -> None:
    text = path.read_text()
    assert re.match(r"# origin: (live|sandbox|documented)\n", text)
    assert not re.search(r"^\s*(authorization|x-api-key|session-token|cookie):", text, re.IGNORECASE | re.MULTILINE)
    assert not [secret for settings in SETTINGS.values() for secret in settings.secrets() if secret in text]
    assert not re.search(r"whsec_|sk_(test|live)_|_secret_[A-Za-z0-9]", text)
