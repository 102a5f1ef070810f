"""What a platform does again and again beside its requests: send what waits, finish what a killed process left."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

logger = logging.getLogger("ace_integrations.relay")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done again and again, by any number of processes at once.

    Attributes:
        name: of letters, digits, dots and _.
        every_s: seconds between two times.
        do: does what is due now; what it raises is logged, and it is done again at its next time.
    """

    name: str
    every_s: float
    do: Callable[[], object]


def run(chores: Iterable[Chore], *, until: threading.Event, clock: Callable[[], float] = time.monotonic) -> None:
    """Do chores when they are due, one after another, until told to stop; the one that runs then is finished."""
    due = [(clock(), chore) for chore in chores]
    while due and not until.is_set():
        when, chore = min(due, key=lambda one: one[0])
        if until.wait(max(0.0, when - clock())):
            return
        do(chore)
        due.remove((when, chore))
        due.append((clock() + chore.every_s, chore))


def do(chore: Chore) -> None:
    """Do one now; an error is logged."""
    try:
        chore.do()
    except Exception:
        logger.exception("%s failed, and is done again in %s s", chore.name, chore.every_s)
