"""Mail by any SMTP server."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.mail.smtp.client import AsyncSmtp, Smtp, SmtpTransport
    from ace_integrations.mail.smtp.settings import SmtpSettings

__all__ = ["AsyncSmtp", "Smtp", "SmtpSettings", "SmtpTransport"]

__getattr__ = lazy(
    __name__, {"AsyncSmtp": "client", "Smtp": "client", "SmtpSettings": "settings", "SmtpTransport": "client"}
)
