"""Only type-checked: what live classes give in each colour."""

from datetime import datetime, timedelta
from typing import assert_type

from ace_integrations import Ace, AsyncAce
from ace_integrations.core import Call
from ace_integrations.video import JoinGrant, Person, Reach, Role, VideoProvider
from ace_integrations.video.agora import AgoraCalls, AgoraProvider, AgoraSettings, AsyncAgora, ChannelUsers
from ace_integrations.video.jitsi import Jitsi, JitsiProvider, JitsiSettings


def blocking(ace: Ace, jitsi: Jitsi, now: datetime) -> None:
    assert_type(ace.video.room("42"), str)
    grant = ace.video.grant(
        session_id="42", person=Person(id="9", name="Nine"), role=Role.MODERATOR, now=now, ends_at=now
    )
    assert_type(grant, JoinGrant)
    assert_type(ace.video.end("edv-42"), Reach)
    assert_type(jitsi.end_meeting(room="edv-42"), None)


async def awaited(ace: AsyncAce, agora: AsyncAgora) -> None:
    assert_type(ace.video.room("42"), str)
    assert_type(await ace.video.remove("edv-42", "17"), Reach)
    assert_type(await agora.list_channel_users(channel="edv-42"), ChannelUsers)


def described() -> Call[Reach]:
    provider: VideoProvider = JitsiProvider(JitsiSettings())
    other: VideoProvider = AgoraProvider(AgoraSettings())
    assert_type(AgoraCalls().list_notifier_addresses(), Call[tuple[str, ...]])
    del other
    return provider.end("edv-42", lasts=timedelta(hours=1))
