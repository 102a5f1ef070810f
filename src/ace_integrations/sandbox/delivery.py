"""Send webhooks as the services do: signed, retried on the sandbox's clock, to this machine only.

By hand any of them can be sent again, or tampered with on its way.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from ace_integrations.core.http import AsyncPool, WireError, WireRequest
from ace_integrations.sandbox.clock import Clock
from ace_integrations.sandbox.journal import Journal
from ace_integrations.settings import is_loopback

Way = Literal["by itself", "again", "tampered body", "tampered signature"]
"""Why a try was made: on the service's own account, or by hand."""

Part = Literal["body", "signature"]
"""What is tampered with."""


@dataclass(slots=True)
class Attempt:
    """One try to deliver. `status` is None when no answer came."""

    at: float
    status: int | None
    way: Way = "by itself"

    @property
    def is_forged(self) -> bool:
        """Whether a receiver should have refused it."""
        return self.way.startswith("tampered")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered; `status` is None, and `body` says why, where it did not."""

    status: int | None
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


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
        attempts = [{"at": attempt.at, "status": attempt.status, "way": attempt.way} for attempt in self.attempts]
        return {
            "id": self.id,
            "provider": self.provider,
            "type": self.type,
            "url": self.url,
            "state": self.state,
            "attempts": attempts,
        }


class Deliveries:
    """Every webhook that the twins sent or are about to send.

    Attributes:
        paused: nothing is delivered, and what falls due is dropped.
        at_once: how many may be under way at the same moment. One lets them come in the order in which they fall due,
            and moving the clock waits for each; more is how the services themselves do it.
    """

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._ids = itertools.count(1)
        self._pool = AsyncPool("http://127.0.0.1")
        self.all: dict[int, Outgoing] = {}
        self.paused = False
        self.at_once = 1
        self._under_way: set[asyncio.Task[None]] = set()

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
        self._clock.later(0, lambda: self._fall_due(outgoing, timeout_s))
        return outgoing

    async def resend(self, delivery_id: int) -> Outgoing:
        """Send one once more now, signed as the service would, whatever became of it."""
        outgoing = self.all[delivery_id]
        await self._once(outgoing, 10.0, "again")
        return outgoing

    async def tamper(self, delivery_id: int, part: Part) -> Outgoing:
        """Send one once more now, changed after it was signed: a receiver should refuse it.

        Raises:
            ValueError: it carries no signature to change.
        """
        outgoing = self.all[delivery_id]
        await self._once(outgoing, 10.0, "tampered body" if part == "body" else "tampered signature")
        return outgoing

    def clear(self) -> None:
        """Forget them."""
        self.all.clear()

    async def _fall_due(self, outgoing: Outgoing, timeout_s: float) -> None:
        """Try it now, or beside others as soon as there is room for it."""
        if self.at_once == 1:
            await self._try(outgoing, timeout_s)
            return
        while len(self._under_way) >= self.at_once:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        trying = asyncio.create_task(self._try(outgoing, timeout_s))
        self._under_way.add(trying)
        trying.add_done_callback(self._under_way.discard)

    async def _try(self, outgoing: Outgoing, timeout_s: float) -> None:
        if outgoing.id not in self.all:
            return
        if self.paused:
            outgoing.state = "dropped"
            return
        status = await self._once(outgoing, timeout_s, "by itself")
        if status is not None and outgoing.settled(status):
            outgoing.state = "delivered" if 200 <= status < 300 else "refused"
            return
        tries = sum(attempt.way == "by itself" for attempt in outgoing.attempts)
        if tries > len(outgoing.retries_s):
            outgoing.state = "given up"
            return
        outgoing.state = "waiting"
        self._clock.later(outgoing.retries_s[tries - 1], lambda: self._fall_due(outgoing, timeout_s))

    async def ask(
        self,
        *,
        provider: str,
        type: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        method: str = "POST",
        timeout_s: float = 10.0,
    ) -> Answer:
        """Ask the platform something once and wait, as services do that let it decide.

        Raises:
            ValueError: the address is not on this machine: a sandbox never reaches out.
        """
        if not is_loopback(url):
            raise ValueError("a sandbox asks this machine only")
        request = WireRequest(method, url, dict(headers), content=body or None)
        return await self._sent(request, provider=provider, type=type, timeout_s=timeout_s)

    async def _once(self, outgoing: Outgoing, timeout_s: float, way: Way) -> int | None:
        body, headers = outgoing.sign()
        if way == "tampered body":
            body = with_body_changed(body)
        elif way == "tampered signature":
            body, headers = with_signature_changed(body, headers)
        request = WireRequest("POST", outgoing.url, {"content-type": "application/json", **headers}, content=body)
        answer = await self._sent(
            request, provider=outgoing.provider, type=outgoing.type, timeout_s=timeout_s, delivery=outgoing.id
        )
        attempt = Attempt(self._clock.now(), answer.status, way)
        outgoing.attempts.append(attempt)
        if answer.is_success and not attempt.is_forged:
            outgoing.state = "delivered"
        return answer.status

    async def _sent(
        self, request: WireRequest, *, provider: str, type: str, timeout_s: float, delivery: int = 0
    ) -> Answer:
        started = time.monotonic()
        status: int | None = None
        body, answered = b"", dict[str, str]()
        try:
            reply = await self._pool.send(
                request, read_timeout=timeout_s, deadline=started + timeout_s, max_bytes=1_000_000
            )
            status, body, answered = reply.status, reply.body, dict(reply.headers.items())
        except WireError as error:
            body = str(error).encode()
        self._journal.write(
            at=self._clock.now(),
            kind="webhook",
            provider=provider,
            operation=type,
            method=request.method,
            path=urlsplit(request.url).path,
            status=status or 0,
            duration_ms=round((time.monotonic() - started) * 1000),
            headers=request.headers,
            request=request.content or b"",
            answered=answered,
            response=body,
            delivery=delivery,
        )
        return Answer(status, body)


_SIGNATURE_HEADER = re.compile(r"(?:^|[-_])sig(?:n(?:ature)?)?(?:$|[-_])", re.IGNORECASE)
_SIGNATURE_FIELD = re.compile(rb'("(?:[a-z]+[-_])*signature":\s*")([^"]{16,})')
_DIGEST = re.compile(r"[A-Za-z0-9+/_-]{16,}")
"""Hexadecimal or base64; a time is shorter."""


def with_body_changed(body: bytes) -> bytes:
    """Give a body with one field more than was signed; the rest keeps its bytes, and JSON stays JSON."""
    if body.startswith(b"{") and not body.startswith(b"{}"):
        return b'{"tampered":true,' + body[1:]
    return body + b" tampered"


def with_signature_changed(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Give a delivery whose every signature differs by one character, wherever it stands: in a header or in the body.

    Raises:
        ValueError: it has none.
    """
    changed = {
        name: _DIGEST.sub(_first_character_changed, value) if _SIGNATURE_HEADER.search(name) else value
        for name, value in headers.items()
    }
    if changed != dict(headers):
        return body, changed
    forged = _SIGNATURE_FIELD.sub(lambda found: found[1] + _other(found[2][:1]) + found[2][1:], body)
    if forged == body:
        raise ValueError("this delivery carries no signature")
    return forged, changed


def _first_character_changed(digest: re.Match[str]) -> str:
    # Not the last one: in base64 some of its bits mean nothing, and the signature would still be good.
    return _other(digest[0][:1].encode()).decode() + digest[0][1:]


def _other(character: bytes) -> bytes:
    """Give another character that is of the same form in hexadecimal and in base64."""
    return b"b" if character == b"a" else b"a"
