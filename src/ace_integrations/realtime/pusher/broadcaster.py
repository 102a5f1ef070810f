"""Pusher as the live messages of a platform."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ace_integrations.core.call import Call
from ace_integrations.core.service import require
from ace_integrations.realtime.authorise import Member
from ace_integrations.realtime.broadcast import Message
from ace_integrations.realtime.broadcaster import BrowserConfig
from ace_integrations.realtime.channels import Channel
from ace_integrations.realtime.payload import RawData
from ace_integrations.realtime.pusher.client import PusherCalls
from ace_integrations.realtime.pusher.grants import channel_grant, user_grant
from ace_integrations.realtime.pusher.models import ChannelUsers
from ace_integrations.realtime.pusher.settings import PusherSettings


class PusherBroadcaster:
    """Carries live messages by Pusher; implements `realtime.Broadcaster`."""

    def __init__(self, settings: PusherSettings) -> None:
        self._settings = settings
        self._calls = PusherCalls()

    def publish(self, message: Message, *, except_connection: str | None = None) -> Call[None]:
        """Send a message to all who listen.

        Source: pusher.md §3.2
        """
        names = [channel.name for channel in message.channels]
        call = self._calls.trigger(
            channels=names, name=message.name, data=RawData(message.data), exclude_socket_id=except_connection
        )
        return call.map(_nothing)

    def publish_to_user(self, *, user: str, name: str, data: str) -> Call[None]:
        """Send to every connection on which a user is signed in.

        Source: pusher.md §3.4
        """
        return self._calls.send_to_user(user_id=user, name=name, data=RawData(data)).map(_nothing)

    def members(self, channel: Channel) -> Call[tuple[str, ...]]:
        """Ask which users are in a presence channel.

        Source: pusher.md §3.4
        """
        return self._calls.list_users(channel=channel.name).map(_ids)

    def disconnect(self, *, user: str) -> Call[None]:
        """Close the connections on which a user is signed in.

        Source: pusher.md §3.4
        """
        return self._calls.terminate_connections(user_id=user)

    def authorise(self, *, channel: Channel, connection: str, member: Member) -> Mapping[str, str]:
        """Sign that a connection may listen on a channel.

        Source: pusher.md §3.5
        """
        return channel_grant(self._settings, socket_id=connection, channel=channel, member=member)

    def identify(self, *, connection: str, member: Member) -> Mapping[str, str]:
        """Sign that a connection is a user's.

        Source: pusher.md §3.5
        """
        return user_grant(self._settings, socket_id=connection, member=member)

    def browser_config(self) -> BrowserConfig:
        """Give the key and where to connect, in the words of the service's own script.

        `cluster` is always there, since that script insists on it; host, port and path only where they differ from
        the cluster's.

        Source: pusher.md §2
        """
        require(self._settings, "key")
        return {"key": self._settings.key or "", "cluster": self._settings.cluster, **_elsewhere(self._settings)}

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give where a page connects to.

        Source: pusher.md §2
        """
        there = _elsewhere(self._settings)
        if not there:
            return {"connect-src": (f"wss://ws-{self._settings.cluster}.pusher.com",)}
        scheme, port = ("wss", "wssPort") if there["forceTLS"] else ("ws", "wsPort")
        return {"connect-src": (f"{scheme}://{there['wsHost']}:{there[port]}",)}


def _elsewhere(settings: PusherSettings) -> BrowserConfig:
    if settings.base_url is None and settings.host is None and settings.client_host is None:
        return {}
    address = urlsplit(settings.address)
    scheme = settings.client_scheme or address.scheme
    own_port = address.port if settings.client_host is None else None
    port = settings.client_port or own_port or (443 if scheme == "https" else 80)
    host = settings.client_host or address.hostname or ""
    path = {"wsPath": address.path} if address.path else {}
    # The script asks whether this is `false`: a word would mean TLS.
    return {"wsHost": host, "wsPort": port, "wssPort": port, "forceTLS": scheme == "https", **path}


def _nothing(answer: object) -> None:
    del answer


def _ids(answer: ChannelUsers) -> tuple[str, ...]:
    return tuple(user.id for user in answer.users)
