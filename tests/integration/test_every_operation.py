"""Every operation of every provider: the same in both colours, documented, typed, and right under every fault."""

import asyncio
import inspect
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.operations import CLIENTS, WALKS, Walk, ataken, operations_of, settings_of, taken

from ace_integrations import AceError, OutcomeUnknownError, ProviderError
from ace_integrations.core.stream import streaming
from ace_integrations.sandbox import RunningSandbox

DOCS = Path(__file__).parents[2] / "docs" / "providers"

DEADLINE_S = 0.4
SILENCE_S = 0.15
"""The deadline where the service says nothing: such a test lasts as long, and there are hundreds of them."""

FAULTS: dict[str, dict[str, Any]] = {
    "timeout_before": {"seconds": 2 * SILENCE_S},
    "timeout_after": {"seconds": 2 * SILENCE_S},
    "reset_before": {},
    "reset_after": {},
    "status-429": {"status": 429, "retry_after": "0"},
    "status-500": {"status": 500},
    "truncated": {},
    "html": {},
    "large": {},
    "redirect": {},
}
NAMES = [f"{walk.provider}.{walk.name}" for walk in WALKS]


def settings_for(walk: Walk, sandbox: RunningSandbox) -> Any:
    return _settings(WALKS.index(walk), sandbox.url)


@cache
def _settings(position: int, url: str) -> Any:
    return settings_of(WALKS[position], url)


def prepared(walk: Walk, sandbox: RunningSandbox) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Make what the operation needs; let what is under way on the twins' clock happen."""
    with CLIENTS[walk.provider][0](settings_for(walk, sandbox)) as client:
        arguments = walk.prepare(client)
    sandbox.control.advance(5)
    if walk.name in ("update_status", "download_pdf"):
        sandbox.control.post(f"didit/sessions/{arguments[1]['session_id']}/decide", outcome="approve")
    if walk.name == "reauthorize":
        sandbox.control.advance(4 * 86_400)
    return arguments


async def sent(walk: Walk, sandbox: RunningSandbox, colour: str, arguments: Any, **options: Any) -> Any:
    """Send the operation in one colour; give its result or error."""
    blocking, awaited = CLIENTS[walk.provider]
    positional, named = arguments
    if colour == "sync":
        with blocking(settings_for(walk, sandbox), **options) as client:
            return await asyncio.to_thread(_outcome, getattr(client, walk.name), positional, named)
    async with awaited(settings_for(walk, sandbox), **options) as client:
        try:
            return await ataken(getattr(client, walk.name)(*positional, **named))
        except AceError as error:
            return error


def _outcome(send: Any, positional: Any, named: Any) -> Any:
    try:
        return taken(send(*positional, **named))
    except AceError as error:
        return error


def held(walk: Walk, sandbox: RunningSandbox) -> int:
    """Count on the twin what the operation makes."""
    match walk.makes:
        case "":
            return 0
        case "mails":
            return len(sandbox.control.get("mailgun/inbox")["mails"])
        case "sessions":
            return len(sandbox.control.get("didit/sessions")["sessions"])
        case "answers":
            # Paid for: whatever went wrong on the way, no second one is asked for.
            return len(sandbox.control.get("gemini/requests", operation=walk.name)["requests"])
        case "messages":
            return int(sandbox.control.get("pusher/state")["messages"])
    assert sandbox.sandbox is not None
    twin: Any = sandbox.sandbox.twins[walk.provider]
    if walk.provider == "paypal":
        return _held_at_paypal(twin.account, walk.makes)
    if walk.provider == "agora":
        return len(twin.channels.rules)
    if walk.makes == "customers":
        return len(twin.api.customers.held)
    kept = twin.events if walk.makes == "endpoints" else twin.books
    return len(getattr(kept, walk.makes))


def _held_at_paypal(account: Any, what: str) -> int:
    match what:
        case "orders":
            return len(account.orders.all)
        case "webhooks":
            return len(account.events.webhooks())
    return len(getattr(account.payments, what))


def test_every_operation_is_walked() -> None:
    walked = {(walk.provider, walk.name) for walk in WALKS}
    known = {(name, op) for name, (client, _) in CLIENTS.items() for op in operations_of(client)}
    assert known - {(name, "request") for name in CLIENTS} == walked


@pytest.mark.parametrize("name", CLIENTS)
def test_both_colours_have_the_same_operations_signatures_and_results(name: str) -> None:
    blocking, awaited = CLIENTS[name]
    assert operations_of(blocking) == operations_of(awaited)
    for op in operations_of(blocking):
        described = getattr(blocking, op)
        assert inspect.signature(described) == inspect.signature(getattr(awaited, op))
        assert not str(inspect.signature(described).return_annotation).startswith("Call[")
        is_stream = isinstance(described, streaming)
        assert inspect.iscoroutinefunction(getattr(awaited.__new__(awaited), op)) is not is_stream


@pytest.mark.parametrize("walk", WALKS, ids=NAMES)
def test_each_operation_says_what_it_does_and_where_its_facts_stand(walk: Walk) -> None:
    doc = inspect.getdoc(getattr(CLIENTS[walk.provider][0], walk.name)) or ""
    page, _, section = doc.rpartition("Source: ")[2].strip().partition(" §")
    assert doc[0].isupper()
    headings = [line.lstrip("# ") for line in (DOCS / page).read_text().splitlines() if line.startswith("#")]
    assert any(heading.startswith((f"{section}.", f"{section} ")) for heading in headings), f"{page} has no § {section}"


@pytest.mark.parametrize("walk", WALKS, ids=NAMES)
async def test_each_operation_works_in_both_colours(walk: Walk, ace_sandbox: RunningSandbox) -> None:
    results = []
    for colour in ("sync", "async"):
        ace_sandbox.control.reset()
        result = await sent(walk, ace_sandbox, colour, prepared(walk, ace_sandbox))
        assert not isinstance(result, AceError), f"{colour}: {result}"
        results.append(type(result))
    assert results[0] is results[1]


def failing() -> Iterator[Any]:
    """Give every operation under every fault in one colour, as on a chessboard; the other colour is for campaigns.

    So each operation, and each fault, is met in both colours every day.
    """
    for row, walk in enumerate(WALKS):
        for column, fault in enumerate(FAULTS):
            for place, colour in enumerate(("sync", "async")):
                marks = () if (row + column) % 2 == place else (pytest.mark.campaign,)
                yield pytest.param(walk, fault, colour, id=f"{NAMES[row]}-{fault}-{colour}", marks=marks)


@pytest.mark.punctual
@pytest.mark.parametrize(("walk", "fault", "colour"), list(failing()))
async def test_each_operation_under_each_fault_is_right_or_typed_and_never_done_twice(
    walk: Walk, fault: str, colour: str, ace_sandbox: RunningSandbox
) -> None:
    arguments = prepared(walk, ace_sandbox)
    before = held(walk, ace_sandbox)
    ace_sandbox.control.fail(fault.partition("-")[0], provider=walk.provider, times=1, **FAULTS[fault])
    deadline = SILENCE_S if fault.startswith("timeout") else DEADLINE_S
    started = time.monotonic()
    outcome = await sent(walk, ace_sandbox, colour, arguments, timeout=deadline)
    assert time.monotonic() - started < deadline + 0.5
    assert isinstance(outcome, ProviderError) or not isinstance(outcome, BaseException)
    assert held(walk, ace_sandbox) - before <= 1
    if isinstance(outcome, ProviderError) and not isinstance(outcome, OutcomeUnknownError):
        assert outcome.provider == walk.provider
