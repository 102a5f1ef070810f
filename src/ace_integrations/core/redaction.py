"""Keep secrets out of everything that leaves: the configured values in all their spellings, and key shapes."""

import base64
import json
import re
from collections.abc import Container, Iterable, Mapping
from urllib.parse import quote, quote_plus

PILL = "[redacted]"

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "session-token",
        "set-cookie",
        "stripe-signature",
        "x-api-key",
        "x-goog-api-key",
        "x-rapidapi-key",
    }
)
"""Header fields whose value is never shown, in lower case."""

_SHAPES = re.compile(
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{4,}"
    r"|whsec_[A-Za-z0-9_]{4,}"
    r"|pi_[A-Za-z0-9]+_secret_[A-Za-z0-9]+"
    r"|AIza[A-Za-z0-9_-]{20,}"
    r"|A21AA[A-Za-z0-9_-]{10,}"
    r"|key-[0-9a-f]{32}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|00[67](?:[0-9a-fA-F]{32}|eJ)[A-Za-z0-9+/]{40,}={0,2}"
    r"|(?<![0-9])(?:[0-9]{4}[ -]?){3}[0-9]{4}(?![0-9])"
)
"""Keys of the services, client secrets, JSON web tokens, Agora's tokens and card numbers, configured or not."""


_WORD = re.compile(r"[A-Za-z0-9_-]{12,}")


class Redactor:
    """Replaces secrets in text. Its `repr` shows how many it knows, never which.

    Args:
        secrets: found in every spelling, and inside of other text; each makes reading slower.
        words: found only as whole words of letters, digits, `-` and `_`; may be many, and may grow later.
    """

    def __init__(self, secrets: Iterable[str] = (), *, words: Container[str] = ()) -> None:
        self._words = words
        spellings = {spelling for secret in secrets if len(secret) >= 4 for spelling in _spellings(secret)}
        # The longest first, so that a secret that contains another goes whole.
        known = "|".join(re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True))
        self._known = re.compile(known) if known else None
        self._count = len(spellings)

    def text(self, text: str) -> str:
        """Give `text` with every secret replaced by a pill."""
        if self._known is not None:
            text = self._known.sub(PILL, text)
        if self._words:
            text = _WORD.sub(self._unless_known, text)
        return _SHAPES.sub(PILL, text)

    def _unless_known(self, word: re.Match[str]) -> str:
        return PILL if word[0] in self._words else word[0]

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Give the headers with secret fields replaced, and secrets inside the others."""
        return {name: PILL if name.lower() in SECRET_HEADERS else self.text(value) for name, value in headers.items()}

    def __repr__(self) -> str:
        return f"Redactor({self._count} spellings)"


def _spellings(secret: str) -> set[str]:
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    for text in (raw, b"api:" + raw, raw + b":"):
        # Inside a longer base64 text a secret starts at one of three offsets; whole groups of it are the same.
        found.add(base64.b64encode(text).decode().rstrip("="))
        found.add(base64.urlsafe_b64encode(text).decode().rstrip("="))
    return found
