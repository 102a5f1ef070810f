"""Settings of an SMTP server, under Laravel's names and the usual ones."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from ace_integrations.settings import ProviderSettings, Secret, is_loopback

Encryption = Literal["tls", "ssl", "none"]
"""STARTTLS, TLS from the first byte, or none at all."""


def _encryption(value: object) -> object:
    if isinstance(value, str):
        word = value.strip().lower()
        return {"": "none", "null": "none", "starttls": "tls", "smtps": "ssl", "smtp": "tls"}.get(word, word)
    return value


class SmtpSettings(ProviderSettings):
    """Where mail is handed over, and who does it.

    Attributes:
        encryption: "tls" (STARTTLS, refused if the server has none), "ssl", or "none"; certificates are verified.
        timeout_s: seconds that one step of the talk with the server may take.
    """

    provider = "smtp"
    required = ("host",)

    host: str | None = Field(default=None, validation_alias=AliasChoices("MAIL_HOST", "SMTP_HOST"))
    port: Annotated[int, Field(ge=1, le=65535)] = Field(
        default=587, validation_alias=AliasChoices("MAIL_PORT", "SMTP_PORT")
    )
    username: str | None = Field(
        default=None, validation_alias=AliasChoices("MAIL_USERNAME", "SMTP_USERNAME", "SMTP_USER")
    )
    password: Secret | None = Field(default=None, validation_alias=AliasChoices("MAIL_PASSWORD", "SMTP_PASSWORD"))
    encryption: Annotated[Encryption, BeforeValidator(_encryption)] = Field(
        default="tls", validation_alias=AliasChoices("MAIL_ENCRYPTION", "SMTP_ENCRYPTION")
    )
    timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(
        default=30.0, validation_alias=AliasChoices("MAIL_TIMEOUT", "SMTP_TIMEOUT")
    )

    def problems(self) -> list[str]:
        found = super().problems()
        if (self.username is None) != (self.password is None):
            found.append("MAIL_USERNAME and MAIL_PASSWORD must be set together (smtp)")
        if self.encryption == "none" and self.password is not None and not is_loopback(f"//{self.host or ''}"):
            found.append(
                "MAIL_ENCRYPTION is none, which would send MAIL_PASSWORD readable: set it to tls or ssl (smtp)"
            )
        return found
