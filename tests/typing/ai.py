"""Only type-checked: what a language model gives in each colour, whole, streamed and read into a model."""

from collections.abc import AsyncGenerator, Generator
from typing import assert_type

from pydantic import BaseModel

from ace_integrations import Ace, AsyncAce
from ace_integrations.ai import Structured, TextAnswer, TextModel, TextPart
from ace_integrations.core import Call, ConfiguredStream, Streamed
from ace_integrations.gemini import (
    AsyncGemini,
    Gemini,
    GeminiCalls,
    GeminiModel,
    GeminiSettings,
    GenerateContentResponse,
    ModelPage,
)


class Advice(BaseModel):
    """What is asked for."""

    skill: str


def blocking(ace: Ace, gemini: Gemini) -> None:
    assert_type(ace.ai.generate("Hello"), TextAnswer)
    assert_type(ace.ai.stream("Hello"), Generator[TextPart])
    assert_type(ace.ai.ask("Hello", into=Advice), Structured[Advice])
    assert_type(gemini.generate_content("Hello"), GenerateContentResponse)
    assert_type(gemini.stream_generate_content("Hello"), Generator[GenerateContentResponse])
    assert_type(gemini.list_models(), ModelPage)


async def awaited(ace: AsyncAce, gemini: AsyncGemini) -> None:
    assert_type(await ace.ai.generate("Hello"), TextAnswer)
    assert_type(ace.ai.stream("Hello"), AsyncGenerator[TextPart])
    assert_type((await ace.ai.ask("Hello", into=Advice)).value, Advice)
    assert_type(gemini.stream_generate_content("Hello"), AsyncGenerator[GenerateContentResponse])
    assert_type(await gemini.count_tokens("Hello"), int)


def described() -> TextModel:
    stream: Streamed[GenerateContentResponse] | ConfiguredStream[GenerateContentResponse]
    stream = GeminiCalls().stream_generate_content("Hello")
    assert_type(GeminiCalls().generate_content("Hello"), Call[GenerateContentResponse])
    del stream
    return GeminiModel(GeminiSettings())
