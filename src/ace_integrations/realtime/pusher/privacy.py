"""What Pusher holds about a person."""

from ace_integrations.core import Call, InOrder
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Record, Subject
from ace_integrations.realtime.pusher.client import PusherCalls
from ace_integrations.realtime.pusher.settings import PusherSettings

PRESENCE = Holding(
    kind="presence",
    what="that your user id listens on a presence channel, and the `user_info` that you gave",
    where="Pusher",
    how_long="while a page of the person is open",
    found_by="your user id, in the presence channels of `ids`",
    kept_because="the page is not signed in, and no call closes such a connection; it goes with the page",
)
CONNECTION = Holding(
    kind="connection",
    what="that your user id is signed in on it, and the `user_info` that you gave",
    where="Pusher",
    how_long="while a page of the person is open",
    found_by="your user id",
)
CACHED = Holding(
    kind="cached event",
    what="the last event of a cache channel",
    where="Pusher",
    how_long="30 minutes",
    found_by="nothing: events are found by channel only",
    kept_because="no call removes it, and it goes by itself within 30 minutes",
)


class PusherDataMap:
    """Open connections, which are closed; messages are passed on and not stored.

    Source: pusher.md §8
    """

    summary = "Who is connected now; connections are closed. Messages are passed on and not stored."
    holdings: tuple[Holding, ...] = (CONNECTION, PRESENCE, CACHED)

    def __init__(self, settings: PusherSettings) -> None:
        del settings
        self._calls = PusherCalls()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give on which of the presence channels the person is."""
        return self._places(subject).map(
            lambda places: Exported(
                records=tuple(
                    Record(kind=PRESENCE.kind, source="pusher", data={"channel": each, "user_id": subject.user})
                    for each in places
                ),
                not_found=() if places else (PRESENCE.kind,),
            )
        )

    def erase(self, subject: Subject) -> Call[Erased]:
        """Close every connection on which the person is signed in; say where they still are without being so."""
        closed = self._calls.terminate_connections(user_id=subject.user)

        def left(before: tuple[str, ...]) -> Call[Erased]:
            return closed.then(lambda _: self._places(subject)).map(lambda after: _told(before, after))

        return ErasedOneByOne([self._places(subject).then(left)])

    def _places(self, subject: Subject) -> Call[tuple[str, ...]]:
        channels = subject.ids_at("pusher")
        asked = InOrder([self._calls.list_users(channel=channel) for channel in channels])
        return asked.map(
            lambda told: tuple(
                channel
                for channel, each in zip(channels, told, strict=True)
                if subject.user in {user.id for user in each.users}
            )
        )


def _told(before: tuple[str, ...], after: tuple[str, ...]) -> Erased:
    """Say what became of the channels that the person was on; whether there were other connections is not told."""
    gone = len(set(before) - set(after))
    closed = CONNECTION.removed(gone) if gone else CONNECTION.missing()
    return Erased.joined([closed, *([PRESENCE.kept(len(after))] if after else [])])
