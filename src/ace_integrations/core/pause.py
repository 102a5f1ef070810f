"""A pause that a service asked for: until it ends nothing is sent, then one call goes first."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ace_integrations.core.shared import Shared
from ace_integrations.errors import PausedError

logger = logging.getLogger("ace_integrations.pauses")

PROBE_S = 10.0
"""Seconds that the first call after a pause has for itself."""

LOOK_S = 10.0
"""Seconds between two looks into the shared place."""


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a service wants to be left alone, by its own words.

    Attributes:
        why: for the error that callers get meanwhile, as in "the month's quota is used up".
        code: what kind of pause it is, as in "quota".
    """

    seconds: float
    why: str
    code: str = ""


class _Pause(BaseModel):
    model_config = ConfigDict(frozen=True)

    until: float
    why: str
    code: str


_PAUSE = TypeAdapter(_Pause)


class Pauses:
    """The pauses of one account, by group of operations; shared by its processes, so that one survives a restart.

    Args:
        account: what tells accounts apart; only its hash is a key.
        clock: gives Unix seconds.
    """

    def __init__(self, account: str, *, clock: Callable[[], float] = time.time, shared: Shared | None) -> None:
        self._key = f"ace:pause:{hashlib.sha256(account.encode()).hexdigest()}"
        self._clock = clock
        self._shared = shared
        self._lock = threading.Lock()
        self._pauses: dict[str, _Pause] = {}
        self._looked: dict[str, float] = {}

    def is_due(self, group: str) -> bool:
        """Whether the shared place is to be looked at before a call: `look` does, blocking."""
        return self._shared is not None and time.monotonic() - self._looked.get(group, -LOOK_S) >= LOOK_S

    def look(self, group: str) -> None:
        """Take over the pause that another process, or this one before it was started again, was told of."""
        self._looked[group] = time.monotonic()
        try:
            found = self._shared.get(f"{self._key}:{group}") if self._shared is not None else None
            pause = _PAUSE.validate_json(found) if found else None
        except ValidationError:
            return
        except Exception as error:
            logger.warning("pauses are not shared: %s", type(error).__name__)
            return
        if pause is not None and pause.until > self._clock():
            with self._lock:
                self._pauses[group] = pause

    def check(self, provider: str, operation: str, group: str) -> None:
        """Let a call pass, or refuse it.

        Raises:
            PausedError: the pause is not over; nothing was sent.
        """
        with self._lock:
            pause, now = self._pauses.get(group), self._clock()
            if pause is None:
                return
            if now >= pause.until:
                # Of all who waited one goes first; the others follow when it came back well.
                self._pauses[group] = pause.model_copy(update={"until": now + PROBE_S})
                return
        raise PausedError(
            f"{pause.why}; nothing was sent",
            provider=provider,
            operation=operation,
            code=pause.code,
            retry_after=pause.until - now,
        )

    def begin(self, group: str, rest: Rest) -> None:
        """Begin a pause in this process; `share` tells the others."""
        with self._lock:
            self._pauses[group] = _Pause(until=self._clock() + rest.seconds, why=rest.why, code=rest.code)

    def end(self, group: str) -> None:
        """End a pause: a call came back without a word of it."""
        if group in self._pauses:
            with self._lock:
                self._pauses.pop(group, None)

    def share(self, group: str) -> None:
        """Put the pause into the shared place; blocking."""
        pause = self._pauses.get(group)
        if pause is None or self._shared is None:
            return
        seconds = max(1, int(pause.until - self._clock()))
        try:
            self._shared.put(f"{self._key}:{group}", _PAUSE.dump_json(pause), seconds=seconds)
        except Exception as error:
            logger.warning("pauses are not shared: %s", type(error).__name__)
