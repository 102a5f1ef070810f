"""The example platform in processes that kill themselves at one point, forked from one that has imported everything.

Reads a line of JSON for each process: sandbox, folder, port, point. Answers with its id and address, and when it has
ended with the signal or status that it ended by. A point is `function:when`, or `function:when:word` for a call whose
arguments hold that word; `when` is before or after, and the first such call ends the process with SIGKILL.
"""

import functools
import importlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from examples.fastapi_platform import accounts, identity, paying, payments, refunds
from examples.fastapi_platform import app as application
from examples.fastapi_platform.chores import OF_ALL, OF_EACH_PROCESS
from examples.shared.demonstration import listening

from ace_integrations import AsyncAce, Settings
from ace_integrations.contrib.sqlalchemy import AsyncSqlMailQueue, AsyncSqlStore
from ace_integrations.hooks import plugins
from ace_integrations.sandbox.server import join_or_start

HOLDERS: dict[str, Any] = {
    "accounts": accounts,
    "identity": identity,
    "paying": paying,
    "payments": payments,
    "refunds": refunds,
    "mails": AsyncSqlMailQueue,
    "store": AsyncSqlStore,
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], when: str, word: str) -> Callable[..., Any]:
    """Give the function with a death before it or after it."""

    @functools.wraps(function)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        is_meant = word in repr(arguments)
        if is_meant and when == "before":
            die()
        result = await function(*arguments, **named)
        if is_meant:
            die()
        return result

    return wrapped


def dying_work(work: Callable[..., Any], when: str, word: str) -> Callable[..., Any]:
    """Give the event's transaction with a death before its commit or after it; the effects are written in both."""

    @asynccontextmanager
    async def wrapped(store: Any, claim: Any) -> AsyncGenerator[Any]:
        is_meant = word in repr(claim)
        async with work(store, claim) as session:
            yield session
            if is_meant and when == "before":
                await session.flush()
                die()
        if is_meant:
            die()

    return wrapped


def plant(point: str) -> None:
    name, when, word = [*point.split(":"), ""][:3]
    holder, _, function = name.partition(".")
    wrap = dying_work if name == "store.work" else dying
    setattr(HOLDERS[holder], function, wrap(getattr(HOLDERS[holder], function), when, word))


def run(sandbox: str, folder: str, port: int, point: str) -> None:
    """Be the platform until told to end, or until the point is reached."""
    if point:
        plant(point)
    os.environ["ACE_SANDBOX_URL"] = sandbox
    control = join_or_start().control
    ace = AsyncAce(Settings(sandbox_url=sandbox, payments=("stripe", "paypal")), clock=control.now)
    with listening(port) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        url = f"sqlite+aiosqlite:///{Path(folder) / 'platform.sqlite3'}"
        quick = [replace(one, every_s=0.1) for one in (*OF_ALL, *OF_EACH_PROCESS)]
        app = application.create_app(ace, database_url=url, origin=origin, clock=control.now, chores=quick)
        server = _Announcing(uvicorn.Config(app, log_level="critical", access_log=False))
        server.origin = origin
        server.run(sockets=[taken])


class _Announcing(uvicorn.Server):
    """Says where it is as soon as it answers."""

    origin = ""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        say(f"{os.getpid()} {self.origin}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


LAZY = (
    "ace_integrations.payments.stripe.sdk",
    "aiosqlite",
    "css_inline",
    "httpx_aiohttp",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)


def import_everything() -> None:
    """Import what is imported on first use too, or each of forty processes would do so for a second."""
    for provider in plugins().providers.values():
        for attribute in ("settings", "build", "service", "webhooks", "prices"):
            provider.load(attribute)
    for name in LAZY:
        importlib.import_module(name)


def main(be: Callable[..., None]) -> None:
    """Fork a process for each line, which is the platform until it dies."""
    import_everything()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            be(*json.loads(line))
            os._exit(0)
        say(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


if __name__ == "__main__":
    main(run)
