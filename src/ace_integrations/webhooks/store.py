"""Where claimed events are kept, so that each is handled once: the interface, and the store in memory."""

import hashlib
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

LEASE_S = 60
"""Seconds for which a claimed event belongs to one worker; after that another may take it."""

KEPT_S = 35 * 86400
"""Seconds for which a database remembers handled events: longer than any provider redelivers."""

MOST_ATTEMPTS = 8
"""Failed tries after which an event is a dead letter."""


class FenceLostError(Exception):
    """Another worker took the event over while this one was handling it: its effects must not be kept."""


@dataclass(frozen=True, slots=True)
class EventKey:
    """What makes an event one event."""

    provider: str
    environment: str
    endpoint: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is stored of a delivery, enough to handle it again without the provider."""

    key: EventKey
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def body_hash(self) -> str:
        """SHA-256 of the body, hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


class State(StrEnum):
    """Where an event is: the answer to its next delivery depends on it."""

    CLAIMED = "claimed"
    FREE = "free"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to handle one event now.

    Attributes:
        fence: grows with every claim; an effect is kept only while it is still the newest.
    """

    key: EventKey
    fence: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is not to be handled now.

    Attributes:
        retry_after: seconds until another try makes sense, while another worker has it or it waits.
        same_body: False when the id was used for another body before, which no honest provider does.
    """

    state: State
    same_body: bool = True
    retry_after: int = 0


class Store(Protocol):
    """Keeps claims, blocking."""

    def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal:
        """Take an event, if it is new, free or its lease ran out. Durable when it returns."""
        ...

    def work(self, claim: Claim) -> AbstractContextManager[Any]:
        """Open the transaction that the effects belong to; leaving it marks the event done in that transaction.

        Raises:
            FenceLostError: on leaving, when another worker has the event; nothing is kept.
        """
        ...

    def release(self, claim: Claim, *, error: str, not_before: int) -> None:
        """Give an event back after a passing failure."""
        ...

    def bury(self, claim: Claim, *, error: str) -> None:
        """Keep an event as a dead letter."""
        ...

    def due(self, *, now: int, limit: int = 100) -> list[Delivery]:
        """Give events that may be handled again without waiting for their provider."""
        ...

    def dead(self) -> list[Delivery]:
        """Give the dead letters."""
        ...

    def revive(self, key: EventKey) -> None:
        """Let a dead letter be handled again."""
        ...


class AsyncStore(Protocol):
    """Keeps claims, awaited; see `Store`."""

    async def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal: ...
    def work(self, claim: Claim) -> AbstractAsyncContextManager[Any]: ...
    async def release(self, claim: Claim, *, error: str, not_before: int) -> None: ...
    async def bury(self, claim: Claim, *, error: str) -> None: ...
    async def due(self, *, now: int, limit: int = 100) -> list[Delivery]: ...
    async def dead(self) -> list[Delivery]: ...
    async def revive(self, key: EventKey) -> None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """The stored state of one event, as every store keeps it."""

    delivery: Delivery
    state: State
    attempts: int
    fence: int
    lease_until: int
    not_before: int
    error: str = ""


def admit(row: Row | None, delivery: Delivery, *, now: int) -> Row | Refusal:
    """Decide a claim: the row to write if it is granted, the refusal if not. The table of docs/webhooks.md."""
    if row is None:
        return Row(delivery, State.CLAIMED, attempts=0, fence=1, lease_until=now + LEASE_S, not_before=now)
    same = row.delivery.body_hash == delivery.body_hash
    match row.state:
        case State.DONE | State.DEAD:
            return Refusal(row.state, same_body=same)
        case State.CLAIMED if row.lease_until > now:
            return Refusal(row.state, same_body=same, retry_after=row.lease_until - now)
        case State.CLAIMED | State.FREE:
            if not same:
                return Refusal(row.state, same_body=False)
            return replace(row, state=State.CLAIMED, fence=row.fence + 1, lease_until=now + LEASE_S)


class MemoryStore:
    """Keeps claims in this process: for tests, and for one process whose handlers' effects are idempotent.

    `work` yields None: there is no transaction to join.
    """

    def __init__(self) -> None:
        self._rows: dict[EventKey, Row] = {}
        self._lock = threading.Lock()

    def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal:
        with self._lock:
            row = admit(self._rows.get(delivery.key), delivery, now=now)
            if isinstance(row, Refusal):
                return row
            self._rows[delivery.key] = row
            return Claim(delivery.key, row.fence, row.attempts)

    @contextmanager
    def work(self, claim: Claim) -> Generator[None]:
        yield None
        self._settle(claim, state=State.DONE)

    def release(self, claim: Claim, *, error: str, not_before: int) -> None:
        self._settle(claim, state=State.FREE, error=error, not_before=not_before, attempts=claim.attempts + 1)

    def bury(self, claim: Claim, *, error: str) -> None:
        self._settle(claim, state=State.DEAD, error=error, attempts=claim.attempts + 1)

    def due(self, *, now: int, limit: int = 100) -> list[Delivery]:
        with self._lock:
            return [row.delivery for row in self._rows.values() if is_due(row, now)][:limit]

    def dead(self) -> list[Delivery]:
        with self._lock:
            return [row.delivery for row in self._rows.values() if row.state is State.DEAD]

    def revive(self, key: EventKey) -> None:
        with self._lock:
            row = self._rows[key]
            if row.state is State.DEAD:
                self._rows[key] = replace(row, state=State.FREE, attempts=0, not_before=0)

    def _settle(self, claim: Claim, **changes: Any) -> None:
        with self._lock:
            row = self._rows[claim.key]
            if row.fence != claim.fence or row.state is not State.CLAIMED:
                raise FenceLostError(f"event {claim.key.event_id} was taken over")
            self._rows[claim.key] = replace(row, **changes)


class AsyncMemoryStore:
    """`MemoryStore`, awaited."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    async def claim(self, delivery: Delivery, *, now: int) -> Claim | Refusal:
        return self._store.claim(delivery, now=now)

    @asynccontextmanager
    async def work(self, claim: Claim) -> AsyncGenerator[None]:
        with self._store.work(claim):
            yield None

    async def release(self, claim: Claim, *, error: str, not_before: int) -> None:
        self._store.release(claim, error=error, not_before=not_before)

    async def bury(self, claim: Claim, *, error: str) -> None:
        self._store.bury(claim, error=error)

    async def due(self, *, now: int, limit: int = 100) -> list[Delivery]:
        return self._store.due(now=now, limit=limit)

    async def dead(self) -> list[Delivery]:
        return self._store.dead()

    async def revive(self, key: EventKey) -> None:
        self._store.revive(key)


def is_due(row: Row, now: int) -> bool:
    """Whether an event may be handled again without waiting for its provider."""
    if row.state is State.CLAIMED:
        return row.lease_until <= now
    return row.state is State.FREE and row.not_before <= now
