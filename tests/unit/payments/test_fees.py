"""What a gateway may keep: dated rules, rounded once."""

from datetime import date
from decimal import Decimal

import pytest

from ace_integrations.payments import FeeRules, Money

RULES = FeeRules(
    as_of=date(2026, 11, 25),
    source="stripe.md §5",
    share=Decimal("0.029"),
    fixed={"EGP": Decimal("2.50"), "JPY": Decimal(30)},
    foreign=Decimal("0.01"),
    converted=Decimal("0.02"),
)


@pytest.mark.parametrize(
    ("amount", "currency", "foreign", "converted", "fee"),
    [
        ("1000.00", "EGP", False, False, "31.50"),
        ("1000.00", "EGP", True, False, "41.50"),
        ("1000.00", "EGP", True, True, "61.50"),
        ("0.50", "EGP", False, False, "2.51"),  # 0.0145 and 2.50: half up, once
        ("100.50", "EGP", False, False, "5.41"),
        ("500", "JPY", False, False, "45"),  # 14.5 and 30
    ],
)
def test_a_fee_is_a_share_and_a_fixed_sum(amount: str, currency: str, foreign: bool, converted: bool, fee: str) -> None:
    estimate = RULES.estimate(Money.of(amount, currency), foreign=foreign, converted=converted)
    assert estimate == Money.of(fee, currency)


def test_without_the_fixed_sum_of_a_currency_there_is_no_estimate() -> None:
    assert RULES.estimate(Money.of(10, "USD")) is None
