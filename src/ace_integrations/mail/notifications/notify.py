"""`ace.notify`: one notification to one person by every channel that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Protocol

from ace_integrations.core.call import Call, Result, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.errors import ConfigurationError
from ace_integrations.mail.message import Address, Message, Sent
from ace_integrations.mail.notifications.copy import Notification
from ace_integrations.mail.notifications.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from ace_integrations.core.connection import AsyncSender, Sender


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a notification is for.

    Attributes:
        id: your own id of the person, as in "student-42".
        email: None where there is none; then no mail is sent.
    """

    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Notified:
    """What one channel did.

    Attributes:
        reference: the channel's own id of what it sent, "" when it sent nothing.
    """

    channel: str
    reference: str = ""


class Channel(Protocol):
    """A way that notifications reach people. `Notification.via` names it."""

    def deliver(self, notification: Notification, *, to: Person, key: str) -> Call[Notified]:
        """Send it; sent again with the same key it is the same notification."""
        ...


class MailChannel:
    """Notifications by mail, through any `send` that describes the call.

    Args:
        sender: whom mails are from.
    """

    def __init__(self, send: "Callable[[Message], Call[Sent]]", sender: Address) -> None:
        self._send = send
        self._sender = sender

    def deliver(self, notification: Notification, *, to: Person, key: str) -> Call[Notified]:
        if to.email is None:
            return Result(Notified("mail"))
        address = Address(email=to.email, name=to.name)
        message = render(notification, to=address, sender=self._sender, mail_id=key)
        return self._send(message).map(lambda sent: Notified("mail", sent.message_id))


class NotifyOperations:
    """Describe how a notification reaches a person.

    Attributes:
        channels: by the name that `via` gives; add your own.
    """

    provider = ""
    channels: dict[str, Channel]

    @operation
    def notify(self, to: Person, notification: Notification, *, key: str) -> Call[tuple[Notified, ...]]:
        """Send a notification by every channel of its `via`, one after another.

        Args:
            key: yours, one per notification and person, as in "welcome-42": sent again with it, it is the same one.

        Raises:
            ConfigurationError: a channel is named that nobody set up; nothing was sent.
            ProviderError: a channel failed; those before it did send.

        Source: notifications.md §7
        """
        missing = [name for name in notification.via if name not in self.channels]
        if missing:
            known = ", ".join(self.channels)
            raise ConfigurationError(f"no channel {', '.join(missing)!r} is set up for notifications; known: {known}")
        nothing: Call[tuple[Notified, ...]] = Result(())
        return reduce(lambda done, name: done.then(self._after(name, notification, to, key)), notification.via, nothing)

    def _after(
        self, name: str, notification: Notification, to: Person, key: str
    ) -> "Callable[[tuple[Notified, ...]], Call[tuple[Notified, ...]]]":
        channel = self.channels[name]
        return lambda done: channel.deliver(notification, to=to, key=key).map(lambda one: (*done, one))


class Notifier(NotifyOperations, SyncFacade):
    """Notifications, blocking."""

    def __init__(self, sender: "Sender", channels: Mapping[str, Channel]) -> None:
        super().__init__(sender)
        self.channels = dict(channels)


class AsyncNotifier(NotifyOperations, AsyncFacade):
    """Notifications, awaited."""

    def __init__(self, sender: "AsyncSender", channels: Mapping[str, Channel]) -> None:
        super().__init__(sender)
        self.channels = dict(channels)
