"""What type checkers see of live messages; checked, never run."""

from typing import Annotated, assert_type

from ace_integrations import Ace, AsyncAce
from ace_integrations.core import Call
from ace_integrations.realtime import (
    Broadcast,
    Broadcaster,
    Channel,
    ChannelRules,
    Member,
    Personal,
    RawData,
    presence_session,
    private_course,
)
from ace_integrations.realtime.pusher import (
    AsyncPusher,
    ChannelState,
    Pusher,
    PusherBroadcaster,
    PusherCalls,
    PusherSettings,
    Triggered,
)


class SeatFreed(Broadcast):
    """An event of the platform's own."""

    name = "seat.freed"

    course_id: str
    freed_by: Annotated[str, Personal()]

    def channels(self) -> tuple[Channel, ...]:
        return (private_course(self.course_id),)


rules = ChannelRules[str]()


@rules.on("private-user.{id}")
def own(user: str, *, id: str) -> Member | None:
    """Let a user listen to their own channel."""
    return Member(user) if user == id else None


@rules.on("presence-session.{id}")
async def in_session(user: str, *, id: str) -> Member | None:
    """Let a user into a session."""
    return Member(user, {"role": "student"}) if id else None


def blocking(ace: Ace, pusher: Pusher) -> None:
    """Give results at once."""
    assert_type(ace.realtime.broadcast(SeatFreed(course_id="4", freed_by="9")), None)
    assert_type(ace.realtime.members(presence_session("42")), tuple[str, ...])
    assert_type(pusher.trigger(channels=["a"], name="n", data=RawData("x")), Triggered)
    assert_type(pusher.get_channel(channel="a", info=["cache"]), ChannelState)
    assert_type(rules.decide("9", Channel("private-user.9")), Member | None)


async def awaited(ace: AsyncAce, pusher: AsyncPusher) -> None:
    """Give coroutines of them."""
    assert_type(await ace.realtime.members(presence_session("42")), tuple[str, ...])
    assert_type(await pusher.trigger(channels=["a"], name="n", data=[{"a": None}]), Triggered)
    assert_type(await rules.adecide("9", Channel("private-user.9")), Member | None)


assert_type(PusherCalls().trigger(channels=["a"], name="n", data=None), Call[Triggered])
broadcaster: Broadcaster = PusherBroadcaster(PusherSettings())
