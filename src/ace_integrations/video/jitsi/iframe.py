"""What Jitsi's own page is told as it is put into ours. Hiding a button is no right: the token says who may do what."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue, SecretStr

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.live_class import Role

logger = logging.getLogger("ace_integrations.jitsi")


class ToolbarButton(StrEnum):
    """Every button that the toolbar knows. Source: jitsi.md §3.3."""

    AUDIO_TRANSLATION = "audiotranslation"
    CAMERA = "camera"
    CHAT = "chat"
    CLOSED_CAPTIONS = "closedcaptions"
    CUSTOM_PANEL = "custom-panel"
    DESKTOP = "desktop"
    DOWNLOAD = "download"
    EMBED_MEETING = "embedmeeting"
    ETHERPAD = "etherpad"
    FEEDBACK = "feedback"
    FILE_SHARING = "filesharing"
    FULLSCREEN = "fullscreen"
    HANGUP = "hangup"
    HELP = "help"
    HIGHLIGHT = "highlight"
    INVITE = "invite"
    LINK_TO_SALESFORCE = "linktosalesforce"
    LIVESTREAMING = "livestreaming"
    MICROPHONE = "microphone"
    MUTE_EVERYONE = "mute-everyone"
    MUTE_VIDEO_EVERYONE = "mute-video-everyone"
    NOISE_SUPPRESSION = "noisesuppression"
    PARTICIPANTS_PANE = "participants-pane"
    POLLS = "polls"
    PROFILE = "profile"
    RAISE_HAND = "raisehand"
    RECORDING = "recording"
    SECURITY = "security"
    SELECT_BACKGROUND = "select-background"
    SETTINGS = "settings"
    SHARE_AUDIO = "shareaudio"
    SHARED_VIDEO = "sharedvideo"
    SHORTCUTS = "shortcuts"
    STATS = "stats"
    TILE_VIEW = "tileview"
    TOGGLE_CAMERA = "toggle-camera"
    TOGGLE_PIP = "toggle-pip"
    VIDEO_QUALITY = "videoquality"
    WHITEBOARD = "whiteboard"
    # Known to the type of a button, beside the complete list.
    REACTIONS = "reactions"


RETIRED: Mapping[str, ToolbarButton | None] = {
    "fodeviceselection": ToolbarButton.SETTINGS,
    "videobackgroundblur": ToolbarButton.SELECT_BACKGROUND,
    "filmstrip": None,
}
"""Buttons of older guides, and what they became."""

STUDENT_BUTTONS = (
    ToolbarButton.MICROPHONE,
    ToolbarButton.CAMERA,
    ToolbarButton.DESKTOP,
    ToolbarButton.CHAT,
    ToolbarButton.RAISE_HAND,
    ToolbarButton.REACTIONS,
    ToolbarButton.PARTICIPANTS_PANE,
    ToolbarButton.TILE_VIEW,
    ToolbarButton.FULLSCREEN,
    ToolbarButton.SETTINGS,
    ToolbarButton.SELECT_BACKGROUND,
    ToolbarButton.VIDEO_QUALITY,
    ToolbarButton.CLOSED_CAPTIONS,
    ToolbarButton.HANGUP,
)
TEACHER_BUTTONS = (
    *STUDENT_BUTTONS,
    ToolbarButton.MUTE_EVERYONE,
    ToolbarButton.MUTE_VIDEO_EVERYONE,
    ToolbarButton.SECURITY,
    ToolbarButton.RECORDING,
    ToolbarButton.WHITEBOARD,
    ToolbarButton.POLLS,
    ToolbarButton.SHARED_VIDEO,
)

OVERRIDABLE = frozenset((
    "startWithAudioMuted", "startWithVideoMuted", "startAudioMuted", "startVideoMuted", "subject", "localSubject",
    "toolbarButtons", "buttonsWithNotifyClick", "customToolbarButtons", "prejoinConfig", "prejoinPageEnabled",
    "readOnlyName", "requireDisplayName", "disableDeepLinking", "disableInviteFunctions", "disableRemoteMute",
    "disableReactions", "disablePolls", "disableChat", "disableProfile", "disableThirdPartyRequests",
    "enableEmailInStats", "enableDisplayNameInStats", "hideConferenceSubject", "hideConferenceTimer", "lobby",
    "securityUi", "participantsPane", "breakoutRooms", "notifications", "disabledNotifications", "localRecording",
    "liveStreaming", "recordings", "transcription", "whiteboard", "fileSharing", "timeTimer", "channelLastN",
    "resolution", "constraints", "p2p", "useHostPageLocalStorage", "defaultLogoUrl",
))  # fmt: skip
"""Keys of the configuration that a page may give; the script drops all others without a word."""


def toolbar(names: Iterable[str]) -> tuple[ToolbarButton, ...]:
    """Give the buttons of these names: those of older guides as what they became, unknown ones left out and logged."""
    known = {str(button): button for button in ToolbarButton}
    found: dict[ToolbarButton, None] = {}
    for name in names:
        button = known.get(name) or RETIRED.get(name)
        if button is not None:
            found[button] = None
        else:
            logger.warning("jitsi: there is no toolbar button %r", name[:40])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class IFrameConfig:
    """The options of `new JitsiMeetExternalAPI(domain, options)`.

    Attributes:
        room_name: as the address has it: with the app id before it for JaaS.
        language: of Jitsi's page.
        subject: the title, as people read it; never part of the room's name.
        prejoin: ask for camera and microphone before joining.
        overrides: more of the configuration, by keys of `OVERRIDABLE`.
    """

    room_name: str
    display_name: str
    token: SecretStr | None = None
    email: str | None = None
    language: str = "en"
    subject: str = ""
    start_with_audio_muted: bool = True
    start_with_video_muted: bool = True
    prejoin: bool = False
    buttons: tuple[ToolbarButton, ...] = STUDENT_BUTTONS
    overrides: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def __post_init__(self) -> None:
        unknown = sorted(set(self.overrides) - OVERRIDABLE)
        if unknown:
            raise InvalidInputError(f"{unknown[0]} cannot be set by a page", field="overrides")

    def options(self) -> dict[str, JsonValue]:
        """Give them as JSON; they hold the token."""
        user: dict[str, JsonValue] = {"displayName": self.display_name}
        if self.email:
            user["email"] = self.email
        options: dict[str, JsonValue] = {
            "roomName": self.room_name,
            "lang": self.language,
            "userInfo": user,
            "configOverwrite": self.configuration(),
        }
        if self.token is not None:
            options["jwt"] = self.token.get_secret_value()
        return options

    def configuration(self) -> dict[str, JsonValue]:
        """Give the part that changes Jitsi's own configuration."""
        return {
            **({"subject": self.subject} if self.subject else {}),
            "startWithAudioMuted": self.start_with_audio_muted,
            "startWithVideoMuted": self.start_with_video_muted,
            # The second is the older spelling, which current servers drop and older ones need.
            "prejoinConfig": {"enabled": self.prejoin},
            "prejoinPageEnabled": self.prejoin,
            "disableDeepLinking": True,
            "disableInviteFunctions": True,
            "readOnlyName": True,
            "toolbarButtons": [str(button) for button in self.buttons],
            **self.overrides,
        }


def config_for(role: Role, *, room_name: str, display_name: str) -> IFrameConfig:
    """Give what a teacher or a student begins with; change it with `dataclasses.replace`."""
    if role is Role.MODERATOR:
        return IFrameConfig(room_name, display_name, start_with_video_muted=False, buttons=TEACHER_BUTTONS)
    return IFrameConfig(room_name, display_name)
