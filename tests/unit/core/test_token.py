"""A bearer token is asked for once by all who need it, used to its end, and asked for anew when it is refused."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import SecretStr
from tests.lender import LIFE_S, SERVICE, AsyncLender, Lender, LenderSettings, LenderTwin

from ace_integrations import AuthenticationError, UnavailableError
from ace_integrations.core import Account, Connection, Options
from ace_integrations.core.shared import RedisShared, Shared
from ace_integrations.core.token import EARLY_S
from ace_integrations.sandbox import RunningSandbox, start


@pytest.fixture(scope="module")
def _server() -> Iterator[RunningSandbox]:
    with start(twins=[LenderTwin]) as running:
        yield running


@pytest.fixture
def sandbox(_server: RunningSandbox) -> RunningSandbox:
    _server.control.reset()
    return _server


@pytest.fixture
def settings(sandbox: RunningSandbox) -> LenderSettings:
    return LenderSettings().in_sandbox(sandbox.url)


def counts(sandbox: RunningSandbox) -> dict[str, int]:
    counted: dict[str, int] = sandbox.control.get("lender/counts")
    return counted


def lender(settings: LenderSettings, sandbox: RunningSandbox, shared: Shared | None = None) -> Lender:
    """Give a client whose clock is the sandbox's."""
    account = Account(SERVICE, settings, defaults=Options(30.0, 2), clock=sandbox.control.now, shared=shared)
    return Lender.on(Connection(account))


def test_a_token_serves_until_shortly_before_its_end(settings: LenderSettings, sandbox: RunningSandbox) -> None:
    client = lender(settings, sandbox)
    for _ in range(3):
        client.look()
    assert counts(sandbox) == {"asked": 1, "calls": 3, "acts": 0}
    sandbox.control.advance(LIFE_S - EARLY_S - 30)
    client.look()
    assert counts(sandbox)["asked"] == 1
    sandbox.control.advance(60)
    client.look()
    assert counts(sandbox) == {"asked": 2, "calls": 5, "acts": 0}


def test_a_hundred_threads_at_expiry_make_one_request_for_a_token(
    settings: LenderSettings, sandbox: RunningSandbox
) -> None:
    client = lender(settings, sandbox)
    client.look()
    sandbox.control.advance(LIFE_S)
    with ThreadPoolExecutor(100) as threads:
        list(threads.map(lambda _: client.look(), range(100)))
    assert counts(sandbox) == {"asked": 2, "calls": 101, "acts": 0}


async def test_a_thousand_tasks_make_one_request_for_a_token(settings: LenderSettings, sandbox: RunningSandbox) -> None:
    async with AsyncLender(settings) as client:
        await asyncio.gather(*(client.look() for _ in range(1000)))
    assert counts(sandbox) == {"asked": 1, "calls": 1000, "acts": 0}


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_revoked_token_is_asked_for_anew_and_the_call_done_once(
    colour: str, retries: int, settings: LenderSettings, sandbox: RunningSandbox
) -> None:
    if colour == "sync":
        with Lender(settings, max_retries=retries) as client:
            await asyncio.to_thread(client.act)
            sandbox.control.post("lender/revoke")
            await asyncio.to_thread(client.act)
    else:
        async with AsyncLender(settings, max_retries=retries) as awaited:
            await awaited.act()
            sandbox.control.post("lender/revoke")
            await awaited.act()
    assert counts(sandbox) == {"asked": 2, "calls": 2, "acts": 2}


def test_a_call_that_is_refused_with_a_fresh_token_too_is_not_tried_for_ever(
    settings: LenderSettings, sandbox: RunningSandbox
) -> None:
    sandbox.control.fail("status", provider="lender", operation="look", status=401, times=None)
    with Lender(settings) as client, pytest.raises(AuthenticationError) as refused:
        client.look()
    assert (refused.value.operation, counts(sandbox)["asked"]) == ("look", 2)


def test_while_no_token_is_to_be_had_nothing_is_sent(settings: LenderSettings, sandbox: RunningSandbox) -> None:
    sandbox.control.fail("status", provider="lender", operation="token", status=503, times=None)
    with Lender(settings, max_retries=0) as client, pytest.raises(UnavailableError) as failed:
        client.act()
    assert (failed.value.operation, counts(sandbox)["acts"]) == ("token", 0)
    sandbox.control.clear_faults()


async def test_a_cancelled_asker_hands_over_to_the_next(settings: LenderSettings, sandbox: RunningSandbox) -> None:
    sandbox.control.fail("latency", provider="lender", operation="token", seconds=0.3)
    async with AsyncLender(settings) as client:
        first = asyncio.create_task(client.look())
        others = [asyncio.create_task(client.look()) for _ in range(5)]
        while sandbox.control.get("faults")["rules"]:  # noqa: ASYNC110 - the sandbox is another thread
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(*others)
        with pytest.raises(asyncio.CancelledError):
            await first
        # What was cancelled here is still on its way there, and must not be counted by the next test.
        while len(sandbox.control.journal(provider="lender", operation="token")) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert counts(sandbox)["calls"] == 5


class BrokenPlace:
    """A shared place that is down."""

    def get(self, key: str) -> bytes | None:
        raise ConnectionError("down")

    def put(self, key: str, value: bytes, *, seconds: int) -> None:
        raise ConnectionError("down")


def test_processes_find_each_others_token_in_redis(
    settings: LenderSettings, sandbox: RunningSandbox, redis_url: str
) -> None:
    # Another secret is another account: what earlier tests left in the same Redis is not this one's.
    other = settings.model_copy(update={"secret": SecretStr(f"sandbox-lender-{time.time_ns()}")})
    for _ in range(3):
        lender(other, sandbox, RedisShared(redis_url)).look()
    assert counts(sandbox)["asked"] == 1
    sandbox.control.post("lender/revoke")
    lender(other, sandbox, RedisShared(redis_url)).look()
    assert counts(sandbox)["asked"] == 2


def test_without_the_shared_place_each_process_asks_for_its_own(
    settings: LenderSettings, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    lender(settings, sandbox, BrokenPlace()).look()
    assert counts(sandbox)["calls"] == 1
    assert "cannot be read" in caplog.text
    assert "lent-" not in caplog.text


def test_no_token_shows_in_what_is_printed(settings: LenderSettings, sandbox: RunningSandbox) -> None:
    client: Any = lender(settings, sandbox)
    client.look()
    printed = f"{client!r} {client._sender!r} {client._sender.connection('').account.tokens!r} {os.environ}"
    assert "lent-1" not in printed
