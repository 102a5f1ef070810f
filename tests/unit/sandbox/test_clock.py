"""The sandbox's clock."""

import asyncio

from ace_integrations.sandbox.clock import Clock


async def test_moving_the_clock_waits_for_the_task_that_is_under_way():
    clock, done = Clock(), []
    started, allowed = asyncio.Event(), asyncio.Event()

    async def slow():
        started.set()
        await allowed.wait()
        done.append("slow")

    async def quick():
        done.append("quick")

    running = asyncio.create_task(clock.run())
    clock.later(0, slow)
    await started.wait()
    clock.later(0, quick)
    moving = asyncio.create_task(clock.advance(0))
    await asyncio.sleep(0)
    allowed.set()
    await moving
    running.cancel()
    assert done == ["slow", "quick"]


async def test_what_falls_due_on_the_way_happens_in_order_at_its_own_time():
    clock, seen = Clock(), []

    async def note():
        seen.append(round(clock.now() - start))

    start = clock.now()
    clock.later(240, note)
    clock.later(60, note)
    assert await clock.advance(300) == 2
    assert seen == [60, 240]
