"""A mail in neutral words, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ace_integrations.errors import InvalidInputError


def _one_line(text: str) -> str:
    # A line break in a header would start another header.
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise InvalidInputError("holds a line break or control character, which no mail header may")
    return text


def _address(text: str) -> str:
    local, at, domain = _one_line(text).strip().rpartition("@")
    if not at or not local or not domain or " " in text.strip() or any(mark in text for mark in ',;<>"'):
        raise InvalidInputError("is not one e-mail address, as in lina@example.com")
    return f"{local}@{domain.lower()}"


OneLine = Annotated[str, AfterValidator(_one_line)]
"""Text for a mail header: no line break, no control character."""


class Address(BaseModel):
    """One mailbox; the domain is written in lower case."""

    model_config = ConfigDict(frozen=True)

    email: Annotated[str, AfterValidator(_address)]
    name: OneLine = ""


class Attachment(BaseModel):
    """A file that travels with a mail.

    Attributes:
        inline: shown inside the HTML, where `<img src="cid:<filename>">` names it.
    """

    model_config = ConfigDict(frozen=True)

    filename: OneLine
    content: bytes = Field(repr=False)
    media_type: OneLine = "application/octet-stream"
    inline: bool = False


class Message(BaseModel):
    """One mail as every transport sends it. Every recipient sees all of `to` and `cc`: for many, use a batch.

    Attributes:
        html, text: at least one; a mail without a plain-text part lands in spam more often.
        tags: for statistics, fixed words without personal data; at most three at Mailgun.
        metadata: comes back with every delivery event; recipients can see it, so ids only.
        send_at: not before this moment; None is now.
        test: let the service pretend.
    """

    model_config = ConfigDict(frozen=True)

    sender: Address
    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    subject: OneLine
    text: str | None = Field(default=None, repr=False)
    html: str | None = Field(default=None, repr=False)
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    headers: Mapping[str, OneLine] = {}
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = {}
    attachments: tuple[Attachment, ...] = ()
    send_at: datetime | None = None
    test: bool = False

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everybody who gets it."""
        return (*self.to, *self.cc, *self.bcc)


class Sent(BaseModel):
    """A transport took a mail. It says nothing of delivery.

    Attributes:
        message_id: without angle brackets; with the recipient it is the key of later delivery events.
        suppressed: recipients that the local suppression list kept from being written to.
    """

    model_config = ConfigDict(frozen=True)

    transport: str
    message_id: str
    suppressed: tuple[str, ...] = ()


class DeliveryStatus(StrEnum):
    """What happened to one mail at one recipient; the words of every transport in one."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    SUBSCRIBED = "subscribed"
    OPENED = "opened"
    CLICKED = "clicked"
    UNKNOWN = "unknown"

    @property
    def suppresses(self) -> bool:
        """Whether this recipient must not be written to again."""
        return self in (DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED, DeliveryStatus.UNSUBSCRIBED)


class DeliveryEvent(BaseModel):
    """What a webhook said about one mail at one recipient; the neutral meaning of the provider's event.

    Attributes:
        message_id: as in `Sent`; act only on a pair of message and recipient that you sent.
        code: the SMTP reply code, None when there is none.
        reason: the service's word for a failure, "" when there is none.
        is_bot: opened or clicked by a scanner.
        metadata: what the mail was sent with; anyone with one genuine webhook can forge it at Mailgun: a hint only.
    """

    model_config = ConfigDict(frozen=True)

    provider: str
    message_id: str
    recipient: str
    status: DeliveryStatus
    occurred_at: datetime
    code: int | None = None
    reason: str = ""
    is_bot: bool = False
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = {}
