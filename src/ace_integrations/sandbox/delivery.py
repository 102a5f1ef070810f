"""Send webhooks as the services do: signed, retried on the sandbox's clock, to this machine only."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ace_integrations.core.http import AsyncPool, WireError, WireRequest
from ace_integrations.sandbox.clock import Clock
from ace_integrations.sandbox.journal import Journal
from ace_integrations.settings import is_loopback


@dataclass(slots=True)
class Attempt:
    """One try to deliver. `status` is None when no answer came."""

    at: float
    status: int | None


@dataclass(slots=True)
class Outgoing:
    """One webhook on its way to one address.

    Attributes:
        sign: gives the body and headers of one try; called anew for each, since some services sign each try afresh.
        retries_s: pauses before the second, third, … try, in sandbox seconds.
        settled: says of an answer's status whether the service stops trying.
    """

    id: int
    provider: str
    type: str
    url: str
    sign: Callable[[], tuple[bytes, Mapping[str, str]]] = field(repr=False)
    retries_s: Sequence[float] = ()
    settled: Callable[[int], bool] = lambda status: 200 <= status < 300
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    state: str = "waiting"

    def as_json(self) -> dict[str, Any]:
        """Give it without its body."""
        attempts = [{"at": attempt.at, "status": attempt.status} for attempt in self.attempts]
        return {
            "id": self.id,
            "provider": self.provider,
            "type": self.type,
            "url": self.url,
            "state": self.state,
            "attempts": attempts,
        }


class Deliveries:
    """Every webhook that the twins sent or are about to send."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._ids = itertools.count(1)
        self._pool = AsyncPool("http://127.0.0.1")
        self.all: dict[int, Outgoing] = {}
        self.paused = False

    def send(
        self,
        *,
        provider: str,
        type: str,
        url: str,
        sign: Callable[[], tuple[bytes, Mapping[str, str]]],
        retries_s: Sequence[float] = (),
        settled: Callable[[int], bool] = lambda status: 200 <= status < 300,
        timeout_s: float = 10.0,
    ) -> Outgoing:
        """Send one webhook soon, and again after each pause until it is settled.

        Raises:
            ValueError: the address is not on this machine: a sandbox never reaches out.
        """
        if not is_loopback(url):
            raise ValueError("a sandbox sends webhooks to this machine only")
        outgoing = Outgoing(next(self._ids), provider, type, url, sign, tuple(retries_s), settled)
        self.all[outgoing.id] = outgoing
        self._clock.later(0, lambda: self._try(outgoing, timeout_s))
        return outgoing

    async def resend(self, delivery_id: int) -> Outgoing:
        """Send one once more now, whatever became of it."""
        outgoing = self.all[delivery_id]
        await self._once(outgoing, 10.0)
        return outgoing

    def clear(self) -> None:
        """Forget them."""
        self.all.clear()

    async def _try(self, outgoing: Outgoing, timeout_s: float) -> None:
        if outgoing.id not in self.all:
            return
        if self.paused:
            outgoing.state = "dropped"
            return
        status = await self._once(outgoing, timeout_s)
        if status is not None and outgoing.settled(status):
            outgoing.state = "delivered" if 200 <= status < 300 else "refused"
            return
        tries = len(outgoing.attempts)
        if tries > len(outgoing.retries_s):
            outgoing.state = "given up"
            return
        outgoing.state = "waiting"
        self._clock.later(outgoing.retries_s[tries - 1], lambda: self._try(outgoing, timeout_s))

    async def _once(self, outgoing: Outgoing, timeout_s: float) -> int | None:
        body, headers = outgoing.sign()
        request = WireRequest("POST", outgoing.url, {"content-type": "application/json", **headers}, content=body)
        started = time.monotonic()
        status: int | None = None
        answer = b""
        try:
            reply = await self._pool.send(
                request, read_timeout=timeout_s, deadline=started + timeout_s, max_bytes=1_000_000
            )
            status, answer = reply.status, reply.body
        except WireError as error:
            answer = str(error).encode()
        outgoing.attempts.append(Attempt(self._clock.now(), status))
        if status is not None and 200 <= status < 300:
            outgoing.state = "delivered"
        self._journal.write(
            at=self._clock.now(),
            kind="webhook",
            provider=outgoing.provider,
            operation=outgoing.type,
            method="POST",
            path=urlsplit(outgoing.url).path,
            status=status or 0,
            duration_ms=round((time.monotonic() - started) * 1000),
            headers=request.headers,
            request=body,
            response=answer,
        )
        return status
