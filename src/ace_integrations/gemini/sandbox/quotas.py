"""How often a key may ask a model: counted by minute and by day of the Pacific, on the sandbox's clock."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from ace_integrations.gemini.sandbox import refusals
from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.refusals import Violation

PACIFIC = ZoneInfo("America/Los_Angeles")
_MINUTE_S = 60


class Limits(BaseModel):
    """What a key may ask of one model: requests and prompt tokens a minute, requests a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rpm: NonNegativeInt = 4_000
    rpd: NonNegativeInt = 1_000_000
    tpm: NonNegativeInt = 40_000_000


@dataclass(slots=True)
class _Used:
    """What one key asked of one model."""

    minute: int = 0
    day: str = ""
    requests: int = 0
    tokens: int = 0
    requests_of_day: int = 0

    def move(self, minute: int, day: str) -> None:
        """Begin anew where a window is over."""
        if minute != self.minute:
            self.minute, self.requests, self.tokens = minute, 0, 0
        if day != self.day:
            self.day, self.requests_of_day = day, 0

    def reached(self, limits: Limits, tokens: int) -> list[Violation]:
        """Give the limits that one more request would break."""
        counts = (
            (self.requests + 1, limits.rpm, refusals.REQUESTS_A_MINUTE),
            (self.requests_of_day + 1, limits.rpd, refusals.REQUESTS_A_DAY),
            (self.tokens + tokens, limits.tpm, refusals.TOKENS_A_MINUTE),
        )
        return [refusals.violation(quota_id, limit) for count, limit, quota_id in counts if count > limit]


class Quotas:
    """The counters of all keys and models."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Forget what was asked, and be generous again."""
        self._used: dict[tuple[str, str], _Used] = {}
        self._limits: dict[str, Limits] = {}

    def limit(self, model: str, limits: Limits) -> None:
        """Set the limits of a model, of every other one for ""."""
        self._limits[model] = limits

    def take(self, key: str, model: str, tokens: int) -> None:
        """Count one request.

        Raises:
            RefusedError: a limit is reached; refused requests are not counted.
        """
        now = self._now()
        used = self._used.setdefault((hashlib.sha256(key.encode()).hexdigest()[:8], model), _Used())
        used.move(int(now // _MINUTE_S), datetime.fromtimestamp(now, UTC).astimezone(PACIFIC).date().isoformat())
        limits = self._limits.get(model) or self._limits.get("") or Limits()
        reached = used.reached(limits, tokens)
        if reached:
            raise refusals.exhausted(model, reached, retry_s=round(_MINUTE_S - now % _MINUTE_S, 2))
        used.requests, used.tokens, used.requests_of_day = (
            used.requests + 1,
            used.tokens + tokens,
            used.requests_of_day + 1,
        )

    def as_json(self) -> list[Json]:
        """Give the counters; a key stands there as the beginning of its hash."""
        return [
            {
                "key": key,
                "model": model,
                "requests_of_minute": used.requests,
                "tokens_of_minute": used.tokens,
                "requests_of_day": used.requests_of_day,
            }
            for (key, model), used in self._used.items()
        ]
