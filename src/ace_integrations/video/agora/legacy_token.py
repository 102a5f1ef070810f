"""The token of version 006, read and checked only: old packages still make it, and it is never issued here."""

import hashlib
import hmac
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from ace_integrations.video.agora.errors import MalformedTokenError, TokenSignatureError, TokenVersionError
from ace_integrations.video.agora.token import HEX_32, LONGEST_TEXT, Reader, strict_base64

VERSION = "006"


@dataclass(frozen=True, slots=True)
class LegacyToken:
    """What a 006 token says; channel and user only as checksums.

    Attributes:
        ends_at: Unix seconds, a day after it was issued.
        privileges: until when, in Unix seconds, by privilege; 1000 is the login to messages.
    """

    app_id: str
    salt: int
    ends_at: int
    privileges: Mapping[int, int]
    channel_crc: int
    user_crc: int
    signature: bytes = field(repr=False)
    message: bytes = field(repr=False)

    def verify(self, certificate: str, *, channel: str, user: str) -> None:
        """Accept it by returning.

        Args:
            user: a uid as text, or an account; "" for a token that anybody may use.

        Raises:
            TokenSignatureError: it is for another channel or user, or another certificate signed it.
        """
        signed = f"{self.app_id}{channel}{user}".encode() + self.message
        expected = hmac.new(certificate.encode(), signed, hashlib.sha256).digest()
        named = (zlib.crc32(channel.encode()), zlib.crc32(user.encode())) == (self.channel_crc, self.user_crc)
        if not hmac.compare_digest(expected, self.signature) or not named:
            raise TokenSignatureError("the certificate did not sign this for that channel and user")


def read_legacy(text: str) -> LegacyToken:
    """Read what a 006 token claims; `verify` tells whether it is genuine.

    Raises:
        TokenVersionError: it is no 006 token.
        MalformedTokenError: it cannot be read to its end.

    Source: agora.md §3.3
    """
    if not text.startswith(VERSION):
        raise TokenVersionError("the token does not begin with 006")
    app_id = text[3:35]
    if not HEX_32.fullmatch(app_id) or len(text) > LONGEST_TEXT:
        raise MalformedTokenError("the token holds no App ID, or is longer than any")
    reader = Reader(strict_base64(text[35:]))
    signature = reader.text()
    channel_crc, user_crc = reader.pair("<II")
    message = reader.text()
    if reader.rest:
        raise MalformedTokenError("bytes follow the token")
    inner = Reader(message)
    salt, ends_at, count = inner.unpack("<IIH")
    privileges = dict(inner.pair("<HI") for _ in range(count))
    if inner.rest:
        raise MalformedTokenError("bytes follow the token's privileges")
    return LegacyToken(app_id, salt, ends_at, privileges, channel_crc, user_crc, signature, message)
