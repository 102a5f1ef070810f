"""`ace jsearch` as a person types it."""

import json

import pytest
from tests.unit.cli.conftest import Run

from ace_integrations import Ace, Settings
from ace_integrations.jobs import SearchFilters
from ace_integrations.sandbox import RunningSandbox


def test_a_search_shows_the_thirteen_fields_and_says_what_it_uses(ace: Run, ace_sandbox: RunningSandbox) -> None:
    done = ace("jsearch", "test", "developer", "chicago", "--json")
    rows = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "This uses 1 request of the plan.\n")
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


def test_clearing_forgets_searches_and_nothing_else(
    ace: Run, ace_sandbox: RunningSandbox, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as platform:
        for word in ("nurse", "tutor"):
            platform.jobs.search(SearchFilters(keyword=word))
        keep = platform.connection("jsearch").account.keep
        assert keep.shared is not None
        keep.shared.put("ace:kept:other", b"1", seconds=60)
    assert json.loads(ace("jsearch", "clear-cache", "--json").stdout) == {"removed": 2}
    assert json.loads(ace("jsearch", "clear-cache", "--json").stdout) == {"removed": 0}
    assert keep.shared.get("ace:kept:other") == b"1"
    keep.shared.drop("ace:kept:other")
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as platform:
        platform.jobs.search(SearchFilters(keyword="nurse"))
    assert len(ace_sandbox.control.journal(provider="jsearch", kind="call")) == 3
