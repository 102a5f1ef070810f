"""Mails that wait in a database for their sending: what follows each try, decided without any I/O."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ace_integrations.errors import InvalidRequestError, OutcomeUnknownError, ProviderError
from ace_integrations.mail.message import DeliveryEvent, DeliveryStatus, Message, Sent, Trace
from ace_integrations.mail.suppression import RecipientSuppressedError

logger = logging.getLogger("ace_integrations.mail")

GIVES_UP_S = 72 * 3600
"""Seconds after which a mail that cannot be sent is dead."""

LOOKS_FOR_S = 600
"""Seconds for which a service's log may lag: a mail that is not in it then was not taken."""

LEASE_S = 120
"""Seconds after which a mail whose sender died is taken up again: longer than looking for and sending one takes."""

LONGEST_PAUSE_S = 600


class QueueState(StrEnum):
    """Where a mail of the queue is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    DEAD = "dead"
    """Nobody tries again by itself: it was refused, or nobody can tell whether it went out."""


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail whose turn it is.

    Attributes:
        attempts: tries, this one included.
        doubts: tries of which nobody knows whether they sent it.
        doubt_since: when the last of them was, Unix seconds.
        created_at: Unix seconds.
    """

    id: int
    message: Message
    attempts: int
    doubts: int
    doubt_since: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a try came to.

    Attributes:
        not_before: Unix seconds of the next try.
        error: the class name of what went wrong, "" for nothing.
    """

    state: QueueState
    not_before: int = 0
    message_id: str = ""
    error: str = ""
    doubts: int = 0
    doubt_since: int = 0


TAKEN_OVER = Settled(QueueState.WAITING)
"""Of a try whose lease ended before it sent anything: whoever has the mail now settles it."""


def queued_mail(found: Any, *, now: int) -> QueuedMail:
    """Give the mail of a row whose turn it is; one whose sender died may have been sent by it.

    Args:
        found: the row as it was before it was taken, whichever library read it.
    """
    is_orphaned = found.state == QueueState.SENDING
    return QueuedMail(
        id=found.id,
        message=Message.model_validate_json(found.message),
        attempts=found.attempts + 1,
        doubts=found.doubts + is_orphaned,
        doubt_since=min(found.lease_until, now) if is_orphaned else found.doubt_since,
        created_at=found.created_at,
    )


def taken_up(mail: QueuedMail, *, now: int) -> dict[str, object]:
    """Give the columns of a mail that is taken up.

    One that may have been sent is looked for first. It waits until the end of the lease meanwhile: whoever dies over a
    look has sent nothing, and adds no doubt.
    """
    counted = {"attempts": mail.attempts, "doubts": mail.doubts, "doubt_since": mail.doubt_since}
    if mail.doubts:
        return {**counted, "state": QueueState.WAITING, "not_before": now + LEASE_S}
    return {**counted, **sending(now=now)}


def sending(*, now: int) -> dict[str, object]:
    """Give the columns of a mail that is about to be sent."""
    return {"state": QueueState.SENDING, "lease_until": now + LEASE_S}


def after_look(mail: QueuedMail, trace: Trace, *, now: int) -> Settled | None:
    """Decide on a mail that may have been sent, by what its service knows of it; None is: send it again.

    It is sent again once. A second doubt, or a service that cannot tell, makes it dead: a person must look.
    """
    if trace.sent is not None:
        return Settled(QueueState.SENT, message_id=trace.sent.message_id)
    if not trace.can_tell:
        return _dead(mail, "OutcomeUnknownError")
    knows_at = mail.doubt_since + LOOKS_FOR_S
    if now < knows_at:
        again = min(knows_at, now + 60)
        return Settled(QueueState.WAITING, again, "", "OutcomeUnknownError", mail.doubts, mail.doubt_since)
    return _dead(mail, "OutcomeUnknownError") if mail.doubts > 1 else None


def after_sent(sent: Sent) -> Settled:
    """Note a mail that was taken."""
    return Settled(QueueState.SENT, message_id=sent.message_id)


def after_error(mail: QueuedMail, error: Exception, *, now: int) -> Settled:
    """Decide on a try that failed."""
    name = type(error).__name__
    match error:
        case RecipientSuppressedError():
            return Settled(QueueState.SUPPRESSED, error=name)
        case OutcomeUnknownError():
            return Settled(QueueState.WAITING, now + 60, "", name, mail.doubts + 1, now)
        case InvalidRequestError():
            return _dead(mail, name)
        case ProviderError():
            if now - mail.created_at > GIVES_UP_S:
                return _dead(mail, name)
            pause = max(min(LONGEST_PAUSE_S, 2**mail.attempts), error.retry_after or 0)
            logger.warning("mail %s not sent, and tried again: %s", mail.message.mail_id, name)
            return Settled(QueueState.WAITING, now + int(pause), "", name, mail.doubts, mail.doubt_since)
        case _:
            logger.error("mail %s cannot be sent", mail.message.mail_id, exc_info=error)
            return _dead(mail, name)


def deliveries(message: Message) -> dict[str, str]:
    """Give what is known of each recipient before the mail is sent."""
    return {one.email.lower(): DeliveryStatus.QUEUED.value for one in message.recipients}


def noted(known: Mapping[str, str], news: DeliveryEvent) -> dict[str, str] | None:
    """Give what is known of each recipient after an event; None when the event is of nobody this mail went to."""
    email = news.recipient.lower()
    if email not in known:
        return None
    replaces = news.status.replaces(DeliveryStatus(known[email]))
    return {**known, email: news.status.value} if replaces else dict(known)


def _dead(mail: QueuedMail, error: str) -> Settled:
    logger.error("mail %s is dead: %s", mail.message.mail_id, error)
    return Settled(QueueState.DEAD, error=error, doubts=mail.doubts, doubt_since=mail.doubt_since)
