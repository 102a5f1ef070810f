"""What goes to Pusher and what comes back. Answers are read leniently: servers of the protocol differ in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ace_integrations.core.http_call import from_json
from ace_integrations.realtime.payload import Data

Attribute = Literal["user_count", "subscription_count", "cache"]
"""What can be asked about a channel. Each doubles what a request is billed."""


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """One event of a batch.

    Attributes:
        exclude_socket_id: the connection that does not get it.
        info: what to tell about its channel.
    """

    channel: str
    name: str
    data: Data
    exclude_socket_id: str | None = None
    info: tuple[Attribute, ...] = ()


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True, hide_input_in_errors=True)


class Kept(_Answer):
    """The last event of a cache channel.

    Attributes:
        ttl: seconds that it is kept on.
    """

    data: str
    ttl: int | None = None


class ChannelInfo(_Answer):
    """What was asked about a channel; None for what was not. Source: pusher.md §3.4.

    Attributes:
        user_count: users of a presence channel, however many connections each has.
        subscription_count: connections, on every other kind.
    """

    user_count: int | None = None
    subscription_count: int | None = None


class ChannelState(ChannelInfo):
    """Whether anybody listens on a channel, and what else was asked.

    Attributes:
        cache: of a cache channel, when asked; None when it is empty.
    """

    occupied: bool
    cache: Kept | None = None


class Triggered(_Answer):
    """An event was accepted; it is delivered some moments later.

    Attributes:
        channels: what was asked about each.
    """

    channels: Mapping[str, ChannelInfo] = {}


class BatchTriggered(_Answer):
    """A batch was accepted.

    Attributes:
        batch: what was asked, one for each event; empty when nothing was.
    """

    batch: tuple[ChannelInfo, ...] = ()


class ChannelList(_Answer):
    """The channels on which somebody listens."""

    channels: Mapping[str, ChannelInfo] = {}


class ChannelUser(_Answer):
    """A user of a presence channel, by the id that the rule gave."""

    id: str


class ChannelUsers(_Answer):
    """The users of a presence channel; what they told about themselves is not asked back."""

    users: tuple[ChannelUser, ...] = ()


TRIGGERED = from_json(Triggered)
BATCH_TRIGGERED = from_json(BatchTriggered)
CHANNEL_LIST = from_json(ChannelList)
CHANNEL_STATE = from_json(ChannelState)
CHANNEL_USERS = from_json(ChannelUsers)
