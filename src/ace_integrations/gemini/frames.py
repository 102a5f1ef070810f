"""Reads a stream of Gemini's: each event is an answer that holds what is new of its text, the last one why it ends.

Source: gemini.md §3.2
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import from_json

from ace_integrations.ai.errors import BrokenStreamError
from ace_integrations.errors import ProviderError, UnexpectedReplyError
from ace_integrations.gemini.models import GenerateContentResponse
from ace_integrations.gemini.refusals import error_in, problem_of, refusal_of
from ace_integrations.gemini.request import used


class Frames:
    """Reads the answers of one stream.

    Args:
        asked: the model that was asked.
    """

    def __init__(self, asked: str) -> None:
        self._asked = asked
        self._used: Mapping[str, int] = {}
        self._ended = False

    def read(self, data: bytes) -> Iterable[GenerateContentResponse]:
        """Read one answer.

        Raises:
            ProviderError: the service says that it failed.
            UnexpectedReplyError: it is none.
        """
        value = _value(data)
        if (error := error_in(value)) is not None:
            raise _failure(error)
        try:
            answer = GenerateContentResponse.model_validate(value)
        except ValidationError:
            raise UnexpectedReplyError("a part of the stream is no answer") from None
        # The last count is the whole one: counts are never added up.
        self._used = used(self._asked, answer) or self._used
        is_blocked = answer.prompt_feedback.block_reason is not None
        self._ended = self._ended or is_blocked or any(one.finish_reason for one in answer.candidates)
        return [answer]

    def end(self) -> Iterable[GenerateContentResponse]:
        """End the answer.

        Raises:
            BrokenStreamError: the model did not say that it was done.
        """
        if not self._ended:
            raise BrokenStreamError("the stream ended before the model did", code="cut")
        return []

    def used(self) -> Mapping[str, int]:
        """Give what was billed so far."""
        return self._used

    def following(self) -> None:
        """Give nothing: whoever reads answers as they come sees the token to go on with."""


def _value(data: bytes) -> Any:
    try:
        return from_json(data)
    except ValueError:
        raise UnexpectedReplyError("a part of the stream is not valid JSON", code="invalid_json") from None


def _failure(error: Mapping[str, Any]) -> ProviderError:
    problem = problem_of(refusal_of(error), at=None)
    kind = cast("type[ProviderError]", problem.kind)
    return kind(problem.message, code=problem.code, retry_after=problem.retry_after, details=problem.details)
