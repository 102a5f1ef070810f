"""Exchange rates: dated and sourced rates, a chain that decides which one to believe, quotes that hold until paid."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.payments.rates.chain import (
        Accepted,
        Decision,
        RateProblem,
        RateRefusedError,
        RateRules,
        Skipped,
        choose,
    )
    from ace_integrations.payments.rates.quote import Quote, QuoteExpiredError, QuoteMismatchError, refund_due
    from ace_integrations.payments.rates.rate import (
        AmountTooSmallError,
        Rate,
        RateKind,
        RateMismatchError,
        convert,
        read_number,
    )

__all__ = [
    "Accepted",
    "AmountTooSmallError",
    "Decision",
    "Quote",
    "QuoteExpiredError",
    "QuoteMismatchError",
    "Rate",
    "RateKind",
    "RateMismatchError",
    "RateProblem",
    "RateRefusedError",
    "RateRules",
    "Skipped",
    "choose",
    "convert",
    "read_number",
    "refund_due",
]

_MODULES = {
    "chain": ("Accepted", "Decision", "RateProblem", "RateRefusedError", "RateRules", "Skipped", "choose"),
    "quote": ("Quote", "QuoteExpiredError", "QuoteMismatchError", "refund_due"),
    "rate": ("AmountTooSmallError", "Rate", "RateKind", "RateMismatchError", "convert", "read_number"),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
