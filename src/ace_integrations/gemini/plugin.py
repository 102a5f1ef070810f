"""Gemini as a plugin."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """List Gemini."""
    yield Provider(
        name="gemini",
        capability="ai",
        title="Gemini",
        settings="ace_integrations.gemini.settings:GeminiSettings",
        build="ace_integrations.gemini.model:GeminiModel",
        service="ace_integrations.gemini.service:SERVICE",
        twin="ace_integrations.gemini.sandbox:GeminiTwin",
        commands="ace_integrations.gemini.cli:app",
        probe="ace_integrations.gemini.client:probe",
        cost="about 0.002 USD a chat turn with the default model; prepaid",
        prices="ace_integrations.gemini.prices:PRICES",
        privacy="ace_integrations.gemini.privacy:build",
        links={
            "Documentation": "https://ai.google.dev/gemini-api/docs",
            "Console": "https://aistudio.google.com",
        },
    )
