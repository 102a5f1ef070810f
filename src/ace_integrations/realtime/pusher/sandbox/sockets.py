"""The WebSocket endpoint: who may connect, the greeting, and the life of a connection."""

import asyncio
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.types import Message, Receive, Scope, Send

from ace_integrations.realtime.pusher.sandbox.account import Account, Now
from ace_integrations.realtime.pusher.sandbox.connection import Connection
from ace_integrations.realtime.pusher.sandbox.frames import told
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.realtime.pusher.sandbox.protocol import Protocol
from ace_integrations.realtime.pusher.sandbox.watch import Watch
from ace_integrations.sandbox.asgi import cut_connection

OLDEST, NEWEST, READS_CLOSE_CODES = 4, 7, 6
"""Versions of the protocol; older ones are told in a frame why they are closed."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a connection is not to be."""

    code: int
    reason: str


class Sockets:
    """Takes connections, as an ASGI application."""

    def __init__(self, account: Account, hub: Hub, protocol: Protocol, watch: Watch, now: Now) -> None:
        self._account = account
        self._hub = hub
        self._protocol = protocol
        self._watch = watch
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end."""
        await receive()
        await send({"type": "websocket.accept"})
        closing = self._closing(scope)
        if closing is None:
            await self._serve(receive, send)
        else:
            await self._turn_away(closing, scope, receive, send)

    # Who may connect.

    def _closing(self, scope: Scope) -> Closing | None:
        """Give why this one may not; the first reason counts."""
        return self._unfit(scope) or self._unwanted(scope)

    def _unfit(self, scope: Scope) -> Closing | None:
        """Give what is wrong with the request itself."""
        key, version = scope["path_params"].get("key"), _version(scope)
        if key is None:
            return Closing(4005, "Path not found")
        if self._account.secret_of(key) is None:
            return Closing(4001, f"App key {key[:40]} not in this cluster. Did you forget to specify the cluster?")
        if not version:
            return Closing(4008, "No protocol version supplied")
        if not _is_number(version):
            return Closing(4006, "Invalid version string format")
        return None if OLDEST <= int(version) <= NEWEST else Closing(4007, "Unsupported protocol version")

    def _unwanted(self, scope: Scope) -> Closing | None:
        """Give why the app takes nobody now."""
        switches = self._account.switches
        if switches.tls_only and scope["scheme"] != "wss":
            return Closing(4000, "Only TLS is accepted, reconnect using wss://")
        if not switches.enabled:
            return Closing(4003, "Application disabled")
        if switches.max_connections is not None and len(self._hub.connections) >= switches.max_connections:
            return Closing(self._account.dialect.full, "Over the quota of connections")
        if self._account.closing:
            return Closing(self._account.closing.popleft(), "The sandbox was told to")
        return None

    async def _turn_away(self, closing: Closing, scope: Scope, receive: Receive, send: Send) -> None:
        version, dialect = _version(scope), self._account.dialect
        stays = closing.code == dialect.full and not dialect.closes_when_full
        reads_only_frames = _is_number(version) and int(version) < READS_CLOSE_CODES
        if stays or reads_only_frames or dialect.tells_before_closing:
            await send(self._hub.error(closing.code, closing.reason))
        if not stays:
            await send({"type": "websocket.close", "code": closing.code, "reason": closing.reason})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    # An established connection.

    async def _serve(self, receive: Receive, send: Send) -> None:
        connection = Connection(self._new_socket_id(), self._now(), lambda: cut_connection(receive))
        connection.send(self._greeting(connection))
        self._hub.join(connection)
        self._watch.over(connection)
        writing = asyncio.create_task(connection.write(send))
        try:
            await self._hear(connection, receive)
        finally:
            self._hub.leave(connection)
            writing.cancel()
            await asyncio.wait([writing])

    async def _hear(self, connection: Connection, receive: Receive) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            if connection.socket_id in self._hub.connections:
                self._protocol.hear(connection, message.get("text"))

    def _new_socket_id(self) -> str:
        while True:
            socket_id = f"{secrets.randbelow(1_000_000)}.{secrets.randbelow(100_000_000)}"
            if socket_id not in self._hub.connections:
                return socket_id

    def _greeting(self, connection: Connection) -> Message:
        seconds = self._account.activity_timeout_s
        whole = int(seconds) if seconds == int(seconds) else seconds
        data = {"socket_id": connection.socket_id, "activity_timeout": whole}
        return told("pusher:connection_established", data)


def _version(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("protocol", [""])[0]


def _is_number(version: str) -> bool:
    return version.isascii() and version.isdigit() and len(version) <= 9
