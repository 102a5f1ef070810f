"""The queue of events for browsers in a database, in both colours and in Django, on SQLite and PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker
from tests.django_project import database, in_thread

from ace_integrations import Ace, AsyncAce, InvalidInputError, Settings
from ace_integrations.contrib.sqlalchemy import AsyncSqlBroadcastQueue, SqlBroadcastQueue, broadcast_table
from ace_integrations.realtime import Broadcast, TeacherApproved
from ace_integrations.realtime.queue import DROPPED_AFTER_S, LEASE_S
from ace_integrations.sandbox import RunningSandbox


class Rig:
    """One queue behind an awaited face, whatever its colour."""

    def __init__(self, url: str, sandbox: RunningSandbox, *, is_async: bool) -> None:
        self.engine = create_engine(url)
        metadata = MetaData()
        table = broadcast_table(metadata, f"ace_broadcasts_{time.time_ns()}")
        metadata.create_all(self.engine)
        self.table = table.name
        self.control = sandbox.control
        clock = sandbox.control.now
        settings = Settings(sandbox_url=sandbox.url)
        self.is_async = is_async
        if is_async:
            self.aengine = create_async_engine(
                url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")
            )
            self.sessions: Any = async_sessionmaker(self.aengine)
            self.queue: Any = AsyncSqlBroadcastQueue(self.sessions, table, clock=clock)
            self.ace: Any = AsyncAce(settings, clock=clock)
        else:
            self.sessions = sessionmaker(self.engine)
            self.queue = SqlBroadcastQueue(self.sessions, table, clock=clock)
            self.ace = Ace(settings, clock=clock)

    async def put(self, *events: Broadcast, then: Exception | None = None) -> None:
        """Put events in one transaction, which fails with `then`."""
        if self.is_async:
            async with self.sessions.begin() as session:
                for event in events:
                    await self.queue.put(session, event)
                if then:
                    raise then
        else:
            with self.sessions.begin() as session:
                for event in events:
                    self.queue.put(session, event)
                if then:
                    raise then

    async def send_due(self) -> int:
        if self.is_async:
            return await self.queue.send_due(self.ace.realtime)  # type: ignore[no-any-return]
        return await asyncio.to_thread(self.queue.send_due, self.ace.realtime)

    def rows(self, columns: str = "event_id") -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {self.table} ORDER BY id"))]

    def change(self, values: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(f"UPDATE {self.table} SET {values}"))

    def told(self) -> list[str]:
        """Give the channel of each message that the service took."""
        messages = self.control.get("pusher/messages")["messages"]
        return [message["channel"] for message in messages]

    async def close(self) -> None:
        if self.is_async:
            await self.ace.aclose()
            await self.aengine.dispose()
        else:
            self.ace.close()
        self.engine.dispose()


class DjangoRig(Rig):
    """The same over Django's ORM."""

    def __init__(self, url: str, sandbox: RunningSandbox, alias: str) -> None:
        from ace_integrations.contrib.django.broadcasts import DjangoBroadcastQueue

        self.engine = create_engine(url)
        self.table, self.alias, self.is_async = "ace_broadcasts", alias, False
        self.control = sandbox.control
        self.queue = DjangoBroadcastQueue(using=alias, clock=sandbox.control.now)
        self.ace = Ace(Settings(sandbox_url=sandbox.url), clock=sandbox.control.now)

    async def put(self, *events: Broadcast, then: Exception | None = None) -> None:
        from django.db import transaction

        def put() -> None:
            with transaction.atomic(using=self.alias):
                for event in events:
                    self.queue.put(event)
                if then:
                    raise then

        await in_thread(put)()

    async def send_due(self) -> int:
        return await in_thread(self.queue.send_due)(self.ace.realtime)  # type: ignore[no-any-return]


@pytest.fixture(params=[f"{kind}{colour}" for kind in ("sqlite", "postgresql") for colour in ("", "-async", "-django")])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, ace_sandbox: RunningSandbox) -> AsyncIterator[Rig]:
    kind, _, colour = request.param.partition("-")
    if colour == "django":
        alias, address = database(kind, lambda: request.getfixturevalue("postgresql_url"))
        rig = DjangoRig(address.replace("postgresql:", "postgresql+psycopg:"), ace_sandbox, alias)
        yield rig
        await rig.close()
        return
    url = f"sqlite:///{tmp_path / 'broadcasts.sqlite3'}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_url").replace("postgresql://", "postgresql+psycopg://")
    rig = Rig(url, ace_sandbox, is_async=bool(colour))
    yield rig
    await rig.close()


async def test_an_event_is_told_after_its_transaction_and_forgotten(rig: Rig) -> None:
    await rig.put(TeacherApproved(user_id="9"))
    assert await rig.send_due() == 1
    assert (rig.told(), rig.rows()) == (["private-user.9"], [])


async def test_a_transaction_that_is_rolled_back_tells_nothing(rig: Rig) -> None:
    with pytest.raises(RuntimeError, match="no"):
        await rig.put(TeacherApproved(user_id="9"), then=RuntimeError("no"))
    assert (await rig.send_due(), rig.told()) == (0, [])


async def test_one_event_put_twice_is_told_once(rig: Rig) -> None:
    event = TeacherApproved(user_id="9")
    await rig.put(event, event)
    await rig.send_due()
    assert len(rig.told()) == 1


async def test_what_cannot_be_told_is_refused_before_the_transaction_commits(rig: Rig) -> None:
    with pytest.raises(InvalidInputError):
        await rig.put(TeacherApproved(user_id="x" * 20_000))
    assert rig.rows() == []


async def test_several_senders_at_once_tell_each_event_once(rig: Rig) -> None:
    await rig.put(*(TeacherApproved(user_id=str(number)) for number in range(12)))
    await asyncio.gather(*(rig.send_due() for _ in range(4)))
    assert sorted(rig.told()) == sorted(f"private-user.{number}" for number in range(12))
    assert rig.rows() == []


async def test_an_event_whose_sender_died_is_told_when_its_lease_ends(rig: Rig) -> None:
    await rig.put(TeacherApproved(user_id="9"))
    rig.change(f"attempts = 1, due_at = {int(rig.control.now()) + LEASE_S}")
    assert await rig.send_due() == 0
    rig.control.advance(LEASE_S + 1)
    assert (await rig.send_due(), len(rig.told())) == (1, 1)


async def test_a_service_that_is_down_is_asked_again_with_growing_pauses(rig: Rig) -> None:
    event = TeacherApproved(user_id="9")
    await rig.put(event)
    rig.control.fail("status", provider="pusher", status=503, times=1)
    assert (await rig.send_due(), await rig.send_due(), rig.told()) == (1, 0, [])
    rig.control.advance(3)
    assert (await rig.send_due(), rig.told()) == (1, ["private-user.9"])


async def test_an_event_that_nobody_heard_for_five_minutes_is_dropped(rig: Rig) -> None:
    await rig.put(TeacherApproved(user_id="9"))
    rig.control.advance(DROPPED_AFTER_S + 1)
    await rig.send_due()
    assert (rig.told(), rig.rows()) == ([], [])


async def test_a_refused_event_holds_up_nobody(rig: Rig) -> None:
    await rig.put(TeacherApproved(user_id="9"), TeacherApproved(user_id="10"))
    rig.control.fail("status", provider="pusher", status=400, times=1)
    assert await rig.send_due() == 2
    assert (rig.told(), rig.rows()) == (["private-user.10"], [])
