"""What follows a try, without a database."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from ace_integrations.privacy import Erased, Kept, Outcome, Removed, ServiceErasure, Subject
from ace_integrations.privacy.ledger import (
    LONGEST_PAUSE_S,
    StepState,
    asked,
    asked_again,
    is_complete,
    settled,
    step,
    taken,
    turn,
)

LINA = Subject(user="user-9", emails=("lina@example.com",), ids={"stripe": ("pi_1",)})
GONE = Erased(removed=(Removed(kind="thing"),), kept=(Kept(kind="bill", because="tax law"),))


@dataclass
class Row:
    """A row of either database."""

    id: int
    user: str
    service: str
    subject: str | None
    state: str
    attempts: int
    fence: int
    due_at: int | None
    error: str
    evidence: str
    requested_at: int
    finished_at: int | None

    @classmethod
    def asked(cls, **changes: Any) -> "Row":
        return cls(id=1, **{**asked(LINA, "stripe", now=1000), **changes})

    def changed(self, columns: dict[str, Any]) -> "Row":
        return Row(**{**vars(self), **columns})


def told(outcome: Outcome, **facts: Any) -> ServiceErasure:
    return ServiceErasure(service="stripe", outcome=outcome, **facts)


def after(row: Row, answer: ServiceErasure, *, now: int = 2000) -> Row:
    mine = turn(row)
    return row.changed(taken(row, now=now)).changed(settled(mine, answer, now=now))


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.KEPT, Outcome.NOTHING, Outcome.UNKNOWN])
def test_what_is_finished_forgets_whom_it_was_about_and_is_due_no_more(outcome: Outcome) -> None:
    row = after(Row.asked(), told(outcome, erased=GONE))
    assert (row.subject, row.due_at, row.finished_at, row.state) == (None, None, 2000, outcome.value)
    assert step(row).state.is_finished
    assert "lina@example.com" not in repr(row)
    assert "pi_1" not in repr(row)


def test_a_failure_keeps_whom_it_is_about_and_names_its_class() -> None:
    row = after(Row.asked(), told(Outcome.FAILED, error="UnavailableError"))
    assert (row.state, row.error, row.due_at, row.attempts, row.fence) == ("failed", "UnavailableError", 2060, 1, 1)
    assert turn(row).subject == LINA
    assert (row.evidence, step(row).state.is_finished) == ("[]", False)


def test_what_was_done_before_a_failure_is_evidence_too() -> None:
    row = after(Row.asked(), told(Outcome.FAILED, error="UnavailableError", erased=GONE))
    row = after(row, told(Outcome.NOTHING), now=3000)
    assert [(one.at, one.outcome, one.erased) for one in step(row).evidence] == [
        (2000, Outcome.FAILED, GONE),
        (3000, Outcome.NOTHING, Erased()),
    ]


@pytest.mark.parametrize(
    ("attempts", "retry_after", "pause"),
    [
        (1, None, 60),
        (2, None, 240),
        (6, None, 61_440),
        (7, None, LONGEST_PAUSE_S),
        (5000, None, LONGEST_PAUSE_S),
        (1, 7200.5, 7200),
        (3, 10.0, 960),
        (1, 10.0 * LONGEST_PAUSE_S, 10 * LONGEST_PAUSE_S),
    ],
)
def test_pauses_grow_to_a_day_and_are_never_shorter_than_told(
    attempts: int, retry_after: float | None, pause: int
) -> None:
    row = Row.asked(attempts=attempts - 1)
    assert after(row, told(Outcome.FAILED, error="X", retry_after=retry_after)).due_at == 2000 + pause


def test_asked_again_what_was_not_done_forgets_no_id_and_starts_anew() -> None:
    row = after(Row.asked(), told(Outcome.FAILED, error="UnavailableError"))
    other = Subject(user="user-9", emails=("new@example.com",), ids={"stripe": ("pi_2",), "paypal": ("1",)})
    again = row.changed(asked_again(row, other, now=5000))
    assert turn(again).subject == LINA.joined(other)
    assert (again.state, again.attempts, again.fence, again.due_at, again.error) == ("waiting", 0, 2, 5000, "")
    assert again.requested_at == 1000


def test_asked_again_what_was_done_starts_with_what_is_told_now() -> None:
    row = after(Row.asked(), told(Outcome.DONE, erased=GONE))
    again = row.changed(asked_again(row, Subject(user="user-9"), now=5000))
    assert turn(again).subject == Subject(user="user-9")
    assert [one.erased for one in turn(again).evidence] == [GONE]
    assert (again.finished_at, step(again).state) == (None, StepState.WAITING)


def test_a_request_is_complete_when_each_service_is_and_there_was_one() -> None:
    done = step(after(Row.asked(), told(Outcome.DONE)))
    waiting = step(Row.asked())
    assert (is_complete([done]), is_complete([done, waiting]), is_complete([])) == (True, False, False)


def test_the_evidence_is_json_of_words_and_counts() -> None:
    (one,) = json.loads(after(Row.asked(), told(Outcome.KEPT, erased=GONE)).evidence)
    assert one == {
        "at": 2000,
        "outcome": "kept",
        "erased": {
            "removed": [{"kind": "thing", "count": 1}],
            "kept": [{"kind": "bill", "because": "tax law", "count": None}],
            "not_found": [],
        },
    }
