"""Events for browsers that are told because a transaction of Django's committed."""

import time
from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet

from ace_integrations.contrib.django.models import QueuedBroadcast
from ace_integrations.realtime import Broadcast, Channel, Message, Realtime
from ace_integrations.realtime.queue import LEASE_S, QueuedEvent, is_stale, tries_again_at


class DjangoBroadcastQueue:
    """A queue of events for browsers in Django's database. Several processes may tell from it at once.

    Args:
        using: the alias of the database.
        clock: gives Unix seconds.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS, clock: Callable[[], float] = time.time) -> None:
        self._using = using
        self._clock = clock

    def put(self, event: Broadcast) -> None:
        """Let an event be told when the transaction that runs now commits; once for each `event_id`.

        Raises:
            InvalidInputError: it is too large, or has personal fields and a public channel.
        """
        message = event.message()
        self._events.get_or_create(
            event_id=event.event_id,
            defaults={
                "channels": [channel.name for channel in message.channels],
                "name": message.name,
                "data": message.data,
                "due_at": self._now,
                "created_at": self._now,
            },
        )

    def send_due(self, realtime: Realtime, *, limit: int = 100) -> int:
        """Tell what is due, one after another; give how many were tried."""
        for tried in range(limit):
            queued = self._take()
            if queued is None:
                return tried
            due_at = None if is_stale(queued, now=self._now) else self._tell(realtime, queued)
            self._settle(queued, due_at)
        return limit

    def _take(self) -> QueuedEvent | None:
        while True:
            with transaction.atomic(using=self._using, durable=True):
                due = self._events.filter(due_at__lte=self._now).order_by("due_at", "id")
                found = due.select_for_update(skip_locked=True).first()
                if found is None:
                    return None
                # SQLite locks no row that is only read: the number of tries tells whether another sender was faster.
                mine = self._events.filter(pk=found.pk, attempts=found.attempts)
                taken = mine.update(attempts=found.attempts + 1, due_at=self._now + LEASE_S)
            if taken == 1:
                channels = tuple(map(Channel, found.channels))
                message = Message(channels, found.name, found.data)
                return QueuedEvent(found.pk, message, found.attempts + 1, found.created_at)

    def _tell(self, realtime: Realtime, queued: QueuedEvent) -> int | None:
        try:
            realtime.deliver(queued.message)
        except Exception as error:  # one event's failure must not hold up the others
            return tries_again_at(queued, error, now=self._now)
        return None

    def _settle(self, queued: QueuedEvent, due_at: int | None) -> None:
        # The number of the try is the fence: who lost the lease settles nothing.
        mine = self._events.filter(pk=queued.id, attempts=queued.attempts)
        if due_at is None:
            mine.delete()
        else:
            mine.update(due_at=due_at)

    @property
    def _events(self) -> QuerySet[QueuedBroadcast]:
        return QueuedBroadcast.objects.using(self._using)

    @property
    def _now(self) -> int:
        return int(self._clock())
