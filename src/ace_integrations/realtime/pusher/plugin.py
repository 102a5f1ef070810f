"""Registers Pusher."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.realtime.pusher"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """Name it."""
    yield Provider(
        name="pusher",
        capability="realtime",
        title="Pusher",
        settings=f"{_HERE}.settings:PusherSettings",
        build=f"{_HERE}.broadcaster:PusherBroadcaster",
        service=f"{_HERE}.service:SERVICE",
        webhooks=f"{_HERE}.webhooks:WEBHOOKS",
        twin=f"{_HERE}.sandbox:PusherTwin",
        probe=f"{_HERE}.client:probe",
        cost="a monthly plan by connections at once and messages a day; 100 and 200,000 are free",
        prices=f"{_HERE}.prices:PRICES",
        privacy=f"{_HERE}.privacy:PusherDataMap",
        links={
            "Documentation": "https://pusher.com/docs/channels/",
            "Dashboard": "https://dashboard.pusher.com",
            "Status": "https://status.pusher.com",
        },
    )
