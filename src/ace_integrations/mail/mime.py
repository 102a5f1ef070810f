"""Write a mail as MIME, by the standard library."""

from collections.abc import Iterable, Mapping
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.message import LARGEST_ATTACHMENTS, Address, Attachment, Draft, Message

_SEVEN_BIT = SMTP.clone(cte_type="7bit")
# Bodies are encoded whole: a server need not take eight bits, and a DKIM signature must survive the way.

RESERVED = frozenset(
    {
        "bcc", "cc", "content-disposition", "content-transfer-encoding", "content-type", "date", "from", "message-id",
        "mime-version", "received", "reply-to", "return-path", "sender", "subject", "to",
    }
)  # fmt: skip
"""Header fields that come from the mail's own attributes, so `headers` may not hold them."""


def check(draft: Draft) -> None:
    """Refuse what no transport may send.

    Raises:
        InvalidInputError: no body, a reserved or broken header name, or attachments that are too large.
    """
    if not draft.text and not draft.html:
        raise InvalidInputError("needs a text, an HTML part, or both", field="text")
    check_envelope(draft)


def check_envelope(draft: Draft) -> None:
    """Refuse broken headers and attachments that are too large."""
    for name in draft.headers:
        if not name or not name.isascii() or not name.replace("-", "").isalnum() or name.lower() in RESERVED:
            raise InvalidInputError(f"{name!r} cannot be set here", field="headers")
    size = sum(len(file.content) for file in draft.attachments)
    if size > LARGEST_ATTACHMENTS:
        raise InvalidInputError(f"have {size} bytes; at most {LARGEST_ATTACHMENTS} fit", field="attachments")
    names = [file.filename for file in draft.attachments]
    if len(set(names)) != len(names):
        raise InvalidInputError("two have the same file name", field="attachments")


def to_mime(message: Message) -> EmailMessage:
    """Write a mail as MIME; `bcc` stays out, the envelope has it.

    Raises:
        InvalidInputError: see `check`.
    """
    check(message)
    headers = dict(message.headers)
    if message.reply_to is not None:
        headers["Reply-To"] = message.reply_to.text
    if message.send_at is not None:
        headers["Date"] = format_datetime(message.send_at)
    return compose(
        sender=message.sender.text,
        to=[one.text for one in message.to],
        cc=[one.text for one in message.cc],
        subject=message.subject,
        message_id=message.message_id,
        text=message.text,
        html=message.html,
        headers=headers,
        attachments=message.attachments,
    )


def compose(
    *,
    sender: str,
    to: Iterable[str],
    subject: str,
    message_id: str,
    cc: Iterable[str] = (),
    text: str | None = None,
    html: str | None = None,
    headers: Mapping[str, str] | None = None,
    attachments: Iterable[Attachment] = (),
) -> EmailMessage:
    """Write MIME of parts; addresses as they read in a header, in any script."""
    mime = EmailMessage(policy=_SEVEN_BIT)
    mime["From"] = _mailboxes([sender])
    mime["To"] = _mailboxes(to)
    if copies := _mailboxes(cc):
        mime["Cc"] = copies
    mime["Subject"] = subject
    mime["Message-Id"] = f"<{message_id}>"
    for name, value in (headers or {}).items():
        mime[name] = _mailboxes([value]) if name.lower() == "reply-to" else value
    files = list(attachments)
    _write_body(mime, text, html, [file for file in files if file.inline])
    for file in files:
        if not file.inline:
            kind, _, subtype = file.media_type.partition("/")
            mime.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.filename)
    return mime


def _write_body(mime: EmailMessage, text: str | None, html: str | None, inline: list[Attachment]) -> None:
    if text is not None or html is None:
        mime.set_content(text or "")
    if html is None:
        return
    if text is None:
        mime.set_content(html, subtype="html")
    else:
        mime.add_alternative(html, subtype="html")
    if not inline:
        return
    page = mime if text is None else mime.get_payload(1)
    if not isinstance(page, EmailMessage):
        raise TypeError("the HTML part is not where it was put")
    for file in inline:
        kind, _, subtype = file.media_type.partition("/")
        page.add_related(
            file.content, maintype=kind, subtype=subtype, filename=file.filename, cid=f"<{file.filename}>",
            disposition="inline",
        )  # fmt: skip


def _mailboxes(texts: Iterable[str]) -> list[HeaderAddress]:
    found: list[HeaderAddress] = []
    for name, email in getaddresses(list(texts)):
        if email:
            local, _, domain = email.rpartition("@")
            found.append(HeaderAddress(display_name=name, username=local, domain=domain))
    return found


def addresses(text: str) -> list[Address]:
    """Read mailboxes of a header's text.

    Raises:
        InvalidInputError: one of them is no e-mail address.
    """
    return [Address(email=email, name=name) for name, email in getaddresses([text])]
