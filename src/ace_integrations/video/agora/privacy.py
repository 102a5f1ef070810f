"""What Agora holds about a person."""

from collections.abc import Sequence
from itertools import chain

from pydantic import BaseModel, ConfigDict

from ace_integrations.core import Call, InOrder, Result, require
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject
from ace_integrations.video.agora.client import AgoraCalls
from ace_integrations.video.agora.models import ChannelUsers, KickingRules
from ace_integrations.video.agora.people import SCREENS_FROM, number_of
from ace_integrations.video.agora.settings import AgoraSettings

PRESENCE = Holding(
    kind="presence",
    what="that the person's number is in a channel",
    where="Agora",
    how_long="while the person is in the channel",
    found_by="the person's number, made of your user id, in the channels of `ids`",
)
RULE = Holding(
    kind="kicking rule",
    what="that the person's number is kept out",
    where="Agora",
    how_long="a day at most",
    found_by="the person's number, made of your user id",
    kept_because="it keeps out whom you put out, knows a number only, and ends by itself within a day",
)


class Place(BaseModel):
    """That a number is in a channel."""

    model_config = ConfigDict(frozen=True)

    channel: str
    uid: int


class AgoraDataMap:
    """Presence in channels, by number; names stay with the browsers.

    Source: agora.md §7
    """

    summary = "Numbers, never names: who is in a channel now, who is kept out; the person is put out."
    holdings: tuple[Holding, ...] = (PRESENCE, RULE)

    def __init__(self, settings: AgoraSettings) -> None:
        self._settings = settings
        self._calls = AgoraCalls()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give in which of the channels the person is, and the rules that keep them out."""
        rules = self._rules(subject).map(lambda told: RULE.exported(*told.rules, source="agora"))
        return InOrder([self._places(subject).map(_present), rules]).map(Exported.joined)

    def erase(self, subject: Subject) -> Call[Erased]:
        """Put the person out of every channel, if they are in one of those; rules that keep them out stay."""
        rules = self._rules(subject).map(lambda told: RULE.kept(len(told.rules)) if told.rules else RULE.missing())
        return ErasedOneByOne([self._places(subject).then(self._put_out), rules])

    def _places(self, subject: Subject) -> Call[tuple[Place, ...]]:
        numbers = self._numbers(subject)

        def found(channel: str, told: ChannelUsers) -> list[Place]:
            present = {*told.users, *told.broadcasters, *told.audience}
            return [Place(channel=channel, uid=uid) for uid in numbers if uid in present]

        # `room/connection`, as other providers of live classes need it, names a channel too: none has a slash.
        channels = tuple(dict.fromkeys(each.partition("/")[0] for each in subject.ids_at("agora")))
        asked = InOrder([self._calls.list_channel_users(channel=channel) for channel in channels])
        return asked.map(lambda told: tuple(chain.from_iterable(map(found, channels, told))))

    def _put_out(self, places: Sequence[Place]) -> Call[Erased]:
        if not places:
            return Result(PRESENCE.missing())
        # Of all channels at once: few calls a second are allowed. Nobody is kept out, so that no rule is left behind.
        made = [self._calls.create_kicking_rule(uid=uid, time_in_seconds=0) for uid in {each.uid for each in places}]
        return InOrder(made).map(lambda _: PRESENCE.removed(len(places)))

    def _rules(self, subject: Subject) -> Call[KickingRules]:
        numbers = {str(uid) for uid in self._numbers(subject)}

        def theirs(told: KickingRules) -> KickingRules:
            return KickingRules(rules=tuple(rule for rule in told.rules if str(rule.uid) in numbers))

        return self._calls.list_kicking_rules().map(theirs)

    def _numbers(self, subject: Subject) -> tuple[int, int]:
        require(self._settings)
        number = number_of(subject.user, key=self._settings.names_key)
        return number, number + SCREENS_FROM


def _present(places: Sequence[Place]) -> Exported:
    return PRESENCE.exported(*places, source="agora") if places else Exported(not_found=(PRESENCE.kind,))
