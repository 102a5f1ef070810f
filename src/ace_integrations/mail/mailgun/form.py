"""Write a mail as the form that Mailgun takes; pure, so that every field is a test."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ace_integrations.core.http_call import File
from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.batch import Batch, Part, escaped_places, part_id
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.mail.message import Draft, Message
from ace_integrations.mail.mime import check_envelope
from ace_integrations.mail.text import literal

MOST_TAGS = 3
MOST_OPTION_BYTES = 16 * 1024
"""Bytes of all `o:`, `h:`, `v:` and `t:` fields together."""

_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_VARIABLE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SendOptions(BaseModel):
    """What only Mailgun knows.

    Attributes:
        template: the name of a template stored there, instead of an HTML part.
        template_variables: take the places `{{name}}` of it.
        tracking: None takes the setting; "htmlonly" leaves the links of the text part alone.
        require_tls: refuse to deliver to a server without TLS.
        deliver_within: give up after this time, between five minutes and a day.
    """

    model_config = ConfigDict(frozen=True)

    template: str | None = None
    template_version: str | None = None
    template_variables: Mapping[str, Any] = {}
    tracking: bool | Literal["htmlonly"] | None = None
    require_tls: bool = False
    deliver_within: timedelta | None = None


PLAIN = SendOptions()

Fields = dict[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """Fields, a list being a repeated field, and files."""

    fields: Fields
    files: tuple[tuple[str, File], ...] = ()


def message_form(message: Message, settings: MailgunSettings, options: SendOptions = PLAIN) -> Form:
    """Write one mail.

    Raises:
        InvalidInputError: no body, too many tags or recipients, options over 16 KB, or see `mail.mime.check`.
    """
    count = len(message.recipients)
    if count > 1000:
        raise InvalidInputError(f"one mail takes at most 1000 recipients, not {count}", field="to")
    fields: Fields = {
        "from": literal(message.sender.text),
        "to": [literal(one.text) for one in message.to],
        "cc": [literal(one.text) for one in message.cc],
        "bcc": [literal(one.text) for one in message.bcc],
        "subject": literal(message.subject),
        # What a user wrote must not be filled in like a place of a batch.
        "text": literal(message.text or ""),
        "html": literal(message.html or ""),
    }
    headers = {name: literal(value) for name, value in message.headers.items()}
    return _form(message, fields, headers, message.mail_id, settings, options)


def batch_form(batch: Batch, part: Part, settings: MailgunSettings, options: SendOptions = PLAIN) -> Form:
    """Write one part of a batch: variables for every address, so that each gets a copy of their own."""
    changed, variables = escaped_places(batch, part.variables)
    fields: Fields = {
        "from": changed.sender.text,
        "to": list(part.variables),
        "subject": changed.subject,
        "text": changed.text or "",
        "html": changed.html or "",
        "recipient-variables": _json(variables),
    }
    return _form(changed, fields, changed.headers, part_id(batch, part), settings, options)


def option_fields(
    draft: Draft, mail_id: str, settings: MailgunSettings, options: SendOptions = PLAIN
) -> dict[str, str | Sequence[str]]:
    """Write the `o:`, `v:` and `t:` fields, of a mail in whatever form."""
    if len(draft.tags) > MOST_TAGS or not all(_TAG.fullmatch(tag) for tag in draft.tags):
        raise InvalidInputError(f"take at most {MOST_TAGS} fixed ASCII words of 128 characters", field="tags")
    if not all(_VARIABLE.fullmatch(name) for name in draft.metadata):
        raise InvalidInputError("has a name that is not made of letters, digits, - and _", field="metadata")
    tracking = settings.tracking if options.tracking is None else options.tracking
    fields: Fields = {
        "o:tag": list(draft.tags),
        "o:tracking": tracking if isinstance(tracking, str) else _yes(tracking),
        **{f"v:{name}": value for name, value in draft.metadata.items()},
        "v:mail_id": mail_id,
    }
    if draft.test or settings.test_mode:
        fields["o:testmode"] = "yes"
    if draft.send_at is not None:
        fields["o:deliverytime"] = format_datetime(draft.send_at)
    if options.require_tls:
        fields["o:require-tls"] = "yes"
    if options.deliver_within is not None:
        fields["o:deliver-within"] = _duration(options.deliver_within)
    if options.template is not None:
        fields["template"] = options.template
        fields["t:variables"] = _json(options.template_variables)
        if options.template_version is not None:
            fields["t:version"] = options.template_version
    return fields


def _form(
    draft: Draft,
    fields: Fields,
    headers: Mapping[str, str],
    mail_id: str,
    settings: MailgunSettings,
    options: SendOptions,
) -> Form:
    _check_body(draft, options)
    check_envelope(draft)
    fields |= option_fields(draft, mail_id, settings, options)
    fields["h:Message-Id"] = f"<{draft.model_copy(update={'mail_id': mail_id}).message_id}>"
    if draft.reply_to is not None:
        fields["h:Reply-To"] = draft.reply_to.text
    fields |= {f"h:{name}": value for name, value in headers.items()}
    size = sum(len(name) + len(str(value).encode()) for name, value in fields.items() if name[1:2] == ":")
    if size > MOST_OPTION_BYTES:
        raise InvalidInputError(f"headers, metadata and variables have {size} bytes; 16 KB fit", field="metadata")
    files = tuple(
        ("inline" if file.inline else "attachment", (file.filename, file.content, file.media_type))
        for file in draft.attachments
    )
    return Form({name: value for name, value in fields.items() if value not in ("", [])}, files)


def _check_body(draft: Draft, options: SendOptions) -> None:
    if options.template is not None and draft.html:
        raise InvalidInputError("takes the place of the HTML part: give one of them", field="template")
    if not draft.text and not draft.html and options.template is None:
        raise InvalidInputError("needs a text, an HTML part or a template", field="text")


def _yes(value: bool) -> str:  # noqa: FBT001 - a value to write, not a switch
    return "yes" if value else "no"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _duration(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if not 5 <= minutes <= 24 * 60:
        raise InvalidInputError("takes between five minutes and a day", field="deliver_within")
    return f"{minutes // 60}h{minutes % 60}m"
