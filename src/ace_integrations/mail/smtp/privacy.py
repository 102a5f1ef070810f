"""What a mail server holds about a person."""

from ace_integrations.mail.smtp.settings import SmtpSettings
from ace_integrations.privacy import DataMap, Holding, OutOfReach

MAIL = Holding(
    kind="mail",
    what="mails on their way, and lines of the log: to whom, when, whether it arrived",
    where="your mail server, or the company that runs it",
    how_long="as its operator set it",
    found_by="nothing: SMTP has no call that looks",
    kept_because="SMTP has no call that removes what was handed over; ask who runs the server",
)


def build(settings: SmtpSettings) -> DataMap:
    """Give the data map."""
    del settings
    return OutOfReach("Hands mails on; what the server logs of them is out of reach from here.", (MAIL,))
