"""What JSearch's credits cost. An estimate: a page that was lost on the way may be billed too."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    return (
        Assumption("credit", Decimal(scenario.users) / 2, "every second user makes one search that nobody made before"),
    )


PRICES = PriceList(
    as_of=date(2026, 11, 25),
    source="jsearch.md §5",
    # Of the plan for 25 USD; the free one ends after 200.
    prices={"credit": Price(Decimal("0.0025"), free=200)},
    bills=dict.fromkeys(("search", "job_details", "estimated_salary", "company_job_salary"), "credit"),
    assume=_assume,
)
