"""The operations of the HTTP API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from starlette.routing import BaseRoute

from ace_integrations.realtime.pusher.sandbox import names, refusals
from ace_integrations.realtime.pusher.sandbox.account import Account, Now
from ace_integrations.realtime.pusher.sandbox.frames import Json
from ace_integrations.realtime.pusher.sandbox.gate import Asked, Gate
from ace_integrations.realtime.pusher.sandbox.hub import Hub

MOST_CHANNELS, MOST_EVENTS, MOST_DATA = 100, 10, 10_240
TERMINATED = 4009
COUNTS, ATTRIBUTES = ("user_count", "subscription_count"), ("user_count", "subscription_count", "cache")


@dataclass(frozen=True, slots=True)
class Event:
    """One event to publish; `info` names what its answer tells of each channel."""

    name: str
    data: str
    channels: tuple[str, ...]
    but: str | None
    info: tuple[str, ...]


class Api:
    """The operations, over what is really connected."""

    def __init__(self, account: Account, hub: Hub, now: Now) -> None:
        self._account = account
        self._hub = hub
        self._now = now

    def routes(self) -> Sequence[BaseRoute]:
        """Give them behind their gate."""
        gate = Gate(self._account, self._now)
        one, user = "/channels/{channel}", "/users/{user_id}"
        return [
            gate.route("POST", "/events", "trigger", self._trigger),
            gate.route("POST", "/batch_events", "trigger_batch", self._trigger_batch),
            gate.route("GET", "/channels", "list_channels", self._list_channels),
            gate.route("GET", one, "get_channel", self._get_channel),
            gate.route("GET", f"{one}/users", "list_users", self._list_users),
            gate.route("POST", f"{user}/terminate_connections", "terminate_connections", self._terminate),
            gate.unknown(),
        ]

    # Events.

    def _trigger(self, asked: Asked) -> Mapping[str, object]:
        event = _read_event(asked.json(), _channels)
        _check_size([event])
        found = self._publish(event)
        return {"channels": found} if self._tells(event) else self._account.dialect.accepted

    def _trigger_batch(self, asked: Asked) -> Mapping[str, object]:
        batch = asked.json().get("batch")
        if not isinstance(batch, list) or not batch:
            raise refusals.invalid("batch", "The batch must be a list of events")
        events = [_read_event(each, _channel) for each in cast("list[object]", batch)]
        _check_size(events)
        if len(events) > MOST_EVENTS:
            raise refusals.invalid("batch", f"The batch has more than {MOST_EVENTS} events")
        found = [next(iter(self._publish(event).values())) for event in events]
        return {"batch": found} if any(map(self._tells, events)) else self._account.dialect.batch_accepted

    def _publish(self, event: Event) -> dict[str, Json]:
        """Send an event; give what its answer tells of each channel."""
        for channel in event.channels:
            self._hub.publish(channel, event.name, event.data, but=event.but)
        # What is told of the channels counts as one more message.
        self._account.messages += 1 if self._tells(event) else 0
        return {channel: self._counts(channel, event.info) for channel in event.channels}

    def _tells(self, event: Event) -> bool:
        return bool(event.info) and self._account.dialect.gives_info

    # Questions.

    def _list_channels(self, asked: Asked) -> Json:
        info = _read_info(asked, COUNTS, others=("filter_by_prefix",))
        prefix = asked.own.get("filter_by_prefix", "")
        if "user_count" in info and not names.is_presence(prefix):
            raise refusals.invalid("info", "user_count needs a filter_by_prefix of presence channels")
        if "subscription_count" in info and not self._account.switches.subscription_counts:
            raise refusals.invalid("info", "subscription_count is not enabled for this app")
        found = [channel for channel in self._hub.channels if channel.startswith(prefix)]
        return {"channels": {channel: self._counts(channel, info) for channel in found}}

    def _get_channel(self, asked: Asked) -> Json:
        channel = _named(asked)
        info = _read_info(asked, ATTRIBUTES)
        for attribute in info:
            if not self._has(channel, attribute):
                raise refusals.invalid("info", f"{attribute} is not to be had for {channel}")
        told = {"occupied": channel in self._hub.channels, **self._counts(channel, info)}
        return {**told, "cache": self._cache(channel)} if "cache" in info else told

    def _list_users(self, asked: Asked) -> Json:
        channel = _named(asked)
        _read_info(asked, (), others=())
        if not names.is_presence(channel):
            raise refusals.invalid("channel", "Users can only be retrieved for presence channels")
        return {"users": [{"id": user_id} for user_id in self._hub.channel(channel).members]}

    def _terminate(self, asked: Asked) -> Json:
        asked.json()
        self._hub.close(self._hub.users.of(asked.ids["user_id"]), TERMINATED, "Terminated by the app's server")
        return {}

    # What is known of a channel.

    def _counts(self, name: str, info: Sequence[str]) -> Json:
        """Give the numbers that are asked for and to be had; none where nobody listens."""
        if name not in self._hub.channels:
            return {}
        channel = self._hub.channels[name]
        numbers = {"user_count": len(channel.members), "subscription_count": len(channel.connections)}
        return {each: numbers[each] for each in info if each in numbers and self._has(name, each)}

    def _has(self, channel: str, attribute: str) -> bool:
        has: dict[str, bool] = {
            "user_count": names.is_presence(channel),
            "subscription_count": self._account.switches.subscription_counts and not names.is_presence(channel),
            "cache": names.is_cache(channel),
        }
        return has[attribute]

    def _cache(self, channel: str) -> Json | None:
        kept = self._hub.cached(channel)
        return None if kept is None else {"data": kept.data, "ttl": int(kept.until - self._now())}


def _named(asked: Asked) -> str:
    channel = asked.ids["channel"]
    if not names.is_channel(channel):
        raise refusals.invalid("channel", f"Invalid channel name: {channel[: names.LONGEST_CHANNEL]}")
    return channel


def _read_info(asked: Asked, known: Sequence[str], others: Sequence[str] = ()) -> tuple[str, ...]:
    """Give what a question's `info` asks for; a parameter that the question does not have is refused."""
    extra = [name for name in asked.own if name not in (*others, *(("info",) if known else ()))]
    if extra:
        text = f"The following query string parameters are extraneous: {', '.join(extra)}"
        raise refusals.invalid(extra[0], text)
    return _split_info(asked.own.get("info", ""), known)


def _split_info(text: str, known: Sequence[str]) -> tuple[str, ...]:
    info = tuple(dict.fromkeys(part for part in text.split(",") if part))
    unknown = [part for part in info if part not in known]
    if unknown:
        raise refusals.invalid("info", f"Unknown attributes in info: {', '.join(unknown)}")
    return info


def _read_event(value: object, read_channels: Callable[[Json], tuple[str, ...]]) -> Event:
    if not isinstance(value, dict):
        raise refusals.invalid("batch", "An event must be a JSON object")
    body = cast("Json", value)
    return Event(
        name=_event_name(body.get("name")),
        data=_text(body, "data"),
        channels=read_channels(body),
        but=_socket_id(body.get("socket_id")),
        info=_split_info(_text(body, "info") if body.get("info") is not None else "", COUNTS),
    )


def _event_name(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= names.LONGEST_EVENT:
        raise refusals.invalid("name", f"The event name must be a string of 1 to {names.LONGEST_EVENT} characters")
    if name.startswith(names.RESERVED_EVENTS):
        raise refusals.invalid("name", "The event name must not start with pusher: or pusher_internal:")
    return name


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise refusals.invalid(name, f"{name} must be a string")
    return value


def _channel(body: Json) -> tuple[str, ...]:
    if "channels" in body:
        raise refusals.invalid("channels", "An event of a batch has one channel")
    return _channels(body)


def _channels(body: Json) -> tuple[str, ...]:
    one, many = body.get("channel"), body.get("channels")
    if (one is None) is (many is None):
        raise refusals.invalid("channels", "Give either channel or channels")
    listed = cast("list[object]", many) if isinstance(many, list) else [one]
    if not 0 < len(listed) <= MOST_CHANNELS:
        raise refusals.invalid("channels", f"Give 1 to {MOST_CHANNELS} channels")
    return tuple(dict.fromkeys(_publishable(channel) for channel in listed))


def _publishable(channel: object) -> str:
    if not isinstance(channel, str) or not (names.is_channel(channel) or names.is_server_to_user(channel)):
        raise refusals.invalid("channels", f"Invalid channel name: {str(channel)[: names.LONGEST_CHANNEL]}")
    return channel


def _socket_id(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not names.is_socket_id(value):
        raise refusals.invalid("socket_id", "Invalid socket_id")
    return value


def _check_size(events: Sequence[Event]) -> None:
    if any(len(event.data.encode("utf-8", "replace")) > MOST_DATA for event in events):
        raise refusals.too_large()
