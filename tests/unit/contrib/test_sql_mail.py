"""The queue of mails and the suppression list in a database: both colours and Django, SQLite and PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker
from tests.django_project import database, in_thread

from ace_integrations import Ace, AsyncAce, InvalidInputError, Settings
from ace_integrations.contrib.sqlalchemy import (
    AsyncSqlMailQueue,
    AsyncSqlSuppressions,
    SqlMailQueue,
    SqlSuppressions,
    mail_tables,
)
from ace_integrations.mail import Address, Attachment, DeliveryEvent, DeliveryStatus, Message, Suppression
from ace_integrations.mail.queue import LEASE_S, LOOKS_FOR_S
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.webhooks import Event

SENDER = Address(email="hello@mg.example.com")
PHOTO = bytes(range(256))


def mail(key: str, to: str = "lina@example.com", **fields: Any) -> Message:
    return Message(sender=SENDER, to=(Address(email=to),), subject="Hello", text="Hello", mail_id=key, **fields)


class Rig:
    """One queue behind an awaited face, whatever its colour."""

    def __init__(self, url: str, sandbox: RunningSandbox, *, is_async: bool) -> None:
        self.engine = create_engine(url)
        metadata = MetaData()
        tables = mail_tables(metadata, f"ace_mail_{time.time_ns()}")
        metadata.create_all(self.engine)
        self.table = tables[0].name
        self.control = sandbox.control
        clock = sandbox.control.now
        settings = Settings(sandbox_url=sandbox.url)
        self.is_async = is_async
        if is_async:
            self.aengine = create_async_engine(
                url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")
            )
            self.sessions: Any = async_sessionmaker(self.aengine)
            self.queue: Any = AsyncSqlMailQueue(self.sessions, tables, clock=clock)
            self.ace: Any = AsyncAce(settings, clock=clock)
            self.ace.mail.suppressions = AsyncSqlSuppressions(self.sessions, tables)
        else:
            self.sessions = sessionmaker(self.engine)
            self.queue = SqlMailQueue(self.sessions, tables, clock=clock)
            self.ace = Ace(settings, clock=clock)
            self.ace.mail.suppressions = SqlSuppressions(self.sessions, tables)

    async def put(self, *messages: Message, then: Exception | None = None) -> None:
        """Put mails in one transaction, which fails with `then`."""
        if self.is_async:
            async with self.sessions.begin() as session:
                for message in messages:
                    await self.queue.put(session, message)
                if then:
                    raise then
        else:
            with self.sessions.begin() as session:
                for message in messages:
                    self.queue.put(session, message)
                if then:
                    raise then

    async def send_due(self) -> int:
        if self.is_async:
            return await self.queue.send_due(self.ace.mail)  # type: ignore[no-any-return]
        return await asyncio.to_thread(self.queue.send_due, self.ace.mail)

    async def send(self, message: Message) -> None:
        """Send a mail past the queue."""
        if self.is_async:
            await self.ace.mail.send(message)
        else:
            await in_thread(self.ace.mail.send)(message)

    async def note(self, news: DeliveryEvent) -> None:
        event = Event(provider="mailgun", id="e", type="x", environment="test", data=None, meaning=news)
        if self.is_async:
            async with self.sessions.begin() as session:
                await self.queue.note(event, session)
        else:
            with self.sessions.begin() as session:
                self.queue.note(event, session)

    async def revive(self, *, key: str) -> None:
        if self.is_async:
            await self.queue.revive(key=key)
        else:
            self.queue.revive(key=key)

    async def suppressions(self, call: Any) -> Any:
        done = call(self.ace.mail.suppressions)
        return await done.arun(self.ace) if self.is_async else done.run(self.ace)

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {self.table} ORDER BY id"))]

    def change(self, values: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(f"UPDATE {self.table} SET {values}"))

    def sendings(self) -> int:
        return len(self.control.journal(provider="mailgun", operation="send_message"))

    def inbox(self, to: str = "lina@example.com") -> list[Any]:
        mails: list[Any] = self.control.get("mailgun/inbox", to=to)["mails"]
        return mails

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
        from ace_integrations.contrib.django.mails import DjangoMailQueue, DjangoSuppressions

        self.engine = create_engine(url)
        self.table, self.alias, self.is_async = "ace_mail_queue", alias, False
        self.control = sandbox.control
        self.queue = DjangoMailQueue(using=alias, clock=sandbox.control.now)
        settings = Settings(sandbox_url=sandbox.url)
        self.ace = Ace(settings, clock=sandbox.control.now, suppressions=DjangoSuppressions(using=alias))
        self.revive = in_thread(self.queue.revive)

    async def put(self, *messages: Message, then: Exception | None = None) -> None:
        from django.db import transaction

        def put() -> None:
            with transaction.atomic(using=self.alias):
                for message in messages:
                    self.queue.put(message)
                if then:
                    raise then

        await in_thread(put)()

    async def send_due(self) -> int:
        return await in_thread(self.queue.send_due)(self.ace.mail)  # type: ignore[no-any-return]

    async def note(self, news: DeliveryEvent) -> None:
        from django.db import transaction

        event = Event(provider="mailgun", id="e", type="x", environment="test", data=None, meaning=news)

        def note() -> None:
            with transaction.atomic(using=self.alias):
                self.queue.note(event, self.alias)

        await in_thread(note)()

    async def suppressions(self, call: Any) -> Any:
        return await in_thread(lambda: call(self.ace.mail.suppressions).run(self.ace))()


@pytest.fixture(params=[f"{kind}{colour}" for kind in ("sqlite", "postgresql") for colour in ("", "-async", "-django")])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, ace_sandbox: RunningSandbox) -> AsyncIterator[Rig]:
    kind, _, colour = request.param.partition("-")
    if colour == "django":
        alias, address = database(kind, lambda: request.getfixturevalue("postgresql_url"))
        rig = DjangoRig(address.replace("postgresql:", "postgresql+psycopg:"), ace_sandbox, alias)
        yield rig
        await rig.close()
        return
    url = f"sqlite:///{tmp_path / 'mail.sqlite3'}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_url").replace("postgresql://", "postgresql+psycopg://")
    rig = Rig(url, ace_sandbox, is_async=bool(colour))
    yield rig
    await rig.close()


async def test_a_mail_goes_out_after_its_transaction_and_its_words_are_forgotten(rig: Rig) -> None:
    await rig.put(mail("welcome-1", attachments=(Attachment(filename="photo.bin", content=PHOTO),)))
    assert await rig.send_due() == 1
    assert await rig.send_due() == 0
    assert rig.rows("state, message, message_id") == [("sent", None, "welcome-1@mg.example.com")]
    assert len(rig.inbox()) == 1


async def test_a_transaction_that_is_rolled_back_sends_nothing(rig: Rig) -> None:
    with pytest.raises(RuntimeError, match="no"):
        await rig.put(mail("welcome-1"), then=RuntimeError("no"))
    assert (await rig.send_due(), rig.sendings()) == (0, 0)


async def test_one_mail_id_is_one_mail(rig: Rig) -> None:
    await rig.put(mail("welcome-1"), mail("welcome-1"))
    await rig.put(mail("welcome-1"))
    await rig.send_due()
    await rig.put(mail("welcome-1"))
    await rig.send_due()
    assert rig.sendings() == 1


async def test_several_senders_at_once_send_each_mail_once(rig: Rig) -> None:
    await rig.put(*(mail(f"m-{number}") for number in range(12)))
    await asyncio.gather(*(rig.send_due() for _ in range(4)))
    await rig.send_due()
    assert rig.sendings() == 12
    assert {state for (state,) in rig.rows("state")} == {"sent"}


async def test_a_mail_whose_sender_died_is_looked_for_before_it_is_sent_again(rig: Rig) -> None:
    await rig.put(mail("taken"), mail("not-taken"))
    await rig.send(mail("taken"))
    rig.change(f"state = 'sending', attempts = 1, lease_until = {int(rig.control.now()) + LEASE_S}")
    assert await rig.send_due() == 0
    rig.control.advance(LEASE_S + 1)
    await rig.send_due()
    assert rig.rows("key, state") == [("taken", "sent"), ("not-taken", "waiting")]
    rig.control.advance(LOOKS_FOR_S)
    await rig.send_due()
    assert rig.rows("state") == [("sent",), ("sent",)]
    assert rig.sendings() == 2


async def test_a_second_doubt_makes_a_mail_dead_until_somebody_looked(rig: Rig) -> None:
    await rig.put(mail("m-1"))
    rig.control.fail("reset_before", provider="mailgun", operation="send_message", times=2)
    for seconds in (0, LOOKS_FOR_S + 60, LOOKS_FOR_S + 60):
        rig.control.advance(seconds)
        await rig.send_due()
    assert rig.rows("state, error, doubts") == [("dead", "OutcomeUnknownError", 2)]
    await rig.revive(key="m-1")
    await rig.send_due()
    assert (rig.rows("state"), len(rig.inbox())) == ([("sent",)], 1)


class KilledError(BaseException):
    """The process dies: nothing that follows is done."""


async def test_whoever_dies_over_a_look_has_sent_nothing_and_adds_no_doubt(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.put(mail("m-1"))
    rig.change(f"state = 'sending', attempts = 1, lease_until = {int(rig.control.now())}")

    def die(*_: Any) -> None:
        raise KilledError

    with monkeypatch.context() as dying:
        dying.setattr(rig.ace.mail, "find", die)
        for _ in range(3):
            with pytest.raises(KilledError):
                await rig.send_due()
            rig.control.advance(LEASE_S + 1)
    assert rig.rows("state, doubts") == [("waiting", 1)]
    rig.control.advance(LOOKS_FOR_S)
    await rig.send_due()
    assert (rig.rows("state"), rig.sendings()) == ([("sent",)], 1)


async def test_whoever_dies_over_sending_again_adds_a_doubt(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.put(mail("m-1"))
    now = int(rig.control.now())
    rig.change(f"attempts = 2, doubts = 1, doubt_since = {now - LOOKS_FOR_S}")

    def die(*_: Any) -> None:
        raise KilledError

    with monkeypatch.context() as dying:
        dying.setattr(rig.ace.mail, "send", die)
        with pytest.raises(KilledError):
            await rig.send_due()
    assert rig.rows("state, doubts") == [("sending", 1)]
    for seconds in (LEASE_S + 1, LOOKS_FOR_S + 1):
        rig.control.advance(seconds)
        await rig.send_due()
    assert rig.rows("state, doubts") == [("dead", 2)]


async def test_whose_lease_ended_over_a_look_sends_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.put(mail("m-1"))
    rig.change(f"attempts = 2, doubts = 1, doubt_since = {int(rig.control.now()) - LOOKS_FOR_S}")
    look = rig.ace.mail.find

    def look_long(message: Message) -> Any:
        rig.change(f"attempts = attempts + 1, not_before = {int(rig.control.now()) + LEASE_S}")
        return look(message)

    monkeypatch.setattr(rig.ace.mail, "find", look_long)
    await rig.send_due()
    assert (rig.rows("state, attempts"), rig.sendings()) == ([("waiting", 4)], 0)


async def test_a_refused_mail_holds_up_nobody(rig: Rig) -> None:
    rig.control.fail("status", provider="mailgun", operation="send_message", status=400)
    await rig.put(mail("m-1"), mail("m-2"))
    assert await rig.send_due() == 2
    assert rig.rows("state, error") == [("dead", "InvalidRequestError"), ("sent", "")]


async def test_a_bounce_is_noted_with_the_mail_and_keeps_the_next_one_back(rig: Rig) -> None:
    await rig.put(mail("m-1"))
    await rig.send_due()
    when = datetime.now(UTC)
    for recipient in ("omar@example.com", "LINA@example.com"):
        await rig.note(
            DeliveryEvent(
                provider="mailgun",
                message_id="m-1@mg.example.com",
                recipient=recipient,
                status=DeliveryStatus.BOUNCED,
                occurred_at=when,
            )
        )
    await rig.put(mail("m-2"), mail("m-3", "omar@example.com"))
    await rig.send_due()
    assert [state for (state,) in rig.rows("state")] == ["sent", "suppressed", "sent"]
    assert "bounced" in str(rig.rows("deliveries")[0][0])


async def test_suppressions_are_found_without_case_replaced_and_removed(rig: Rig) -> None:
    entry = Suppression(email="Lina@Example.com", status=DeliveryStatus.COMPLAINED, reason="spam", tags=("job-posted",))
    await rig.suppressions(lambda listed: listed.add(entry))
    await rig.suppressions(lambda listed: listed.add(entry.model_copy(update={"reason": "again"})))
    (found,) = await rig.suppressions(lambda listed: listed.find(emails=["LINA@example.com", "omar@example.com"]))
    assert (found.reason, found.tags, found.blocks(["welcome"])) == ("again", ("job-posted",), False)
    await rig.suppressions(lambda listed: listed.remove(email="lina@example.COM"))
    assert await rig.suppressions(lambda listed: listed.find(emails=["lina@example.com"])) == ()


def test_awaited_suppressions_say_what_a_blocking_client_needs() -> None:
    awaited = AsyncSqlSuppressions(async_sessionmaker(), mail_tables(MetaData()))
    with pytest.raises(InvalidInputError, match="SqlSuppressions"):
        awaited.find(emails=[]).run(None)  # type: ignore[arg-type]
