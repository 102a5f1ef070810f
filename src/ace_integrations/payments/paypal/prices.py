"""What payments cost at PayPal: a share of the amount that depends on the merchant's country, so a guess."""

from collections.abc import Sequence
from decimal import Decimal

from ace_integrations.payments.paypal.fees import FEES
from ace_integrations.usage.prices import Assumption, Price, PriceList, Scenario

USD_A_USER, USD_A_PAYMENT = 1, 50
"""A tenth of what is paid by card: PayPal is the second way to pay."""


def _assume(scenario: Scenario) -> Sequence[Assumption]:
    worth = Decimal(USD_A_USER * scenario.users)
    because = f"{USD_A_USER} USD a user, in payments of {USD_A_PAYMENT} USD, every payer abroad"
    return (Assumption("payment from abroad", worth / USD_A_PAYMENT, because, worth),)


PRICES = PriceList(
    as_of=FEES.as_of,
    source=FEES.source,
    prices={
        "payment": Price(FEES.fixed["USD"], share=FEES.share),
        "payment from abroad": Price(FEES.fixed["USD"], share=FEES.share + FEES.foreign),
    },
    assume=_assume,
)
