"""What was used, kept by day in Django's database for all processes together; see `contrib.sqlalchemy.usage`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import F, QuerySet

from ace_integrations.contrib.django.models import BudgetTold, UsageCount
from ace_integrations.usage.budget import Crossing
from ace_integrations.usage.meter import KEPT, Usage, UsageRow, in_order, month_of


class DjangoUsage:
    """Keeps what was used. Call `keep` every few seconds, and once at the end.

    Args:
        using: the alias of the database.
    """

    def __init__(self, *, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using

    def keep(self, usage: Usage) -> None:
        """Store what this process counted, learn what all did this month, and tell of budgets that were crossed."""
        taken = in_order(usage.take())
        try:
            with transaction.atomic(using=self._using):
                for row in taken:
                    self._add(row)
                first, after = month_of(usage.today)
                month = self.rows(since=first, until=after)
        except BaseException:
            usage.give_back(taken)
            raise
        usage.learn(month)
        for crossing in usage.crossings():
            usage.told(crossing, here=self._is_first(crossing))

    def rows(self, *, since: date, until: date) -> list[UsageRow]:
        """Give what was used from one day to before another."""
        found = self._counts.filter(day__gte=since, day__lt=until).order_by(*_KEY)
        return [UsageRow(*row) for row in found.values_list(*_KEY, "calls", "failed", "units")]

    def prune(self) -> None:
        """Forget days that are more than 400 days ago."""
        self._counts.filter(day__lt=datetime.now(UTC).date() - KEPT).delete()

    def _add(self, row: UsageRow) -> None:
        """Add one row to what stands there; the sum is the database's own, so that two processes lose nothing."""
        key: dict[str, Any] = {
            "day": row.day,
            "provider": row.provider,
            "operation": row.operation,
            "user": row.user[:64],
            "unit": row.unit[:64],
        }
        found, _ = self._counts.get_or_create(**key)
        self._counts.filter(pk=found.pk).update(
            calls=F("calls") + row.calls, failed=F("failed") + row.failed, units=F("units") + row.units
        )

    def _is_first(self, crossing: Crossing) -> bool:
        told = BudgetTold.objects.using(self._using)
        _, is_new = told.get_or_create(
            month=crossing.month, budget=crossing.budget.text[:100], percent=int(crossing.share * 100)
        )
        return is_new

    @property
    def _counts(self) -> QuerySet[UsageCount]:
        return UsageCount.objects.using(self._using)


_KEY: Sequence[str] = ("day", "provider", "operation", "user", "unit")
