"""The example platform as a process that kills itself at one point; arguments: sandbox, folder, port, point.

A point is `module.function:before` or `:after`: the first call of it ends the process with SIGKILL.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from examples.fastapi_platform import app as application
from examples.fastapi_platform import identity, outbox, payments
from examples.fastapi_platform.demo import listening

from ace_integrations import AsyncAce, Settings
from ace_integrations.sandbox.server import join_or_start

MODULES = {"identity": identity, "payments": payments, "outbox": outbox}


def dying(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await function(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def plant(point: str) -> None:
    name, _, when = point.partition(":")
    module, *path, function = name.split(".")
    holder: Any = MODULES[module]
    for part in path:
        holder = getattr(holder, part)
    setattr(holder, function, dying(getattr(holder, function), when))


def main(url: str, folder: Path, port: int, point: str) -> None:
    if point:
        plant(point)
    os.environ["ACE_SANDBOX_URL"] = url
    control = join_or_start().control
    ace = AsyncAce(Settings(sandbox_url=url), clock=control.now)
    with listening(port) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        made = application.create_app(
            ace, database_url=f"sqlite+aiosqlite:///{folder / 'platform.sqlite3'}", origin=origin, clock=control.now
        )
        server = _Announcing(uvicorn.Config(made, log_level="critical", access_log=False))
        server.origin = origin
        server.run(sockets=[taken])


class _Announcing(uvicorn.Server):
    """Says where it is as soon as it answers."""

    origin = ""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(f"{self.origin}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "")
