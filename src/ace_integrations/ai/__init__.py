"""Text from a language model in neutral words; which service writes it is a setting."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.ai.errors import (
        BrokenStreamError,
        ContentBlockedError,
        EmptyAnswerError,
        InvalidAnswerError,
        ModelNotFoundError,
        QuotaExceededError,
        ToolCallError,
        TruncatedError,
    )
    from ace_integrations.ai.facade import AsyncText, Text
    from ace_integrations.ai.model import (
        Effort,
        Speaker,
        TextAnswer,
        TextModel,
        TextPart,
        TextRequest,
        TokenUsage,
        Turn,
        said,
    )
    from ace_integrations.ai.structured import Structured, ask, read_json

__all__ = [
    "AsyncText",
    "BrokenStreamError",
    "ContentBlockedError",
    "Effort",
    "EmptyAnswerError",
    "InvalidAnswerError",
    "ModelNotFoundError",
    "QuotaExceededError",
    "Speaker",
    "Structured",
    "Text",
    "TextAnswer",
    "TextModel",
    "TextPart",
    "TextRequest",
    "TokenUsage",
    "ToolCallError",
    "TruncatedError",
    "Turn",
    "ask",
    "read_json",
    "said",
]

_MODULES = {
    "errors": (
        "BrokenStreamError",
        "ContentBlockedError",
        "EmptyAnswerError",
        "InvalidAnswerError",
        "ModelNotFoundError",
        "QuotaExceededError",
        "ToolCallError",
        "TruncatedError",
    ),
    "facade": ("AsyncText", "Text"),
    "model": (
        "Effort",
        "Speaker",
        "TextAnswer",
        "TextModel",
        "TextPart",
        "TextRequest",
        "TokenUsage",
        "Turn",
        "said",
    ),
    "structured": ("Structured", "ask", "read_json"),
}

__getattr__ = lazy(__name__, {name: module for module, names in _MODULES.items() for name in names})
