"""Conversion against known answers, and the laws that hold for every amount."""

import json
from datetime import timedelta
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.rates.rates import NOW, RATE, rate

from ace_integrations import InvalidInputError
from ace_integrations.payments import Money
from ace_integrations.payments.paypal import currencies as paypal
from ace_integrations.payments.rates import (
    AmountTooSmallError,
    RateMismatchError,
    RateRefusedError,
    RateRules,
    choose,
    convert,
    cross,
)
from ace_integrations.payments.stripe import currencies as stripe
from ace_integrations.settings import read_number

VECTORS: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "vectors.json").read_text())
ROUNDINGS = ("ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_CEILING", "ROUND_DOWN")


def ids(name: str) -> list[str]:
    return [vector["id"] for vector in VECTORS[name]]


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("vector", VECTORS["divide"], ids=ids("divide"))
def test_a_price_divided_by_a_rate_is_rounded_once(vector: dict[str, str], rounding: str) -> None:
    price, expected = Money.of(vector["egp"], "EGP"), Money.of(vector[rounding], "USD")
    how = {"to": "USD", "rate": rate(vector["rate"]), "rounding": rounding}
    if expected:
        assert convert(price, **how) == expected  # type: ignore[arg-type]
    else:
        with pytest.raises(AmountTooSmallError):
            convert(price, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", VECTORS["multiply"], ids=ids("multiply"))
def test_a_price_multiplied_by_a_rate_has_the_decimals_of_its_new_currency(vector: dict[str, str]) -> None:
    price, to = Money.of(vector["egp"], "EGP"), vector["to"]
    forward = rate(vector["rate"], base="EGP", quote=to)
    assert convert(price, to=to, rate=forward) == Money.of(vector["iso"], to)
    if Decimal(vector["half_even"]):
        even = convert(price, to=to, rate=forward, rounding="ROUND_HALF_EVEN")
        assert even == Money.of(vector["half_even"], to)
    if vector["paypal"] == "unsupported":
        with pytest.raises(InvalidInputError, match="PayPal takes no"):
            convert(price, to=to, rate=forward, digits=paypal.digits)
    else:
        assert paypal.to_text(convert(price, to=to, rate=forward, digits=paypal.digits)) == vector["paypal"]


@pytest.mark.parametrize("vector", VECTORS["minor"], ids=ids("minor"))
def test_each_gateway_writes_an_amount_in_its_own_way_or_refuses_it(vector: dict[str, str]) -> None:
    def written(write: Any) -> str:
        try:
            return str(write(Money.of(vector["amount"], vector["currency"])))
        except InvalidInputError:
            return "refuse"

    assert written(paypal.to_text) == vector["paypal"]
    assert written(stripe.to_units) == vector["stripe"]


def test_both_directions_of_a_rate_give_the_same_and_no_other_pair_is_taken() -> None:
    price = Money.of("1000", "EGP")
    assert convert(price, to="USD", rate=rate("0.019212224", base="EGP", quote="USD")) == Money.of("19.21", "USD")
    assert convert(price, to="USD", rate=RATE) == Money.of("19.21", "USD")
    assert convert(price, to="EGP", rate=RATE) == price
    for wrong in (rate("3.75", base="USD", quote="SAR"), rate("52", base="EUR", quote="EGP")):
        with pytest.raises(RateMismatchError):
            convert(price, to="USD", rate=wrong)


def test_two_rates_from_a_third_currency_are_crossed_at_full_precision_and_as_old_as_the_older() -> None:
    older = NOW - timedelta(days=1)
    dollars, pounds = rate("1.1361", base="EUR", quote="USD", as_of=older), rate("59.133", base="EUR", quote="EGP")
    crossed = cross(dollars, pounds)
    assert (crossed.base, crossed.quote, crossed.as_of) == ("USD", "EGP", older)
    assert round(crossed.value, 10) == Decimal("52.0491153948")
    yen = cross(RATE, rate("157.47729333", quote="JPY"))
    assert convert(Money.of("1000", "EGP"), to="JPY", rate=yen) == Money.of("3025", "JPY")
    with pytest.raises(RateMismatchError, match="begin with USD and with EUR"):
        cross(RATE, pounds)


@pytest.mark.parametrize("value", ["0", "-52", "NaN", "Infinity"])
def test_a_rate_is_a_positive_number_between_two_currencies(value: str) -> None:
    with pytest.raises(ValueError, match=r"(positive|finite) number"):
        rate(value)
    with pytest.raises(ValueError, match="ISO 4217"):
        rate("52", base="XAU")


@pytest.mark.parametrize("how", [{"rounding": "ROUND_UP"}, {"markup": Decimal("-0.01")}, {"markup": Decimal("NaN")}])
def test_a_conversion_has_a_known_rounding_and_no_rebate(how: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(how))):
        convert(Money.of("1000", "EGP"), to="USD", rate=RATE, **how)


def test_the_guides_snippet_is_impossible() -> None:
    # Dividing by the rate that a function named EGP -> USD returns would ask for 52,050.19 dollars.
    inverted = rate("0.019212224", base="USD", quote="EGP")
    with pytest.raises(RateRefusedError, match="out of bounds"):
        choose([("a", inverted)], now=NOW, last=None, rules=RateRules())


@pytest.mark.parametrize(
    ("egp", "value", "usd"),
    [("1000", "50", "20.40"), ("1000", "52.05019502", "19.60"), ("1499.99", "52.05019502", "29.39")],
)
def test_a_markup_is_added_before_the_only_rounding(egp: str, value: str, usd: str) -> None:
    marked = convert(Money.of(egp, "EGP"), to="USD", rate=rate(value), markup=Decimal("0.02"))
    assert marked == Money.of(usd, "USD")


def test_the_callers_decimal_context_changes_nothing() -> None:
    price = Money.of("99999999.99", "EGP")
    with localcontext(Context(prec=6)):
        converted = convert(price, to="USD", rate=RATE)
    assert converted == Money.of("1921222.39", "USD")


def test_an_amount_below_the_gateways_least_is_refused() -> None:
    with pytest.raises(AmountTooSmallError, match=r"1\.00 USD is the least"):
        convert(Money.of("50", "EGP"), to="USD", rate=RATE, smallest=Money.of("1.00", "USD"))


@pytest.mark.parametrize(
    "text", ["5_2", "٥٢.٠٥", " 52", "52 ", "1e3", "NaN", "Infinity", "-52", "+52", "", ".5", "5.", "0x5"]
)
def test_a_number_of_a_setting_is_plain_digits(text: str) -> None:
    with pytest.raises(InvalidInputError):
        read_number(text)
    assert read_number("52.05019502") == Decimal("52.05019502")


@given(
    st.decimals("0.01", "99999999.99", places=2),
    st.decimals("20", "200", places=8),
    st.sampled_from(ROUNDINGS),
)
def test_a_conversion_is_off_by_less_than_one_minor_unit(amount: Decimal, value: Decimal, rounding: str) -> None:
    try:
        usd = convert(Money(amount, "EGP"), to="USD", rate=rate(str(value)), rounding=rounding)
    except AmountTooSmallError:
        assert amount / value < Decimal("0.01")
        return
    assert abs(usd.amount - amount / value) < Decimal("0.01")


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_an_allocation_adds_up_exactly_and_each_part_is_within_one_unit(units: int, weights: list[int]) -> None:
    whole = Money.from_minor(units, "EGP")
    parts = whole.allocate(*weights)
    assert sum(part.to_minor() for part in parts) == units
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.to_minor() - units * weight / sum(weights)) < 1 + 1e-3


def test_a_basket_is_converted_whole_and_shared_by_largest_remainder() -> None:
    lines = [Money.of(text, "EGP") for text in ("333.33", "333.33", "333.34")]
    total = convert(Money.of("1000.00", "EGP"), to="USD", rate=RATE)
    shared = total.allocate(*(line.amount for line in lines))
    assert [str(part.amount) for part in shared] == ["6.40", "6.40", "6.41"]
    assert convert(Money.of("103.00", "EGP"), to="USD", rate=RATE) == Money.of("1.98", "USD")


@pytest.mark.parametrize("weights", [(), (0, 0), (-1, 2)])
def test_an_allocation_needs_weights(weights: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match="weights"):
        Money.of("1", "EGP").allocate(*weights)
