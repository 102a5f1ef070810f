"""Didit as the identity service of a platform."""

from ace_integrations.core.call import Call
from ace_integrations.didit.client import DiditCalls
from ace_integrations.didit.models import ContactDetails, Decision, Session
from ace_integrations.didit.settings import LANGUAGES, DiditSettings
from ace_integrations.didit.status import normalise
from ace_integrations.identity.verifier import Verification


class DiditVerifier:
    """Checks identities with Didit; implements `identity.IdentityVerifier`.

    Args:
        settings: the workflow is taken from it, unless the connection's own settings name another.
    """

    def __init__(self, settings: DiditSettings) -> None:
        self._workflow_id = settings.workflow_id
        self._calls = DiditCalls()

    def start(
        self, *, user: str, callback: str | None = None, language: str | None = None, email: str | None = None
    ) -> Call[Verification]:
        """Begin a check of one user, or give the unfinished one again.

        Source: didit.md §3.1
        """
        call = self._calls.create_session(
            vendor_data=user,
            workflow_id=self._workflow_id,
            callback=callback,
            language=hosted_language(language),
            contact_details=ContactDetails(email=email) if email else None,
        )
        return call.map(_started)

    def check(self, *, verification_id: str) -> Call[Verification]:
        """Ask Didit where a check is; the user's browser is never asked.

        Source: didit.md §3.2
        """
        return self._calls.get_decision(session_id=verification_id).map(_checked)


def hosted_language(language: str | None) -> str | None:
    """Give the hosted page's word for a language: "ar-EG" is "ar"; None, Didit's choice, for one that it lacks."""
    if language is None or language in LANGUAGES:
        return language
    base = language.replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else None


def _started(session: Session) -> Verification:
    return _verification(session.session_id, session.vendor_data, session.status, session.url)


def _checked(decision: Decision) -> Verification:
    return _verification(decision.session_id, decision.vendor_data, decision.status, decision.session_url)


def _verification(session_id: str, user: str | None, status: str, url: str | None) -> Verification:
    return Verification(
        id=session_id, provider="didit", user=user, status=normalise(status), provider_status=str(status), url=url
    )
