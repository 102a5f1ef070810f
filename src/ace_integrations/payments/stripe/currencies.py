"""Minor units as Stripe counts them, which is not always as ISO 4217 does."""

from ace_integrations.errors import InvalidInputError, UnexpectedReplyError
from ace_integrations.payments.money import Money

# MGA has cents in ISO 4217 and none here; ISK and UGX have none there, and are sent times 100 here.
_ZERO = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THREE = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))

LARGEST_UNITS = 99_999_999
"""Eight digits."""

SMALLEST_UNITS = {"USD": 50}
"""Stripe's floor is worth 0.50 USD at the day's rate; in other currencies only Stripe knows it (`amount_too_small`)."""


def digits(currency: str) -> int:
    """Give the decimal places of Stripe's minor units: 2 for EGP and ISK, 0 for JPY and MGA, 3 for KWD."""
    if currency in _ZERO:
        return 0
    return 3 if currency in _THREE else 2


def to_units(money: Money) -> int:
    """Give what is sent to Stripe for an amount.

    Raises:
        InvalidInputError: Stripe cannot take it: not positive, too many decimals or digits, below the minimum.
    """
    try:
        units = money.to_minor(digits=digits(money.currency))
    except InvalidInputError:
        raise InvalidInputError(f"Stripe takes no {money}: too many decimal places", field="amount") from None
    if money.currency in _THREE and units % 10:
        raise InvalidInputError(f"Stripe takes {money.currency} in steps of 0.010, not {money}", field="amount")
    if not SMALLEST_UNITS.get(money.currency, 1) <= units <= LARGEST_UNITS:
        raise InvalidInputError(f"Stripe takes no {money}: too small or too large", field="amount")
    return units


def from_units(units: int, currency: str) -> Money:
    """Give the amount that Stripe's number stands for.

    Args:
        currency: as Stripe writes it, in lower case.

    Raises:
        UnexpectedReplyError: it is no amount of money that we know.
    """
    code = currency.upper()
    try:
        return Money.from_minor(units, code, digits=digits(code))
    except InvalidInputError:
        raise UnexpectedReplyError(
            f"Stripe reports {units} units of {code}, which is no amount", provider="stripe"
        ) from None
