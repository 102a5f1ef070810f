"""Didit as a plugin."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List Didit."""
    yield Provider(
        name="didit",
        capability="identity",
        title="Didit",
        settings="ace_integrations.didit.settings:DiditSettings",
        build="ace_integrations.didit.verifier:DiditVerifier",
        service="ace_integrations.didit.service:SERVICE",
        webhooks="ace_integrations.didit.webhooks:WEBHOOKS",
        twin="ace_integrations.didit.sandbox:DiditTwin",
        commands="ace_integrations.didit.cli:app",
        probe="ace_integrations.didit.client:probe",
        cost="about 0.33 USD a full check, 500 a month free; prepaid",
        prices="ace_integrations.didit.prices:PRICES",
        privacy="ace_integrations.didit.privacy:DiditDataMap",
        links={
            "Documentation": "https://docs.didit.me",
            "Console": "https://business.didit.me",
        },
    )
