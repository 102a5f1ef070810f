"""What Didit's checks cost. An estimate: a session is counted when it is made, and billed when it is done."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    return (Assumption("verification", Decimal(scenario.users), "every user is verified once, all in this month"),)


PRICES = PriceList(
    as_of=date(2026, 11, 25),
    source="didit.md §5",
    prices={"verification": Price(Decimal("0.33"), free=500)},
    bills={"create_session": "verification"},
    assume=_assume,
)
