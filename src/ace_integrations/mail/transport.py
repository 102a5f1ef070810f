"""What a plugin for mail implements, and `ace.mail`."""

from typing import Protocol

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.mail.message import Message, Sent


class MailTransport(Protocol):
    """Takes mails to where they are delivered from, described once for both colours."""

    def send(self, message: Message) -> Call[Sent]:
        """Hand over one mail.

        The call raises `OutcomeUnknownError` when it may have been taken; look the mail up before another try.
        """
        ...


class MailOperations:
    """Describe what a platform asks of its mail transport."""

    provider = ""
    _transport: MailTransport

    @operation
    def send(self, message: Message) -> Call[Sent]:
        """Hand over one mail to the configured transport.

        Raises:
            InvalidRequestError: the service refuses the mail.
            OutcomeUnknownError: it may have been taken; look it up before another try.
        """
        return self._transport.send(message)


class Mail(MailOperations, SyncFacade):
    """Mail, blocking."""

    def __init__(self, sender: Sender, transport: MailTransport) -> None:
        super().__init__(sender)
        self._transport = transport


class AsyncMail(MailOperations, AsyncFacade):
    """Mail, awaited."""

    def __init__(self, sender: AsyncSender, transport: MailTransport) -> None:
        super().__init__(sender)
        self._transport = transport
