"""The chain of sources, described: ask one after the other until a rate can be believed, within some seconds."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ace_integrations.core.call import Call, Result
from ace_integrations.errors import AceError
from ace_integrations.payments.rates.chain import Accepted, Decision, RateRefusedError, RateRules, choose
from ace_integrations.payments.rates.rate import Rate, RateKind
from ace_integrations.payments.rates.source import RateSource
from ace_integrations.payments.rates.within import Within

logger = logging.getLogger("ace_integrations.rates")

PAIR = ("USD", "EGP")
"""The direction in which every source gives the more digits; the bounds are of it too."""

SOURCE_S, CHAIN_S = 5.0, 8.0
"""Seconds for one source, its repeats included, and for all of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one source said; `error` in place of a rate, both None for one that was left in peace."""

    source: str
    rate: Rate | None = None
    error: AceError | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """How the sources were asked once, and what came of it."""

    outcome: Accepted | RateRefusedError
    asked: tuple[Asked, ...]


class RateChain:
    """Describes how the sources are asked. Holds no colour.

    Args:
        sources: by name, in their order.
        clock: gives Unix seconds.
    """

    def __init__(self, sources: Mapping[str, RateSource], rules: RateRules, *, clock: Callable[[], float]) -> None:
        self._sources = sources
        self._rules = rules
        self._clock = clock

    def ask(self, *, last: Rate | None, known: Mapping[str, Rate], resting: Collection[str] = ()) -> Call[Round]:
        """Ask until a rate can be believed, or all are asked; a refusal is a result too.

        Args:
            last: the rate that was accepted last.
            known: what each source said last.
            resting: sources that failed a moment ago and are not asked.
        """

        def onwards(names: tuple[str, ...], asked: tuple[Asked, ...]) -> Call[Round]:
            outcome = self._judged(asked, last, all_asked=not names)
            if outcome is not None:
                return Result(Round(outcome, asked))
            name, rest = names[0], names[1:]
            if name in resting:
                return onwards(rest, (*asked, Asked(name)))
            return self._one(name, known.get(name)).then(lambda one: onwards(rest, (*asked, one)))

        return Within(onwards(tuple(self._sources), ()), CHAIN_S)

    def survey(self) -> Call[tuple[Asked, ...]]:
        """Ask every source, whatever the others say: for a person who looks."""
        asked: Call[tuple[Asked, ...]] = Result(())
        for name in self._sources:
            asked = asked.then(self._beside(name))
        return asked

    def _beside(self, name: str) -> "Callable[[tuple[Asked, ...]], Call[tuple[Asked, ...]]]":
        return lambda others: self._one(name, None).map(lambda one: (*others, one))

    def _one(self, name: str, known: Rate | None) -> Call[Asked]:
        base, quote = PAIR
        latest = self._sources[name].latest(base=base, quote=quote, known=known).map(self._dated)
        answered = latest.map(lambda rate: Asked(name, rate))
        return Within(answered, SOURCE_S).recover(AceError, lambda error: Result(_failed(name, error)))

    def _dated(self, rate: Rate) -> Rate:
        return rate.model_copy(update={"fetched_at": datetime.fromtimestamp(self._clock(), UTC)})

    def _judged(
        self, asked: tuple[Asked, ...], last: Rate | None, *, all_asked: bool
    ) -> Accepted | RateRefusedError | None:
        answers = [(one.source, one.rate) for one in asked]
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            return choose(answers, now=now, last=last, rules=self._rules, pair=PAIR, all_asked=all_asked)
        except RateRefusedError as refusal:
            return refusal


def tell(done: Round, *, now: datetime) -> None:
    """Write what was decided: a warning for what a person should look at."""
    outcome = done.outcome
    if isinstance(outcome, RateRefusedError):
        logger.warning("no rate: %s", outcome, extra={"reason": outcome.reason.value})
        return
    rate = outcome.rate
    is_plain = outcome.decision is Decision.FRESH and rate.kind in (RateKind.OFFICIAL, RateKind.AGGREGATE)
    logger.log(
        logging.INFO if is_plain and outcome.confirmed_by is None else logging.WARNING,
        "%s/%s %s from %s as of %s, %.1f h old: %s%s",
        rate.base,
        rate.quote,
        f"{rate.value:f}",
        rate.source,
        rate.as_of.isoformat(),
        (now - rate.as_of).total_seconds() / 3600,
        f"{outcome.decision}" if rate.kind is not RateKind.LAST_KNOWN else f"last known, {outcome.decision}",
        f", held and confirmed by {outcome.confirmed_by}" if outcome.confirmed_by else "",
        extra={"accepted": outcome},
    )


def _failed(name: str, error: AceError) -> Asked:
    logger.warning("the source %s gives no rate: %s", name, error)
    return Asked(name, error=error)
