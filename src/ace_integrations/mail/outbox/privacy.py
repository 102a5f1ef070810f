"""What the outbox folder holds about a person: the mails to them."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

from ace_integrations.core import BlockingCall, Call
from ace_integrations.mail.outbox.settings import OutboxSettings
from ace_integrations.privacy import Erased, Exported, Holding, Record, Subject

MAIL = Holding(
    kind="mail",
    what="whole mails, one a file",
    where="a folder of this machine",
    how_long="until somebody empties the folder",
    found_by="the addresses of `emails`",
)


class OutboxDataMap:
    """Mails in files: found by recipient, given as text, deleted."""

    summary = "Whole mails in a folder of this machine; those to the person are deleted."
    holdings: tuple[Holding, ...] = (MAIL,)

    def __init__(self, settings: OutboxSettings) -> None:
        self._folder = settings.directory

    def export(self, subject: Subject) -> Call[Exported]:
        """Give every mail to the person as its file has it."""
        return BlockingCall(
            lambda: Exported(
                records=tuple(
                    Record(kind=MAIL.kind, source="outbox", data=path.read_text("utf-8", "replace"))
                    for path in self._files(subject)
                )
            )
        )

    def erase(self, subject: Subject) -> Call[Erased]:
        """Delete the files of mails to the person."""

        def delete() -> Erased:
            paths = list(self._files(subject))
            for path in paths:
                path.unlink(missing_ok=True)
            return MAIL.removed(len(paths)) if paths else MAIL.missing()

        return BlockingCall(delete)

    def _files(self, subject: Subject) -> Iterator[Path]:
        wanted = {email.lower() for email in subject.emails}
        return (path for path in sorted(self._folder.glob("*.eml")) if wanted & _recipients(path))


def _recipients(path: Path) -> set[str]:
    message: EmailMessage = message_from_bytes(path.read_bytes(), policy=policy.default)  # pyright: ignore[reportAssignmentType] - what this policy makes
    fields = [str(value) for name in ("to", "cc", "bcc") for value in message.get_all(name, [])]
    return {address.lower() for _, address in getaddresses(fields)}
