"""Registers the SMTP transport."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.mail.smtp"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """Name it."""
    return [
        Provider(
            name="smtp",
            capability="mail",
            title="SMTP",
            settings=f"{_HERE}.settings:SmtpSettings",
            build=f"{_HERE}.client:build",
            privacy=f"{_HERE}.privacy:build",
            cost="what the mail server costs",
        )
    ]
