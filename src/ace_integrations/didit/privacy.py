"""What Didit holds about a person."""

from ace_integrations.core import Call, InOrder, Result
from ace_integrations.didit.client import DiditCalls
from ace_integrations.didit.models import SessionPage
from ace_integrations.didit.settings import DiditSettings
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject

CHECK = Holding(
    kind="identity check",
    what="names, dates, documents and their numbers, pictures of document and face, contact data, network addresses",
    where="Didit",
    how_long="1 to 120 months or without end, as the console's retention says",
    found_by="your user id, and the session ids of `ids`",
)

PAGE = 50


class DiditDataMap:
    """Identity checks: found by the user's id and by session ids, exported as decisions, deleted with every picture.

    Source: didit.md §9
    """

    summary = "Everything that identity checks found; all of it is deleted."
    holdings: tuple[Holding, ...] = (CHECK,)

    def __init__(self, settings: DiditSettings) -> None:
        del settings
        self._calls = DiditCalls()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give the decision of every session. Links to pictures in it end after some hours."""
        found = self._sessions(subject)
        return found.then(lambda ids: InOrder([self._exported(each) for each in ids]).map(Exported.joined))

    def erase(self, subject: Subject) -> Call[Erased]:
        """Delete every session, templates of the face with it."""
        return self._sessions(subject).then(lambda ids: ErasedOneByOne([self._erased(each) for each in ids]))

    def _sessions(self, subject: Subject) -> Call[tuple[str, ...]]:
        known = subject.ids_at("didit")
        return self._listed(subject.user, ()).map(lambda listed: tuple(dict.fromkeys((*listed, *known))))

    def _listed(self, user: str, found: tuple[str, ...], offset: int = 0) -> Call[tuple[str, ...]]:
        def turned(page: SessionPage) -> Call[tuple[str, ...]]:
            # Compared once more: what is found here is deleted.
            ours = (*found, *(row.session_id for row in page.results if row.vendor_data == user))
            if page.next is None or not page.results:
                return Result(ours)
            return self._listed(user, ours, offset + len(page.results))

        return self._calls.list_sessions(vendor_data=user, limit=PAGE, offset=offset).then(turned)

    def _exported(self, session_id: str) -> Call[Exported]:
        return CHECK.exported_by(self._calls.get_decision(session_id=session_id), source="didit")

    def _erased(self, session_id: str) -> Call[Erased]:
        return CHECK.removed_by(self._calls.delete_session(session_id=session_id, instruction="privacy_erasure"))
