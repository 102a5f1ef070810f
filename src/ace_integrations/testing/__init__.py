"""The test kit: a pytest plugin, signed-webhook factories, and a guard against calls to real hosts."""

from ace_integrations.testing.webhooks import SignedWebhook, WebhookFactory

__all__ = ["SignedWebhook", "WebhookFactory"]
