"""Settings of the folder that mails are written to."""

from pathlib import Path

from pydantic import Field

from ace_integrations.settings import ProviderSettings


class OutboxSettings(ProviderSettings):
    """Where mails are written.

    Attributes:
        directory: made when it is missing, readable by its owner only.
    """

    provider = "outbox"
    required = ("directory",)

    directory: Path = Field(default=Path("mail-outbox"), validation_alias="MAIL_OUTBOX_DIR")
