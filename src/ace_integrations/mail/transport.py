"""What a plugin for mail implements, and `ace.mail`."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.mail.batch import Batch, BatchSent
from ace_integrations.mail.message import DeliveryEvent, Draft, Message, Sent, Trace
from ace_integrations.mail.suppression import (
    MemorySuppressions,
    RecipientSuppressedError,
    Suppression,
    SuppressionList,
    suppression_of,
)

if TYPE_CHECKING:
    from ace_integrations.core.connection import AsyncSender, Sender

logger = logging.getLogger("ace_integrations.mail")

S = TypeVar("S", Sent, BatchSent)


class MailTransport(Protocol):
    """Takes mails to where they are delivered from, described once for both colours."""

    def send(self, message: Message, *, dry_run: bool = False) -> Call[Sent]:
        """Hand over one mail; with `dry_run` only check it.

        The call raises `OutcomeUnknownError` when it may have been taken; `find` it before another try.
        """
        ...

    def send_batch(self, batch: Batch) -> Call[BatchSent]:
        """Hand over one mail to many; `ace_integrations.mail.one_by_one` does it for a transport without batches."""
        ...

    def find(self, message: Message) -> Call[Trace]:
        """Look whether a mail was taken, by its `mail_id`."""
        ...

    def reactivate(self, *, email: str) -> Call[None]:
        """Take an address off the service's own suppression list."""
        ...


class MailOperations:
    """Describe what a platform asks of its mail transport."""

    provider = ""
    _transport: MailTransport
    suppressions: SuppressionList

    @operation
    def send(self, message: Message, *, dry_run: bool = False) -> Call[Sent]:
        """Hand over one mail to the configured transport, leaving out recipients of the suppression list.

        Args:
            dry_run: only check the mail; the result says so.

        Raises:
            RecipientSuppressedError: nobody is left to write to; nothing was sent.
            InvalidRequestError: the service refuses the mail.
            OutcomeUnknownError: it may have been taken; `find` it before another try.

        Source: mailgun.md §6
        """
        emails = [one.email for one in message.recipients]

        def deliver(found: Sequence[Suppression]) -> Call[Sent]:
            blocked = _blocked(found, message)
            left = message.without(frozenset(blocked)) if blocked else message
            if not left.to:
                raise RecipientSuppressedError([entry for entry in found if entry.blocks(message.tags)])
            held = tuple(email for email in emails if email.lower() in blocked)
            return self._transport.send(left, dry_run=dry_run).map(lambda sent: _with_held(sent, held))

        return Noted(self.suppressions.find(emails=emails).then(deliver), message, len(emails))

    @operation
    def send_batch(self, batch: Batch) -> Call[BatchSent]:
        """Hand over one mail to many, none of whom sees another; at most 1000 travel in one call to the service.

        Raises:
            OutcomeUnknownError: the first part may have been taken; a later part's failure is in the result.

        Source: mailgun.md §3.2
        """
        emails = [one.email.strip() for one in batch.recipients]

        def deliver(found: Sequence[Suppression]) -> Call[BatchSent]:
            blocked = _blocked(found, batch)
            held = tuple(email for email in emails if email.lower() in blocked)
            call = self._transport.send_batch(batch.without(frozenset(blocked)))
            return call.map(lambda sent: _with_held(sent, held))

        return Noted(self.suppressions.find(emails=emails).then(deliver), batch, len(emails))

    @operation
    def find(self, message: Message) -> Call[Trace]:
        """Look whether a mail was taken, after its sending ended unknown; give the very same message.

        Source: mailgun.md §3.4
        """
        return self._transport.find(message)

    @operation
    def note(self, event: DeliveryEvent) -> Call[bool]:
        """Keep what a webhook said: who bounced, complained or unsubscribed is refused from now on.

        Args:
            event: of a mail that was sent from here; look its message id up first.

        Returns:
            Whether the address is now suppressed.

        Source: mailgun.md §6
        """
        entry = suppression_of(event)
        if entry is None:
            return self.suppressions.find(emails=[event.recipient]).map(bool)
        return self.suppressions.add(entry).map(lambda _: True)

    @operation
    def reactivate(self, *, email: str) -> Call[None]:
        """Let an address be written to again, here and at the service; for when its owner asked for it.

        Source: mailgun.md §6
        """
        return self._transport.reactivate(email=email).then(lambda _: self.suppressions.remove(email=email))


class Mail(MailOperations, SyncFacade):
    """Mail, blocking.

    Attributes:
        suppressions: in memory unless you put one here that lives in your database.
    """

    def __init__(
        self, sender: "Sender", transport: MailTransport, *, suppressions: SuppressionList | None = None
    ) -> None:
        super().__init__(sender)
        self._transport = transport
        self.suppressions = suppressions or MemorySuppressions()


class AsyncMail(MailOperations, AsyncFacade):
    """Mail, awaited; see `Mail`."""

    def __init__(
        self, sender: "AsyncSender", transport: MailTransport, *, suppressions: SuppressionList | None = None
    ) -> None:
        super().__init__(sender)
        self._transport = transport
        self.suppressions = suppressions or MemorySuppressions()


def _blocked(found: Sequence[Suppression], draft: Draft) -> set[str]:
    return {entry.email.lower() for entry in found if entry.blocks(draft.tags)}


def _with_held(sent: S, held: tuple[str, ...]) -> S:
    return sent.model_copy(update={"suppressed": (*sent.suppressed, *held)}) if held else sent


@dataclass(frozen=True, slots=True)
class MailRecord:
    """One attempt to send, as it may be logged: ids and counts, no address, no text.

    Attributes:
        outcome: sent, dry run, suppressed, or the class name of the error.
        suppressed: how many recipients were left out.
    """

    mail_id: str
    outcome: str
    message_id: str = ""
    transport: str = ""
    tags: tuple[str, ...] = ()
    recipients: int = 0
    suppressed: int = 0


@dataclass(slots=True)
class Noted(Call[S], Generic[S]):
    """Leaves one record in the log for each attempt to send, however it ends."""

    call: Call[S]
    draft: Draft
    recipients: int

    def run(self, sender: "Sender") -> S:
        try:
            sent = self.call.run(sender)
        except Exception as error:
            self._write(type(error).__name__)
            raise
        return self._done(sent)

    async def arun(self, sender: "AsyncSender") -> S:
        try:
            sent = await self.call.arun(sender)
        except Exception as error:
            self._write(type(error).__name__)
            raise
        return self._done(sent)

    def labelled(self, provider: str, operation: str) -> "Noted[S]":
        return Noted(self.call.labelled(provider, operation), self.draft, self.recipients)

    def _done(self, sent: S) -> S:
        first = sent if isinstance(sent, Sent) else next(iter(sent.sent), None)
        self._write(
            "dry run" if first is not None and first.dry_run else "sent",
            message_id=first.message_id if first is not None else "",
            transport=first.transport if first is not None else "",
            suppressed=len(sent.suppressed),
        )
        return sent

    def _write(self, outcome: str, *, message_id: str = "", transport: str = "", suppressed: int = 0) -> None:
        draft, recipients = self.draft, self.recipients
        if outcome == RecipientSuppressedError.__name__:
            outcome, suppressed = "suppressed", recipients
        record = MailRecord(draft.mail_id, outcome, message_id, transport, draft.tags, recipients, suppressed)
        level = logging.INFO if outcome in ("sent", "dry run") else logging.WARNING
        text = "mail %s: %s, %d recipients, %d suppressed, message %s"
        logger.log(
            level, text, record.mail_id, outcome, recipients, suppressed, message_id or "-", extra={"mail": record}
        )
