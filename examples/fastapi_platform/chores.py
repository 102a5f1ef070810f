"""What is done again and again beside the requests: by the application itself, or by Celery's workers."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ace_integrations.contrib.sqlalchemy import AsyncSqlUsage
from examples.fastapi_platform import classes, payments, refunds
from examples.fastapi_platform.tables import USAGE
from examples.fastapi_platform.telling import forget_old_news

logger = logging.getLogger("platform")


@dataclass(frozen=True, slots=True)
class AwaitedChore:
    """Something to be done again and again, by any number of processes at once.

    Attributes:
        name: as Celery names its task.
        every_s: seconds between two times.
        do: does what is due now, given the application's state.
    """

    name: str
    every_s: float
    do: Callable[[Any], Awaitable[object]]


@asynccontextmanager
async def beside(state: Any, chores: Iterable[AwaitedChore]) -> AsyncGenerator[None]:
    """Do chores in tasks of their own until the block ends."""
    tasks = [asyncio.create_task(_again_and_again(one, state)) for one in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def keep_usage(state: Any) -> None:
    """Store what this process counted of its calls to the outside services."""
    await AsyncSqlUsage(state.sessions, USAGE).keep(state.ace.usage)


async def _again_and_again(chore: AwaitedChore, state: Any) -> None:
    """Do one; a time that fails is followed by the next."""
    while True:
        await asyncio.sleep(chore.every_s)
        try:
            await chore.do(state)
        except Exception:
            logger.exception("%s failed, and is done again in %s s", chore.name, chore.every_s)


async def _send_mails(state: Any) -> None:
    await state.mails.send_due(state.ace.mail)


async def _tell_browsers(state: Any) -> None:
    if state.events is not None:
        await state.events.send_due(state.ace.realtime)


async def _finish_webhooks(state: Any) -> None:
    """Handle what a killed process left behind."""
    await state.receiver.sweep()


async def _finish_payments(state: Any) -> None:
    """Take up payments that nobody spoke of any more, and refunds whose answer was lost."""
    now = _now(state)
    await payments.look_again(state.ace, state.sessions, now=now)
    await refunds.send_again(state.ace, state.sessions, now=now)


async def _finish_classes(state: Any) -> None:
    """End what nobody ended, close what could not be closed, and forget what is no news any more."""
    now = _now(state)
    await classes.end_overdue(state.ace, state.sessions, now=now, tell=state.tell)
    await classes.close_rooms(state.ace, state.sessions, now=now)
    await forget_old_news(state.sessions, now=now)


async def _erase(state: Any) -> None:
    await state.erasures.run_due(state.ace.privacy)


async def _prune(state: Any) -> None:
    """Forget webhooks that nobody can send again."""
    await state.receiver.store.prune(clock=state.clock)


def _now(state: Any) -> datetime:
    return datetime.fromtimestamp(state.clock(), UTC)


OF_EACH_PROCESS = (AwaitedChore("usage", 5.0, keep_usage),)
"""What no other process can do for this one."""

OF_ALL = (
    AwaitedChore("mails", 0.2, _send_mails),
    AwaitedChore("broadcasts", 0.2, _tell_browsers),
    AwaitedChore("webhooks", 5.0, _finish_webhooks),
    AwaitedChore("payments", 5.0, _finish_payments),
    AwaitedChore("classes", 5.0, _finish_classes),
    AwaitedChore("erasures", 1.0, _erase),
    AwaitedChore("prunes", 3600.0, _prune),
)
"""What waits in the database for whoever comes."""
