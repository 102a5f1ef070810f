"""What Agora's REST API answers."""

from datetime import datetime
from enum import IntEnum, StrEnum

from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.core import from_json


class Answer(BaseModel):
    """An answer, lenient to what is added to it."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True, populate_by_name=True)


class KickedFrom(StrEnum):
    """What a rule takes away."""

    JOIN_CHANNEL = "join_channel"
    PUBLISH_AUDIO = "publish_audio"
    PUBLISH_VIDEO = "publish_video"


class KickingRule(Answer):
    """A rule that keeps somebody out.

    Attributes:
        cname: the channel; "" for all.
        uid: the number; None for everybody.
        until: when it ends by itself.
    """

    id: int
    cname: str | None = None
    uid: int | str | None = None
    ip: str | None = None
    until: datetime | None = Field(default=None, alias="ts")
    privileges: tuple[str, ...] = ()

    def is_for(self, *, channel: str | None, uid: int | None) -> bool:
        """Whether it keeps exactly these out: no channel is all of them, no number is everybody."""
        return (self.cname or None) == channel and str(self.uid or "") == str(uid or "")


class KickingRules(Answer):
    """All rules of the app."""

    rules: tuple[KickingRule, ...] = ()


class RuleMade(Answer):
    """A rule was made or lifted."""

    id: int


class RuleChanged(Answer):
    """A rule lasts longer or shorter now."""

    result: KickingRule


class ChannelUsers(Answer):
    """Who is in a channel, by number.

    Attributes:
        mode: 1 where all may speak, 2 where there are hosts and an audience.
        users: of mode 1.
        broadcasters: of mode 2: the hosts.
        audience: of mode 2; the first 10,000.
    """

    channel_exist: bool
    mode: int | None = None
    total: int | None = None
    users: tuple[int, ...] = ()
    broadcasters: tuple[int, ...] = ()
    audience: tuple[int, ...] = ()
    audience_total: int | None = None


class UserRole(IntEnum):
    """What somebody is in a channel."""

    USER = 1
    HOST = 2
    AUDIENCE = 3


class UserStatus(Answer):
    """Whether somebody is in a channel.

    Attributes:
        join: Unix seconds since when.
        role: one of `UserRole`.
        platform: 7 is a browser.
    """

    in_channel: bool
    uid: int | None = None
    join: int | None = None
    role: int | None = None
    platform: int | None = None


class Channel(Answer):
    """A channel with somebody in it."""

    channel_name: str
    user_count: int


class ChannelPage(Answer):
    """One page of channels."""

    channels: tuple[Channel, ...] = ()
    total_size: int = 0


class Host(Answer):
    """A machine that notifications come from."""

    primary_ip: str = Field(alias="primaryIP")


class Hosts(Answer):
    """Such machines."""

    hosts: tuple[Host, ...] = ()


class Notifiers(Answer):
    """Where notifications come from."""

    service: Hosts = Hosts()


class UsersAnswer(Answer):
    """`ChannelUsers`, wrapped."""

    data: ChannelUsers


class StatusAnswer(Answer):
    """`UserStatus`, wrapped."""

    data: UserStatus


class ChannelsAnswer(Answer):
    """`ChannelPage`, wrapped."""

    data: ChannelPage


class NotifiersAnswer(Answer):
    """`Notifiers`, wrapped."""

    data: Notifiers


KICKING_RULES = from_json(KickingRules)
RULE_MADE = from_json(RuleMade)
RULE_CHANGED = from_json(RuleChanged)
USERS = from_json(UsersAnswer)
STATUS = from_json(StatusAnswer)
CHANNELS = from_json(ChannelsAnswer)
NOTIFIERS = from_json(NotifiersAnswer)
