"""Mail in neutral words: messages, transports that swap by a setting, delivery events, suppressions."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.mail.batch import (
        Batch,
        BatchSent,
        PerRecipient,
        Recipient,
        RefusedRecipient,
        one_by_one,
    )
    from ace_integrations.mail.mailgun.client import AsyncMailgun, Mailgun
    from ace_integrations.mail.message import (
        Address,
        Attachment,
        DeliveryEvent,
        DeliveryStatus,
        Draft,
        Message,
        Sent,
        Trace,
    )
    from ace_integrations.mail.mime import to_mime
    from ace_integrations.mail.outbox.client import AsyncOutbox, Outbox
    from ace_integrations.mail.smtp.client import AsyncSmtp, Smtp
    from ace_integrations.mail.suppression import (
        MemorySuppressions,
        RecipientSuppressedError,
        Suppression,
        SuppressionList,
    )
    from ace_integrations.mail.transport import AsyncMail, Mail, MailOperations, MailRecord, MailTransport

__all__ = [
    "Address",
    "AsyncMail",
    "AsyncMailgun",
    "AsyncOutbox",
    "AsyncSmtp",
    "Attachment",
    "Batch",
    "BatchSent",
    "DeliveryEvent",
    "DeliveryStatus",
    "Draft",
    "Mail",
    "MailOperations",
    "MailRecord",
    "MailTransport",
    "Mailgun",
    "MemorySuppressions",
    "Message",
    "Outbox",
    "PerRecipient",
    "Recipient",
    "RecipientSuppressedError",
    "RefusedRecipient",
    "Sent",
    "Smtp",
    "Suppression",
    "SuppressionList",
    "Trace",
    "one_by_one",
    "to_mime",
]

_MODULES = {
    "batch": ("Batch", "BatchSent", "PerRecipient", "Recipient", "RefusedRecipient", "one_by_one"),
    "mailgun.client": ("AsyncMailgun", "Mailgun"),
    "message": ("Address", "Attachment", "DeliveryEvent", "DeliveryStatus", "Draft", "Message", "Sent", "Trace"),
    "mime": ("to_mime",),
    "outbox.client": ("AsyncOutbox", "Outbox"),
    "smtp.client": ("AsyncSmtp", "Smtp"),
    "suppression": ("MemorySuppressions", "RecipientSuppressedError", "Suppression", "SuppressionList"),
    "transport": ("AsyncMail", "Mail", "MailOperations", "MailRecord", "MailTransport"),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
