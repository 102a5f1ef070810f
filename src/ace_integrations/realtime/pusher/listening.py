"""A listener of our own: what a WebSocket of Pusher's protocol is told and tells, without the socket. Pure.

For tools and tests; browsers have a script of the service's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json, to_json

from ace_integrations.errors import ProviderError
from ace_integrations.realtime.authorise import Member
from ace_integrations.realtime.channels import Channel, ChannelKind
from ace_integrations.realtime.pusher.broadcaster import PusherBroadcaster
from ace_integrations.realtime.pusher.encryption import opened, required
from ace_integrations.realtime.pusher.grants import channel_grant
from ace_integrations.realtime.pusher.settings import PusherSettings

PROTOCOL = 7


@dataclass(frozen=True, slots=True)
class Heard:
    """One event that came.

    Attributes:
        data: as it was sent, opened where the channel is encrypted.
        user: of a browser's own event on a presence channel.
    """

    channel: str
    name: str
    data: str
    user: str | None = None


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    event: str
    channel: str = ""
    data: Any = None
    user_id: str | None = None


class Listener:
    """One connection that listens on some channels, let in by the application's own secret.

    Args:
        member: who it is on presence channels.
    """

    def __init__(self, settings: PusherSettings, channels: Sequence[Channel], *, member: Member) -> None:
        self._settings = settings
        self._channels = channels
        self._member = member

    @property
    def url(self) -> str:
        """Where to connect."""
        config = PusherBroadcaster(self._settings).browser_config()
        scheme = "ws" if config.get("forceTLS") is False else "wss"
        host = config.get("wsHost") or f"ws-{config['cluster']}.pusher.com"
        port = f":{config['wsPort']}" if "wsPort" in config else ""
        query = urlencode({"protocol": PROTOCOL, "client": "ace-integrations", "version": "0.1"})
        return f"{scheme}://{host}{port}{config.get('wsPath', '')}/app/{config['key']}?{query}"

    def take(self, text: str) -> tuple[list[str], Heard | None]:
        """Take a frame; give the frames to answer with, and the event that it was.

        Raises:
            ProviderError: the service refuses the connection or a channel.
        """
        try:
            frame = _Frame.model_validate_json(text)
        except ValidationError:
            raise ProviderError("the server sent what is no frame", provider="pusher") from None
        match frame.event:
            case "pusher:connection_established":
                return list(self._subscriptions(_object(frame.data))), None
            case "pusher:ping":
                return [_frame("pusher:pong", {})], None
            case "pusher:error" | "pusher:subscription_error":
                raise _refused(frame)
            case name if name.startswith(("pusher:", "pusher_internal:")):
                return [], None
            case name:
                return [], Heard(frame.channel, name, self._readable(frame), frame.user_id)

    def _subscriptions(self, established: dict[str, Any]) -> Iterator[str]:
        socket_id = str(established.get("socket_id", ""))
        for channel in self._channels:
            grant: dict[str, str] = {"auth": ""}
            if not channel.is_public:
                found = channel_grant(self._settings, socket_id=socket_id, channel=channel, member=self._member)
                # What opens an encrypted channel stays here.
                grant = {name: value for name, value in found.items() if name != "shared_secret"}
            yield _frame("pusher:subscribe", {**grant, "channel": channel.name})

    def _readable(self, frame: _Frame) -> str:
        data = frame.data if isinstance(frame.data, str) else to_json(frame.data).decode()
        channel = Channel(frame.channel)
        if channel.kind is not ChannelKind.ENCRYPTED:
            return data
        return opened(data, master_key=required(self._settings.master_key), channel=channel)


def _frame(event: str, data: dict[str, Any]) -> str:
    return to_json({"event": event, "data": data}).decode()


def _object(data: Any) -> dict[str, Any]:
    """Give the data of the protocol's own events: text that holds an object, or that object."""
    try:
        found: Any = from_json(data) if isinstance(data, str) else data
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON


def _refused(frame: _Frame) -> ProviderError:
    told = _object(frame.data)
    text = told.get("message") or told.get("error") or "no reason given"
    code = told.get("code") or told.get("status") or ""
    return ProviderError(f"the server refused: {text}", provider="pusher", operation="listen", code=str(code))
