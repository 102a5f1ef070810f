"""Events for browsers that are told because a transaction committed.

An event is a row of the caller's own transaction: rolled back, nobody hears of it; committed, it is told at least once
within five minutes, whatever dies meanwhile, or dropped. A page that hears it twice knows it by its `event_id`.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations.contrib.sqlalchemy.dialects import NUMBERED, insert_into
from ace_integrations.realtime import AsyncRealtime, Broadcast, Channel, Message, Realtime
from ace_integrations.realtime.queue import LEASE_S, QueuedEvent, is_stale, tries_again_at


def broadcast_table(metadata: MetaData, name: str = "ace_broadcasts") -> Table:
    """Give the table of events that wait to be told, added to your metadata."""
    if name in metadata.tables:
        return metadata.tables[name]
    return Table(
        name,
        metadata,
        Column("id", NUMBERED, primary_key=True),
        Column("event_id", String(64), nullable=False, unique=True),
        Column("channels", Text, nullable=False),
        Column("name", String(200), nullable=False),
        Column("data", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("due_at", BigInteger, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Index(f"ix_{name}_due", "due_at"),
    )


class _Statements:
    """The SQL of the table, said once for both colours. A taken event is one that is due after its lease."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, dialect: str, event: Broadcast, *, now: int) -> Any:
        """Add an event; one with its id that is there already stays as it is."""
        message = event.message()
        values = {
            "event_id": event.event_id,
            "channels": json.dumps([channel.name for channel in message.channels]),
            "name": message.name,
            "data": message.data,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }
        return insert_into(dialect, self._table).values(**values).on_conflict_do_nothing(index_elements=["event_id"])

    def due(self, now: int) -> Any:
        columns = self._table.c
        first = select(self._table).where(columns.due_at <= now).order_by(columns.due_at, columns.id).limit(1)
        return first.with_for_update(skip_locked=True)

    def take(self, event: QueuedEvent, *, now: int) -> Any:
        columns = self._table.c
        # SQLite locks no row that is only read: the number of tries tells whether another sender was faster.
        mine = (columns.id == event.id, columns.attempts == event.attempts - 1)
        return update(self._table).where(*mine).values(attempts=event.attempts, due_at=now + LEASE_S)

    def settle(self, event: QueuedEvent, due_at: int | None) -> Any:
        columns = self._table.c
        # The number of the try is the fence: who lost the lease settles nothing.
        mine = (columns.id == event.id, columns.attempts == event.attempts)
        if due_at is None:
            return self._table.delete().where(*mine)
        return update(self._table).where(*mine).values(due_at=due_at)


def _queued(found: Any) -> QueuedEvent:
    channels = tuple(Channel(name) for name in json.loads(found.channels))
    message = Message(channels, found.name, found.data)
    return QueuedEvent(found.id, message, found.attempts + 1, found.created_at)


class SqlBroadcastQueue:
    """A queue of events for browsers in your database, blocking. Several processes may tell from it at once.

    Args:
        sessions: your own session maker.
        table: from `broadcast_table`.
        clock: gives Unix seconds.
    """

    def __init__(
        self, sessions: sessionmaker[Session], table: Table, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(table)
        self._clock = clock

    def put(self, session: Session, event: Broadcast) -> None:
        """Let an event be told when your transaction commits; once for each `event_id`.

        Raises:
            InvalidInputError: it is too large, or has personal fields and a public channel.
        """
        session.execute(self._sql.put(session.get_bind().dialect.name, event, now=self._now))

    def send_due(self, realtime: Realtime, *, limit: int = 100) -> int:
        """Tell what is due, one after another; give how many were tried."""
        for tried in range(limit):
            queued = self._take()
            if queued is None:
                return tried
            due_at = None if is_stale(queued, now=self._now) else self._tell(realtime, queued)
            with self._sessions.begin() as session:
                session.execute(self._sql.settle(queued, due_at))
        return limit

    def _take(self) -> QueuedEvent | None:
        while True:
            with self._sessions.begin() as session:
                found = session.execute(self._sql.due(self._now)).one_or_none()
                if found is None:
                    return None
                event = _queued(found)
                taken: Any = session.execute(self._sql.take(event, now=self._now))
            if taken.rowcount == 1:
                return event

    def _tell(self, realtime: Realtime, queued: QueuedEvent) -> int | None:
        try:
            realtime.deliver(queued.message)
        except Exception as error:  # one event's failure must not hold up the others
            return tries_again_at(queued, error, now=self._now)
        return None

    @property
    def _now(self) -> int:
        return int(self._clock())


class AsyncSqlBroadcastQueue:
    """A queue of events for browsers in your database, awaited; see `SqlBroadcastQueue`."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], table: Table, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(table)
        self._clock = clock

    async def put(self, session: AsyncSession, event: Broadcast) -> None:
        """Let an event be told when your transaction commits; once for each `event_id`.

        Raises:
            InvalidInputError: it is too large, or has personal fields and a public channel.
        """
        await session.execute(self._sql.put(session.get_bind().dialect.name, event, now=self._now))

    async def send_due(self, realtime: AsyncRealtime, *, limit: int = 100) -> int:
        """Tell what is due, one after another; give how many were tried."""
        for tried in range(limit):
            queued = await self._take()
            if queued is None:
                return tried
            due_at = None if is_stale(queued, now=self._now) else await self._tell(realtime, queued)
            async with self._sessions.begin() as session:
                await session.execute(self._sql.settle(queued, due_at))
        return limit

    async def _take(self) -> QueuedEvent | None:
        while True:
            async with self._sessions.begin() as session:
                found = (await session.execute(self._sql.due(self._now))).one_or_none()
                if found is None:
                    return None
                event = _queued(found)
                taken: Any = await session.execute(self._sql.take(event, now=self._now))
            if taken.rowcount == 1:
                return event

    async def _tell(self, realtime: AsyncRealtime, queued: QueuedEvent) -> int | None:
        try:
            await realtime.deliver(queued.message)
        except Exception as error:  # one event's failure must not hold up the others
            return tries_again_at(queued, error, now=self._now)
        return None

    @property
    def _now(self) -> int:
        return int(self._clock())
