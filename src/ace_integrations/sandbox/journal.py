"""What went through the sandbox: every call, connection and webhook, secrets already out."""

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import unquote_plus

from ace_integrations.core.redaction import Redactor

KEPT = 500
"""Entries; older ones go."""

LONGEST_BODY = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One call to a twin, one connection of a WebSocket to it, or one webhook from it.

    Attributes:
        at: Unix seconds of the sandbox's clock.
        operation: the twin's name of the route, "" for an unknown path.
        duration_ms: of a connection until it was closed, 0 while it is open.
        response_body: of a connection how it was closed and how many frames went each way, "" while it is open.
        fault: the fault that was applied, "" for none.
        delivery: the number of the webhook, by which it can be sent again; 0 for a call.
    """

    id: int
    at: float
    kind: Literal["call", "webhook", "socket"]
    provider: str
    operation: str
    method: str
    path: str
    status: int
    duration_ms: int
    request_headers: dict[str, str] = field(default_factory=dict[str, str])
    request_body: str = ""
    response_headers: dict[str, str] = field(default_factory=dict[str, str])
    response_body: str = ""
    fault: str = ""
    delivery: int = 0

    def holds(self, text: str) -> bool:
        """Whether a text stands in what it says, headers and bodies included; upper and lower case are alike."""
        headers = (
            f"{name}: {value}" for of in (self.request_headers, self.response_headers) for name, value in of.items()
        )
        line = f"{self.provider} {self.operation} {self.method} {self.path} {self.status} {self.fault}"
        wanted = text.casefold()
        return any(wanted in part.casefold() for part in (line, self.request_body, self.response_body, *headers))


class Journal:
    """The last calls and webhooks, newest last. What is written is redacted on the way in."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._ids = itertools.count(1)
        self._secrets: set[str] = set()
        self._words: set[str] = set()
        self._redactor = Redactor(words=self._words)
        self.age = 0

    def hide(self, *secrets: str) -> None:
        """Keep these values out of the journal from now on."""
        self._secrets.update(secret for secret in secrets if secret)
        self._redactor = Redactor(self._secrets, words=self._words)

    def hide_token(self, token: str) -> None:
        """Keep a token that was made here out of the journal: one of many, of letters, digits, `-` and `_` only."""
        self._words.add(token)

    def write(
        self,
        *,
        path: str,
        headers: Mapping[str, str],
        request: bytes,
        answered: Mapping[str, str],
        response: bytes,
        **facts: Any,
    ) -> Entry:
        """Note one call or webhook.

        Args:
            headers: those of the request; `answered` has the answer's.
        """
        entry = Entry(
            id=next(self._ids),
            path=self._redactor.text(path),
            request_headers=self._redactor.headers(headers),
            request_body=self._text(request),
            response_headers=self._redactor.headers(answered),
            response_body=self._text(response),
            **facts,
        )
        self._entries.append(entry)
        return entry

    def amend(self, entry: Entry, *, duration_ms: int, response: bytes) -> None:
        """Note how something ended that was written when it began, unless it is forgotten."""
        for position, kept in enumerate(self._entries):
            if kept.id == entry.id:
                self._entries[position] = replace(kept, duration_ms=duration_ms, response_body=self._text(response))

    def find(
        self, *, provider: str = "", operation: str = "", kind: str = "", text: str = "", after: int = 0
    ) -> list[Entry]:
        """Give the entries that fit, oldest first.

        Args:
            text: stands anywhere in the entry, see `Entry.holds`.
            after: the id of the last one that is known already.
        """
        return [
            entry
            for entry in self._entries
            if provider in ("", entry.provider)
            and operation in ("", entry.operation)
            and kind in ("", entry.kind)
            and entry.id > after
            and (not text or entry.holds(text))
        ]

    def get(self, entry_id: int) -> Entry | None:
        """Give one entry; None when it is forgotten."""
        return next((entry for entry in self._entries if entry.id == entry_id), None)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget everything but the secrets; a call that began before belongs to the forgotten age."""
        self._entries.clear()
        self.age += 1

    def _text(self, body: bytes) -> str:
        text = body[:LONGEST_BODY].decode("utf-8", "replace")
        # A form is shown readable, and a secret in it must not hide behind percent signs.
        readable = unquote_plus(text) if text.partition("=")[0].replace("_", "").isalnum() and "=" in text else text
        return self._redactor.text(readable)
