"""Pusher's calls, described once, and its two clients."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from ace_integrations.core.call import Call, Configured, Describer, InOrder, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import HttpCall, Metered, Repeat, no_content, without_none
from ace_integrations.errors import InvalidInputError, ProviderError
from ace_integrations.realtime.broadcast import check_event_name
from ace_integrations.realtime.channels import Channel, ChannelKind
from ace_integrations.realtime.payload import Data, measured, written
from ace_integrations.realtime.pusher.encryption import required, sealed
from ace_integrations.realtime.pusher.errors import PartlySentError
from ace_integrations.realtime.pusher.models import (
    BATCH_TRIGGERED,
    CHANNEL_LIST,
    CHANNEL_STATE,
    CHANNEL_USERS,
    TRIGGERED,
    Attribute,
    BatchEvent,
    BatchTriggered,
    ChannelInfo,
    ChannelList,
    ChannelState,
    ChannelUsers,
    Triggered,
)
from ace_integrations.realtime.pusher.service import SERVICE
from ace_integrations.realtime.pusher.settings import PusherSettings
from ace_integrations.realtime.pusher.signature import checked_socket_id, checked_user_id

T = TypeVar("T")

MESSAGE = "message"
"""What is billed: each request, and each delivery to a connection."""

MOST_CHANNELS = 100
"""Channels of one request; more are sent in several."""

MOST_EVENTS = 10
"""Events of one request of a batch; more are sent in several."""


class PusherOperations(ServiceOperations):
    """Describe Pusher's calls."""

    service = SERVICE

    @operation
    def trigger(
        self,
        *,
        channels: Sequence[str],
        name: str,
        data: Data,
        exclude_socket_id: str | None = None,
        info: Sequence[Attribute] = (),
    ) -> Call[Triggered]:
        """Send one event to all who listen on some channels; a hundred at a time where there are more.

        A request that may have been done is not repeated: put an id of your own into the data, so that a page can drop
        what comes twice.

        Args:
            name: at most 200 characters, as in "session.started".
            data: written as JSON once; `RawData` is sent as it stands.
            exclude_socket_id: the connection that does not get the event, as its browser told it.
            info: what to tell about each channel; doubles what the request is billed. With counts of who listens,
                `ace.usage` counts deliveries too.

        Raises:
            InvalidInputError: a name, the id or the size is not allowed, or one of several channels is encrypted.
            ConfigurationError: the channel is encrypted, and no master key is set.
            OutcomeUnknownError: no usable answer; it may have been sent.
            PartlySentError: of more than a hundred channels, only some were reached.

        Source: pusher.md §3.2
        """
        found = [Channel(channel) for channel in channels]
        if not found:
            raise InvalidInputError("is empty: an event goes somewhere", field="channels")
        fields = {"name": check_event_name(name), "data": written(data), **_extras(exclude_socket_id, info)}
        if any(channel.kind is ChannelKind.ENCRYPTED for channel in found):
            return _encrypted(found, fields, units=_units(info))
        names = [channel.name for channel in found]
        parts = [names[start : start + MOST_CHANNELS] for start in range(0, len(names), MOST_CHANNELS)]
        calls = [_trigger({**fields, "channels": part}, units=_units(info)) for part in parts]
        return _one_after_another(parts, calls, _all_channels)

    @operation
    def trigger_batch(self, *, events: Sequence[BatchEvent]) -> Call[BatchTriggered]:
        """Send several events, each to one channel; ten at a time where there are more.

        Raises:
            InvalidInputError: there is none, or what `trigger` refuses.
            ConfigurationError: a channel is encrypted, and no master key is set.
            OutcomeUnknownError: no usable answer; they may have been sent.
            PartlySentError: of more than ten events, only some were sent; it names them by index.

        Source: pusher.md §3.3
        """
        if not events:
            raise InvalidInputError("is empty", field="events")
        described = [_event(event) for event in events]
        indexes = [str(index) for index in range(len(events))]

        def describe(settings: PusherSettings) -> Call[BatchTriggered]:
            ready = [_closed(channel, fields, settings) for channel, fields in described]
            starts = range(0, len(ready), MOST_EVENTS)
            parts = [indexes[start : start + MOST_EVENTS] for start in starts]
            calls = [
                _batch(ready[start : start + MOST_EVENTS], units=sum(_units(event.info) for event in part))
                for start in starts
                for part in (events[start : start + MOST_EVENTS],)
            ]
            return _one_after_another(parts, calls, _all_events)

        return Configured(describe)

    @operation
    def list_channels(self, *, prefix: str = "", info: Sequence[Attribute] = ()) -> Call[ChannelList]:
        """Get the channels on which somebody listens.

        Args:
            prefix: how their names begin, as in "presence-session."; all when empty.
            info: "user_count" needs a prefix of presence channels.

        Source: pusher.md §3.4
        """
        query = {"filter_by_prefix": prefix or None, "info": ",".join(info) or None}
        return HttpCall("GET", "/channels", CHANNEL_LIST, query=query, units=_units(info))

    @operation
    def get_channel(self, *, channel: str, info: Sequence[Attribute] = ()) -> Call[ChannelState]:
        """Get whether anybody listens on a channel.

        Args:
            info: "user_count" of presence channels, "cache" of cache channels, "subscription_count" of all but
                presence channels.

        Raises:
            InvalidRequestError: that cannot be asked of a channel of this kind.

        Source: pusher.md §3.4
        """
        path_params = {"channel": Channel(channel).name}
        query = {"info": ",".join(info) or None}
        return HttpCall(
            "GET", "/channels/{channel}", CHANNEL_STATE, path_params=path_params, query=query, units=_units(info)
        )

    @operation
    def list_users(self, *, channel: str) -> Call[ChannelUsers]:
        """Get the users of a presence channel, each once.

        Raises:
            InvalidRequestError: it is no presence channel.

        Source: pusher.md §3.4
        """
        path_params = {"channel": Channel(channel).name}
        return HttpCall("GET", "/channels/{channel}/users", CHANNEL_USERS, path_params=path_params)

    @operation
    def terminate_connections(self, *, user_id: str) -> Call[None]:
        """Close every connection on which a user is signed in. They may come back unless they are refused then.

        Source: pusher.md §3.4
        """
        return HttpCall(
            "POST",
            "/users/{user_id}/terminate_connections",
            no_content,
            path_params={"user_id": checked_user_id(user_id)},
            json={},
            # Closing what is closed changes nothing.
            repeat=Repeat.SAFE,
        )

    @operation
    def send_to_user(self, *, user_id: str, name: str, data: Data) -> Call[Triggered]:
        """Send one event to every connection on which a user is signed in.

        Raises:
            OutcomeUnknownError: no usable answer; it may have been sent.

        Source: pusher.md §3.4
        """
        # The name of this channel is the service's own, which `Channel` refuses.
        channels = [f"#server-to-user-{checked_user_id(user_id)}"]
        return _trigger({"name": check_event_name(name), "data": written(data), "channels": channels}, units=1)


class Pusher(PusherOperations, SyncClient[PusherSettings]):
    """Pusher, blocking."""


class AsyncPusher(PusherOperations, AsyncClient[PusherSettings]):
    """Pusher, awaited."""


class PusherCalls(PusherOperations, Describer):
    """Pusher's calls, described and not sent."""


def _trigger(body: Mapping[str, Any], *, units: int) -> Call[Triggered]:
    # In the order of the vendor's own description.
    order = ("name", "channels", "data", "socket_id", "info")
    ordered = {field: body[field] for field in order if field in body}
    metered = _metered(units, _told_of_channels) if "info" in body else None
    return HttpCall("POST", "/events", TRIGGERED, json=ordered, units=units, metered=metered)


def _batch(events: Sequence[Mapping[str, Any]], *, units: int) -> Call[BatchTriggered]:
    is_asking = any("info" in event for event in events)
    metered = _metered(units, _told_of_events) if is_asking else None
    return HttpCall(
        "POST", "/batch_events", BATCH_TRIGGERED, json={"batch": list(events)}, units=units, metered=metered
    )


def _metered(units: int, told: Callable[[T], Iterable[ChannelInfo]]) -> Metered[T]:
    """Count the deliveries with the request, where the answer says who listens.

    Of a presence channel it says users, some of whom may have several connections: at least so many.
    """

    def used(answer: T) -> Mapping[str, int]:
        heard = sum(info.subscription_count or info.user_count or 0 for info in told(answer))
        return {MESSAGE: units + heard}

    return Metered({MESSAGE: units}, used)


def _told_of_channels(answer: Triggered) -> Iterable[ChannelInfo]:
    return answer.channels.values()


def _told_of_events(answer: BatchTriggered) -> Iterable[ChannelInfo]:
    return answer.batch


def _event(event: BatchEvent) -> tuple[Channel, dict[str, Any]]:
    channel = Channel(event.channel)
    return channel, {
        "channel": channel.name,
        "name": check_event_name(event.name),
        "data": written(event.data),
        **_extras(event.exclude_socket_id, event.info),
    }


def _extras(exclude_socket_id: str | None, info: Sequence[str]) -> dict[str, str]:
    excluded = None if exclude_socket_id is None else checked_socket_id(exclude_socket_id)
    return without_none({"socket_id": excluded, "info": ",".join(info) or None})


def _encrypted(channels: Sequence[Channel], fields: Mapping[str, Any], *, units: int) -> Call[Triggered]:
    if len(channels) > 1:
        raise InvalidInputError("holds an encrypted one, which goes alone: each has a key of its own", field="channels")
    (channel,) = channels

    def describe(settings: PusherSettings) -> Call[Triggered]:
        return _trigger({**_closed(channel, fields, settings), "channels": [channel.name]}, units=units)

    return Configured(describe)


def _closed(channel: Channel, fields: Mapping[str, Any], settings: PusherSettings) -> Mapping[str, Any]:
    """Give the fields of an event with its data sealed, where its channel is encrypted."""
    if channel.kind is not ChannelKind.ENCRYPTED:
        return fields
    data = sealed(fields["data"], master_key=required(settings.master_key), channel=channel)
    return {**fields, "data": measured(data)}


def _units(info: Sequence[str]) -> int:
    return 2 if info else 1


def _one_after_another(
    parts: Sequence[Sequence[str]], calls: Sequence[Call[T]], together: Callable[[tuple[T, ...]], T]
) -> Call[T]:
    """Make the calls in order; the error of a later one says what the earlier ones did."""
    if len(calls) == 1:
        return calls[0]
    guarded = [
        call.recover(ProviderError, partial(_stopped, parts, index)) if index else call
        for index, call in enumerate(calls)
    ]
    return InOrder(guarded).map(together)


def _stopped(parts: Sequence[Sequence[str]], index: int, error: ProviderError) -> Call[Any]:
    raise PartlySentError(
        error,
        sent=tuple(name for part in parts[:index] for name in part),
        doubtful=tuple(parts[index]),
        unsent=tuple(name for part in parts[index + 1 :] for name in part),
    ) from error


def _all_channels(answers: tuple[Triggered, ...]) -> Triggered:
    return Triggered(channels={name: info for answer in answers for name, info in answer.channels.items()})


def _all_events(answers: tuple[BatchTriggered, ...]) -> BatchTriggered:
    return BatchTriggered(batch=tuple(info for answer in answers for info in answer.batch))


def probe(settings: PusherSettings) -> Call[object]:
    """Ask one harmless question that needs the keys, for `ace doctor`."""
    del settings
    return PusherCalls().list_channels(prefix="presence-ace-doctor")
