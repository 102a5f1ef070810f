"""An erasure that goes on until every service has done it: what follows each try, decided without any I/O.

Each service of a request is a step of its own, so that a failing one holds up no other. A step forgets whom it was
about as soon as it is finished: what is left is your own user id and the evidence, in words and counts.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from ace_integrations.privacy.report import Erased, Outcome, ServiceErasure
from ace_integrations.privacy.subject import Subject

logger = logging.getLogger("ace_integrations.privacy")

LEASE_S = 900
"""Seconds after which a step whose worker died is taken up again: longer than asking one service takes."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60, 86_400
"""Seconds before a failed step is tried again: each pause is four times the one before, up to a day."""


class StepState(StrEnum):
    """Where one service's part of an erasure is."""

    WAITING = "waiting"
    """Not tried since it was asked for."""
    FAILED = "failed"
    """Tried, and tried again; it never gives up."""
    DONE = "done"
    KEPT = "kept"
    """Done, and something stays; the evidence says what and why."""
    NOTHING = "nothing"
    """Done: nothing of the person was there."""
    UNKNOWN = "unknown"
    """Its plugin brings no data map: somebody must look there."""

    @property
    def is_finished(self) -> bool:
        """Whether it is not tried again."""
        return self not in (StepState.WAITING, StepState.FAILED)


class Evidence(BaseModel):
    """What was done when: what one try removed, kept and did not find.

    Attributes:
        at: Unix seconds.
    """

    model_config = ConfigDict(frozen=True)

    at: int
    outcome: Outcome
    erased: Erased = Erased()


@dataclass(frozen=True, slots=True)
class Step:
    """One service's part of one person's erasure, as the ledger has it.

    Attributes:
        attempts: tries since it was asked for last.
        due_at: Unix seconds of its next try; None when it is finished.
        error: the class of what went wrong last, "" for nothing.
        requested_at: Unix seconds when it was asked for first.
        finished_at: Unix seconds, None while it is not.
    """

    user: str
    service: str
    state: StepState
    attempts: int
    due_at: int | None
    error: str
    evidence: tuple[Evidence, ...]
    requested_at: int
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A step whose turn it is.

    Attributes:
        attempts: tries, this one included.
        fence: who has an older one settles nothing: the step was asked for again, or taken by another worker.
        evidence: of earlier tries.
    """

    id: int
    service: str
    subject: Subject
    attempts: int
    fence: int
    evidence: tuple[Evidence, ...]


def asked(subject: Subject, service: str, *, now: int) -> dict[str, Any]:
    """Give the columns of a step that is asked for the first time."""
    return {
        "user": subject.user,
        "service": service,
        "subject": written(subject),
        "state": StepState.WAITING.value,
        "attempts": 0,
        "fence": 0,
        "due_at": now,
        "error": "",
        "evidence": "[]",
        "requested_at": now,
        "finished_at": None,
    }


def asked_again(found: Any, subject: Subject, *, now: int) -> dict[str, Any]:
    """Give the columns that change when a step is asked for once more; what it knew and was not done with it keeps.

    Args:
        found: the row with `subject` and `fence`.
    """
    known = read(found.subject).joined(subject) if found.subject else subject
    again = asked(known, "", now=now)
    kept = ("subject", "state", "attempts", "due_at", "error", "finished_at")
    return {**{name: again[name] for name in kept}, "fence": found.fence + 1}


def taken(found: Any, *, now: int) -> dict[str, Any]:
    """Give the columns that change when a worker takes a step: it is due again after the lease."""
    return {"attempts": found.attempts + 1, "fence": found.fence + 1, "due_at": now + LEASE_S}


def turn(found: Any) -> Turn:
    """Give the turn of a row as it was before it was taken."""
    subject, evidence = read(found.subject), _evidence(found.evidence)
    return Turn(found.id, found.service, subject, found.attempts + 1, found.fence + 1, evidence)


def settled(turn: Turn, told: ServiceErasure, *, now: int) -> dict[str, Any]:
    """Give the columns that change after a try."""
    evidence = [*turn.evidence, *_evidence_of(told, now)]
    written_down = json.dumps([one.model_dump(mode="json") for one in evidence])
    if told.outcome is Outcome.FAILED:
        due_at = now + _pause(turn.attempts, told.retry_after)
        logger.warning("%s: erasure tried %s times, and tried again: %s", turn.service, turn.attempts, told.error)
        return {"state": StepState.FAILED.value, "due_at": due_at, "error": told.error, "evidence": written_down}
    if told.outcome is Outcome.UNKNOWN:
        logger.error("%s brings no data map: somebody must look there for what it holds", turn.service)
    return {
        "state": StepState(told.outcome.value).value,
        "due_at": None,
        "error": "",
        "evidence": written_down,
        "subject": None,
        "finished_at": now,
    }


def step(found: Any) -> Step:
    """Give a row as the ledger's readers see it."""
    return Step(
        user=found.user,
        service=found.service,
        state=StepState(found.state),
        attempts=found.attempts,
        due_at=found.due_at,
        error=found.error,
        evidence=_evidence(found.evidence),
        requested_at=found.requested_at,
        finished_at=found.finished_at,
    )


def is_complete(steps: Sequence[Step]) -> bool:
    """Whether every service of a request is finished, and there was a request."""
    return bool(steps) and all(one.state.is_finished for one in steps)


def written(subject: Subject) -> str:
    """Write down whom a step is about, until it is finished."""
    return subject.model_dump_json()


def read(text: str) -> Subject:
    """Read that again."""
    values: Mapping[str, Any] = json.loads(text)
    return Subject(**values)


def _evidence(text: str) -> tuple[Evidence, ...]:
    return tuple(Evidence.model_validate(one) for one in json.loads(text))


def _evidence_of(told: ServiceErasure, now: int) -> list[Evidence]:
    # A failure that removed nothing proves nothing.
    if told.outcome is Outcome.FAILED and told.erased == Erased():
        return []
    return [Evidence(at=now, outcome=told.outcome, erased=told.erased)]


def _pause(attempts: int, retry_after: float | None) -> int:
    # 4 ** 6 is past a day already; the exponent is bounded so that years of tries stay cheap.
    growing = FIRST_PAUSE_S * 4 ** min(attempts - 1, 6)
    return int(max(min(growing, LONGEST_PAUSE_S), retry_after or 0))
