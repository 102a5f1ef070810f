"""One service behind the journal and the faults: its calls, and the connections of its WebSockets."""

import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

from ace_integrations.sandbox.faults import OF_HANDSHAKES, Rule, apply, apply_to_handshake
from ace_integrations.sandbox.journal import Entry

if TYPE_CHECKING:
    from ace_integrations.sandbox.app import Sandbox

WITHOUT_A_WORD = (1005, 1006)
"""Codes that stand for none: the connection was lost, or closed without one."""


class Watched:
    """One service, watched."""

    def __init__(self, name: str, routes: Iterable[BaseRoute], sandbox: "Sandbox") -> None:
        self._name = name
        self._routes = list(routes)
        self._app = Starlette(routes=self._routes)
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operation(scope)
        if scope["type"] == "websocket":
            await self._connected(scope, receive, send, operation)
        elif scope["type"] != "http" or operation.startswith("page") or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
        else:
            await self._called(scope, receive, send, operation)

    async def _called(self, scope: Scope, receive: Receive, send: Send, operation: str) -> None:
        seen = _Seen(receive, send)
        started, age = time.monotonic(), self._sandbox.journal.age
        rule = self._sandbox.faults.take(self._name, operation)
        try:
            if rule is None:
                await self._app(scope, _as_cycle(seen, receive), seen.send)
            else:
                await apply(rule, self._app, scope, _as_cycle(seen, receive), seen.send)
        finally:
            if age == self._sandbox.journal.age:
                self._note(
                    scope,
                    operation,
                    rule,
                    kind="call",
                    method=scope["method"],
                    status=seen.status,
                    duration_ms=_ms_since(started),
                    request=bytes(seen.request),
                    answered=decoded(seen.headers),
                    response=bytes(seen.response),
                )

    async def _connected(self, scope: Scope, receive: Receive, send: Send, operation: str) -> None:
        """Serve a WebSocket; its entry is written when it is open or refused, and says in the end how it was closed."""
        started, age = time.monotonic(), self._sandbox.journal.age
        rule = self._sandbox.faults.take(self._name, operation, of=OF_HANDSHAKES)
        entries: list[Entry] = []

        def opened(status: int) -> None:
            if age == self._sandbox.journal.age:
                facts: dict[str, Any] = {"request": b"", "answered": {}, "response": b""}
                entries.append(
                    self._note(
                        scope, operation, rule, kind="socket", method="GET", status=status, duration_ms=0, **facts
                    )
                )

        seen = _SeenSocket(receive, send, opened)
        try:
            if rule is None:
                await self._app(scope, _as_cycle(seen, receive), seen.send)
            else:
                await apply_to_handshake(rule, self._app, scope, _as_cycle(seen, receive), seen.send)
        finally:
            if not seen.is_known:
                opened(0)
            for entry in entries:
                self._sandbox.journal.amend(entry, duration_ms=_ms_since(started), response=seen.said)

    def _operation(self, scope: Scope) -> str:
        for route in self._routes:
            match, _ = route.matches(scope)
            if match is Match.FULL:
                return getattr(route, "name", "") or ""
        return ""

    def _note(self, scope: Scope, operation: str, rule: Rule | None, **facts: Any) -> Entry:
        path = scope["path"].removeprefix(scope["root_path"])
        query = scope["query_string"].decode("latin-1")
        return self._sandbox.journal.write(
            at=self._sandbox.clock.now(),
            provider=self._name,
            operation=operation,
            path=f"{path}?{query}" if query else path,
            headers=decoded(scope["headers"]),
            fault=rule.kind if rule else "",
            **facts,
        )


class _Seen:
    """Copies what passes."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.request = bytearray()
        self.response = bytearray()
        self.status = 0
        self.headers: Iterable[tuple[bytes, bytes]] = ()

    async def receive(self) -> Message:
        message = await self._receive()
        self.request += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = message.get("headers", ())
        elif len(self.response) < 100_000:
            self.response += message.get("body", b"")
        await self._send(message)


class _SeenSocket:
    """Counts the frames that pass, and notes how a connection is opened and closed.

    Args:
        opened: is told the status of the handshake: 101, or that of a refusal.

    Attributes:
        is_known: whether the status was told.
    """

    def __init__(self, receive: Receive, send: Send, opened: Callable[[int], None]) -> None:
        self._receive = receive
        self._send = send
        self._opened = opened
        self._closed: dict[str, Any] = {}
        self._frames = {"websocket.receive": 0, "websocket.send": 0}
        self.is_known = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._see(message, "client")
        return message

    async def send(self, message: Message) -> None:
        self._see(message, "server")
        await self._send(message)

    @property
    def said(self) -> bytes:
        """Who closed it and how, and how many frames went each way, as JSON."""
        received, sent = self._frames.values()
        return json.dumps({**self._closed, "frames_in": received, "frames_out": sent}).encode()

    def _see(self, message: Message, by: str) -> None:
        match message["type"]:
            case "websocket.accept":
                self._told(101)
            case "websocket.http.response.start":
                self._told(message["status"])
            case "websocket.close" | "websocket.disconnect":
                # Closed before it was open, which the server answers so.
                self._told(403)
                code, reason = message.get("code") or 1005, message.get("reason") or ""
                who = "unknown" if code in WITHOUT_A_WORD else by
                self._closed = self._closed or {"closed_by": who, "code": code, "reason": reason}
            case kind:
                if kind in self._frames:
                    self._frames[kind] += 1

    def _told(self, status: int) -> None:
        if not self.is_known:
            self.is_known = True
            self._opened(status)


def decoded(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Give header fields as text."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


class _CycleReceive:
    """`receive` that is seen, and still leads to the connection of its request."""

    def __init__(self, seen: _Seen | _SeenSocket, receive: Receive) -> None:
        self.__self__ = getattr(receive, "__self__", None)
        self._seen = seen

    async def __call__(self) -> Message:
        return await self._seen.receive()


def _as_cycle(seen: _Seen | _SeenSocket, receive: Receive) -> Receive:
    return _CycleReceive(seen, receive)


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
