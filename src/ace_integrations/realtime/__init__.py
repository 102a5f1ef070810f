"""Live messages to browsers in neutral words; which service carries them is a setting."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.realtime.authorise import ChannelRules, Member
    from ace_integrations.realtime.broadcast import (
        ApplicationStatusChanged,
        Broadcast,
        JobPosted,
        Message,
        Personal,
        SessionEnded,
        SessionStarted,
        TeacherApproved,
        message,
    )
    from ace_integrations.realtime.broadcaster import Broadcaster
    from ace_integrations.realtime.changes import (
        ChannelOccupied,
        ChannelsChanged,
        ChannelVacated,
        ClientSaid,
        MemberJoined,
        MemberLeft,
    )
    from ace_integrations.realtime.channels import (
        JOB_BOARD,
        Channel,
        ChannelKind,
        course,
        presence_session,
        private_course,
        private_university,
        private_user,
    )
    from ace_integrations.realtime.facade import AsyncRealtime, Realtime
    from ace_integrations.realtime.payload import Data, RawData

__all__ = [
    "JOB_BOARD",
    "ApplicationStatusChanged",
    "AsyncRealtime",
    "Broadcast",
    "Broadcaster",
    "Channel",
    "ChannelKind",
    "ChannelOccupied",
    "ChannelRules",
    "ChannelVacated",
    "ChannelsChanged",
    "ClientSaid",
    "Data",
    "JobPosted",
    "Member",
    "MemberJoined",
    "MemberLeft",
    "Message",
    "Personal",
    "RawData",
    "Realtime",
    "SessionEnded",
    "SessionStarted",
    "TeacherApproved",
    "course",
    "message",
    "presence_session",
    "private_course",
    "private_university",
    "private_user",
]

_MODULES = {
    "authorise": ("ChannelRules", "Member"),
    "broadcast": (
        "ApplicationStatusChanged", "Broadcast", "JobPosted", "Message", "Personal", "SessionEnded", "SessionStarted",
        "TeacherApproved", "message",
    ),
    "broadcaster": ("Broadcaster",),
    "changes": (
        "ChannelOccupied", "ChannelVacated", "ChannelsChanged", "ClientSaid", "MemberJoined", "MemberLeft",
    ),
    "channels": (
        "JOB_BOARD", "Channel", "ChannelKind", "course", "presence_session", "private_course", "private_university",
        "private_user",
    ),
    "facade": ("AsyncRealtime", "Realtime"),
    "payload": ("Data", "RawData"),
}  # fmt: skip

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})


def __dir__() -> list[str]:
    return sorted(__all__)
