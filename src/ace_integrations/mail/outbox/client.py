"""Write mails into a folder."""

import os
from pathlib import Path
from uuid import uuid4

from ace_integrations.core.call import BlockingCall, Call, Describer, Result, operation
from ace_integrations.errors import ConfigurationError
from ace_integrations.mail.batch import Batch, BatchSent, one_by_one
from ace_integrations.mail.local import AsyncLocalClient, LocalClient
from ace_integrations.mail.message import Message, Sent, Trace
from ace_integrations.mail.mime import to_mime
from ace_integrations.mail.outbox.settings import OutboxSettings
from ace_integrations.settings import Settings


class OutboxOperations:
    """Describe what the folder does."""

    provider = "outbox"
    settings: OutboxSettings

    @operation
    def send(self, message: Message, *, dry_run: bool = False) -> Call[Sent]:
        """Write one mail as `<mail_id>.eml`; a mail with that id that is there already is left as it is.

        Raises:
            ConfigurationError: the folder cannot be written to, or is a link to another place.

        Source: notifications.md §6
        """
        content = to_mime(message).as_bytes()
        sent = _sent(message, dry_run=dry_run)
        if dry_run:
            return Result(sent)
        folder, name = self.settings.directory, _file_name(message)

        def write() -> Sent:
            _write(folder, name, content)
            return sent

        return BlockingCall(write)

    @operation
    def send_batch(self, batch: Batch) -> Call[BatchSent]:
        """Write a mail for each recipient.

        Source: notifications.md §6
        """
        return one_by_one(batch, OutboxTransport(self.settings).send)

    @operation
    def find(self, message: Message) -> Call[Trace]:
        """Look whether the mail's file is there.

        Source: notifications.md §6
        """
        path = self.settings.directory / _file_name(message)
        return BlockingCall(lambda: Trace(can_tell=True, sent=_sent(message) if path.is_file() else None))

    @operation
    def reactivate(self, *, email: str) -> Call[None]:
        """Do nothing: a folder has no suppression list.

        Source: notifications.md §6
        """
        del email
        return Result(None)


class _WithSettings:
    def __init__(self, settings: OutboxSettings | None = None) -> None:
        self.settings = settings if settings is not None else Settings().of(OutboxSettings)


class Outbox(_WithSettings, OutboxOperations, LocalClient):
    """Mail into a folder, blocking."""


class AsyncOutbox(_WithSettings, OutboxOperations, AsyncLocalClient):
    """Mail into a folder, awaited."""


class OutboxTransport(_WithSettings, OutboxOperations, Describer):
    """A folder as the transport of `ace.mail`."""


def _sent(message: Message, *, dry_run: bool = False) -> Sent:
    return Sent(transport="outbox", message_id=message.message_id, mail_id=message.mail_id, dry_run=dry_run)


def _file_name(message: Message) -> str:
    # A mail id has neither dots nor slashes, so the name cannot lead out of the folder.
    return f"{message.mail_id}.eml"


def _write(folder: Path, name: str, content: bytes) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink():
            raise ConfigurationError("MAIL_OUTBOX_DIR is a link to another place: name the folder itself")
        # Written beside and then linked, so that a crash leaves no half of a mail under the mail's own name.
        beside = folder / f".{name}.{uuid4().hex}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        try:
            os.link(beside, folder / name)
        except FileExistsError:
            return
        finally:
            beside.unlink()
    except OSError as error:
        raise ConfigurationError(f"MAIL_OUTBOX_DIR cannot be written to: {error.strerror}") from None


def build(settings: OutboxSettings) -> OutboxTransport:
    """Give the transport for `MAIL_MAILER=outbox`."""
    return OutboxTransport(settings)
