"""The id that stays the same from search to search. Source: jsearch.md §3.5, rule I."""

import base64
import binascii
import re

from ace_integrations.jsearch.rows.text import clean_line

_STABLE = re.compile(r"[A-Za-z0-9_-]{22}==")
_LETTERS = 32
"""As many letters of base64 hold the 24 of a stable id, whatever follows them."""


def provider_id(value: object) -> str | None:
    """Give the service's id of a job, which its details are asked with; None for none."""
    return clean_line(value)


def stable_id(provider_job_id: str) -> str:
    """Give the part of an id that two searches share; the id itself where none can be seen in it."""
    if _STABLE.fullmatch(provider_job_id):
        return provider_job_id
    try:
        # Standard and URL-safe letters both occur.
        inner = base64.b64decode(provider_job_id[:_LETTERS], altchars=_altchars(provider_job_id), validate=True)
    except (binascii.Error, ValueError):
        return provider_job_id
    found = _STABLE.match(inner.decode("latin-1"))
    return found[0] if found else provider_job_id


def _altchars(text: str) -> bytes:
    return b"-_" if "-" in text[:_LETTERS] or "_" in text[:_LETTERS] else b"+/"
