"""`ace.realtime`: the configured service of live messages, in neutral words."""

from collections.abc import Mapping, Sequence

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.realtime.authorise import Member
from ace_integrations.realtime.broadcast import Broadcast, Message, check_event_name, message
from ace_integrations.realtime.broadcaster import Broadcaster, BrowserConfig
from ace_integrations.realtime.channels import Channel
from ace_integrations.realtime.payload import Data, written


class RealtimeOperations:
    """Describe what a platform tells browsers at once."""

    provider = ""
    _broadcaster: Broadcaster

    @operation
    def broadcast(self, event: Broadcast, *, except_connection: str | None = None) -> Call[None]:
        """Tell an event on its channels.

        Publishing is never repeated by itself: what may have been sent once would be seen twice. Tell the same object
        again after a doubt, it carries the same `event_id`.

        Args:
            except_connection: the id of the connection that caused it, where that page shows it already.

        Raises:
            InvalidInputError: it is too large, or has personal fields and a public channel.
            OutcomeUnknownError: no usable answer; it may have been told.
        """
        return self._broadcaster.publish(event.message(), except_connection=except_connection)

    @operation
    def publish(
        self, *, channels: Sequence[Channel], name: str, data: Data, except_connection: str | None = None
    ) -> Call[None]:
        """Send data that has no class of its own; nothing then keeps personal data from public channels.

        Raises:
            InvalidInputError: it is too large, or has no JSON.
            OutcomeUnknownError: no usable answer; it may have been sent.
        """
        made = message(channels=tuple(channels), name=name, data=data)
        return self._broadcaster.publish(made, except_connection=except_connection)

    @operation
    def deliver(self, message: Message) -> Call[None]:
        """Send a message that was made before, as a queue of them does: `event.message()`.

        Raises:
            OutcomeUnknownError: no usable answer; it may have been sent.
        """
        return self._broadcaster.publish(message)

    @operation
    def publish_to_user(self, *, user: str, name: str, data: Data) -> Call[None]:
        """Send to every connection on which a user is signed in.

        Raises:
            OutcomeUnknownError: no usable answer; it may have been sent.
        """
        return self._broadcaster.publish_to_user(user=user, name=check_event_name(name), data=written(data))

    @operation
    def members(self, channel: Channel) -> Call[tuple[str, ...]]:
        """Ask which users are in a presence channel, by your own ids of them."""
        return self._broadcaster.members(channel)

    @operation
    def disconnect(self, *, user: str) -> Call[None]:
        """Close the connections on which a user is signed in. They may come back unless your rules refuse them."""
        return self._broadcaster.disconnect(user=user)

    def authorise(self, *, channel: Channel, connection: str, member: Member) -> Mapping[str, str]:
        """Sign that a connection may listen on a channel; give the JSON object that the browser gets. No I/O.

        Args:
            member: what `ChannelRules.decide` gave.

        Raises:
            InvalidInputError: the connection's id is not of its form, or the member's info is too large.
        """
        return self._broadcaster.authorise(channel=channel, connection=connection, member=member)

    def identify(self, *, connection: str, member: Member) -> Mapping[str, str]:
        """Sign that a connection is a user's; give the JSON object that the browser gets. No I/O.

        Raises:
            InvalidInputError: see `authorise`.
        """
        return self._broadcaster.identify(connection=connection, member=member)

    def browser_config(self) -> BrowserConfig:
        """Give what a browser needs to connect, to be given to the page as JSON: public values only."""
        return self._broadcaster.browser_config()

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give what the content policy of a page that listens must allow beside itself, by directive.

        As in {"connect-src": ("wss://ws-eu.pusher.com",)}.
        """
        return self._broadcaster.content_sources()


class Realtime(RealtimeOperations, SyncFacade):
    """Live messages, blocking."""

    def __init__(self, sender: Sender, broadcaster: Broadcaster) -> None:
        super().__init__(sender)
        self._broadcaster = broadcaster


class AsyncRealtime(RealtimeOperations, AsyncFacade):
    """Live messages, awaited."""

    def __init__(self, sender: AsyncSender, broadcaster: Broadcaster) -> None:
        super().__init__(sender)
        self._broadcaster = broadcaster
