"""A language model of nobody's: says what a test wrote for it, and remembers what it was asked."""

from collections.abc import AsyncGenerator, Generator
from typing import Any

from ace_integrations.ai import TextAnswer, TextPart, TextRequest, TokenUsage
from ace_integrations.core import BlockingCall, Call, HttpCall, Options, Streamed
from ace_integrations.core.http_call import raw_reply


class Speaker:
    """Implements `TextModel`. A text that is an exception is raised in its place."""

    provider = "speaker"
    model = "speaker-1"

    def __init__(self, *texts: str | Exception) -> None:
        self._texts = list(texts)
        self.asked: list[TextRequest] = []

    def generate(self, request: TextRequest) -> Call[TextAnswer]:
        return BlockingCall(lambda: self._answer(request))

    def stream(self, request: TextRequest) -> Streamed[TextPart]:
        return _Stream(lambda: self._answer(request))

    def count_tokens(self, request: TextRequest) -> Call[int]:
        return BlockingCall(lambda: sum(len(turn.text) for turn in request.turns))

    def _answer(self, request: TextRequest) -> TextAnswer:
        self.asked.append(request)
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        if isinstance(text, Exception):
            raise text
        return TextAnswer(text=text, model=self.model, answered_by=self.model, usage=TokenUsage(input=5, output=2))


class _Stream(Streamed[TextPart]):
    """Word by word, without a connection."""

    def __init__(self, answer: Any) -> None:
        super().__init__(HttpCall("GET", "/", raw_reply), reader=lambda: answer())
        self._answer = answer

    def run(self, sender: Any) -> Generator[TextPart]:
        answer = self._answer()
        for word in answer.text.split(" "):
            yield TextPart(text=f"{word} ")
        yield TextPart(answer=answer)

    async def arun(self, sender: Any) -> AsyncGenerator[TextPart]:  # type: ignore[override]
        for part in self.run(sender):
            yield part


class Nowhere:
    """A sender without connections: for calls that need none."""

    options = Options()

    def connection(self, provider: str) -> Any:
        raise AssertionError(f"nothing is to be sent to {provider}")
