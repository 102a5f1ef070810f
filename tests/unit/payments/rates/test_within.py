"""A call within some seconds, and what follows from it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ace_integrations import DeadlineExceededError
from ace_integrations.core import Call, Options
from ace_integrations.payments.rates.within import Within


@dataclass
class Sender:
    """Notes with which time each call is sent."""

    options: Options = field(default_factory=lambda: Options(None, 2))
    asked: list[str] = field(default_factory=list)

    def connection(self, provider: str) -> Any:
        self.asked.append(provider)
        return self


class Look(Call[Options]):
    """Gives the options that it is sent with; takes as long as it is told."""

    def __init__(self, provider: str, takes: Callable[[], None] = lambda: None) -> None:
        self._provider = provider
        self._takes = takes

    def run(self, sender: Any) -> Options:
        self._takes()
        sender.connection(self._provider)
        options: Options = sender.options
        return options

    async def arun(self, sender: Any) -> Options:
        return self.run(sender)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Callable[[], None]]:
    """Give what lets some seconds pass."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def passing(seconds: float) -> Callable[[], None]:
        def passed() -> None:
            now[0] += seconds

        return passed

    return passing


Passing = Callable[[float], Callable[[], None]]


async def test_each_call_gets_the_time_that_is_left_in_both_colours(clock: Passing) -> None:
    call = Within(Look("first", clock(2)).then(lambda first: Look("second", clock(1)).map(lambda s: (first, s))), 5)
    expected = (Options(3, 2), Options(2, 2))
    assert call.run(Sender()) == expected
    assert await call.arun(Sender()) == expected


def test_the_nearest_end_counts(clock: Passing) -> None:
    assert Within(Within(Look("one"), 5), 8).run(Sender()).timeout_s == 5
    assert Within(Within(Look("one"), 5), 3).run(Sender()).timeout_s == 3
    assert Within(Look("one"), 5).run(Sender(Options(1, 0))) == Options(1, 0)


def test_past_its_end_nothing_is_sent(clock: Passing) -> None:
    sender = Sender()
    with pytest.raises(DeadlineExceededError, match="nothing was sent"):
        Within(Look("late", clock(5)), 5).run(sender)
    assert sender.asked == []
