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
    from ace_integrations.payments.rates.facade import AsyncExchangeRates, ExchangeRates, RateTerms
    from ace_integrations.payments.rates.keeper import LastRates, SharedLastRates
    from ace_integrations.payments.rates.quote import Quote, QuoteExpiredError, QuoteMismatchError, refund_due
    from ace_integrations.payments.rates.rate import (
        AmountTooSmallError,
        Rate,
        RateKind,
        RateMismatchError,
        convert,
        cross,
    )
    from ace_integrations.payments.rates.source import RateSource
    from ace_integrations.payments.rates.sources.exchangerate_api import (
        AsyncErApi,
        AsyncExchangeRateApi,
        ErApi,
        ExchangeRateApi,
    )
    from ace_integrations.payments.rates.sources.fawazahmed0 import (
        AsyncFawazahmed0,
        AsyncFawazahmed0Pages,
        Fawazahmed0,
        Fawazahmed0Pages,
    )
    from ace_integrations.payments.rates.sources.fixer import AsyncFixer, Fixer
    from ace_integrations.payments.rates.sources.frankfurter import AsyncFrankfurter, Frankfurter
    from ace_integrations.payments.rates.sources.open_exchange_rates import AsyncOpenExchangeRates, OpenExchangeRates

__all__ = [
    "Accepted",
    "AmountTooSmallError",
    "AsyncErApi",
    "AsyncExchangeRateApi",
    "AsyncExchangeRates",
    "AsyncFawazahmed0",
    "AsyncFawazahmed0Pages",
    "AsyncFixer",
    "AsyncFrankfurter",
    "AsyncOpenExchangeRates",
    "Decision",
    "ErApi",
    "ExchangeRateApi",
    "ExchangeRates",
    "Fawazahmed0",
    "Fawazahmed0Pages",
    "Fixer",
    "Frankfurter",
    "LastRates",
    "OpenExchangeRates",
    "Quote",
    "QuoteExpiredError",
    "QuoteMismatchError",
    "Rate",
    "RateKind",
    "RateMismatchError",
    "RateProblem",
    "RateRefusedError",
    "RateRules",
    "RateSource",
    "RateTerms",
    "SharedLastRates",
    "Skipped",
    "choose",
    "convert",
    "cross",
    "refund_due",
]

_MODULES = {
    "chain": ("Accepted", "Decision", "RateProblem", "RateRefusedError", "RateRules", "Skipped", "choose"),
    "facade": ("AsyncExchangeRates", "ExchangeRates", "RateTerms"),
    "keeper": ("LastRates", "SharedLastRates"),
    "quote": ("Quote", "QuoteExpiredError", "QuoteMismatchError", "refund_due"),
    "rate": ("AmountTooSmallError", "Rate", "RateKind", "RateMismatchError", "convert", "cross"),
    "source": ("RateSource",),
    "sources.exchangerate_api": ("AsyncErApi", "AsyncExchangeRateApi", "ErApi", "ExchangeRateApi"),
    "sources.fawazahmed0": ("AsyncFawazahmed0", "AsyncFawazahmed0Pages", "Fawazahmed0", "Fawazahmed0Pages"),
    "sources.fixer": ("AsyncFixer", "Fixer"),
    "sources.frankfurter": ("AsyncFrankfurter", "Frankfurter"),
    "sources.open_exchange_rates": ("AsyncOpenExchangeRates", "OpenExchangeRates"),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})


def __dir__() -> list[str]:
    return sorted(__all__)
