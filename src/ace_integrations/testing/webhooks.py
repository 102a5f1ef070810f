"""Build webhooks as the services send them: every field overridable, signed with the very scheme that verifies."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ace_integrations.errors import ConfigurationError
from ace_integrations.hooks import Plugins, plugins
from ace_integrations.settings import Settings


@dataclass(frozen=True, slots=True)
class SignedWebhook:
    """One delivery: what a service would post."""

    provider: str
    headers: Mapping[str, str]
    body: bytes


class WebhookFactory:
    """Makes signed webhooks for the secrets of some settings.

    Args:
        clock: gives the Unix seconds that are signed.
    """

    def __init__(
        self, settings: Settings | None = None, *, clock: Callable[[], float] = time.time, loaded: Plugins | None = None
    ) -> None:
        self._settings = settings or Settings(sandbox=True)
        self._clock = clock
        self._plugins = loaded or plugins()

    def make(self, provider: str, event_type: str, **fields: Any) -> SignedWebhook:
        """Make one, as in `make("stripe", "payment_intent.succeeded", amount=14900, currency="egp")`.

        Raises:
            ConfigurationError: the provider sends no webhooks.
            InvalidInputError: the provider has no such event, or the event no such field.
        """
        source = self._plugins.provider(provider).load("webhooks")
        if source is None:
            raise ConfigurationError(f"{provider} sends no webhooks")
        settings = self._settings.of(source.settings)
        secrets = tuple(source.secrets(settings))
        if not secrets:
            raise ConfigurationError(*settings.missing(source.secret_setting))
        now = int(self._clock())
        body, headers = source.deliver(settings, event_type, secret=secrets[0], now=now, fields=fields)
        return SignedWebhook(provider, {"content-type": "application/json", **headers}, body)
