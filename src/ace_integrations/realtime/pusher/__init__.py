"""Pusher: live messages to browsers over WebSockets, by a signed HTTP API; and whatever else speaks its protocol."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.realtime.pusher.broadcaster import PusherBroadcaster
    from ace_integrations.realtime.pusher.client import AsyncPusher, Pusher, PusherCalls
    from ace_integrations.realtime.pusher.errors import ClockSkewError, DataTooLargeError, PartlySentError
    from ace_integrations.realtime.pusher.models import (
        BatchEvent,
        BatchTriggered,
        ChannelInfo,
        ChannelList,
        ChannelState,
        ChannelUser,
        ChannelUsers,
        Triggered,
    )
    from ace_integrations.realtime.pusher.settings import PusherSettings, Token
    from ace_integrations.realtime.pusher.webhooks import (
        ChannelTold,
        ClientEventTold,
        MemberTold,
        OtherTold,
        PusherDelivery,
        PusherSignature,
        SubscriptionCountTold,
    )

__all__ = [
    "AsyncPusher",
    "BatchEvent",
    "BatchTriggered",
    "ChannelInfo",
    "ChannelList",
    "ChannelState",
    "ChannelTold",
    "ChannelUser",
    "ChannelUsers",
    "ClientEventTold",
    "ClockSkewError",
    "DataTooLargeError",
    "MemberTold",
    "OtherTold",
    "PartlySentError",
    "Pusher",
    "PusherBroadcaster",
    "PusherCalls",
    "PusherDelivery",
    "PusherSettings",
    "PusherSignature",
    "SubscriptionCountTold",
    "Token",
    "Triggered",
]

_MODULES = {
    "broadcaster": ("PusherBroadcaster",),
    "client": ("AsyncPusher", "Pusher", "PusherCalls"),
    "errors": ("ClockSkewError", "DataTooLargeError", "PartlySentError"),
    "models": (
        "BatchEvent", "BatchTriggered", "ChannelInfo", "ChannelList", "ChannelState", "ChannelUser", "ChannelUsers",
        "Triggered",
    ),
    "settings": ("PusherSettings", "Token"),
    "webhooks": (
        "ChannelTold", "ClientEventTold", "MemberTold", "OtherTold", "PusherDelivery", "PusherSignature",
        "SubscriptionCountTold",
    ),
}  # fmt: skip

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})


def __dir__() -> list[str]:
    return sorted(__all__)
