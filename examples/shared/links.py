"""Addresses for whoever has them: signed, each for one purpose, with an end where it should have one."""

import base64
import hashlib
import hmac
from collections.abc import Callable

LEAST_KEY = 16
"""Bytes of a key."""

_MAC_BYTES = 16


class SignedLinks:
    """Makes the secret part of such addresses, and reads it.

    Args:
        key: at least 16 bytes that nobody knows; links made with another key are refused.
        clock: gives Unix seconds.
    """

    def __init__(self, key: bytes, *, clock: Callable[[], float]) -> None:
        if len(key) < LEAST_KEY:
            raise ValueError("the key of signed links has 16 bytes or more")
        self._key = key
        self._clock = clock

    def sign(self, purpose: str, subject: int, *, lasts_s: int | None = None) -> str:
        """Give the token of one thing, by its number.

        Args:
            lasts_s: None for a link that never ends.
        """
        until = 0 if lasts_s is None else int(self._clock()) + lasts_s
        return f"{subject}.{until}.{self._mac(purpose, subject, until)}"

    def read(self, purpose: str, token: str) -> int | None:
        """Give the number that a token is of; None for one that has ended, or is of another purpose or nobody's."""
        subject, until, claimed = (*token.split("."), "", "")[:3]
        if not (_is_number(subject) and _is_number(until) and claimed.isascii()):
            return None
        expected = self._mac(purpose, int(subject), int(until))
        if token != f"{int(subject)}.{int(until)}.{claimed}" or not hmac.compare_digest(expected, claimed):
            return None
        return int(subject) if until == "0" or int(until) > self._clock() else None

    def _mac(self, purpose: str, subject: int, until: int) -> str:
        digest = hmac.new(self._key, f"{purpose}:{subject}:{until}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).rstrip(b"=").decode()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
