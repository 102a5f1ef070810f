"""Django's own mail by any transport of ours, at once or with the transaction that runs now.

    EMAIL_BACKEND = "ace_integrations.contrib.django.email.EmailBackend"                # until Django 6.0
    MAILERS = {"default": {"BACKEND": "ace_integrations.contrib.django.email.QueuedEmailBackend"}}  # from 6.1

A message may carry `tags` (a list of words), `metadata` (ids by name) and `mail_id`, which name it at its transport.
"""

import logging
from collections.abc import Callable, Iterable
from email.message import Message as MimeMessage
from email.utils import parseaddr
from typing import Any, cast
from uuid import uuid4

from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from pydantic import ValidationError

from ace_integrations.contrib.django.current import get_ace
from ace_integrations.contrib.django.mails import DjangoMailQueue
from ace_integrations.errors import AceError, InvalidInputError
from ace_integrations.mail import Address, Attachment, Message

logger = logging.getLogger("ace_integrations.mail")

_OWN_HEADERS = ("from", "to", "cc", "reply-to", "message-id")


class EmailBackend(BaseEmailBackend):
    """Sends each message at once by `get_ace().mail`.

    Args:
        fail_silently: log what cannot be sent instead of raising; the messages that were sent are counted.
    """

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:  # noqa: FBT001, FBT002 - Django's own
        # From Django 6.1 on the base takes no `fail_silently`, and refuses options that it does not know.
        super().__init__(**options)
        self.fail_silently = fail_silently

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        """Send messages; give how many were taken.

        Raises:
            AceError: one cannot be sent; those before it were.
        """
        return _each(email_messages, self._hand_over, silently=self.fail_silently)

    def _hand_over(self, message: Message) -> None:
        get_ace().mail.send(message)


class QueuedEmailBackend(EmailBackend):
    """Lets each message go out when the transaction that runs now commits; `manage.py ace_relay` sends it."""

    def _hand_over(self, message: Message) -> None:
        DjangoMailQueue().put(message)


def _each(messages: Iterable[EmailMessage], hand_over: Callable[[Message], None], *, silently: bool) -> int:
    taken = 0
    for message in messages:
        if not message.recipients():
            continue
        try:
            hand_over(message_of(message))
        except AceError as error:
            if not silently:
                raise
            logger.warning("a mail was not sent: %s", type(error).__name__)
            continue
        taken += 1
    return taken


def message_of(mail: EmailMessage) -> Message:
    """Give a message of Django's as our transports take it.

    Raises:
        InvalidInputError: an address is malformed, or a part is of a kind that no transport here sends.
    """
    html = _html(mail)
    body = str(mail.body)
    is_html = mail.content_subtype == "html"
    given: dict[str, Any] = {
        "sender": _address(str(mail.extra_headers.get("From", mail.from_email or django_settings.DEFAULT_FROM_EMAIL))),
        "to": tuple(map(_address, mail.to)),
        "cc": tuple(map(_address, mail.cc)),
        "bcc": tuple(map(_address, mail.bcc)),
        "subject": str(mail.subject),
        "text": None if is_html else body,
        "html": body if is_html else html,
        "reply_to": _reply_to(mail),
        "headers": {n: str(v) for n, v in mail.extra_headers.items() if n.lower() not in _OWN_HEADERS},
        "attachments": tuple(map(_attachment, mail.attachments)),
        "tags": tuple(getattr(mail, "tags", ())),
        "metadata": dict(getattr(mail, "metadata", {})),
        "mail_id": getattr(mail, "mail_id", None) or uuid4().hex,
    }
    try:
        return Message(**given)
    except ValidationError as error:
        (first, *_) = error.errors(include_input=False, include_url=False, include_context=False)
        raise InvalidInputError(first["msg"], field=".".join(map(str, first["loc"]))) from None


def _address(text: str) -> Address:
    name, email = parseaddr(text)
    return Address(email=email, name=name)


def _reply_to(mail: EmailMessage) -> Address | None:
    replies = list(mail.reply_to)
    if len(replies) > 1:
        raise InvalidInputError("is one address: transports take no more", field="reply_to")
    return _address(replies[0]) if replies else None


def _html(mail: EmailMessage) -> str | None:
    alternatives = [(str(content), str(media_type)) for content, media_type in getattr(mail, "alternatives", ())]
    if any(media_type != "text/html" for _, media_type in alternatives) or len(alternatives) > 1:
        raise InvalidInputError("are one part in text/html: transports take no other", field="alternatives")
    return alternatives[0][0] if alternatives else None


def _attachment(part: Any) -> Attachment:
    if isinstance(part, MimeMessage):
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise InvalidInputError("has parts of its own: attach each by itself", field="attachments")
        inline = part.get_content_disposition() == "inline"
        content_id = cast("str | None", part["content-id"])
        named = part.get_filename() or (content_id or "attachment").strip("<>")
        return Attachment(filename=named, content=content, media_type=part.get_content_type(), inline=inline)
    filename, content, media_type = part
    data = content.encode() if isinstance(content, str) else bytes(content)
    return Attachment(
        filename=filename or "attachment", content=data, media_type=media_type or "application/octet-stream"
    )
