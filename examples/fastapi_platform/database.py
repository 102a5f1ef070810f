"""The engine, its tables, and what the demonstration begins with."""

import os
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from examples.fastapi_platform.tables import Base, Course, Job, utc_now
from examples.shared.beginning import COURSES, STARTING, first_postings

Sessions = async_sessionmaker[AsyncSession]


def open_engine(url: str | None = None) -> AsyncEngine:
    """Open the database of DATABASE_URL, or a file of this folder."""
    engine = create_async_engine(url or os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///platform.sqlite3"))
    if engine.dialect.name == "sqlite":
        _make_sqlite_strict(engine)
    return engine


async def prepare(engine: AsyncEngine) -> Sessions:
    """Create the tables, the demonstration's courses and its jobs where they are missing."""
    async with engine.begin() as connection:
        await alone(connection)
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        await alone(session)
        if await session.scalar(select(Course.id).limit(1)) is None:
            session.add_all([Course(**course) for course in COURSES])
        if await session.scalar(select(Job.id).limit(1)) is None:
            session.add_all([Job(**posting) for posting in first_postings(utc_now())])
    return sessions


async def alone(transaction: AsyncConnection | AsyncSession) -> None:
    """Let what a starting process adds wait for other processes that start, until this transaction ends.

    Two would find the same thing missing. SQLite's transactions wait for each other anyhow.
    """
    bind = transaction if isinstance(transaction, AsyncConnection) else transaction.get_bind()
    if bind.dialect.name == "postgresql":
        await transaction.execute(select(func.pg_advisory_xact_lock(STARTING)))


def _make_sqlite_strict(engine: AsyncEngine) -> None:
    """Let a SQLite transaction take the write lock at once, wait for it, and check foreign keys."""

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON"):
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
