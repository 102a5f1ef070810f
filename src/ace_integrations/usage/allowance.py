"""What one user may use of a service in a day or a month: set aside before a call, settled after it."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

from ace_integrations.core.shared import open_redis
from ace_integrations.core.telemetry import CallRecord
from ace_integrations.errors import BudgetExceededError, ConfigurationError
from ace_integrations.usage.prices import PriceList

logger = logging.getLogger("ace_integrations.usage")

Measure = Literal["calls", "units", "USD"]
Period = Literal["day", "month"]

_MICRO = 1_000_000
_TEXT = re.compile(r"([a-z][a-z0-9_-]*)=([0-9]{1,12}(?:\.[0-9]{1,6})?) ?(calls|units|USD)/(day|month)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each user may use of one service.

    Attributes:
        most: calls, units that the service bills, or US dollars by its price list.
        period: a day or a month by UTC.
    """

    provider: str
    most: Decimal
    measure: Measure
    period: Period

    @property
    def text(self) -> str:
        """For people: `gemini: 50 calls a day`."""
        return f"{self.provider}: {self.most} {self.measure} a {self.period}"


@dataclass(frozen=True, slots=True)
class _Set:
    """What was set aside of one allowance, in its whole steps: dollars count in millionths."""

    allowance: Allowance
    key: str
    amount: int
    ends: datetime
    keep_s: int

    @property
    def most(self) -> int:
        """The allowance in the same steps."""
        return int(self.allowance.most * (_MICRO if self.allowance.measure == "USD" else 1))


@dataclass(frozen=True, slots=True)
class _Hold:
    sets: tuple[_Set, ...]
    is_shared: bool


class Allowances:
    """Keeps each user within their allowances; a `Guard` of every call of an `Ace`.

    The most that a call may use is set aside before it is sent, so that calls at the same moment cannot pass an
    allowance together. Calls that are made for nobody (see `acting_for`) are not counted.

    While Redis cannot be reached each process counts for itself.

    Args:
        prices: by provider, for allowances in dollars.
        clock: gives Unix seconds.
        redis_url: as in redis://127.0.0.1:6379/0; None counts in this process.
    """

    def __init__(
        self,
        allowances: Iterable[Allowance],
        *,
        prices: Mapping[str, PriceList],
        clock: Callable[[], float] = time.time,
        redis_url: str | None = None,
    ) -> None:
        self._allowances = tuple(allowances)
        self._prices = prices
        self._clock = clock
        self._redis_url = redis_url
        self._here = _Counts()
        self._client: Any = None

    @property
    def is_slow(self) -> bool:
        """Whether another machine is asked."""
        return self._redis_url is not None

    def take(self, record: CallRecord) -> object:
        """Set aside what a call may use.

        Raises:
            BudgetExceededError: it would pass an allowance of its user; nothing was sent, and `retry_after` are the
                seconds until the day or the month is over.
        """
        wanted = tuple(self._wanted(record)) if record.user else ()
        if not wanted:
            return None
        if self._redis_url is not None:
            try:
                return self._taken(_Shared(self._redis()), wanted, record, is_shared=True)
            except BudgetExceededError:
                raise
            except Exception as error:
                logger.warning("Redis cannot be reached (%s): allowances are counted by process", type(error).__name__)
        return self._taken(self._here, wanted, record, is_shared=False)

    def settle(self, hold: Any, record: CallRecord) -> None:
        """Replace what was set aside by what the call used."""
        counts = _Shared(self._redis()) if hold.is_shared else self._here
        try:
            for one in hold.sets:
                more = self._amount(one.allowance, record, _billed(record)) - one.amount
                if more:
                    counts.add(one, more)
        except Exception as error:
            if not hold.is_shared:
                raise
            # What was set aside stays counted, so that nothing is used for free.
            logger.warning("Redis cannot be reached (%s): an allowance was not settled", type(error).__name__)

    def used(self, user: str) -> dict[str, Decimal]:
        """Give what a user used up in the running periods, by the text of each allowance."""
        counts = _Shared(self._redis()) if self._redis_url is not None else self._here
        return {
            one.text: Decimal(counts.get(self._key(one, user))) / (_MICRO if one.measure == "USD" else 1)
            for one in self._allowances
        }

    def _taken(
        self, counts: "_Counts | _Shared", wanted: tuple[_Set, ...], record: CallRecord, *, is_shared: bool
    ) -> _Hold:
        passed = counts.take(wanted)
        if passed is None:
            return _Hold(wanted, is_shared)
        raise BudgetExceededError(
            f"what one user may use ({passed.allowance.text}) is used up; nothing was sent",
            provider=record.provider,
            operation=record.operation,
            code="allowance",
            retry_after=max(0.0, passed.ends.timestamp() - self._clock()),
        )

    def _wanted(self, record: CallRecord) -> Iterable[_Set]:
        for allowance in self._allowances:
            if allowance.provider != record.provider:
                continue
            amount = self._amount(allowance, record, record.foreseen or {})
            if amount:
                ends = _end(allowance.period, self._today)
                # A day longer than the period, by whichever clock counts it.
                keep_s = int(ends.timestamp() - self._clock()) + 86_400
                yield _Set(allowance, self._key(allowance, record.user), amount, ends, keep_s)

    def _amount(self, allowance: Allowance, record: CallRecord, units: Mapping[str, int]) -> int:
        if record.foreseen is None:
            units = self._own_unit(record)
        match allowance.measure:
            case "calls":
                # Not what is billed: a call that was refused before it was served does not count.
                return 1 if units else 0
            case "units":
                return sum(units.values())
            case "USD":
                cost = self._prices[allowance.provider].cost(units) * _MICRO
                return int(cost.to_integral_value(ROUND_CEILING))

    def _own_unit(self, record: CallRecord) -> Mapping[str, int]:
        unit = self._prices[record.provider].bills.get(record.operation) if record.provider in self._prices else None
        return {unit: record.units} if unit and not record.error else {}

    def _key(self, allowance: Allowance, user: str) -> str:
        day = self._today
        period = f"{day}" if allowance.period == "day" else f"{day:%Y-%m}"
        return f"ace:allowance:{allowance.provider}:{allowance.measure}:{period}:{user}"

    @property
    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _redis(self) -> Any:
        if self._client is None:
            self._client = open_redis(self._redis_url or "")
        return self._client


class _Counts:
    """Counts of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, datetime]] = {}

    def take(self, wanted: tuple[_Set, ...]) -> _Set | None:
        with self._lock:
            for one in wanted:
                if self._counts.get(one.key, (0, one.ends))[0] + one.amount > one.most:
                    return one
            for one in wanted:
                self._add(one, one.amount)
        return None

    def add(self, one: _Set, more: int) -> None:
        with self._lock:
            self._add(one, more)

    def _add(self, one: _Set, more: int) -> None:
        if one.key not in self._counts:
            # A day's count may stand beside a month's, which ends later: only what ended long ago goes.
            old = one.ends - timedelta(days=32)
            self._counts = {key: (count, end) for key, (count, end) in self._counts.items() if end > old}
        self._counts[one.key] = (self._counts.get(one.key, (0, one.ends))[0] + more, one.ends)

    def get(self, key: str) -> int:
        with self._lock:
            return self._counts.get(key, (0, None))[0]


_TAKE = """
for at, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') + tonumber(ARGV[at * 3 - 2]) > tonumber(ARGV[at * 3 - 1]) then
        return at
    end
end
for at, key in ipairs(KEYS) do
    redis.call('INCRBY', key, ARGV[at * 3 - 2])
    redis.call('EXPIRE', key, ARGV[at * 3])
end
return 0
"""
"""Takes of every count or of none, in one step: of two that come together no one passes unseen."""


class _Shared:
    """Counts in Redis."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def take(self, wanted: tuple[_Set, ...]) -> _Set | None:
        numbers = [number for one in wanted for number in (one.amount, one.most, one.keep_s)]
        at = int(self._redis.eval(_TAKE, len(wanted), *(one.key for one in wanted), *numbers))
        return wanted[at - 1] if at else None

    def add(self, one: _Set, more: int) -> None:
        self._redis.incrby(one.key, more)

    def get(self, key: str) -> int:
        return int(self._redis.get(key) or 0)


def read_allowances(texts: Iterable[str], prices: Mapping[str, PriceList]) -> list[Allowance]:
    """Read allowances as the settings hold them: `gemini=50 calls/day` or `gemini=0.25 USD/month`.

    Raises:
        ConfigurationError: one is not of that form, or of a service that bills nothing.
    """
    found: list[Allowance] = []
    for text in texts:
        parts = _TEXT.fullmatch(text)
        if parts is None:
            raise ConfigurationError(
                f"ACE_USER_BUDGETS: {text!r} is not of the form gemini=50 calls/day, units/day or USD/month"
            )
        provider, most, measure, period = parts.groups()
        if provider not in prices:
            raise ConfigurationError(f"ACE_USER_BUDGETS: what is used of {provider!r} is not known")
        found.append(Allowance(provider, Decimal(most), measure, period))  # type: ignore[arg-type]  # the pattern says so
    return found


def _billed(record: CallRecord) -> Mapping[str, int]:
    if record.used is not None:
        return record.used
    # Nobody knows what it used: the most that it may have.
    return record.foreseen or {}


def _end(period: Period, day: date) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if period == "day":
        return midnight + timedelta(days=1)
    return (midnight.replace(day=1) + timedelta(days=31)).replace(day=1)
