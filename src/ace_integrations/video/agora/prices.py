"""What Agora's minutes cost. They are spent by browsers, so nothing here counts them: an aid to planning."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

_THOUSAND = Decimal(1000)


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    seats = scenario.users // max(scenario.courses, 1)
    minutes = Decimal(scenario.classes * seats * 45)
    return (Assumption("HD minute", minutes, "each class lasts 45 minutes, for the users of one course, in HD"),)


PRICES = PriceList(
    as_of=date(2026, 11, 25),
    source="agora.md §5",
    prices={
        # What is free is counted in minutes of sound, of which a minute in HD is four.
        "audio minute": Price(Decimal("0.99") / _THOUSAND, free=10_000),
        "HD minute": Price(Decimal("3.99") / _THOUSAND, free=2_500),
        "Full HD minute": Price(Decimal("8.99") / _THOUSAND),
    },
    assume=_assume,
)
