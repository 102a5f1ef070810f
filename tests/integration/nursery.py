"""Worker processes of a platform, forked from one that has imported everything, and killed when told to.

`python -m tests.integration.nursery <platform> <listening socket> <clock>` reads a line for each thing to do, and
answers with one: `web`, `celery` or `beat` starts a process and gives its id; `kill <id>` ends it with all that it
forked, and gives what ended it; `bereave <id>` ends what it forked only, and gives how many those were. When its own
input ends, so do they all.
"""

import importlib
import mmap
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

OFFSET = struct.Struct("d")
"""What the clock's file holds: seconds that it goes before this machine's."""


def clock_of(file: Path) -> Callable[[], float]:
    """Give the clock that all processes go by: Unix seconds, moved by whoever writes its file."""
    with file.open("rb") as opened:
        held = mmap.mmap(opened.fileno(), OFFSET.size, access=mmap.ACCESS_READ)
    return lambda: time.time() + float(OFFSET.unpack(held)[0])


class FastapiWorkers:
    """What a process of the FastAPI platform does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        from examples.fastapi_platform import app, celery

        self._clock = clock
        self._application = app
        self._celery = celery

    def web(self, listening: socket.socket) -> None:
        import uvicorn

        config = uvicorn.Config(self._create(), log_level="error", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])

    def celery(self) -> Any:
        self._celery.create_app = self._create  # type: ignore[assignment]  # the same with this clock
        return self._celery.app

    def _create(self, **options: Any) -> Any:
        return self._application.create_app(clock=self._clock, **options)


class DjangoWorkers:
    """What a process of the Django platform does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "examples.django_platform.settings"
        django.setup()
        from examples.django_platform import services, serving

        services._clock = lambda _: clock  # as where a demonstration looks at the sandbox's
        # Its chores take the clock when they are made.
        self._celery = importlib.import_module("examples.django_platform.celery")
        importlib.import_module("examples.django_platform.urls")
        self._serving = serving

    def web(self, listening: socket.socket) -> None:
        self._serving.serve(listening, until=threading.Event())

    def celery(self) -> Any:
        return self._celery.app


PLATFORMS = {"fastapi": FastapiWorkers, "django": DjangoWorkers}
LAZY = (
    "asyncpg",
    "psycopg",
    "css_inline",
    "httpx_aiohttp",
    "celery.bin.worker",
    "celery.bin.beat",
    "kombu.transport.redis",
)
"""What is imported on first use only, or each process would do so for a second."""


def be(workers: FastapiWorkers | DjangoWorkers, what: str, listening: socket.socket) -> None:
    """Be one process until it is killed."""
    if what == "web":
        workers.web(listening)
        return
    app = workers.celery()
    if what == "celery":
        alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        app.worker_main(["worker", "--concurrency=1", f"--hostname=w{os.getpid()}@%h", "--loglevel=ERROR", *alone])
    else:
        app.start(["beat", "--schedule", "beat", "--pidfile=", "--loglevel=ERROR"])


def start(workers: FastapiWorkers | DjangoWorkers, what: str, listening: socket.socket) -> int:
    """Fork a process at the head of a group of its own."""
    if child := os.fork():
        return child
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # What it prints is no answer of the nursery's.
    os.dup2(2, 1)
    try:
        be(workers, what, listening)
    finally:
        os._exit(1)


def kill(process: int) -> int:
    """End a process and its group, and wait for it; give the signal that ended it, negative, or its own status."""
    # Not waited for before, so its id is still its own.
    os.killpg(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def bereave(process: int) -> int:
    """End what a process forked, as the kernel does when memory runs short; give how many those were."""
    ended = 0
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        with suppress(ProcessLookupError):
            # Of its group: the number was not given to another meanwhile.
            if os.getpgid(int(child)) == process:
                os.kill(int(child), signal.SIGKILL)
                ended += 1
    return ended


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(platform: str, descriptor: str, clock: str) -> None:
    workers = PLATFORMS[platform](clock_of(Path(clock)))
    for name in LAZY:
        importlib.import_module(name)
    listening, running = socket.socket(fileno=int(descriptor)), set[int]()
    say("ready")
    for line in sys.stdin:
        match line.split():
            case ["kill", process]:
                running.discard(int(process))
                say(kill(int(process)))
            case ["bereave", process]:
                say(bereave(int(process)))
            case [what]:
                running.add(started := start(workers, what, listening))
                say(started)
    for process in running:
        kill(process)


if __name__ == "__main__":
    main(*sys.argv[1:])
