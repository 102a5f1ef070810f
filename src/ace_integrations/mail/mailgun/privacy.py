"""What Mailgun holds about a person."""

from ace_integrations.core import Call, InOrder, Result
from ace_integrations.mail.mailgun.client import MailgunCalls
from ace_integrations.mail.mailgun.models import EventPage, MailgunEvent, SuppressionKind
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject

_HEEDED = "a wish to get no more mail must be heeded, and is known by the address alone"

EVENT = Holding(
    kind="mail event",
    what="to whom a mail went, when, its subject, whether it was opened, from which network address",
    where="Mailgun",
    how_long="1 to 30 days, by plan",
    found_by="the addresses of `emails`",
    kept_because="the service's log: no call removes what it says of one address, and it goes by itself",
)
STORED = Holding(
    kind="stored mail",
    what="the mail itself",
    where="Mailgun's storage",
    how_long="some days, as the domain's setting says",
    found_by="the events of the addresses of `emails`",
    kept_because="no call removes one mail; it goes by itself within days",
)
LISTS: dict[SuppressionKind, Holding] = {
    SuppressionKind.BOUNCES: Holding(
        kind="bounce",
        what="that mail to the address came back, and why",
        where="Mailgun's suppression lists",
        how_long="until it is removed",
        found_by="the addresses of `emails`",
    ),
    SuppressionKind.COMPLAINTS: Holding(
        kind="complaint",
        what="that a mail to the address was called spam",
        where="Mailgun's suppression lists",
        how_long="until it is removed",
        found_by="the addresses of `emails`",
        kept_because=_HEEDED,
    ),
    SuppressionKind.UNSUBSCRIBES: Holding(
        kind="unsubscribe",
        what="that the address wants no mail, or none of a kind",
        where="Mailgun's suppression lists",
        how_long="until it is removed",
        found_by="the addresses of `emails`",
        kept_because=_HEEDED,
    ),
    SuppressionKind.ALLOWLIST: Holding(
        kind="allowlist entry",
        what="that the address stays off the bounce list",
        where="Mailgun's suppression lists",
        how_long="until it is removed",
        found_by="the addresses of `emails`",
    ),
}

MOST_EVENTS = 300
"""Of one page."""

MOST_PAGES = 100


class MailgunDataMap:
    """Mails, their events, and the suppression lists, by address.

    Source: mailgun.md §10
    """

    summary = "Mails and their events for some days, and who is not written to; bounces are deleted, wishes stay."
    holdings: tuple[Holding, ...] = (EVENT, STORED, *LISTS.values())

    def __init__(self, settings: MailgunSettings) -> None:
        self._calls = MailgunCalls(settings)

    def export(self, subject: Subject) -> Call[Exported]:
        """Give the events of every address, the mails that are still stored, and the lists' entries."""
        calls = [self._events_of(email).then(self._exported) for email in subject.emails]
        calls += [self._exported_entry(kind, email) for email in subject.emails for kind in LISTS]
        return InOrder(calls).map(Exported.joined)

    def erase(self, subject: Subject) -> Call[Erased]:
        """Take the addresses off the lists that are not their owners' wish; say what stays."""
        calls = [self._kept_events(email) for email in subject.emails]
        calls += [self._erased_entry(kind, email) for email in subject.emails for kind in LISTS]
        return ErasedOneByOne(calls)

    def _events_of(self, email: str) -> Call[tuple[MailgunEvent, ...]]:
        def read(page: EventPage, found: tuple[MailgunEvent, ...], left: int) -> Call[tuple[MailgunEvent, ...]]:
            found = (*found, *page.items)
            if not page.items or page.next_page is None or left == 0:
                return Result(found)
            following = self._calls.list_events(page=page.next_page)
            return following.then(lambda next_page: read(next_page, found, left - 1))

        return self._calls.list_events(recipient=email, limit=MOST_EVENTS).then(lambda page: read(page, (), MOST_PAGES))

    def _exported(self, events: tuple[MailgunEvent, ...]) -> Call[Exported]:
        keys = dict.fromkeys(event.storage.key for event in events if event.storage.key)
        mails = [STORED.exported_by(self._calls.get_stored_message(storage_key=key), source="mailgun") for key in keys]
        return InOrder(mails).map(lambda read: Exported.joined([EVENT.exported(*events, source="mailgun"), *read]))

    def _exported_entry(self, kind: SuppressionKind, email: str) -> Call[Exported]:
        return LISTS[kind].exported_by(self._calls.get_suppression(kind, address=email), source="mailgun")

    def _kept_events(self, email: str) -> Call[Erased]:
        def told(page: EventPage) -> Erased:
            if not page.items:
                return EVENT.missing()
            # A full page is not all of them.
            kept = EVENT.kept(len(page.items) if len(page.items) < MOST_EVENTS else None)
            has_stored = any(event.storage.key for event in page.items)
            return Erased.joined([kept, *([STORED.kept()] if has_stored else [])])

        return self._calls.list_events(recipient=email, limit=MOST_EVENTS).map(told)

    def _erased_entry(self, kind: SuppressionKind, email: str) -> Call[Erased]:
        held = LISTS[kind]
        if held.kept_because:
            return held.kept_by(self._calls.get_suppression(kind, address=email))
        return held.removed_by(self._calls.remove_suppression(kind, address=email))
