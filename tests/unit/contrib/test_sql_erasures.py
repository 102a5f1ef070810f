"""The ledger of erasures in a database, in both colours and in Django, on SQLite and PostgreSQL."""

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

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.contrib.sqlalchemy import AsyncSqlErasures, SqlErasures, erasure_table
from ace_integrations.didit import Didit
from ace_integrations.privacy import Subject
from ace_integrations.privacy.ledger import FIRST_PAUSE_S, LEASE_S, LONGEST_PAUSE_S, Step, StepState, is_complete
from ace_integrations.sandbox import RunningSandbox

LINA = Subject(user="user-9", emails=("lina@example.com",), ids={"didit": ()})
SERVICES = ("didit", "mailgun")


def settings(sandbox: RunningSandbox) -> Settings:
    return Settings(sandbox_url=sandbox.url, mail="mailgun", fx_sources=())


class Rig:
    """One ledger behind an awaited face, whatever its colour."""

    def __init__(self, url: str, sandbox: RunningSandbox, *, is_async: bool) -> None:
        self.engine = create_engine(url)
        metadata = MetaData()
        table = erasure_table(metadata, f"ace_erasures_{time.time_ns()}")
        metadata.create_all(self.engine)
        self.table = table.name
        self.sandbox, self.control = sandbox, sandbox.control
        clock = sandbox.control.now
        self.is_async = is_async
        if is_async:
            self.aengine = create_async_engine(
                url.replace("sqlite:", "sqlite+aiosqlite:").replace("+psycopg", "+asyncpg")
            )
            self.sessions: Any = async_sessionmaker(self.aengine)
            self.ledger: Any = AsyncSqlErasures(self.sessions, table, clock=clock)
            self.ace: Any = AsyncAce(settings(sandbox), clock=clock)
        else:
            self.sessions = sessionmaker(self.engine)
            self.ledger = SqlErasures(self.sessions, table, clock=clock)
            self.ace = Ace(settings(sandbox), clock=clock)

    async def put(
        self, subject: Subject = LINA, *, services: tuple[str, ...] = SERVICES, then: Exception | None = None
    ) -> None:
        """Ask for an erasure in a transaction, which fails with `then`."""
        if self.is_async:
            async with self.sessions.begin() as session:
                await self.ledger.put(session, subject, services=services)
                if then:
                    raise then
        else:
            with self.sessions.begin() as session:
                self.ledger.put(session, subject, services=services)
                if then:
                    raise then

    async def run_due(self) -> int:
        return await self._do(self.ledger.run_due, self.ace.privacy)  # type: ignore[no-any-return]

    async def steps(self, user: str = LINA.user) -> dict[str, Step]:
        found: tuple[Step, ...] = await self._do(self.ledger.steps, user)
        return {step.service: step for step in found}

    async def states(self) -> dict[str, StepState]:
        return {service: step.state for service, step in (await self.steps()).items()}

    async def open(self) -> list[str]:
        found: tuple[Step, ...] = await self._do(self.ledger.open)
        return [step.service for step in found]

    async def _do(self, do: Any, *arguments: Any) -> Any:
        if self.is_async:
            return await do(*arguments)
        return await asyncio.to_thread(do, *arguments)

    def rows(self, columns: str = "*") -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {self.table} ORDER BY id"))]

    def change(self, values: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(f"UPDATE {self.table} SET {values}"))

    def check(self, user: str = LINA.user) -> str:
        """Begin an identity check of somebody."""
        with Didit(settings(self.sandbox).of(Didit.service.settings)) as client:
            return client.create_session(vendor_data=user).session_id

    def checks(self) -> int:
        return len(self.control.get("didit/sessions")["sessions"])

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
        from ace_integrations.contrib.django.privacy import DjangoErasures

        self.engine = create_engine(url)
        self.table, self.alias, self.is_async = "ace_erasures", alias, False
        self.sandbox, self.control = sandbox, sandbox.control
        self.ledger = DjangoErasures(using=alias, clock=sandbox.control.now)
        self.ace = Ace(settings(sandbox), clock=sandbox.control.now)

    async def put(
        self, subject: Subject = LINA, *, services: tuple[str, ...] = SERVICES, then: Exception | None = None
    ) -> None:
        from django.db import transaction

        def put() -> None:
            with transaction.atomic(using=self.alias):
                self.ledger.put(subject, services=services)
                if then:
                    raise then

        await in_thread(put)()

    async def _do(self, do: Any, *arguments: Any) -> Any:
        return await in_thread(do)(*arguments)


@pytest.fixture(params=[f"{kind}{colour}" for kind in ("sqlite", "postgresql") for colour in ("", "-async", "-django")])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, ace_sandbox: RunningSandbox) -> AsyncIterator[Rig]:
    kind, _, colour = request.param.partition("-")
    if colour == "django":
        alias, address = database(kind, lambda: request.getfixturevalue("postgresql_url"))
        rig: Rig = DjangoRig(address.replace("postgresql:", "postgresql+psycopg:"), ace_sandbox, alias)
    else:
        url = f"sqlite:///{tmp_path / 'erasures.sqlite3'}"
        if kind == "postgresql":
            url = request.getfixturevalue("postgresql_url").replace("postgresql://", "postgresql+psycopg://")
        rig = Rig(url, ace_sandbox, is_async=bool(colour))
    yield rig
    await rig.close()


async def test_every_service_is_asked_after_the_transaction_committed(rig: Rig) -> None:
    rig.check()
    await rig.put()
    assert (await rig.states(), rig.checks()) == (dict.fromkeys(SERVICES, StepState.WAITING), 1)
    assert await rig.run_due() == 2
    steps = await rig.steps()
    assert {service: step.state for service, step in steps.items()} == {
        "didit": StepState.DONE,
        "mailgun": StepState.NOTHING,
    }
    assert (rig.checks(), is_complete(tuple(steps.values())), await rig.run_due()) == (0, True, 0)


async def test_a_transaction_that_is_rolled_back_erases_nothing(rig: Rig) -> None:
    rig.check()
    with pytest.raises(RuntimeError, match="no"):
        await rig.put(then=RuntimeError("no"))
    assert (await rig.run_due(), rig.checks(), rig.rows()) == (0, 1, [])


async def test_the_evidence_says_what_and_when_and_nobodys_address(rig: Rig) -> None:
    session_id = rig.check()
    await rig.put(LINA.model_copy(update={"ids": {"didit": (session_id,)}}))
    asked_at = int(rig.control.now())
    await rig.run_due()
    step = (await rig.steps())["didit"]
    (evidence,) = step.evidence
    assert [(one.kind, one.count) for one in evidence.erased.removed] == [("identity check", 1)]
    assert asked_at <= evidence.at <= int(rig.control.now())
    assert step.finished_at is not None
    written = repr(rig.rows())
    assert LINA.user in written
    assert "lina@example.com" not in written
    assert session_id not in written


async def test_a_service_that_fails_is_tried_again_and_holds_up_no_other(rig: Rig) -> None:
    rig.check()
    rig.control.fail("status", provider="didit", status=503, times=None)
    await rig.put()
    assert await rig.run_due() == 2
    assert await rig.states() == {"didit": StepState.FAILED, "mailgun": StepState.NOTHING}
    assert (await rig.steps())["didit"].error == "UnavailableError"
    assert (await rig.run_due(), await rig.open()) == (0, ["didit"])
    rig.control.clear_faults()
    rig.control.advance(FIRST_PAUSE_S + 1)
    assert (await rig.run_due(), await rig.open(), rig.checks()) == (1, [], 0)
    assert ((await rig.steps())["didit"].error, (await rig.steps())["didit"].attempts) == ("", 2)


async def test_pauses_grow_to_a_day_and_it_never_gives_up(rig: Rig) -> None:
    rig.control.fail("status", provider="didit", status=503, times=None)
    await rig.put(services=("didit",))
    pauses = []
    for _ in range(9):
        assert await rig.run_due() == 1
        due_at = (await rig.steps())["didit"].due_at
        assert due_at is not None
        pauses.append(round((due_at - rig.control.now()) / 60))
        rig.control.advance(due_at - rig.control.now() + 1)
    assert pauses == [1, 4, 16, 64, 256, 1024, *[LONGEST_PAUSE_S // 60] * 3]


async def test_a_service_is_left_alone_for_as_long_as_it_asks(rig: Rig) -> None:
    rig.control.fail("status", provider="didit", status=429, retry_after="7200", times=None)
    await rig.put(services=("didit",))
    await rig.run_due()
    due_at = (await rig.steps())["didit"].due_at
    assert due_at is not None
    assert due_at - rig.control.now() > 7190


async def test_a_step_whose_worker_died_is_taken_up_when_its_lease_ends(rig: Rig) -> None:
    rig.check()
    await rig.put(services=("didit",))
    rig.change(f"attempts = 1, fence = 1, due_at = {int(rig.control.now()) + LEASE_S}")
    assert await rig.run_due() == 0
    rig.control.advance(LEASE_S + 1)
    assert (await rig.run_due(), rig.checks()) == (1, 0)


async def test_several_workers_at_once_ask_each_service_once(rig: Rig) -> None:
    for number in range(6):
        await rig.put(Subject(user=f"user-{number}"), services=("didit",))
    assert sum(await asyncio.gather(*(rig.run_due() for _ in range(3)))) == 6
    asked = rig.control.journal(provider="didit", operation="list_sessions", kind="call")
    assert len(asked) == 6


async def test_asked_again_it_is_done_again_and_the_evidence_of_both_stays(rig: Rig) -> None:
    rig.check()
    await rig.put(services=("didit",))
    await rig.run_due()
    await rig.put(services=("didit",))
    assert await rig.states() == {"didit": StepState.WAITING}
    await rig.run_due()
    step = (await rig.steps())["didit"]
    assert [[one.kind for one in each.erased.removed] for each in step.evidence] == [["identity check"], []]
    assert step.state is StepState.NOTHING


async def test_asked_again_before_it_is_done_no_id_is_forgotten(rig: Rig) -> None:
    first, second = rig.check("guest-1"), rig.check("guest-2")
    for session_id in (first, second):
        await rig.put(Subject(user="user-9", ids={"didit": (session_id,)}), services=("didit",))
    await rig.run_due()
    assert rig.checks() == 0


async def test_who_was_overtaken_by_a_new_request_settles_nothing(rig: Rig) -> None:
    """The worker has asked the service already when the person asks again with an id that it did not know."""
    await rig.put(services=("didit",))
    session_id = rig.check("guest-1")
    erase_at = rig.ace.privacy.erase_at

    def asked_again_meanwhile() -> None:
        asyncio.run(rig.put(Subject(user="user-9", ids={"didit": (session_id,)}), services=("didit",)))

    class Overtaken:
        is_first = True

        def _now(self) -> bool:
            first, self.is_first = self.is_first, False
            return first

        def erase_at(self, service: str, subject: Subject) -> Any:
            if rig.is_async:
                return self._awaited(service, subject)
            told = erase_at(service, subject)
            if self._now():
                asked_again_meanwhile()
            return told

        async def _awaited(self, service: str, subject: Subject) -> Any:
            told = await erase_at(service, subject)
            if self._now():
                await rig.put(Subject(user="user-9", ids={"didit": (session_id,)}), services=("didit",))
            return told

    tried = await rig._do(rig.ledger.run_due, Overtaken())
    assert (tried, rig.checks(), await rig.states()) == (2, 0, {"didit": StepState.DONE})


async def test_a_service_that_nobody_brings_any_more_is_not_forgotten(rig: Rig) -> None:
    await rig.put(services=("didit", "gone"))
    assert await rig.run_due() == 2
    assert (await rig.steps())["gone"].error == "ConfigurationError"
    assert await rig.open() == ["gone"]
