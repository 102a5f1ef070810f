"""Waiting for something no longer than some seconds, and letting it go on when that is over."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_going_on: "set[asyncio.Task[Any]]" = set()
"""What nobody waits for any more: an event loop itself holds its tasks only weakly."""


def wait_for(seconds: float, do: Callable[[], T]) -> T:
    """Give what is done in a thread of its own, which goes on when the time is over.

    Raises:
        TimeoutError: it takes longer.
    """
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(do())
        except BaseException as error:  # whatever ends it, it is told to who waits
            future.set_exception(error)

    # A daemon: a process that ends does not wait for it.
    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    return future.result(seconds)


async def await_for(seconds: float, doing: Coroutine[Any, Any, T]) -> T:
    """Give what a task does, which goes on when the time is over; if who waits is cancelled, so is the task.

    Raises:
        TimeoutError: it takes longer.
    """
    task = asyncio.create_task(doing)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not task.done():
        _going_on.add(task)
        task.add_done_callback(_forget)
        raise TimeoutError
    return task.result()


def _forget(task: "asyncio.Task[Any]") -> None:
    _going_on.discard(task)
    if not task.cancelled():
        task.exception()  # seen: nobody is left to be told
