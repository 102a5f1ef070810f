"""Didit's statuses in the neutral words of identity verification."""

import logging

from ace_integrations.didit.models import SessionStatus
from ace_integrations.identity.verifier import VerificationStatus

logger = logging.getLogger("ace_integrations.didit")

_NEUTRAL = {
    SessionStatus.NOT_STARTED: VerificationStatus.PENDING,
    SessionStatus.IN_PROGRESS: VerificationStatus.PENDING,
    SessionStatus.RESUBMITTED: VerificationStatus.PENDING,
    SessionStatus.AWAITING_USER: VerificationStatus.PENDING,
    SessionStatus.IN_REVIEW: VerificationStatus.REVIEW,
    SessionStatus.APPROVED: VerificationStatus.VERIFIED,
    SessionStatus.DECLINED: VerificationStatus.REJECTED,
    SessionStatus.EXPIRED: VerificationStatus.EXPIRED,
    SessionStatus.ABANDONED: VerificationStatus.EXPIRED,
    SessionStatus.KYC_EXPIRED: VerificationStatus.REVERIFY,
}


def normalise(status: str) -> VerificationStatus:
    """Give the neutral word; a status that is new to us lets nobody in, and is logged.

    Source: didit.md §3.3
    """
    try:
        return _NEUTRAL[SessionStatus(status)]
    except ValueError:
        logger.warning("didit: the status %r is unknown to this version and counts as pending", status[:40])
        return VerificationStatus.PENDING
