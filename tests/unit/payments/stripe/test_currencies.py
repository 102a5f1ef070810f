"""Stripe's minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.errors import InvalidInputError, UnexpectedReplyError
from ace_integrations.payments import Money
from ace_integrations.payments.money import ISO_4217, exponent
from ace_integrations.payments.stripe.currencies import LARGEST_UNITS, digits, from_units, to_units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("500", "JPY", 500),
        ("1000", "KRW", 1000),
        ("200", "MGA", 200),
        ("500", "ISK", 50000),
        ("1000", "UGX", 100000),
        ("1.230", "KWD", 1230),
        ("1000.00", "EGP", 100000),
        ("0.50", "USD", 50),
        ("1500.50", "HUF", 150050),
        ("300", "TWD", 30000),
    ],
)
def test_units_on_the_wire_are_stripes(amount: str, currency: str, units: int) -> None:
    assert to_units(Money.of(amount, currency)) == units
    assert from_units(units, currency.lower()) == Money.of(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.234", "KWD"), ("200.50", "MGA"), ("0.49", "USD"), ("0", "EGP"), ("-1", "EGP"), ("1000000", "EGP")],
)
def test_what_stripe_cannot_take_is_refused_here(amount: str, currency: str) -> None:
    with pytest.raises(InvalidInputError):
        to_units(Money.of(amount, currency))


@given(units=st.integers(50, LARGEST_UNITS), currency=st.sampled_from(sorted(ISO_4217)))
def test_every_amount_comes_back_as_it_went(units: int, currency: str) -> None:
    step = {0: 1, 2: 100 if exponent(currency) == 0 else 1, 3: 10}[digits(currency)]
    whole = max(step, units // step * step)
    assert to_units(from_units(whole, currency.lower())) == whole


@pytest.mark.parametrize(("units", "currency"), [(50050, "isk"), (1, "usdc"), (1, "")])
def test_a_report_that_is_no_amount_is_an_unexpected_reply(units: int, currency: str) -> None:
    with pytest.raises(UnexpectedReplyError):
        from_units(units, currency)
