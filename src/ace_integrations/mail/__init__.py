"""Mail in neutral words: messages, transports that swap by a setting, delivery events."""

from ace_integrations.mail.message import Address, Attachment, DeliveryEvent, DeliveryStatus, Message, Sent
from ace_integrations.mail.transport import AsyncMail, Mail, MailTransport

__all__ = [
    "Address",
    "AsyncMail",
    "Attachment",
    "DeliveryEvent",
    "DeliveryStatus",
    "Mail",
    "MailTransport",
    "Message",
    "Sent",
]
