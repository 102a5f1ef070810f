"""`ace.rates` on the twin's clock, in both colours."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.core.shared import Shared
from ace_integrations.payments.rates import AsyncExchangeRates, ExchangeRates, LastRates
from ace_integrations.sandbox import RunningSandbox


class Colour:
    """`ace.rates` of one colour; every method is awaited, and `renewed` waits for what happens in the background."""

    def __init__(self, rates: ExchangeRates | AsyncExchangeRates) -> None:
        self._rates: Any = rates

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._rates, name)
        if isinstance(self._rates, AsyncExchangeRates):
            return method  # type: ignore[no-any-return]

        async def in_a_thread(*positional: Any, **named: Any) -> Any:
            return await asyncio.to_thread(method, *positional, **named)

        return in_a_thread

    async def renewed(self) -> None:
        for thread in [one for one in threading.enumerate() if one.name == "ace-rates"]:
            await asyncio.to_thread(thread.join)
        await asyncio.gather(*getattr(self._rates, "_renewals", ()))


Make = Callable[..., Colour]


def clock_of(sandbox: RunningSandbox) -> Callable[[], float]:
    """Give the sandbox's clock itself: it is read at every step, and over HTTP that is most of a test."""
    assert sandbox.sandbox is not None
    return sandbox.sandbox.clock.now


@pytest.fixture(params=["sync", "async"])
async def make(request: pytest.FixtureRequest, ace_sandbox: RunningSandbox) -> AsyncIterator[Make]:
    """Give a maker of `ace.rates`, whose clock is the sandbox's; its arguments are settings."""
    opened: list[Any] = []

    def making(*, last_rates: LastRates | None = None, shared: Shared | None = None, **settings: Any) -> Colour:
        kind: Any = Ace if request.param == "sync" else AsyncAce
        given = Settings(sandbox_url=ace_sandbox.url, **settings)
        ace = kind(given, clock=clock_of(ace_sandbox), last_rates=last_rates)
        if shared is not None:
            ace.assembly.__dict__["_shared"] = shared
        opened.append(ace)
        return Colour(ace.rates)

    yield making
    for ace in opened:
        if isinstance(ace, AsyncAce):
            await ace.aclose()
        else:
            ace.close()


@pytest.fixture
async def rates(make: Make) -> Colour:
    """Give `ace.rates` with the usual chain."""
    return make()


class Twin:
    """The twin's controls, and how often each source was asked."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._control = sandbox.control

    def asked(self, source: str = "") -> int:
        return len(self._control.journal(provider=source, kind="call"))

    def trouble(self, word: str, *sources: str) -> None:
        for source in sources:
            self._control.post(f"fx/sources/{source}/trouble", trouble=word)

    def tell(self, value: str, *sources: str) -> None:
        for source in sources:
            self._control.post(f"fx/sources/{source}/rate", egp_per_usd=value)

    def market(self, value: str, *, hours_ago: float = 0) -> None:
        self._control.post("fx/rate", egp_per_usd=value, **self._as_of(hours_ago))

    def devalue(self) -> None:
        self._control.post("fx/devalue")

    def later(self, seconds: float) -> None:
        self._control.advance(seconds)

    def _as_of(self, hours_ago: float) -> dict[str, str]:
        from datetime import UTC, datetime

        if not hours_ago:
            return {}
        return {"as_of": datetime.fromtimestamp(self._control.now() - hours_ago * 3600, UTC).isoformat()}


@pytest.fixture
def twin(ace_sandbox: RunningSandbox) -> Twin:
    """Give the twin, at noon, so that no day ends within an hour."""
    now = ace_sandbox.control.now()
    ace_sandbox.control.advance((12 * 3600 - now) % 86400)
    return Twin(ace_sandbox)
