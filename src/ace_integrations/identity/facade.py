"""`ace.identity`: the configured identity service, in neutral words."""

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.identity.verifier import IdentityVerifier, Verification


class IdentityOperations:
    """Describe what a platform asks of an identity service."""

    provider = ""
    _verifier: IdentityVerifier

    @operation
    def start(
        self, *, user: str, callback: str | None = None, language: str | None = None, email: str | None = None
    ) -> Call[Verification]:
        """Begin a check of one user, or give the unfinished one again.

        Args:
            user: the platform's own stable id; never an e-mail address or a name.
            callback: the address of ours that the user's browser returns to; what it brings proves nothing.
            language: of the hosted page, as in "ar".
            email: where the service may write to the user.

        Raises:
            InvalidRequestError: the workflow is wrong, the user is blocked, or the account has no credit.
        """
        return self._verifier.start(user=user, callback=callback, language=language, email=email)

    @operation
    def check(self, *, verification_id: str) -> Call[Verification]:
        """Ask the service where a check is; for reconciliation, since webhooks tell of every change.

        Raises:
            NotFoundError: the service knows no such check.
        """
        return self._verifier.check(verification_id=verification_id)


class Identity(IdentityOperations, SyncFacade):
    """Identity verification, blocking."""

    def __init__(self, sender: Sender, verifier: IdentityVerifier) -> None:
        super().__init__(sender)
        self._verifier = verifier


class AsyncIdentity(IdentityOperations, AsyncFacade):
    """Identity verification, awaited."""

    def __init__(self, sender: AsyncSender, verifier: IdentityVerifier) -> None:
        super().__init__(sender)
        self._verifier = verifier
