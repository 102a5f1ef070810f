"""What the twin counts as a token: an imitation that grows with the text, so that budgets can be felt."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.protojson import decoded

THOUGHTS: Mapping[str, int] = {"minimal": 0, "low": 128, "medium": 1200, "high": 4000, "xhigh": 16_000}
"""Tokens of thought by level."""

UNDECIDED = -1
"""A thinking budget that leaves it to the model."""

_A_PAGE = 258
_A_PAGES_BYTES = 50_000


def count(text: str) -> int:
    """Count a text: four characters of ASCII, or two others, make a token; one at least."""
    plain = sum(character.isascii() for character in text)
    return max(1, math.ceil(plain / 4) + math.ceil((len(text) - plain) / 2))


def cut(text: str, tokens: int) -> str:
    """Give the longest beginning of a text that has no more tokens than these."""
    plain = other = 0
    for at, character in enumerate(text):
        plain, other = plain + character.isascii(), other + (not character.isascii())
        if math.ceil(plain / 4) + math.ceil(other / 2) > tokens:
            return text[:at]
    return text


def compact(value: Any) -> str:
    """Write JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def prompt(asked: Json) -> dict[str, int]:
    """Count a request by modality: what the system says, all turns, tools and the schema."""
    config = asked.get("generationConfig", {})
    parts = [part for content in _contents(asked) for part in content.get("parts", ())]
    written = [asked.get("tools"), config.get("responseSchema"), config.get("responseJsonSchema")]
    found: dict[str, int] = {}
    for modality, tokens in (*map(_of_part, parts), *(("TEXT", count(compact(one))) for one in written if one)):
        found[modality] = found.get(modality, 0) + tokens
    return found


def _contents(asked: Json) -> Iterable[Json]:
    system = asked.get("systemInstruction")
    return [*([system] if system else []), *asked.get("contents", ())]


def _of_part(part: Json) -> tuple[str, int]:
    if "text" in part:
        return "TEXT", count(part["text"])
    if "inlineData" not in part:
        return "TEXT", count(compact(part))
    kind = part["inlineData"].get("mimeType", "")
    if kind != "application/pdf":
        return ("IMAGE" if kind.startswith("image/") else "DOCUMENT"), _A_PAGE
    size = len(decoded(part["inlineData"].get("data", "")) or b"")
    return "DOCUMENT", _A_PAGE * max(1, math.ceil(size / _A_PAGES_BYTES))
