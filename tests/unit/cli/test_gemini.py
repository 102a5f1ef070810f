"""`ace gemini`, against the twin."""

import json

import pytest
from tests.unit.cli.conftest import Run


def test_an_answer_is_written_as_it_comes(ace: Run) -> None:
    done = ace("gemini", "chat", "Target role: Data Analyst. What next?")
    assert done.returncode == 0
    assert "Data Analyst" in done.stdout
    assert done.stdout.endswith("\n")


def test_the_whole_answer_is_json_on_request(ace: Run) -> None:
    done = ace("gemini", "chat", "Hello", "--system", "Be brief.", "--model", "gemini-3.8-flash", "--json")
    answer = json.loads(done.stdout)
    assert (answer["model"], answer["provider_finish"]) == ("gemini-3.8-flash", "STOP")
    assert answer["cost"]


def test_both_ways_say_the_same(ace: Run) -> None:
    streamed, whole = ace("gemini", "chat", "Hello").stdout, ace("gemini", "chat", "Hello", "--json").stdout
    assert streamed == json.loads(whole)["text"] + "\n"


@pytest.mark.parametrize("marker", ["safety", "429-day", "stream-error"])
def test_what_goes_wrong_is_one_line_and_an_exit_code(ace: Run, marker: str) -> None:
    done = ace("gemini", "chat", f"Hello [[sbx:{marker}]]")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "Hello" not in done.stderr


def test_models_are_listed_with_what_is_known_of_them(ace: Run) -> None:
    rows = {row["id"]: row for row in json.loads(ace("gemini", "models", "--json").stdout)}
    assert rows["gemini-3.5-flash-lite"]["state"] == "live"
    assert rows["gemini-3.7-flash"]["replacement"] == "gemini-3.8-flash"
    assert rows["gemini-3.1-flash-lite"]["ends"] == "2027-05-07"


def test_tokens_are_counted(ace: Run) -> None:
    assert int(ace("gemini", "count", "Hello, who are you?").stdout) > 1
