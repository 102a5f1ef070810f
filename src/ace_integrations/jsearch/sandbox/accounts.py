"""The keys of the sandbox: their plans, what is left of them, and how fast they may ask. No HTTP."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ace_integrations.jsearch.sandbox.refusals import invalid_key, no_api, not_subscribed, too_fast, used_up
from ace_integrations.jsearch.settings import SANDBOX_KEY
from ace_integrations.sandbox.journal import Journal

GATEWAY_HOST = "jsearch.p.rapidapi.com"
PERIOD_S = 30 * 86_400
"""A plan's month, from the day of the subscription."""

FREE_ALLOWANCE = 500_000
"""What the gateway tells every free plan beside its own quota."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a key is sold with.

    Attributes:
        credits: a month.
        per_second: calls, where the rate is watched.
        is_watched: whether it is from the start; a control can change that.
        is_direct: sold by the vendor itself, not at the gateway.
    """

    key: str
    name: str
    credits: int
    per_second: int
    is_watched: bool = False
    is_subscribed: bool = True
    is_direct: bool = False
    starts_with: int | None = None


PLANS = (
    Plan(SANDBOX_KEY, "PRO", 10_000, 5),
    Plan("sandbox-basic", "BASIC", 200, 1, is_watched=True),
    Plan("sandbox-empty", "BASIC", 200, 1, is_watched=True, starts_with=0),
    Plan("sandbox-unsubscribed", "NONE", 0, 1, is_subscribed=False),
    Plan("ak_sandbox", "DIRECT", 10_000, 5, is_direct=True),
)


@dataclass(slots=True)
class Account:
    """One key and what is left of its plan.

    Attributes:
        resets_at: Unix seconds of the sandbox.
    """

    plan: Plan
    remaining: int
    resets_at: float
    is_watched: bool
    _recent: deque[float] = field(default_factory=deque[float])

    def admit(self, now: float) -> None:
        """Let a call pass.

        Raises:
            RefusedError: nothing is left, or the last calls are too near.
        """
        self.renew(now)
        if self.remaining <= 0:
            raise used_up(self.plan.name)
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if self.is_watched and len(self._recent) >= self.plan.per_second:
            raise too_fast(self.plan.name)
        self._recent.append(now)

    def renew(self, now: float) -> None:
        """Begin the next period when this one is over."""
        while self.resets_at <= now:
            self.resets_at += PERIOD_S
            self.remaining = self.plan.credits

    def spend(self, credits: int) -> None:
        """Count a call that reached the service."""
        self.remaining = max(0, self.remaining - credits)

    def headers(self, now: float) -> dict[str, str]:
        """Tell what is left, as each answer does."""
        reset = str(max(0, int(self.resets_at - now)))
        told = _told("x-ratelimit-requests", self.plan.credits, self.remaining, reset)
        if self.plan.name == "BASIC":
            told |= _told("x-ratelimit-rapid-free-plans-hard-limit", FREE_ALLOWANCE, FREE_ALLOWANCE - 1, reset)
        return told


def _told(prefix: str, limit: int, remaining: int, reset: str) -> dict[str, str]:
    return {f"{prefix}-limit": str(limit), f"{prefix}-remaining": str(remaining), f"{prefix}-reset": reset}


class Accounts:
    """All keys of one sandbox."""

    def __init__(self, now: Callable[[], float], journal: Journal) -> None:
        journal.hide(*(plan.key for plan in PLANS))
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Become as new: each plan whole, its month just begun."""
        until = self._now() + PERIOD_S
        self.all = {
            plan.key: Account(
                plan, plan.credits if plan.starts_with is None else plan.starts_with, until, plan.is_watched
            )
            for plan in PLANS
        }

    def named(self, headers: Mapping[str, str], *, direct: bool) -> Account:
        """Give the account that a request's headers name.

        Raises:
            RefusedError: there is none of that key here, or it may not ask.
        """
        return self._direct(headers) if direct else self._at_gateway(headers)

    def _direct(self, headers: Mapping[str, str]) -> Account:
        account = self.all.get(headers.get("x-api-key", ""))
        if account is None or not account.plan.is_direct:
            raise invalid_key()
        return account

    def _at_gateway(self, headers: Mapping[str, str]) -> Account:
        key, host = headers.get("x-rapidapi-key", ""), headers.get("x-rapidapi-host", "")
        if not key or not host:
            raise invalid_key()
        if host.lower() != GATEWAY_HOST:
            raise no_api()
        if key.startswith("ak_"):
            raise not_subscribed()
        account = self.all.get(key)
        if account is None:
            raise invalid_key()
        if not account.plan.is_subscribed:
            raise not_subscribed()
        return account
