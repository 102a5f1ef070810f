"""The service's own words, of lists that grow: a new one is kept as it came."""

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

E = TypeVar("E", bound=StrEnum)


class FinishReason(StrEnum):
    """Why an answer ends. Source: gemini.md §4.2."""

    STOP = "STOP"
    MAX_TOKENS = "MAX_TOKENS"
    CONTINUATION = "CONTINUATION"
    SAFETY = "SAFETY"
    BLOCKLIST = "BLOCKLIST"
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    SPII = "SPII"
    ESCALATION = "ESCALATION"
    MODEL_ARMOR = "MODEL_ARMOR"
    LANGUAGE = "LANGUAGE"
    RECITATION = "RECITATION"
    OTHER = "OTHER"
    MALFORMED_RESPONSE = "MALFORMED_RESPONSE"
    FINISH_REASON_UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"
    MALFORMED_FUNCTION_CALL = "MALFORMED_FUNCTION_CALL"
    UNEXPECTED_TOOL_CALL = "UNEXPECTED_TOOL_CALL"
    TOO_MANY_TOOL_CALLS = "TOO_MANY_TOOL_CALLS"
    MISSING_THOUGHT_SIGNATURE = "MISSING_THOUGHT_SIGNATURE"
    PUP_LIMITED_DISABLED = "PUP_LIMITED_DISABLED"
    IMAGE_SAFETY = "IMAGE_SAFETY"
    IMAGE_PROHIBITED_CONTENT = "IMAGE_PROHIBITED_CONTENT"
    IMAGE_OTHER = "IMAGE_OTHER"
    NO_IMAGE = "NO_IMAGE"
    IMAGE_RECITATION = "IMAGE_RECITATION"


class BlockReason(StrEnum):
    """Why a prompt is not answered at all. Source: gemini.md §4.2."""

    BLOCK_REASON_UNSPECIFIED = "BLOCK_REASON_UNSPECIFIED"
    SAFETY = "SAFETY"
    OTHER = "OTHER"
    BLOCKLIST = "BLOCKLIST"
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    IMAGE_SAFETY = "IMAGE_SAFETY"
    MODEL_ARMOR = "MODEL_ARMOR"
    JAILBREAK = "JAILBREAK"


class HarmCategory(StrEnum):
    """What a filter looks for. Source: gemini.md §4.1."""

    HARASSMENT = "HARM_CATEGORY_HARASSMENT"
    HATE_SPEECH = "HARM_CATEGORY_HATE_SPEECH"
    SEXUALLY_EXPLICIT = "HARM_CATEGORY_SEXUALLY_EXPLICIT"
    DANGEROUS_CONTENT = "HARM_CATEGORY_DANGEROUS_CONTENT"


class Threshold(StrEnum):
    """From which probability a filter holds something back. Source: gemini.md §4.1."""

    BLOCK_LOW_AND_ABOVE = "BLOCK_LOW_AND_ABOVE"
    BLOCK_MEDIUM_AND_ABOVE = "BLOCK_MEDIUM_AND_ABOVE"
    BLOCK_ONLY_HIGH = "BLOCK_ONLY_HIGH"
    BLOCK_NONE = "BLOCK_NONE"
    OFF = "OFF"


class ModelStage(StrEnum):
    """How far a model is in its life, by the service's own word."""

    UNSTABLE_EXPERIMENTAL = "UNSTABLE_EXPERIMENTAL"
    EXPERIMENTAL = "EXPERIMENTAL"
    PREVIEW = "PREVIEW"
    STABLE = "STABLE"
    LEGACY = "LEGACY"
    DEPRECATED = "DEPRECATED"
    RETIRED = "RETIRED"


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Open = Annotated[E | str, Field(union_mode="left_to_right"), BeforeValidator(_upper)]
"""A word of the list, in either case, or a newer one that this version does not know."""
