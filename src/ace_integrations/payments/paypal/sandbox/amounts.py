"""Amounts of the twin: exact, in the currencies and with the decimals that PayPal takes; and what it keeps of them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from ace_integrations.payments.money import ISO_4217
from ace_integrations.payments.paypal.currencies import CURRENCIES, digits
from ace_integrations.payments.paypal.sandbox.http import Json, detail

MOST_DIGITS = 15
"""Before the decimal point."""

RATE = Decimal("0.0349")
FIXED = {"HUF": Decimal(180), "JPY": Decimal(40), "TWD": Decimal(14)}
FIXED_ELSE = Decimal("0.49")
"""The twin's fee of a capture; the real one depends on the merchant's country."""


def read(money: Mapping[str, str]) -> Decimal:
    """Give the value of an amount that was checked."""
    return Decimal(money["value"])


def written(currency: str, value: Decimal) -> Json:
    """Write an amount: `{"currency_code": "USD", "value": "5.00"}`."""
    return {"currency_code": currency, "value": str(value.quantize(_unit(currency)))}


def fee(currency: str, gross: Decimal) -> Decimal:
    """Give what PayPal keeps of a capture, never more than all."""
    asked = (gross * RATE + FIXED.get(currency, FIXED_ELSE)).quantize(_unit(currency), ROUND_HALF_UP)
    return min(asked, gross)


def problems(money: Mapping[str, str], place: str, *, positive: bool) -> list[Json]:
    """Say what is wrong with an amount whose form is right.

    Args:
        place: the JSON pointer of the amount.
        positive: whether zero is refused too.
    """
    currency, text = money["currency_code"], money["value"]
    if currency not in CURRENCIES:
        issue = "CURRENCY_NOT_SUPPORTED" if currency in ISO_4217 else "INVALID_CURRENCY_CODE"
        return [detail(issue, f"{place}/currency_code", currency)]
    return [detail(issue, f"{place}/value", text) for issue in _of_value(currency, text, positive=positive)]


def _of_value(currency: str, text: str, *, positive: bool) -> list[str]:
    whole, point, part = text.partition(".")
    value = Decimal(text)
    if point and digits(currency) == 0:
        return ["DECIMALS_NOT_SUPPORTED"]
    if len(part) > digits(currency):
        return ["DECIMAL_PRECISION"]
    if positive and value <= 0:
        return ["CANNOT_BE_ZERO_OR_NEGATIVE"]
    if value < 0:
        return ["CANNOT_BE_NEGATIVE"]
    return ["MAX_VALUE_EXCEEDED"] if len(whole.lstrip("-0")) > MOST_DIGITS else []


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-digits(currency))
