"""Fetch what a stranger's address names, without letting that address reach into this network."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from ace_integrations.core.call import BlockingCall, Call
from ace_integrations.errors import InvalidInputError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str], list[str]]
Connect = Callable[[str, float], socket.socket]

_LONGEST_URL = 2048
_CHUNK = 64 * 1024
_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True)
class Document:
    """A file, and what kind it is said to be.

    Attributes:
        media_type: in small letters, without parameters.
    """

    content: bytes = field(repr=False)
    media_type: str


def resolve(host: str) -> list[str]:
    """Give every address of a name, as the system knows it."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _connect(address: str, timeout_s: float) -> socket.socket:
    return socket.create_connection((address, 443), timeout_s)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class PublicFetch:
    """Fetches over https from hosts that you allow; from none unless you say so.

    The name is looked up once, every address of it must be public, and the connection goes to that very address, so a
    second answer of the name server changes nothing. Redirects are not followed, and no proxy is asked.

    Args:
        hosts: names that may be fetched from, as in "cv.example.com"; ".example.com" allows every name below it.
        media_types: what may come back.
        max_bytes: the longest content.
        timeout_s: seconds for the whole.
        resolve: looks a name up.
        connect: opens the connection to an address and a port; a test's own.
        tls: with which certificates are checked.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        media_types: Collection[str],
        max_bytes: int = 5 * 1024 * 1024,
        timeout_s: float = 5.0,
        resolve: Resolve = resolve,
        connect: Connect = _connect,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._media_types = frozenset(media_types)
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._resolve = resolve
        self._connect = connect
        self._tls = tls

    def get(self, url: str) -> Call[Document]:
        """Fetch an address; awaited, it runs in a thread.

        Raises:
            InvalidInputError: it may not be fetched, or there is nothing usable; the text tells a stranger no more.
        """
        return BlockingCall(lambda: self._fetch(url))

    def _fetch(self, url: str) -> Document:
        host, target = self._checked(url)
        deadline = time.monotonic() + self._timeout_s
        try:
            address = self._public_address(host)
            connection = _Pinned(host, self._open(address, host, deadline))
            # A timeout of the socket counts silence only; this ends an answer that drips.
            end = threading.Timer(max(0.0, deadline - time.monotonic()), connection.end)
            end.start()
            try:
                document = self._read(connection, target)
            finally:
                end.cancel()
                connection.close()
            if time.monotonic() >= deadline:
                # What was broken off can look whole.
                raise TimeoutError
            return document
        except (OSError, http.client.HTTPException):
            raise _refused("could not be fetched: its server did not answer as it should") from None

    def _checked(self, url: str) -> tuple[str, str]:
        if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise _refused("is no address")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _refused("is no address") from None
        if parts.scheme != "https" or port not in (None, 443) or parts.username is not None or "@" in parts.netloc:
            raise _refused("must begin with https:// and hold neither a port nor a user")
        if not self._allows(host):
            raise _refused("is on a host that files are not fetched from")
        return host, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"

    def _allows(self, host: str) -> bool:
        return host in self._hosts or any(host.endswith(one) for one in self._hosts if one.startswith("."))

    def _public_address(self, host: str) -> str:
        found = self._resolve(host)
        if not found or not all(is_public(one) for one in found):
            raise _refused("is on a host that files are not fetched from")
        return found[0]

    def _open(self, address: str, host: str, deadline: float) -> ssl.SSLSocket:
        bare = self._connect(address, max(0.001, deadline - time.monotonic()))
        try:
            bare.settimeout(max(0.001, deadline - time.monotonic()))
            return (self._tls or _tls()).wrap_socket(bare, server_hostname=host)
        except BaseException:
            bare.close()
            raise

    def _read(self, connection: "_Pinned", target: str) -> Document:
        connection.request("GET", target, headers={"accept": ", ".join(sorted(self._media_types))})
        reply = connection.getresponse()
        media_type = (reply.getheader("content-type") or "").partition(";")[0].strip().lower()
        if reply.status != 200:
            raise _refused(f"could not be fetched: its server answered {reply.status}")
        if media_type not in self._media_types or reply.getheader("content-encoding", "identity") != "identity":
            raise _refused(f"is no file of a kind that is read: {', '.join(sorted(self._media_types))}")
        content = bytearray()
        while chunk := reply.read(_CHUNK):
            content += chunk
            if len(content) > self._max_bytes:
                raise _refused(f"is longer than {self._max_bytes // 1024} kB")
        if reply.length:
            raise _refused("could not be fetched: its server ended too early")
        return Document(bytes(content), media_type)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open internet, and embeds none that is not."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        # Each of these leads to an IPv4 address, perhaps one of this network.
        embeds = address.ipv4_mapped or address.sixtofour or address.teredo
        if embeds or any(address in network for network in _NAT64) or int(address) >> 32 == 0:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Pinned(http.client.HTTPSConnection):
    """A connection that is open already, to an address that was checked."""

    def __init__(self, host: str, opened: ssl.SSLSocket) -> None:
        super().__init__(host)
        self.sock: Any = opened

    def end(self) -> None:
        """Break it off, whatever it is waiting for."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            return


def _refused(why: str) -> InvalidInputError:
    return InvalidInputError(why, field="url")
