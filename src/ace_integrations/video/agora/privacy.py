"""What Agora holds about a person."""

from collections.abc import Iterator
from typing import ClassVar

from ace_integrations.core import Call, InOrder, Result, require
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject
from ace_integrations.video.agora.client import AgoraCalls
from ace_integrations.video.agora.models import KickingRules, UserStatus
from ace_integrations.video.agora.people import SCREENS_FROM, number_of
from ace_integrations.video.agora.settings import AgoraSettings

PRESENCE = Holding(
    kind="presence",
    what="that the person's number is in a channel, since when, as host or audience",
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


class AgoraDataMap:
    """Presence in channels, by number; names stay with the browsers.

    Source: agora.md §7
    """

    summary = "Numbers, never names: who is in a channel now, who is kept out; the person is put out."
    holdings: ClassVar[tuple[Holding, ...]] = (PRESENCE, RULE)

    def __init__(self, settings: AgoraSettings) -> None:
        self._settings = settings
        self._calls = AgoraCalls()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give in which of the channels the person is, and the rules that keep them out."""
        places = [status.map(_present) for _, _, status in self._places(subject)]
        rules = self._rules(subject).map(lambda told: RULE.exported(*told.rules, source="agora"))
        return InOrder([*places, rules]).map(Exported.joined)

    def erase(self, subject: Subject) -> Call[Erased]:
        """Put the person out of the channels; rules that keep them out stay."""
        places = [
            status.then(lambda told, channel=channel, uid=uid: self._put_out(channel, uid, told))  # type: ignore[misc]  # mypy: defaults of a lambda
            for channel, uid, status in self._places(subject)
        ]
        rules = self._rules(subject).map(lambda told: RULE.kept(len(told.rules)) if told.rules else RULE.missing())
        return ErasedOneByOne([*places, rules])

    def _places(self, subject: Subject) -> Iterator[tuple[str, int, Call[UserStatus]]]:
        for channel in subject.ids_at("agora"):
            for uid in self._numbers(subject):
                yield channel, uid, self._calls.get_user_status(channel=channel, uid=uid)

    def _put_out(self, channel: str, uid: int, told: UserStatus) -> Call[Erased]:
        if not told.in_channel:
            return Result(PRESENCE.missing())
        made = self._calls.create_kicking_rule(channel=channel, uid=uid, time_in_seconds=0)
        return made.map(lambda _: PRESENCE.removed())

    def _rules(self, subject: Subject) -> Call[KickingRules]:
        numbers = {str(uid) for uid in self._numbers(subject)}

        def theirs(told: KickingRules) -> KickingRules:
            return KickingRules(rules=tuple(rule for rule in told.rules if str(rule.uid) in numbers))

        return self._calls.list_kicking_rules().map(theirs)

    def _numbers(self, subject: Subject) -> tuple[int, int]:
        require(self._settings)
        number = number_of(subject.user, key=self._settings.names_key)
        return number, number + SCREENS_FROM


def _present(told: UserStatus) -> Exported:
    return PRESENCE.exported(told, source="agora") if told.in_channel else Exported(not_found=(PRESENCE.kind,))
