"""What is done again and again, by Celery: `celery -A examples.fastapi_platform.celery worker --beat`.

Its pool is Celery's own default, of processes: each opens the platform once, and does one chore at a time.
"""

import asyncio
import os
from functools import cache, partial
from typing import Any

from celery import Celery
from celery.signals import worker_process_shutdown

from ace_integrations.contrib.celery import register
from ace_integrations.contrib.relay import Chore
from examples.fastapi_platform.app import create_app
from examples.fastapi_platform.chores import OF_ALL, OF_EACH_PROCESS, AwaitedChore


class Opened:
    """The platform of one process, with a loop that runs while a chore is done."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        platform = create_app(chores=())
        self._lifespan = platform.router.lifespan_context(platform)
        self._runner.run(self._lifespan.__aenter__())
        self._state = platform.state

    def do(self, chore: AwaitedChore) -> None:
        """Do what is due now."""
        self._runner.run(self._done(chore))

    def close(self) -> None:
        """Store what was counted, and close the connections."""
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    async def _done(self, chore: AwaitedChore) -> None:
        await chore.do(self._state)


@cache
def here() -> Opened:
    """Open the platform at the first chore: after the fork, since processes share no connections."""
    return Opened()


def do(chore: AwaitedChore) -> None:
    here().do(chore)


@worker_process_shutdown.connect
def _close(**_: Any) -> None:
    if here.cache_info().currsize:
        here().close()


app = Celery("platform", broker=os.environ.get("CELERY_BROKER_URL"))
register(app, [Chore(one.name, one.every_s, partial(do, one)) for one in (*OF_ALL, *OF_EACH_PROCESS)])
