"""Gemini as the language model of a platform: asks, judges, asks once more where that helps, and adds up."""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ace_integrations.ai.model import Speaker, TextAnswer, TextPart, TextRequest, TokenUsage
from ace_integrations.core.call import Call, Configured, Result
from ace_integrations.core.stream import Streamed
from ace_integrations.gemini.client import GeminiCalls
from ace_integrations.gemini.frames import Frames
from ace_integrations.gemini.models import Content, GenerateContentResponse, GenerationConfig, model, user
from ace_integrations.gemini.outcome import Gathered, Outcome
from ace_integrations.gemini.prices import billed_model, cost
from ace_integrations.gemini.request import ContentRequest
from ace_integrations.gemini.schema import to_answer_schema
from ace_integrations.gemini.settings import GeminiSettings
from ace_integrations.gemini.thinking import Budget, config_of, level_of, profile_of

logger = logging.getLogger("ace_integrations.gemini")

OWN_WORDS = "Answer in your own words; do not quote longer passages of any text."
"""Added to the system instruction after an answer that was held back as a recitation."""

_OPERATION = "generate_content"

MOST_CONTINUATIONS = 8
"""How often one answer is continued."""


class GeminiModel:
    """Writes text with Gemini; implements `ai.TextModel`.

    Attributes:
        provider, model: as in the settings.
    """

    provider = "gemini"

    def __init__(self, settings: GeminiSettings) -> None:
        self.model = settings.model
        self._settings = settings
        self._profile = profile_of(settings.model)
        self._calls = GeminiCalls()

    def generate(self, request: TextRequest) -> Call[TextAnswer]:
        """Answer; an answer that is empty, recited, broken off or cut short of its schema is asked for once more.

        Raises:
            ContentBlockedError: the question or the answer is held back.
            TruncatedError: the answer was cut.
            EmptyAnswerError: nothing was said, twice.
            ToolCallError: a tool was called where none was given.
            UnavailableError: the model ended without an answer, twice.

        Source: gemini.md §4.2
        """
        asked = _Asked.of(request, self._budget(request))
        return self._ask(asked, _Tally(self.model))

    def stream(self, request: TextRequest) -> Streamed[TextPart]:
        """Answer part by part; nothing is asked for twice once it was sent.

        Raises:
            BrokenStreamError: the stream ended before the answer did; else as `generate`, perhaps after some parts.

        Source: gemini.md §3.2
        """
        return self._follow(_Asked.of(request, self._budget(request)), _Tally(self.model))

    def count_tokens(self, request: TextRequest) -> Call[int]:
        """Count the tokens of a question; its schema, if any, comes on top.

        Source: gemini.md §3.3
        """
        return self._calls.count_tokens(_turns(request), model=self.model, system_instruction=request.system)

    def _budget(self, request: TextRequest) -> Budget:
        level = level_of(request.effort, self._settings.thinking_level)
        return Budget.of(self._profile, request.max_tokens, level)

    def _follow(self, asked: "_Asked", tally: "_Tally") -> Streamed[TextPart]:
        def go_on(token: str, so_far: "_Tally") -> Streamed[TextPart]:
            return self._follow(replace(asked, continuation_token=token), so_far)

        content = asked.content(self.model)
        streamed = content.streamed(self._settings, lambda _: _TextParts(tally, go_on))
        return streamed.labelled(self.provider, "stream_generate_content")

    def _ask(self, asked: "_Asked", tally: "_Tally") -> Call[TextAnswer]:
        call: Call[GenerateContentResponse] = Configured(asked.content(self.model).call)
        labelled = call.labelled(self.provider, _OPERATION)
        return labelled.then(lambda answer: self._judged(asked, tally, answer))

    def _judged(self, asked: "_Asked", tally: "_Tally", answer: GenerateContentResponse) -> Call[TextAnswer]:
        gathered = Gathered()
        gathered.add(answer)
        tally = tally.plus(gathered)
        if tally.goes_on(gathered):
            following = replace(asked, continuation_token=gathered.continuation_token)
            return self._ask(following, tally.continued(gathered.text))
        error = gathered.error()
        if error is None:
            return Result(tally.answer(gathered))
        again = None if tally.retried else asked.after(gathered.outcome)
        if again is None:
            error.operation = _OPERATION
            raise error
        return self._ask(again, tally.again())


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and what its next try changes."""

    request: TextRequest
    budget: Budget
    system: str | None
    continuation_token: str | None = None

    @classmethod
    def of(cls, request: TextRequest, budget: Budget) -> "_Asked":
        return cls(request, budget, request.system)

    def content(self, model_id: str) -> ContentRequest:
        return ContentRequest(
            _turns(self.request),
            model=model_id,
            system_instruction=self.system,
            generation_config=self._config(),
            # Nobody reads the service's own copy of a conversation.
            store=False,
            continuation_token=self.continuation_token,
        )

    def after(self, outcome: Outcome) -> "_Asked | None":
        """Give the question as it is asked once more; None where that would not help."""
        match outcome:
            case Outcome.EMPTY | Outcome.FAILED:
                return replace(self, continuation_token=None)
            case Outcome.RECITED:
                system = f"{self.system}\n\n{OWN_WORDS}" if self.system else OWN_WORDS
                return replace(self, system=system, continuation_token=None)
            case Outcome.CUT if self.request.json_schema is not None:
                return replace(self, budget=self.budget.after_cut(), continuation_token=None)
            case _:
                return None

    def _config(self) -> GenerationConfig:
        config = config_of(self.budget, temperature=self.request.temperature)
        if self.request.json_schema is None:
            return config
        schema = to_answer_schema(self.request.json_schema)
        return config.model_copy(update={"response_mime_type": "application/json", "response_json_schema": schema})


def _turns(request: TextRequest) -> list[Content]:
    says = {Speaker.USER: user, Speaker.MODEL: model}
    return [says[turn.speaker](turn.text) for turn in request.turns]


@dataclass(frozen=True, slots=True)
class _Tally:
    """What all tries of one question used, and what the continued ones said."""

    asked: str
    usage: TokenUsage = field(default_factory=TokenUsage)
    cost: Decimal | None = Decimal(0)
    said: str = ""
    parts: int = 0
    retried: bool = False

    def plus(self, gathered: Gathered) -> "_Tally":
        more = _cost(self.asked, gathered)
        total = None if self.cost is None or more is None else self.cost + more
        return replace(self, usage=self.usage + gathered.usage, cost=total)

    def continued(self, text: str) -> "_Tally":
        return replace(self, said=self.said + text, parts=self.parts + 1)

    def again(self) -> "_Tally":
        return replace(self, said="", parts=0, retried=True)

    def goes_on(self, gathered: Gathered) -> bool:
        has_more = gathered.outcome is Outcome.CONTINUES and bool(gathered.continuation_token)
        return has_more and self.parts < MOST_CONTINUATIONS

    def answer(self, gathered: Gathered) -> TextAnswer:
        tell_of_another(self.asked, gathered.answered_by)
        return TextAnswer(
            text=self.said + gathered.text,
            model=self.asked,
            answered_by=gathered.answered_by or self.asked,
            usage=self.usage,
            cost=self.cost,
            retried=self.retried,
            provider_finish=gathered.reason,
        )


def _cost(asked: str, gathered: Gathered) -> Decimal | None:
    return cost(billed_model(asked, gathered.answered_by), gathered.usage)


class _TextParts:
    """Reads a stream into the parts that a user sees; the last one holds the whole answer.

    Args:
        tally: of the streams that this one goes on from.
        go_on: describes the stream that goes on from this one, by its token.
    """

    def __init__(self, tally: _Tally, go_on: Callable[[str, _Tally], Streamed[TextPart]]) -> None:
        self._tally = tally
        self._go_on = go_on
        self._frames = Frames(tally.asked)
        self._gathered = Gathered()

    def read(self, data: bytes) -> Iterable[TextPart]:
        deltas = [self._gathered.add(answer) for answer in self._frames.read(data)]
        return [TextPart(text=delta) for delta in deltas if delta]

    def end(self) -> Iterable[TextPart]:
        _ = self._frames.end()
        if self._tally.goes_on(self._gathered):
            return []
        error = self._gathered.error()
        if error is not None:
            raise error
        return [TextPart(answer=self._tally.plus(self._gathered).answer(self._gathered))]

    def used(self) -> Mapping[str, int]:
        return self._frames.used()

    def following(self) -> Streamed[TextPart] | None:
        if not self._tally.goes_on(self._gathered):
            return None
        so_far = self._tally.plus(self._gathered).continued(self._gathered.text)
        return self._go_on(self._gathered.continuation_token, so_far)


_told: set[tuple[str, str]] = set()
_lock = threading.Lock()
_REVISION = re.compile(r"-(?:[0-9]{3}|[0-9]{2}-[0-9]{4})", re.ASCII)


def tell_of_another(asked: str, answered_by: str) -> None:
    """Warn once in a process that another model answers than was asked: it may cost more, and write otherwise."""
    is_same = not answered_by or answered_by == asked or _REVISION.fullmatch(answered_by.removeprefix(asked))
    with _lock:
        if is_same or (asked, answered_by) in _told:
            return
        _told.add((asked, answered_by))
    logger.warning("%s was asked, and %s answered: set GEMINI_MODEL to the model that you mean", asked, answered_by)
