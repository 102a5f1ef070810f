"""What was used, kept by day for all processes together; a budget that is crossed is told by one of them."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, String, Table, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations.contrib.sqlalchemy.dialects import insert_into
from ace_integrations.usage.budget import Crossing
from ace_integrations.usage.meter import KEPT, Usage, UsageRow, in_order, month_of


def usage_tables(metadata: MetaData, name: str = "ace_usage") -> tuple[Table, Table]:
    """Give the table of use by day and the one of budgets told of, added to your metadata."""
    told = f"{name}_told"
    if name in metadata.tables:
        return metadata.tables[name], metadata.tables[told]
    counts = Table(
        name,
        metadata,
        Column("day", Date, primary_key=True),
        Column("provider", String(32), primary_key=True),
        Column("operation", String(64), primary_key=True),
        Column("user", String(64), primary_key=True),
        Column("unit", String(64), primary_key=True),
        Column("calls", BigInteger, nullable=False),
        Column("failed", BigInteger, nullable=False),
        Column("units", BigInteger, nullable=False),
    )
    marks = Table(
        told,
        metadata,
        Column("month", String(7), primary_key=True),
        Column("budget", String(100), primary_key=True),
        Column("percent", Integer, primary_key=True),
    )
    return counts, marks


class _Statements:
    """The SQL of the counts, said once for both colours."""

    def __init__(self, tables: tuple[Table, Table]) -> None:
        self._counts, self._told = tables

    def add(self, dialect: str, row: UsageRow) -> Any:
        """Add one row to what stands there; in one statement, so that two processes lose nothing."""
        table = self._counts
        numbers = {"calls": row.calls, "failed": row.failed, "units": row.units}
        key = {
            "day": row.day,
            "provider": row.provider,
            "operation": row.operation,
            "user": row.user[:64],
            "unit": row.unit[:64],
        }
        added = insert_into(dialect, table).values(**key, **numbers)
        sums = {column: table.c[column] + added.excluded[column] for column in numbers}
        return added.on_conflict_do_update(index_elements=list(key), set_=sums)

    def tell(self, dialect: str, crossing: Crossing) -> Any:
        """Mark a crossing as told; gives a row unless another process was first."""
        told = insert_into(dialect, self._told).values(
            month=crossing.month, budget=crossing.budget.text[:100], percent=int(crossing.share * 100)
        )
        return told.on_conflict_do_nothing().returning(self._told.c.month)

    def rows(self, since: date, until: date) -> Any:
        table = self._counts
        return select(table).where(table.c.day >= since, table.c.day < until).order_by(*table.primary_key)

    def prune(self, before: date) -> Any:
        return self._counts.delete().where(self._counts.c.day < before)


def _row(found: Any) -> UsageRow:
    return UsageRow(*found)


class SqlUsage:
    """Keeps what was used in a database, blocking. Call `keep` every few seconds, and once at the end.

    Args:
        sessions: your own session maker.
        tables: from `usage_tables`.
    """

    def __init__(self, sessions: sessionmaker[Session], tables: tuple[Table, Table]) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables)

    def keep(self, usage: Usage) -> None:
        """Store what this process counted, learn what all did this month, and tell of budgets that were crossed."""
        taken = in_order(usage.take())
        try:
            with self._sessions.begin() as session:
                dialect = session.get_bind().dialect.name
                for row in taken:
                    session.execute(self._sql.add(dialect, row))
                month = [_row(found) for found in session.execute(self._sql.rows(*month_of(usage.today)))]
        except BaseException:
            usage.give_back(taken)
            raise
        usage.learn(month)
        for crossing in usage.crossings():
            with self._sessions.begin() as session:
                is_first = session.execute(self._sql.tell(dialect, crossing)).first() is not None
            usage.told(crossing, here=is_first)

    def rows(self, *, since: date, until: date) -> list[UsageRow]:
        """Give what was used from one day to before another."""
        with self._sessions.begin() as session:
            return [_row(found) for found in session.execute(self._sql.rows(since, until))]

    def prune(self) -> None:
        """Forget days that are more than 400 days ago."""
        with self._sessions.begin() as session:
            session.execute(self._sql.prune(datetime.now(UTC).date() - KEPT))


class AsyncSqlUsage:
    """Keeps what was used in a database, awaited; see `SqlUsage`."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], tables: tuple[Table, Table]) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables)

    async def keep(self, usage: Usage) -> None:
        """Store what this process counted, learn what all did this month, and tell of budgets that were crossed."""
        taken = in_order(usage.take())
        try:
            async with self._sessions.begin() as session:
                dialect = session.get_bind().dialect.name
                for row in taken:
                    await session.execute(self._sql.add(dialect, row))
                month = [_row(found) for found in await session.execute(self._sql.rows(*month_of(usage.today)))]
        except BaseException:
            usage.give_back(taken)
            raise
        usage.learn(month)
        for crossing in usage.crossings():
            async with self._sessions.begin() as session:
                is_first = (await session.execute(self._sql.tell(dialect, crossing))).first() is not None
            usage.told(crossing, here=is_first)

    async def rows(self, *, since: date, until: date) -> list[UsageRow]:
        """Give what was used from one day to before another."""
        async with self._sessions.begin() as session:
            return [_row(found) for found in await session.execute(self._sql.rows(since, until))]

    async def prune(self) -> None:
        """Forget days that are more than 400 days ago."""
        async with self._sessions.begin() as session:
            await session.execute(self._sql.prune(datetime.now(UTC).date() - KEPT))
