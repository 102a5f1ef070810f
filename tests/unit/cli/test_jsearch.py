"""`ace jsearch` as a person types it."""

import json
from collections.abc import Iterator

import pytest
import redis
from tests.unit.cli.conftest import Run

from ace_integrations.sandbox import RunningSandbox


def test_a_search_shows_the_thirteen_fields_and_says_what_it_uses(ace: Run, ace_sandbox: RunningSandbox) -> None:
    done = ace("jsearch", "test", "developer", "chicago", "--json")
    rows = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "Uses 1 request of the plan, unless it was asked within the hour.\n")
    assert {len(row) for row in rows} == {13}
    (call,) = ace_sandbox.control.journal(provider="jsearch", kind="call")
    assert "query=developer+in+chicago" in call["path"] + call.get("query", "")
    assert "country=us" in call["path"] + call.get("query", "")


def test_a_search_is_a_table_for_people(ace: Run) -> None:
    lines = ace("jsearch", "test", "engineer", "Cairo").stdout.splitlines()
    assert lines
    assert all(line.startswith("ext_") for line in lines)


def test_details_and_salaries_are_shown(ace: Run) -> None:
    assert (
        json.loads(ace("jsearch", "salary", "Nodejs Developer", "Cairo", "--json").stdout)[0]["min_salary"] == 180_000
    )
    assert ace("jsearch", "details", "gone").stdout == "Nothing found.\n"


def test_without_a_key_it_says_which_variable_to_set(ace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACE_SANDBOX_URL")
    done = ace("jsearch", "test", "developer")
    assert (done.returncode, done.stdout) == (3, "")
    assert "JSEARCH_API_KEY" in done.stderr


@pytest.fixture
def database(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator["redis.Redis"]:
    """Give a database of Redis for this file alone, empty."""
    url = f"{redis_url.rpartition('/')[0]}/8"
    monkeypatch.setenv("REDIS_URL", url)
    with redis.Redis.from_url(url) as database:
        database.flushdb()
        yield database
        database.flushdb()


def test_clearing_forgets_searches_and_nothing_else(ace: Run, database: "redis.Redis") -> None:
    ace("jsearch", "test", "nurse", "Cairo")
    ace("jsearch", "test", "tutor", "Cairo")
    kept = database.keys("ace:kept:*jsearch_*")
    assert len(kept) == 2
    other = kept[0].partition(b"jsearch_")[0] + b"other"
    database.set(other, b"1")
    assert json.loads(ace("jsearch", "clear-cache", "--json").stdout) == {"removed": 2}
    assert json.loads(ace("jsearch", "clear-cache", "--json").stdout) == {"removed": 0}
    assert database.keys("ace:kept:*") == [other]


def test_a_search_that_is_kept_is_shown_without_a_call_until_it_is_cleared(
    ace: Run, ace_sandbox: RunningSandbox, database: "redis.Redis"
) -> None:
    calls = []
    for command in (("test", "nurse"), ("test", "nurse"), ("clear-cache",), ("test", "nurse")):
        ace("jsearch", *command)
        calls.append(len(ace_sandbox.control.journal(provider="jsearch", kind="call")))
    assert calls == [1, 1, 1, 2]
