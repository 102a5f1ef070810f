"""A kept result is asked for once by all who want it, in one process and in several; an error is never kept."""

import asyncio
import gc
import multiprocessing
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.teller import TALES, Tale, Teller, account, ateller, teller

from ace_integrations import DeadlineExceededError, InvalidRequestError, UnavailableError
from ace_integrations.core import AsyncSender, Cached, Call, Sender
from ace_integrations.core.patience import await_for
from ace_integrations.core.shared import RedisShared


class Told:
    """Answers slowly enough that all who ask together are waiting, and counts."""

    def __init__(self, *, status: int = 200, slow_s: float = 0.0) -> None:
        self.status = status
        self.asked = 0
        self._slow_s = slow_s
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.asked += 1
        threading.Event().wait(self._slow_s)
        text = request.url.params["of"]
        return httpx.Response(self.status, json={"text": "" if text == "nothing" else f"{text} {self.asked}"})


@pytest.fixture
def now() -> list[float]:
    return [1_764_000_000.0]


@pytest.fixture
def clock(now: list[float]) -> Callable[[], float]:
    return lambda: now[0]


def test_a_result_is_given_again_until_it_is_too_old(clock: Callable[[], float], now: list[float]) -> None:
    told = Told()
    client = teller(account(clock=clock), told)
    first = client.remember(of="x")
    now[0] += 3599
    assert client.remember(of="x") == first
    assert client.remember(of="y").value.text == "y 2"
    now[0] += 1
    assert client.remember(of="x").value.text == "x 3"
    assert told.asked == 3


def test_how_long_depends_on_the_result(clock: Callable[[], float], now: list[float]) -> None:
    told = Told()
    client = teller(account(clock=clock), told)
    client.remember(of="nothing")
    now[0] += 61
    client.remember(of="nothing")
    assert told.asked == 2


def test_200_threads_that_want_the_same_make_one_call(clock: Callable[[], float]) -> None:
    told = Told(slow_s=0.1)
    client = teller(account(clock=clock), told)
    with ThreadPoolExecutor(200) as threads:
        found = list(threads.map(lambda _: client.remember(of="x").value.text, range(200)))
    assert (set(found), told.asked) == ({"x 1"}, 1)


async def test_200_tasks_that_want_the_same_make_one_call(clock: Callable[[], float]) -> None:
    told = Told()
    client = ateller(account(clock=clock), told)
    found = await asyncio.gather(*(client.remember(of="x") for _ in range(200)))
    assert ({one.value.text for one in found}, told.asked) == ({"x 1"}, 1)


def test_who_waited_gets_the_error_too_and_the_next_one_asks_again(clock: Callable[[], float]) -> None:
    told = Told(status=400, slow_s=0.2)
    client = teller(account(clock=clock), told)
    with ThreadPoolExecutor(20) as threads:
        waiting = [threads.submit(client.remember, of="x") for _ in range(20)]
        assert all(one.exception() is not None for one in waiting)
    assert told.asked == 1
    told.status = 200
    assert client.remember(of="x").value.text == "x 2"


async def test_when_the_one_who_asks_gives_up_another_asks(clock: Callable[[], float]) -> None:
    told = Told()
    client = ateller(account(clock=clock), told)
    first = asyncio.create_task(client.remember(of="x"))
    second = asyncio.create_task(client.remember(of="x"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).value.text.startswith("x ")


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_an_old_result_stands_in_for_an_error_as_long_as_the_caller_allows(
    clock: Callable[[], float], now: list[float], colour: str
) -> None:
    told = Told()
    here = account(clock=clock)
    blocking, awaited = teller(here, told), ateller(here, told)

    async def ask() -> Any:
        if colour == "sync":
            return blocking.remember(of="x", stale_s=86_400)
        return await awaited.remember(of="x", stale_s=86_400)

    first = await ask()
    told.status, now[0] = 400, now[0] + 3601
    stale = await ask()
    assert (stale.value, stale.since, type(stale.instead_of).__name__) == (
        first.value,
        first.since,
        "InvalidRequestError",
    )
    now[0] += 86_400
    with pytest.raises(Exception, match="status 400"):
        await ask()


def test_what_is_kept_can_be_forgotten_by_its_prefix(clock: Callable[[], float]) -> None:
    told = Told()
    here = account(clock=clock)
    client = teller(here, told)
    client.remember(of="x"), client.remember(of="y")
    assert (here.keep.clear("other_"), here.keep.clear("tale_")) == (0, 2)
    client.remember(of="x")
    assert told.asked == 3


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_another_process_finds_it_in_redis_and_clearing_forgets_it_there(redis_url: str, colour: str) -> None:
    told, of = Told(), f"shared-{uuid.uuid4()}"
    first = account(clock=time.time, shared=RedisShared(redis_url))
    second = account(clock=time.time, shared=RedisShared(redis_url))
    if colour == "sync":
        texts = [teller(here, told).remember(of=of).value.text for here in (first, second)]
    else:
        texts = [(await ateller(here, told).remember(of=of)).value.text for here in (first, second)]
    assert (texts, told.asked) == ([f"{of} 1"] * 2, 1)
    assert account(clock=time.time, shared=RedisShared(redis_url)).keep.clear(f"tale_{of}") == 1
    third = account(clock=time.time, shared=RedisShared(redis_url))
    teller(third, told).remember(of=of)
    assert told.asked == 2


def _ask_100_times(url: str, of: str, start: Any, asked: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        with asked.get_lock():
            asked.value += 1
        threading.Event().wait(0.3)
        return httpx.Response(200, json={"text": of})

    client: Teller = teller(account(clock=time.time, shared=RedisShared(url)), answer)
    start.wait(30)
    with ThreadPoolExecutor(100) as threads:
        found = list(threads.map(lambda _: client.remember(of=of).value.text, range(100)))
    assert set(found) == {of}


def test_two_processes_that_want_the_same_make_one_call(redis_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, asked = spawn.Barrier(2), spawn.Value("i", 0)
    of = f"two-{uuid.uuid4()}"
    processes = [spawn.Process(target=_ask_100_times, args=(redis_url, of, start, asked)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert ([process.exitcode for process in processes], asked.value) == ([0, 0], 1)


def test_without_redis_it_goes_on_alone(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    client = teller(account(clock=time.time, shared=RedisShared("redis://127.0.0.1:9/0")), told)
    assert client.remember(of="x") == client.remember(of="x")
    assert told.asked == 1
    assert "kept results are not shared" in caplog.text


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_an_error_is_not_left_in_redis(redis_url: str, colour: str) -> None:
    told, of = Told(status=503), f"error-{uuid.uuid4()}"
    for status in (503, 200):
        told.status = status
        here = account(clock=time.time, shared=RedisShared(redis_url))
        client, awaited = (
            teller(here, told).with_options(max_retries=0),
            ateller(here, told).with_options(max_retries=0),
        )
        if status == 503:
            with pytest.raises(UnavailableError):
                _ = client.remember(of=of) if colour == "sync" else await awaited.remember(of=of)
        else:
            found = client.remember(of=of) if colour == "sync" else await awaited.remember(of=of)
            assert found.value.text == f"{of} 2"


@dataclass
class Slow(Call[Tale]):
    """Gives its answer when it is let."""

    gate: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def run(self, sender: Sender) -> Tale:
        del sender
        self.asked += 1
        assert self.gate.wait(30)
        return Tale(text=f"x {self.asked}")

    async def arun(self, sender: AsyncSender) -> Tale:
        return await asyncio.to_thread(self.run, sender)  # type: ignore[arg-type]  # nobody is sent anything

    def labelled(self, provider: str, operation: str) -> "Slow":
        del provider, operation
        return self


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_who_waits_long_enough_goes_without_and_the_answer_is_kept_for_the_next(
    clock: Callable[[], float], now: list[float], colour: str
) -> None:
    here, slow = account(clock=clock), Slow()
    blocking, awaited = teller(here, Told()), ateller(here, Told())

    async def ask(patience_s: float) -> Any:
        cached = Cached(
            slow,
            "slow",
            TALES,
            fresh_s=lambda _: 3600,
            stale_s=lambda _: 86_400,
            patience_s=patience_s,
            provider="teller",
            operation="remember",
        )
        return blocking.perform(cached) if colour == "sync" else await awaited.perform(cached)

    with pytest.raises(
        DeadlineExceededError, match=r"teller remember: no answer within 0\.01 s; it is still asked for"
    ):
        await ask(0.01)
    slow.gate.set()
    assert ((await ask(30)).value.text, slow.asked) == ("x 1", 1)
    now[0] += 3601
    slow.gate.clear()
    stale = await ask(0.01)
    assert (stale.value.text, type(stale.instead_of)) == ("x 1", DeadlineExceededError)
    slow.gate.set()
    assert ((await ask(30)).value.text, slow.asked) == ("x 2", 2)


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_within_the_time_an_error_is_told_as_it_is(clock: Callable[[], float], colour: str) -> None:
    here, told = account(clock=clock), Told(status=400)

    async def ask() -> Any:
        if colour == "sync":
            return teller(here, told).remember(of="x", patience_s=30)
        return await ateller(here, told).remember(of="x", patience_s=30)

    with pytest.raises(InvalidRequestError):
        await ask()


async def test_who_gives_up_waiting_ends_what_is_done_for_them() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(await_for(30, work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait_for(ended.wait(), 30)


async def test_what_goes_on_and_fails_tells_nobody(caplog: pytest.LogCaptureFixture) -> None:
    gate = asyncio.Event()

    async def fail() -> None:
        await gate.wait()
        raise ValueError("too late")

    with pytest.raises(TimeoutError):
        await await_for(0.001, fail())
    gate.set()
    await asyncio.sleep(0.01)
    gc.collect()
    assert caplog.records == []
