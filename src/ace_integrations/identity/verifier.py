"""What an identity service does for a platform, and what a plugin implements."""

from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.core.call import Call


class VerificationStatus(StrEnum):
    """Where a verification is. Only `VERIFIED` lets a user in."""

    PENDING = "pending"
    """Not started, under way, or of a state that this version does not know."""
    REVIEW = "review"
    """A person at the service is looking at it."""
    VERIFIED = "verified"
    REJECTED = "rejected"
    EXPIRED = "expired"
    """Abandoned or never started in time; the user starts again."""
    REVERIFY = "reverify"
    """It was verified, and the proof ran out."""

    @property
    def is_final(self) -> bool:
        """Whether waiting longer will not change it, a later review aside."""
        return self not in (VerificationStatus.PENDING, VerificationStatus.REVIEW)

    def replaces(self, stored: "VerificationStatus | None", *, at: int, stored_at: int) -> bool:
        """Whether a report of this status changes what is stored: webhooks come late, twice and in any order.

        Args:
            at: Unix seconds of the reported change.
            stored_at: Unix seconds of the stored one. Within one second a final status wins over one that is not.
        """
        if stored is None or at > stored_at:
            return self is not stored
        return at == stored_at and self.is_final and not stored.is_final


class Verification(BaseModel):
    """One user's identity check.

    Attributes:
        id: the service's id of the check; store it with the user it was started for.
        user: the platform's own id of that user, as given to `start`.
        url: where the user goes to be checked; None when it was not asked for.
        provider_status: the service's own word.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    provider: str
    user: str | None
    status: VerificationStatus
    provider_status: str
    url: str | None = Field(default=None, repr=False)


class IdentityChanged(BaseModel):
    """A webhook said that a check changed; the neutral meaning of the provider's event.

    Attributes:
        occurred_at: Unix seconds of the change; ignore an older one than what is stored.
        is_test: sent by the provider's console or sandbox: acknowledge it, change no live user.
    """

    model_config = ConfigDict(frozen=True)

    verification_id: str
    provider: str
    user: str | None
    status: VerificationStatus
    provider_status: str
    occurred_at: int
    is_test: bool


class IdentityVerifier(Protocol):
    """What a plugin for identity verification implements, once for both colours."""

    def start(
        self, *, user: str, callback: str | None = None, language: str | None = None, email: str | None = None
    ) -> Call[Verification]:
        """Begin a check of one user, or give the unfinished one again.

        Args:
            user: the platform's own stable id; never an e-mail address or a name.
            callback: the address of ours that the user's browser returns to; what it brings proves nothing.
            language: of the hosted page, as in "ar".
            email: where the service may write to the user.
        """
        ...

    def check(self, *, verification_id: str) -> Call[Verification]:
        """Ask the service where a check is."""
        ...
