"""Which of several rates to believe: bounds, age, a band around the last one, and confirmation by a second source.

Pure: the answers of the sources come in, a decision comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from ace_integrations.errors import AceError
from ace_integrations.payments.rates.rate import CONTEXT, Rate, RateKind


class RateProblem(StrEnum):
    """Why no rate is given."""

    UNAVAILABLE = "rate_unavailable"
    """No source has a usable one, and the last known one is too old."""
    UNCONFIRMED = "rate_unconfirmed"
    """The only live one is far from the last, and nobody confirms it."""
    DISPUTED = "rate_disputed"
    """Live sources contradict each other."""


class RateRefusedError(AceError):
    """No rate can be believed now: offer a gateway that takes the price's own currency.

    Attributes:
        reason: why.
        skipped: what was wrong with each source.
    """

    def __init__(self, reason: RateProblem, skipped: Sequence["Skipped"] = ()) -> None:
        self.reason = reason
        self.skipped = tuple(skipped)
        told = ", ".join(f"{one.source}: {one.reason}" for one in skipped)
        super().__init__(f"{reason}{f' ({told})' if told else ''}; offer a gateway that takes the price's own currency")


class Decision(StrEnum):
    """How much a rate is believed."""

    FRESH = "fresh"
    AGED = "aged"
    """Older than the rules warn of, and still allowed: say so beside it."""
    FIXED = "fixed"
    """The platform's own number: say so beside it."""


@dataclass(frozen=True, slots=True)
class RateRules:
    """When a rate is believed.

    Attributes:
        warn_age, max_age: counted from the source's own time.
        max_future: how far ahead a source may be dated; some are dated tomorrow.
        lowest, highest: what no rate is beyond; catches inverted ones and those of a hundred units.
        band: how far, as a fraction, a rate may be from the last accepted one by itself.
        agree: how near, as a fraction, a second source must be to confirm one that is farther.
        fixed: the last resort; never in place of a rate that is disputed or not confirmed.
    """

    warn_age: timedelta = timedelta(hours=36)
    max_age: timedelta = timedelta(hours=96)
    max_future: timedelta = timedelta(hours=26)
    lowest: Decimal = Decimal(20)
    highest: Decimal = Decimal(200)
    band: Decimal = Decimal("0.10")
    agree: Decimal = Decimal("0.02")
    fixed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that was not used, and why: "error", "too old", "in the future", "out of bounds", "held"."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The rate to use.

    Attributes:
        confirmed_by: the source that confirmed one outside the band, None when that was not needed.
    """

    rate: Rate
    decision: Decision
    confirmed_by: str | None = None
    skipped: tuple[Skipped, ...] = ()


def choose(
    answers: Sequence[tuple[str, Rate | None]],
    *,
    now: datetime,
    last: Rate | None,
    rules: RateRules,
    pair: tuple[str, str] = ("USD", "EGP"),
    all_asked: bool = True,
) -> Accepted | None:
    """Decide on what the sources said, in their order; None asks for the next source.

    Args:
        answers: a source's name with its rate, None when it failed.
        last: the rate that was accepted last.
        all_asked: no further source could be asked.

    Raises:
        RateRefusedError: no rate can be believed.
    """
    usable: list[Rate] = []
    skipped: list[Skipped] = []
    for source, rate in answers:
        fault = _fault(rate, now, rules)
        if rate is None or fault:
            skipped.append(Skipped(source, fault))
        else:
            usable.append(rate)
    if not usable:
        return _without_sources(now, last, rules, pair, skipped) if all_asked else None
    first, *others = usable
    if last is None or _within(first.value, last.value, rules.band):
        return Accepted(first, _by_age(first, now, rules), None, tuple(skipped))
    confirming = next((other.source for other in others if _within(other.value, first.value, rules.agree)), None)
    if confirming is not None:
        return Accepted(first, _by_age(first, now, rules), confirming, tuple(skipped))
    if not all_asked:
        return None
    held = [*skipped, *(Skipped(rate.source, "held") for rate in usable)]
    raise RateRefusedError(RateProblem.DISPUTED if others else RateProblem.UNCONFIRMED, held)


def still(accepted: Accepted, *, now: datetime, rules: RateRules) -> Accepted | None:
    """Judge a rate again that was accepted before: only its age has changed; None when it is too old."""
    rate = accepted.rate
    if rate.kind is RateKind.FIXED:
        return accepted
    return None if _fault(rate, now, rules) else replace(accepted, decision=_by_age(rate, now, rules))


def _fault(rate: Rate | None, now: datetime, rules: RateRules) -> str:
    if rate is None:
        return "error"
    if not rules.lowest <= rate.value <= rules.highest:
        return "out of bounds"
    if now - rate.as_of > rules.max_age:
        return "too old"
    return "in the future" if rate.as_of - now > rules.max_future else ""


def _without_sources(
    now: datetime, last: Rate | None, rules: RateRules, pair: tuple[str, str], skipped: Sequence[Skipped]
) -> Accepted:
    if last is not None and now - last.as_of <= rules.max_age:
        known = last.model_copy(update={"kind": RateKind.LAST_KNOWN})
        return Accepted(known, _by_age(last, now, rules), None, tuple(skipped))
    if rules.fixed is not None:
        base, quote = pair
        fixed = Rate(base=base, quote=quote, value=rules.fixed, as_of=now, source="fixed", kind=RateKind.FIXED)
        return Accepted(fixed, Decision.FIXED, None, tuple(skipped))
    raise RateRefusedError(RateProblem.UNAVAILABLE, skipped)


def _by_age(rate: Rate, now: datetime, rules: RateRules) -> Decision:
    return Decision.AGED if now - rate.as_of > rules.warn_age else Decision.FRESH


def _within(value: Decimal, around: Decimal, fraction: Decimal) -> bool:
    with localcontext(CONTEXT):
        return abs(value / around - 1) <= fraction
