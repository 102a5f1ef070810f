"""`ace.ai`: the configured language model, in neutral words."""

from typing import TypeVar

from pydantic import BaseModel

from ace_integrations.ai.model import Speaker, TextAnswer, TextModel, TextPart, TextRequest, Turn
from ace_integrations.ai.structured import Structured, ask
from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.core.stream import Streamed, streaming

M = TypeVar("M", bound=BaseModel)


class TextOperations:
    """Describe what a platform asks of a language model."""

    provider = ""
    model: TextModel

    @operation
    def generate(self, question: "str | TextRequest") -> Call[TextAnswer]:
        """Ask, and get the whole answer.

        Args:
            question: a text, or a request that says more: a conversation, a system instruction, limits.

        Raises:
            ContentBlockedError: the question or the answer is held back.
            TruncatedError: the answer was cut.
            EmptyAnswerError: nothing was said.
            QuotaExceededError: the service's quota is used up; `BudgetExceededError` is one of your own.
        """
        return self.model.generate(request_of(question))

    @streaming
    def stream(self, question: "str | TextRequest") -> Streamed[TextPart]:
        """Ask, and get the answer piece by piece; the last part holds the whole.

        Raises:
            BrokenStreamError: the stream ended before the answer did; else as `generate`, perhaps after some parts.
        """
        return self.model.stream(request_of(question))

    @operation
    def ask(self, question: "str | TextRequest", *, into: type[M]) -> Call[Structured[M]]:
        """Ask for an answer that fits a model; one that does not is sent back once.

        Raises:
            InvalidAnswerError: the second answer does not fit either.
        """
        return ask(self.model, request_of(question), into)

    @operation
    def count_tokens(self, question: "str | TextRequest") -> Call[int]:
        """Count the tokens of a question."""
        return self.model.count_tokens(request_of(question))


class Text(TextOperations, SyncFacade):
    """A language model, blocking."""

    def __init__(self, sender: Sender, model: TextModel) -> None:
        super().__init__(sender)
        self.model = model


class AsyncText(TextOperations, AsyncFacade):
    """A language model, awaited."""

    def __init__(self, sender: AsyncSender, model: TextModel) -> None:
        super().__init__(sender)
        self.model = model


def request_of(question: str | TextRequest) -> TextRequest:
    """Give the request of a question that is nothing but a text."""
    if isinstance(question, TextRequest):
        return question
    return TextRequest(turns=(Turn(speaker=Speaker.USER, text=question),))
