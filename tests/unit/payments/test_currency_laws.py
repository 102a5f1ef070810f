"""Decimal places against three libraries, and what holds for every currency of every gateway."""

from decimal import Decimal
from itertools import product

import iso4217
import moneyed
import pytest
from babel.numbers import get_currency_precision
from hypothesis import assume, given
from hypothesis import strategies as st

from ace_integrations import InvalidInputError, UnexpectedReplyError
from ace_integrations.payments import Money
from ace_integrations.payments.money import ISO_4217, exponent
from ace_integrations.payments.paypal import currencies as paypal
from ace_integrations.payments.stripe import currencies as stripe

ALL = sorted(ISO_4217)
STANDARD = {currency.code: currency.exponent for currency in iso4217.Currency}
MONEYED = {code: len(str(currency.sub_unit)) - 1 for code, currency in moneyed.CURRENCIES.items()}

CUSTOM = frozenset(("AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"))
"""Where babel says what people write nowadays, which is fewer places than the standard has."""

currencies = st.sampled_from(ALL)
units = st.integers(-(10**12), 10**12)


def test_iso4217_knows_every_currency_and_agrees() -> None:
    assert {code: exponent(code) for code in ALL} == {code: STANDARD[code] for code in ALL}


def test_py_moneyed_agrees_on_every_currency_that_it_knows() -> None:
    known = [code for code in ALL if code in MONEYED]
    assert len(known) > 150
    assert {code: exponent(code) for code in known} == {code: MONEYED[code] for code in known}


def test_babel_agrees_wherever_people_write_what_the_standard_says() -> None:
    differing = {code: get_currency_precision(code) for code in ALL if exponent(code) != get_currency_precision(code)}
    assert differing == dict.fromkeys(CUSTOM, 0)


@pytest.mark.parametrize(
    ("currency", "iso", "at_stripe"),
    [
        ("EGP", 2, 2), ("USD", 2, 2), ("EUR", 2, 2), ("JPY", 0, 0), ("KRW", 0, 0), ("ISK", 0, 2), ("UGX", 0, 2),
        ("KWD", 3, 3), ("BHD", 3, 3), ("JOD", 3, 3), ("OMR", 3, 3), ("TND", 3, 3), ("HUF", 2, 2), ("TWD", 2, 2),
        ("MGA", 2, 0),
    ],
)  # fmt: skip
def test_the_table_of_decimal_places(currency: str, iso: int, at_stripe: int) -> None:
    assert (exponent(currency), stripe.digits(currency)) == (iso, at_stripe)


@pytest.mark.parametrize(("currency", "places"), [("HUF", 0), ("TWD", 0), ("JPY", 0), ("USD", 2), ("EUR", 2)])
def test_paypal_has_places_of_its_own(currency: str, places: int) -> None:
    assert paypal.digits(currency) == places


@pytest.mark.parametrize("currency", ["EGP", "KWD", "BHD"])
def test_paypal_takes_neither_pounds_nor_dinars(currency: str) -> None:
    with pytest.raises(InvalidInputError, match="PayPal takes no"):
        paypal.digits(currency)


@given(currencies, units)
def test_minor_units_make_the_round_trip_in_every_currency(currency: str, count: int) -> None:
    money = Money.from_minor(count, currency)
    assert money.to_minor() == count
    assert Money.of(str(money.amount), currency) == money


@given(currencies, st.integers(1, stripe.LARGEST_UNITS))
def test_what_stripe_takes_comes_back_as_it_was(currency: str, count: int) -> None:
    try:
        money = stripe.from_units(count, currency.lower())
        sent = stripe.to_units(money)
    except (InvalidInputError, UnexpectedReplyError):
        # Below the least, between two steps of ten, or less than the currency's own unit: refused, never rounded.
        assume(False)
    assert sent == count
    assert stripe.from_units(sent, currency.lower()) == money


@given(st.sampled_from(sorted(paypal.CURRENCIES)), st.integers(1, 10**10))
def test_what_is_written_for_paypal_reads_as_the_same_amount(currency: str, count: int) -> None:
    money = Money.from_minor(count * 10 ** (exponent(currency) - paypal.digits(currency)), currency)
    text = paypal.to_text(money)
    assert Money.of(text, currency) == money
    assert len(text.partition(".")[2]) == paypal.digits(currency)


@given(currencies, st.integers(1, 10**10))
def test_an_amount_with_more_decimals_than_a_gateway_has_is_refused_by_it(currency: str, count: int) -> None:
    money = Money.from_minor(count, currency)
    for write, digits in ((stripe.to_units, stripe.digits), (paypal.to_text, paypal.digits)):
        try:
            fits = money.amount == round(money.amount, digits(currency))
            write(money)  # type: ignore[operator]
        except InvalidInputError:
            continue
        assert fits


@given(currencies, units, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_add_up_in_every_currency(currency: str, count: int, weights: list[int]) -> None:
    whole = Money.from_minor(count, currency)
    parts = whole.allocate(*weights)
    assert sum(parts, Money.zero(currency)) == whole
    heaviest, lightest = max(weights), min(weights)
    by_weight = dict(zip(weights, parts, strict=True))
    assert abs(by_weight[heaviest].amount) >= abs(by_weight[lightest].amount) - Decimal(1).scaleb(-exponent(currency))


@pytest.mark.parametrize(("one", "other"), list(product(["EGP", "USD", "JPY", "KWD"], repeat=2)))
def test_only_one_currency_adds_up(one: str, other: str) -> None:
    left, right = Money.of("1", one), Money.of("1", other)
    if one == other:
        assert left + right == Money.of("2", one)
    else:
        with pytest.raises(TypeError, match="convert with a quote first"):
            left + right
