"""What a service of live messages does for a platform, and what a plugin implements."""

from collections.abc import Mapping
from typing import Protocol

from ace_integrations.core.call import Call
from ace_integrations.realtime.authorise import Member
from ace_integrations.realtime.broadcast import Message
from ace_integrations.realtime.channels import Channel

BrowserConfig = Mapping[str, str | int | bool]
"""Options as a page's script takes them, to be given to it as JSON."""


class Broadcaster(Protocol):
    """What a plugin for live messages implements, once for both colours: calls for I/O, values for signing."""

    def publish(self, message: Message, *, except_connection: str | None = None) -> Call[None]:
        """Send a message to all who listen.

        Args:
            except_connection: the browser's id of its connection, where the sender must not hear itself.
        """
        ...

    def publish_to_user(self, *, user: str, name: str, data: str) -> Call[None]:
        """Send to every connection on which a user is signed in.

        Args:
            data: written already.
        """
        ...

    def members(self, channel: Channel) -> Call[tuple[str, ...]]:
        """Ask which users are in a presence channel."""
        ...

    def disconnect(self, *, user: str) -> Call[None]:
        """Close the connections on which a user is signed in."""
        ...

    def authorise(self, *, channel: Channel, connection: str, member: Member) -> Mapping[str, str]:
        """Sign that a connection may listen on a channel; give the JSON object that the browser gets.

        Args:
            connection: the browser's id of its connection, as it sent it.

        Raises:
            InvalidInputError: the id is not of its form, or the member's info is too large.
        """
        ...

    def identify(self, *, connection: str, member: Member) -> Mapping[str, str]:
        """Sign that a connection is a user's; give the JSON object that the browser gets.

        Raises:
            InvalidInputError: see `authorise`.
        """
        ...

    def browser_config(self) -> BrowserConfig:
        """Give what a browser needs to connect: public values only."""
        ...

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give what the content policy of a page that listens must allow beside itself, by directive.

        As in {"connect-src": ("wss://ws-eu.pusher.com",)}.
        """
        ...
