"""Agora as a plugin."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.video.agora"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List it."""
    yield Provider(
        name="agora",
        capability="video",
        title="Agora",
        settings=f"{_HERE}.settings:AgoraSettings",
        build=f"{_HERE}.provider:AgoraProvider",
        service=f"{_HERE}.service:SERVICE",
        webhooks=f"{_HERE}.webhooks:WEBHOOKS",
        twin=f"{_HERE}.sandbox:AgoraTwin",
        probe=f"{_HERE}.client:probe",
        prices=f"{_HERE}.prices:PRICES",
        privacy=f"{_HERE}.privacy:AgoraDataMap",
        cost="0.99 USD for 1,000 minutes of sound, 3.99 in HD; 10,000 a month free",
        links={
            "Documentation": "https://docs.agora.io/en/",
            "Console": "https://console.agora.io",
            "Status": "https://status.agora.io",
        },
    )
