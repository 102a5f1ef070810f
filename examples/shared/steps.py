"""What may follow what: an application to teach, and one for a job."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)


class StepRefusedError(Exception):
    """This does not follow from where it is.

    Attributes:
        state: where it is.
    """

    def __init__(self, state: StrEnum, then: StrEnum) -> None:
        self.state = state
        super().__init__(f"{state} cannot become {then}")


class Steps(Generic[State]):
    """The states of one thing.

    Args:
        following: what may follow each; nothing follows an end.
    """

    def __init__(self, following: Mapping[State, tuple[State, ...]]) -> None:
        self._following = following

    def after(self, state: State) -> tuple[State, ...]:
        """Name what may follow."""
        return self._following[state]

    def changes(self, state: State, then: State) -> bool:
        """Say whether going there changes anything: asked for twice, it does the second time not.

        Raises:
            StepRefusedError: it does not follow.
        """
        if state == then:
            return False
        if then not in self._following[state]:
            raise StepRefusedError(state, then)
        return True


class Teaching(StrEnum):
    """Whether somebody may teach: asked for once their identity was checked, and decided by an admin."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


TEACHING = Steps(
    {
        Teaching.WAITING: (Teaching.APPROVED, Teaching.REJECTED),
        Teaching.APPROVED: (),
        Teaching.REJECTED: (Teaching.WAITING,),
    }
)
"""Who was rejected may ask for another look; who was approved stays so."""


class Hiring(StrEnum):
    """Where a student's application for a job is."""

    PENDING = "pending"
    INTERVIEW = "interview"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


HIRING = Steps(
    {
        Hiring.PENDING: (Hiring.INTERVIEW, Hiring.ACCEPTED, Hiring.REJECTED),
        Hiring.INTERVIEW: (Hiring.ACCEPTED, Hiring.REJECTED),
        Hiring.ACCEPTED: (),
        Hiring.REJECTED: (),
    }
)
"""An answer that was given is final."""
