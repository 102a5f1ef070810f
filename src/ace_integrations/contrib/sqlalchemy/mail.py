"""Mails that go out because a transaction committed, what became of them, and whom not to write to again.

A mail is a row of the caller's own transaction: rolled back, it is not sent; committed, it is, whatever dies meanwhile.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations.contrib.sqlalchemy.dialects import NUMBERED, insert_into
from ace_integrations.core import AsyncSender, BlockingCall, Call, Sender
from ace_integrations.errors import InvalidInputError
from ace_integrations.mail import AsyncMail, DeliveryEvent, Mail, Message, Suppression
from ace_integrations.mail.queue import (
    TAKEN_OVER,
    QueuedMail,
    QueueState,
    Settled,
    after_error,
    after_look,
    after_sent,
    deliveries,
    noted,
    queued_mail,
    sending,
    taken_up,
)
from ace_integrations.mail.suppression import stored_suppression, suppression_of
from ace_integrations.webhooks import Event

T = TypeVar("T")


def mail_tables(metadata: MetaData, name: str = "ace_mail") -> tuple[Table, Table]:
    """Give the table of mails and the one of suppressed addresses, added to your metadata."""
    queue, suppressions = f"{name}_queue", f"{name}_suppressions"
    if queue in metadata.tables:
        return metadata.tables[queue], metadata.tables[suppressions]
    mails = Table(
        queue,
        metadata,
        Column("id", NUMBERED, primary_key=True),
        Column("key", String(64), nullable=False, unique=True),
        Column("message", Text),
        Column("deliveries", JSON, nullable=False),
        Column("state", String(16), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("doubts", Integer, nullable=False),
        Column("doubt_since", BigInteger, nullable=False),
        Column("not_before", BigInteger, nullable=False),
        Column("lease_until", BigInteger, nullable=False),
        Column("message_id", String(255), nullable=False),
        Column("error", String(64), nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Index(f"ix_{queue}_due", "state", "not_before"),
        Index(f"ix_{queue}_message_id", "message_id"),
    )
    blocked = Table(
        suppressions,
        metadata,
        Column("email", String(254), primary_key=True),
        Column("status", String(16), primary_key=True),
        Column("reason", String(255), nullable=False),
        Column("since", BigInteger, nullable=False),
        Column("tags", JSON, nullable=False),
    )
    return mails, blocked


class _Statements:
    """The SQL of both tables, said once for both colours."""

    def __init__(self, tables: tuple[Table, Table]) -> None:
        self._mails, self._blocked = tables

    def put(self, dialect: str, message: Message, *, now: int) -> Any:
        """Add a mail; one with its id that is there already stays as it is."""
        values = {
            "key": message.mail_id,
            "message": message.model_dump_json(),
            "deliveries": deliveries(message),
            "state": QueueState.WAITING,
            "message_id": message.message_id,
            "error": "",
            "created_at": now,
            **dict.fromkeys(("attempts", "doubts", "doubt_since", "not_before", "lease_until"), 0),
        }
        return insert_into(dialect, self._mails).values(**values).on_conflict_do_nothing(index_elements=["key"])

    def due(self, now: int) -> Any:
        mails = self._mails.c
        waiting = (mails.state == QueueState.WAITING) & (mails.not_before <= now)
        orphaned = (mails.state == QueueState.SENDING) & (mails.lease_until <= now)
        first = select(self._mails).where(or_(waiting, orphaned)).order_by(mails.not_before, mails.id).limit(1)
        return first.with_for_update(skip_locked=True)

    def take(self, mail: QueuedMail, *, now: int) -> Any:
        # SQLite locks no row that is only read: the number of tries tells whether another sender was faster.
        mine = (self._mails.c.id == mail.id, self._mails.c.attempts == mail.attempts - 1)
        return update(self._mails).where(*mine).values(**taken_up(mail, now=now))

    def send(self, mail: QueuedMail, *, now: int) -> Any:
        return self._mine(mail).values(**sending(now=now))

    def settle(self, mail: QueuedMail, settled: Settled) -> Any:
        values: dict[str, Any] = {
            "state": settled.state,
            "not_before": settled.not_before,
            "lease_until": 0,
            "error": settled.error,
            "doubts": settled.doubts,
            "doubt_since": settled.doubt_since,
        }
        if settled.message_id:
            values["message_id"] = settled.message_id
        if settled.state in (QueueState.SENT, QueueState.SUPPRESSED):
            # What a mail said is nobody's business once it is out.
            values["message"] = None
        return self._mine(mail).values(**values)

    def _mine(self, mail: QueuedMail) -> Any:
        # The number of the try is the fence: who lost the lease settles nothing.
        return update(self._mails).where(self._mails.c.id == mail.id, self._mails.c.attempts == mail.attempts)

    def of_message(self, message_id: str) -> Any:
        mails = self._mails.c
        return select(mails.id, mails.deliveries).where(mails.message_id == message_id).with_for_update()

    def note(self, mail_id: int, known: Mapping[str, str]) -> Any:
        return update(self._mails).where(self._mails.c.id == mail_id).values(deliveries=dict(known))

    def revive(self, key: str) -> Any:
        dead = (self._mails.c.key == key, self._mails.c.state == QueueState.DEAD)
        return update(self._mails).where(*dead).values(state=QueueState.WAITING, doubts=0, not_before=0)

    def suppress(self, dialect: str, entry: Suppression) -> Any:
        key = {"email": entry.email.lower(), "status": entry.status.value}
        since = int((entry.since or datetime.now(UTC)).timestamp())
        values = {"reason": entry.reason[:255], "since": since, "tags": list(entry.tags)}
        added = insert_into(dialect, self._blocked).values(**key, **values)
        return added.on_conflict_do_update(index_elements=list(key), set_=values)

    def suppressed(self, emails: Sequence[str]) -> Any:
        blocked = self._blocked
        return select(blocked).where(blocked.c.email.in_([email.lower() for email in emails]))

    def release(self, email: str) -> Any:
        return self._blocked.delete().where(self._blocked.c.email == email.lower())


class SqlMailQueue:
    """A queue of mails in your database, blocking. Several processes may send from it at once.

    Args:
        sessions: your own session maker.
        tables: from `mail_tables`.
        clock: gives Unix seconds.
    """

    def __init__(
        self, sessions: sessionmaker[Session], tables: tuple[Table, Table], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables)
        self._clock = clock

    def put(self, session: Session, message: Message) -> None:
        """Let a mail go out when your transaction commits; once for each `mail_id`."""
        session.execute(self._sql.put(session.get_bind().dialect.name, message, now=self._now))

    def send_due(self, mail: Mail, *, limit: int = 100) -> int:
        """Send what is due, one after another; give how many were tried."""
        for tried in range(limit):
            queued = self._take()
            if queued is None:
                return tried
            self._settle(queued, self._hand_over(mail, queued))
        return limit

    def note(self, event: Event, session: Session) -> None:
        """Handle a `DeliveryEvent`: note what became of a mail of ours, and whom not to write to again."""
        news: DeliveryEvent = event.meaning
        for found in session.execute(self._sql.of_message(news.message_id)).all():
            known = noted(found.deliveries, news)
            if known is None:
                continue
            session.execute(self._sql.note(found.id, known))
            if (entry := suppression_of(news)) is not None:
                session.execute(self._sql.suppress(session.get_bind().dialect.name, entry))

    def revive(self, *, key: str) -> None:
        """Let a dead mail be tried again; for when a person looked and it did not go out."""
        with self._sessions.begin() as session:
            session.execute(self._sql.revive(key))

    def _take(self) -> QueuedMail | None:
        # One at a time: a lease must not lapse while a mail waits for its turn behind slow ones.
        while True:
            with self._sessions.begin() as session:
                found = session.execute(self._sql.due(self._now)).one_or_none()
                if found is None:
                    return None
                mail = queued_mail(found, now=self._now)
                taken: Any = session.execute(self._sql.take(mail, now=self._now))
            if taken.rowcount == 1:
                return mail

    def _hand_over(self, mail: Mail, queued: QueuedMail) -> Settled:
        try:
            if queued.doubts:
                settled = after_look(queued, mail.find(queued.message), now=self._now)
                if settled is not None:
                    return settled
                if not self._begins_to_send(queued):
                    return TAKEN_OVER
            return after_sent(mail.send(queued.message))
        except Exception as error:  # one mail's failure must not hold up the others
            return after_error(queued, error, now=self._now)

    def _begins_to_send(self, queued: QueuedMail) -> bool:
        with self._sessions.begin() as session:
            begun: Any = session.execute(self._sql.send(queued, now=self._now))
        return bool(begun.rowcount == 1)

    def _settle(self, queued: QueuedMail, settled: Settled) -> None:
        with self._sessions.begin() as session:
            session.execute(self._sql.settle(queued, settled))

    @property
    def _now(self) -> int:
        return int(self._clock())


class AsyncSqlMailQueue:
    """A queue of mails in your database, awaited; see `SqlMailQueue`."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        tables: tuple[Table, Table],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables)
        self._clock = clock

    async def put(self, session: AsyncSession, message: Message) -> None:
        """Let a mail go out when your transaction commits; once for each `mail_id`."""
        await session.execute(self._sql.put(session.get_bind().dialect.name, message, now=self._now))

    async def send_due(self, mail: AsyncMail, *, limit: int = 100) -> int:
        """Send what is due, one after another; give how many were tried."""
        for tried in range(limit):
            queued = await self._take()
            if queued is None:
                return tried
            await self._settle(queued, await self._hand_over(mail, queued))
        return limit

    async def note(self, event: Event, session: AsyncSession) -> None:
        """Handle a `DeliveryEvent`: note what became of a mail of ours, and whom not to write to again."""
        news: DeliveryEvent = event.meaning
        for found in (await session.execute(self._sql.of_message(news.message_id))).all():
            known = noted(found.deliveries, news)
            if known is None:
                continue
            await session.execute(self._sql.note(found.id, known))
            if (entry := suppression_of(news)) is not None:
                await session.execute(self._sql.suppress(session.get_bind().dialect.name, entry))

    async def revive(self, *, key: str) -> None:
        """Let a dead mail be tried again; for when a person looked and it did not go out."""
        async with self._sessions.begin() as session:
            await session.execute(self._sql.revive(key))

    async def _take(self) -> QueuedMail | None:
        while True:
            async with self._sessions.begin() as session:
                found = (await session.execute(self._sql.due(self._now))).one_or_none()
                if found is None:
                    return None
                mail = queued_mail(found, now=self._now)
                taken: Any = await session.execute(self._sql.take(mail, now=self._now))
            if taken.rowcount == 1:
                return mail

    async def _hand_over(self, mail: AsyncMail, queued: QueuedMail) -> Settled:
        try:
            if queued.doubts:
                settled = after_look(queued, await mail.find(queued.message), now=self._now)
                if settled is not None:
                    return settled
                if not await self._begins_to_send(queued):
                    return TAKEN_OVER
            return after_sent(await mail.send(queued.message))
        except Exception as error:  # one mail's failure must not hold up the others
            return after_error(queued, error, now=self._now)

    async def _begins_to_send(self, queued: QueuedMail) -> bool:
        async with self._sessions.begin() as session:
            begun: Any = await session.execute(self._sql.send(queued, now=self._now))
        return bool(begun.rowcount == 1)

    async def _settle(self, queued: QueuedMail, settled: Settled) -> None:
        async with self._sessions.begin() as session:
            await session.execute(self._sql.settle(queued, settled))

    @property
    def _now(self) -> int:
        return int(self._clock())


class SqlSuppressions:
    """The suppression list of `ace.mail` in your database: `ace.mail.suppressions = SqlSuppressions(sessions, tables)`.

    Args:
        sessions: your own session maker.
        tables: from `mail_tables`.
    """

    def __init__(self, sessions: sessionmaker[Session], tables: tuple[Table, Table]) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables)

    def find(self, *, emails: Sequence[str]) -> Call[tuple[Suppression, ...]]:
        def find() -> tuple[Suppression, ...]:
            with self._sessions.begin() as session:
                return tuple(stored_suppression(found) for found in session.execute(self._sql.suppressed(emails)))

        return BlockingCall(find)

    def add(self, suppression: Suppression) -> Call[None]:
        def add() -> None:
            with self._sessions.begin() as session:
                session.execute(self._sql.suppress(session.get_bind().dialect.name, suppression))

        return BlockingCall(add)

    def remove(self, *, email: str) -> Call[None]:
        def remove() -> None:
            with self._sessions.begin() as session:
                session.execute(self._sql.release(email))

        return BlockingCall(remove)


class AsyncSqlSuppressions:
    """The suppression list of `AsyncAce.mail` in your database; see `SqlSuppressions`."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], tables: tuple[Table, Table]) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables)

    def find(self, *, emails: Sequence[str]) -> Call[tuple[Suppression, ...]]:
        async def find() -> tuple[Suppression, ...]:
            async with self._sessions.begin() as session:
                return tuple(stored_suppression(found) for found in await session.execute(self._sql.suppressed(emails)))

        return _AwaitedOnly(find)

    def add(self, suppression: Suppression) -> Call[None]:
        async def add() -> None:
            async with self._sessions.begin() as session:
                await session.execute(self._sql.suppress(session.get_bind().dialect.name, suppression))

        return _AwaitedOnly(add)

    def remove(self, *, email: str) -> Call[None]:
        async def remove() -> None:
            async with self._sessions.begin() as session:
                await session.execute(self._sql.release(email))

        return _AwaitedOnly(remove)


@dataclass(slots=True)
class _AwaitedOnly(Call[T]):
    """A call of an awaited database: it has no blocking colour."""

    do: Callable[[], Awaitable[T]]

    def run(self, sender: Sender) -> T:
        del sender
        raise InvalidInputError("these suppressions are awaited: give SqlSuppressions to a blocking Ace")

    async def arun(self, sender: AsyncSender) -> T:
        del sender
        return await self.do()
