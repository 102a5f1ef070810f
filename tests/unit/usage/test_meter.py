"""What is counted, what it costs, and when a budget speaks up or stops a call."""

import asyncio
import multiprocessing
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.usage.meters import NOW, PRICES, Clock, called, meter, record

from ace_integrations.core.telemetry import acting_user
from ace_integrations.errors import BudgetExceededError, ConfigurationError, InvalidInputError
from ace_integrations.usage import Crossing, Usage, UsageRow, acting_for, grouped
from ace_integrations.usage.budget import read_budgets
from ace_integrations.usage.meter import priced

TODAY = date(2025, 11, 24)


def test_calls_are_counted_by_day_service_operation_and_user() -> None:
    usage, clock = meter()
    called(usage, "send", units=3, user="u-1")
    called(usage, "send", units=1, user="u-1")
    called(usage, "send", error="UnavailableError", user="u-2")
    clock.now += 86400
    called(usage, "look", user="u-1")
    counted = [(row.day, row.operation, row.user, row.calls, row.failed, row.units) for row in usage.rows()]
    assert counted == [
        (TODAY, "send", "u-1", 2, 0, 4),
        (TODAY, "send", "u-2", 1, 1, 0),
        (date(2025, 11, 25), "look", "u-1", 1, 0, 0),
    ]


def test_a_failed_call_costs_nothing_and_an_unbilled_one_has_no_price() -> None:
    usage, _ = meter()
    called(usage, "send", units=150)
    called(usage, "send", error="UnavailableError", units=1000)
    called(usage, "look")
    assert [(row.operation, row.usd) for row in usage.rows()] == [("send", Decimal("0.50")), ("look", None)]


def test_the_free_units_of_a_month_are_shared_out_so_that_the_parts_add_up() -> None:
    rows = [
        UsageRow(TODAY, "post", "send", user, "letter", 1, 0, units)
        for user, units in (("a", 60), ("b", 60), ("c", 30))
    ]
    found = priced(rows, PRICES)
    assert sum(row.usd or 0 for row in found) == Decimal("0.50")
    assert [row.usd for row in found] == [Decimal("0.2"), Decimal("0.2"), Decimal("0.1")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["send", "look"]), st.integers(0, 500)), max_size=20))
def test_grouping_loses_nothing(items: list[tuple[str, str, int]]) -> None:
    bills = {"send": "letter", "look": ""}
    rows = [UsageRow(TODAY, "post", what, user, bills[what], 1, 0, units) for user, what, units in items]
    rows = priced(rows, PRICES)
    for by in (("day",), ("provider", "user"), ("operation",), ()):
        sums = grouped(rows, by)
        assert sum(row.units for row in sums) == sum(row.units for row in rows)
        assert sum(row.calls for row in sums) == len(rows)
        difference = sum(row.usd or 0 for row in sums) - sum(row.usd or 0 for row in rows)
        assert abs(difference) < Decimal("1e-20")


def test_rows_are_not_grouped_by_what_they_do_not_have() -> None:
    with pytest.raises(InvalidInputError, match="day, provider, operation, user, unit"):
        grouped([], ["service"])


def test_a_budget_is_told_of_at_80_percent_and_at_100_once_a_month() -> None:
    told: list[Crossing] = []
    usage, clock = meter("post=10", told=told)
    called(usage, "send", units=7)
    assert told == []
    called(usage, "send", units=1)
    called(usage, "send", units=1)
    called(usage, "send", units=5)
    called(usage, "send", units=5)
    assert [(one.share, one.used, one.month) for one in told] == [
        (Decimal("0.8"), 8, "2025-11"),
        (Decimal(1), 14, "2025-11"),
    ]
    clock.now += 30 * 86400
    called(usage, "send", units=9)
    assert [one.month for one in told] == ["2025-11", "2025-11", "2025-12"]


def test_a_budget_in_dollars_counts_after_the_free_units() -> None:
    told: list[Crossing] = []
    usage, _ = meter("post=1 USD", told=told)
    called(usage, "send", units=100)
    assert told == []
    called(usage, "send", units=100)
    assert [(one.share, one.used) for one in told] == [(Decimal("0.8"), Decimal("1.00")), (Decimal(1), Decimal("1.00"))]


def test_a_hard_budget_refuses_the_call_that_would_go_past_it_and_allows_what_fits() -> None:
    usage, clock = meter("post=10", hard=True)
    called(usage, "send", units=8)
    with pytest.raises(BudgetExceededError) as refused:
        called(usage, "send", units=3)
    called(usage, "send", units=2)
    called(usage, "look")
    assert refused.value.provider == "post"
    assert clock.now + (refused.value.retry_after or 0) == 1_764_547_200  # 2025-12-01 00:00 UTC
    clock.now = 1_764_547_200
    called(usage, "send", units=10)


def test_a_failed_call_gives_its_units_back_to_a_hard_budget() -> None:
    usage, _ = meter("post=10", hard=True)
    called(usage, "send", units=10, error="UnavailableError")
    called(usage, "send", units=10)


def test_calls_at_once_cannot_go_past_a_hard_budget_together() -> None:
    usage, _ = meter("post=10", hard=True)
    for _ in range(10):
        usage.before_call(record("send"))
    with pytest.raises(BudgetExceededError):
        usage.before_call(record("send"))


def test_what_a_store_took_and_lost_is_counted_again() -> None:
    usage, _ = meter("post=10", hard=True)
    called(usage, "send", units=9)
    taken = usage.take()
    assert usage.rows() == []
    with pytest.raises(BudgetExceededError):
        called(usage, "send", units=2)
    usage.give_back(taken)
    assert [row.units for row in usage.rows()] == [9]
    with pytest.raises(BudgetExceededError):
        called(usage, "send", units=2)
    called(usage, "send", units=1)


def test_the_store_tells_what_other_processes_used() -> None:
    usage, _ = meter("post=10", hard=True)
    usage.learn([UsageRow(TODAY, "post", "send", "", "letter", 1, 0, 9)])
    with pytest.raises(BudgetExceededError):
        called(usage, "send", units=2)


async def test_a_user_is_named_for_the_tasks_that_are_started_inside() -> None:
    async def who() -> str:
        await asyncio.sleep(0)
        return acting_user()

    with acting_for("student-1"):
        inside = asyncio.create_task(who())
    assert (await inside, acting_user()) == ("student-1", "")


def _count_in_child(usage: Usage, answers: Any) -> None:
    called(usage, "send")
    answers.put([row.units for row in usage.take()])


def test_a_forked_child_counts_its_own_calls_only() -> None:
    usage, _ = meter()
    called(usage, "send", units=5)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_count_in_child, args=(usage, answers))
    child.start()
    assert answers.get(timeout=20) == [1]
    child.join()
    assert [row.units for row in usage.take()] == [5]


@pytest.mark.parametrize("text", ["post", "post=", "post=ten", "post=-1", "post=1 EUR", "=5", "post=1٥"])
def test_a_malformed_budget_names_its_variable(text: str) -> None:
    with pytest.raises(ConfigurationError, match="ACE_HARD_BUDGETS"):
        read_budgets([text], hard=True)


def test_a_budget_for_what_is_not_counted_says_what_is() -> None:
    with pytest.raises(ConfigurationError, match="units are counted of post"):
        Usage(budgets=read_budgets(["nobody=5"], hard=False), prices=PRICES, clock=Clock(NOW))
