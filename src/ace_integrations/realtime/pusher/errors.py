"""Pusher's refusals that a caller can act on."""

from ace_integrations.errors import AuthenticationError, InvalidRequestError, ProviderError


class ClockSkewError(AuthenticationError):
    """The keys may be good, but this machine's clock is more than ten minutes off: set it by NTP."""


class DataTooLargeError(InvalidRequestError):
    """The data of an event is larger than the service takes; less than 10,240 bytes where the server is another one."""


class PartlySentError(ProviderError):
    """Some requests of one call were done, and then one failed; it is the cause of this error.

    Attributes:
        sent: what the first requests did: channels of `trigger`, indexes of `trigger_batch` as text.
        doubtful: what the failed request held; it may have been done only if the cause is an `OutcomeUnknownError`.
        unsent: what was never tried.
    """

    def __init__(
        self, cause: ProviderError, *, sent: tuple[str, ...], doubtful: tuple[str, ...], unsent: tuple[str, ...]
    ) -> None:
        super().__init__(
            f"{len(sent)} were sent, then: {cause.message}",
            provider=cause.provider,
            operation=cause.operation,
            status=cause.status,
            code=cause.code,
            request_id=cause.request_id,
            retry_after=cause.retry_after,
        )
        self.sent = sent
        self.doubtful = doubtful
        self.unsent = unsent
        self.__cause__ = cause
