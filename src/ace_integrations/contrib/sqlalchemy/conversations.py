"""Talks with the career advisor in your database: both messages of an exchange in one transaction."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, ForeignKey, MetaData, String, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from ace_integrations.ai.model import Speaker, TextAnswer, Turn
from ace_integrations.career.conversations import MOST_TURNS, ConversationNotFoundError, Exchange
from ace_integrations.contrib.sqlalchemy.dialects import NUMBERED


def conversation_tables(metadata: MetaData, name: str = "ai_conversations") -> tuple[Table, Table]:
    """Give the tables of talks and of their messages, added to your metadata.

    A message that was not answered has `failed` set; an answer has what it cost and which model gave it in `about`.
    """
    messages = f"{name}_messages"
    if name in metadata.tables:
        return metadata.tables[name], metadata.tables[messages]
    talks = Table(
        name,
        metadata,
        Column("id", NUMBERED, primary_key=True),
        Column("user", String(64), nullable=False, index=True),
        Column("started_at", DateTime(timezone=True), nullable=False),
    )
    said = Table(
        messages,
        metadata,
        Column("id", NUMBERED, primary_key=True),
        Column("conversation_id", NUMBERED, ForeignKey(f"{name}.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("speaker", String(8), nullable=False),
        Column("text", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("failed", Boolean, nullable=False),
        Column("about", JSON, nullable=False),
    )
    return talks, said


class _Statements:
    """The SQL of talks, said once for both colours."""

    def __init__(self, tables: tuple[Table, Table], clock: Callable[[], float]) -> None:
        self._talks, self._said = tables
        self._clock = clock

    def owned(self, user: str, conversation: int) -> Any:
        return select(self._talks.c.id).where(self._talks.c.id == conversation, self._talks.c.user == user)

    def newest(self, conversation: int) -> Any:
        said = self._said
        answered = said.c.conversation_id == conversation, said.c.failed.is_(False)
        return select(said.c.speaker, said.c.text).where(*answered).order_by(said.c.id.desc()).limit(MOST_TURNS)

    def begin(self, user: str) -> Any:
        return self._talks.insert().values(user=user, started_at=self._now)

    def say(self, conversation: int, exchange: Exchange) -> Any:
        answer = exchange.answer
        rows = [self._row(conversation, Speaker.USER, exchange.message, failed=answer is None)]
        if answer is not None:
            rows.append(self._row(conversation, Speaker.MODEL, answer.text, about=_about(answer)))
        return self._said.insert().values(rows)

    def last(self, user: str) -> Any:
        return select(self._talks.c.id).where(self._talks.c.user == user).order_by(self._talks.c.id.desc()).limit(1)

    def forget(self, user: str) -> Sequence[Any]:
        mine = select(self._talks.c.id).where(self._talks.c.user == user)
        return (
            self._said.delete().where(self._said.c.conversation_id.in_(mine)),
            self._talks.delete().where(self._talks.c.user == user),
        )

    def _row(self, conversation: int, speaker: Speaker, text: str, **more: Any) -> dict[str, Any]:
        # PostgreSQL keeps no NUL in a text.
        row = {"conversation_id": conversation, "speaker": str(speaker), "text": text.replace("\0", "\ufffd")}
        return {**row, "at": self._now, "failed": False, "about": {}, **more}

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _about(answer: TextAnswer) -> dict[str, Any]:
    return answer.model_dump(mode="json", exclude={"text"})


def _turns(newest: Sequence[Any]) -> list[Turn]:
    return [Turn(speaker=Speaker(row.speaker), text=row.text) for row in reversed(newest)]


def _missing(conversation: int) -> ConversationNotFoundError:
    return ConversationNotFoundError(f"there is no conversation {conversation}")


class SqlConversations:
    """Talks in your database, blocking; implements `career.Conversations`.

    Args:
        sessions: your own session maker.
        tables: from `conversation_tables`.
        clock: gives Unix seconds.
    """

    def __init__(
        self, sessions: sessionmaker[Session], tables: tuple[Table, Table], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables, clock)

    def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        with self._sessions.begin() as session:
            if session.scalar(self._sql.owned(user, conversation)) is None:
                raise _missing(conversation)
            return _turns(session.execute(self._sql.newest(conversation)).all())

    def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        with self._sessions.begin() as session:
            if conversation is None:
                begun: Any = session.execute(self._sql.begin(user))
                conversation = int(begun.inserted_primary_key[0])
            elif session.scalar(self._sql.owned(user, conversation)) is None:
                raise _missing(conversation)
            session.execute(self._sql.say(conversation, exchange))
        return conversation

    def last(self, user: str) -> int | None:
        """Give a user's newest talk, None for one who never talked."""
        with self._sessions.begin() as session:
            found: int | None = session.scalar(self._sql.last(user))
            return found

    def forget(self, user: str) -> None:
        """Delete everything that a user said and was told."""
        with self._sessions.begin() as session:
            for statement in self._sql.forget(user):
                session.execute(statement)


class AsyncSqlConversations:
    """Talks in your database, awaited; implements `career.AsyncConversations`. See `SqlConversations`."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        tables: tuple[Table, Table],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sessions = sessions
        self._sql = _Statements(tables, clock)

    async def turns(self, user: str, conversation: int) -> Sequence[Turn]:
        async with self._sessions.begin() as session:
            if await session.scalar(self._sql.owned(user, conversation)) is None:
                raise _missing(conversation)
            return _turns((await session.execute(self._sql.newest(conversation))).all())

    async def add(self, user: str, conversation: int | None, exchange: Exchange) -> int:
        async with self._sessions.begin() as session:
            if conversation is None:
                begun: Any = await session.execute(self._sql.begin(user))
                conversation = int(begun.inserted_primary_key[0])
            elif await session.scalar(self._sql.owned(user, conversation)) is None:
                raise _missing(conversation)
            await session.execute(self._sql.say(conversation, exchange))
        return conversation

    async def last(self, user: str) -> int | None:
        """Give a user's newest talk, None for one who never talked."""
        async with self._sessions.begin() as session:
            found: int | None = await session.scalar(self._sql.last(user))
            return found

    async def forget(self, user: str) -> None:
        """Delete everything that a user said and was told."""
        async with self._sessions.begin() as session:
            for statement in self._sql.forget(user):
                await session.execute(statement)
