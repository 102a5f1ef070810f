"""Events that wait in a database for their telling: what follows each try, decided without any I/O."""

import logging
from dataclasses import dataclass

from ace_integrations.errors import InvalidRequestError, ProviderError
from ace_integrations.realtime.broadcast import Message

logger = logging.getLogger("ace_integrations.realtime")

DROPPED_AFTER_S = 300
"""Seconds after which an event is no news any more: pages have asked for themselves meanwhile."""

LEASE_S = 60
"""Seconds after which an event whose sender died is taken up again: longer than telling one takes."""

LONGEST_PAUSE_S = 60


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event whose turn it is.

    Attributes:
        attempts: tries, this one included.
        created_at: Unix seconds.
    """

    id: int
    message: Message
    attempts: int
    created_at: int


def is_stale(event: QueuedEvent, *, now: int) -> bool:
    """Whether nobody needs to hear of it any more."""
    if now - event.created_at <= DROPPED_AFTER_S:
        return False
    logger.warning("%s was not told within %s seconds, and is dropped", event.message.name, DROPPED_AFTER_S)
    return True


def tries_again_at(event: QueuedEvent, error: Exception, *, now: int) -> int | None:
    """Say when to try again, in Unix seconds; None: never.

    What may have been told is told again: pages drop an event whose `event_id` they have seen.
    """
    match error:
        case ProviderError() if not isinstance(error, InvalidRequestError):
            pause = max(min(LONGEST_PAUSE_S, 2**event.attempts), error.retry_after or 0)
            logger.warning("%s not told, and tried again: %s", event.message.name, type(error).__name__)
            return now + int(pause)
        case _:
            logger.error("%s cannot be told", event.message.name, exc_info=error)
            return None
