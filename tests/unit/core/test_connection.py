"""The pipeline against a twin over real sockets, in both colours."""

import asyncio
import gc
import logging
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import httpx2
import pytest
from tests.things import KEY, AsyncThings, ThingCalls, Things, ThingSettings

from ace_integrations import errors
from ace_integrations.core import CallRecord
from ace_integrations.sandbox import RunningSandbox

OPERATIONS: dict[str, dict[str, Any]] = {
    "get_thing": {"thing_id": "1"},
    "ponder": {},
    "put_thing": {"size": 2, "idempotency_key": "k-1"},
    "throw_thing": {"size": 2},
}
FAULTS: dict[str, dict[str, Any]] = {
    "reset_before": {},
    "reset_after": {},
    "timeout_after": {"seconds": 1.0},
    "truncated": {},
    "html": {},
    "bad_json": {},
    "wrong_type": {},
    "large": {},
    "redirect": {},
    "drip": {"seconds": 0.2},
    "status-429": {"status": 429, "retry_after": "0"},
    "status-500": {"status": 500},
    "status-503": {"status": 503},
}

Caller = Callable[..., Awaitable[Any]]
DEADLINE_S = 0.6
"""Of the tests that measure time; the others have the client's own, since the machine may be busy."""


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, settings: ThingSettings) -> Caller:
    """Send one operation by name, in one colour; give the result or the error."""

    async def sync(name: str, **options: Any) -> Any:
        with Things(settings, **options) as client:
            return await asyncio.to_thread(_outcome, getattr(client, name), OPERATIONS[name])

    async def awaited(name: str, **options: Any) -> Any:
        async with AsyncThings(settings, **options) as client:
            try:
                return await getattr(client, name)(**OPERATIONS[name])
            except errors.AceError as error:
                return error

    return sync if request.param == "sync" else awaited


def _outcome(send: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    try:
        return send(**arguments)
    except errors.AceError as error:
        return error


@pytest.mark.punctual
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", OPERATIONS)
async def test_one_fault_gives_a_right_retry_or_a_typed_error_and_never_a_second_effect(
    call: Caller, twin: RunningSandbox, name: str, fault: str
) -> None:
    twin.control.fail(fault.partition("-")[0], provider="things", times=1, **FAULTS[fault])
    started = time.monotonic()
    outcome = await call(name, timeout=DEADLINE_S)
    assert isinstance(outcome, errors.ProviderError) or outcome.size in (2, 3)
    assert time.monotonic() - started < DEADLINE_S + 0.5
    assert twin.control.get("things/made")["made"] <= 1


@pytest.mark.parametrize("name", ["get_thing", "put_thing"])
@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "truncated", "bad_json", "status-500", "status-429"])
async def test_a_repeatable_call_succeeds_after_one_passing_fault(
    call: Caller, twin: RunningSandbox, name: str, fault: str
) -> None:
    twin.control.fail(fault.partition("-")[0], provider="things", times=1, **FAULTS[fault])
    assert (await call(name)).size in (2, 3)


@pytest.mark.parametrize("fault", ["reset_after", "truncated", "bad_json", "html", "status-500"])
async def test_an_unsafe_write_of_unknown_outcome_is_said_to_be_unknown_and_not_repeated(
    call: Caller, twin: RunningSandbox, fault: str
) -> None:
    twin.control.fail(fault.partition("-")[0], provider="things", times=None, **FAULTS[fault])
    assert type(await call("throw_thing")) is errors.OutcomeUnknownError
    assert len(twin.control.journal(operation="throw_thing")) == 1


async def test_three_tries_and_no_more(call: Caller, twin: RunningSandbox) -> None:
    twin.control.fail("status", provider="things", times=None, status=503)
    outcome = await call("get_thing")
    assert (type(outcome), outcome.status, outcome.provider, outcome.operation) == (
        errors.UnavailableError,
        503,
        "things",
        "get_thing",
    )
    assert len(twin.control.journal(operation="get_thing")) == 3


async def test_max_retries_zero_sends_once(call: Caller, twin: RunningSandbox) -> None:
    twin.control.fail("status", provider="things", times=None, status=503)
    await call("get_thing", max_retries=0)
    assert len(twin.control.journal(operation="get_thing")) == 1


@pytest.mark.punctual
async def test_a_wait_beyond_the_deadline_is_told_and_not_slept(call: Caller, twin: RunningSandbox) -> None:
    twin.control.fail("status", provider="things", times=None, status=429, retry_after="3600")
    started = time.monotonic()
    outcome = await call("get_thing", timeout=DEADLINE_S)
    assert (type(outcome), outcome.retry_after) == (errors.RateLimitedError, 3600.0)
    assert time.monotonic() - started < 0.5


async def test_nothing_listening_is_a_connection_error_that_says_nothing_was_sent() -> None:
    settings = ThingSettings(key="k-123456").in_sandbox("http://127.0.0.1:9")
    with Things(settings) as client, pytest.raises(errors.ConnectionFailedError, match="nothing was sent"):
        client.throw_thing(size=1)
    async with AsyncThings(settings) as client:
        with pytest.raises(errors.ConnectionFailedError, match="nothing was sent"):
            await client.throw_thing(size=1)


@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_an_injected_client_of_either_library_is_used_and_its_errors_are_ours(
    library: Any, settings: ThingSettings, twin: RunningSandbox
) -> None:
    with library.Client() as http:
        assert Things(settings, http=http).get_thing(thing_id="1").size == 3
        twin.control.fail("reset_after", provider="things", times=None)
        with pytest.raises(errors.OutcomeUnknownError):
            Things(settings, http=http).throw_thing(size=1)
    twin.control.clear_faults()
    async with library.AsyncClient() as http:
        assert (await AsyncThings(settings, http=http).get_thing(thing_id="1")).size == 3


def test_the_raw_answer_is_reachable(things: Things) -> None:
    replied = things.perform(ThingCalls().get_thing(thing_id="1").map(lambda thing: thing.size).with_reply())
    assert (replied.value, replied.reply.status, replied.reply.request_id) == (3, 200, "req_7")


async def test_any_request_can_be_sent(things: Things, async_things: AsyncThings) -> None:
    reply = things.request("delete", "/echo", query={"a": "1"})
    assert reply.body == b'{"method":"DELETE","query":"a=1","body":""}'
    again = await async_things.request("POST", "/echo", form={"to": ["a", "b"]})
    assert b'"body":"to=a&to=b"' in again.body


def test_options_change_one_client_and_share_its_connections(things: Things, twin: RunningSandbox) -> None:
    twin.control.fail("latency", provider="things", seconds=0.5, times=1)
    with pytest.raises(errors.DeadlineExceededError):
        things.with_options(timeout=0.1, max_retries=0).get_thing(thing_id="1")
    assert things.get_thing(thing_id="1").size == 3


class Seen:
    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    def before_call(self, record: CallRecord) -> None:
        self.records.append(record)

    def after_call(self, record: CallRecord) -> None:
        self.records.append(record)


def test_observers_see_a_call_before_and_after_and_may_forbid_it(settings: ThingSettings, twin: RunningSandbox) -> None:
    seen = Seen()
    with Things(settings, observer=seen) as client:
        client.get_thing(thing_id="secret-id")
        before, after = seen.records
        assert (before.operation, before.attempts, after.status, after.attempts) == ("get_thing", 0, 200, 1)
        assert "secret-id" not in repr(after)

    class Forbids(Seen):
        def before_call(self, record: CallRecord) -> None:
            raise errors.OverloadedError("the budget is spent")

    with Things(settings, observer=Forbids()) as client, pytest.raises(errors.OverloadedError):
        client.get_thing(thing_id="1")
    assert len(twin.control.journal(operation="get_thing")) == 1


def test_a_call_is_one_log_record_and_no_address_or_key_is_in_any(
    things: Things, twin: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    things.get_thing(thing_id="lina@example.com")
    twin.control.fail("status", provider="things", times=None, status=500)
    with pytest.raises(errors.UnavailableError):
        things.get_thing(thing_id="lina@example.com")
    ours = [record for record in caplog.records if record.name == "ace_integrations.calls"]
    assert len(ours) == 2
    assert "lina" not in caplog.text
    assert KEY not in caplog.text


def test_a_missing_key_is_an_error_of_the_first_call_that_names_the_variable() -> None:
    client = Things(ThingSettings())
    with pytest.raises(errors.ConfigurationError, match="THINGS_KEY"):
        client.get_thing(thing_id="1")


def test_case_c24_one_async_client_serves_many_event_loops_and_leaks_nothing(
    settings: ThingSettings, recwarn: pytest.WarningsRecorder
) -> None:
    client = AsyncThings(settings)

    async def twice() -> None:
        await client.get_thing(thing_id="1")
        await client.get_thing(thing_id="2")

    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        asyncio.run(twice())
        gc.collect()
    assert [str(warning.message) for warning in recwarn] == []
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_forked_child_opens_its_own_connections(settings: ThingSettings) -> None:
    with Things(settings) as client:
        client.get_thing(thing_id="1")
        child = os.fork()
        if child == 0:
            os._exit(0 if client.get_thing(thing_id="2").size == 3 else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client.get_thing(thing_id="3").size == 3


async def test_cancelled_calls_give_their_connections_back(async_things: AsyncThings, twin: RunningSandbox) -> None:
    twin.control.fail("latency", provider="things", seconds=5, times=None)
    tasks = [asyncio.create_task(async_things.get_thing(thing_id=str(n))) for n in range(150)]
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    twin.control.clear_faults()
    assert (await async_things.get_thing(thing_id="1")).size == 3
    await async_things.aclose()


def test_no_secret_in_any_repr(things: Things, settings: ThingSettings) -> None:
    assert KEY not in f"{things!r} {settings!r} {things._sender.connection('').account!r}"
