"""`ace privacy`: the map, one person's export and erasure."""

import json
import subprocess
from collections.abc import Callable

import pytest

from ace_integrations.didit import Didit, DiditSettings
from ace_integrations.sandbox import RunningSandbox

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_MAILER", "mailgun")
    monkeypatch.setenv("ACE_FX_SOURCES", "")


def begin_check(sandbox: RunningSandbox) -> str:
    with Didit(DiditSettings().in_sandbox(sandbox.url)) as client:
        return client.create_session(vendor_data="user-9").session_id


def test_the_map_names_every_service_and_why_something_stays(ace: Run) -> None:
    rows = json.loads(ace("privacy", "map", "--json").stdout)
    held = {(row["service"], row["holds"]): row for row in rows}
    assert held["stripe", "payment"]["stays_because"]
    assert held["didit", "identity check"]["stays_because"] == ""
    assert held["didit", "identity check"]["on"] == "on"
    assert "nothing about people" in held["jsearch", ""]["what"]


def test_an_export_shows_counts_and_gives_the_data_as_json(ace: Run, ace_sandbox: RunningSandbox) -> None:
    session_id = begin_check(ace_sandbox)
    assert "didit\tdone\t1 identity check" in ace("privacy", "export", "user-9").stdout
    report = json.loads(ace("privacy", "export", "user-9", "--json").stdout)
    data = [record["data"] for each in report["services"] for record in each["exported"]["records"]]
    assert [one["session_id"] for one in data] == [session_id]


def test_nothing_is_erased_before_somebody_says_yes(ace: Run, ace_sandbox: RunningSandbox) -> None:
    begin_check(ace_sandbox)
    done = ace("privacy", "erase", "user-9")
    assert (done.returncode, "--yes" in done.stderr, "didit" in done.stderr) == (2, True, True)
    assert len(ace_sandbox.control.get("didit/sessions")["sessions"]) == 1


def test_an_erasure_says_what_is_gone_and_what_stays(ace: Run, ace_sandbox: RunningSandbox) -> None:
    begin_check(ace_sandbox)
    done = ace("privacy", "erase", "user-9", "--email", "lina@example.com", "--id", "paypal=5O190127TN364715T", "--yes")
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    assert (done.returncode, rows["didit"][:2]) == (0, ["done", "1 identity check"])
    assert rows["paypal"][0] == "nothing"
    assert ace_sandbox.control.get("didit/sessions")["sessions"] == []


def test_a_service_that_fails_ends_with_1_and_is_named(ace: Run, ace_sandbox: RunningSandbox) -> None:
    begin_check(ace_sandbox)
    ace_sandbox.control.fail("status", provider="didit", status=503, times=None)
    done = ace("privacy", "erase", "user-9", "--email", "lina@example.com", "--yes")
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    assert (done.returncode, rows["didit"][0], rows["didit"][3]) == (1, "failed", "UnavailableError")
    assert rows["mailgun"][0] != "failed"


@pytest.mark.parametrize("wrong", ["stripe", "=pi_3Abc", "stripe="])
def test_an_id_without_its_service_is_refused(ace: Run, wrong: str) -> None:
    done = ace("privacy", "export", "user-9", "--id", wrong)
    assert (done.returncode, "as in stripe=pi_3Abc" in done.stderr) == (2, True)
