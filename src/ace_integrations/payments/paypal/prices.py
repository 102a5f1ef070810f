"""What payments cost at PayPal: a share of the amount that depends on the merchant's country, so a guess."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

USD_A_USER, USD_A_PAYMENT = 1, 50
"""A tenth of what is paid by card: PayPal is the second way to pay."""


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    worth = Decimal(USD_A_USER * scenario.users)
    because = f"{USD_A_USER} USD a user, in payments of {USD_A_PAYMENT} USD, every payer abroad"
    return (Assumption("payment from abroad", worth / USD_A_PAYMENT, because, worth),)


_FIXED, _SHARE, _FROM_ABROAD = Decimal("0.49"), Decimal("0.044"), Decimal("0.015")
# A third party's word: PayPal's fees depend on the merchant's country, and what it keeps of a conversion is not known.

PRICES = PriceList(
    as_of=date(2026, 11, 24),
    source="paypal.md §5",
    prices={
        "payment": Price(_FIXED, share=_SHARE),
        "payment from abroad": Price(_FIXED, share=_SHARE + _FROM_ABROAD),
    },
    assume=_assume,
)
