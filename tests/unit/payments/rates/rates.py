"""Rates for tests."""

from datetime import UTC, datetime
from decimal import Decimal

from ace_integrations.payments.rates import Rate, RateKind

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def rate(
    value: str, *, base: str = "USD", quote: str = "EGP", as_of: datetime = NOW, source: str = "frankfurter"
) -> Rate:
    """Give a rate of a source."""
    return Rate(base=base, quote=quote, value=Decimal(value), as_of=as_of, source=source, kind=RateKind.AGGREGATE)


RATE = rate("52.05019502")
