"""A rate between two currencies, with its day and its source, and conversion that rounds once."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    localcontext,
)
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.money import ISO_4217, Money, exponent

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_CEILING, ROUND_DOWN)

CONTEXT = Context(prec=28, traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation])
"""Ours, whatever the caller's: with six digits 1,921,222.39 would come out as 1.92122E+6."""


class RateMismatchError(InvalidInputError):
    """The rate is between other currencies than the conversion; nothing is inverted in secret."""


class AmountTooSmallError(InvalidInputError):
    """After rounding nothing is left, or less than the gateway takes."""


class RateKind(StrEnum):
    """Where a rate is from."""

    OFFICIAL = "official"
    """A central bank's."""
    AGGREGATE = "aggregate"
    """Made of several."""
    LAST_KNOWN = "last_known"
    """Accepted before, while no source answers."""
    FIXED = "fixed"
    """A number of the platform's own, for want of all others."""


def _currency(text: str) -> str:
    if text not in ISO_4217:
        raise InvalidInputError("is not three capital letters of an active ISO 4217 currency")
    return text


def _positive(value: Decimal) -> Decimal:
    if not value.is_finite() or value <= 0:
        raise InvalidInputError("is not a positive number")
    return value


Currency = Annotated[str, AfterValidator(_currency)]


class Rate(BaseModel):
    """How much of `quote` one `base` is worth: base USD, quote EGP, value 52.05 is 52.05 EGP for a dollar.

    Keep the direction in which the number has more digits: its inverse, 0.01921, is up to 0.03 % off.

    Attributes:
        as_of: when the source says it held; a bare day is 00:00 UTC of it.
        as_of_precision: whether the source gave a day or a moment.
        fetched_at: when we got it.
        attribution: what must be shown beside it, None when nothing must.
        next_update: when the source will have another, None when it does not say.
        etag: the source's own mark of its answer, "" when it gives none.
    """

    model_config = ConfigDict(frozen=True)

    base: Currency
    quote: Currency
    value: Annotated[Decimal, AfterValidator(_positive)]
    as_of: AwareDatetime
    source: str
    kind: RateKind
    as_of_precision: Literal["day", "second"] = "day"
    fetched_at: AwareDatetime | None = None
    attribution: str | None = None
    next_update: AwareDatetime | None = None
    etag: str = ""


def cross(over: Rate, into: Rate) -> Rate:
    """Give the rate between two currencies that each have one to a third: of EUR to EGP and EUR to USD, USD to EGP.

    It is as old as the older of the two.

    Args:
        over: from the third to what becomes the base.
        into: from the third to what becomes the quote.

    Raises:
        RateMismatchError: they have no first currency in common.
    """
    if over.base != into.base:
        raise RateMismatchError(f"begin with {over.base} and with {into.base}", field="rates")
    with localcontext(CONTEXT):
        value = into.value / over.value
    return into.model_copy(update={"base": over.quote, "value": value, "as_of": min(over.as_of, into.as_of)})


def convert(
    money: Money,
    *,
    to: str,
    rate: Rate,
    digits: Callable[[str], int] = exponent,
    rounding: str = ROUND_HALF_UP,
    markup: Decimal = Decimal(0),
    smallest: Money | None = None,
) -> Money:
    """Give an amount in another currency: multiplied or divided as the rate's direction says, rounded once at the end.

    Args:
        digits: gives the decimal places of a currency where the money goes; ISO 4217's when not given.
        rounding: a mode of `decimal`; buyers with a pocket calculator expect ROUND_HALF_UP.
        markup: a fraction that is added, 0.02 for 2 %.
        smallest: what the gateway takes at least.

    Raises:
        RateMismatchError: the rate is between other currencies.
        AmountTooSmallError: nothing is left, or less than `smallest`.
        InvalidInputError: `to` is no currency, `rounding` no mode, or `markup` negative.
    """
    if rounding not in ROUNDINGS:
        raise InvalidInputError(f"is one of {', '.join(ROUNDINGS)}", field="rounding")
    if not markup.is_finite() or markup < 0:
        raise InvalidInputError("is a fraction of at least 0", field="markup")
    with localcontext(CONTEXT) as context:
        context.rounding = rounding
        exact = _exact(money, to, rate) * (1 + markup)
        converted = Money(exact.quantize(Decimal(1).scaleb(-digits(to))), to)
    if not converted or (smallest is not None and converted < smallest):
        least = f", and {smallest} is the least" if smallest is not None else ""
        raise AmountTooSmallError(f"{money} is {converted} after rounding{least}", field="amount")
    return converted


def _exact(money: Money, to: str, rate: Rate) -> Decimal:
    _currency(to)
    if money.currency == to:
        return money.amount
    if (rate.base, rate.quote) == (to, money.currency):
        return money.amount / rate.value
    if (rate.base, rate.quote) == (money.currency, to):
        return money.amount * rate.value
    wanted = f"between {money.currency} and {to}"
    raise RateMismatchError(f"is between {rate.base} and {rate.quote}, not {wanted}", field="rate")
