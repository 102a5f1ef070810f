"""What a check must know from elsewhere, as a provider's certificate: fetched by whoever receives, in either colour.

A scheme stays pure: it yields what it lacks and is sent the bytes. Its flow is written once, and driven both ways here.
"""

import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import aclosing, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ace_integrations.core.http import AsyncPool, Pool, Trouble, WireError, WireReply, WireRequest
from ace_integrations.core.turns import Turns
from ace_integrations.errors import ConnectionFailedError, SignatureError, UnavailableError


@dataclass(frozen=True, slots=True)
class Lookup:
    """One document that a check needs. The scheme has made sure that its address may be asked.

    Attributes:
        timeout_s: seconds for the whole of it; somebody waits for the answer to the delivery.
    """

    url: str
    max_bytes: int = 65_536
    timeout_s: float = 5.0


Checking = Generator[Lookup, bytes, None]
"""A check under way: yields what it lacks, is sent its bytes, and ends when the delivery is genuine."""


MOST_LOOKUPS, FORGOTTEN_AFTER_S = 20, 60
"""Lookups in as many seconds. A forger makes up addresses for nothing, so what they may cost is bounded."""


class Fetcher:
    """Drives checks, blocking. One check at a time fetches; those that lack nothing never wait.

    Args:
        http: an `httpx.Client` or `httpx2.Client` to fetch through.
    """

    def __init__(self, http: Any = None) -> None:
        self._http = http
        self._allowance = _Allowance()
        self._turns = Turns()

    def run(self, begin: Callable[[], Checking], *, now: int) -> None:
        """Drive a check to its end.

        Args:
            begin: begins the check; a second time, when another one may have fetched meanwhile what this one lacked.
            now: Unix seconds.

        Raises:
            WebhookError: the delivery is refused.
            ProviderError: what it lacks could not be fetched for now.
        """
        if _lacks_nothing(begin()):
            return
        with self._turns.lock, suppress(StopIteration):
            checking = begin()
            lookup = next(checking)
            while True:
                with self._allowance.spent_on(lookup.url, now):
                    document = self._fetch(lookup)
                lookup = checking.send(document)

    def _fetch(self, lookup: Lookup) -> bytes:
        with closing(Pool(lookup.url, self._http)) as pool:
            try:
                return _content(pool.send(_request(lookup), **_limits(lookup)))
            except WireError as error:
                raise _failed(error) from None


class AsyncFetcher:
    """Drives checks, awaited; see `Fetcher`."""

    def __init__(self, http: Any = None) -> None:
        self._http = http
        self._allowance = _Allowance()
        self._turns = Turns()

    async def run(self, begin: Callable[[], Checking], *, now: int) -> None:
        """Drive a check to its end; see `Fetcher.run`."""
        if _lacks_nothing(begin()):
            return
        async with self._turns.alock():
            with suppress(StopIteration):
                checking = begin()
                lookup = next(checking)
                while True:
                    with self._allowance.spent_on(lookup.url, now):
                        document = await self._fetch(lookup)
                    lookup = checking.send(document)

    async def _fetch(self, lookup: Lookup) -> bytes:
        async with aclosing(AsyncPool(lookup.url, self._http)) as pool:
            try:
                return _content(await pool.send(_request(lookup), **_limits(lookup)))
            except WireError as error:
                raise _failed(error) from None


class _Allowance:
    """How many lookups there may be, and which addresses failed just now."""

    def __init__(self) -> None:
        self._spent: deque[int] = deque(maxlen=MOST_LOOKUPS)
        self._failed: deque[tuple[str, int]] = deque(maxlen=MOST_LOOKUPS)

    @contextmanager
    def spent_on(self, url: str, now: int) -> Generator[None]:
        """Spend one lookup, and remember whether it failed.

        Raises:
            UnavailableError: there were too many in a minute, or this address failed within it.
        """
        too_many = len(self._spent) == MOST_LOOKUPS and now - self._spent[0] < FORGOTTEN_AFTER_S
        if too_many or any(each == url and now - at < FORGOTTEN_AFTER_S for each, at in self._failed):
            raise UnavailableError("what the check needs was asked for too often within a minute")
        self._spent.append(now)
        try:
            yield
        except Exception:
            self._failed.append((url, now))
            raise


def _lacks_nothing(checking: Checking) -> bool:
    with closing(checking):
        return next(checking, None) is None


def _request(lookup: Lookup) -> WireRequest:
    return WireRequest("GET", lookup.url, {"accept": "*/*", "accept-encoding": "gzip, deflate"})


def _limits(lookup: Lookup) -> dict[str, Any]:
    deadline = time.monotonic() + lookup.timeout_s
    return {"read_timeout": lookup.timeout_s, "deadline": deadline, "max_bytes": lookup.max_bytes}


def _content(reply: WireReply) -> bytes:
    """Give the document; a redirect is none, and is never followed."""
    if reply.status == 429 or reply.status >= 500:
        raise UnavailableError(f"what the check needs could not be fetched: status {reply.status}", status=reply.status)
    if reply.status != 200:
        raise SignatureError(f"what the check needs is not at its address: status {reply.status}")
    return reply.body


def _failed(error: WireError) -> Exception:
    if error.trouble in (Trouble.TOO_LARGE, Trouble.UNREADABLE):
        return SignatureError(f"what the check needs cannot be read: {error}")
    return ConnectionFailedError(f"what the check needs could not be fetched: {error}")
