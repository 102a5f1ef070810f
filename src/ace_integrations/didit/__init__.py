"""Didit: identity verification on a hosted page, told by signed webhooks."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.didit.client import AsyncDidit, Didit, DiditCalls
    from ace_integrations.didit.models import (
        Armed,
        Balance,
        ContactDetails,
        Decision,
        Deleted,
        ExpectedDetails,
        NodeToResubmit,
        RiskWarning,
        Session,
        SessionPage,
        SessionRow,
        SessionStatus,
        Updated,
    )
    from ace_integrations.didit.service import SameStatusError
    from ace_integrations.didit.settings import DiditSettings
    from ace_integrations.didit.verifier import DiditVerifier
    from ace_integrations.didit.webhooks import (
        ActivityCreated,
        BusinessDataUpdated,
        BusinessStatusUpdated,
        DataUpdated,
        DiditEvent,
        DiditSignature,
        StatusUpdated,
        TransactionCreated,
        TransactionStatusUpdated,
        TravelRuleStatusUpdated,
        UserDataUpdated,
        UserStatusUpdated,
    )

__all__ = [
    "ActivityCreated",
    "Armed",
    "AsyncDidit",
    "Balance",
    "BusinessDataUpdated",
    "BusinessStatusUpdated",
    "ContactDetails",
    "DataUpdated",
    "Decision",
    "Deleted",
    "Didit",
    "DiditCalls",
    "DiditEvent",
    "DiditSettings",
    "DiditSignature",
    "DiditVerifier",
    "ExpectedDetails",
    "NodeToResubmit",
    "RiskWarning",
    "SameStatusError",
    "Session",
    "SessionPage",
    "SessionRow",
    "SessionStatus",
    "StatusUpdated",
    "TransactionCreated",
    "TransactionStatusUpdated",
    "TravelRuleStatusUpdated",
    "Updated",
    "UserDataUpdated",
    "UserStatusUpdated",
]

_CLIENT = ("AsyncDidit", "Didit", "DiditCalls")
_MODELS = (
    "Armed", "Balance", "ContactDetails", "Decision", "Deleted", "ExpectedDetails", "NodeToResubmit", "RiskWarning",
    "Session", "SessionPage", "SessionRow", "SessionStatus", "Updated",
)  # fmt: skip
_OTHERS = {"DiditSettings": "settings", "SameStatusError": "service", "DiditVerifier": "verifier"}

__getattr__ = lazy(
    __name__,
    dict.fromkeys(__all__, "webhooks") | dict.fromkeys(_CLIENT, "client") | dict.fromkeys(_MODELS, "models") | _OTHERS,
)


def __dir__() -> list[str]:
    return sorted(__all__)
