"""`ace.usage`: counts every call by day, service, operation and user, and compares the month with the budgets."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ace_integrations.core.telemetry import CallRecord
from ace_integrations.errors import BudgetExceededError, ConfigurationError, InvalidInputError
from ace_integrations.usage.budget import WARNS_AT, Budget, Crossing
from ace_integrations.usage.prices import PriceList

Key = tuple[date, str, str, str, str]
"""Day, provider, operation, user, unit."""

KEPT = timedelta(days=400)
"""How long a database keeps what was used on a day."""

BY = ("day", "provider", "operation", "user", "unit")


@dataclass(frozen=True, slots=True)
class UsageRow:
    """How often one operation was called for one user on one day (UTC).

    Attributes:
        user: from `acting_for`, "" where nobody was named.
        unit: what the service bills, as in "mail"; "" where it bills nothing. A call that used several units stands
            in the row of the first.
        failed: calls that ended with an error.
        units: how many of that unit, of the calls that succeeded.
        usd: by the price list, the free units of the month shared out; None where there is no price.
    """

    day: date | None
    provider: str
    operation: str = ""
    user: str = ""
    unit: str = ""
    calls: int = 0
    failed: int = 0
    units: int = 0
    usd: Decimal | None = None


class Usage:
    """Counts in this process until a store takes what was counted; see `contrib.sqlalchemy.SqlUsage`.

    Observes every call of its `Ace`. Thread-safe; a forked child starts at nothing.

    Args:
        prices: by provider.
        crossed: is told when a budget is used up to 80 % and to 100 %.
    """

    def __init__(
        self,
        *,
        budgets: Sequence[Budget] = (),
        prices: Mapping[str, PriceList] | None = None,
        clock: Callable[[], float] = time.time,
        crossed: Callable[[Crossing], None] = lambda _: None,
    ) -> None:
        self.prices = dict(prices or {})
        self._budgets = [self._checked(budget) for budget in budgets]
        self._clock = clock
        self._crossed = crossed
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._counts: dict[Key, list[int]] = {}
        self._stored = Counter[tuple[str, str, str]]()
        self._pending = Counter[tuple[str, str]]()
        self._told: set[tuple[str, Budget, Decimal]] = set()
        self.is_stored = False

    @property
    def budgets(self) -> Sequence[Budget]:
        """Every budget of the settings."""
        return tuple(self._budgets)

    def before_call(self, record: CallRecord) -> None:
        """Refuse a call that would go past a hard budget, and set aside what it may use.

        Raises:
            BudgetExceededError: nothing was sent; `retry_after` are the seconds to the next month.
        """
        hard = [budget for budget in self._budgets if budget.hard and budget.provider == record.provider]
        foreseen = self._foreseen(record)
        if not hard or not foreseen:
            return
        self._own_process()
        with self._lock:
            pending = {unit: count for (provider, unit), count in self._pending.items() if provider == record.provider}
            for budget in hard:
                if self._used(budget, more=Counter(pending) + Counter(foreseen)) > budget.most:
                    raise BudgetExceededError(
                        f"the budget {budget.text} is used up; nothing was sent",
                        provider=record.provider,
                        operation=record.operation,
                        retry_after=self._until_next_month(),
                    )
            self._pending.update({(record.provider, unit): count for unit, count in foreseen.items()})

    def after_call(self, record: CallRecord) -> None:
        """Count a call, and tell of a budget that it crossed."""
        foreseen, units = self._foreseen(record), self._billed(record)
        today = self.today
        self._own_process()
        with self._lock:
            for at, unit in enumerate(units or [next(iter(foreseen), "")]):
                key = (today, record.provider, record.operation, record.user, unit)
                counted = self._counts.setdefault(key, [0, 0, 0])
                counted[0] += at == 0
                counted[1] += at == 0 and bool(record.error)
                counted[2] += units.get(unit, 0)
            for unit, count in foreseen.items():
                if self._pending[record.provider, unit]:
                    self._pending[record.provider, unit] -= count
        if units and self._budgets and not self.is_stored:
            for crossing in self.crossings():
                self.told(crossing)

    def rows(self) -> list[UsageRow]:
        """Give what this process counted and no store took yet, priced."""
        self._own_process()
        with self._lock:
            counted = [_row(key, counts) for key, counts in self._counts.items()]
        return priced(counted, self.prices)

    def take(self) -> list[UsageRow]:
        """Give what was counted since the last time, and forget it: for a store."""
        self._own_process()
        with self._lock:
            taken, self._counts = self._counts, {}
            # Until the store tells the new total, what was taken still counts for the budgets.
            for (day, provider, _, _, unit), (_, _, units) in taken.items():
                self._add(day, provider, unit, units)
        return [_row(key, counts) for key, counts in taken.items()]

    def give_back(self, rows: Iterable[UsageRow]) -> None:
        """Count again what a store took and could not keep."""
        with self._lock:
            for row in rows:
                assert row.day is not None  # noqa: S101 - `take` gave it
                counts = self._counts.setdefault((row.day, row.provider, row.operation, row.user, row.unit), [0, 0, 0])
                for at, more in enumerate((row.calls, row.failed, row.units)):
                    counts[at] += more
                self._add(row.day, row.provider, row.unit, -row.units)

    def learn(self, rows: Iterable[UsageRow]) -> None:
        """Take over what all processes used this month, as the store knows it."""
        with self._lock:
            self.is_stored = True
            self._stored.clear()
            for row in rows:
                if row.day is not None:
                    self._add(row.day, row.provider, row.unit, row.units)

    def crossings(self) -> list[Crossing]:
        """Give what the month's use crossed and nobody was told yet, one for each share of each budget."""
        month = f"{self.today:%Y-%m}"
        with self._lock:
            return [
                Crossing(budget, month, share, used)
                for budget in self._budgets
                for used in (self._used(budget),)
                for share in WARNS_AT
                if used >= budget.most * share and (month, budget, share) not in self._told
            ]

    def told(self, crossing: Crossing, *, here: bool = True) -> None:
        """Tell of a crossing once; or with `here=False` note that another process did."""
        key = (crossing.month, crossing.budget, crossing.share)
        with self._lock:
            is_new = key not in self._told
            self._told.add(key)
        if here and is_new:
            self._crossed(crossing)

    @property
    def today(self) -> date:
        """The day that calls are counted for, by UTC."""
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _own_process(self) -> None:
        # What the parent counted before a fork is the parent's to store; its lock may be held for ever here.
        if self._pid != os.getpid():
            self._lock = threading.Lock()
            self._pid = os.getpid()
            self._counts = {}
            self._pending.clear()

    def _until_next_month(self) -> float:
        _, following = month_of(self.today)
        return max(0.0, datetime(following.year, following.month, 1, tzinfo=UTC).timestamp() - self._clock())

    def _foreseen(self, record: CallRecord) -> Mapping[str, int]:
        """Give the most that a call may use, by unit."""
        if record.foreseen is not None:
            return record.foreseen
        listed = self.prices.get(record.provider)
        unit = listed.bills.get(record.operation) if listed else None
        return {unit: record.units} if unit else {}

    def _billed(self, record: CallRecord) -> Mapping[str, int]:
        """Give what an ended call used, by unit."""
        if record.foreseen is None:
            return {} if record.error else self._foreseen(record)
        # A paid read whose answer was lost may have been served: it counts as the most that it may have used.
        return record.foreseen if record.used is None else record.used

    def _add(self, day: date, provider: str, unit: str, units: int) -> None:
        if unit:
            self._stored[f"{day:%Y-%m}", provider, unit] += units

    def _used(self, budget: Budget, *, more: Mapping[str, int] | None = None) -> Decimal:
        """Give what a month's use comes to, as the budget counts; the lock is held."""
        today = self.today
        listed = self.prices[budget.provider]
        units = Counter[str](more)
        for (month, provider, unit), count in self._stored.items():
            if provider == budget.provider and month == f"{today:%Y-%m}":
                units[unit] += count
        for (day, provider, _, _, unit), (_, _, count) in self._counts.items():
            is_this_month = (day.year, day.month) == (today.year, today.month)
            if provider == budget.provider and is_this_month and unit:
                units[unit] += count
        return listed.cost(units) if budget.in_dollars else Decimal(sum(units.values()))

    def _checked(self, budget: Budget) -> Budget:
        listed = self.prices.get(budget.provider)
        if listed is None or not (listed.bills or listed.is_metered):
            counted = sorted(name for name, one in self.prices.items() if one.bills or one.is_metered)
            known = ", ".join(counted) or "no service"
            raise ConfigurationError(f"a budget for {budget.provider!r} cannot be kept: units are counted of {known}")
        return budget


def _row(key: Key, counts: Sequence[int]) -> UsageRow:
    calls, failed, units = counts
    return UsageRow(*key, calls, failed, units)


def month_of(day: date) -> tuple[date, date]:
    """Give the first day of a day's month and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def in_order(rows: Iterable[UsageRow]) -> list[UsageRow]:
    """Give the order in which all processes store rows, so that none waits for a row that the other holds."""
    return sorted(rows, key=lambda row: (str(row.day), row.provider, row.operation, row.user, row.unit))


def priced(rows: Sequence[UsageRow], prices: Mapping[str, PriceList]) -> list[UsageRow]:
    """Give rows with their price: each operation's month is priced as one, and shared out by units."""
    totals = Counter[tuple[str, str, str]]()
    for row in rows:
        if (place := _place(row, prices)) is not None:
            totals[place] += row.units
    return [replace(row, usd=_cost(row, totals, prices)) for row in rows]


def grouped(rows: Iterable[UsageRow], by: Sequence[str] = ("provider",)) -> list[UsageRow]:
    """Add rows up by some of day, provider, operation and user.

    Raises:
        InvalidInputError: by something else.
    """
    unknown = [name for name in by if name not in BY]
    if unknown:
        raise InvalidInputError(f"rows can be grouped by {', '.join(BY)}, not {', '.join(unknown)}", field="by")
    sums: dict[UsageRow, UsageRow] = {}
    for row in rows:
        group = UsageRow(
            day=row.day if "day" in by else None,
            provider=row.provider if "provider" in by else "",
            operation=row.operation if "operation" in by else "",
            user=row.user if "user" in by else "",
            unit=row.unit if "unit" in by else "",
        )
        before = sums.get(group, group)
        sums[group] = replace(
            before,
            calls=before.calls + row.calls,
            failed=before.failed + row.failed,
            units=before.units + row.units,
            usd=before.usd if row.usd is None else (before.usd or Decimal(0)) + row.usd,
        )
    return [
        sums[group]
        for group in sorted(sums, key=lambda one: (str(one.day), one.provider, one.operation, one.user, one.unit))
    ]


def _place(row: UsageRow, prices: Mapping[str, PriceList]) -> tuple[str, str, str] | None:
    """Give the month, service and unit of a row; None where nothing is billed."""
    listed = prices.get(row.provider)
    is_priced = listed is not None and row.unit in listed.prices
    return (f"{row.day:%Y-%m}", row.provider, row.unit) if is_priced and row.day is not None else None


def _cost(row: UsageRow, totals: Mapping[tuple[str, str, str], int], prices: Mapping[str, PriceList]) -> Decimal | None:
    place = _place(row, prices)
    if place is None:
        return None
    total = totals[place]
    cost = prices[row.provider].prices[place[2]].of(Decimal(total))
    return cost * row.units / total if total else Decimal(0)
