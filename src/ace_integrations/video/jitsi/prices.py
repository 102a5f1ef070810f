"""What JaaS costs by users of the month; a server of your own costs what its machine does."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    because = "every user joins a class on one device; only JaaS bills them"
    return (Assumption("monthly user", Decimal(scenario.users if scenario.classes else 0), because),)


# Of the smallest plan, 99 US dollars for 300 users, for want of a list of single prices.
PRICES = PriceList(
    as_of=date(2026, 11, 25),
    source="jitsi.md §5",
    prices={"monthly user": Price(Decimal("0.33"), free=25)},
    assume=_assume,
)
