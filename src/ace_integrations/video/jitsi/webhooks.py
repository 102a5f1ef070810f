"""JaaS's deliveries: how they are signed, the typed events, and what they mean for a class. Other servers send none."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ace_integrations.core import Headers
from ace_integrations.errors import SignatureError
from ace_integrations.video.events import (
    LeaveReason,
    PersonJoined,
    PersonLeft,
    RoleChanged,
    RoomEmptied,
    RoomEvent,
    RoomStarted,
)
from ace_integrations.video.jitsi.samples import EVENT_TYPES, sample
from ace_integrations.video.jitsi.settings import SANDBOX_JAAS_APP_ID, JitsiSettings
from ace_integrations.video.live_class import Role
from ace_integrations.webhooks import (
    Event,
    SignatureScheme,
    UnknownEvent,
    WebhookSource,
    read_model,
    read_object,
    single,
    usable,
)
from ace_integrations.webhooks.scheme import timed_signatures

HEADER = "X-Jaas-Signature"

_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=")


class JaasSignature(SignatureScheme):
    """`X-Jaas-Signature: t=<seconds>,v1=<base64>`: HMAC-SHA-256 of `t`, a dot and the raw body (jitsi.md §4.1).

    The key is the whole secret, `whsec_` included. While a secret is changed there may be several `v1`.
    """

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        return {HEADER: signature_header(body, secrets=[secret], now=now)}

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        signed_at, claimed = timed_signatures(single(headers, HEADER), name=HEADER, form=_BASE64)
        expected = [_mac(secret, signed_at, body).encode() for secret in usable(secrets)]
        # Every comparison is made, so the time does not tell which secret fits.
        fits = [hmac.compare_digest(one, theirs) for one in expected for theirs in claimed]
        if not any(fits):
            raise SignatureError("no signature matches a current secret; each endpoint of the JaaS console has its own")
        self.check_age(int(signed_at), now)


def signature_header(body: bytes, *, secrets: Sequence[str], now: int) -> str:
    """Give the header's value: one signature for each secret that is valid now."""
    return ",".join([f"t={now}", *(f"v1={_mac(secret, str(now), body)}" for secret in secrets)])


def _mac(secret: str, signed_at: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), signed_at.encode() + b"." + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True, populate_by_name=True)


class JaasEvent(_Model):
    """The envelope of every event; a subclass for each kind. Source: jitsi.md §4.2.

    Attributes:
        session_id: of one life of the room.
        timestamp: milliseconds; deliveries come in any order, this is the order of what happened.
        fqn: the app id, a slash, the room.
    """

    event_type: str = Field(alias="eventType", min_length=1)
    idempotency_key: str = Field(alias="idempotencyKey", min_length=1)
    session_id: str = Field(default="", alias="sessionId")
    timestamp: int
    app_id: str = Field(default="", alias="appId")
    customer_id: str = Field(default="", alias="customerId")
    fqn: str = ""

    @property
    def room(self) -> str:
        """The room's bare name."""
        return self.fqn.rpartition("/")[2]


def _truth(value: object) -> object:
    # Documented as text in one place and as a truth value in another.
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


Truth = Annotated[bool, BeforeValidator(_truth)]


class RoomData(_Model):
    """A room that came or went."""

    conference: str = ""
    is_breakout: Truth = Field(default=False, alias="isBreakout")


class RoomCreated(JaasEvent):
    """The first person is in the room."""

    data: RoomData


class RoomDestroyed(JaasEvent):
    """The last person left the room."""

    data: RoomData


class ParticipantData(_Model):
    """Somebody in a room.

    Attributes:
        id: your own id of them, from the token; "" for a guest.
        participant_id: of the connection.
        disconnect_reason: JaaS's word, only where somebody left.
    """

    id: str = ""
    name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    group: str | None = None
    moderator: Truth = False
    participant_id: str = Field(default="", alias="participantId")
    participant_jid: str = Field(default="", alias="participantJid")
    is_breakout: Truth = Field(default=False, alias="isBreakout")
    disconnect_reason: str = Field(default="", alias="disconnectReason")


class ParticipantJoined(JaasEvent):
    """Somebody came into the room."""

    data: ParticipantData


class ParticipantLeft(JaasEvent):
    """Somebody left the room, or a room beside it."""

    data: ParticipantData


class ParticipantJoinedLobby(JaasEvent):
    """Somebody waits to be let in."""

    data: ParticipantData


class ParticipantLeftLobby(JaasEvent):
    """Somebody waits no longer."""

    data: ParticipantData


class Granted(_Model):
    """Who gave or got a role."""

    participant_jid: str = Field(default="", alias="participantJid")


class RoleChange(_Model):
    """A role and who got it."""

    role: str
    granted_to: Granted = Field(default=Granted(), alias="grantedTo")
    granted_by: Granted | None = Field(default=None, alias="grantedBy")


class RoleWasChanged(JaasEvent):
    """Somebody became a moderator, or is none any more."""

    data: RoleChange


class RecordingData(_Model):
    """A recording; `pre_authenticated_link` opens it for a day to whoever has it."""

    conference: str = ""
    pre_authenticated_link: str | None = Field(default=None, alias="preAuthenticatedLink", repr=False)
    duration_s: float | None = Field(default=None, alias="durationSec")
    initiator_id: str | None = Field(default=None, alias="initiatorId")


class RecordingStarted(JaasEvent):
    """A recording began."""

    data: RecordingData


class RecordingEnded(JaasEvent):
    """A recording ended; it is not to be had yet."""

    data: RecordingData


class RecordingUploaded(JaasEvent):
    """A recording can be fetched."""

    data: RecordingData


class UsedBy(_Model):
    """A device that is billed this month."""

    customer_id: str = Field(default="", alias="customerId")
    device_id: str = Field(default="", alias="deviceId")
    user_id: str | None = Field(default=None, alias="userId")


class Usage(JaasEvent):
    """Who counts as a user of this month; first sent as the second person joins."""

    data: tuple[UsedBy, ...]


class SettingsProvisioning(JaasEvent):
    """JaaS asks how a room shall be before it opens it; what is answered counts, so answer in time."""

    data: Any = None


_KINDS: Mapping[str, type[JaasEvent]] = {
    "ROOM_CREATED": RoomCreated,
    "ROOM_DESTROYED": RoomDestroyed,
    "PARTICIPANT_JOINED": ParticipantJoined,
    "PARTICIPANT_LEFT": ParticipantLeft,
    "PARTICIPANT_JOINED_LOBBY": ParticipantJoinedLobby,
    "PARTICIPANT_LEFT_LOBBY": ParticipantLeftLobby,
    "ROLE_CHANGED": RoleWasChanged,
    "RECORDING_STARTED": RecordingStarted,
    "RECORDING_ENDED": RecordingEnded,
    "RECORDING_UPLOADED": RecordingUploaded,
    "USAGE": Usage,
    "SETTINGS_PROVISIONING": SettingsProvisioning,
}

_REASONS = {
    "left": LeaveReason.LEFT,
    "kicked": LeaveReason.REMOVED,
    "switch_room": LeaveReason.MOVED,
    "unrecoverable_error": LeaveReason.LOST,
}


def parse(headers: Headers, body: bytes) -> Event:
    """Read a verified delivery.

    Raises:
        MalformedEventError: it is not an event.

    Source: jitsi.md §4.2
    """
    del headers
    value = read_object(body)
    envelope = read_model(JaasEvent, value)
    kind = _KINDS.get(envelope.event_type)
    data = UnknownEvent(payload=value) if kind is None else read_model(kind, value)
    return Event(
        provider="jitsi",
        id=envelope.idempotency_key,
        type=envelope.event_type,
        environment="test" if envelope.app_id == SANDBOX_JAAS_APP_ID else "live",
        occurred_at=_moment(envelope.timestamp),
        data=data,
        meaning=_meaning(data) if isinstance(data, JaasEvent) else None,
    )


def _moment(timestamp_ms: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _meaning(event: JaasEvent) -> RoomEvent | None:
    at = _moment(event.timestamp)
    if at is None or not event.room:
        return None
    common: dict[str, Any] = {
        "provider": "jitsi",
        "room": event.room,
        "at": at,
        "order": event.timestamp,
        "is_test": event.app_id == SANDBOX_JAAS_APP_ID,
    }
    match event:
        # A room beside the class is the class's all the same, and comes and goes while that goes on.
        case RoomCreated() if not event.data.is_breakout:
            return RoomStarted(**common)
        case RoomDestroyed() if not event.data.is_breakout:
            return RoomEmptied(**common)
        case ParticipantJoined():
            return PersonJoined(**common, **_who(event.data), role=_role(is_moderator=event.data.moderator))
        case ParticipantLeft():
            reason = _REASONS.get(event.data.disconnect_reason, LeaveReason.UNKNOWN)
            return PersonLeft(**common, **_who(event.data), reason=reason)
        case RoleWasChanged():
            # It names the connection only, whose first eight digits are the participant's id.
            connection = event.data.granted_to.participant_jid[:8]
            role = _role(is_moderator=event.data.role in ("moderator", "owner"))
            return RoleChanged(**common, person=None, connection=connection, role=role)
        case _:
            return None


def _who(data: ParticipantData) -> dict[str, Any]:
    return {"person": data.id or None, "connection": data.participant_id}


def _role(*, is_moderator: bool) -> Role:
    return Role.MODERATOR if is_moderator else Role.PARTICIPANT


def _scheme(settings: JitsiSettings) -> JaasSignature:
    return JaasSignature(tolerance_s=settings.webhook_tolerance_s)


def _secrets(settings: JitsiSettings) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in settings.webhook_secrets)


WEBHOOKS = WebhookSource(
    provider="jitsi",
    settings=JitsiSettings,
    scheme=_scheme,
    secrets=_secrets,
    secret_setting="webhook_secrets",  # noqa: S106 - the name of a field
    parse=parse,
    sample=sample,
    event_types=EVENT_TYPES,
)
"""JaaS's deliveries."""
