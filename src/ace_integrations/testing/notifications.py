"""A channel that sends nothing and keeps everything, for tests of what a platform notifies."""

from dataclasses import dataclass, field
from typing import TypeVar

from ace_integrations.core import Call, Result
from ace_integrations.mail.notifications import Notification, Notified, Person

N = TypeVar("N", bound=Notification)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One notification that would have been sent."""

    to: Person
    notification: Notification
    key: str


@dataclass(slots=True)
class RecordingChannel:
    """Put it into `ace.notifier.channels` in place of a real one.

    Attributes:
        delivered: what was sent, in order; a repeated key is kept once, as a real channel would.
    """

    name: str = "mail"
    delivered: list[Delivered] = field(default_factory=list[Delivered])

    def deliver(self, notification: Notification, *, to: Person, key: str) -> Call[Notified]:
        def keep(_: None) -> Notified:
            if all(one.key != key for one in self.delivered):
                self.delivered.append(Delivered(to, notification, key))
            return Notified(self.name, key)

        return Result(None).map(keep)

    def assert_sent(self, kind: type[N], *, to: str) -> N:
        """Give the only notification of one kind to one person's id; fail when there is none, or more."""
        found = [one.notification for one in self.delivered if one.to.id == to]
        kinds = [one for one in found if isinstance(one, kind)]
        if len(kinds) != 1:
            sent = ", ".join(type(one).__name__ for one in found) or "nothing"
            raise AssertionError(f"{to} should get one {kind.__name__}, and got {sent}")
        return kinds[0]
