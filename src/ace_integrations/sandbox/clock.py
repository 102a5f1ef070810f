"""One clock for all twins; it can be moved forward, and what falls due meanwhile happens in order of time."""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Awaitable, Callable

logger = logging.getLogger("ace_integrations.sandbox")

Task = Callable[[], Awaitable[None]]


class Clock:
    """Real time plus what it was moved by."""

    def __init__(self) -> None:
        self.offset_s = 0.0
        self._due: list[tuple[float, int, Task]] = []
        self._order = itertools.count()
        self._wake = asyncio.Event()
        # One task at a time, so that they happen in order and `advance` waits for one that is under way.
        self._running = asyncio.Lock()

    def now(self) -> float:
        """Unix seconds of the sandbox."""
        return time.time() + self.offset_s

    def later(self, delay_s: float, task: Task) -> None:
        """Run a task after some seconds of sandbox time."""
        heapq.heappush(self._due, (self.now() + delay_s, next(self._order), task))
        self._wake.set()

    @property
    def waiting(self) -> list[float]:
        """When the waiting tasks fall due, earliest first."""
        return sorted(when for when, _, _ in self._due)

    async def advance(self, seconds: float) -> int:
        """Move forward, stopping at each task on the way so that it sees its own time; give how many ran."""
        async with self._running:
            target, ran = self.now() + seconds, 0
            while self._due and self._due[0][0] <= target:
                when, _, task = heapq.heappop(self._due)
                self.offset_s += max(0.0, when - self.now())
                await _run(task)
                ran += 1
            self.offset_s += max(0.0, target - self.now())
            return ran

    async def run(self) -> None:
        """Run tasks as they fall due, until cancelled."""
        while True:
            self._wake.clear()
            await self._run_due()
            left = max(0.0, self._due[0][0] - self.now()) if self._due else None
            try:
                await asyncio.wait_for(self._wake.wait(), left)
            except TimeoutError:
                continue

    async def _run_due(self) -> None:
        async with self._running:
            while self._due and self._due[0][0] <= self.now():
                await _run(heapq.heappop(self._due)[2])

    def reset(self) -> None:
        """Go back to real time and forget what was due."""
        self.offset_s = 0.0
        self._due.clear()
        self._wake.set()


async def _run(task: Task) -> None:
    try:
        await task()
    except Exception:
        logger.exception("a scheduled task of the sandbox failed")
