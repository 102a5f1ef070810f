"""Every error this package raises, one tree, sorted by what the caller can do about it.

AceError
├── ConfigurationError             a setting is missing or contradicts another: fix the environment
├── InvalidInputError              an argument was refused before anything was sent: fix the call
├── ProviderError                  a call to a service did not give its result
│   ├── ConnectionFailedError      nothing was sent: try again later
│   │   └── OverloadedError        no free connection or no room here: slow down
│   │       ├── BudgetExceededError  a budget is used up
│   │       └── PausedError        the service asked to be left alone until `retry_after`
│   ├── DeadlineExceededError      no answer in time
│   ├── UnavailableError           the service is failing: try again later
│   ├── RateLimitedError           too many calls: wait `retry_after` seconds
│   ├── OutcomeUnknownError        it may have been done: look before sending it again
│   ├── UnexpectedReplyError       the answer cannot be read
│   ├── AuthenticationError        the key is missing, wrong or of another region or mode
│   ├── PermissionDeniedError      the key may not do this
│   ├── NotFoundError              no such object
│   ├── InvalidRequestError        the service refused the arguments
│   ├── ConflictError              the object is in another state, or a key was used twice
│   │   └── InProgressError        the same is being done now: ask in a second what became of it
│   └── DeclinedError              the payer's bank refused
└── WebhookError                   a delivery was refused
    ├── SignatureError             not signed with a current secret
    │   └── StaleSignatureError    signed too long ago, or in the future
    ├── MalformedEventError        signed, but not an event
    ├── BodyTooLargeError          more bytes than a webhook has
    └── BodyUnavailableError       the framework already consumed the raw body
"""

from collections.abc import Mapping

__all__ = [
    "AceError",
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
    "SignatureError",
    "StaleSignatureError",
    "UnavailableError",
    "UnexpectedReplyError",
    "WebhookError",
]


class AceError(Exception):
    """The base of every error of this package; its class, `provider` and `code` are what to group by.

    Attributes:
        provider: the service, as in "stripe"; "" where none is at fault.
        code: the service's own error code, "" when it gave none.
    """

    provider: str = ""
    code: str = ""


class ConfigurationError(AceError):
    """Settings are missing or contradict each other.

    Attributes:
        problems: one sentence each, naming the variable and what to set it to.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class InvalidInputError(AceError, ValueError):
    """An argument was refused here; nothing was sent.

    Attributes:
        field: the argument's name.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(f"{field}: {message}" if field else message)


class PermanentError(AceError):
    """Raise it in a webhook handler for what no later delivery can mend: the event is kept as a dead letter."""


class ProviderError(AceError):
    """A call to a service failed.

    Attributes:
        provider: the service, as in "stripe".
        operation: the operation's name, as in "create_payment_intent".
        status: the HTTP status, None when no answer came.
        code: the service's own error code, "" when it gave none.
        request_id: the service's id of this request, for its support; "" when it gave none.
        retry_after: seconds that the service asked to wait, None when it did not.
        details: what else the service said, safe to log.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        operation: str = "",
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.message = message
        self.provider = provider
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.details = dict(details or {})
        super().__init__(message)

    def __str__(self) -> str:
        """Give the message with where it happened: `stripe create_refund: … (status 400, request req_1)`."""
        where = " ".join(part for part in (self.provider, self.operation) if part)
        facts = [f"status {self.status}"] if self.status is not None else []
        if self.code:
            facts.append(f"code {self.code}")
        if self.request_id:
            facts.append(f"request {self.request_id}")
        return f"{where}: {self.message}" + (f" ({', '.join(facts)})" if facts else "") if where else self.message


class ConnectionFailedError(ProviderError):
    """No connection could be made, so nothing was sent; the same call is safe to repeat later."""


class OverloadedError(ConnectionFailedError):
    """This process refused to send: no free connection in time, or its own rate limit is reached."""


class BudgetExceededError(OverloadedError):
    """The month's hard budget of the service is used up, so nothing was sent; `retry_after` ends with the month."""


class PausedError(OverloadedError):
    """The service asked to be left alone, or refused the key a moment ago, so nothing was sent.

    `retry_after` are the seconds until it may be asked again.
    """


class DeadlineExceededError(ProviderError):
    """No complete answer before the call's deadline."""


class UnavailableError(ProviderError):
    """The service answered that it is failing (5xx)."""


class RateLimitedError(ProviderError):
    """Too many calls; `retry_after` holds the seconds to wait, when the service said so."""


class OutcomeUnknownError(ProviderError):
    """The request may have been carried out although no usable answer came.

    Look the object up before sending it again: a repeat could do it twice.
    """


class UnexpectedReplyError(ProviderError):
    """The answer is not what the service promises: wrong type, cut, too large or redirected."""


class AuthenticationError(ProviderError):
    """The service does not accept the key."""


class PermissionDeniedError(ProviderError):
    """The key is good, but may not do this."""


class NotFoundError(ProviderError):
    """The service knows no such object."""


class InvalidRequestError(ProviderError):
    """The service refused the arguments; `code` and `details` say which."""


class ConflictError(ProviderError):
    """The object is in a state that does not allow this, or an idempotency key was used for something else."""


class InProgressError(ConflictError):
    """The same is being done at this moment, by another request: ask in a second what became of it."""


class DeclinedError(ProviderError):
    """The payer's bank or wallet refused; the payer may try again or pay another way."""


class WebhookError(AceError):
    """A delivery was refused; the receiver turns it into the answer that the provider expects."""


class SignatureError(WebhookError):
    """No signature of the delivery was made with a current secret."""


class StaleSignatureError(SignatureError):
    """The signature is good, but its time is further from now than allowed."""


class MalformedEventError(WebhookError):
    """The delivery is genuine, but its body is not an event."""


class BodyTooLargeError(WebhookError):
    """The body is larger than any webhook; it was not read to the end."""


class BodyUnavailableError(WebhookError):
    """The raw body is gone, usually because a parser read it first: mount the route before that parser."""
