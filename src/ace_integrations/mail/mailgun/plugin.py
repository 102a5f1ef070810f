"""Registers Mailgun."""

from collections.abc import Iterable

from ace_integrations.hooks import Provider, hookimpl

_HERE = "ace_integrations.mail.mailgun"


@hookimpl
def ace_providers() -> Iterable[Provider]:
    """Name it."""
    return [
        Provider(
            name="mailgun",
            capability="mail",
            title="Mailgun",
            settings=f"{_HERE}.settings:MailgunSettings",
            build=f"{_HERE}.transport:build",
            service=f"{_HERE}.service:MAILGUN",
            webhooks=f"{_HERE}.webhooks:WEBHOOKS",
            twin=f"{_HERE}.sandbox:MailgunTwin",
            commands=f"{_HERE}.cli:app",
            probe=f"{_HERE}.client:probe",
            cost="a monthly plan by mails sent, test mode included",
            prices=f"{_HERE}.prices:PRICES",
            privacy=f"{_HERE}.privacy:MailgunDataMap",
            links={
                "Documentation": "https://documentation.mailgun.com/docs/mailgun/api-reference",
                "Dashboard": "https://app.mailgun.com",
                "Status": "https://status.mailgun.com",
            },
        )
    ]
