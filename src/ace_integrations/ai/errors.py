"""What a language model may do instead of answering: each an error of its own, since each asks for another next step.

ProviderError
├── ContentBlockedError            the question or the answer was held back: ask something else
├── TruncatedError                 the answer was cut: allow it more tokens
├── ToolCallError                  the model called a tool in a way that it must not
├── UnexpectedReplyError
│   ├── EmptyAnswerError           nothing was said, twice
│   ├── InvalidAnswerError         what was said does not fit its schema, twice
│   └── BrokenStreamError          the stream ended before the answer did
├── NotFoundError
│   └── ModelNotFoundError         the model is gone: take `replacement`
└── RateLimitedError
    └── QuotaExceededError         the quota of a day, a month or a prepaid sum is used up
"""

from collections.abc import Sequence

from ace_integrations.errors import NotFoundError, ProviderError, RateLimitedError, UnexpectedReplyError


class ContentBlockedError(ProviderError):
    """The service holds the question or the answer back; asking the same again will not help.

    Attributes:
        reason: the service's own word, as in "SAFETY".
        categories: what it found, as in "HARM_CATEGORY_HARASSMENT"; none where it does not say.
    """

    def __init__(self, message: str, *, reason: str, categories: Sequence[str] = ()) -> None:
        super().__init__(message, code=reason, details={"categories": list(categories)})
        self.reason = reason
        self.categories = tuple(categories)


class TruncatedError(ProviderError):
    """The answer reached its limit of tokens.

    Attributes:
        partial: what had been said until then; never present it as the whole.
    """

    def __init__(self, message: str, *, partial: str = "", code: str = "") -> None:
        super().__init__(message, code=code)
        self.partial = partial


class ToolCallError(ProviderError):
    """The model called a tool wrongly, or one that it was not given."""


class EmptyAnswerError(UnexpectedReplyError):
    """The model said nothing."""


class InvalidAnswerError(UnexpectedReplyError):
    """The model's answer does not fit the schema that it was given; `details["problems"]` names the places."""


class BrokenStreamError(UnexpectedReplyError):
    """The stream ended before the model said that it was done; what came is no whole answer."""


class ModelNotFoundError(NotFoundError):
    """No such model, or no longer; `details["replacement"]` is the model to ask instead, where one is known."""

    @property
    def replacement(self) -> str:
        """The model to ask instead, "" where none is known."""
        return str(self.details.get("replacement", ""))


class QuotaExceededError(RateLimitedError):
    """A quota that does not come back soon is used up; `retry_after` says when, where that is known."""
