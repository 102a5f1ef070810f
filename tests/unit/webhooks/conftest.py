"""Receivers over every store, in both colours and in Django, behind one awaited face."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
from tests.django_project import database, in_thread
from tests.things import WEBHOOK_SECRET, WEBHOOKS, ThingChanged, ThingSettings, sample, sign
from tests.things import ThingSignature as Signature

from ace_integrations.contrib.sqlalchemy import AsyncSqlStore, SqlStore, claims_table
from ace_integrations.settings import Settings
from ace_integrations.webhooks import AsyncMemoryStore, AsyncReceiver, Doors, Event, MemoryStore, Receipt, Receiver

NOW = 1_764_000_000


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Rig:
    """One receiver: deliveries in, receipts out, and the effects that its handler left."""

    receive: Callable[..., Awaitable[Receipt]]
    sweep: Callable[[], Awaitable[int]]
    clock: Clock
    receiver: Any
    effects: Callable[[], Awaitable[list[str]]]
    failures: list[Exception] = field(default_factory=list)

    async def store(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Ask the store itself."""
        asked = getattr(self.receiver.store, method)
        if asyncio.iscoroutinefunction(asked):
            return await asked(*arguments, **named)
        return await in_thread(asked)(*arguments, **named)


def delivery(event_id: str = "evt_1", *, at: int = NOW, secret: str = WEBHOOK_SECRET, **fields: Any) -> Any:
    """Give headers and body of a genuine delivery."""
    value = {**sample("thing.changed", now=at), "id": event_id, **fields}
    body, headers = sign(Signature(), value, secret, at)
    return headers, body


def doors() -> Doors:
    settings = ThingSettings(key="k", webhook_secrets=("old-secret", WEBHOOK_SECRET))
    return Doors([WEBHOOKS], Settings(providers=(settings,)))


COLOURS = ("", "-async", "-django")

metadata = MetaData()
CLAIMS = claims_table(metadata)
EFFECTS = Table("effects", metadata, Column("id", Integer, primary_key=True), Column("event", String(50)))


STORES = ("memory", "memory-async", *(f"{kind}{colour}" for kind in ("sqlite", "postgresql") for colour in COLOURS))


@pytest.fixture(params=STORES)
async def rig(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Rig]:
    store, _, colour = request.param.partition("-")
    clock = Clock()
    if colour == "django":
        alias, _ = database(store, lambda: request.getfixturevalue("postgresql_url"))
        yield _django_rig(clock, alias)
        return
    if store == "memory":
        yield _memory_rig(clock) if not colour else _async_memory_rig(clock)
        return
    if store == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        url = url.replace("postgresql://", "postgresql+asyncpg://" if colour else "postgresql+psycopg://")
    else:
        url = f"sqlite{'+aiosqlite' if colour else ''}:///{tmp_path}/claims.sqlite3"
    if colour:
        engine = create_async_engine(url)
        _immediate(engine.sync_engine)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)
            await connection.run_sync(metadata.create_all)
        yield _async_sql_rig(clock, async_sessionmaker(engine))
        await engine.dispose()
    else:
        blocking = create_engine(url)
        _immediate(blocking)
        metadata.drop_all(blocking)
        metadata.create_all(blocking)
        yield _sql_rig(clock, sessionmaker(blocking))
        blocking.dispose()


def _immediate(engine: Any) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=10000")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _memory_rig(clock: Clock) -> Rig:
    done: list[str] = []
    receiver = Receiver(doors(), MemoryStore(), clock=clock)
    rig = _sync_rig(receiver, clock)

    async def effects() -> list[str]:
        return done

    rig.effects = effects

    @receiver.on(ThingChanged)
    def handle(change: Event, transaction: None) -> None:
        if rig.failures:
            raise rig.failures.pop(0)
        done.append(change.id)

    return rig


def _async_memory_rig(clock: Clock) -> Rig:
    done: list[str] = []
    receiver = AsyncReceiver(doors(), AsyncMemoryStore(), clock=clock)

    async def effects() -> list[str]:
        return done

    rig = Rig(receiver.receive, receiver.sweep, clock, receiver, effects)

    @receiver.on(ThingChanged)
    async def handle(change: Event, transaction: None) -> None:
        if rig.failures:
            raise rig.failures.pop(0)
        done.append(change.id)

    return rig


def _sql_rig(clock: Clock, sessions: sessionmaker[Session]) -> Rig:
    receiver = Receiver(doors(), SqlStore(sessions, CLAIMS), clock=clock)
    rig = _sync_rig(receiver, clock)

    def read() -> list[str]:
        with sessions.begin() as session:
            return list(session.scalars(select(EFFECTS.c.event)))

    async def effects() -> list[str]:
        return await asyncio.to_thread(read)

    rig.effects = effects

    @receiver.on(ThingChanged)
    def handle(change: Event, session: Session) -> None:
        session.execute(EFFECTS.insert().values(event=change.id))
        if rig.failures:
            raise rig.failures.pop(0)

    return rig


def _django_rig(clock: Clock, alias: str) -> Rig:
    from ace_integrations.contrib.django.models import SuppressedAddress
    from ace_integrations.contrib.django.store import DjangoStore

    receiver = Receiver(doors(), DjangoStore(using=alias), clock=clock)

    def effects() -> list[str]:
        return list(SuppressedAddress.objects.using(alias).order_by("id").values_list("email", flat=True))

    rig = Rig(in_thread(receiver.receive), in_thread(receiver.sweep), clock, receiver, in_thread(effects))

    @receiver.on(ThingChanged)
    def handle(change: Event, using: str) -> None:
        # Any row of the same database is an effect.
        SuppressedAddress.objects.using(using).create(email=change.id, status="bounced", since=0)
        if rig.failures:
            raise rig.failures.pop(0)

    return rig


def _async_sql_rig(clock: Clock, sessions: async_sessionmaker[AsyncSession]) -> Rig:
    receiver = AsyncReceiver(doors(), AsyncSqlStore(sessions, CLAIMS), clock=clock)

    async def effects() -> list[str]:
        async with sessions.begin() as session:
            return list(await session.scalars(select(EFFECTS.c.event)))

    rig = Rig(receiver.receive, receiver.sweep, clock, receiver, effects)

    @receiver.on(ThingChanged)
    async def handle(change: Event, session: AsyncSession) -> None:
        await session.execute(EFFECTS.insert().values(event=change.id))
        if rig.failures:
            raise rig.failures.pop(0)

    return rig


def _sync_rig(receiver: Receiver, clock: Clock) -> Rig:
    async def receive(*arguments: Any) -> Receipt:
        return await asyncio.to_thread(receiver.receive, *arguments)

    async def sweep() -> int:
        return await asyncio.to_thread(receiver.sweep)

    async def nothing() -> list[str]:
        return []

    return Rig(receive, sweep, clock, receiver, nothing)
