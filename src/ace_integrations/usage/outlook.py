"""How a month ends if it goes on as it began."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from ace_integrations.usage.budget import Budget
from ace_integrations.usage.meter import UsageRow, month_of
from ace_integrations.usage.prices import PriceList


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one service bills of one unit by the end of a month.

    Attributes:
        used: units so far.
        expected: units at the end, if every day is like those that began.
        usd: the price of `expected`; None where there is none.
        most: units of the smallest budget that counts units; None without one.
    """

    provider: str
    unit: str
    used: int
    expected: int
    usd: Decimal | None = None
    most: int | None = None

    @property
    def goes_past(self) -> bool:
        """Whether the month ends above the budget."""
        return self.most is not None and self.expected > self.most


def forecast(
    rows: Iterable[UsageRow], *, today: date, prices: Mapping[str, PriceList], budgets: Sequence[Budget] = ()
) -> list[Forecast]:
    """Say how the month of `today` ends for each unit that was billed in it.

    Args:
        rows: of this month; others are left out.
    """
    first, following = month_of(today)
    used = Counter[tuple[str, str]]()
    for row in rows:
        if row.unit and row.day is not None and first <= row.day < following:
            used[row.provider, row.unit] += row.units
    return [
        Forecast(provider, unit, count, expected, _price(prices, provider, unit, expected), _most(budgets, provider))
        for (provider, unit), count in sorted(used.items())
        for expected in (_at_the_end(count, today.day, (following - first).days),)
    ]


def _at_the_end(used: int, days: int, of_days: int) -> int:
    return int((Decimal(used) * of_days / days).to_integral_value(ROUND_CEILING))


def _price(prices: Mapping[str, PriceList], provider: str, unit: str, units: int) -> Decimal | None:
    price = prices[provider].prices.get(unit) if provider in prices else None
    return None if price is None else price.of(Decimal(units))


def _most(budgets: Sequence[Budget], provider: str) -> int | None:
    found = [int(budget.most) for budget in budgets if budget.provider == provider and not budget.in_dollars]
    return min(found, default=None)
