"""Meters with a price list of nobody's."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ace_integrations.core import CallRecord
from ace_integrations.usage import Crossing, Price, PriceList, Usage
from ace_integrations.usage.budget import read_budgets

NOW = 1_764_000_000  # 2025-11-24 16:00 UTC

PRICES = {
    "post": PriceList(
        as_of=date(2025, 11, 1),
        source="nobody's page",
        prices={"letter": Price(Decimal("0.01"), free=100)},
        bills={"send": "letter"},
    )
}


@dataclass
class Clock:
    now: float

    def __call__(self) -> float:
        return self.now


def meter(budget: str = "", *, hard: bool = False, told: list[Crossing] | None = None) -> tuple[Usage, Clock]:
    """Give a meter and its clock."""
    clock = Clock(NOW)
    budgets = read_budgets([budget] if budget else [], hard=hard)
    crossed = (lambda _: None) if told is None else told.append
    return Usage(budgets=budgets, prices=PRICES, clock=clock, crossed=crossed), clock


def record(operation: str, *, units: int = 1, user: str = "", error: str = "") -> CallRecord:
    """Give the record of a call of the service."""
    return CallRecord("post", operation, "POST", "/letters", units=units, user=user, error=error)


def called(usage: Usage, operation: str, *, units: int = 1, user: str = "", error: str = "") -> None:
    """Show the meter a whole call."""
    usage.before_call(record(operation, units=units, user=user))
    usage.after_call(record(operation, units=units, user=user, error=error))
