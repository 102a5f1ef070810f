"""The rate of this process: kept until there is a newer one, shared with other processes, asked for by one caller."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from ace_integrations.core.call import Call
from ace_integrations.core.shared import Shared
from ace_integrations.core.turns import Turns
from ace_integrations.payments.rates.asking import PAIR, Asked, RateChain, Round, tell
from ace_integrations.payments.rates.chain import Accepted, RateRefusedError, RateRules, still
from ace_integrations.payments.rates.rate import Rate, RateKind

logger = logging.getLogger("ace_integrations.rates")

P = ParamSpec("P")
T = TypeVar("T")

LIFE = timedelta(hours=1)
"""How long a rate is kept whose source does not say when it will have another."""

LONGEST_LIFE = timedelta(hours=24)
PAUSE = timedelta(minutes=1)
"""How long a source that failed is left in peace, and a refusal stands."""

LONGEST_PAUSE = timedelta(hours=1)
AHEAD = 0.2
"""The last part of its life in which a rate is renewed behind the callers' backs."""

LAST_S = 30 * 24 * 3600
"""Seconds that the last accepted rate is remembered in the shared place."""

RENEWING_S = 30
"""Seconds for which one process has taken the renewal on."""


class LastRates(Protocol):
    """Where the last accepted rate outlives the process, a row of a database for one.

    Blocking: awaited code calls it in a thread. Whatever fails there is told and done without.
    """

    def get(self, base: str, quote: str) -> Rate | None:
        """Give the last accepted rate of a pair, None when there was none."""
        ...

    def put(self, rate: Rate) -> None:
        """Remember one in place of the last of its pair."""
        ...


class SharedLastRates:
    """The last accepted rate in the place that all processes share; implements `LastRates`.

    Args:
        realm: keeps a sandbox's rates from a live platform that uses the same place.
    """

    def __init__(self, shared: Shared, *, realm: str) -> None:
        self._shared = shared
        self._realm = realm

    def get(self, base: str, quote: str) -> Rate | None:
        found = self._shared.get(f"ace:fx:last:{self._realm}:{base}{quote}")
        return Rate.model_validate_json(found) if found else None

    def put(self, rate: Rate) -> None:
        key = f"ace:fx:last:{self._realm}:{rate.base}{rate.quote}"
        self._shared.put(key, rate.model_dump_json().encode(), seconds=LAST_S)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    accepted: Accepted
    since: AwareDatetime
    until: AwareDatetime


_KEPT = TypeAdapter(_Kept)


class RateKeeper:
    """What is known now, and the locks behind which one caller asks for more.

    Args:
        scope: what tells platforms apart that share one place: their sources, where those are, their rules.
        clock: gives Unix seconds.
        shared: where other processes find a rate, None for nowhere.
        last_rates: where the last accepted one outlives this process, None for nowhere.

    Attributes:
        turns: behind which one caller asks the sources.
    """

    def __init__(
        self,
        chain: RateChain,
        rules: RateRules,
        *,
        scope: str,
        clock: Callable[[], float],
        shared: Shared | None = None,
        last_rates: LastRates | None = None,
    ) -> None:
        self._chain = chain
        self._rules = rules
        self._key = f"ace:fx:rate:{scope}"
        self._clock = clock
        self._shared = shared
        self._last_rates = last_rates
        self._kept: _Kept | None = None
        self._last: Rate | None = None
        self._refused: tuple[RateRefusedError, datetime] | None = None
        self._said: dict[str, Rate] = {}
        self._resting: dict[str, datetime] = {}
        self._renewing_until = datetime.fromtimestamp(0, UTC)
        self.turns = Turns()

    @property
    def now(self) -> datetime:
        """The time, by the clock that was given."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def current(self) -> Accepted | None:
        """Give the rate that this process holds; None when it is to be asked for.

        Raises:
            RateRefusedError: there was none to believe a moment ago.
        """
        now, kept = self.now, self._kept
        if kept is not None and now < kept.until:
            judged = still(kept.accepted, now=now, rules=self._rules)
            if judged is not None:
                return judged
        if self._refused is not None and now < self._refused[1]:
            refusal = self._refused[0]
            # A new one each time: an error that is raised twice grows a trace of both callers.
            raise RateRefusedError(refusal.reason, refusal.skipped)
        return None

    def borrowed(self) -> Accepted | None:
        """Give the rate that another process put into the shared place, None when there is none that lasts."""
        found = _without(self._shared.get, self._key) if self._shared is not None else None
        kept = _read(found) if found else None
        if kept is None or self.now >= kept.until or (self._kept is not None and kept.since <= self._kept.since):
            return None
        self._kept, self._last = kept, kept.accepted.rate
        return self.current()

    def learn(self) -> None:
        """Learn which rate was accepted last, whichever process accepted it; before each round."""
        if self._last_rates is not None:
            self._last = _without(self._last_rates.get, *PAIR) or self._last

    def round(self) -> Call[Round]:
        """Describe how the sources are asked now."""
        now = self.now
        resting = [source for source, until in self._resting.items() if now < until]
        return self._chain.ask(last=self._last, known=self._said, resting=resting)

    def keep(self, done: Round) -> Accepted:
        """Keep what came of a round, here, in the shared place, and as the last accepted one.

        Raises:
            RateRefusedError: there was none to believe.
        """
        now = self.now
        tell(done, now=now)
        for one in done.asked:
            self._note(one, now)
        if isinstance(done.outcome, RateRefusedError):
            # What was kept is contradicted, or too old: it goes too.
            self._kept, self._refused = None, (done.outcome, now + PAUSE)
            self._put(b"", PAUSE)
            raise done.outcome
        self._refused = None
        rate = done.outcome.rate
        self._kept = _Kept(accepted=done.outcome, since=now, until=now + _life(rate, now))
        if rate.kind not in (RateKind.LAST_KNOWN, RateKind.FIXED):
            self._last = rate
            self._share(self._kept, now)
        return done.outcome

    @property
    def ends_soon(self) -> bool:
        """Whether the rate that is held is in the last part of its life."""
        kept = self._kept
        return kept is not None and kept.until - (kept.until - kept.since) * AHEAD <= self.now

    @property
    def wants_renewal(self) -> bool:
        """Whether the rate ends soon, and nobody of this process renews it yet."""
        return self.ends_soon and self.now >= self._renewing_until

    def takes_renewal_on(self) -> bool:
        """Let this caller renew the rate; False where another process does already."""
        self._renewing_until = self.now + PAUSE
        if self._shared is None:
            return True
        return _without(self._shared.claim, f"{self._key}:renewal", seconds=RENEWING_S) is not False

    def _note(self, one: Asked, now: datetime) -> None:
        if one.rate is not None:
            self._said[one.source] = one.rate
            self._resting.pop(one.source, None)
        elif one.error is not None:
            told = timedelta(seconds=getattr(one.error, "retry_after", None) or 0)
            self._resting[one.source] = now + min(max(told, PAUSE), LONGEST_PAUSE)

    def _share(self, kept: _Kept, now: datetime) -> None:
        if self._last_rates is not None:
            _without(self._last_rates.put, kept.accepted.rate)
        self._put(_KEPT.dump_json(kept), kept.until - now)

    def _put(self, value: bytes, life: timedelta) -> None:
        if self._shared is not None:
            _without(self._shared.put, self._key, value, seconds=max(1, int(life.total_seconds())))


def _life(rate: Rate, now: datetime) -> timedelta:
    if rate.kind in (RateKind.LAST_KNOWN, RateKind.FIXED):
        return PAUSE
    if rate.next_update is None or rate.next_update <= now:
        return LIFE
    return min(rate.next_update - now, LONGEST_LIFE)


def _read(found: bytes) -> _Kept | None:
    try:
        return _KEPT.validate_json(found)
    except ValidationError:
        return None


def _without(do: Callable[P, T], *positional: P.args, **named: P.kwargs) -> T | None:
    """Do what can be done without: whatever it raises is told, and None is given."""
    try:
        return do(*positional, **named)
    except Exception as error:
        logger.warning("rates are not shared: %s", type(error).__name__)
        return None
