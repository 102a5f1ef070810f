"""JSearch as a plugin."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List JSearch."""
    yield Provider(
        name="jsearch",
        capability="jobs",
        title="JSearch",
        settings="ace_integrations.jsearch.settings:JSearchSettings",
        build="ace_integrations.jsearch.source:JSearchSource",
        service="ace_integrations.jsearch.service:SERVICE",
        twin="ace_integrations.jsearch.sandbox:JSearchTwin",
        commands="ace_integrations.jsearch.cli:app",
        cost="200 credits a month free, 10,000 for about 25 USD",
        prices="ace_integrations.jsearch.prices:PRICES",
        privacy="ace_integrations.jsearch.privacy:build",
        links={
            "Documentation": "https://www.openwebninja.com/api/jsearch",
            "Console": "https://rapidapi.com/letscrape-6bRBa3QguO5/api/jsearch",
        },
    )
