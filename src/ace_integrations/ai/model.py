"""What a language model does for a platform, and what a plugin implements."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.core.call import Call
from ace_integrations.core.stream import Streamed


class Speaker(StrEnum):
    """Who said a turn of a conversation."""

    USER = "user"
    MODEL = "model"


class Turn(BaseModel):
    """What one of the two said."""

    model_config = ConfigDict(frozen=True)

    speaker: Speaker
    text: str = Field(min_length=1, repr=False)


class Effort(StrEnum):
    """How much a model may think before it answers; thinking is billed as output."""

    LEAST = "least"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class TextRequest(BaseModel):
    """What a model is asked.

    Attributes:
        turns: the conversation, the user's question last; the two take turns.
        system: how the model is to behave; what stands here outranks the turns.
        max_tokens: of the visible answer. What a model thinks comes on top, and is not shown.
        effort: None leaves it to the provider's setting.
        temperature: 0 to 2; None leaves it to the provider's setting. Newer models pay no heed to it.
        json_schema: of the answer, which then is JSON; None for prose.
    """

    model_config = ConfigDict(frozen=True)

    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]
    system: str | None = Field(default=None, repr=False)
    max_tokens: Annotated[int, Field(gt=0)] = 2048
    effort: Effort | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    json_schema: Mapping[str, Any] | None = Field(default=None, repr=False)


class TokenUsage(BaseModel):
    """What one answer used, in tokens.

    Attributes:
        input: of the question, the kept part included.
        cached: of the input that the service had kept, and bills for less.
        output: of the visible answer.
        thinking: of what the model thought; billed as output.
    """

    model_config = ConfigDict(frozen=True)

    input: int = 0
    cached: int = 0
    output: int = 0
    thinking: int = 0

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        """Add up several tries."""
        return TokenUsage(
            input=self.input + other.input,
            cached=self.cached + other.cached,
            output=self.output + other.output,
            thinking=self.thinking + other.thinking,
        )


class TextAnswer(BaseModel):
    """A whole answer.

    Attributes:
        model: the model that was asked.
        answered_by: the model that answered, by its own word; another one when the service routes a retired id.
        usage: of every try.
        cost: US dollars by the price list, None where it has no price.
        retried: whether a first answer was thrown away.
        provider_finish: the service's own word for why the answer ends here.
    """

    model_config = ConfigDict(frozen=True)

    text: str = Field(repr=False)
    model: str
    answered_by: str
    usage: TokenUsage
    cost: Decimal | None = None
    retried: bool = False
    provider_finish: str = ""


class TextPart(BaseModel):
    """A piece of an answer as it comes.

    Attributes:
        text: what is new since the last part.
        answer: the whole, with the last part only.
    """

    model_config = ConfigDict(frozen=True)

    text: str = Field(default="", repr=False)
    answer: TextAnswer | None = None


class TextModel(Protocol):
    """What a plugin for a language model implements, once for both colours.

    Attributes:
        provider: its name, as in "gemini".
        model: which model is asked, as in "gemini-3.5-flash-lite".
    """

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    def generate(self, request: TextRequest) -> Call[TextAnswer]:
        """Answer.

        Raises:
            ContentBlockedError: the question or the answer is held back.
            TruncatedError: the answer was cut.
            EmptyAnswerError: nothing was said.
        """
        ...

    def stream(self, request: TextRequest) -> Streamed[TextPart]:
        """Answer piece by piece; raises like `generate`, perhaps after some parts came."""
        ...

    def count_tokens(self, request: TextRequest) -> Call[int]:
        """Count the tokens of a question."""
        ...


def said(*texts: str) -> Sequence[Turn]:
    """Give a conversation from its texts, the user's first: `said("Hi", "Hello!", "And now?")`."""
    speakers = (Speaker.USER, Speaker.MODEL)
    return [Turn(speaker=speakers[at % 2], text=text) for at, text in enumerate(texts)]
