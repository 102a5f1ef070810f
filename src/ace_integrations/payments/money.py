"""Money: an exact amount of one currency, never a float, and its minor units by currency and provider."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ace_integrations.errors import InvalidInputError

_ACTIVE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
ISO_4217 = frozenset(_ACTIVE.split())
"""The active currencies and funds of ISO 4217; metals, baskets and test codes are no money here."""

_OTHER_THAN_TWO = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
ISO_EXPONENTS: Mapping[str, int] = {code: digits for digits, codes in _OTHER_THAN_TWO.items() for code in codes.split()}
"""Decimal places of the ISO 4217 currencies that do not have two."""

_WRITTEN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?", re.ASCII)
_TOO_MUCH = Decimal(10) ** 18
"""Far above any payment, and far below where Decimal's 28 digits would round a sum."""


def exponent(currency: str) -> int:
    """Give the decimal places that ISO 4217 gives a currency: 2 for EGP, 0 for JPY, 3 for KWD."""
    return ISO_EXPONENTS.get(currency, 2)


class Conversion(Protocol):
    """What knows an amount in another currency: a quote."""

    def of(self, price: "Money") -> "Money":
        """Give it."""
        ...


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency, as in `Money(Decimal("149.00"), "EGP")` or `Money.of("149", "EGP")`.

    Sums, differences and comparisons take the same currency only. Floats are refused: they cannot hold 0.1.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):  # pyright: ignore[reportUnnecessaryIsInstance] - untyped callers
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}: use Money.of('19.99', 'EGP')")
        if not self.amount.is_finite():
            raise InvalidInputError("is not a number", field="amount")
        if self.currency not in ISO_4217:
            raise InvalidInputError("is not three capital letters of an active ISO 4217 currency", field="currency")
        if abs(self.amount) >= _TOO_MUCH:
            raise InvalidInputError("has more digits than any payment", field="amount")
        digits = exponent(self.currency)
        exact = self.amount.quantize(Decimal(1).scaleb(-digits))
        if exact != self.amount:
            raise InvalidInputError(
                f"{self.currency} has {digits} decimal places, {self.amount} has more", field="amount"
            )
        # Zero has no sign, and 149 is written 149.00, so equal amounts are written alike.
        object.__setattr__(self, "amount", exact + 0)

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Self:
        """Make an amount of text as in "149.00", a whole number or a Decimal.

        Raises:
            TypeError: it is a float or a bool.
            InvalidInputError: it is no number, or has more decimal places than the currency.
        """
        if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):  # pyright: ignore[reportUnnecessaryIsInstance] - untyped callers
            raise TypeError(f"an amount is text, int or Decimal, not {type(amount).__name__}: floats cannot hold cents")
        # Decimal itself would take 1e3, 5_2, ٥٢ and blanks around a number.
        if isinstance(amount, str) and not _WRITTEN.fullmatch(amount):
            raise InvalidInputError("is not a number as in 149.00", field="amount")
        return cls(Decimal(amount), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Give no money of a currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str, *, digits: int | None = None) -> Self:
        """Make an amount of minor units: 1050 of EGP is 10.50.

        Args:
            digits: how many decimal places the units stand for, where a provider differs from ISO 4217.
        """
        if isinstance(units, bool) or not isinstance(units, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("minor units are a whole number")
        return cls(Decimal(units).scaleb(-(exponent(currency) if digits is None else digits)), currency)

    def to_minor(self, *, digits: int | None = None) -> int:
        """Give the minor units, exactly; see `from_minor`.

        Raises:
            InvalidInputError: the provider's units cannot hold the amount.
        """
        units = self.amount.scaleb(exponent(self.currency) if digits is None else digits)
        if units != units.to_integral_value():
            raise InvalidInputError(f"{self} does not fit into {digits} decimal places", field="amount")
        return int(units)

    def allocate(self, *weights: Decimal | int) -> list[Self]:
        """Split the amount by weights, so that the parts add up to it exactly; what is over goes by largest remainder.

        Raises:
            InvalidInputError: no weight, a negative one, or none above zero.
        """
        if not weights or any(weight < 0 for weight in weights) or not any(weights):
            raise InvalidInputError("are numbers of at least 0, one of them above", field="weights")
        units, total = self.to_minor(), sum(map(Fraction, weights))
        shares = [units * Fraction(weight) / total for weight in weights]
        parts = [int(share) for share in shares]
        step = 1 if units >= 0 else -1
        order = sorted(range(len(parts)), key=lambda at: (-abs(shares[at] - parts[at]), at))
        for at in order[: abs(units - sum(parts))]:
            parts[at] += step
        return [type(self).from_minor(part, self.currency) for part in parts]

    def convert(self, quote: "Conversion") -> "Money":
        """Give what is charged for this amount by a quote that was made for it.

        Raises:
            QuoteMismatchError: the quote is of another amount.
        """
        return quote.of(self)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Self) -> Decimal:
        if not isinstance(other, Money):  # pyright: ignore[reportUnnecessaryIsInstance] - untyped callers
            raise TypeError(f"money goes with money, not with {type(other).__name__}")
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add or compare: convert with a quote first")
        return other.amount

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler

        written = core_schema.chain_schema(
            [
                core_schema.typed_dict_schema(
                    {
                        "amount": core_schema.typed_dict_field(core_schema.str_schema()),
                        "currency": core_schema.typed_dict_field(core_schema.str_schema()),
                    }
                ),
                core_schema.no_info_plain_validator_function(
                    lambda fields: cls.of(fields["amount"], fields["currency"])
                ),
            ]
        )
        return core_schema.json_or_python_schema(
            json_schema=written,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), written]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda money: {"amount": str(money.amount), "currency": money.currency}
            ),
        )
