"""One request for content: its body as it was given, what it may use, and how it is sent whole or as a stream."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from ace_integrations.core.http_call import HttpCall, Metered, Repeat, without_none
from ace_integrations.core.stream import PartReader, Streamed
from ace_integrations.errors import InvalidInputError
from ace_integrations.gemini.models import (
    ANSWER,
    SAFETY,
    Content,
    GenerateContentResponse,
    GenerationConfig,
    SafetySetting,
    Tool,
    ToolConfig,
    user,
)
from ace_integrations.gemini.prices import billed_model, units, usage_of
from ace_integrations.gemini.settings import GeminiSettings, model_id
from ace_integrations.gemini.thinking import VISIBLE_TOKENS, Budget, config_of, profile_of

T = TypeVar("T")

Contents = str | Sequence[Content]
"""What the user says, or a conversation with their turn last."""


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """What a model is asked; see `GeminiOperations.generate_content`."""

    contents: Contents
    model: str | None = None
    system_instruction: str | Content | None = None
    generation_config: GenerationConfig | None = None
    safety_settings: Sequence[SafetySetting] = SAFETY
    tools: Sequence[Tool] = ()
    tool_config: ToolConfig | None = None
    cached_content: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    continuation_token: str | None = None

    def __post_init__(self) -> None:
        if not self.contents:
            raise InvalidInputError("is empty", field="contents")

    def call(self, settings: GeminiSettings) -> HttpCall[GenerateContentResponse]:
        """Describe asking for the whole answer."""
        return self._http_call(settings, "generateContent", {})

    def streamed(self, settings: GeminiSettings, reader: Callable[[str], PartReader[T]]) -> Streamed[T]:
        """Describe asking for the answer in parts.

        Args:
            reader: makes what reads one answer of the model of that id.
        """
        call = self._http_call(settings, "streamGenerateContent", {"alt": "sse"})
        return Streamed(call, lambda: reader(self.model_of(settings)))

    def model_of(self, settings: GeminiSettings) -> str:
        """Name the model that is asked."""
        return checked_model(self.model, settings)

    def body(self, settings: GeminiSettings) -> dict[str, Any]:
        """Write it as it is sent."""
        config = self.generation_config
        if config is None:
            config = default_config(self.model_of(settings), settings)
        # An empty object would say as little as an absent one.
        given = {
            **conversation(self.contents, self.system_instruction),
            "safetySettings": [setting.as_json() for setting in self.safety_settings] or None,
            "generationConfig": config.as_json() or None,
            "tools": [tool.as_json() for tool in self.tools] or None,
            "toolConfig": self.tool_config and self.tool_config.as_json(),
            "cachedContent": self.cached_content,
            "serviceTier": self.service_tier,
            "store": self.store,
            "continuationToken": self.continuation_token,
        }
        return without_none(given)

    def _http_call(
        self, settings: GeminiSettings, method: str, query: Mapping[str, str]
    ) -> HttpCall[GenerateContentResponse]:
        asked, body = self.model_of(settings), self.body(settings)
        return HttpCall(
            "POST",
            f"/models/{{model}}:{method}",
            ANSWER,
            path_params={"model": asked},
            query=query,
            json=body,
            repeat=Repeat.COSTLY,
            metered=Metered(_foreseen(asked, body), lambda answer: used(asked, answer)),
            group=asked,
        )


def checked_model(given: str | None, settings: GeminiSettings) -> str:
    """Give a model's id, that of the settings where none is given.

    Raises:
        InvalidInputError: it is none.
    """
    if given is None:
        return settings.model
    try:
        return model_id(given)
    except ValueError as error:
        raise InvalidInputError(str(error), field="model") from None


def default_config(model: str, settings: GeminiSettings) -> GenerationConfig:
    """Give the guide's configuration, fitted to a model."""
    return config_of(Budget.of(profile_of(model), VISIBLE_TOKENS, settings.thinking_level))


def conversation(contents: Contents, system_instruction: str | Content | None) -> dict[str, Any]:
    """Write what is said and how the model is to behave; the latter is None where nothing is said of it."""
    turns = [user(contents)] if isinstance(contents, str) else contents
    system = user(system_instruction) if isinstance(system_instruction, str) else system_instruction
    return {"contents": [turn.as_json() for turn in turns], "systemInstruction": system and system.as_json()}


def used(asked: str, answer: GenerateContentResponse) -> dict[str, int]:
    """Give what an answer is billed for: by the model that answered, where that has a price."""
    return units(billed_model(asked, answer.model_version), usage_of(answer.usage_metadata))


def _foreseen(asked: str, body: Mapping[str, Any]) -> dict[str, int]:
    limit = body.get("generationConfig", {}).get("maxOutputTokens") or profile_of(asked).output_limit
    return {f"{asked} input": _most_tokens(body), f"{asked} output": int(limit)}


def _most_tokens(body: Mapping[str, Any]) -> int:
    """Give more tokens than a body has: one for a character, and one for ten of a file's text."""
    written = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
    files = sum(len(text) for text in _files(body))
    return written - files + files // 10


def _files(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        held = cast("dict[str, object]", value)
        data = held.get("data")
        if "mimeType" in held and isinstance(data, str):
            yield data
        value = list(held.values())
    if isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _files(inner)
