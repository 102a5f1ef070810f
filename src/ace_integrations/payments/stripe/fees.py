"""What Stripe keeps of a card payment."""

from datetime import date
from decimal import Decimal

from ace_integrations.payments.fees import FeeRules

FEES = FeeRules(
    as_of=date(2026, 11, 25),
    source="stripe.md §5",
    share=Decimal("0.029"),
    fixed={"USD": Decimal("0.30"), "EGP": Decimal("2.50")},
    foreign=Decimal("0.01"),
)
"""Cards of the account's own country; the fixed parts are a third party's word, the fee of a payment is Stripe's."""
