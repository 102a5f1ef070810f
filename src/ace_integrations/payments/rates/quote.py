"""A quote: an amount converted for one user and one purpose, which holds until it is paid or lapses."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pkgutil import resolve_name
from typing import Any, Self
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.money import Money, exponent
from ace_integrations.payments.rates.chain import Accepted, Decision
from ace_integrations.payments.rates.rate import CONTEXT, Rate, convert

QUOTE_LIFE = timedelta(minutes=15)

Digits = Callable[[str], int]

# As text: neither gateway is imported for a quote that the other one charges.
_DIGITS: Mapping[str, str] = {
    "iso": "ace_integrations.payments.money:exponent",
    "paypal": "ace_integrations.payments.paypal.currencies:digits",
    "stripe": "ace_integrations.payments.stripe.currencies:digits",
}

FLOORS: Mapping[str, Money] = {"paypal": Money.of("1.00", "USD"), "stripe": Money.of("0.50", "USD")}
"""What is charged at least, by whose decimal places are used: PayPal names no least, but keeps a fixed fee of each."""


def digits_of(exponents: str) -> Digits:
    """Give the decimal places of currencies by whose they are: "iso", "paypal", "stripe".

    Raises:
        InvalidInputError: nobody of that name.
    """
    if exponents not in _DIGITS:
        raise InvalidInputError(f"is one of {', '.join(_DIGITS)}", field="exponents")
    digits: Digits = resolve_name(_DIGITS[exponents])
    return digits


class QuoteExpiredError(InvalidInputError):
    """The quote lapsed: make another one, and show it before it is used."""


class QuoteMismatchError(InvalidInputError):
    """The quote is of another user, another purpose or another price."""


class Quote(BaseModel):
    """What a price is in another currency, and all that explains it a year later.

    Attributes:
        source, target: the price, and what is charged.
        purpose: your own word for what is bought, as in "course:42".
        user: your own id of the only user who may use it.
        exponents: whose table of decimal places was used: "iso", "paypal", "stripe".
        skipped: sources that were not used, each with its reason.
    """

    model_config = ConfigDict(frozen=True)

    quote_id: str
    source: Money
    target: Money
    rate: Rate
    decision: Decision
    confirmed_by: str | None = None
    markup: Decimal
    rounding: str
    exponents: str
    purpose: str
    user: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    skipped: tuple[tuple[str, str], ...] = ()

    @classmethod
    def make(
        cls,
        price: Money,
        *,
        to: str,
        accepted: Accepted,
        purpose: str,
        user: str,
        now: datetime,
        life: timedelta = QUOTE_LIFE,
        markup: Decimal = Decimal(0),
        rounding: str = ROUND_HALF_UP,
        exponents: str = "iso",
        digits: Digits | None = None,
        smallest: Money | None = None,
    ) -> Self:
        """Convert a price with a rate that was accepted; see `convert`.

        Args:
            exponents: whose decimal places, by name; "iso", "paypal" and "stripe" are known.
            digits: gives them where the name is a stranger's.
            smallest: what is charged at least; the gateway's own floor when not given.

        Raises:
            AmountTooSmallError: nothing is left after rounding, or less than the gateway takes.
            RateMismatchError: the rate is between other currencies.
        """
        floor = smallest or FLOORS.get(exponents)
        target = convert(
            price,
            to=to,
            rate=accepted.rate,
            digits=digits or digits_of(exponents),
            rounding=rounding,
            markup=markup,
            smallest=floor if floor is not None and floor.currency == to else None,
        )
        return cls(
            quote_id=f"fxq_{uuid4().hex}",
            source=price,
            target=target,
            rate=accepted.rate,
            decision=accepted.decision,
            confirmed_by=accepted.confirmed_by,
            markup=markup,
            rounding=rounding,
            exponents=exponents,
            purpose=purpose,
            user=user,
            created_at=now,
            expires_at=now + life,
            skipped=tuple((one.source, one.reason) for one in accepted.skipped),
        )

    def check(self, *, price: Money, purpose: str, user: str, now: datetime) -> None:
        """Refuse what the quote is not for; call it before an order is made of it, and never after.

        Raises:
            QuoteMismatchError: another user, purpose or price.
            QuoteExpiredError: its life is over; the very end counts as over.
        """
        for name, ours, theirs in (
            ("user", self.user, user),
            ("purpose", self.purpose, purpose),
            ("price", self.source, price),
        ):
            if ours != theirs:
                raise QuoteMismatchError("is not what the quote was made for", field=name)
        if now >= self.expires_at:
            raise QuoteExpiredError("lapsed: make another one and show it", field="quote")

    def of(self, price: Money) -> Money:
        """Give what is charged for the price that was quoted.

        Raises:
            QuoteMismatchError: it is another price.
        """
        if price != self.source:
            raise QuoteMismatchError(f"is of {self.source}, not of {price}", field="price")
        return self.target

    def again(self, digits: Digits | None = None) -> Money:
        """Convert once more from the record alone: the same amount, or the record was changed.

        Args:
            digits: the decimal places where the quote's `exponents` are a stranger's.
        """
        return convert(
            self.source,
            to=self.target.currency,
            rate=self.rate,
            digits=digits or digits_of(self.exponents),
            rounding=self.rounding,
            markup=self.markup,
        )

    def record(self) -> Mapping[str, Any]:
        """Give the audit record: amounts and rates as text, times in ISO 8601."""
        day = self.rate.as_of_precision == "day"
        return {
            "quote_id": self.quote_id,
            "source_amount": str(self.source.amount),
            "source_currency": self.source.currency,
            "target_amount": str(self.target.amount),
            "target_currency": self.target.currency,
            "rate": f"{self.rate.value:f}",
            "rate_base": self.rate.base,
            "rate_quote": self.rate.quote,
            "rate_source": self.rate.source,
            "rate_kind": self.rate.kind.value,
            "rate_as_of": f"{self.rate.as_of:%Y-%m-%d}" if day else self.rate.as_of.isoformat(),
            "fetched_at": self.rate.fetched_at.isoformat() if self.rate.fetched_at else None,
            "decision": self.decision.value,
            "confirmed_by": self.confirmed_by,
            "markup": f"{self.markup:f}",
            "rounding": self.rounding,
            "exponents": self.exponents,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "skipped": [{"source": source, "reason": reason} for source, reason in self.skipped],
        }


def refund_due(part: Money, *, price: Money, charged: Money, refunded: Money, digits: Digits = exponent) -> Money:
    """Give what to send back, in the charged currency, for a part of a price in another.

    Reckoned from the sum of all refunds, so that they never come to more than was charged: thirds of 1000 EGP that
    were charged as 20.00 USD are 6.67, 6.66 and 6.67.

    Args:
        part: what is given back now, in the price's currency.
        refunded: what was given back before, in the price's currency.

    Raises:
        InvalidInputError: not positive, or more than is left of the price.
    """
    after = refunded + part
    if not Money.zero(price.currency) < part or after > price:
        raise InvalidInputError(f"{part} is not between nothing and the {price - refunded} that is left", field="part")
    return _share(after, price, charged, digits) - _share(refunded, price, charged, digits)


def _share(part: Money, price: Money, charged: Money, digits: Digits) -> Money:
    smallest = Decimal(1).scaleb(-digits(charged.currency))
    with localcontext(CONTEXT):
        exact = charged.amount * part.amount / price.amount
        return Money(exact.quantize(smallest, ROUND_HALF_UP), charged.currency)
