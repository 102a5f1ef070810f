"""Mails that go out because a transaction of Django's committed, and whom not to write to again."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q, QuerySet

from ace_integrations.contrib.django.models import QueuedMail as QueuedRow
from ace_integrations.contrib.django.models import SuppressedAddress
from ace_integrations.core import BlockingCall, Call
from ace_integrations.mail import DeliveryEvent, Mail, Message, Suppression
from ace_integrations.mail.queue import (
    TAKEN_OVER,
    QueuedMail,
    QueueState,
    Settled,
    after_error,
    after_look,
    after_sent,
    deliveries,
    noted,
    queued_mail,
    sending,
    taken_up,
)
from ace_integrations.mail.suppression import stored_suppression, suppression_of
from ace_integrations.webhooks import Event


class DjangoMailQueue:
    """A queue of mails in Django's database. Several processes may send from it at once.

    Args:
        using: the alias of the database.
        clock: gives Unix seconds.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS, clock: Callable[[], float] = time.time) -> None:
        self._using = using
        self._clock = clock

    def put(self, message: Message) -> None:
        """Let a mail go out when the transaction that runs now commits; once for each `mail_id`."""
        self._mails.get_or_create(
            key=message.mail_id,
            defaults={
                "message": message.model_dump_json(),
                "deliveries": deliveries(message),
                "state": QueueState.WAITING,
                "message_id": message.message_id,
                "created_at": self._now,
            },
        )

    def send_due(self, mail: Mail, *, limit: int = 100) -> int:
        """Send what is due, one after another; give how many were tried."""
        for tried in range(limit):
            queued = self._take()
            if queued is None:
                return tried
            self._settle(queued, self._hand_over(mail, queued))
        return limit

    def note(self, event: Event, using: str) -> None:
        """Handle a `DeliveryEvent`: note what became of a mail of ours, and whom not to write to again."""
        news: DeliveryEvent = event.meaning
        for found in QueuedRow.objects.using(using).filter(message_id=news.message_id).select_for_update():
            known = noted(found.deliveries, news)
            if known is None:
                continue
            QueuedRow.objects.using(using).filter(pk=found.pk).update(deliveries=known)
            if (entry := suppression_of(news)) is not None:
                _suppress(entry, using)

    def revive(self, *, key: str) -> None:
        """Let a dead mail be tried again; for when a person looked and it did not go out."""
        self._mails.filter(key=key, state=QueueState.DEAD).update(state=QueueState.WAITING, doubts=0, not_before=0)

    def _take(self) -> QueuedMail | None:
        # One at a time: a lease must not lapse while a mail waits for its turn behind slow ones.
        while True:
            with transaction.atomic(using=self._using, durable=True):
                found = self._due(self._now).select_for_update(skip_locked=True).first()
                if found is None:
                    return None
                queued = queued_mail(found, now=self._now)
                # SQLite locks no row that is only read: the number of tries tells whether another sender was faster.
                mine = self._mails.filter(pk=found.pk, attempts=found.attempts)
                was_free = mine.update(**taken_up(queued, now=self._now))
            if was_free == 1:
                return queued

    def _due(self, now: int) -> QuerySet[QueuedRow]:
        waiting = Q(state=QueueState.WAITING, not_before__lte=now)
        orphaned = Q(state=QueueState.SENDING, lease_until__lte=now)
        return self._mails.filter(waiting | orphaned).order_by("not_before", "id")

    def _hand_over(self, mail: Mail, queued: QueuedMail) -> Settled:
        try:
            if queued.doubts:
                settled = after_look(queued, mail.find(queued.message), now=self._now)
                if settled is not None:
                    return settled
                if self._mine(queued).update(**sending(now=self._now)) != 1:
                    return TAKEN_OVER
            return after_sent(mail.send(queued.message))
        except Exception as error:  # one mail's failure must not hold up the others
            return after_error(queued, error, now=self._now)

    def _settle(self, queued: QueuedMail, settled: Settled) -> None:
        values: dict[str, object] = {
            "state": settled.state,
            "not_before": settled.not_before,
            "lease_until": 0,
            "error": settled.error,
            "doubts": settled.doubts,
            "doubt_since": settled.doubt_since,
        }
        if settled.message_id:
            values["message_id"] = settled.message_id
        if settled.state in (QueueState.SENT, QueueState.SUPPRESSED):
            # What a mail said is nobody's business once it is out.
            values["message"] = None
        self._mine(queued).update(**values)

    def _mine(self, queued: QueuedMail) -> QuerySet[QueuedRow]:
        # The number of the try is the fence: who lost the lease settles nothing.
        return self._mails.filter(pk=queued.id, attempts=queued.attempts)

    @property
    def _mails(self) -> QuerySet[QueuedRow]:
        return QueuedRow.objects.using(self._using)

    @property
    def _now(self) -> int:
        return int(self._clock())


class DjangoSuppressions:
    """The suppression list of `ace.mail` in Django's database: `ace.mail.suppressions = DjangoSuppressions()`.

    Args:
        using: the alias of the database.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using

    def find(self, *, emails: Sequence[str]) -> Call[tuple[Suppression, ...]]:
        wanted = [email.lower() for email in emails]

        def find() -> tuple[Suppression, ...]:
            return tuple(map(stored_suppression, SuppressedAddress.objects.using(self._using).filter(email__in=wanted)))

        return BlockingCall(find)

    def add(self, suppression: Suppression) -> Call[None]:
        return BlockingCall(lambda: _suppress(suppression, self._using))

    def remove(self, *, email: str) -> Call[None]:
        def remove() -> None:
            SuppressedAddress.objects.using(self._using).filter(email=email.lower()).delete()

        return BlockingCall(remove)


def _suppress(entry: Suppression, using: str) -> None:
    since = int((entry.since or datetime.now(UTC)).timestamp())
    SuppressedAddress.objects.using(using).update_or_create(
        email=entry.email.lower(),
        status=entry.status.value,
        defaults={"reason": entry.reason[:255], "since": since, "tags": list(entry.tags)},
    )
