"""The twin's market: what currencies are worth, how each feed tells of it, and what each feed suffers from. No HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from ace_integrations.payments.rates.rate import CONTEXT
from ace_integrations.sandbox.faults import Rule
from ace_integrations.sandbox.twin import World

EGP_PER_USD = Decimal(50)
DEVALUED = Decimal("1.62")
"""What one day of March 2024 did to the rate."""

PER_USD: Mapping[str, Decimal] = {
    "USD": Decimal(1),
    "EUR": Decimal("0.88022727"),
    "GBP": Decimal("0.75538857"),
    "JPY": Decimal("157.47729333"),
    "KWD": Decimal("0.30871186"),
    "SAR": Decimal("3.75"),
}
"""All other currencies stand still."""

FEEDS = (
    "frankfurter",
    "er-api",
    "exchangerate-api",
    "openexchangerates",
    "fixer",
    "fawazahmed0",
    "fawazahmed0-pages",
)

SPOILT = {
    "stale": "five days old",
    "future": "dated in three days",
    "inverted": "inverted",
    "per_100": "for a hundred dollars",
    "missing": "without EGP",
}
"""Troubles of the number."""

REFUSALS = {
    "error_200": "an error with status 200",
    "unauthorized": "401",
    "too_many": "429, come back later",
    "failing": "500",
}
"""Troubles that the feed itself tells."""

BROKEN = {"slow": "slow", "reset": "connection cut", "truncated": "cut in the middle", "html": "a web page"}
"""Troubles of the wire."""

FAULTS: Mapping[str, Rule] = {
    "slow": Rule(kind="latency", seconds=6.0),
    "reset": Rule(kind="reset_after"),
    "truncated": Rule(kind="truncated"),
    "html": Rule(kind="html"),
}

TROUBLES: Mapping[str, str] = {**SPOILT, **REFUSALS, **BROKEN}

RETRY_AFTER_S = 1200


@dataclass(frozen=True, slots=True)
class Feed:
    """What one source is like now.

    Attributes:
        own_rate: EGP for one USD where it differs from the market's.
        trouble: a key of `SPOILT`, `REFUSALS` or `BROKEN`, "" for none.
    """

    own_rate: Decimal | None = None
    trouble: str = ""


class Market:
    """What all feeds tell of."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        """Become as new: 50 EGP for one USD, today."""
        self.egp_per_usd = EGP_PER_USD
        self.moment: datetime | None = None
        self.feeds: dict[str, Feed] = dict.fromkeys(FEEDS, Feed())

    @property
    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.fromtimestamp(self.world.now(), UTC)

    def set_rate(self, value: Decimal, *, moment: datetime | None) -> None:
        """Let every feed tell a rate, as of now or of another moment.

        Raises:
            ValueError: it is not above zero.
        """
        if value <= 0:
            raise ValueError("a rate is above zero")
        self.egp_per_usd, self.moment = value, moment
        self.feeds = {name: replace(feed, own_rate=None) for name, feed in self.feeds.items()}

    def devalue(self) -> None:
        """Let the pound lose: the first feed tells at once, all others when this is done again."""
        first = FEEDS[0]
        if self.feeds[first].own_rate is None:
            self.change(first, own_rate=self.egp_per_usd * DEVALUED)
        else:
            self.set_rate(self.egp_per_usd * DEVALUED, moment=self.moment)

    def change(self, name: str, **what: object) -> None:
        """Change one feed.

        Raises:
            KeyError: there is none of that name, or no such trouble.
            ValueError: its own rate is not above zero.
        """
        feed = replace(self.feeds[name], **what)  # type: ignore[arg-type]  # callers name its fields
        if feed.trouble and feed.trouble not in TROUBLES:
            raise KeyError(feed.trouble)
        if feed.own_rate is not None and feed.own_rate <= 0:
            raise ValueError("a rate is above zero")
        self.feeds[name] = feed

    def trouble(self, name: str) -> str:
        """Give what a feed suffers from, "" for nothing."""
        return self.feeds[name].trouble

    def per_usd(self, name: str) -> dict[str, Decimal]:
        """Give what one USD is worth in every currency, as a feed tells it."""
        feed = self.feeds[name]
        egp = self.egp_per_usd if feed.own_rate is None else feed.own_rate
        match feed.trouble:
            case "inverted":
                egp = CONTEXT.divide(Decimal(1), egp)
            case "per_100":
                egp *= 100
            case "missing":
                return dict(PER_USD)
            case _:
                pass
        return {**PER_USD, "EGP": egp}

    def table(self, name: str, base: str) -> dict[str, Decimal] | None:
        """Give what one unit of a currency is worth in all others; None when a feed does not know it."""
        rates = self.per_usd(name)
        if base not in rates:
            return None
        return {code: CONTEXT.divide(rate, rates[base]) for code, rate in rates.items()}

    def as_of(self, name: str) -> datetime:
        """Give the time that a feed says its rates are of."""
        moment = self.moment or self.now
        days = {"stale": -5, "future": 3}.get(self.trouble(name), 0)
        return moment + timedelta(days=days)


def start_of(moment: datetime) -> datetime:
    """Give 00:00 UTC of its day."""
    return datetime.combine(moment.date(), time(), UTC)
