"""Named limits by user: in memory and in Redis alike, in both colours."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ace_integrations import Ace, ConfigurationError, InvalidInputError, Settings
from ace_integrations.throttle import DEFAULTS, Throttle, Turn

Take = Callable[[str, str], Awaitable[Turn]]


class Clock:
    """The time that `limits` reads, moved by the test."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._time = time.time

    def __call__(self) -> float:
        return self._time() + self.offset


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture(params=["memory", "memory-async", "redis", "redis-async"])
def take(request: pytest.FixtureRequest, clock: Clock) -> Take:
    is_redis = request.param.startswith("redis")
    url = request.getfixturevalue("redis_url") if is_redis else None
    throttle = Throttle({"few": "3/minute", "other": "1/hour"}, redis_url=url)
    run = f"{time.time_ns()}-"  # one Redis serves every test of a run

    async def blocking(limit: str, who: str) -> Turn:
        return await asyncio.to_thread(throttle.take, limit, run + who)

    async def awaited(limit: str, who: str) -> Turn:
        return await throttle.atake(limit, run + who)

    return awaited if request.param.endswith("async") else blocking


async def test_one_more_than_the_limit_waits_and_others_do_not(take: Take) -> None:
    turns = [await take("few", "lina") for _ in range(4)]
    assert [turn.allowed for turn in turns] == [True, True, True, False]
    assert 0 < turns[3].retry_after <= 60
    assert (await take("few", "omar")).allowed
    assert (await take("other", "lina")).allowed


async def test_after_the_time_it_was_told_a_user_may_go_on(take: Take, clock: Clock) -> None:
    turn = Turn(allowed=True)
    while turn.allowed:
        turn = await take("few", "lina")
    clock.offset += turn.retry_after + 1
    assert (await take("few", "lina")).allowed


async def test_an_unknown_limit_names_the_known_ones(take: Take) -> None:
    with pytest.raises(InvalidInputError, match="payments"):
        await take("nobody", "lina")


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_without_redis_each_process_counts_for_itself(colour: str, caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle({"few": "2/minute"}, redis_url="redis://127.0.0.1:9/0")
    turns: list[Any] = []
    for _ in range(3):
        turns.append(await throttle.atake("few", "lina") if colour == "async" else throttle.take("few", "lina"))
    assert [turn.allowed for turn in turns] == [True, True, False]
    assert "Redis cannot be reached" in caplog.text


def test_limits_come_from_the_settings_over_the_defaults() -> None:
    throttle = Ace(Settings(limits="payments=1/minute, exports=2/day")).throttle
    assert [throttle.take("payments", "lina").allowed for _ in range(2)] == [True, False]
    assert throttle.take("exports", "lina").allowed
    assert [throttle.take("default", "lina").allowed for _ in range(61)] == [True] * 60 + [False]
    assert set(DEFAULTS) >= {"default", "ai", "payments", "login"}


@pytest.mark.parametrize("text", ["payments", "payments=", "payments=ten/minute", "payments=5 per fortnight"])
def test_a_malformed_limit_names_its_variable(text: str) -> None:
    with pytest.raises(ConfigurationError, match="ACE_LIMITS"):
        _ = Ace(Settings(limits=text)).throttle


@pytest.mark.parametrize("place", ["memory", "redis"])
def test_of_fifty_workers_at_once_ten_may_ask_the_advisor(request: pytest.FixtureRequest, place: str) -> None:
    url = request.getfixturevalue("redis_url") if place == "redis" else None
    throttle, who = Throttle(redis_url=url), f"{time.time_ns()}"
    start = threading.Barrier(50)

    def work(_: int) -> Turn:
        start.wait(30)
        return throttle.take("ai", who)

    with ThreadPoolExecutor(50) as workers:
        turns = list(workers.map(work, range(50)))
    assert sum(turn.allowed for turn in turns) == 10
    assert all(1 <= turn.retry_after <= 60 for turn in turns if not turn.allowed)


@pytest.mark.parametrize("place", ["memory", "redis"])
async def test_of_fifty_tasks_at_once_ten_may_ask_the_advisor(request: pytest.FixtureRequest, place: str) -> None:
    url = request.getfixturevalue("redis_url") if place == "redis" else None
    throttle, who = Throttle(redis_url=url), f"{time.time_ns()}"
    turns = await asyncio.gather(*(throttle.atake("ai", who) for _ in range(50)))
    assert sum(turn.allowed for turn in turns) == 10
