"""Gemini's environment names."""

import logging
import re
import threading
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from ace_integrations.settings import ProviderSettings, Secret

logger = logging.getLogger("ace_integrations.gemini")

DEFAULT_MODEL = "gemini-3.5-flash-lite"
"""The cheapest current model, and the one that thinks least."""

SANDBOX_KEY = "gemini-sandbox-key"

ThinkingLevel = Literal["minimal", "low", "medium", "high", "xhigh"]

_MODEL = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}", re.ASCII)


def model_id(value: str) -> str:
    """Give a model's id without the `models/` that the service writes before it.

    Raises:
        ValueError: it is none.
    """
    value = value.strip().removeprefix("models/")
    if not _MODEL.fullmatch(value):
        raise ValueError(f"is the id of a model, as in {DEFAULT_MODEL}")
    return value


class GeminiSettings(ProviderSettings):
    """The key and the model; names as in gemini.md §2.

    Attributes:
        api_key: sent in a header, never in an address.
        model: of every call that names no other.
        base_url: another address than the service's own; with or without the version and `/models` behind it.
        api_version: v1 or v1beta; some previews are on v1beta only.
        thinking_level: of every call that says nothing else; None chooses the least that the model knows.
    """

    provider: ClassVar[str] = "gemini"
    required: ClassVar[tuple[str, ...]] = ("api_key",)
    sandbox_values: ClassVar[Mapping[str, Any]] = {"api_key": SecretStr(SANDBOX_KEY)}

    api_key: Secret | None = Field(default=None, validation_alias="GEMINI_API_KEY")
    model: Annotated[str, AfterValidator(model_id)] = Field(default=DEFAULT_MODEL, validation_alias="GEMINI_MODEL")
    base_url: str | None = Field(default=None, validation_alias="GEMINI_BASE_URL", exclude=True)
    api_version: Literal["v1", "v1beta"] = Field(default="v1beta", validation_alias="GEMINI_API_VERSION")
    thinking_level: ThinkingLevel | None = Field(default=None, validation_alias="GEMINI_THINKING_LEVEL")

    @field_validator("base_url")
    @classmethod
    def _bare(cls, url: str | None) -> str | None:
        # The guide's address ends in /v1beta/models, the official SDK's is the bare host: both are meant.
        return None if url is None else re.sub(r"(?:/v1(?:beta)?)?(?:/models)?/*$", "", url.strip())

    @model_validator(mode="after")
    def _tell_of_its_end(self) -> Self:
        _tell_once(self._endings())
        return self

    def warnings(self, *, production: bool) -> list[str]:
        """Say that the model is gone, going, or another one by now; for `ace doctor`."""
        return [*super().warnings(production=production), *self._endings()]

    def _endings(self) -> list[str]:
        # Here, since the table of models is made of this module's words.
        from ace_integrations.gemini.catalogue import find

        chosen = find(self.model)
        if chosen is None or chosen.replacement is None:
            return []
        what = _ENDINGS[chosen.state]
        return [f"GEMINI_MODEL is {self.model}, which {what}: set it to {chosen.replacement}"]


_ENDINGS: Mapping[str, str] = {
    "retired": "was retired",
    "closed": "is closed to new users",
    "deprecated-routed": "is answered by another model",
    "alias": "is another model every few months",
}

_told: set[str] = set()
_lock = threading.Lock()


def _tell_once(sentences: list[str]) -> None:
    with _lock:
        new = [sentence for sentence in sentences if sentence not in _told]
        _told.update(new)
    for sentence in new:
        logger.warning("%s", sentence)
