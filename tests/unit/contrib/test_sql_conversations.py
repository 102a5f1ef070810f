"""Talks in a database, in both colours and in Django, on SQLite and PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker
from tests.django_project import database, in_thread

from ace_integrations.ai import TextAnswer, TokenUsage, Turn
from ace_integrations.career import ConversationNotFoundError, Exchange
from ace_integrations.contrib.sqlalchemy import AsyncSqlConversations, SqlConversations, conversation_tables


def answer(text: str) -> TextAnswer:
    usage = TokenUsage(input=9, output=3)
    return TextAnswer(text=text, model="m-1", answered_by="m-1", usage=usage, cost=Decimal("0.0002"))


@dataclass
class Talks:
    turns: Callable[[str, int], Awaitable[Sequence[Turn]]]
    add: Callable[[str, int | None, Exchange], Awaitable[int]]
    last: Callable[[str], Awaitable[int | None]]
    forget: Callable[[str], Awaitable[None]]
    rows: Callable[[], list[Any]]


@pytest.fixture(params=[f"{kind}{colour}" for kind in ("sqlite", "postgresql") for colour in ("", "-async", "-django")])
async def talks(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Talks]:
    kind, _, colour = request.param.partition("-")
    if colour == "django":
        alias, address = database(kind, lambda: request.getfixturevalue("postgresql_url"))
        yield _of_django(alias, address)
        return
    url = f"sqlite:///{tmp_path / 'talks.sqlite3'}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_url").replace("postgresql://", "postgresql+psycopg://")
    engine, metadata = create_engine(url), MetaData()
    tables = conversation_tables(metadata, f"ai_conversations_{time.time_ns()}")
    metadata.create_all(engine)

    def rows() -> list[Any]:
        with engine.begin() as connection:
            return list(connection.execute(select(tables[1]).order_by(tables[1].c.id)))

    def threaded(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        return lambda *values: asyncio.to_thread(function, *values)

    if colour:
        awaited_url = url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")
        aengine = create_async_engine(awaited_url)
        awaited = AsyncSqlConversations(async_sessionmaker(aengine), tables)
        yield Talks(awaited.turns, awaited.add, awaited.last, awaited.forget, rows)
        await aengine.dispose()
    else:
        store = SqlConversations(sessionmaker(engine), tables)
        yield Talks(threaded(store.turns), threaded(store.add), threaded(store.last), threaded(store.forget), rows)
    engine.dispose()


def _of_django(alias: str, address: str) -> Talks:
    from ace_integrations.contrib.django.conversations import DjangoConversations

    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))

    def rows() -> list[Any]:
        with engine.begin() as connection:
            found = list(connection.execute(select(tables[1]).order_by(tables[1].c.id)))
        engine.dispose()
        return found

    tables = conversation_tables(MetaData())
    store = DjangoConversations(using=alias)
    return Talks(in_thread(store.turns), in_thread(store.add), in_thread(store.last), in_thread(store.forget), rows)


async def test_an_exchange_is_two_rows_and_says_what_the_answer_cost(talks: Talks) -> None:
    talk = await talks.add("user-1", None, Exchange(message="مرحبا", answer=answer("أهلاً")))
    first, second = talks.rows()
    assert (first.conversation_id, first.speaker, first.text, first.failed) == (talk, "user", "مرحبا", False)
    assert (second.conversation_id, second.speaker, second.text, second.failed) == (talk, "model", "أهلاً", False)
    assert (second.about["cost"], second.about["usage"]["input"], second.about["answered_by"]) == ("0.0002", 9, "m-1")
    assert first.at is not None


async def test_a_failed_message_is_one_marked_row_that_no_model_is_shown(talks: Talks) -> None:
    talk = await talks.add("user-1", None, Exchange(message="lost"))
    await talks.add("user-1", talk, Exchange(message="Hi", answer=answer("Hello")))
    assert [(row.text, row.failed) for row in talks.rows()] == [("lost", True), ("Hi", False), ("Hello", False)]
    assert [turn.text for turn in await talks.turns("user-1", talk)] == ["Hi", "Hello"]


async def test_the_newest_ten_are_given_oldest_first(talks: Talks) -> None:
    talk = None
    for number in range(7):
        talk = await talks.add("user-1", talk, Exchange(message=f"q{number}", answer=answer(f"a{number}")))
    assert talk is not None
    expected = [text for number in range(2, 7) for text in (f"q{number}", f"a{number}")]
    assert [turn.text for turn in await talks.turns("user-1", talk)] == expected


async def test_another_users_talk_and_an_unknown_one_answer_alike(talks: Talks) -> None:
    talk = await talks.add("user-1", None, Exchange(message="Hi", answer=answer("Hello")))
    for user, conversation in (("user-2", talk), ("user-1", talk + 1)):
        with pytest.raises(ConversationNotFoundError, match=f"no conversation {conversation}"):
            await talks.turns(user, conversation)
        with pytest.raises(ConversationNotFoundError, match=f"no conversation {conversation}"):
            await talks.add(user, conversation, Exchange(message="x"))
    assert len(talks.rows()) == 2


async def test_a_user_is_forgotten_whole_and_nobody_else(talks: Talks) -> None:
    await talks.add("user-1", None, Exchange(message="Hi", answer=answer("Hello")))
    other = await talks.add("user-2", None, Exchange(message="Hey\0", answer=answer("Yes?")))
    await talks.forget("user-1")
    assert (await talks.last("user-1"), await talks.last("user-2")) == (None, other)
    assert [row.text for row in talks.rows()] == ["Hey\ufffd", "Yes?"]
