"""Brings PayPal as a payment gateway."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.payments.paypal"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List it."""
    yield Provider(
        name="paypal",
        capability="payments",
        title="PayPal",
        settings=f"{_HERE}.settings:PayPalSettings",
        build=f"{_HERE}.gateway:PayPalGateway",
        service=f"{_HERE}.service:SERVICE",
        webhooks=f"{_HERE}.webhooks:WEBHOOKS",
        twin=f"{_HERE}.sandbox:PayPalTwin",
        commands=f"{_HERE}.cli:app",
        probe=f"{_HERE}.client:probe",
        cost="a fee of each payment by the merchant's country, and for converting its currency",
        prices=f"{_HERE}.prices:PRICES",
        privacy=f"{_HERE}.privacy:PayPalDataMap",
        links={
            "Documentation": "https://developer.paypal.com/docs/",
            "Dashboard": "https://developer.paypal.com/dashboard/",
            "Status": "https://www.paypal-status.com/",
        },
    )
