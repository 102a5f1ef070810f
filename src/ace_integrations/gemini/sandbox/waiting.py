"""Let the sandbox's time pass before an answer, as long as the caller waits."""

import asyncio

from starlette.requests import Request

from ace_integrations.gemini.sandbox import refusals
from ace_integrations.sandbox.clock import Clock


async def wait(clock: Clock, request: Request, seconds: float) -> None:
    """Let some seconds pass.

    Raises:
        RefusedError: the caller said that it waits less, and that much has passed; or it left meanwhile.
    """
    patience = _seconds(request.headers.get("x-server-timeout", ""))
    if seconds > 0:
        await _pass(clock, request, min(seconds, patience))
    if seconds > patience:
        raise refusals.too_late()


async def _pass(clock: Clock, request: Request, seconds: float) -> None:
    over = asyncio.Event()

    async def end() -> None:
        over.set()

    clock.later(seconds, end)
    # With the body read, all that can still come is that the caller leaves.
    await request.body()
    passed, left = asyncio.create_task(over.wait()), asyncio.create_task(_departure(request))
    done, pending = await asyncio.wait((passed, left), return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if passed not in done:
        raise refusals.cancelled()


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _seconds(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdecimal() else float("inf")
