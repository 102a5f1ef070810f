"""Mailgun as the transport of `ace.mail`."""

from ace_integrations.core.call import Call, Result
from ace_integrations.errors import NotFoundError
from ace_integrations.mail.batch import Batch, BatchSent
from ace_integrations.mail.mailgun.client import MailgunCalls
from ace_integrations.mail.mailgun.models import Acknowledged, MailgunEvent, SuppressionKind
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.mail.message import Message, Sent, Trace

_GONE = Acknowledged()


class MailgunTransport:
    """Hands neutral mails to Mailgun."""

    def __init__(self, settings: MailgunSettings) -> None:
        self._calls = MailgunCalls(settings)

    def send(self, message: Message, *, dry_run: bool = False) -> Call[Sent]:
        return self._calls.send(message, dry_run=dry_run)

    def send_batch(self, batch: Batch) -> Call[BatchSent]:
        return self._calls.send_batch(batch)

    def find(self, message: Message) -> Call[Trace]:
        recipient = message.recipients[0].email

        def trace(events: tuple[MailgunEvent, ...]) -> Trace:
            if not events:
                return Trace(can_tell=True)
            message_id = next((event.message_id for event in events if event.message_id), message.message_id)
            return Trace(can_tell=True, sent=Sent(transport="mailgun", message_id=message_id, mail_id=message.mail_id))

        return self._calls.find_message(mail_id=message.mail_id, recipient=recipient).map(trace)

    def reactivate(self, *, email: str) -> Call[None]:
        def off(kind: SuppressionKind) -> Call[Acknowledged]:
            call = self._calls.remove_suppression(kind, address=email)
            return call.recover(NotFoundError, lambda _: Result(_GONE))

        return (
            off(SuppressionKind.BOUNCES)
            .then(lambda _: off(SuppressionKind.COMPLAINTS))
            .then(lambda _: off(SuppressionKind.UNSUBSCRIBES))
            .map(lambda _: None)
        )


def build(settings: MailgunSettings) -> MailgunTransport:
    """Give the transport for `MAIL_MAILER=mailgun`."""
    return MailgunTransport(settings)
