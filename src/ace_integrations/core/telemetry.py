"""What is told about a call: one record, to the log and to whoever observes."""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

logger = logging.getLogger("ace_integrations.calls")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it may be logged: no body, no header, no personal datum.

    Attributes:
        path: the template, as in `/v3/session/{session_id}/decision/`, not the address with its ids.
        status: the HTTP status of the last try, None when no answer came.
        duration_s: seconds from the first try to the result, waits included.
        attempts: how many times the request was sent.
        error: the class name of the error that the caller gets, "" for a result.
        units: how many of what the service bills one success uses: the recipients of a mail.
        foreseen: where the service bills by what an answer used: the most of each unit; None elsewhere.
        used: likewise, what it did use; None before the call and where no usable answer came.
        user: your own id of whom the call is made for, from `acting_for`; "" where nobody was named.
    """

    provider: str
    operation: str
    method: str
    path: str
    status: int | None = None
    duration_s: float = 0.0
    attempts: int = 0
    request_id: str = ""
    error: str = ""
    units: int = 1
    foreseen: Mapping[str, int] | None = None
    used: Mapping[str, int] | None = None
    user: str = ""


_user: ContextVar[str] = ContextVar("ace_integrations.acting_for", default="")


@contextmanager
def acting_for(user: str) -> Generator[None]:
    """Count the calls inside for one user, in this thread or task and in the tasks that it starts.

    Args:
        user: your own id, as in "student-42": no name, no address.
    """
    token = _user.set(user)
    try:
        yield
    finally:
        _user.reset(token)


def acting_user() -> str:
    """Give whom calls are made for now, "" for nobody in particular."""
    return _user.get()


class Guard(Protocol):
    """Sets aside what a call may use of what its user may, and settles it when the call ended.

    Attributes:
        is_slow: whether `take` and `settle` ask another machine; awaited calls then use them in a thread.
    """

    @property
    def is_slow(self) -> bool: ...

    def take(self, record: CallRecord) -> object:
        """Set aside; give what `settle` needs. Raises to forbid the call."""
        ...

    def settle(self, hold: Any, record: CallRecord) -> None:
        """Replace what was set aside by what the ended call used."""
        ...


class Observer(Protocol):
    """Is told before and after every call; may raise before one to forbid it (a budget, a maintenance switch)."""

    def before_call(self, record: CallRecord) -> None:
        """See a call that is about to be sent."""

    def after_call(self, record: CallRecord) -> None:
        """See a call that ended, well or not."""


def is_logged(*, failed: bool) -> bool:
    """Whether anybody reads the record of such a call; making one costs 2 µs."""
    return logger.isEnabledFor(logging.WARNING if failed else logging.INFO)


def log(record: CallRecord) -> None:
    """Write the record as one structured line: text for people, the record itself as `record.call` for machines."""
    level = logging.WARNING if record.error else logging.INFO
    if logger.isEnabledFor(level):
        logger.log(
            level,
            "%s %s: %s in %.0f ms%s%s",
            record.provider,
            record.operation,
            record.error or record.status,
            record.duration_s * 1000,
            f", {record.attempts} tries" if record.attempts > 1 else "",
            f", request {record.request_id}" if record.request_id else "",
            extra={"call": record},
        )
