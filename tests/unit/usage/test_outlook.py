"""How a month ends if it goes on as it began."""

from datetime import date
from decimal import Decimal

import pytest

from ace_integrations.usage import Budget, Price, PriceList, UsageRow, forecast

PRICES = {"things": PriceList(date(2026, 1, 1), "here", {"piece": Price(Decimal("0.5"), free=10)})}


def row(day: date, units: int, **named: str) -> UsageRow:
    return UsageRow(day, "things", **{"unit": "piece", **named}, units=units)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("today", "used", "expected"),
    [
        (date(2026, 11, 1), 1, 30),
        (date(2026, 11, 10), 20, 60),
        (date(2026, 11, 30), 20, 20),
        (date(2026, 2, 3), 1, 10),
        (date(2026, 12, 31), 7, 7),
    ],
)
def test_every_day_is_taken_to_be_like_those_that_began(today: date, used: int, expected: int) -> None:
    (found,) = forecast([row(today.replace(day=1), used)], today=today, prices=PRICES)
    assert (found.used, found.expected) == (used, expected)


def test_what_is_expected_is_priced_after_what_is_free() -> None:
    (found,) = forecast([row(date(2026, 11, 1), 10)], today=date(2026, 11, 10), prices=PRICES)
    assert found.usd == Decimal("10.0")


def test_operations_and_users_add_up_and_other_months_and_what_is_not_billed_are_left_out() -> None:
    day = date(2026, 11, 5)
    rows = [
        row(day, 2, operation="a"),
        row(day, 3, operation="b", user="student-1"),
        row(date(2026, 10, 31), 99),
        row(date(2026, 12, 1), 99),
        row(day, 0, unit=""),
    ]
    (found,) = forecast(rows, today=date(2026, 11, 5), prices={})
    assert (found.used, found.expected, found.usd) == (5, 30, None)


@pytest.mark.parametrize(("most", "goes_past"), [("59", True), ("60", False)])
def test_the_smallest_budget_of_units_is_compared_with(most: str, goes_past: bool) -> None:
    budgets = [
        Budget("things", Decimal(most), in_dollars=False, hard=True),
        Budget("things", Decimal(99), in_dollars=False),
        Budget("things", Decimal(1), in_dollars=True),
        Budget("others", Decimal(1), in_dollars=False),
    ]
    (found,) = forecast([row(date(2026, 11, 1), 20)], today=date(2026, 11, 10), prices=PRICES, budgets=budgets)
    assert (found.most, found.goes_past) == (int(most), goes_past)
