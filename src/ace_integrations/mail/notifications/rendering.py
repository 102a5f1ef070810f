"""Render a notification: subject, HTML and plain text, in both languages."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ace_integrations.errors import InvalidInputError
from ace_integrations.mail.batch import Batch, Recipient
from ace_integrations.mail.message import Address, Message
from ace_integrations.mail.notifications.copy import (
    Copy,
    Filling,
    Notification,
    in_html,
    in_text,
    safe_url,
    safe_values,
)
from ace_integrations.mail.text import isolated, literal, without_controls

if TYPE_CHECKING:
    from jinja2 import Environment

LONGEST_SUBJECT = 70
"""Visible characters; what inboxes show."""

_LENGTHS = range(LONGEST_SUBJECT, 7, -1)
"""How long a value in the subject may be; the first that fits is taken."""


def render(
    notification: Notification,
    *,
    to: Address,
    sender: Address,
    reply_to: Address | None = None,
    mail_id: str | None = None,
) -> Message:
    """Render one mail to one reader.

    Args:
        sender: its name is the platform's.
        mail_id: yours, one per mail, where a repeat must be the same mail.

    Raises:
        InvalidInputError: a value is empty, or an address is not absolute and https.
        ImportError: the extra `notifications` is not installed.
    """
    fields = _fields(notification, sender, reply_to, mail_id)
    return Message(to=(to,), **fields)


def render_batch(
    notification: Notification,
    *,
    recipients: Sequence[Recipient],
    sender: Address,
    reply_to: Address | None = None,
    mail_id: str | None = None,
) -> Batch:
    """Render one mail to many; `PerRecipient` marks the values that each reader has of their own.

    Raises:
        InvalidInputError: a value is empty, or an address is not absolute and https.
        ImportError: the extra `notifications` is not installed.
    """
    fields = _fields(notification, sender, reply_to, mail_id)
    return Batch(recipients=tuple(recipients), **fields)


def subject_of(notification: Notification) -> str:
    """Give the subject, `عربي | English`, values shortened until it fits."""
    values = safe_values(notification)
    arabic, english = notification.arabic().subject, notification.english().subject
    for longest in _LENGTHS:
        filling = in_text(values, longest=longest)
        subject = f"{filling.fill(arabic)} | {filling.fill(english)}"
        if len(visible(subject)) <= LONGEST_SUBJECT:
            return subject
    raise InvalidInputError(f"does not fit {LONGEST_SUBJECT} characters", field="subject")


def visible(text: str) -> str:
    """Give text as it is seen: without isolates and other marks of direction."""
    return without_controls(text)


def _fields(
    notification: Notification, sender: Address, reply_to: Address | None, mail_id: str | None
) -> dict[str, Any]:
    values = safe_values(notification)
    platform = literal(without_controls(sender.name)) or sender.email.rpartition("@")[2]
    stop = notification.stop_url()
    headers: dict[str, str] = {}
    if stop is not None:
        stop = safe_url(stop, field="unsubscribe_url")
        headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = subject_of(notification)
    context = {
        "subject": visible(subject),
        "platform": platform,
        "action": _action(notification),
        "stop": stop,
    }
    pages = _environment()
    page = pages.get_template("layout.html.j2").render(**context, blocks=_blocks(notification, in_html(values)))
    text = pages.get_template("layout.txt.j2").render(
        **context, blocks=_blocks(notification, in_text(values)), isolated=isolated
    )
    fields: dict[str, Any] = {
        "sender": sender,
        "reply_to": reply_to,
        "subject": subject,
        "html": _with_inline_styles(page),
        "text": f"{text.strip()}\n",
        "headers": headers,
        "tags": (notification.tag,),
    }
    return fields if mail_id is None else {**fields, "mail_id": mail_id}


def _action(notification: Notification) -> dict[str, str] | None:
    action = notification.action()
    if action is None:
        return None
    return {"ar": action.arabic, "en": action.english, "url": safe_url(action.url, field="url")}


def _blocks(notification: Notification, filling: Filling) -> list[dict[str, Any]]:
    return [
        {"lang": "ar", "dir": "rtl", "align": "right", **_block(notification.arabic(), filling)},
        {"lang": "en", "dir": "ltr", "align": "left", **_block(notification.english(), filling)},
    ]


def _block(copy: Copy, filling: Filling) -> dict[str, Any]:
    fill = filling.fill
    return {
        "preheader": filling.literal(copy.preheader),
        "heading": fill(copy.heading),
        "paragraphs": [fill(text) for text in copy.paragraphs],
        "steps": [fill(text) for text in copy.steps],
        "facts": [
            {
                "label": filling.literal(fact.label),
                "value": fill(fact.value),
                "link": None if fact.link is None else safe_url(fact.link, field="link"),
            }
            for fact in copy.facts
        ],
        "closing": fill(copy.closing),
        "unsubscribe": filling.literal(copy.unsubscribe),
    }


@cache
def _environment() -> "Environment":
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
    except ImportError:
        raise ImportError(_EXTRA) from None
    # Blocks come filled and escaped by `Filling`; what else is put in is escaped in the template.
    return Environment(
        loader=PackageLoader("ace_integrations.mail.notifications", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_EXTRA = "rendering notifications needs the extra: pip install 'ace-integrations[notifications]'"


def _with_inline_styles(page: str) -> str:
    try:
        import css_inline
    except ImportError:
        raise ImportError(_EXTRA) from None
    # Without keep_at_rules the dark colours would be dropped with the style element.
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    inlined: str = inliner.inline(page)
    return inlined
