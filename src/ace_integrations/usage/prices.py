"""Dated price lists: what a service bills, what one of it costs, and what a platform of some size would need."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ace_integrations.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs, in US dollars, by the month.

    Attributes:
        each: for one unit.
        free: units a month that cost nothing.
        share: of what the units are worth, where a fee grows with the amount: 0.029 is 2.9 %.
    """

    each: Decimal
    free: int = 0
    share: Decimal = Decimal(0)

    def of(self, units: Decimal, worth: Decimal = Decimal(0)) -> Decimal:
        """Give the price of a month's units."""
        return max(Decimal(0), units - self.free) * self.each + worth * self.share


@dataclass(frozen=True, slots=True)
class Scenario:
    """A platform of some size, for one month."""

    users: int
    courses: int
    classes: int


@dataclass(frozen=True, slots=True)
class Assumption:
    """How much a platform of some size uses of one unit.

    Attributes:
        worth: US dollars that go through, for a price that is a share of them.
        because: how the figures were found.
    """

    unit: str
    units: Decimal
    because: str
    worth: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of one service as they were on one day: an aid to planning, and no invoice.

    Attributes:
        source: where they were read, as a section of docs/providers.
        prices: by unit, as in "mail".
        bills: which unit an operation uses; other operations cost nothing.
        is_metered: the service's answers say what they used, by the units of `prices`.
        assume: what a platform of some size uses.
    """

    as_of: date
    source: str
    prices: Mapping[str, Price]
    bills: Mapping[str, str] = field(default_factory=dict[str, str])
    assume: Callable[[Scenario], Sequence[Assumption]] = lambda _: ()
    is_metered: bool = False

    def cost(self, units: Mapping[str, int]) -> Decimal:
        """Give the price of a month's units."""
        known = {unit: count for unit, count in units.items() if unit in self.prices}
        return sum((self.prices[unit].of(Decimal(count)) for unit, count in known.items()), Decimal(0))


def corrected(lists: Mapping[str, PriceList], path: str | Path | None) -> Mapping[str, PriceList]:
    """Give the price lists with those of your own file in place of ours.

    The file is TOML: `[mailgun]`, `as_of = 2026-11-25`, then `[mailgun.mail]`, `each = "0.0018"`, `free = 3000`.

    Raises:
        ConfigurationError: it cannot be read, or names what no service bills.
    """
    if path is None:
        return lists
    try:
        given = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"ACE_PRICES: {path} cannot be read: {type(error).__name__}") from None
    return {**lists, **{name: _corrected(name, lists.get(name), table) for name, table in given.items()}}


def _corrected(name: str, ours: PriceList | None, table: Mapping[str, Any]) -> PriceList:
    if ours is None:
        raise ConfigurationError(f"ACE_PRICES: no service {name!r} has a price list")
    prices = dict(ours.prices)
    as_of = table.get("as_of")
    if not isinstance(as_of, date):
        raise ConfigurationError(f"ACE_PRICES: {name}.as_of must be a date, as in 2026-11-25")
    for unit, fields in table.items():
        if unit == "as_of":
            continue
        if unit not in prices:
            raise ConfigurationError(f"ACE_PRICES: {name} bills {', '.join(prices)}, not {unit!r}")
        prices[unit] = _price(f"{name}.{unit}", fields, prices[unit])
    return replace(ours, as_of=as_of, source="ACE_PRICES", prices=prices)


def _price(where: str, fields: Any, ours: Price) -> Price:
    try:
        each, share = Decimal(fields.get("each", ours.each)), Decimal(fields.get("share", ours.share))
        return Price(each, int(fields.get("free", ours.free)), share)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        raise ConfigurationError(f"ACE_PRICES: {where} takes each, free and share, numbers in quotes") from None
