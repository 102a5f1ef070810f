"""A mail in neutral words, and what became of it."""

import mimetypes
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from uuid import uuid4

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from ace_integrations.errors import InvalidInputError

LARGEST_ATTACHMENTS = 18 * 1024 * 1024
"""Bytes of all attachments of one mail: base64 makes 25 MB of them, which is where services stop."""

_MAIL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."]')


def _one_line(text: str) -> str:
    # A line break in a header would start another header.
    if any(ord(character) < 32 or ord(character) == 127 or character in "\u2028\u2029\x85" for character in text):
        raise InvalidInputError("holds a line break or control character, which no mail header may")
    return text


def _address(text: str) -> str:
    local, at, domain = _one_line(text).strip().rpartition("@")
    if not at or not local or not domain or " " in text.strip() or any(mark in text for mark in ',;<>"'):
        raise InvalidInputError("is not one e-mail address, as in lina@example.com")
    if "@" in local or "." not in f"{domain}." or domain.startswith(".") or ".." in domain or "/" in domain:
        raise InvalidInputError("is not one e-mail address, as in lina@example.com")
    return f"{local}@{domain.lower()}"


def _file_name(text: str) -> str:
    name = _one_line(text)
    if not name.strip() or name in (".", "..") or any(mark in name for mark in '/\\"') or len(name.encode()) > 200:
        raise InvalidInputError("is not a plain file name: no path, no quotes, at most 200 bytes")
    return name


def _media_type(text: str) -> str:
    if not _MEDIA_TYPE.fullmatch(text.lower()):
        raise InvalidInputError("is not a media type, as in application/pdf")
    return text.lower()


def _mail_id(text: str) -> str:
    if not _MAIL_ID.fullmatch(text):
        raise InvalidInputError("takes letters, digits, _ and - only, at most 64 of them")
    return text


OneLine = Annotated[str, AfterValidator(_one_line)]
"""Text for a mail header: no line break, no control character."""


class Address(BaseModel):
    """One mailbox; the domain is written in lower case."""

    model_config = ConfigDict(frozen=True)

    email: Annotated[str, AfterValidator(_address)]
    name: OneLine = ""

    @property
    def text(self) -> str:
        """As it reads in a header, letters of every script unencoded: `لينا <lina@example.com>`."""
        if not self.name:
            return self.email
        escaped = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{self.email}>' if _NEEDS_QUOTES.search(self.name) else f"{self.name} <{self.email}>"


class Attachment(BaseModel):
    """A file that travels with a mail.

    Attributes:
        inline: shown inside the HTML, where `<img src="cid:<filename>">` names it.
    """

    # In JSON, where a queue may keep a mail, bytes are base64.
    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    filename: Annotated[str, AfterValidator(_file_name)]
    content: bytes = Field(repr=False)
    media_type: Annotated[str, AfterValidator(_media_type)] = "application/octet-stream"
    inline: bool = False

    @classmethod
    def read(cls, path: str | Path, *, inside: str | Path, inline: bool = False) -> Self:
        """Read a file, which must lie inside a folder after every link is followed.

        Args:
            path: of the file, taken as below `inside` when it is relative.
            inside: the only folder that may be read from.

        Raises:
            InvalidInputError: it lies elsewhere, is no file, or is larger than a mail may be.
        """
        root = Path(inside).resolve()
        found = (root / path).resolve()
        if not found.is_relative_to(root) or not found.is_file():
            raise InvalidInputError("is not a file inside the folder", field="path")
        if found.stat().st_size > LARGEST_ATTACHMENTS:
            raise InvalidInputError(f"has more than {LARGEST_ATTACHMENTS} bytes", field="path")
        media_type = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        return cls(filename=found.name, content=found.read_bytes(), media_type=media_type, inline=inline)


class Draft(BaseModel):
    """What a mail says, whoever gets it.

    Attributes:
        html, text: at least one; a mail without a plain-text part lands in spam more often.
        tags: for statistics, fixed words without personal data; at most three at Mailgun.
        metadata: comes back with every delivery event; recipients can see it, so ids only.
        send_at: not before this moment; None is now.
        test: let the service pretend.
        mail_id: ours, one per mail; it is part of the Message-Id, so that a mail whose sending ended unknown can be
            looked up. Keep it with what caused the mail, and give the same one when that is sent again.
    """

    model_config = ConfigDict(frozen=True)

    sender: Address
    subject: OneLine
    text: str | None = Field(default=None, repr=False)
    html: str | None = Field(default=None, repr=False)
    reply_to: Address | None = None
    headers: Mapping[str, OneLine] = {}
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = {}
    attachments: tuple[Attachment, ...] = ()
    send_at: AwareDatetime | None = None
    test: bool = False
    mail_id: Annotated[str, AfterValidator(_mail_id)] = Field(default_factory=lambda: uuid4().hex)

    @property
    def message_id(self) -> str:
        """The Message-Id that a transport gives it where it may choose, without angle brackets."""
        return f"{self.mail_id}@{self.sender.email.rpartition('@')[2]}"


class Message(Draft):
    """One mail as every transport sends it. Every recipient sees all of `to` and `cc`: for many, use a `Batch`."""

    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everybody who gets it."""
        return (*self.to, *self.cc, *self.bcc)

    def without(self, emails: frozenset[str]) -> Self:
        """Give the mail with these recipients left out; emails in lower case."""
        kept = {
            name: tuple(one for one in getattr(self, name) if one.email.lower() not in emails)
            for name in ("to", "cc", "bcc")
        }
        return self.model_copy(update=kept)


class Sent(BaseModel):
    """A transport took a mail. It says nothing of delivery.

    Attributes:
        message_id: without angle brackets; with the recipient it is the key of later delivery events.
        mail_id: as in the message.
        suppressed: recipients that the local suppression list kept from being written to.
        refused: recipients that the server refused at once, while it took the others.
        dry_run: nothing was sent: the mail was only checked.
    """

    model_config = ConfigDict(frozen=True)

    transport: str
    message_id: str
    mail_id: str = ""
    suppressed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    dry_run: bool = False


class Trace(BaseModel):
    """What a transport knows of a mail whose sending ended unknown.

    Attributes:
        can_tell: False where the transport keeps no record that could be read.
        sent: set when it was taken; None with `can_tell` means that no trace was found, which may lag a few minutes.
    """

    model_config = ConfigDict(frozen=True)

    can_tell: bool
    sent: Sent | None = None


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

    def replaces(self, stored: "DeliveryStatus") -> bool:
        """Whether a stored status becomes this one: events come in any order, so a higher rank wins, never the later.

        Opens, clicks and subscriptions say nothing of delivery and replace nothing.
        """
        return _RANK.get(self, -1) > _RANK.get(stored, -1)


_RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.ACCEPTED: 1,
    DeliveryStatus.DEFERRED: 2,
    DeliveryStatus.DELIVERED: 3,
    DeliveryStatus.FAILED: 4,
    DeliveryStatus.REJECTED: 4,
    DeliveryStatus.SUPPRESSED: 4,
    DeliveryStatus.BOUNCED: 5,
    DeliveryStatus.COMPLAINED: 6,
}


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
