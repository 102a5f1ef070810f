"""What a signature scheme is: one object that signs and verifies, so both sides can never disagree."""

import hmac
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from ace_integrations.core.http_call import Headers
from ace_integrations.errors import ConfigurationError, SignatureError, StaleSignatureError
from ace_integrations.webhooks.lookup import Checking

MOST_SIGNATURES = 8
"""Signatures read from one header; more are refused, so that a delivery cannot buy unbounded work."""

LONGEST_FIELD = 8192
"""Characters of one header field."""

_SECONDS = re.compile(r"[0-9]{1,12}")


class SignatureScheme(ABC):
    """How one provider signs its deliveries. Pure: time and secrets are arguments.

    Attributes:
        sorts_keys: whether the provider writes its JSON with sorted keys; `explain` takes them for a mistake elsewhere.

    Args:
        tolerance_s: how far the signed time may be from now, both ways, in seconds.
    """

    sorts_keys: ClassVar[bool] = False

    def __init__(self, *, tolerance_s: int = 300) -> None:
        self.tolerance_s = tolerance_s

    @abstractmethod
    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        """Give the headers that the provider would send with `body`; a scheme that signs inside the body gives none."""

    @abstractmethod
    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        """Accept the delivery by returning.

        Args:
            body: the bytes as they arrived, never parsed and written again.
            secrets: every current secret; any of them may have signed.
            now: Unix seconds.

        Raises:
            SignatureError: no signature was made with a current secret.
            StaleSignatureError: genuine, but signed too long ago or in the future.
        """

    def checking(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> Checking:
        """Verify a delivery, looking up first what that needs; most schemes need nothing.

        A scheme that verifies with a provider's key yields a `Lookup` for it, keeps what it is sent, and then verifies.
        """
        yield from ()
        self.verify(headers, body, secrets=secrets, now=now)

    def suspects(self, headers: Headers, body: bytes) -> Mapping[str, bytes]:
        """Give bodies that the provider may have signed instead of this one, by the name of the mistake.

        `explain` tries them beside the usual ones.
        """
        del headers, body
        return {}

    def check_age(self, signed_at: int, now: int) -> None:
        """Refuse a time that is too far from now."""
        distance = now - signed_at
        if abs(distance) > self.tolerance_s:
            when = f"{distance} s ago" if distance > 0 else f"{-distance} s in the future"
            raise StaleSignatureError(f"signed {when}; at most {self.tolerance_s} s are allowed")


def single(headers: Headers, name: str) -> str:
    """Give the only value of a header field.

    Raises:
        SignatureError: absent, repeated, too long, or with characters that no provider sends.
    """
    values = headers.all(name)
    if not values:
        raise SignatureError(f"the header {name} is missing")
    if len(values) > 1:
        raise SignatureError(f"the header {name} came more than once")
    value = values[0]
    if len(value) > LONGEST_FIELD or not value.isascii() or not value.isprintable():
        raise SignatureError(f"the header {name} is not of the provider's form")
    return value


def usable(secrets: Sequence[str]) -> Sequence[str]:
    """Give the secrets, refusing none at all: an empty secret must never mean no check.

    Raises:
        ConfigurationError: none is set, one is empty, or there are too many.
    """
    if not secrets or not all(map(str.strip, secrets)) or len(secrets) > MOST_SIGNATURES:
        raise ConfigurationError(f"set between one and {MOST_SIGNATURES} webhook secrets, none of them empty")
    return secrets


def timed_signatures(header: str, *, name: str, form: re.Pattern[str]) -> tuple[str, list[bytes]]:
    """Give the time and the `v1` signatures of a field `t=…,v1=…`; parts of other names are ignored.

    Args:
        name: of the header, for the error.
        form: what a signature looks like.

    Raises:
        SignatureError: it has no single time, or no signature of the form.
    """
    times: list[str] = []
    signatures: list[str] = []
    for part in header.split(","):
        # At the first sign only: base64 ends with another one.
        key, _, value = part.strip().partition("=")
        if key == "t":
            times.append(value)
        elif key == "v1":
            signatures.append(value)
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        raise SignatureError(f"the header {name} has no single time")
    if not signatures or len(signatures) > MOST_SIGNATURES or not all(map(form.fullmatch, signatures)):
        raise SignatureError(f"the header {name} has no signature of the form v1")
    return times[0], [signature.encode() for signature in signatures]


def hmac_sha256(secret: str, message: bytes) -> str:
    """Give HMAC-SHA-256 of a message in lower-case hex digits, keyed with the secret's text."""
    running = _keyed(secret).copy()
    running.update(message)
    return running.hexdigest()


@lru_cache(maxsize=32)
def _keyed(secret: str) -> hmac.HMAC:
    # Setting a key up costs more than signing an event with it. This object is only ever copied, so threads share it.
    return hmac.new(secret.encode(), digestmod="sha256")
