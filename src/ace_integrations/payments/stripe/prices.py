"""What card payments cost at Stripe: a share of the amount, so calls alone say nothing of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

USD_A_USER, USD_A_PAYMENT = 10, 50


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    worth = Decimal(USD_A_USER * scenario.users)
    because = f"{USD_A_USER} USD a user, in payments of {USD_A_PAYMENT} USD"
    return (Assumption("card payment", worth / USD_A_PAYMENT, because, worth),)


PRICES = PriceList(
    as_of=date(2026, 11, 25),
    source="stripe.md §5",
    prices={"card payment": Price(Decimal("0.30"), share=Decimal("0.029"))},
    assume=_assume,
)
