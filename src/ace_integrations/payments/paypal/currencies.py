"""Amounts as PayPal writes them: text in major units, in the currencies that it takes."""

from ace_integrations.errors import InvalidInputError, UnexpectedReplyError
from ace_integrations.payments.money import Money, exponent

_TAKEN = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN RUB SEK SGD THB TWD USD"
CURRENCIES = frozenset(_TAKEN.split())
"""BRL, CNY and MYR for accounts of their own country only. No EGP, and none with three decimal places."""

_WHOLE = frozenset(("HUF", "JPY", "TWD"))
"""Without decimals here, although ISO 4217 gives HUF and TWD two."""


def digits(currency: str) -> int:
    """Give the decimal places that PayPal takes: 0 for HUF, JPY and TWD.

    Raises:
        InvalidInputError: PayPal does not take the currency.
    """
    if currency not in CURRENCIES:
        raise InvalidInputError(f"PayPal takes no {currency}: convert with a quote first", field="currency")
    return 0 if currency in _WHOLE else exponent(currency)


def to_text(money: Money) -> str:
    """Give what is sent to PayPal for an amount: "20.00", "7000".

    Raises:
        InvalidInputError: PayPal does not take the currency, the decimals or an amount that is not positive.
    """
    places = digits(money.currency)
    if money.amount <= 0:
        raise InvalidInputError(f"PayPal takes no {money}: not positive", field="amount")
    units = money.to_minor(digits=places)
    whole, part = divmod(units, 10**places)
    return f"{whole}.{part:0{places}d}" if places else f"{whole}"


def from_text(value: str, currency: str) -> Money:
    """Give the amount that PayPal's text stands for.

    Raises:
        UnexpectedReplyError: it is no amount of money that we know.
    """
    try:
        return Money.of(value, currency)
    except InvalidInputError:
        raise UnexpectedReplyError("PayPal reports an amount that is none", provider="paypal") from None
