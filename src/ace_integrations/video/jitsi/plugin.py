"""Jitsi Meet as a plugin."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.video.jitsi"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List it."""
    yield Provider(
        name="jitsi",
        capability="video",
        title="Jitsi Meet",
        settings=f"{_HERE}.settings:JitsiSettings",
        build=f"{_HERE}.provider:JitsiProvider",
        service=f"{_HERE}.service:SERVICE",
        webhooks=f"{_HERE}.webhooks:WEBHOOKS",
        twin=f"{_HERE}.sandbox:JitsiTwin",
        prices=f"{_HERE}.prices:PRICES",
        privacy=f"{_HERE}.privacy:JitsiDataMap",
        cost="your own server, or JaaS by users of the month, 25 free",
        links={
            "Documentation": "https://jitsi.github.io/handbook/",
            "JaaS": "https://developer.8x8.com/jaas/docs/",
            "Console": "https://jaas.8x8.vc",
        },
    )
