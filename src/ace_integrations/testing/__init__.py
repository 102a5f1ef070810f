"""The test kit: a pytest plugin, signed webhooks, recorded notifications, and a guard against calls to real hosts."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.testing.notifications import Delivered, RecordingChannel
    from ace_integrations.testing.webhooks import SignedWebhook, WebhookFactory

__all__ = ["Delivered", "RecordingChannel", "SignedWebhook", "WebhookFactory"]

__getattr__ = lazy(
    __name__,
    {
        "Delivered": "notifications",
        "RecordingChannel": "notifications",
        "SignedWebhook": "webhooks",
        "WebhookFactory": "webhooks",
    },
)
