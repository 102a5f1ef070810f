"""Erasures that go on until every service has done them, asked for in a transaction of Django's."""

import time
from collections.abc import Callable, Sequence

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet

from ace_integrations.contrib.django.models import ErasureStep
from ace_integrations.privacy import Privacy, Subject
from ace_integrations.privacy.ledger import Step, Turn, asked, asked_again, settled, step, taken, turn


class DjangoErasures:
    """A ledger of erasures in Django's database. Several processes may work on it at once.

    Args:
        using: the alias of the database.
        clock: gives Unix seconds.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS, clock: Callable[[], float] = time.time) -> None:
        self._using = using
        self._clock = clock

    def put(self, subject: Subject, *, services: Sequence[str]) -> None:
        """Ask for an erasure when the transaction that runs now commits: the one that erases your own rows.

        Asked for again, what is finished is done once more, and what is not forgets none of the ids it knew.

        Args:
            services: from `ace.privacy.services(subject)`.
        """
        with transaction.atomic(using=self._using):
            for service in services:
                values = asked(subject, service, now=self._now)
                once = {name: values.pop(name) for name in ("user", "service")}
                _, is_new = self._steps.get_or_create(**once, defaults=values)
                if not is_new:
                    found = self._steps.select_for_update().get(**once)
                    self._steps.filter(pk=found.pk).update(**asked_again(found, subject, now=self._now))

    def run_due(self, privacy: Privacy, *, limit: int = 100) -> int:
        """Ask the services whose turn it is, one after another; give how many were asked."""
        for tried in range(limit):
            found = self._take()
            if found is None:
                return tried
            told = privacy.erase_at(found.service, found.subject)
            # The fence: who lost the lease settles nothing.
            mine = self._steps.filter(pk=found.id, fence=found.fence)
            mine.update(**settled(found, told, now=self._now))
        return limit

    def steps(self, user: str) -> tuple[Step, ...]:
        """Give every service's part of one person's erasure; none when it was never asked for."""
        return tuple(map(step, self._steps.filter(user=user).order_by("service")))

    def open(self) -> tuple[Step, ...]:
        """Give what is not finished, of everybody, the oldest request first."""
        return tuple(map(step, self._steps.filter(due_at__isnull=False).order_by("requested_at", "id")))

    def _take(self) -> Turn | None:
        while True:
            with transaction.atomic(using=self._using, durable=True):
                due = self._steps.filter(due_at__lte=self._now).order_by("due_at", "id")
                found = due.select_for_update(skip_locked=True).first()
                if found is None:
                    return None
                # SQLite locks no row that is only read: the fence tells whether another worker was faster.
                mine = self._steps.filter(pk=found.pk, fence=found.fence)
                is_mine = mine.update(**taken(found, now=self._now)) == 1
            if is_mine:
                return turn(found)

    @property
    def _steps(self) -> QuerySet[ErasureStep]:
        return ErasureStep.objects.using(self._using)

    @property
    def _now(self) -> int:
        return int(self._clock())
