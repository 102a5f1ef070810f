"""AccessToken2, the token of version 007: built and read byte by byte. Source: agora.md §3.1."""

import base64
import binascii
import hmac
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.agora.errors import (
    MalformedTokenError,
    NotForThisError,
    TokenSignatureError,
    TokenVersionError,
)

VERSION = "007"
LARGEST_CONTENT = 8192
"""Bytes after decompression; a real token has about 150."""
LONGEST_TEXT = 2047
"""Characters that the browser's SDK takes."""

HEX_32 = re.compile(r"[0-9a-fA-F]{32}")
"""An App ID or a certificate. They are used as text, so their case counts."""

S = TypeVar("S", bound="TokenService")


class RtcPrivilege(IntEnum):
    """What a token may allow in a channel."""

    JOIN = 1
    PUBLISH_AUDIO = 2
    PUBLISH_VIDEO = 3
    PUBLISH_DATA = 4


RTM_LOGIN = 1
CHAT_USER = 1
CHAT_APP = 2

_RTC, _RTM, _CHAT = 1, 2, 5


@dataclass(frozen=True, slots=True)
class RtcService:
    """Sound and pictures in one channel.

    Attributes:
        user: a uid as text or an account; "" stands for whoever asks.
        privileges: seconds after the token's issue, by privilege; 0 is as long as the token.
    """

    channel: str
    user: str
    privileges: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class RtmService:
    """Messages of one user."""

    user: str
    privileges: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class ChatService:
    """Chat of one user; of the whole app where `user` is empty."""

    user: str
    privileges: Mapping[int, int] = field(default_factory=dict[int, int])


TokenService = RtcService | RtmService | ChatService


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says.

    Attributes:
        issued_at: Unix seconds.
        lasts_s: how long after that it is good.
        salt: random, from 1 to 99,999,999.
        is_whole: False where a service of a newer kind follows, which cannot be read, nor what is behind it.
    """

    app_id: str
    issued_at: int
    lasts_s: int
    salt: int
    services: Sequence[TokenService]
    is_whole: bool = True

    @property
    def expires_at(self) -> int:
        """Unix seconds from which on it is dead."""
        return self.issued_at + self.lasts_s

    def service(self, kind: type[S]) -> S:
        """Give its first service of a kind.

        Raises:
            NotForThisError: it has none.
        """
        for service in self.services:
            if isinstance(service, kind):
                return service
        raise NotForThisError(f"the token has no {kind.__name__}")


# Writing.


def write(token: AccessToken, certificate: str) -> str:
    """Sign a token and give its text. Two right builders may give two texts: only what is inside compares.

    Raises:
        InvalidInputError: the App ID or the certificate is none, nothing is granted, or a number does not fit.
    """
    check_hex(token.app_id, "app_id")
    check_hex(certificate, "certificate")
    if not token.services:
        raise InvalidInputError("needs one at least", field="services")
    signed = signing_info(token)
    signature = _signature(certificate, token.issued_at, token.salt, signed)
    return VERSION + base64.b64encode(zlib.compress(_text(signature) + signed)).decode()


def check_hex(value: str, name: str) -> str:
    """Give an App ID or a certificate back if it is one.

    Raises:
        InvalidInputError: it is not.
    """
    if not HEX_32.fullmatch(value):
        raise InvalidInputError("is 32 hex digits, as the console shows them", field=name)
    return value


def signing_info(token: AccessToken) -> bytes:
    """Give the bytes that are signed."""
    try:
        services = [_packed(service) for service in token.services]
        # Stable: several services of one type keep their order.
        ordered = sorted(services, key=lambda packed: struct.unpack_from("<H", packed))
        head = struct.pack("<IIIH", token.issued_at, token.lasts_s, token.salt, len(ordered))
        return _text(token.app_id.encode()) + head + b"".join(ordered)
    except struct.error:
        raise InvalidInputError("does not fit into the format", field="token") from None


def _packed(service: TokenService) -> bytes:
    match service:
        case RtcService():
            kind, own = _RTC, _text(service.channel.encode()) + _text(service.user.encode())
        case RtmService():
            kind, own = _RTM, _text(service.user.encode())
        case ChatService():
            kind, own = _CHAT, _text(service.user.encode())
    privileges = [struct.pack("<HI", name, service.privileges[name]) for name in sorted(service.privileges)]
    return struct.pack("<HH", kind, len(privileges)) + b"".join(privileges) + own


def _text(value: bytes) -> bytes:
    return struct.pack("<H", len(value)) + value


def _signature(certificate: str, issued_at: int, salt: int, signed: bytes) -> bytes:
    # The certificate is the message here, and the time the key: this is Agora's order.
    by_time = _mac(struct.pack("<I", issued_at), certificate.encode())
    return _mac(_mac(struct.pack("<I", salt), by_time), signed)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


# Reading.


def read(text: str, *, certificates: Sequence[str]) -> AccessToken:
    """Read a token that one of our certificates signed.

    It says nothing of time, channel and person: compare those with what is asked for.

    Args:
        certificates: the current ones; two while one is being replaced.

    Raises:
        TokenVersionError: it is no 007 token.
        MalformedTokenError: it cannot be read to its end.
        TokenSignatureError: none of the certificates signed it.
    """
    token, claimed, signed, rest = _read(content_of(text))
    expected = [_signature(certificate, token.issued_at, token.salt, signed) for certificate in certificates]
    # Every comparison is made, so the time does not tell which certificate fits.
    fits = [hmac.compare_digest(one, claimed) for one in expected]
    if not any(fits):
        raise TokenSignatureError("no certificate of ours signed the token", code="invalid token, authorized failed")
    if rest and token.is_whole:
        raise MalformedTokenError("bytes follow the token's last service")
    return token


def read_unverified(text: str) -> AccessToken:
    """Read what a token claims, whoever wrote it: to look at, never to admit anybody.

    Raises:
        TokenVersionError: it is no 007 token.
        MalformedTokenError: it cannot be read.
    """
    return _read(content_of(text))[0]


def content_of(text: str) -> bytes:
    """Give the bytes inside a token's text: signature, then what is signed.

    Raises:
        TokenVersionError: it is no 007 token.
        MalformedTokenError: not of the standard alphabet, with what does not belong there, cut, or huge.
    """
    if not text.startswith(VERSION):
        raise TokenVersionError("the token does not begin with 007", code="invalid token, authorized failed")
    if len(text) > LONGEST_TEXT:
        raise MalformedTokenError("the token is longer than any")
    inflating = zlib.decompressobj()
    try:
        content = inflating.decompress(strict_base64(text[len(VERSION) :]), LARGEST_CONTENT)
    except zlib.error:
        raise MalformedTokenError("the token is not compressed as it should be") from None
    if inflating.unconsumed_tail:
        raise MalformedTokenError("the token is larger than any")
    if not inflating.eof or inflating.unused_data:
        raise MalformedTokenError("the token was cut, or something follows it")
    return content


def strict_base64(text: str) -> bytes:
    """Decode base64 in the only spelling that encoding gives.

    Raises:
        MalformedTokenError: another alphabet, no padding, other signs between, or loose bits at the end.
    """
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        decoded = b""
    if not decoded or base64.b64encode(decoded).decode() != text:
        raise MalformedTokenError("the token is not in base64")
    return decoded


def _read(content: bytes) -> tuple[AccessToken, bytes, bytes, bytes]:
    """Give the token, its signature, what that covers, and the bytes behind the last service."""
    reader = Reader(content)
    claimed = reader.text()
    signed = reader.rest
    app_id = reader.words()
    issued_at, lasts_s, salt, count = reader.unpack("<IIIH")
    services: list[TokenService] = []
    while len(services) < count:
        service = _service(reader)
        if service is None:
            break
        services.append(service)
    token = AccessToken(app_id, issued_at, lasts_s, salt, tuple(services), is_whole=len(services) == count)
    return token, claimed, signed, reader.rest


def _service(reader: "Reader") -> TokenService | None:
    kind, count = reader.unpack("<HH")
    privileges = dict(reader.pair("<HI") for _ in range(count))
    if kind == _RTC:
        return RtcService(reader.words(), reader.words(), privileges)
    if kind == _RTM:
        return RtmService(reader.words(), privileges)
    if kind == _CHAT:
        return ChatService(reader.words(), privileges)
    # How long another one is, only who knows it can say.
    return None


class Reader:
    """Takes little-endian values off the front of bytes.

    Attributes:
        rest: what was not taken yet.
    """

    def __init__(self, content: bytes) -> None:
        self.rest = content

    def unpack(self, form: str) -> tuple[int, ...]:
        """Take numbers.

        Raises:
            MalformedTokenError: it is too short.
        """
        return struct.unpack(form, self._take(struct.calcsize(form)))

    def pair(self, form: str) -> tuple[int, int]:
        """Take two numbers."""
        first, second = self.unpack(form)
        return first, second

    def text(self) -> bytes:
        """Take bytes with their length before them."""
        (length,) = self.unpack("<H")
        return self._take(length)

    def words(self) -> str:
        """Take text in UTF-8.

        Raises:
            MalformedTokenError: it is none.
        """
        try:
            return self.text().decode()
        except UnicodeDecodeError:
            raise MalformedTokenError("a text of the token is not UTF-8") from None

    def _take(self, length: int) -> bytes:
        if len(self.rest) < length:
            raise MalformedTokenError("the token ends too soon")
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken
