"""Counts of several processes in one table, in both colours and in Django, on SQLite and PostgreSQL."""

import asyncio
import concurrent.futures
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker
from tests.django_project import database, in_thread
from tests.unit.usage.meters import called, meter

from ace_integrations.contrib.sqlalchemy import AsyncSqlUsage, SqlUsage, usage_tables
from ace_integrations.errors import BudgetExceededError
from ace_integrations.usage import Crossing, Usage, UsageRow

NOVEMBER = {"since": date(2025, 11, 1), "until": date(2025, 12, 1)}


@dataclass
class Books:
    keep: Callable[[Usage], Awaitable[None]]
    rows: Callable[[], Awaitable[list[UsageRow]]]
    run: Callable[[str], Any]
    table: str


@pytest.fixture(params=[f"{kind}{colour}" for kind in ("sqlite", "postgresql") for colour in ("", "-async", "-django")])
async def books(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Books]:
    kind, _, colour = request.param.partition("-")
    if colour == "django":
        alias, _ = database(kind, lambda: request.getfixturevalue("postgresql_url"))
        yield _of_django(alias)
        return
    url = f"sqlite:///{tmp_path / 'usage.sqlite3'}" if kind == "sqlite" else _driver(request, "+psycopg")
    engine = create_engine(url)
    metadata = MetaData()
    # A table of this test alone: the workers of a test run share one server.
    tables = usage_tables(metadata, f"ace_usage_{time.time_ns()}")
    metadata.create_all(engine)
    blocking = SqlUsage(sessionmaker(engine), tables)

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(statement))

    async def keep(usage: Usage) -> None:
        await asyncio.to_thread(blocking.keep, usage)

    async def rows() -> list[UsageRow]:
        return blocking.rows(**NOVEMBER)

    if colour:
        awaited_url = url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")
        aengine = create_async_engine(awaited_url)
        awaited = AsyncSqlUsage(async_sessionmaker(aengine), tables)
        yield Books(awaited.keep, lambda: awaited.rows(**NOVEMBER), run, tables[0].name)
        await aengine.dispose()
    else:
        yield Books(keep, rows, run, tables[0].name)
    engine.dispose()


def _of_django(alias: str) -> Books:
    from django.db import connections

    from ace_integrations.contrib.django.usage import DjangoUsage

    books = DjangoUsage(using=alias)

    def run(statement: str) -> None:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(_executed, connections, alias, statement).result()

    return Books(in_thread(books.keep), lambda: in_thread(books.rows)(**NOVEMBER), run, "ace_usage")


def _executed(connections: Any, alias: str, statement: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
    connections.close_all()


def _driver(request: pytest.FixtureRequest, driver: str) -> str:
    url: str = request.getfixturevalue("postgresql_url")
    return url.replace("postgresql://", f"postgresql{driver}://")


async def test_what_several_processes_count_adds_up_and_is_kept_once(books: Books) -> None:
    meters = [meter()[0] for _ in range(4)]
    for round_ in range(3):
        for at, usage in enumerate(meters):
            called(usage, "send", units=at + 1, user=f"u-{round_ % 2}")
            called(usage, "look", error="UnavailableError")
        await asyncio.gather(*(books.keep(usage) for usage in meters))
    found = {(row.operation, row.user): (row.calls, row.failed, row.units) for row in await books.rows()}
    assert found == {("send", "u-0"): (8, 0, 20), ("send", "u-1"): (4, 0, 10), ("look", ""): (12, 12, 0)}
    assert all(usage.rows() == [] for usage in meters)


async def test_a_budget_that_all_cross_together_is_told_of_by_one(books: Books) -> None:
    told: list[Crossing] = []
    meters = [meter("post=10", told=told)[0] for _ in range(3)]
    for usage in meters:
        await books.keep(usage)
    for usage in meters:
        called(usage, "send", units=4)
    for _ in range(2):
        for usage in meters:
            await books.keep(usage)
    assert sorted(int(one.share * 100) for one in told) == [80, 100]


async def test_a_hard_budget_stops_a_process_that_learnt_what_the_others_used(books: Books) -> None:
    first, second = (meter("post=10", hard=True)[0] for _ in range(2))
    called(first, "send", units=9)
    await books.keep(first)
    await books.keep(second)
    with pytest.raises(BudgetExceededError):
        called(second, "send", units=2)


async def test_while_the_database_is_away_nothing_is_lost(books: Books) -> None:
    usage, _ = meter()
    called(usage, "send", units=5)
    books.run(f"ALTER TABLE {books.table} RENAME TO {books.table}_away")
    with pytest.raises(Exception, match="ace_usage"):
        await books.keep(usage)
    books.run(f"ALTER TABLE {books.table}_away RENAME TO {books.table}")
    called(usage, "send", units=1)
    await books.keep(usage)
    assert [row.units for row in await books.rows()] == [6]


async def test_a_month_ends_where_the_next_begins(books: Books) -> None:
    usage, clock = meter()
    called(usage, "send")
    clock.now += 8 * 86400
    called(usage, "send")
    await books.keep(usage)
    assert [row.day for row in await books.rows()] == [date(2025, 11, 24)]
