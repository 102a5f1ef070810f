"""What PayPal keeps of a payment."""

from datetime import date
from decimal import Decimal

from ace_integrations.payments.fees import FeeRules

FEES = FeeRules(
    as_of=date(2026, 11, 24),
    source="paypal.md §5",
    share=Decimal("0.044"),
    fixed={"USD": Decimal("0.49")},
    foreign=Decimal("0.015"),
)
"""A third party's word: fees depend on the merchant's country, and what a conversion costs is not known. The fee of a
payment is PayPal's.
"""
