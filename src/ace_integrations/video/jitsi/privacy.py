"""What a Jitsi server holds about a person."""

from collections.abc import Sequence
from dataclasses import replace

from ace_integrations.core import Call, Result
from ace_integrations.errors import InvalidInputError
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject
from ace_integrations.video.jitsi.client import JitsiCalls
from ace_integrations.video.jitsi.settings import JitsiSettings

PRESENCE = Holding(
    kind="presence",
    what="the name, address and picture that the token or the page gave, and what is said meanwhile",
    where="the Jitsi server",
    how_long="while the person is in the room",
    found_by="`room/connection` in `ids`, the connection as `PersonJoined` told it",
)
UNREACHED = replace(
    PRESENCE, kept_because="this server takes no command to put one person out; it goes when their page is closed"
)
COUNT = Holding(
    kind="user of the month",
    what="your user id, counted for the bill",
    where="8x8 (JaaS)",
    how_long="as its contract says",
    found_by="nothing: no call shows it",
    kept_because="8x8 bills by it, and has no call that removes it",
)
BAN = Holding(
    kind="ban",
    what="your user id, if you banned it",
    where="8x8 (JaaS)",
    how_long="as its contract says",
    found_by="nothing: no call lists bans",
    kept_because="it keeps out whom you banned",
)

_SUMMARIES = {
    "jaas": "Who is in a room now; the person is put out. 8x8 counts users by id for the bill.",
    "selfhosted": "Who is in a room now, on your own server; the person is put out.",
    "public": "Who is in a room now, on a server that takes no commands.",
}


class JitsiDataMap:
    """Presence in rooms, which ends when the person is put out.

    Source: jitsi.md §7
    """

    def __init__(self, settings: JitsiSettings) -> None:
        self._settings = settings
        self._calls = JitsiCalls()

    @property
    def summary(self) -> str:
        """What it holds, by the way it is run."""
        return _SUMMARIES[self._settings.mode]

    @property
    def holdings(self) -> Sequence[Holding]:
        """Everything it may hold, by the way it is run."""
        return (self._presence, COUNT, BAN) if self._settings.mode == "jaas" else (self._presence,)

    def export(self, subject: Subject) -> Call[Exported]:
        """Give nothing: the servers do not say who is in a room."""
        del subject
        return Result(Exported())

    def erase(self, subject: Subject) -> Call[Erased]:
        """Put the person out of the rooms.

        Raises:
            InvalidInputError: one of `ids` is no `room/connection`.
        """
        stays = [holding.kept() for holding in self.holdings if holding.kept_because and holding is not self._presence]
        places = [_place(each) for each in subject.ids_at("jitsi")]
        return ErasedOneByOne([*(self._put_out(*place) for place in places), *map(Result, stays)])

    def _put_out(self, room: str, connection: str) -> Call[Erased]:
        if self._presence.kept_because:
            return Result(self._presence.kept())
        kick = self._calls.kick_participant if self._settings.mode == "jaas" else self._calls.kick_from_meeting
        return PRESENCE.removed_by(kick(room=room, participant_id=connection))

    @property
    def _presence(self) -> Holding:
        mode, key = self._settings.mode, self._settings.system_key
        return PRESENCE if mode == "jaas" or (mode == "selfhosted" and key is not None) else UNREACHED


def _place(text: str) -> tuple[str, str]:
    room, _, connection = text.partition("/")
    if not room or not connection:
        raise InvalidInputError("is a room and a connection, as in edv-42-5f1c0a9b7d3e2468/3988218d", field="ids")
    return room, connection
