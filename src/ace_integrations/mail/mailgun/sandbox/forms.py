"""What Mailgun's twin reads from a posted mail, with the service's own refusals."""

import json
import secrets
import time
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, cast

from starlette.datastructures import FormData, UploadFile

from ace_integrations.mail.mailgun.sandbox.state import Region, Submission, fill_template
from ace_integrations.mail.message import Attachment

LARGEST_MESSAGE = 25 * 1024 * 1024
LONGEST_DELAY_S = 7 * 24 * 3600
MOST_OPTION_BYTES = 16 * 1024


class RefusedError(Exception):
    """The service says no.

    Attributes:
        status: of the answer.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class Posted:
    """The fields and files of one request, files read."""

    def __init__(self, fields: list[tuple[str, str]], files: list[tuple[str, str, str, bytes]]) -> None:
        self._fields = fields
        self.files = files

    @classmethod
    async def read(cls, form: FormData) -> "Posted":
        """Read a form of either type."""
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, str, str, bytes]] = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                media_type = value.content_type or "application/octet-stream"
                files.append((name, value.filename or "", media_type, await value.read()))
            else:
                fields.append((name, value))
        return cls(fields, files)

    def get(self, name: str) -> str | None:
        """Give the last value of a field."""
        return next((value for known, value in reversed(self._fields) if known == name), None)

    def all(self, name: str) -> list[str]:
        """Give every value of a field."""
        return [value for known, value in self._fields if known == name]

    def starting(self, prefix: str) -> dict[str, str]:
        """Give the fields of a family, without their prefix."""
        return {name.removeprefix(prefix): value for name, value in self._fields if name.startswith(prefix)}

    @property
    def option_bytes(self) -> int:
        """How much the option fields hold."""
        return sum(len(name) + len(value.encode()) for name, value in self._fields if name[:2] in _OPTIONS)


_OPTIONS = ("o:", "h:", "v:", "t:")


def read_message(
    posted: Posted, domain: str, region: Region, templates: Mapping[tuple[str, str], str], *, now: float
) -> Submission:
    """Read a call to `messages`.

    Raises:
        RefusedError: as the service refuses it.
    """
    source = _template(posted, domain, templates)
    page = posted.get("html") or source
    if not posted.get("from"):
        raise RefusedError("from parameter is missing")
    to = _mailboxes(posted, "to")
    if not to:
        raise RefusedError("to parameter is missing")
    if not (page or posted.get("text") or posted.get("amp-html")):
        raise RefusedError("Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified")
    headers = posted.starting("h:")
    own_id = headers.pop("Message-Id", "").strip("<>")
    return _checked(
        posted,
        Submission(
            message_id=own_id or new_message_id(domain, now),
            domain=domain,
            region=region,
            sender=posted.get("from") or "",
            to=tuple(to),
            cc=tuple(_mailboxes(posted, "cc")),
            bcc=tuple(_mailboxes(posted, "bcc")),
            subject=posted.get("subject") or "",
            text=posted.get("text"),
            html=page,
            headers=headers,
            attachments=tuple(_attachments(posted)),
            values=_values(posted),
            **_options(posted),
        ),
        now,
    )


def read_mime(posted: Posted, domain: str, region: Region, *, now: float) -> Submission:
    """Read a call to `messages.mime`; some clients send the mail as a file, some as a field.

    Raises:
        RefusedError: as the service refuses it.
    """
    raw = next((content for name, _, _, content in posted.files if name == "message"), None)
    raw = raw if raw is not None else (posted.get("message") or "").encode()
    to = _mailboxes(posted, "to")
    if not to:
        raise RefusedError("to parameter is missing")
    if not raw:
        raise RefusedError("message parameter is missing")
    mime = message_from_bytes(raw, policy=policy.default)
    options = _options(posted)
    options["tags"] = (*options["tags"], *(str(tag) for tag in mime.get_all("X-Mailgun-Tag", [])))[:3]
    options["test"] = options["test"] or str(mime.get("X-Mailgun-Drop-Message", "")).lower() in ("yes", "true")
    return _checked(
        posted,
        Submission(
            message_id=str(mime.get("Message-Id", "")).strip().strip("<>") or new_message_id(domain, now),
            domain=domain,
            region=region,
            sender=str(mime.get("From", "")),
            to=tuple(to),
            subject=str(mime.get("Subject", "")),
            text=_part(mime, "plain"),
            html=_part(mime, "html"),
            mime=raw,
            **options,
        ),
        now,
    )


def new_message_id(domain: str, now: float) -> str:
    """Make the id of a mail that brought none."""
    return f"{time.strftime('%Y%m%d%H%M%S', time.gmtime(now))}.{secrets.token_hex(8)}@{domain}"


def _checked(posted: Posted, submission: Submission, now: float) -> Submission:
    if len(submission.envelope) > 1000:
        raise RefusedError("to, cc and bcc together may have 1000 recipients at most")
    if posted.option_bytes > MOST_OPTION_BYTES:
        raise RefusedError("Send options (parameters starting with o:, h:, or v:) are limited to 16KB total")
    if submission.deliver_at is not None and submission.deliver_at - now > LONGEST_DELAY_S:
        raise RefusedError("o:deliverytime is too far in the future")
    if sum(len(content) for _, _, _, content in posted.files) > LARGEST_MESSAGE:
        raise RefusedError("the message is too large", 413)
    return submission


def _mailboxes(posted: Posted, name: str) -> list[str]:
    """Give mailboxes of repeated fields, of comma-joined ones, or both."""
    found: list[str] = []
    for display, email in getaddresses([value for value in posted.all(name) if value]):
        local, _, domain = email.rpartition("@")
        if not local or not domain or " " in email:
            raise RefusedError(f"{name} parameter is not a valid address. please check documentation")
        found.append(f'"{display}" <{email}>' if display else email)
    return found


def _options(posted: Posted) -> dict[str, Any]:
    when = posted.get("o:deliverytime")
    try:
        at = parsedate_to_datetime(when).timestamp() if when else None
    except ValueError:
        raise RefusedError("o:deliverytime is not a date") from None
    return {
        "tags": tuple(posted.all("o:tag")[:3]),
        "variables": posted.starting("v:"),
        "test": posted.get("o:testmode") in ("yes", "true"),
        "deliver_at": at,
    }


def _values(posted: Posted) -> dict[str, dict[str, Any]] | None:
    text = posted.get("recipient-variables")
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        raise RefusedError("recipient-variables parameter is not a valid JSON dictionary") from None
    if not isinstance(value, dict):
        raise RefusedError("recipient-variables parameter is not a valid JSON dictionary")
    return cast("dict[str, dict[str, Any]]", value)


def _attachments(posted: Posted) -> list[Attachment]:
    return [
        Attachment.model_construct(filename=filename, content=content, media_type=media_type, inline=name == "inline")
        for name, filename, media_type, content in posted.files
        if name in ("attachment", "inline")
    ]


def _template(posted: Posted, domain: str, templates: Mapping[tuple[str, str], str]) -> str | None:
    name = posted.get("template")
    if not name:
        return None
    if posted.get("html"):
        raise RefusedError("html and template parameters cannot be used together")
    source = templates.get((domain, name))
    if source is None:
        raise RefusedError(f"template {name} not found")
    variables = {**posted.starting("v:"), **json.loads(posted.get("t:variables") or "{}")}
    return fill_template(source, variables)


def _part(mime: EmailMessage, kind: str) -> str | None:
    body = mime.get_body((kind,))
    return body.get_content() if isinstance(body, EmailMessage) else None
