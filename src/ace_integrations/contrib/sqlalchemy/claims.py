"""Webhook claims in your own database, so that an event and its effects commit together."""

import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Row as SqlRow
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations.webhooks.store import (
    KEPT_S,
    Claim,
    Delivery,
    EventKey,
    FenceLostError,
    Refusal,
    Row,
    State,
    admit,
)

_KEY = ("provider", "environment", "endpoint", "event_id")


def claims_table(metadata: MetaData, name: str = "ace_webhook_events") -> Table:
    """Give the table of claims, added to your metadata."""
    if name in metadata.tables:
        return metadata.tables[name]
    return Table(
        name,
        metadata,
        Column("provider", String(32), primary_key=True),
        Column("environment", String(16), primary_key=True),
        Column("endpoint", String(64), primary_key=True),
        Column("event_id", String(255), primary_key=True),
        Column("state", String(16), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("fence", Integer, nullable=False),
        Column("lease_until", BigInteger, nullable=False),
        Column("not_before", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("error", String(255), nullable=False, default=""),
        Column("received_at", BigInteger, nullable=False),
        Index(f"ix_{name}_due", "state", "not_before"),
    )


class _Statements:
    """The SQL of the claims, said once for both colours."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, key: EventKey) -> Any:
        return select(self._table).where(*self._is(key)).with_for_update()

    def write(self, before: Row | None, after: Row, *, now: int) -> Any:
        """Insert the first claim, or take an existing row over; the fence keeps two takers apart."""
        values: dict[str, Any] = {
            "state": after.state,
            "attempts": after.attempts,
            "fence": after.fence,
            "lease_until": after.lease_until,
            "not_before": after.not_before,
        }
        key = after.delivery.key
        if before is None:
            names = dict(zip(_KEY, (key.provider, key.environment, key.endpoint, key.event_id), strict=True))
            return insert(self._table).values(**names, **values, body=after.delivery.body, error="", received_at=now)
        return update(self._table).where(*self._is(key), self._table.c.fence == before.fence).values(**values)

    def settle(self, claim: Claim, **values: Any) -> Any:
        fenced = (self._table.c.fence == claim.fence, self._table.c.state == State.CLAIMED)
        return update(self._table).where(*self._is(claim.key), *fenced).values(**values)

    def due(self, now: int, limit: int) -> Any:
        table = self._table.c
        lapsed = (table.state == State.CLAIMED) & (table.lease_until <= now)
        free = (table.state == State.FREE) & (table.not_before <= now)
        return select(self._table).where(lapsed | free).order_by(table.not_before).limit(limit)

    def dead(self) -> Any:
        return select(self._table).where(self._table.c.state == State.DEAD).order_by(self._table.c.received_at)

    def revive(self, key: EventKey) -> Any:
        dead = self._table.c.state == State.DEAD
        return update(self._table).where(*self._is(key), dead).values(state=State.FREE, attempts=0, not_before=0)

    def prune(self, before: int) -> Any:
        return delete(self._table).where(self._table.c.state == State.DONE, self._table.c.received_at < before)

    def _is(self, key: EventKey) -> tuple[Any, ...]:
        table = self._table.c
        return (
            table.provider == key.provider,
            table.environment == key.environment,
            table.endpoint == key.endpoint,
            table.event_id == key.event_id,
        )


def _row(found: SqlRow[Any] | None) -> Row | None:
    if found is None:
        return None
    stored = found._mapping  # pyright: ignore[reportPrivateUsage] - SQLAlchemy's documented name
    return Row(
        _delivery(found),
        State(stored["state"]),
        stored["attempts"],
        stored["fence"],
        stored["lease_until"],
        stored["not_before"],
        stored["error"],
    )


def _delivery(found: SqlRow[Any]) -> Delivery:
    stored = found._mapping  # pyright: ignore[reportPrivateUsage] - SQLAlchemy's documented name
    return Delivery(EventKey(*(stored[name] for name in _KEY)), bytes(stored["body"]))


_TAKEN = Refusal(State.CLAIMED, retry_after=1)


class SqlStore:
    """Claims in a database, blocking. `work` yields the session that effects belong to.

    Args:
        sessions: your own session maker, so that effects and claim share one transaction.
        table: from `claims_table`.
    """

    def __init__(self, sessions: sessionmaker[Session], table: Table) -> None:
        self._sessions = sessions
        self._sql = _Statements(table)

    def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal:
        try:
            with self._sessions.begin() as session:
                before = _row(session.execute(self._sql.find(delivery.key)).one_or_none())
                after = admit(before, delivery, now=now)
                if isinstance(after, Refusal):
                    return after
                written = session.execute(self._sql.write(before, after, now=now))
                # An insert that fails raises; only an update can miss its row (and only its count means something).
                if before is not None and written.rowcount != 1:  # type: ignore[attr-defined]
                    return _TAKEN
                return Claim(delivery.key, after.fence, after.attempts)
        except IntegrityError:  # another worker inserted the same event between our look and our insert
            return _TAKEN

    @contextmanager
    def work(self, claim: Claim) -> Generator[Session]:
        with self._sessions.begin() as session:
            yield session
            # In the effects' own transaction: both are kept, or neither.
            if session.execute(self._sql.settle(claim, state=State.DONE)).rowcount != 1:  # type: ignore[attr-defined]
                raise FenceLostError(f"event {claim.key.event_id} was taken over")

    def release(self, claim: Claim, *, error: str, not_before: int) -> None:
        self._settle(claim, state=State.FREE, error=error, not_before=not_before, attempts=claim.attempts + 1)

    def bury(self, claim: Claim, *, error: str) -> None:
        self._settle(claim, state=State.DEAD, error=error, attempts=claim.attempts + 1)

    def due(self, *, now: int, limit: int = 100) -> list[Delivery]:
        with self._sessions.begin() as session:
            return [_delivery(found) for found in session.execute(self._sql.due(now, limit))]

    def dead(self) -> list[Delivery]:
        with self._sessions.begin() as session:
            return [_delivery(found) for found in session.execute(self._sql.dead())]

    def revive(self, key: EventKey) -> None:
        with self._sessions.begin() as session:
            session.execute(self._sql.revive(key))

    def prune(self, *, clock: Callable[[], float] = time.time) -> None:
        """Forget handled events that no provider redelivers any more."""
        with self._sessions.begin() as session:
            session.execute(self._sql.prune(int(clock()) - KEPT_S))

    def _settle(self, claim: Claim, **values: Any) -> None:
        with self._sessions.begin() as session:
            if session.execute(self._sql.settle(claim, **values)).rowcount != 1:  # type: ignore[attr-defined]
                raise FenceLostError(f"event {claim.key.event_id} was taken over")


class AsyncSqlStore:
    """Claims in a database, awaited; see `SqlStore`."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], table: Table) -> None:
        self._sessions = sessions
        self._sql = _Statements(table)

    async def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal:
        try:
            async with self._sessions.begin() as session:
                before = _row((await session.execute(self._sql.find(delivery.key))).one_or_none())
                after = admit(before, delivery, now=now)
                if isinstance(after, Refusal):
                    return after
                written = await session.execute(self._sql.write(before, after, now=now))
                if before is not None and written.rowcount != 1:  # type: ignore[attr-defined]
                    return _TAKEN
                return Claim(delivery.key, after.fence, after.attempts)
        except IntegrityError:  # another worker inserted the same event between our look and our insert
            return _TAKEN

    @asynccontextmanager
    async def work(self, claim: Claim) -> AsyncGenerator[AsyncSession]:
        async with self._sessions.begin() as session:
            yield session
            if (await session.execute(self._sql.settle(claim, state=State.DONE))).rowcount != 1:  # type: ignore[attr-defined]
                raise FenceLostError(f"event {claim.key.event_id} was taken over")

    async def release(self, claim: Claim, *, error: str, not_before: int) -> None:
        await self._settle(claim, state=State.FREE, error=error, not_before=not_before, attempts=claim.attempts + 1)

    async def bury(self, claim: Claim, *, error: str) -> None:
        await self._settle(claim, state=State.DEAD, error=error, attempts=claim.attempts + 1)

    async def due(self, *, now: int, limit: int = 100) -> list[Delivery]:
        async with self._sessions.begin() as session:
            return [_delivery(found) for found in await session.execute(self._sql.due(now, limit))]

    async def dead(self) -> list[Delivery]:
        async with self._sessions.begin() as session:
            return [_delivery(found) for found in await session.execute(self._sql.dead())]

    async def revive(self, key: EventKey) -> None:
        async with self._sessions.begin() as session:
            await session.execute(self._sql.revive(key))

    async def prune(self, *, clock: Callable[[], float] = time.time) -> None:
        """Forget handled events that no provider redelivers any more."""
        async with self._sessions.begin() as session:
            await session.execute(self._sql.prune(int(clock()) - KEPT_S))

    async def _settle(self, claim: Claim, **values: Any) -> None:
        async with self._sessions.begin() as session:
            if (await session.execute(self._sql.settle(claim, **values))).rowcount != 1:  # type: ignore[attr-defined]
                raise FenceLostError(f"event {claim.key.event_id} was taken over")


__all__ = ["AsyncSqlStore", "SqlStore", "claims_table"]
