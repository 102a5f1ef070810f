"""Brings Stripe as a payment gateway."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.payments.stripe"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List it."""
    yield Provider(
        name="stripe",
        capability="payments",
        title="Stripe",
        settings=f"{_HERE}.settings:StripeSettings",
        build=f"{_HERE}.gateway:StripeGateway",
        service=f"{_HERE}.client:SERVICE",
        webhooks=f"{_HERE}.webhooks:WEBHOOKS",
        twin=f"{_HERE}.sandbox:StripeTwin",
        commands=f"{_HERE}.cli:app",
        probe=f"{_HERE}.client:probe",
        cost="a fee of each payment, and for converting its currency",
        prices=f"{_HERE}.prices:PRICES",
        privacy=f"{_HERE}.privacy:StripeDataMap",
        links={
            "Documentation": "https://docs.stripe.com/",
            "Dashboard": "https://dashboard.stripe.com/",
            "Status": "https://status.stripe.com/",
        },
    )
