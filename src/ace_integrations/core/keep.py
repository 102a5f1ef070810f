"""Results that are kept for a while: in this process, in the shared place, and asked for by one caller at a time."""

import asyncio
import copy
import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cachetools import LRUCache
from pydantic import TypeAdapter, ValidationError

from ace_integrations.core.call import Call
from ace_integrations.core.patience import await_for, wait_for
from ace_integrations.core.shared import Shared
from ace_integrations.core.turns import Turns
from ace_integrations.errors import DeadlineExceededError, ProviderError

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncSender, Sender

logger = logging.getLogger("ace_integrations.kept")

T = TypeVar("T")

MOST = 256
"""Results that one process keeps of one service."""

ASKING_S = 60
"""Seconds for which one process has taken on to ask, and for which the others wait for it."""

LOOK_S = 0.05
"""Seconds between two looks for what another process is asking for."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A result, and since when it is known.

    Attributes:
        since: Unix seconds.
        instead_of: the error in whose place an older result is given; None for one that is still good.
    """

    value: T
    since: float
    instead_of: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    value: Any
    since: float
    fresh_until: float


class Flight:
    """Those who want one key at this moment."""

    def __init__(self) -> None:
        self.turns = Turns()
        self._failures = 0
        self._error: ProviderError | None = None

    @property
    def failures(self) -> int:
        """How often asking failed so far; remember it before waiting."""
        return self._failures

    def fail(self, error: ProviderError) -> None:
        """Leave the error for those who are waiting."""
        self._failures, self._error = self._failures + 1, error

    def failed_since(self, seen: int) -> ProviderError | None:
        """Give the error of who asked while one waited; a new object, since a raised error grows a trace."""
        return copy.copy(self._error) if self._failures > seen else None


class Keep:
    """Where one account's results are kept.

    What the shared place holds is read by every process; whatever it raises is told once and done without.

    Args:
        scope: what tells accounts apart that share one place.
        clock: gives Unix seconds.
    """

    def __init__(self, scope: str, *, clock: Callable[[], float] = time.time, shared: Shared | None = None) -> None:
        self._prefix = f"ace:kept:{scope}:"
        self._clock = clock
        self._entries: LRUCache[str, _Entry] = LRUCache(MOST)
        self._lock = threading.Lock()
        self._flights: weakref.WeakValueDictionary[str, Flight] = weakref.WeakValueDictionary()
        self.shared = shared

    def fresh(self, key: str) -> Kept[Any] | None:
        """Give what this process holds and is still good."""
        entry = self._entry(key)
        return Kept(entry.value, entry.since) if entry is not None and self._clock() < entry.fresh_until else None

    def stale(self, key: str, error: ProviderError, *, longest: float) -> Kept[Any] | None:
        """Give what this process holds, however old up to `longest` seconds, in place of an error."""
        entry = self._entry(key)
        if entry is None or self._clock() - entry.since > longest:
            return None
        return Kept(entry.value, entry.since, error)

    def borrow(self, key: str, adapter: TypeAdapter[Any]) -> Kept[Any] | None:
        """Take over what another process put into the shared place; give it if it is still good."""
        found = self._without(lambda shared: shared.get(self._prefix + key))
        if not found:
            return None
        times, _, value = found.partition(b"\n")
        try:
            since, until = (float(part) for part in times.split())
            self._put(key, _Entry(adapter.validate_json(value), since, until))
        except (ValueError, ValidationError):
            return None
        return self.fresh(key)

    def put(self, key: str, value: T, adapter: TypeAdapter[T], *, fresh_s: float, stale_s: float) -> Kept[T]:
        """Keep a result here and in the shared place.

        Args:
            fresh_s: seconds for which it is given without asking again.
            stale_s: seconds for which it may stand in for an error.
        """
        now = self._clock()
        self._put(key, _Entry(value, now, now + fresh_s))
        if self.shared is not None:
            written = f"{now} {now + fresh_s}\n".encode() + adapter.dump_json(value)
            seconds = max(1, int(max(fresh_s, stale_s)))
            self._without(lambda shared: shared.put(self._prefix + key, written, seconds=seconds))
        return Kept(value, now)

    def claim(self, key: str) -> bool:
        """Take on to ask; False while another process does. Without a shared place nobody else could."""
        return self._without(lambda shared: shared.claim(f"{self._prefix}{key}:asking", seconds=ASKING_S)) is not False

    def release(self, key: str) -> None:
        """Let another process ask."""
        self._without(lambda shared: shared.drop(f"{self._prefix}{key}:asking"))

    def clear(self, prefix: str = "") -> int:
        """Forget what is kept under keys that begin so; give how many results that were, here or shared."""
        with self._lock:
            ours = [key for key in self._entries if key.startswith(prefix)]
            for key in ours:
                del self._entries[key]
        theirs = self._without(lambda shared: shared.clear(self._prefix + prefix))
        return max(len(ours), theirs or 0)

    def flight(self, key: str) -> Flight:
        """Give who asks for a key now; hold it while waiting."""
        with self._lock:
            return self._flights.setdefault(key, Flight())

    def _entry(self, key: str) -> _Entry | None:
        with self._lock:
            return self._entries.get(key)

    def _put(self, key: str, entry: _Entry) -> None:
        with self._lock:
            self._entries[key] = entry

    def _without(self, do: Callable[[Shared], T]) -> T | None:
        if self.shared is None:
            return None
        try:
            return do(self.shared)
        except Exception as error:  # whatever that place raises, a result can be asked for without it
            logger.warning("kept results are not shared: %s", type(error).__name__)
            return None


def _never(error: ProviderError) -> float:
    del error
    return 0.0


@dataclass(slots=True)
class Cached(Call[Kept[T]]):
    """A call whose result is kept, so that it is made again only when the result is too old.

    Of all who want the same key at the same moment one asks: in this process, and with a shared place in all. Who
    waited gets that result, or that error. An error is never kept.

    Attributes:
        key: what tells one question from another.
        type_: of the result, for the shared place.
        fresh_s: how long a result is good, in seconds.
        stale_s: how old a result may be to stand in for an error, in seconds; 0 raises the error.
        patience_s: seconds that who asks waits at most, None as long as it takes. When they are over an older result
            stands in, or `DeadlineExceededError` is raised; asking goes on, for who wants it next.
    """

    call: Call[T]
    key: str
    type_: TypeAdapter[T]
    fresh_s: Callable[[T], float]
    stale_s: Callable[[ProviderError], float] = field(default=_never)
    longest_s: float = 0.0
    patience_s: float | None = None
    provider: str = ""
    operation: str = ""

    def run(self, sender: "Sender") -> Kept[T]:
        keep = sender.connection(self.provider).account.keep
        if (found := keep.fresh(self.key)) is not None:
            return found
        if self.patience_s is None:
            return self._in_turn(sender, keep)
        try:
            return wait_for(self.patience_s, lambda: self._in_turn(sender, keep))
        except TimeoutError:
            return self._stale(keep, self._late())

    def _in_turn(self, sender: "Sender", keep: Keep) -> Kept[T]:
        flight = keep.flight(self.key)
        seen = flight.failures
        with flight.turns.lock:
            if (found := self._waited_for(keep, flight, seen)) is not None:
                return found
            return self._ask_alone(sender, keep, flight)

    def _ask_alone(self, sender: "Sender", keep: Keep, flight: Flight) -> Kept[T]:
        ends = time.monotonic() + ASKING_S
        while True:
            if (found := keep.borrow(self.key, self.type_)) is not None:
                return found
            if keep.claim(self.key) or time.monotonic() > ends:
                break
            time.sleep(LOOK_S)
        try:
            # What another process had put there between the look and the claim is as good.
            return keep.borrow(self.key, self.type_) or self._keep(keep, self.call.run(sender))
        except ProviderError as error:
            return self._instead(keep, flight, error)
        finally:
            keep.release(self.key)

    async def arun(self, sender: "AsyncSender") -> Kept[T]:
        keep = sender.connection(self.provider).account.keep
        if (found := keep.fresh(self.key)) is not None:
            return found
        if self.patience_s is None:
            return await self._ain_turn(sender, keep)
        try:
            return await await_for(self.patience_s, self._ain_turn(sender, keep))
        except TimeoutError:
            return self._stale(keep, self._late())

    async def _ain_turn(self, sender: "AsyncSender", keep: Keep) -> Kept[T]:
        flight = keep.flight(self.key)
        seen = flight.failures
        async with flight.turns.alock():
            if (found := self._waited_for(keep, flight, seen)) is not None:
                return found
            if keep.shared is None:
                return await self._ask_here(sender, keep, flight)
            return await self._ask_shared(sender, keep, flight)

    async def _ask_here(self, sender: "AsyncSender", keep: Keep, flight: Flight) -> Kept[T]:
        try:
            return self._keep(keep, await self.call.arun(sender))
        except ProviderError as error:
            return self._instead(keep, flight, error)

    async def _ask_shared(self, sender: "AsyncSender", keep: Keep, flight: Flight) -> Kept[T]:
        ends = time.monotonic() + ASKING_S
        while True:
            if (found := await asyncio.to_thread(keep.borrow, self.key, self.type_)) is not None:
                return found
            if await asyncio.to_thread(keep.claim, self.key) or time.monotonic() > ends:
                break
            await asyncio.sleep(LOOK_S)
        try:
            if (found := await asyncio.to_thread(keep.borrow, self.key, self.type_)) is not None:
                return found
            value = await self.call.arun(sender)
            return await asyncio.to_thread(self._keep, keep, value)
        except ProviderError as error:
            return self._instead(keep, flight, error)
        finally:
            await asyncio.shield(asyncio.to_thread(keep.release, self.key))

    def _waited_for(self, keep: Keep, flight: Flight, seen: int) -> Kept[T] | None:
        if (found := keep.fresh(self.key)) is not None:
            return found
        error = flight.failed_since(seen)
        return None if error is None else self._stale(keep, error)

    def _keep(self, keep: Keep, value: T) -> Kept[T]:
        return keep.put(self.key, value, self.type_, fresh_s=self.fresh_s(value), stale_s=self.longest_s)

    def _instead(self, keep: Keep, flight: Flight, error: ProviderError) -> Kept[T]:
        flight.fail(error)
        return self._stale(keep, error)

    def _late(self) -> DeadlineExceededError:
        message = f"no answer within {self.patience_s:g} s; it is still asked for, and kept when it comes"
        return DeadlineExceededError(message, provider=self.provider, operation=self.operation)

    def _stale(self, keep: Keep, error: ProviderError) -> Kept[T]:
        found = keep.stale(self.key, error, longest=self.stale_s(error))
        if found is None:
            raise error
        return found

    def labelled(self, provider: str, operation: str) -> "Cached[T]":
        return replace(
            self,
            call=self.call.labelled(provider, operation),
            provider=self.provider or provider,
            operation=self.operation or operation,
        )
