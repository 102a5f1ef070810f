"""Live classes in neutral words; which service carries them is a setting."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.video.agora import Agora, AsyncAgora
    from ace_integrations.video.errors import TokenRefusedError
    from ace_integrations.video.events import (
        LeaveReason,
        PersonJoined,
        PersonLeft,
        RoleChanged,
        RoomEmptied,
        RoomEvent,
        RoomStarted,
        presences,
    )
    from ace_integrations.video.facade import AsyncVideo, Video
    from ace_integrations.video.grant import GrantKind, JoinGrant, Person, html_safe_json
    from ace_integrations.video.jitsi import AsyncJitsi, Jitsi
    from ace_integrations.video.live_class import (
        Attendance,
        ClassRefusedError,
        ClassStatus,
        LiveClass,
        Presence,
        Refusal,
        Role,
        Standing,
        attendance,
        scheduled,
    )
    from ace_integrations.video.provider import Reach, VideoProvider
    from ace_integrations.video.rooms import room_name

__all__ = [
    "Agora",
    "AsyncAgora",
    "AsyncJitsi",
    "AsyncVideo",
    "Attendance",
    "ClassRefusedError",
    "ClassStatus",
    "GrantKind",
    "Jitsi",
    "JoinGrant",
    "LeaveReason",
    "LiveClass",
    "Person",
    "PersonJoined",
    "PersonLeft",
    "Presence",
    "Reach",
    "Refusal",
    "Role",
    "RoleChanged",
    "RoomEmptied",
    "RoomEvent",
    "RoomStarted",
    "Standing",
    "TokenRefusedError",
    "Video",
    "VideoProvider",
    "attendance",
    "html_safe_json",
    "presences",
    "room_name",
    "scheduled",
]

_MODULES = {
    "agora": (
        "Agora",
        "AsyncAgora",
    ),
    "errors": ("TokenRefusedError",),
    "events": (
        "LeaveReason",
        "PersonJoined",
        "PersonLeft",
        "RoleChanged",
        "RoomEmptied",
        "RoomEvent",
        "RoomStarted",
        "presences",
    ),
    "facade": (
        "AsyncVideo",
        "Video",
    ),
    "grant": (
        "GrantKind",
        "JoinGrant",
        "Person",
        "html_safe_json",
    ),
    "jitsi": (
        "AsyncJitsi",
        "Jitsi",
    ),
    "live_class": (
        "Attendance",
        "ClassRefusedError",
        "ClassStatus",
        "LiveClass",
        "Presence",
        "Refusal",
        "Role",
        "Standing",
        "attendance",
        "scheduled",
    ),
    "provider": (
        "Reach",
        "VideoProvider",
    ),
    "rooms": ("room_name",),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
