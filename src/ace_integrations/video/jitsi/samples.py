"""Events of JaaS as the sandbox, the command line and tests make them."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.jitsi.settings import SANDBOX_JAAS_APP_ID


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Build an event of the sandbox. Each is a new one: give `idempotencyKey` to send one twice.

    Raises:
        InvalidInputError: no such event, or no such field.
    """
    if event_type not in _SAMPLES:
        raise InvalidInputError(f"JaaS has no event {event_type!r}; known: {', '.join(_SAMPLES)}", field="event_type")
    value: dict[str, Any] = {
        "eventType": event_type,
        "sessionId": "11111111-2222-4333-8444-555555555555",
        "timestamp": now * 1000 + 123,
        "fqn": f"{SANDBOX_JAAS_APP_ID}/edv-42-5f1c0a9b7d3e2468",
        "idempotencyKey": str(uuid4()),
        "customerId": SANDBOX_JAAS_APP_ID.rpartition("-")[2],
        "appId": SANDBOX_JAAS_APP_ID,
        "data": _SAMPLES[event_type](),
    }
    unknown = sorted(set(fields) - set(value))
    if unknown:
        raise InvalidInputError(f"{event_type} has no such field", field=unknown[0])
    return value | fields


def _room() -> dict[str, Any]:
    return {
        "conference": f"edv-42-5f1c0a9b7d3e2468@conference.{SANDBOX_JAAS_APP_ID}.8x8.vc",
        "isBreakout": False,
    }


def _participant() -> dict[str, Any]:
    return {
        "moderator": "false",
        "name": "Student Seventeen",
        "email": "",
        "id": "17",
        "participantId": "3988218d",
        "participantJid": "3988218d-a6ef-40cf-8b1b-f5097f46fbf7@8x8.vc",
        "avatar": "",
        "isBreakout": False,
    }


def _role() -> dict[str, Any]:
    return {"role": "moderator", "grantedTo": {"participantJid": "3988218d-a6ef-40cf-8b1b-f5097f46fbf7@8x8.vc"}}


def _recording() -> dict[str, Any]:
    return {**_room(), "durationSec": 1800, "initiatorId": "9"}


_SAMPLES: Mapping[str, Callable[[], Any]] = {
    "ROOM_CREATED": _room,
    "ROOM_DESTROYED": _room,
    "PARTICIPANT_JOINED": _participant,
    "PARTICIPANT_LEFT": lambda: {**_participant(), "disconnectReason": "left"},
    "PARTICIPANT_JOINED_LOBBY": _participant,
    "PARTICIPANT_LEFT_LOBBY": _participant,
    "ROLE_CHANGED": _role,
    "RECORDING_STARTED": _room,
    "RECORDING_ENDED": _room,
    "RECORDING_UPLOADED": _recording,
    "USAGE": lambda: [{"customerId": SANDBOX_JAAS_APP_ID.rpartition("-")[2], "deviceId": "d-1", "userId": "17"}],
    "SETTINGS_PROVISIONING": lambda: {"fqn": f"{SANDBOX_JAAS_APP_ID}/edv-42-5f1c0a9b7d3e2468"},
}

EVENT_TYPES = tuple(_SAMPLES)
"""The types that are read field by field; JaaS has more, which are kept as they came."""
