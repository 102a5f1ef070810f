"""Pusher's webhooks: one signature over the raw body, several events in one delivery."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ace_integrations.core.http_call import Headers
from ace_integrations.errors import InvalidInputError, MalformedEventError, SignatureError
from ace_integrations.realtime.changes import (
    Change,
    ChannelOccupied,
    ChannelsChanged,
    ChannelVacated,
    ClientSaid,
    MemberJoined,
    MemberLeft,
)
from ace_integrations.realtime.pusher.settings import PusherSettings, Token
from ace_integrations.realtime.pusher.signature import is_signature, signature
from ace_integrations.webhooks.event import Event
from ace_integrations.webhooks.json_body import read_model, read_object
from ace_integrations.webhooks.scheme import SignatureScheme, single, usable
from ace_integrations.webhooks.source import WebhookSource

KEY, SIGNATURE = "X-Pusher-Key", "X-Pusher-Signature"

_LARGEST_TIME_MS = 10**15


class PusherSignature(SignatureScheme):
    """HMAC-SHA-256 of the raw body in lower-case hex, with the secret of the token that a header names.

    Args:
        tokens: every pair of keys that may sign, the current one first.

    Source: pusher.md §4.1
    """

    def __init__(self, tokens: Sequence[Token], *, tolerance_s: int = 600) -> None:
        super().__init__(tolerance_s=tolerance_s)
        self._keys = {token.secret.get_secret_value(): token.key for token in tokens}

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        del now  # the time is in the body
        key = self._keys.get(secret) or next(iter(self._keys.values()), "")
        return {KEY: key, SIGNATURE: signature(secret, body)}

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        key, claimed = single(headers, KEY), single(headers, SIGNATURE)
        if key not in self._keys.values():
            raise SignatureError(f"{KEY} is not one of this application's keys")
        # A secret that belongs to another of our keys did not sign this delivery.
        fitting = [secret for secret in usable(secrets) if self._keys.get(secret, key) == key]
        fits = [is_signature(claimed, secret, body) for secret in fitting]
        if not any(fits):
            raise SignatureError("no signature was made with a current secret")
        signed_at_ms = _time_ms(body)
        if signed_at_ms is not None:
            self.check_age(signed_at_ms // 1000, now)


def _time_ms(body: bytes) -> int | None:
    """Give the signed time; None for a body that `parse` refuses."""
    try:
        value = read_object(body).get("time_ms")
    except MalformedEventError:
        return None
    return value if type(value) is int and 0 <= value < _LARGEST_TIME_MS else None


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    name: str = Field(min_length=1)


class ChannelTold(_Told):
    """A channel was occupied or vacated, or a cache channel had nothing to give."""

    channel: str


class MemberTold(ChannelTold):
    """A user came into a presence channel, or left it."""

    user_id: Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


class ClientEventTold(ChannelTold):
    """A browser sent an event to the others.

    Attributes:
        data: as the browser wrote it.
        user_id: on presence channels only.
    """

    event: str
    data: Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else json.dumps(value))] = ""
    socket_id: str
    user_id: str | None = None


class SubscriptionCountTold(ChannelTold):
    """How many connections listen; never of presence channels."""

    subscription_count: int


class OtherTold(_Told):
    """Something of a name that this version does not know."""


Told = ChannelTold | MemberTold | ClientEventTold | SubscriptionCountTold | OtherTold


class PusherDelivery(BaseModel):
    """One delivery: what happened since the one before. Source: pusher.md §4.3.

    Attributes:
        time_ms: Unix milliseconds at which it was made.
    """

    model_config = ConfigDict(frozen=True)

    time_ms: int
    events: tuple[Told, ...]


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)

    time_ms: Annotated[int, Field(ge=0, lt=_LARGEST_TIME_MS)]
    events: list[dict[str, Any]]


_KINDS: Mapping[str, type[Told]] = {
    "channel_occupied": ChannelTold,
    "channel_vacated": ChannelTold,
    "member_added": MemberTold,
    "member_removed": MemberTold,
    "client_event": ClientEventTold,
    "cache_miss": ChannelTold,
    "subscription_count": SubscriptionCountTold,
}

EVENT_TYPES = tuple(_KINDS)
"""Every name that Pusher documents; the dashboard chooses which are told."""


def parse(headers: Headers, body: bytes) -> Event:
    """Read a verified delivery. Its type is the name of its events, "batch" where they differ or there are none.

    Raises:
        MalformedEventError: it is no list of events.

    Source: pusher.md §4.3
    """
    del headers
    envelope = read_model(_Envelope, read_object(body))
    told = tuple(_read(value) for value in envelope.events)
    names = {one.name for one in told}
    at = datetime.fromtimestamp(envelope.time_ms / 1000, UTC)
    changes = tuple(change for change in map(_change, told) if change is not None)
    return Event(
        provider="pusher",
        # Deliveries have no id: the same body is the same delivery.
        id=f"sha256:{hashlib.sha256(body).hexdigest()}",
        type=names.pop() if len(names) == 1 else "batch",
        environment="live",
        occurred_at=at,
        data=PusherDelivery(time_ms=envelope.time_ms, events=told),
        meaning=ChannelsChanged(provider="pusher", told_at=at, changes=changes) if changes else None,
    )


def _read(value: dict[str, Any]) -> Told:
    name = value.get("name")
    return read_model(_KINDS.get(name, OtherTold) if isinstance(name, str) else OtherTold, value)


def _change(told: Told) -> Change | None:
    match told:
        case ClientEventTold():
            return ClientSaid(told.channel, told.event, told.data, told.socket_id, told.user_id)
        case MemberTold():
            return (MemberJoined if told.name == "member_added" else MemberLeft)(told.channel, told.user_id)
        case ChannelTold(name="channel_occupied"):
            return ChannelOccupied(told.channel)
        case ChannelTold(name="channel_vacated"):
            return ChannelVacated(told.channel)
        case _:
            return None


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Build a delivery of one event.

    Raises:
        InvalidInputError: no such event, or no such field.
    """
    if event_type not in _KINDS:
        raise InvalidInputError(f"Pusher has no event {event_type!r}; it has {', '.join(_KINDS)}", field="event_type")
    event = {"name": event_type, "channel": "private-course.42", **_SAMPLES.get(event_type, lambda: {})()}
    unknown = sorted(set(fields) - set(_KINDS[event_type].model_fields))
    if unknown:
        raise InvalidInputError(f"{event_type} has no such field", field=unknown[0])
    return {"time_ms": now * 1000, "events": [{**event, **fields}]}


def _member_sample() -> dict[str, Any]:
    return {"channel": "presence-session.42", "user_id": "9"}


_SAMPLES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "member_added": _member_sample,
    "member_removed": _member_sample,
    "client_event": lambda: {
        **_member_sample(),
        "event": "client-typing",
        "data": '{"name":"سارة"}',
        "socket_id": "1234.1234",
    },
    "cache_miss": lambda: {"channel": "cache-news"},
    "subscription_count": lambda: {"subscription_count": 3},
}


def _scheme(settings: PusherSettings) -> PusherSignature:
    return PusherSignature(settings.tokens, tolerance_s=settings.webhook_tolerance_s)


def _secrets(settings: PusherSettings) -> tuple[str, ...]:
    return tuple(token.secret.get_secret_value() for token in settings.tokens)


WEBHOOKS = WebhookSource(
    provider="pusher",
    settings=PusherSettings,
    scheme=_scheme,
    secrets=_secrets,
    secret_setting="secret",  # noqa: S106 - the name of a field
    parse=parse,
    sample=sample,
    event_types=EVENT_TYPES,
)
"""Pusher's deliveries."""
