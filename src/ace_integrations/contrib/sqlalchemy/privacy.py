"""Erasures that go on until every service has done them, asked for in the transaction that erases your own rows.

Rolled back, nobody is asked; committed, each service is asked until it has done it, whatever dies or fails meanwhile.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations.contrib.sqlalchemy.dialects import NUMBERED, insert_into
from ace_integrations.privacy import AsyncPrivacy, Privacy, ServiceErasure, Subject
from ace_integrations.privacy.ledger import Step, Turn, asked, asked_again, settled, step, taken, turn


def erasure_table(metadata: MetaData, name: str = "ace_erasures") -> Table:
    """Give the table of erasures, a row for each person and service, added to your metadata."""
    if name in metadata.tables:
        return metadata.tables[name]
    return Table(
        name,
        metadata,
        Column("id", NUMBERED, primary_key=True),
        Column("user", String(255), nullable=False),
        Column("service", String(64), nullable=False),
        # Whom to ask about; forgotten when it is finished.
        Column("subject", Text),
        Column("state", String(16), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("fence", Integer, nullable=False),
        Column("due_at", BigInteger),
        Column("error", String(64), nullable=False),
        Column("evidence", Text, nullable=False),
        Column("requested_at", BigInteger, nullable=False),
        Column("finished_at", BigInteger),
        UniqueConstraint("user", "service", name=f"{name}_once"),
        Index(f"ix_{name}_due", "due_at"),
    )


class _Statements:
    """The SQL of the table, said once for both colours. A taken step is one that is due after its lease."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, dialect: str, subject: Subject, service: str, *, now: int) -> Any:
        """Add a step, unless it is there."""
        values = asked(subject, service, now=now)
        once = ["user", "service"]
        return insert_into(dialect, self._table).values(**values).on_conflict_do_nothing(index_elements=once)

    def of(self, user: str, service: str) -> Any:
        columns = self._table.c
        return select(self._table).where(columns.user == user, columns.service == service).with_for_update()

    def again(self, found: Any, subject: Subject, *, now: int) -> Any:
        mine = self._table.c.id == found.id
        return update(self._table).where(mine).values(**asked_again(found, subject, now=now))

    def due(self, now: int) -> Any:
        columns = self._table.c
        first = select(self._table).where(columns.due_at <= now).order_by(columns.due_at, columns.id).limit(1)
        return first.with_for_update(skip_locked=True)

    def take(self, found: Any, *, now: int) -> Any:
        columns = self._table.c
        # SQLite locks no row that is only read: the fence tells whether another worker was faster.
        mine = (columns.id == found.id, columns.fence == found.fence)
        return update(self._table).where(*mine).values(**taken(found, now=now))

    def settle(self, one: Turn, told: ServiceErasure, *, now: int) -> Any:
        columns = self._table.c
        mine = (columns.id == one.id, columns.fence == one.fence)
        return update(self._table).where(*mine).values(**settled(one, told, now=now))

    def steps(self, user: str) -> Any:
        columns = self._table.c
        return select(self._table).where(columns.user == user).order_by(columns.service)

    def open(self) -> Any:
        columns = self._table.c
        return select(self._table).where(columns.due_at.is_not(None)).order_by(columns.requested_at, columns.id)


class SqlErasures:
    """A ledger of erasures in your database, blocking. Several processes may work on it at once.

    Args:
        sessions: your own session maker.
        table: from `erasure_table`.
        clock: gives Unix seconds.
    """

    def __init__(
        self, sessions: sessionmaker[Session], table: Table, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(table)
        self._clock = clock

    def put(self, session: Session, subject: Subject, *, services: Sequence[str]) -> None:
        """Ask for an erasure when your transaction commits: the one that erases your own rows.

        Asked for again, what is finished is done once more, and what is not forgets none of the ids it knew.

        Args:
            services: from `ace.privacy.services(subject)`.
        """
        dialect = session.get_bind().dialect.name
        for service in services:
            added: Any = session.execute(self._sql.put(dialect, subject, service, now=self._now))
            if added.rowcount != 1:
                found = session.execute(self._sql.of(subject.user, service)).one()
                session.execute(self._sql.again(found, subject, now=self._now))

    def run_due(self, privacy: Privacy, *, limit: int = 100) -> int:
        """Ask the services whose turn it is, one after another; give how many were asked."""
        for tried in range(limit):
            found = self._take()
            if found is None:
                return tried
            told = privacy.erase_at(found.service, found.subject)
            with self._sessions.begin() as session:
                session.execute(self._sql.settle(found, told, now=self._now))
        return limit

    def steps(self, user: str) -> tuple[Step, ...]:
        """Give every service's part of one person's erasure; none when it was never asked for."""
        with self._sessions() as session:
            return tuple(step(found) for found in session.execute(self._sql.steps(user)))

    def open(self) -> tuple[Step, ...]:
        """Give what is not finished, of everybody, the oldest request first."""
        with self._sessions() as session:
            return tuple(step(found) for found in session.execute(self._sql.open()))

    def _take(self) -> Turn | None:
        while True:
            with self._sessions.begin() as session:
                found = session.execute(self._sql.due(self._now)).one_or_none()
                if found is None:
                    return None
                mine: Any = session.execute(self._sql.take(found, now=self._now))
            if mine.rowcount == 1:
                return turn(found)

    @property
    def _now(self) -> int:
        return int(self._clock())


class AsyncSqlErasures:
    """A ledger of erasures in your database, awaited; see `SqlErasures`."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], table: Table, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(table)
        self._clock = clock

    async def put(self, session: AsyncSession, subject: Subject, *, services: Sequence[str]) -> None:
        """Ask for an erasure when your transaction commits; see `SqlErasures.put`."""
        dialect = session.get_bind().dialect.name
        for service in services:
            added: Any = await session.execute(self._sql.put(dialect, subject, service, now=self._now))
            if added.rowcount != 1:
                found = (await session.execute(self._sql.of(subject.user, service))).one()
                await session.execute(self._sql.again(found, subject, now=self._now))

    async def run_due(self, privacy: AsyncPrivacy, *, limit: int = 100) -> int:
        """Ask the services whose turn it is, one after another; give how many were asked."""
        for tried in range(limit):
            found = await self._take()
            if found is None:
                return tried
            told = await privacy.erase_at(found.service, found.subject)
            async with self._sessions.begin() as session:
                await session.execute(self._sql.settle(found, told, now=self._now))
        return limit

    async def steps(self, user: str) -> tuple[Step, ...]:
        """Give every service's part of one person's erasure; none when it was never asked for."""
        async with self._sessions() as session:
            return tuple(step(found) for found in await session.execute(self._sql.steps(user)))

    async def open(self) -> tuple[Step, ...]:
        """Give what is not finished, of everybody, the oldest request first."""
        async with self._sessions() as session:
            return tuple(step(found) for found in await session.execute(self._sql.open()))

    async def _take(self) -> Turn | None:
        while True:
            async with self._sessions.begin() as session:
                found = (await session.execute(self._sql.due(self._now))).one_or_none()
                if found is None:
                    return None
                mine: Any = await session.execute(self._sql.take(found, now=self._now))
            if mine.rowcount == 1:
                return turn(found)

    @property
    def _now(self) -> int:
        return int(self._clock())
