"""Mailgun: transactional mail over its HTTP API, its suppression lists, its webhooks."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.mail.mailgun.client import AsyncMailgun, Mailgun, MailgunCalls
    from ace_integrations.mail.mailgun.form import SendOptions
    from ace_integrations.mail.mailgun.models import (
        Domain,
        EventPage,
        LogPage,
        MailgunEvent,
        NewSuppression,
        StoredMessage,
        SuppressionEntry,
        SuppressionKind,
        SuppressionPage,
        Webhooks,
        WebhookType,
    )
    from ace_integrations.mail.mailgun.settings import MailgunSettings
    from ace_integrations.mail.mailgun.transport import MailgunTransport
    from ace_integrations.mail.mailgun.webhooks import MailgunSignature

__all__ = [
    "AsyncMailgun",
    "Domain",
    "EventPage",
    "LogPage",
    "Mailgun",
    "MailgunCalls",
    "MailgunEvent",
    "MailgunSettings",
    "MailgunSignature",
    "MailgunTransport",
    "NewSuppression",
    "SendOptions",
    "StoredMessage",
    "SuppressionEntry",
    "SuppressionKind",
    "SuppressionPage",
    "WebhookType",
    "Webhooks",
]

_MODULES = {
    "client": ("AsyncMailgun", "Mailgun", "MailgunCalls"),
    "form": ("SendOptions",),
    "models": (
        "Domain", "EventPage", "LogPage", "MailgunEvent", "NewSuppression", "StoredMessage", "SuppressionEntry",
        "SuppressionKind", "SuppressionPage", "WebhookType", "Webhooks",
    ),
    "settings": ("MailgunSettings",),
    "transport": ("MailgunTransport",),
    "webhooks": ("MailgunSignature",),
}  # fmt: skip

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
