"""Faults on demand: a rule says which calls fail, how, and how often."""

import asyncio
import itertools
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Message, Receive, Scope, Send

from ace_integrations.sandbox.asgi import App, answer, cut_connection, refuse_socket

Kind = Literal[
    "latency", "status", "reset_before", "reset_after", "timeout_before", "timeout_after", "truncated", "html",
    "bad_json", "large", "redirect", "drip", "wrong_type",
]  # fmt: skip

OF_HANDSHAKES = frozenset[Kind]({"latency", "status", "reset_before", "reset_after", "timeout_before"})
"""What a WebSocket can be met with as it is opened; other rules wait for a call."""


class Rule(BaseModel):
    """Which calls fail and how.

    Attributes:
        provider, operation: "" is every one; an operation is the twin's name of the route.
        times: how many calls it applies to; None is until it is taken away.
        seconds: of latency, of a time-out, between the bytes of a drip.
        status, retry_after: of the kind "status"; the header is sent as given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    provider: str = ""
    operation: str = ""
    times: int | None = 1
    seconds: float = Field(default=1.0, ge=0, le=120)
    status: int = Field(default=500, ge=400, le=599)
    retry_after: str | None = None


@dataclass(slots=True)
class Active:
    """A rule and how often it still applies."""

    id: int
    rule: Rule
    left: int | None


class Faults:
    """The active rules, oldest first."""

    def __init__(self) -> None:
        self._active: list[Active] = []
        self._ids = itertools.count(1)

    def add(self, rule: Rule) -> Active:
        """Let calls fail."""
        active = Active(next(self._ids), rule, rule.times)
        self._active.append(active)
        return active

    def take(self, provider: str, operation: str, *, of: Container[Kind] = get_args(Kind)) -> Rule | None:
        """Give the rule for one call, of these kinds, and count it."""
        for active in self._active:
            rule = active.rule
            if rule.kind in of and rule.provider in ("", provider) and rule.operation in ("", operation):
                if active.left is not None:
                    active.left -= 1
                    if active.left <= 0:
                        self._active.remove(active)
                return active.rule
        return None

    def remove(self, rule_id: int) -> None:
        """Take one rule away."""
        self._active = [active for active in self._active if active.id != rule_id]

    def clear(self) -> None:
        """Take every rule away."""
        self._active.clear()

    def list(self) -> list[dict[str, Any]]:
        """Give the rules as JSON values."""
        return [{"id": active.id, "left": active.left, **active.rule.model_dump()} for active in self._active]


async def apply(rule: Rule, app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call as the rule says."""
    match rule.kind:
        case "latency":
            await asyncio.sleep(rule.seconds)
            await app(scope, receive, send)
        case "status":
            headers = {"retry-after": rule.retry_after} if rule.retry_after is not None else {}
            await _drain(receive)
            await answer(send, rule.status, b'{"message": "fault of the sandbox"}', headers=headers)
        case "reset_before":
            cut_connection(receive)
        case "reset_after":
            await app(scope, receive, _nowhere)
            cut_connection(receive)
        case "timeout_before":
            await _drain(receive)
            await asyncio.sleep(rule.seconds)
            cut_connection(receive)
        case "timeout_after":
            await app(scope, receive, _nowhere)
            await asyncio.sleep(rule.seconds)
            cut_connection(receive)
        case "truncated":
            await app(scope, receive, _Truncating(receive, send))
        case "html":
            await app(scope, receive, _nowhere)
            await answer(send, 200, b"<html><body>Scheduled maintenance</body></html>", media_type="text/html")
        case "wrong_type":
            await app(scope, receive, _nowhere)
            await answer(send, 200, b"{}", media_type="text/plain")
        case "bad_json":
            await app(scope, receive, _nowhere)
            await answer(send, 200, b'{"id": "cut')
        case "large":
            await app(scope, receive, _nowhere)
            await answer(send, 200, b'{"padding": "' + b"x" * 10_000_000 + b'"}')
        case "redirect":
            await _drain(receive)
            await answer(send, 302, b"", headers={"location": "http://127.0.0.1:9/elsewhere"})
        case "drip":
            await app(scope, receive, _Dripping(send, rule.seconds))


async def apply_to_handshake(rule: Rule, app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Open one WebSocket as the rule says, which is one `OF_HANDSHAKES`."""
    match rule.kind:
        case "latency":
            await asyncio.sleep(rule.seconds)
            await app(scope, receive, send)
        case "status":
            await receive()
            await refuse_socket(send, rule.status)
        case "reset_after":
            await app(scope, receive, _Cutting(receive, send))
        case "timeout_before":
            await asyncio.sleep(rule.seconds)
            cut_connection(receive)
        case _:
            cut_connection(receive)


async def _nowhere(message: Message) -> None:
    del message


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


class _Truncating:
    """Announces the whole length, sends half, and cuts."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body = cast("bytes", message.get("body", b""))
        await self._send({**message, "body": body[: len(body) // 2], "more_body": True})
        cut_connection(self._receive)


class _Cutting:
    """Cuts a WebSocket as soon as it is open."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def __call__(self, message: Message) -> None:
        await self._send(message)
        if message["type"] == "websocket.accept":
            cut_connection(self._receive)


class _Dripping:
    """Sends a byte at a time."""

    def __init__(self, send: Send, pause_s: float) -> None:
        self._send = send
        self._pause_s = pause_s

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body = cast("bytes", message.get("body", b""))
        for position in range(len(body)):
            await self._send({"type": "http.response.body", "body": body[position : position + 1], "more_body": True})
            await asyncio.sleep(self._pause_s)
        # A streamed answer comes in several messages, each of which is dripped.
        await self._send({**message, "body": b""})
