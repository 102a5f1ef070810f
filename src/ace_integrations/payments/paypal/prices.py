"""What payments cost at PayPal: a share of the amount that depends on the merchant's country, so a guess."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

USD_A_USER, USD_A_PAYMENT = 10, 50


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    worth = Decimal(USD_A_USER * scenario.users)
    payments = worth / USD_A_PAYMENT
    because = f"{USD_A_USER} USD a user, in payments of {USD_A_PAYMENT} USD"
    return (
        Assumption("payment", payments, because, worth),
        Assumption("payment from abroad", payments, "every payer is in another country than the merchant", worth),
    )


PRICES = PriceList(
    as_of=date(2026, 11, 24),
    # A third party's word: PayPal publishes fees by the merchant's country, and none is known here.
    source="paypal.md §5",
    prices={
        "payment": Price(Decimal("0.49"), share=Decimal("0.044")),
        "payment from abroad": Price(Decimal(0), share=Decimal("0.015")),
    },
    assume=_assume,
)
