"""Agora: sound and pictures in channels; the server's part is to sign tokens."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.video.agora.client import Agora, AgoraCalls, AsyncAgora
    from ace_integrations.video.agora.errors import (
        MalformedTokenError,
        NotForThisError,
        TokenSignatureError,
        TokenVersionError,
    )
    from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
    from ace_integrations.video.agora.legacy_token import LegacyToken, read_legacy
    from ace_integrations.video.agora.models import (
        Channel,
        ChannelPage,
        ChannelUsers,
        KickedFrom,
        KickingRule,
        KickingRules,
        RuleMade,
        UserRole,
        UserStatus,
    )
    from ace_integrations.video.agora.provider import AgoraProvider
    from ace_integrations.video.agora.settings import AgoraSettings
    from ace_integrations.video.agora.token import AccessToken, ChatService, RtcPrivilege, RtcService, RtmService
    from ace_integrations.video.agora.webhooks import (
        AgoraEvent,
        AgoraSignature,
        AudienceJoined,
        AudienceLeft,
        BecameAudience,
        BecameHost,
        ChannelCreated,
        ChannelDestroyed,
        HostJoined,
        HostLeft,
        UserJoined,
        UserLeft,
    )

__all__ = [
    "AccessToken",
    "Agora",
    "AgoraCalls",
    "AgoraEvent",
    "AgoraProvider",
    "AgoraSettings",
    "AgoraSignature",
    "AsyncAgora",
    "AudienceJoined",
    "AudienceLeft",
    "BecameAudience",
    "BecameHost",
    "Channel",
    "ChannelCreated",
    "ChannelDestroyed",
    "ChannelPage",
    "ChannelUsers",
    "ChatService",
    "HostJoined",
    "HostLeft",
    "KickedFrom",
    "KickingRule",
    "KickingRules",
    "LegacyToken",
    "MalformedTokenError",
    "NotForThisError",
    "RtcPrivilege",
    "RtcRole",
    "RtcService",
    "RtmService",
    "RuleMade",
    "TokenIssuer",
    "TokenSignatureError",
    "TokenVersionError",
    "UserJoined",
    "UserLeft",
    "UserRole",
    "UserStatus",
    "read_legacy",
]

_MODULES = {
    "client": (
        "Agora",
        "AgoraCalls",
        "AsyncAgora",
    ),
    "errors": (
        "MalformedTokenError",
        "NotForThisError",
        "TokenSignatureError",
        "TokenVersionError",
    ),
    "issuer": (
        "RtcRole",
        "TokenIssuer",
    ),
    "legacy_token": (
        "LegacyToken",
        "read_legacy",
    ),
    "models": (
        "Channel",
        "ChannelPage",
        "ChannelUsers",
        "KickedFrom",
        "KickingRule",
        "KickingRules",
        "RuleMade",
        "UserRole",
        "UserStatus",
    ),
    "provider": ("AgoraProvider",),
    "settings": ("AgoraSettings",),
    "token": (
        "AccessToken",
        "ChatService",
        "RtcPrivilege",
        "RtcService",
        "RtmService",
    ),
    "webhooks": (
        "AgoraEvent",
        "AgoraSignature",
        "AudienceJoined",
        "AudienceLeft",
        "BecameAudience",
        "BecameHost",
        "ChannelCreated",
        "ChannelDestroyed",
        "HostJoined",
        "HostLeft",
        "UserJoined",
        "UserLeft",
    ),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
