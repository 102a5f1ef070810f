"""Rows that take turns, and how their ratios are shown."""

import asyncio
import gc
import math
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

ROUNDS, CALLS = 25, 60

Row = tuple[str, Callable[[], object]]


def compare(*rows: Row, calls: int = CALLS, rounds: int = ROUNDS) -> None:
    """Print the microseconds of CPU of one call in each row, and the ratio to the first.

    The rows take turns, and each one's best round counts: what the machine does beside slows rounds, and never one row.
    """
    best = [math.inf] * len(rows)
    for _ in range(rounds):
        for at, (_, do) in enumerate(rows):
            gc.collect()
            began = time.process_time()
            for _ in range(calls):
                do()
            best[at] = min(best[at], (time.process_time() - began) / calls * 1e6)
    show([name for name, _ in rows], best)


def acompare(*rows: tuple[str, Callable[[], Awaitable[object]]], together: int = 100) -> None:
    """Print the same of one call among many awaited at once on one loop."""

    async def measured() -> list[float]:
        best = [math.inf] * len(rows)
        for _ in range(ROUNDS):
            for at, (_, do) in enumerate(rows):
                gc.collect()
                began = time.process_time()
                await asyncio.gather(*(do() for _ in range(together)))
                best[at] = min(best[at], (time.process_time() - began) / together * 1e6)
        return best

    show([name for name, _ in rows], asyncio.run(measured()))


def show(names: Sequence[str], best: Sequence[float]) -> None:
    for name, microseconds in zip(names, best, strict=True):
        sys.stdout.write(f"{name:<58}{microseconds:>9.1f} µs{microseconds / best[0]:>8.2f} x\n")
