"""A platform as it runs in earnest: two web workers and two of Celery on one database and one Redis, and its beat.

Any of them may be killed at any time. What stands before them stays, as a balancer would: the socket that both web
workers accept from, and outside of all of it the services that they talk to.
"""

import os
import random
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from examples.shared.demonstration import ADMIN, listening, send_webhooks
from tests.integration.nursery import OFFSET
from tests.integration.platforms import ADMIN_PASSWORD, PATIENT, Database, Kind

from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.sandbox.app import Sandbox
from ace_integrations.sandbox.journal import Entry, Journal

ROOT = Path(__file__).parents[2]
WORKERS = ("web-1", "web-2", "celery-1", "celery-2", "beat")
OF_WEB = ("web-1", "web-2")
OF_CELERY = ("celery-1", "celery-2", "child of celery-1", "child of celery-2")
VICTIMS = (*OF_WEB, *OF_CELERY, "beat")
"""Who may be killed: a worker with all that it forked, or the process in which one of Celery's does its tasks."""
OF_CHORES = ("mailgun", "pusher")
"""Services that only chores ask for something."""

DELIVERIES_AT_ONCE = 8
BROKER = 9
"""The number of the Redis database that only these workers use."""


class Nursery:
    """The process that starts and ends workers; see the module `nursery`."""

    def __init__(self, kind: Kind, environment: dict[str, str], taken: socket.socket, folder: Path) -> None:
        self._folder = folder
        self._clock = (folder / "clock").open("wb", buffering=0)
        self.go_by(0.0)
        command = [sys.executable, "-m", "tests.integration.nursery", kind, str(taken.fileno()), str(folder / "clock")]
        with (folder / "workers.log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
                cwd=folder,
                text=True,
                pass_fds=[taken.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._said() == "ready", self.log()

    def start(self, what: str) -> int:
        """Start a process, and give its id."""
        return int(self._told(what))

    def kill(self, process: int) -> int:
        """Kill a process and all that it forked, and give what ended it."""
        return int(self._told(f"kill {process}"))

    def bereave(self, process: int) -> int:
        """Kill what a process forked, and give how many those were."""
        return int(self._told(f"bereave {process}"))

    def go_by(self, offset_s: float) -> None:
        """Say how far the clock of all workers goes before this machine's."""
        # In its place: every worker has this file mapped.
        self._clock.seek(0)
        self._clock.write(OFFSET.pack(offset_s))

    def close(self) -> None:
        """End all of them."""
        self._process.communicate(timeout=60)
        self._clock.close()

    def log(self) -> str:
        """Give what the workers complained of."""
        return (self._folder / "workers.log").read_text()

    def _told(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._said()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class Crew:
    """All workers of a platform, its database, and the services that it uses.

    Attributes:
        url: where the web workers answer.
        kills: how often each worker was killed.
        endings: what ended a worker, where that was not its killer.
    """

    def __init__(self, kind: Kind, nursery: Nursery, running: RunningSandbox, database: Database, url: str) -> None:
        self.kind = kind
        self.url = url
        self.database = database
        self.control = running.control
        assert running.sandbox is not None
        self.sandbox: Sandbox = running.sandbox
        self.sandbox.deliveries.at_once = DELIVERIES_AT_ONCE
        self._listen(self.sandbox.journal)
        self.kills: Counter[str] = Counter()
        self.endings: list[tuple[str, int]] = []
        self._nursery = nursery
        self._processes: dict[str, int] = {}
        self._one_at_a_time = threading.Lock()

    def answered(self, service: str) -> None:
        """Hear that a service did what it was asked for, before whoever asked does; a killer listens here."""

    def start(self) -> Self:
        """Start every worker, all at once."""
        for name in WORKERS:
            self._processes[name] = self._nursery.start(name.partition("-")[0])
        return self

    def kill(self, victim: str) -> None:
        """Kill a worker, and start another in its place at once; what was forked its parent starts again."""
        with self._one_at_a_time:
            child_of, _, name = victim.rpartition(" of ")
            if child_of:
                self.kills[victim] += self._nursery.bereave(self._processes[name])
                return
            ended_by = self._nursery.kill(self._processes[name])
            if ended_by != -9:
                self.endings.append((name, ended_by))
            self.kills[name] += 1
            self._processes[name] = self._nursery.start(name.partition("-")[0])

    def stop(self) -> None:
        """End every worker, as its killer does."""
        with self._one_at_a_time:
            for name, process in self._processes.items():
                if (ended_by := self._nursery.kill(process)) != -9:
                    self.endings.append((name, ended_by))
            self._processes.clear()

    def advance(self, seconds: float) -> None:
        """Move the clock of the services, and then the one of the workers."""
        self.control.advance(seconds)
        self._nursery.go_by(self.sandbox.clock.offset_s)

    def log(self) -> str:
        """Give what the workers complained of."""
        return self._nursery.log()

    def _listen(self, journal: Journal) -> None:
        write = journal.write

        def write_and_tell(**facts: Any) -> Entry:
            entry = write(**facts)
            if entry.kind == "call":
                self.answered(entry.provider)
            return entry

        journal.write = write_and_tell  # type: ignore[method-assign]  # the twins know this journal only


LONGEST_DELAY_S = 0.05
"""About as long as a request takes: the kill may come before it, in the middle of it, or after it."""


class Killer:
    """Kills a worker now and then: while somebody asks, or just when a service did what a worker had asked for.

    Args:
        mean: how many of these moments lie between two kills.
    """

    def __init__(self, crew: Crew, *, seed: int, mean: int) -> None:
        self._crew = crew
        self._random = random.Random(seed)
        self._mean = mean
        self._left = mean
        self._counting = threading.Lock()
        self._is_over = threading.Event()
        self._hand = ThreadPoolExecutor(1)
        self._kills: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._crew.answered = self.note_answer
        return self

    def __exit__(self, *caught: object) -> None:
        del self._crew.answered
        self._is_over.set()
        self._hand.shutdown()
        for kill in self._kills:
            kill.result()

    def note_request(self) -> None:
        """Count a request that somebody is about to send; any worker may die of it."""
        self._count(VICTIMS, LONGEST_DELAY_S)

    def note_answer(self, service: str) -> None:
        """Count what a service did; the worker that asked for it may die before it can note that."""
        self._count(OF_CELERY if service in OF_CHORES else OF_WEB, 0.0)

    def _count(self, victims: Sequence[str], longest_s: float) -> None:
        with self._counting:
            self._left -= 1
            if self._left or self._is_over.is_set():
                return
            self._left = self._random.randint(self._mean // 2, self._mean * 3 // 2)
            victim, delay_s = self._random.choice(victims), self._random.uniform(0, longest_s)
            self._kills.append(self._hand.submit(self._kill, victim, delay_s))

    def _kill(self, victim: str, delay_s: float) -> None:
        self._is_over.wait(delay_s)
        self._crew.kill(victim)


@contextmanager
def crew_on(kind: Kind, database_url: str, redis_url: str, folder: Path) -> Generator[Crew]:
    """Start the services, and a crew on an empty database."""
    broker = f"{redis_url.rpartition('/')[0]}/{BROKER}"
    database = Database(database_url)
    with start() as running, listening(0) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        send_webhooks(running, url)
        environment = {
            "ACE_SANDBOX_URL": running.url,
            "ACE_PAYMENTS": "stripe,paypal",
            "ACE_LIMITS": ",".join(PATIENT),
            "REDIS_URL": broker,
            "CELERY_BROKER_URL": broker,
            "DATABASE_URL": database_url,
            "PLATFORM_URL": url,
            "PLATFORM_ADMIN_EMAIL": ADMIN,
            "PLATFORM_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "PLATFORM_SECRET": "one for all workers",
            "SECRET_KEY": "one for all workers",
        }
        # Whoever asks waits in the queue of this socket, also while both web workers are dead.
        taken.listen(128)
        taken.setblocking(False)
        nursery = Nursery(kind, environment, taken, folder)
        try:
            yield Crew(kind, nursery, running, database, url)
        finally:
            nursery.close()
            database.close()
