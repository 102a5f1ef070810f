"""Any history of coming and going: what each reader makes of its frames is what the service answers."""

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from ace_integrations.realtime.pusher.sandbox.account import Account
from ace_integrations.realtime.pusher.sandbox.channel import Member
from ace_integrations.realtime.pusher.sandbox.connection import Connection
from ace_integrations.realtime.pusher.sandbox.counts import Counts
from ace_integrations.realtime.pusher.sandbox.hub import Hub
from ace_integrations.realtime.pusher.sandbox.webhooks import Webhooks
from ace_integrations.sandbox.clock import Clock
from ace_integrations.sandbox.delivery import Deliveries
from ace_integrations.sandbox.journal import Journal
from ace_integrations.sandbox.twin import World

ROOMS, USERS, READERS = ("presence-a", "presence-b", "course.42"), ("9", "10", "11"), 4


@dataclass
class Reader(Connection):
    """A browser: keeps the members of each channel as its frames tell."""

    views: dict[str, list[str]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def send(self, message: Message) -> None:
        frame = json.loads(message["text"])
        data, channel = json.loads(frame["data"]), frame["channel"]
        if frame["event"] == "pusher_internal:subscription_succeeded":
            self.views[channel] = list(data.get("presence", {}).get("ids", []))
        elif frame["event"] == "pusher_internal:member_added":
            assert data["user_id"] not in self.views[channel]
            self.views[channel].append(data["user_id"])
        elif frame["event"] == "pusher_internal:member_removed":
            self.views[channel].remove(data["user_id"])


class Told(Webhooks):
    """Keeps what would be told of, in place of sending it."""

    def reset(self) -> None:
        super().reset()
        self.there: dict[str, int] = {}

    def came(self, name: str, channel: str, **more: str) -> None:
        key = f"{name.partition('_')[0]} {channel} {more.get('user_id', '')}"
        self.there[key] = self.there.get(key, 0) + 1

    def went(self, name: str, channel: str, **more: str) -> None:
        self.there[f"{name.partition('_')[0]} {channel} {more.get('user_id', '')}"] -= 1


def made() -> tuple[Hub, Told]:
    clock, journal = Clock(), Journal()
    account = Account(journal)
    told = Told(World("pusher", clock, journal, Deliveries(clock, journal), "http://127.0.0.1:1/pusher"), account)
    return Hub(account, told, Counts(account, told, clock), clock.now), told


STEP = st.tuples(
    st.sampled_from(["subscribe", "subscribe", "unsubscribe", "leave"]),
    st.integers(0, READERS - 1),
    st.sampled_from(ROOMS),
    st.sampled_from(USERS),
)


@given(st.lists(STEP, max_size=60))
def test_readers_see_what_the_service_answers_and_webhooks_tell_the_same(steps: list[Any]):
    hub, told = made()
    readers = [new_reader(hub, number) for number in range(READERS)]
    for act, number, room, user_id in steps:
        reader = readers[number]
        if act == "subscribe" and room not in reader.channels:
            hub.subscribe(reader, room, Member(user_id) if room.startswith("presence-") else None)
        elif act == "unsubscribe":
            hub.unsubscribe(reader, room)
        elif act == "leave":
            hub.leave(reader)
            readers[number] = new_reader(hub, number)
        check(hub, told, readers)


def new_reader(hub: Hub, number: int) -> Reader:
    reader = Reader(f"{number}.{number}", 0.0, lambda: None)
    hub.join(reader)
    return reader


def check(hub: Hub, told: Told, readers: list[Reader]) -> None:
    occupied = {room for reader in readers for room in reader.channels}
    assert hub.channels.keys() == occupied
    members = {f"member {name} {user_id}" for name, channel in hub.channels.items() for user_id in channel.members}
    assert {key for key, count in told.there.items() if count} == members | {f"channel {name} " for name in occupied}
    assert set(told.there.values()) <= {0, 1}
    for reader in readers:
        for room, user_id in reader.channels.items():
            assert sorted(reader.views[room]) == sorted(hub.channel(room).members)
            assert user_id in ("", *reader.views[room])
