"""What a gateway keeps of a payment: an estimate by dated rules, to be held against what it really kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ace_integrations.payments.money import Money, exponent


@dataclass(frozen=True, slots=True)
class FeeRules:
    """One gateway's fees as they were published on one day: an aid to planning; the gateway's report has the fee.

    Attributes:
        source: where they were read, as a section of docs/providers.
        share: of the amount: 0.029 is 2.9 %.
        fixed: added to each payment, in major units by currency; other currencies have no estimate.
        foreign: a share more when the payer's card or account is of another country.
        converted: a share more when the gateway changes the currency.
    """

    as_of: date
    source: str
    share: Decimal
    fixed: Mapping[str, Decimal]
    foreign: Decimal = Decimal(0)
    converted: Decimal = Decimal(0)

    def estimate(self, amount: Money, *, foreign: bool = False, converted: bool = False) -> Money | None:
        """Give the fee in the currency of the amount, rounded half up once; None where the fixed part is not known."""
        fixed = self.fixed.get(amount.currency)
        if fixed is None:
            return None
        share = self.share + self.foreign * foreign + self.converted * converted
        with localcontext(rounding=ROUND_HALF_UP) as context:
            context.prec = 28
            fee = (amount.amount * share + fixed).quantize(Decimal(1).scaleb(-exponent(amount.currency)))
        return Money(fee, amount.currency)
