"""Where values stand in what twins hold: whole words, any depth, nothing of the sandbox's own."""

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import pytest
from pydantic import SecretStr

from ace_integrations.sandbox import traces
from ace_integrations.sandbox.journal import Journal
from ace_integrations.sandbox.traces import find_traces


@dataclass
class Held:
    value: object = None


@dataclass(slots=True)
class Slotted:
    value: object


class Log:
    is_of_the_sandbox: ClassVar[bool] = True

    def __init__(self, value: object) -> None:
        self.value = value


@dataclass
class Loop:
    name: str = "user-9"
    itself: "Loop | None" = field(default=None, repr=False)


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the classes of this file count as a twin's."""
    for kind in (Held, Slotted, Log, Loop):
        monkeypatch.setattr(kind, "__module__", "ace_integrations.didit.sandbox")


def where(twin: object, *values: str) -> list[str]:
    return [trace.where for trace in find_traces({"didit": twin}, values or ("user-9",))]


@pytest.mark.parametrize(
    ("held", "place"),
    [
        ("to user-9", "value"),
        (b"to user-9", "value"),
        (SecretStr("user-9"), "value"),
        ({"a": ["user-9"]}, "value[a][0]"),
        (deque([("x", "user-9")]), "value[0][1]"),
        ({"user-9": 1}, "value[]"),
        (frozenset({"user-9"}), "value[0]"),
        (Slotted("USER-9"), "value.value"),
        (Held(Held("user-9")), "value.value.value"),
    ],
)
def test_a_value_is_found_wherever_it_stands(held: object, place: str) -> None:
    assert where(Held(held)) == [place]


@pytest.mark.parametrize("held", ["user-90", "xuser-9", "auser-9b", 9, None])
def test_a_part_of_another_word_is_no_trace(held: object) -> None:
    assert where(Held(held)) == []


def test_a_number_is_found_by_its_digits() -> None:
    assert where(Held([770715360, 1770715360]), "770715360") == ["value[0]"]


def test_what_only_a_function_remembers_is_found() -> None:
    name = "user-9"
    assert where(Held(lambda: name)) == ["value"]
    assert where(Held(Loop().__repr__)) != []


def test_what_points_back_to_itself_is_looked_at_once() -> None:
    loop = Loop()
    loop.itself = loop
    assert where(loop) == ["name"]


def test_what_the_sandbox_writes_down_is_not_the_services() -> None:
    journal = Journal()
    journal.write(
        path="/user-9",
        headers={},
        request=b"user-9",
        answered={},
        response=b"",
        at=0.0,
        kind="call",
        provider="didit",
        operation="",
        method="GET",
        status=200,
        duration_ms=1,
    )
    assert where(Held([journal, Log("user-9")])) == []


def test_objects_of_other_libraries_are_not_looked_into() -> None:
    assert where(Held(partial(print, "user-9"))) == []


def test_without_a_value_nothing_is_found() -> None:
    assert find_traces({"didit": Held("user-9")}, [""]) == []
    assert traces.Trace("didit", "user-9", "value") in find_traces({"didit": Held("user-9")}, ["user-9", "other"])
