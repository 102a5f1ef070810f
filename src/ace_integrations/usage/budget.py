"""Budgets by the month: read from the settings, compared with what was used."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ace_integrations.errors import ConfigurationError

WARNS_AT = (Decimal("0.8"), Decimal(1))
"""Shares of a budget whose crossing is told, once a month each."""

_BUDGET = re.compile(r"([a-z][a-z0-9_-]*)=([0-9]{1,12}(?:\.[0-9]{1,4})?)( ?USD)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one service may be used for in a month (UTC).

    Attributes:
        most: units that the service bills, or US dollars by its price list.
        hard: the call that would go past it is refused.
    """

    provider: str
    most: Decimal
    in_dollars: bool
    hard: bool = False

    @property
    def text(self) -> str:
        """For people: `mailgun: 10000 a month`."""
        return f"{self.provider}: {self.most}{' USD' if self.in_dollars else ''} a month"


@dataclass(frozen=True, slots=True)
class Crossing:
    """A budget was used up to a share of it.

    Attributes:
        month: as in "2026-11", by UTC.
        share: 0.8 or 1.
        used: units or US dollars, as the budget counts.
    """

    budget: Budget
    month: str
    share: Decimal
    used: Decimal


def read_budgets(texts: Iterable[str], *, hard: bool) -> list[Budget]:
    """Read budgets as the settings hold them: `mailgun=10000` (billed units) or `didit=50 USD`.

    Raises:
        ConfigurationError: one is not of that form.
    """
    variable = "ACE_HARD_BUDGETS" if hard else "ACE_BUDGETS"
    found: list[Budget] = []
    for text in texts:
        parts = _BUDGET.fullmatch(text)
        if parts is None:
            raise ConfigurationError(f"{variable}: {text!r} is not of the form mailgun=10000 or didit=50 USD")
        found.append(Budget(parts[1], Decimal(parts[2]), bool(parts[3]), hard))
    return found
