"""The only module that knows httpx: pools, the deadline on every socket operation, bounded reads, its errors mapped.

An injected client may be httpx or httpx2: they share every name used here, and errors are looked up in the library
that the client comes from.
"""

import asyncio
import contextlib
import logging
import os
import ssl
import sys
import threading
import time
import weakref
import zlib
from collections.abc import AsyncGenerator, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ace_integrations.core.http_call import File, Headers
from ace_integrations.settings import is_loopback

if TYPE_CHECKING:
    from typing_extensions import Buffer

POOL_S, WRITE_S = 5.0, 10.0
"""Seconds that one try may wait for a free place in the pool, and for the socket to take bytes."""

LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=4.0)
ASYNC_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)

_deadline: ContextVar[float] = ContextVar("ace_deadline")


class Trouble(StrEnum):
    """Why a try gave no usable answer, sorted by what is known of the request."""

    NOT_SENT = "not sent"
    NO_CONNECTION_FREE = "no connection was free"
    NO_ANSWER = "no answer"
    BROKEN = "the connection broke"
    TOO_LARGE = "the answer is too large"
    UNREADABLE = "the answer cannot be decoded"


class WireError(Exception):
    """One try failed below HTTP. Its text never quotes an address or a header."""

    def __init__(self, trouble: Trouble, what: str) -> None:
        self.trouble = trouble
        super().__init__(f"{trouble} ({what})")


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request ready to be sent, the same bytes at every try. Its `repr` shows neither keys nor content.

    Attributes:
        connect_s: seconds that one try may wait for a connection.
    """

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    form: dict[str, Any] | None = field(default=None, repr=False)
    files: tuple[tuple[str, File], ...] = field(default=(), repr=False)
    connect_s: float = 5.0


@dataclass(frozen=True, slots=True)
class WireReply:
    """Status, header fields and decoded body as they came."""

    status: int
    headers: Headers
    body: bytes


class Opened:
    """An answer whose body is still to come, piece by piece; blocking. Close it."""

    def __init__(self, response: Any, client: Any, deadline: float, max_bytes: int) -> None:
        self.status: int = response.status_code
        self.headers = _fields(response)
        self._response = response
        self._client = client
        self._deadline = deadline
        self._body = _Body(self.headers.get("content-encoding", ""), max_bytes)
        self._raw: Any = response.iter_raw()

    def piece(self) -> bytes | None:
        """Give the next piece of the body, None at its end.

        Raises:
            WireError: it ended too early, is too large, or the deadline passed.
        """
        # Set for each piece anew: between two of them the caller's own code runs.
        token = _deadline.set(self._deadline)
        try:
            chunk: bytes | None = next(self._raw, None)
            return None if chunk is None else self._body.decoded(chunk)
        except Exception as error:
            raise _wire_error(error, self._client) from None
        finally:
            _deadline.reset(token)

    def rest(self) -> bytes:
        """Give all of the body that is still to come."""
        return b"".join(iter(self.piece, None))

    def close(self) -> None:
        """Give the connection back."""
        self._response.close()


class AsyncOpened:
    """An answer whose body is still to come, piece by piece; awaited. Close it."""

    def __init__(self, response: Any, client: Any, deadline: float, max_bytes: int) -> None:
        self.status: int = response.status_code
        self.headers = _fields(response)
        self._response = response
        self._client = client
        self._deadline = deadline
        self._body = _Body(self.headers.get("content-encoding", ""), max_bytes)
        self._raw: Any = response.aiter_raw()

    async def piece(self) -> bytes | None:
        """Give the next piece of the body, None at its end; see `Opened.piece`."""
        try:
            # For each piece anew: a timeout that spans a yield would end in whoever takes the next piece.
            async with asyncio.timeout(max(0.0, self._deadline - time.monotonic())):
                chunk: bytes | None = await anext(self._raw, None)
            return None if chunk is None else self._body.decoded(chunk)
        except Exception as error:
            raise _wire_error(error, self._client) from None

    async def rest(self) -> bytes:
        """Give all of the body that is still to come."""
        pieces: list[bytes] = []
        while (piece := await self.piece()) is not None:
            pieces.append(piece)
        return b"".join(pieces)

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._raw.aclose()
        await self._response.aclose()


class Pool:
    """Connections of one blocking client: opened on first use, shared by threads, dropped in a forked child.

    Ours are a transport of httpx's without its client, whose cookies, redirects and hooks cost a sixth of a call and
    are not used here; an injected client is used whole, since what it was given is meant to count.
    """

    def __init__(self, base_url: str, injected: Any = None) -> None:
        self._base_url = base_url
        self._injected = injected
        self._lock = threading.Lock()
        self._own: tuple[int, httpx.BaseTransport] | None = None

    def send(self, request: WireRequest, *, read_timeout: float, deadline: float, max_bytes: int) -> WireReply:
        """Send once and read the whole answer.

        Raises:
            WireError: no usable answer; says whether anything was sent.
        """
        client = self._injected
        token = _deadline.set(deadline)
        try:
            response = self._respond(request, read_timeout, deadline)
            try:
                fields = _fields(response)
                body = _Body(fields.get("content-encoding", ""), max_bytes)
                for chunk in response.iter_raw():
                    body.feed(chunk)
                return WireReply(response.status_code, fields, body.whole())
            finally:
                response.close()
        except Exception as error:
            raise _wire_error(error, client) from None
        finally:
            _deadline.reset(token)

    def open(self, request: WireRequest, *, read_timeout: float, deadline: float, max_bytes: int) -> Opened:
        """Send once and give the answer before its body came.

        Raises:
            WireError: no usable answer; says whether anything was sent.
        """
        token = _deadline.set(deadline)
        try:
            return Opened(self._respond(request, read_timeout, deadline), self._injected, deadline, max_bytes)
        except Exception as error:
            raise _wire_error(error, self._injected) from None
        finally:
            _deadline.reset(token)

    def _respond(self, request: WireRequest, read_timeout: float, deadline: float) -> Any:
        client = self._injected
        if client is None:
            return self._transport().handle_request(_built(request, read_timeout, deadline))
        built = _built_by(client, request, read_timeout, deadline)
        return client.send(built, stream=True, follow_redirects=False)

    def close(self) -> None:
        """Close what this pool opened; an injected client is its owner's to close."""
        own, self._own = self._own, None
        if own is not None and own[0] == os.getpid():
            own[1].close()

    def _transport(self) -> httpx.BaseTransport:
        own = self._own
        if own is not None and own[0] == os.getpid():
            return own[1]
        with self._lock:
            if self._own is None or self._own[0] != os.getpid():
                transport = _DeadlineTransport(verify=_tls(), limits=LIMITS, proxy=_proxy(self._base_url))
                self._own = (os.getpid(), transport)
                weakref.finalize(self, transport.close).atexit = False
            return self._own[1]


class AsyncPool:
    """Connections of one awaited client: one set per running event loop, closed with that loop."""

    def __init__(self, base_url: str, injected: Any = None) -> None:
        self._base_url = base_url
        self._injected = injected
        self._lives: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Life] = weakref.WeakKeyDictionary()

    async def send(self, request: WireRequest, *, read_timeout: float, deadline: float, max_bytes: int) -> WireReply:
        """Send once and read the whole answer; see `Pool.send`."""
        client = self._injected
        token = _deadline.set(deadline)
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                response = await self._respond(request, read_timeout, deadline)
                try:
                    fields = _fields(response)
                    body = _Body(fields.get("content-encoding", ""), max_bytes)
                    async for chunk in response.aiter_raw():
                        body.feed(chunk)
                    return WireReply(response.status_code, fields, body.whole())
                finally:
                    await response.aclose()
        except Exception as error:
            raise _wire_error(error, client) from None
        finally:
            _deadline.reset(token)

    async def open(self, request: WireRequest, *, read_timeout: float, deadline: float, max_bytes: int) -> AsyncOpened:
        """Send once and give the answer before its body came; see `Pool.open`."""
        token = _deadline.set(deadline)
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                response = await self._respond(request, read_timeout, deadline)
            return AsyncOpened(response, self._injected, deadline, max_bytes)
        except Exception as error:
            raise _wire_error(error, self._injected) from None
        finally:
            _deadline.reset(token)

    async def _respond(self, request: WireRequest, read_timeout: float, deadline: float) -> Any:
        client = self._injected
        if client is None:
            transport = await self._transport()
            return await transport.handle_async_request(_built(request, read_timeout, deadline))
        built = _built_by(client, request, read_timeout, deadline)
        return await client.send(built, stream=True, follow_redirects=False)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        life = self._lives.pop(asyncio.get_running_loop(), None)
        if life is not None:
            await life.generator.aclose()

    async def _transport(self) -> httpx.AsyncBaseTransport:
        loop = asyncio.get_running_loop()
        life = self._lives.get(loop)
        if life is None:
            # A transport refers to its loop, so an ended loop would never leave the weak dictionary by itself.
            for ended in [known for known in list(self._lives) if known.is_closed()]:
                self._lives.pop(ended, None)
            generator = _live(_async_transport(_proxy(self._base_url)))
            life = _Life(await anext(generator), generator)
            self._lives[loop] = life
        return life.transport


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Life:
    transport: httpx.AsyncBaseTransport
    generator: AsyncGenerator[httpx.AsyncBaseTransport, None]


async def _live(transport: httpx.AsyncBaseTransport) -> AsyncGenerator[httpx.AsyncBaseTransport, None]:
    # asyncio.run() closes the async generators that are still open before it closes the loop, which is the only
    # moment at which sockets of that loop can still be closed when nobody called aclose().
    try:
        yield transport
    finally:
        await transport.aclose()


def _async_transport(proxy: httpx.Proxy | None) -> httpx.AsyncBaseTransport:
    with contextlib.suppress(ImportError):
        from httpx_aiohttp import AiohttpTransport

        # httpx's own pool needs five times the CPU at 100 calls at once (docs/decisions, 3).
        return AiohttpTransport(verify=_tls(), limits=ASYNC_LIMITS, trust_env=False, proxy=proxy)
    return httpx.AsyncHTTPTransport(verify=_tls(), limits=ASYNC_LIMITS, proxy=proxy)


def _proxy(url: str) -> httpx.Proxy | None:
    """Give the proxy that the environment names for an address; this machine is never asked for through one."""
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return httpx.Proxy(found if "://" in found else f"http://{found}") if found else None


@cache
def _tls() -> ssl.SSLContext:
    """One TLS context per process: building one costs 20 ms."""
    return httpx.create_ssl_context()


def _built(request: WireRequest, read_timeout: float, deadline: float) -> httpx.Request:
    connect, read, write, pool = _timeouts(request.connect_s, read_timeout, deadline)
    timeouts = {"connect": connect, "read": read, "write": write, "pool": pool}
    return httpx.Request(
        request.method, request.url, headers=request.headers, extensions={"timeout": timeouts}, **_content(request)
    )


def _built_by(client: Any, request: WireRequest, read_timeout: float, deadline: float) -> Any:
    # Each library wants a Timeout of its own, or a tuple.
    timeout = _timeouts(request.connect_s, read_timeout, deadline)
    return client.build_request(
        request.method, request.url, headers=request.headers, timeout=timeout, **_content(request)
    )


def _timeouts(connect_s: float, read_timeout: float, deadline: float) -> tuple[float, float, float, float]:
    left = max(0.001, deadline - time.monotonic())
    return min(connect_s, left), min(read_timeout, left), min(WRITE_S, left), min(POOL_S, left)


def _content(request: WireRequest) -> dict[str, Any]:
    return {"content": request.content, "data": request.form, "files": request.files or None}


def _fields(response: Any) -> Headers:
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw])


class _Body:
    """Collects a body, decompressing step by step so that a bomb is stopped at the limit."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "deflate"):
            raise WireError(Trouble.UNREADABLE, "an encoding that was not asked for")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None
        self._left = max_bytes
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        self._parts.append(self.decoded(chunk))

    def decoded(self, chunk: bytes) -> bytes:
        if self._inflate is not None:
            chunk = self._inflate.decompress(chunk, self._left + 1)
        self._left -= len(chunk)
        if self._left < 0:
            raise WireError(Trouble.TOO_LARGE, "more bytes than allowed")
        return chunk

    def whole(self) -> bytes:
        if self._inflate is not None and self._parts and not self._inflate.eof:
            raise WireError(Trouble.UNREADABLE, "the compressed body was cut")
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


def _wire_error(error: Exception, client: Any) -> Exception:
    """Sort an exception of the transport; what is none passes unchanged."""
    if isinstance(error, WireError):
        return error
    if isinstance(error, TimeoutError):
        return WireError(Trouble.NO_ANSWER, "deadline")
    if isinstance(error, zlib.error):
        return WireError(Trouble.UNREADABLE, "broken compression")
    library = _library(type(client).__mro__)
    name = type(error).__name__
    # aiohttp's transport reports a lost connection as a connect timeout: only its cause tells (docs/decisions, 3).
    cause = type(error.__cause__).__name__
    if cause in ("ServerDisconnectedError", "ClientOSError", "ClientPayloadError", "ClientConnectionResetError"):
        return WireError(Trouble.BROKEN, cause)
    if cause == "ConnectionTimeoutError":
        return WireError(Trouble.NOT_SENT, cause)
    if isinstance(error, library.PoolTimeout):
        return WireError(Trouble.NO_CONNECTION_FREE, name)
    if isinstance(
        error, (library.ConnectError, library.ConnectTimeout, library.ProxyError, library.UnsupportedProtocol)
    ):
        return WireError(Trouble.NOT_SENT, name)
    if isinstance(error, library.TimeoutException):
        return WireError(Trouble.NO_ANSWER, name)
    if isinstance(error, library.DecodingError):
        return WireError(Trouble.UNREADABLE, name)
    if isinstance(error, (library.RequestError, library.StreamError)):
        return WireError(Trouble.BROKEN, name)
    if isinstance(error, OSError):  # aiohttp lets a reset through while it writes
        return WireError(Trouble.BROKEN, name)
    return error


@cache
def _library(bases: tuple[type, ...]) -> Any:
    for base in bases:
        root = sys.modules.get(base.__module__.partition(".")[0])
        if root is not None and hasattr(root, "RequestError"):
            return root
    return httpx


class _DeadlineTransport(httpx.HTTPTransport):
    """httpx's transport with the call's deadline on every socket operation.

    httpx's timeouts count silence only: an answer that drips a byte a second would never time out. httpx offers no
    place for a network backend, hence the private name, which a test watches (docs/decisions, 4).
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        pool: Any = self._pool
        pool._network_backend = _DeadlineBackend(pool._network_backend)


class _DeadlineBackend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _clamp(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _clamp(timeout, httpcore.ReadTimeout))

    def write(self, buffer: "Buffer", timeout: float | None = None) -> None:
        self._inner.write(bytes(buffer), _clamp(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = _clamp(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _clamp(timeout: float | None, expired: type[Exception]) -> float | None:
    deadline = _deadline.get(None)
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise expired("deadline")
    return left if timeout is None else min(timeout, left)


def _drop_ours(record: logging.LogRecord) -> bool:
    """Keep the library's own line about a request of ours out of the log: it quotes the whole address."""
    del record
    return _deadline.get(None) is None


for _name in ("httpx", "httpx2"):
    logging.getLogger(_name).addFilter(_drop_ours)
