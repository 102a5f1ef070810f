"""Gemini: text from a language model."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.career.advisor import CareerAdvisor
    from ace_integrations.gemini.client import AsyncGemini, Gemini, GeminiCalls
    from ace_integrations.gemini.model import GeminiModel
    from ace_integrations.gemini.models import (
        SAFETY,
        Blob,
        Candidate,
        Content,
        FunctionCall,
        FunctionCallingConfig,
        FunctionDeclaration,
        FunctionResponse,
        GenerateContentResponse,
        GenerationConfig,
        ListedModel,
        ModelPage,
        Part,
        SafetySetting,
        ThinkingConfig,
        Tool,
        ToolConfig,
        UrlContext,
        UsageMetadata,
    )
    from ace_integrations.gemini.schema import to_answer_schema
    from ace_integrations.gemini.settings import GeminiSettings
    from ace_integrations.gemini.vocabulary import BlockReason, FinishReason, HarmCategory, Threshold

__all__ = [
    "SAFETY",
    "AsyncGemini",
    "Blob",
    "BlockReason",
    "Candidate",
    "CareerAdvisor",
    "Content",
    "FinishReason",
    "FunctionCall",
    "FunctionCallingConfig",
    "FunctionDeclaration",
    "FunctionResponse",
    "Gemini",
    "GeminiCalls",
    "GeminiModel",
    "GeminiSettings",
    "GenerateContentResponse",
    "GenerationConfig",
    "HarmCategory",
    "ListedModel",
    "ModelPage",
    "Part",
    "SafetySetting",
    "ThinkingConfig",
    "Threshold",
    "Tool",
    "ToolConfig",
    "UrlContext",
    "UsageMetadata",
    "to_answer_schema",
]

_CLIENT = ("AsyncGemini", "Gemini", "GeminiCalls")
_WORDS = ("BlockReason", "FinishReason", "HarmCategory", "Threshold")
_OTHERS = {
    "CareerAdvisor": "ace_integrations.career.advisor",
    "GeminiModel": "model",
    "GeminiSettings": "settings",
    "to_answer_schema": "schema",
}

__getattr__ = lazy(
    __name__,
    dict.fromkeys(__all__, "models") | dict.fromkeys(_CLIENT, "client") | dict.fromkeys(_WORDS, "vocabulary") | _OTHERS,
)


def __dir__() -> list[str]:
    return sorted(__all__)
