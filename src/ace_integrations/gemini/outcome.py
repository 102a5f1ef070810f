"""What an answer is, however it came: one reader for whole answers and streams, one judge of why it ends.

Source: gemini.md §4.2
"""

from collections.abc import Mapping
from enum import StrEnum

from ace_integrations.ai.errors import ContentBlockedError, EmptyAnswerError, ToolCallError, TruncatedError
from ace_integrations.ai.model import TokenUsage
from ace_integrations.errors import PermissionDeniedError, ProviderError, UnavailableError
from ace_integrations.gemini.models import GenerateContentResponse, SafetyRating
from ace_integrations.gemini.prices import usage_of
from ace_integrations.gemini.vocabulary import FinishReason

ABSENT = "NO_FINISH_REASON"
"""The code of an answer that does not say why it ends."""


class Outcome(StrEnum):
    """What an answer is to who asked."""

    WHOLE = "whole"
    EMPTY = "empty"
    CUT = "cut"
    CONTINUES = "continues"
    BLOCKED = "blocked"
    RECITED = "recited"
    FAILED = "failed"
    CALLED = "called"
    FORBIDDEN = "forbidden"


_OUTCOMES: Mapping[str, Outcome] = {
    FinishReason.MAX_TOKENS: Outcome.CUT,
    FinishReason.CONTINUATION: Outcome.CONTINUES,
    FinishReason.RECITATION: Outcome.RECITED,
    FinishReason.PUP_LIMITED_DISABLED: Outcome.FORBIDDEN,
    **dict.fromkeys(
        (
            FinishReason.SAFETY,
            FinishReason.BLOCKLIST,
            FinishReason.PROHIBITED_CONTENT,
            FinishReason.SPII,
            FinishReason.ESCALATION,
            FinishReason.MODEL_ARMOR,
            FinishReason.LANGUAGE,
            FinishReason.IMAGE_SAFETY,
            FinishReason.IMAGE_PROHIBITED_CONTENT,
            FinishReason.IMAGE_OTHER,
            FinishReason.NO_IMAGE,
            FinishReason.IMAGE_RECITATION,
        ),
        Outcome.BLOCKED,
    ),
    **dict.fromkeys(
        (
            FinishReason.MALFORMED_FUNCTION_CALL,
            FinishReason.UNEXPECTED_TOOL_CALL,
            FinishReason.TOO_MANY_TOOL_CALLS,
            FinishReason.MISSING_THOUGHT_SIGNATURE,
        ),
        Outcome.CALLED,
    ),
}
"""Every reason but STOP; one that is not here is a failure of the service, as are OTHER and none at all."""


class Gathered:
    """An answer as far as it came: a whole one is added once, a stream part by part.

    Attributes:
        text: all that was said; thoughts are left out.
        usage: by the latest count, which is the whole one.
        answered_by: the model's own word for itself, "" while it said none.
    """

    def __init__(self) -> None:
        self.text = ""
        self.usage = TokenUsage()
        self.answered_by = ""
        self.response_id = ""
        self.continuation_token = ""
        self._finish = ""
        self._blocked = ""
        self._called = False
        self._harms: dict[str, None] = {}

    def add(self, answer: GenerateContentResponse) -> str:
        """Take an answer, or a part of one; give the text that is new in it."""
        self.answered_by = answer.model_version.removeprefix("models/") or self.answered_by
        self.response_id = answer.response_id or self.response_id
        if answer.usage_metadata is not None:
            self.usage = usage_of(answer.usage_metadata)
        feedback = answer.prompt_feedback
        self._blocked = feedback.block_reason or self._blocked
        self._note(feedback.safety_ratings, said_all=bool(feedback.block_reason))
        for candidate in answer.candidates[:1]:
            self._finish = candidate.finish_reason or self._finish
            self.continuation_token = candidate.continuation_token or self.continuation_token
            self._note(candidate.safety_ratings)
        self._called = self._called or bool(answer.function_calls)
        self.text += answer.text
        return answer.text

    def _note(self, ratings: tuple[SafetyRating, ...], *, said_all: bool = False) -> None:
        held = (one for one in ratings if one.blocked or (said_all and one.probability in ("HIGH", "MEDIUM")))
        self._harms.update(dict.fromkeys(one.category for one in held))

    @property
    def reason(self) -> str:
        """The service's word for why there is no more of it."""
        return str(self._blocked or self._finish or ABSENT)

    @property
    def outcome(self) -> Outcome:
        """What it is to who asked."""
        if self._blocked:
            return Outcome.BLOCKED
        if self._finish != FinishReason.STOP:
            return _OUTCOMES.get(self._finish, Outcome.FAILED)
        if self.text.strip():
            return Outcome.WHOLE
        return Outcome.CALLED if self._called else Outcome.EMPTY

    def error(self) -> ProviderError | None:
        """Give the error that it is; None for a whole answer.

        Neither what was asked nor what was answered is in its message.
        """
        error = self._error()
        if error is not None:
            error.provider, error.request_id = "gemini", self.response_id
        return error

    def _error(self) -> ProviderError | None:
        match self.outcome:
            case Outcome.WHOLE:
                return None
            case Outcome.EMPTY:
                return EmptyAnswerError("the model said nothing", code=self.reason)
            case Outcome.CUT | Outcome.CONTINUES:
                text = "the answer reached its limit of tokens" + (
                    "" if self.text else " while the model still thought"
                )
                return TruncatedError(text, partial=self.text, code=self.reason)
            case Outcome.BLOCKED | Outcome.RECITED:
                what = "question" if self._blocked else "answer"
                return ContentBlockedError(
                    f"the service holds the {what} back: {self.reason}", reason=self.reason, categories=[*self._harms]
                )
            case Outcome.CALLED:
                return ToolCallError("the model called a tool wrongly, or one that it was not given", code=self.reason)
            case Outcome.FORBIDDEN:
                return PermissionDeniedError("the account may not have such answers", code=self.reason)
            case Outcome.FAILED:
                return UnavailableError(f"the model ended without an answer: {self.reason}", code=self.reason)
