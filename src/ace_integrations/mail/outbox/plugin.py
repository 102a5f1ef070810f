"""Registers the folder as a transport."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.mail.outbox"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """Name it."""
    return [
        Provider(
            name="outbox",
            capability="mail",
            title="Outbox folder",
            settings=f"{_HERE}.settings:OutboxSettings",
            build=f"{_HERE}.client:build",
            privacy=f"{_HERE}.privacy:OutboxDataMap",
            cost="free",
        )
    ]
