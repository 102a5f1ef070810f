"""The local suppression list: who must not be written to again, and since when."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from ace_integrations.core.call import Call, Result
from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.message import DeliveryEvent, DeliveryStatus


class Suppression(BaseModel):
    """Why one address is not written to.

    Attributes:
        status: bounced, complained or unsubscribed.
        tags: mails with one of these tags only; empty means every mail.
    """

    model_config = ConfigDict(frozen=True)

    email: str
    status: DeliveryStatus
    reason: str = ""
    since: datetime | None = None
    tags: tuple[str, ...] = ()

    def blocks(self, tags: Sequence[str]) -> bool:
        """Whether it keeps a mail with these tags from being sent."""
        return not self.tags or any(tag in self.tags for tag in tags)


class RecipientSuppressedError(InvalidInputError):
    """Every recipient of a mail bounced, complained or unsubscribed before; nothing was sent.

    `ace.mail.reactivate(email=...)` takes an address off the list.

    Attributes:
        suppressions: one for each recipient.
    """

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self.suppressions = tuple(suppressions)
        # No address: the text may be logged.
        reasons = ", ".join(sorted({entry.status.value for entry in suppressions}))
        super().__init__(f"every recipient is on the suppression list ({reasons}); nothing was sent", field="to")


class SuppressionList(Protocol):
    """Keeps suppressions where the platform wants them. Addresses are compared without case."""

    def find(self, *, emails: Sequence[str]) -> Call[tuple[Suppression, ...]]:
        """Give the entries of these addresses."""
        ...

    def add(self, suppression: Suppression) -> Call[None]:
        """Keep one; a later one of the same address and status replaces it."""
        ...

    def remove(self, *, email: str) -> Call[None]:
        """Forget everything about an address."""
        ...


class MemorySuppressions:
    """Keeps suppressions in this process: for tests, and for a platform of one process."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[DeliveryStatus, Suppression]] = {}
        self._lock = threading.Lock()

    def find(self, *, emails: Sequence[str]) -> Call[tuple[Suppression, ...]]:
        return Result(None).map(lambda _: self._find(emails))

    def add(self, suppression: Suppression) -> Call[None]:
        return Result(None).map(lambda _: self._add(suppression))

    def remove(self, *, email: str) -> Call[None]:
        return Result(None).map(lambda _: self._remove(email))

    def _find(self, emails: Sequence[str]) -> tuple[Suppression, ...]:
        with self._lock:
            return tuple(entry for email in emails for entry in self._entries.get(email.lower(), {}).values())

    def _add(self, suppression: Suppression) -> None:
        with self._lock:
            self._entries.setdefault(suppression.email.lower(), {})[suppression.status] = suppression

    def _remove(self, email: str) -> None:
        with self._lock:
            self._entries.pop(email.lower(), None)


def suppression_of(event: DeliveryEvent) -> Suppression | None:
    """Give what a delivery event asks to remember; None when the recipient may be written to again."""
    if not event.status.suppresses:
        return None
    return Suppression(email=event.recipient, status=event.status, reason=event.reason, since=event.occurred_at)


def stored_suppression(found: Any) -> Suppression:
    """Give the entry of a database's row, whichever library read it."""
    return Suppression(
        email=found.email,
        status=DeliveryStatus(found.status),
        reason=found.reason,
        since=datetime.fromtimestamp(found.since, UTC),
        tags=tuple(found.tags),
    )
