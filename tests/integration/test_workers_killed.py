"""Two web workers and two of Celery, killed at random under load: nothing is lost, and nothing is done twice."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from examples.fastapi_platform.accounts import keep_admin
from examples.fastapi_platform.database import open_engine, prepare
from examples.fastapi_platform.tables import Course, Job, User, utc_now
from examples.shared.beginning import COURSES, first_postings
from examples.shared.demonstration import ADMIN
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.crews import Crew, Killer, crew_on
from tests.integration.crowds import Crowd, Student, students
from tests.integration.ledgers import Tables, compare, counted
from tests.integration.platforms import ADMIN_PASSWORD, Database, Kind, fresh_postgresql

from ace_integrations.mail.queue import LEASE_S
from ace_integrations.sandbox.delivery import Outgoing

AT_ONCE = 8
"""How many students do something at the same moment."""

JOBS, MOST_WAITING, PATIENCE_S = 6, 100, 300


@dataclass(frozen=True)
class Size:
    """How much happens: students, applications of each, kills at least."""

    students: int
    applications: int
    kills: int

    @property
    def moments(self) -> int:
        """How many requests are sent, to the platform and by it, at least."""
        return self.students * (10 + 9 * self.applications)


SHORT, LONG = Size(24, 1, 8), Size(1700, 2, 220)


@pytest.fixture
def crew(
    kind: Kind, postgresql_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crew]:
    # The service of live messages shows the last ones only; here it is asked for all.
    monkeypatch.setattr("ace_integrations.realtime.pusher.sandbox.log.KEPT", None)
    with crew_on(kind, fresh_postgresql(postgresql_url), redis_url, tmp_path) as running:
        yield running.start()


async def test_fastapi_processes_that_start_together_prepare_one_database(postgresql_url: str) -> None:
    url = fresh_postgresql(postgresql_url)
    engines = [open_engine(url) for _ in range(4)]

    async def start(engine: AsyncEngine) -> None:
        await keep_admin(await prepare(engine), (ADMIN, ADMIN_PASSWORD))

    await asyncio.gather(*(start(engine) for engine in engines))
    async with engines[0].connect() as connection:
        counts = [await connection.scalar(select(func.count()).select_from(table)) for table in (Course, Job, User)]
    await asyncio.gather(*(engine.dispose() for engine in engines))
    assert counts == [len(COURSES), len(first_postings(utc_now())), 1]


def test_django_processes_that_start_together_prepare_one_database(postgresql_url: str) -> None:
    url = fresh_postgresql(postgresql_url)
    environment = {**os.environ, "ACE_SANDBOX": "1", "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "examples.django_platform.manage", "prepare"]
    starting = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [one.wait(120) for one in starting] == [0, 0, 0]
    database = Database(url)
    assert database.one("SELECT count(*) FROM courses") == len(COURSES)
    database.close()


def walk(crew: Crew, size: Size, *, seed: int) -> None:
    sys.stdout.write(f"{crew.kind}, seed {seed}, {size}\n")
    with Crowd(crew) as crowd:
        crowd.begin(JOBS)
        meant = list(students(size.students, crowd.jobs, applications=size.applications, seed=seed))
        with Killer(crew, seed=seed, mean=size.moments // size.kills) as killer:
            crowd.before = killer.note_request
            all_live(crew, crowd, meant, seed=seed)
        sys.stdout.write(f"kills {dict(crew.kills)}, answers lost {crowd.lost}\n")
    settle(crew)
    sys.stdout.write(f"{counted(crew)}\n")
    compare(crew, meant)
    crew.stop()
    assert crew.endings == [], crew.log()
    assert crew.kills.total() >= size.kills


def all_live(crew: Crew, crowd: Crowd, meant: Iterable[Student], *, seed: int) -> None:
    """Let all students do what they mean to, some of them at the same moment."""

    def live(one: Student) -> None:
        # An event that waits for five minutes is dropped, as is right where there are too few workers.
        assert wait(lambda: keeps_pace(crew), within_s=PATIENCE_S)
        crowd.live(one, random.Random(f"{seed} {one.email}"))

    everybody = ThreadPoolExecutor(AT_ONCE)
    try:
        for life in [everybody.submit(live, one) for one in meant]:
            life.result()
    finally:
        everybody.shutdown(cancel_futures=True)


def settle(crew: Crew) -> None:
    """Let time pass until nothing is left to do: past every lease and pause, and the lag of the mail service's log."""
    tables = Tables(crew)
    assert wait(lambda: not any(map(is_new, list(crew.sandbox.deliveries.all.values()))), within_s=PATIENCE_S)
    wait(lambda: not tables.waiting(), within_s=3)
    crew.advance(61)
    # Older than five minutes an event is no news: it is told before more time passes.
    wait(lambda: "events" not in tables.waiting(), within_s=30)
    for _ in range(240):
        if wait(lambda: not tables.waiting() and all_told(crew), within_s=0.6):
            return
        # Half a lease: what a worker does at this moment is done before its lease ends.
        crew.advance(LEASE_S / 2)
    pytest.fail(f"still waiting: {tables.waiting()}")


def keeps_pace(crew: Crew) -> bool:
    """Whether neither workers nor services are far behind."""
    events = crew.database.one("SELECT count(*) FROM ace_broadcasts")
    newest = list(islice(reversed(crew.sandbox.deliveries.all.values()), 2 * MOST_WAITING))
    return bool(events < MOST_WAITING and sum(map(is_new, newest)) < MOST_WAITING)


def is_new(webhook: Outgoing) -> bool:
    """Whether it was not told once so far; what failed once is told again minutes later."""
    return webhook.state == "waiting" and not webhook.attempts


def all_told(crew: Crew) -> bool:
    """Whether no service tries to tell anything any more; Mailgun tries once to say that a mail was delivered."""
    return all(one.state != "waiting" for one in list(crew.sandbox.deliveries.all.values()))


def wait(done: Callable[[], bool], *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_workers_that_are_killed_now_and_then_lose_nothing_and_repeat_nothing(crew: Crew) -> None:
    walk(crew, SHORT, seed=1)


@pytest.mark.campaign
def test_workers_that_are_killed_hundreds_of_times_lose_nothing_and_repeat_nothing(crew: Crew) -> None:
    walk(crew, LONG, seed=time.time_ns() % 1_000_000)
