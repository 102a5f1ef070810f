"""Jitsi Meet: live classes in an iframe, self-hosted, by JaaS, or for trials on the public server."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.video.jitsi.client import AsyncJitsi, Jitsi, JitsiCalls
    from ace_integrations.video.jitsi.iframe import IFrameConfig, ToolbarButton, config_for, toolbar
    from ace_integrations.video.jitsi.prosody import ServerRules, check_join, check_login
    from ace_integrations.video.jitsi.provider import JitsiProvider
    from ace_integrations.video.jitsi.provisioning import RoomQuestion, RoomSettings, read_room_question
    from ace_integrations.video.jitsi.reservations import (
        Reservation,
        ReservationConflict,
        ReservationRequest,
        read_reservation_request,
    )
    from ace_integrations.video.jitsi.settings import JitsiSettings
    from ace_integrations.video.jitsi.token import Feature, JaasIssuer, JitsiIssuer, SelfHostedIssuer, SystemIssuer
    from ace_integrations.video.jitsi.webhooks import (
        JaasEvent,
        JaasSignature,
        ParticipantJoined,
        ParticipantJoinedLobby,
        ParticipantLeft,
        ParticipantLeftLobby,
        RecordingEnded,
        RecordingStarted,
        RecordingUploaded,
        RoleWasChanged,
        RoomCreated,
        RoomDestroyed,
        SettingsProvisioning,
        Usage,
    )

__all__ = [
    "AsyncJitsi",
    "Feature",
    "IFrameConfig",
    "JaasEvent",
    "JaasIssuer",
    "JaasSignature",
    "Jitsi",
    "JitsiCalls",
    "JitsiIssuer",
    "JitsiProvider",
    "JitsiSettings",
    "ParticipantJoined",
    "ParticipantJoinedLobby",
    "ParticipantLeft",
    "ParticipantLeftLobby",
    "RecordingEnded",
    "RecordingStarted",
    "RecordingUploaded",
    "Reservation",
    "ReservationConflict",
    "ReservationRequest",
    "RoleWasChanged",
    "RoomCreated",
    "RoomDestroyed",
    "RoomQuestion",
    "RoomSettings",
    "SelfHostedIssuer",
    "ServerRules",
    "SettingsProvisioning",
    "SystemIssuer",
    "ToolbarButton",
    "Usage",
    "check_join",
    "check_login",
    "config_for",
    "read_reservation_request",
    "read_room_question",
    "toolbar",
]

_MODULES = {
    "client": (
        "AsyncJitsi",
        "Jitsi",
        "JitsiCalls",
    ),
    "iframe": (
        "IFrameConfig",
        "ToolbarButton",
        "config_for",
        "toolbar",
    ),
    "prosody": (
        "ServerRules",
        "check_join",
        "check_login",
    ),
    "provider": ("JitsiProvider",),
    "provisioning": (
        "RoomQuestion",
        "RoomSettings",
        "read_room_question",
    ),
    "reservations": (
        "Reservation",
        "ReservationConflict",
        "ReservationRequest",
        "read_reservation_request",
    ),
    "settings": ("JitsiSettings",),
    "token": (
        "Feature",
        "JaasIssuer",
        "JitsiIssuer",
        "SelfHostedIssuer",
        "SystemIssuer",
    ),
    "webhooks": (
        "JaasEvent",
        "JaasSignature",
        "ParticipantJoined",
        "ParticipantJoinedLobby",
        "ParticipantLeft",
        "ParticipantLeftLobby",
        "RecordingEnded",
        "RecordingStarted",
        "RecordingUploaded",
        "RoleWasChanged",
        "RoomCreated",
        "RoomDestroyed",
        "SettingsProvisioning",
        "Usage",
    ),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
