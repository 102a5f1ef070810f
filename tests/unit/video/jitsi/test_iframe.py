"""What Jitsi's page is told."""

import json
import logging

import pytest
from pydantic import SecretStr

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.grant import html_safe_json
from ace_integrations.video.jitsi.iframe import (
    STUDENT_BUTTONS,
    TEACHER_BUTTONS,
    IFrameConfig,
    ToolbarButton,
    config_for,
    toolbar,
)
from ace_integrations.video.live_class import Role

KNOWN = [
    "audiotranslation", "camera", "chat", "closedcaptions", "custom-panel", "desktop", "download", "embedmeeting",
    "etherpad", "feedback", "filesharing", "fullscreen", "hangup", "help", "highlight", "invite", "linktosalesforce",
    "livestreaming", "microphone", "mute-everyone", "mute-video-everyone", "participants-pane", "polls", "profile",
    "raisehand", "recording", "security", "select-background", "settings", "shareaudio", "noisesuppression",
    "sharedvideo", "shortcuts", "stats", "tileview", "toggle-camera", "toggle-pip", "videoquality", "whiteboard",
]  # fmt: skip


def test_the_39_buttons_of_the_toolbar_are_known_and_reactions_beside_them():
    assert len(KNOWN) == 39
    assert {str(button) for button in ToolbarButton} == {*KNOWN, "reactions"}


def test_buttons_of_older_guides_become_what_they_are_now(caplog):
    with caplog.at_level(logging.WARNING):
        assert toolbar(["fodeviceselection", "videobackgroundblur", "chat", "chat", "filmstrip", "teleport"]) == (
            ToolbarButton.SETTINGS,
            ToolbarButton.SELECT_BACKGROUND,
            ToolbarButton.CHAT,
        )
    assert [record.args[0] for record in caplog.records] == ["filmstrip", "teleport"]


def test_a_student_gets_no_button_that_rules_others():
    ruling = {"mute-everyone", "mute-video-everyone", "security", "recording"}
    assert not ruling & set(STUDENT_BUTTONS)
    assert ruling < set(TEACHER_BUTTONS)
    assert config_for(Role.PARTICIPANT, room_name="r", display_name="S").buttons == STUDENT_BUTTONS
    assert config_for(Role.MODERATOR, room_name="r", display_name="T").buttons == TEACHER_BUTTONS


def test_the_options_are_those_of_the_script():
    config = IFrameConfig(
        "edv-42-x",
        "معلّم",
        token=SecretStr("the-token"),
        email="t9@example.org",
        language="ar",
        subject="Python, lesson 3",
        start_with_video_muted=False,
        buttons=(ToolbarButton.MICROPHONE,),
        overrides={"defaultLogoUrl": "https://example.com/logo.png"},
    )
    assert config.options() == {
        "roomName": "edv-42-x",
        "lang": "ar",
        "userInfo": {"displayName": "معلّم", "email": "t9@example.org"},
        "configOverwrite": {
            "subject": "Python, lesson 3",
            "startWithAudioMuted": True,
            "startWithVideoMuted": False,
            "prejoinConfig": {"enabled": False},
            "prejoinPageEnabled": False,
            "disableDeepLinking": True,
            "disableInviteFunctions": True,
            "readOnlyName": True,
            "toolbarButtons": ["microphone"],
            "defaultLogoUrl": "https://example.com/logo.png",
        },
        "jwt": "the-token",
    }
    assert "the-token" not in repr(config)


def test_what_was_not_said_is_not_there():
    options = IFrameConfig("edv-42-x", "Nine").options()
    assert "jwt" not in options
    assert options["userInfo"] == {"displayName": "Nine"}
    assert "subject" not in options["configOverwrite"]


@pytest.mark.parametrize("key", ["hosts", "DEFAULT_LOGO_URL", "bosh"])
def test_what_the_script_would_drop_is_refused(key):
    with pytest.raises(InvalidInputError):
        IFrameConfig("edv-42-x", "Nine", overrides={key: "x"})


def test_options_in_a_page_end_no_script():
    options = IFrameConfig("edv-42-x", "</script><img src=x onerror='alert(1)'>").options()
    written = html_safe_json(options)
    assert not set(written) & set("<>&'")
    assert json.loads(written) == options
