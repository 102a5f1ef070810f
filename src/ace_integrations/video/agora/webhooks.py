"""Agora's notifications: two signatures of one body, the typed events, and what they mean for a class."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.core import Headers
from ace_integrations.errors import InvalidInputError, MalformedEventError, SignatureError
from ace_integrations.video.agora.people import person_of
from ace_integrations.video.agora.settings import AgoraSettings
from ace_integrations.video.events import (
    LeaveReason,
    PersonJoined,
    PersonLeft,
    RoleChanged,
    RoomEmptied,
    RoomEvent,
    RoomStarted,
)
from ace_integrations.video.live_class import Role
from ace_integrations.webhooks import (
    Event,
    SignatureScheme,
    UnknownEvent,
    WebhookSource,
    hmac_sha256,
    read_model,
    read_object,
    single,
    usable,
)

V1, V2 = "Agora-Signature", "Agora-Signature-V2"
SANDBOX_NOTICE = "sandbox:"
"""How the ids of the sandbox's notifications begin: nothing else in them says where they are from."""

RTC = 1
"""The product whose events are about channels."""

_HEX = {V1: re.compile(r"[0-9a-f]{40}"), V2: re.compile(r"[0-9a-f]{64}")}


class AgoraSignature(SignatureScheme):
    """`Agora-Signature-V2`, HMAC-SHA-256 of the raw body in hex; SHA-1 only where nothing else came (agora.md §4.1).

    No time is signed beside the body, so the time inside it counts: each resend carries a new one.
    """

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        del now
        return {V1: _mac(V1, secret, body), V2: _mac(V2, secret, body)}

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        # A wrong one of the better kind is never mended by a right one of the other.
        name = V2 if headers.all(V2) else V1
        claimed = single(headers, name)
        if not _HEX[name].fullmatch(claimed):
            raise SignatureError(f"the header {name} is not of the provider's form")
        fits = [hmac.compare_digest(_mac(name, secret, body), claimed) for secret in usable(secrets)]
        if not any(fits):
            raise SignatureError("no signature matches a current secret; each product of the console has its own")
        self.check_age(_sent_at(body), now)


def _mac(name: str, secret: str, body: bytes) -> str:
    if name == V2:
        return hmac_sha256(secret, body)
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def _sent_at(body: bytes) -> int:
    """Give when a notification was sent, in Unix seconds."""
    try:
        sent_ms = read_object(body).get("notifyMs")
    except MalformedEventError as error:
        raise SignatureError(f"the signed body holds no time: {error}") from None
    if type(sent_ms) is not int or not 0 <= sent_ms < 10**15:
        raise SignatureError("the signed body holds no whole time")
    return sent_ms // 1000


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True, populate_by_name=True)


class Payload(_Model):
    """What a notification is about.

    Attributes:
        ts: Unix seconds of what happened.
        uid: a number; where people join with accounts, one that Agora chose.
        account: your own text, where people join with accounts.
        client_seq: rises with each event of one person; what is lower than the last is stale.
        reason: Agora's number for why somebody left.
        duration: seconds that they were there.
    """

    channel_name: str = Field(default="", alias="channelName")
    ts: int | None = None
    uid: int | None = None
    account: str = ""
    platform: int | None = None
    client_seq: int = Field(default=0, alias="clientSeq")
    reason: int | None = None
    duration: int | None = None


class Notice(_Model):
    """The envelope of every notification, of whatever product. Source: agora.md §4.2.

    Attributes:
        notice_id: the same at each resend.
        notify_ms: when this one was sent.
        sid: of one life of the channel.
    """

    notice_id: str = Field(alias="noticeId", min_length=1)
    product_id: int = Field(alias="productId")
    event_type: int = Field(alias="eventType")
    notify_ms: int = Field(alias="notifyMs")
    sid: str = ""

    @property
    def is_test(self) -> bool:
        """Whether a sandbox sent it."""
        return self.notice_id.startswith(SANDBOX_NOTICE)


class AgoraEvent(Notice):
    """What happened in a channel; a subclass for each kind."""

    payload: Payload


class ChannelCreated(AgoraEvent):
    """The first person is in the channel."""


class ChannelDestroyed(AgoraEvent):
    """The last person left the channel."""


class HostJoined(AgoraEvent):
    """Somebody who may speak came in."""


class HostLeft(AgoraEvent):
    """Somebody who may speak left."""


class AudienceJoined(AgoraEvent):
    """Somebody who listens came in."""


class AudienceLeft(AgoraEvent):
    """Somebody who listens left."""


class UserJoined(AgoraEvent):
    """Somebody came in where all may speak."""


class UserLeft(AgoraEvent):
    """Somebody left where all may speak."""


class BecameHost(AgoraEvent):
    """Somebody who listened may speak now."""


class BecameAudience(AgoraEvent):
    """Somebody who spoke listens now."""


_KINDS: Mapping[str, type[AgoraEvent]] = {
    "101": ChannelCreated,
    "102": ChannelDestroyed,
    "103": HostJoined,
    "104": HostLeft,
    "105": AudienceJoined,
    "106": AudienceLeft,
    "107": UserJoined,
    "108": UserLeft,
    "111": BecameHost,
    "112": BecameAudience,
}

EVENT_TYPES = tuple(_KINDS)
"""Agora's numbers of what happens in a channel; other products' are kept as they came, as in "3:40"."""

_REASONS = {
    1: LeaveReason.LEFT,
    2: LeaveReason.LOST,
    3: LeaveReason.REMOVED,
    4: LeaveReason.MOVED,
    5: LeaveReason.REPLACED,
    9: LeaveReason.MOVED,
    10: LeaveReason.LOST,
    999: LeaveReason.LOST,
}


def parse(headers: Headers, body: bytes) -> Event:
    """Read a verified notification.

    Raises:
        MalformedEventError: it is none.

    Source: agora.md §4.2
    """
    del headers
    value = read_object(body)
    envelope = read_model(Notice, value)
    name = str(envelope.event_type) if envelope.product_id == RTC else f"{envelope.product_id}:{envelope.event_type}"
    kind = _KINDS.get(name)
    data = UnknownEvent(payload=value) if kind is None else read_model(kind, value)
    return Event(
        provider="agora",
        id=envelope.notice_id,
        type=name,
        environment="test" if envelope.is_test else "live",
        occurred_at=_moment(data.payload.ts) if isinstance(data, AgoraEvent) else None,
        data=data,
        meaning=_meaning(data) if isinstance(data, AgoraEvent) else None,
    )


def _moment(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _meaning(event: AgoraEvent) -> RoomEvent | None:
    payload = event.payload
    at = _moment(payload.ts)
    if at is None or not payload.channel_name:
        return None
    common: dict[str, Any] = {
        "provider": "agora",
        "room": payload.channel_name,
        "at": at,
        "order": payload.client_seq or event.notify_ms,
        "is_test": event.is_test,
    }
    match event:
        case ChannelCreated():
            return RoomStarted(**common)
        case ChannelDestroyed():
            return RoomEmptied(**common)
        case HostJoined() | AudienceJoined() | UserJoined():
            return PersonJoined(**common, **_who(payload), role=_JOINED_AS.get(type(event)))
        case HostLeft() | AudienceLeft() | UserLeft():
            stayed = None if payload.duration is None else timedelta(seconds=payload.duration)
            reason = _REASONS.get(payload.reason or 0, LeaveReason.UNKNOWN)
            return PersonLeft(**common, **_who(payload), reason=reason, stayed=stayed)
        case BecameHost() | BecameAudience():
            role = Role.MODERATOR if isinstance(event, BecameHost) else Role.PARTICIPANT
            return RoleChanged(**common, **_who(payload), role=role)
        case _:
            return None


_JOINED_AS: Mapping[type[AgoraEvent], Role] = {HostJoined: Role.MODERATOR, AudienceJoined: Role.PARTICIPANT}


def _who(payload: Payload) -> dict[str, Any]:
    uid = payload.uid or 0
    return {"person": payload.account or person_of(uid), "connection": str(uid)}


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Build a notification of the sandbox. Each is a new one: give `noticeId` to send one twice.

    Raises:
        InvalidInputError: no such event, or no such field.
    """
    if event_type not in _KINDS:
        raise InvalidInputError(f"Agora has no event {event_type!r}; known: {', '.join(_KINDS)}", field="event_type")
    payload: dict[str, Any] = {"channelName": "edv-42-5f1c0a9b7d3e2468", "ts": now}
    if event_type == "102":
        payload["lastUid"] = 17
    elif event_type != "101":
        payload |= {"uid": 17, "platform": 7, "clientSeq": now * 1000 + 1, "account": ""}
    if event_type in ("104", "106", "108"):
        payload |= {"reason": 1, "duration": 600}
    value: dict[str, Any] = {
        "noticeId": f"{SANDBOX_NOTICE}{uuid4()}",
        "productId": RTC,
        "eventType": int(event_type),
        "notifyMs": now * 1000 + 500,
        "sid": "5A11DB0C5A11DB0C5A11DB0C5A11DB0C",
        "payload": payload,
    }
    unknown = sorted(set(fields) - set(value))
    if unknown:
        raise InvalidInputError(f"{event_type} has no such field", field=unknown[0])
    return value | fields


def _scheme(settings: AgoraSettings) -> AgoraSignature:
    return AgoraSignature(tolerance_s=settings.webhook_tolerance_s)


def _secrets(settings: AgoraSettings) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in settings.webhook_secrets)


WEBHOOKS = WebhookSource(
    provider="agora",
    settings=AgoraSettings,
    scheme=_scheme,
    secrets=_secrets,
    secret_setting="webhook_secrets",  # noqa: S106 - the name of a field
    parse=parse,
    sample=sample,
    event_types=EVENT_TYPES,
)
"""Agora's notifications."""
