"""Mail into a folder, for development: one `.eml` file each, readable by any mail program."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.mail.outbox.client import AsyncOutbox, Outbox, OutboxTransport
    from ace_integrations.mail.outbox.settings import OutboxSettings

__all__ = ["AsyncOutbox", "Outbox", "OutboxSettings", "OutboxTransport"]

__getattr__ = lazy(
    __name__,
    {"AsyncOutbox": "client", "Outbox": "client", "OutboxSettings": "settings", "OutboxTransport": "client"},
)
