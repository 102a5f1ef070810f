"""Nine outside services, one typed toolkit, and a whole platform that runs on a laptop.

`Ace` and `AsyncAce` hold one attribute per capability. Importing this package imports no provider, no HTTP library
and no pydantic: each comes with the first attribute that needs it.
"""

from typing import TYPE_CHECKING

from ace_integrations.errors import (
    AceError,
    AuthenticationError,
    BodyTooLargeError,
    BodyUnavailableError,
    BudgetExceededError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DeadlineExceededError,
    DeclinedError,
    InProgressError,
    InvalidInputError,
    InvalidRequestError,
    MalformedEventError,
    NotFoundError,
    OutcomeUnknownError,
    OverloadedError,
    PausedError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    SignatureError,
    StaleSignatureError,
    UnavailableError,
    UnexpectedReplyError,
    WebhookError,
)
from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.ace import Ace, AsyncAce
    from ace_integrations.degradation import degrade
    from ace_integrations.settings import Settings

__all__ = [
    "Ace",
    "AceError",
    "AsyncAce",
    "AuthenticationError",
    "BodyTooLargeError",
    "BodyUnavailableError",
    "BudgetExceededError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "DeclinedError",
    "InProgressError",
    "InvalidInputError",
    "InvalidRequestError",
    "MalformedEventError",
    "NotFoundError",
    "OutcomeUnknownError",
    "OverloadedError",
    "PausedError",
    "PermanentError",
    "PermissionDeniedError",
    "ProviderError",
    "RateLimitedError",
    "Settings",
    "SignatureError",
    "StaleSignatureError",
    "UnavailableError",
    "UnexpectedReplyError",
    "WebhookError",
    "degrade",
]

__getattr__ = lazy(__name__, {"Ace": "ace", "AsyncAce": "ace", "Settings": "settings", "degrade": "degradation"})


def __dir__() -> list[str]:
    return sorted(__all__)
