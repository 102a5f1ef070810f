"""How the API reads a body: protocol buffers as JSON, from a table of messages.

A field's name may be in camel case or in snake case, null is absent, a whole number may come as 10.0 or "10", one thing
may stand where a list is meant, and a field that is unknown is refused. What is read has camel case throughout.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from ace_integrations.gemini.sandbox.json_value import Json, as_list, as_object
from ace_integrations.gemini.sandbox.refusals import bad, unreadable

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "GenerateContentRequest": {
        "model": "string",
        "contents": "[Content]",
        "systemInstruction": "Content",
        "generationConfig": "GenerationConfig",
        "safetySettings": "[SafetySetting]",
        "tools": "[Tool]",
        "toolConfig": "ToolConfig",
        "cachedContent": "string",
        "serviceTier": "ServiceTier",
        "store": "bool",
        "continuationToken": "bytes",
    },
    "CountTokensRequest": {"contents": "[Content]", "generateContentRequest": "GenerateContentRequest"},
    "Content": {"parts": "[Part]", "role": "string"},
    "Part": {
        "text": "string",
        "inlineData": "Blob",
        "fileData": "FileData",
        "functionCall": "FunctionCall",
        "functionResponse": "FunctionResponse",
        "executableCode": "object",
        "codeExecutionResult": "object",
        "thought": "bool",
        "thoughtSignature": "bytes",
        "videoMetadata": "object",
        "partMetadata": "object",
        "mediaResolution": "object",
    },
    "Blob": {"mimeType": "string", "data": "bytes", "displayName": "string"},
    "FileData": {"mimeType": "string", "fileUri": "string", "displayName": "string"},
    "FunctionCall": {"id": "string", "name": "string", "args": "object"},
    "FunctionResponse": {
        "id": "string",
        "name": "string",
        "response": "object",
        "willContinue": "bool",
        "scheduling": "string",
        "parts": "[object]",
    },
    "GenerationConfig": {
        "temperature": "number",
        "topP": "number",
        "topK": "int",
        "candidateCount": "int",
        "maxOutputTokens": "int",
        "stopSequences": "[string]",
        "seed": "int",
        "presencePenalty": "number",
        "frequencyPenalty": "number",
        "responseLogprobs": "bool",
        "logprobs": "int",
        "responseModalities": "[Modality]",
        "mediaResolution": "MediaResolution",
        "thinkingConfig": "ThinkingConfig",
        "responseMimeType": "string",
        "responseSchema": "Schema",
        "responseJsonSchema": "any",
        "speechConfig": "object",
        "imageConfig": "object",
        "enableEnhancedCivicAnswers": "bool",
    },
    "ThinkingConfig": {"thinkingLevel": "ThinkingLevel", "thinkingBudget": "int", "includeThoughts": "bool"},
    "SafetySetting": {"category": "HarmCategory", "threshold": "HarmBlockThreshold"},
    "Tool": {
        "functionDeclarations": "[FunctionDeclaration]",
        "urlContext": "object",
        "googleSearch": "object",
        "googleSearchRetrieval": "object",
        "googleMaps": "object",
        "codeExecution": "object",
        "computerUse": "object",
        "fileSearch": "object",
    },
    "FunctionDeclaration": {
        "name": "string",
        "description": "string",
        "behavior": "string",
        "parameters": "Schema",
        "parametersJsonSchema": "any",
        "response": "Schema",
        "responseJsonSchema": "any",
    },
    "ToolConfig": {"functionCallingConfig": "FunctionCallingConfig", "retrievalConfig": "object"},
    "FunctionCallingConfig": {"mode": "Mode", "allowedFunctionNames": "[string]"},
    "Schema": {
        "type": "Type",
        "format": "string",
        "title": "string",
        "description": "string",
        "nullable": "bool",
        "enum": "[string]",
        "items": "Schema",
        "minItems": "int",
        "maxItems": "int",
        "properties": "{Schema}",
        "required": "[string]",
        "propertyOrdering": "[string]",
        "minProperties": "int",
        "maxProperties": "int",
        "minimum": "number",
        "maximum": "number",
        "minLength": "int",
        "maxLength": "int",
        "pattern": "string",
        "anyOf": "[Schema]",
        "default": "any",
        "example": "any",
    },
}
"""By message and field, the kind: a list in brackets, a map by name in braces."""

_HARM = "HARM_CATEGORY_"
ENUMS: Mapping[str, frozenset[str]] = {
    "Type": frozenset(["TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]),
    "ThinkingLevel": frozenset(["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"]),
    "Mode": frozenset(["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"]),
    "ServiceTier": frozenset(["UNSPECIFIED", "FLEX", "STANDARD", "PRIORITY"]),
    "Modality": frozenset(["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO"]),
    "MediaResolution": frozenset(
        f"MEDIA_RESOLUTION_{word}" for word in ["UNSPECIFIED", "LOW", "MEDIUM", "HIGH", "ULTRA_HIGH"]
    ),
    "HarmBlockThreshold": frozenset(
        [
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
            "BLOCK_LOW_AND_ABOVE",
            "BLOCK_MEDIUM_AND_ABOVE",
            "BLOCK_ONLY_HIGH",
            "BLOCK_NONE",
            "OFF",
        ]
    ),
    "HarmCategory": frozenset(
        f"{_HARM}{word}"
        for word in [
            "UNSPECIFIED",
            "HARASSMENT",
            "HATE_SPEECH",
            "SEXUALLY_EXPLICIT",
            "DANGEROUS_CONTENT",
            "CIVIC_INTEGRITY",
            "JAILBREAK",
            "IMAGE_HATE",
            "IMAGE_DANGEROUS_CONTENT",
            "IMAGE_HARASSMENT",
            "IMAGE_SEXUALLY_EXPLICIT",
        ]
    ),
}
"""Names are read in either case."""

_DEEPEST = 100
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)


def read(message: str, body: bytes) -> Json:
    """Read a body as a message.

    Raises:
        RefusedError: it is no JSON object, or fields of it are unknown or of another kind; all of them are told.
    """
    try:
        value: object = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise bad("Invalid JSON payload received. Parsing terminated before end of input.") from None
    if _is_deeper(value, _DEEPEST):
        raise bad("Message too deep. Max recursion depth reached.")
    reader = _Reader()
    found = reader.message(message, value, "")
    if reader.violations:
        raise unreadable(reader.violations)
    return found


def _is_deeper(value: object, than: int) -> bool:
    inner = as_list(value) or list((as_object(value) or {}).values())
    return bool(inner) and (than == 0 or any(_is_deeper(one, than - 1) for one in inner))


def whole_number(value: object) -> int | None:
    """Read 10, 10.0 or "10"; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value) if len(value) < 20 and _WHOLE.fullmatch(value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


class _Reader:
    """Reads one body and keeps what is wrong with it, with its place."""

    def __init__(self) -> None:
        self.violations: list[tuple[str, str]] = []

    def message(self, name: str, value: object, path: str) -> Json:
        held = as_object(value)
        if held is None:
            self._refuse(path, name, value)
            return {}
        found: Json = {}
        fields = _spellings(name)
        for given, inner in held.items():
            field = fields.get(given)
            if field is None:
                self._unknown(given, path)
            elif inner is not None:
                found[field] = self._value(MESSAGES[name][field], inner, _below(path, _snake(field)))
        return found

    def _value(self, kind: str, value: object, path: str) -> Any:
        if kind.startswith("["):
            return self._list(kind[1:-1], value, path)
        if kind.startswith("{"):
            return self._map(kind[1:-1], value, path)
        if as_list(value) is not None and kind != "any":
            name = path.rpartition(".")[2]
            text = f'Invalid JSON payload received. Unknown name "{name}": Proto field is not repeating.'
            self.violations.append((path, text))
            return None
        if kind in MESSAGES:
            return self.message(kind, value, path)
        if kind == "any":
            return value
        found = _enumerated(kind, value) if kind in ENUMS else _SCALARS[kind](value)
        if found is None:
            self._refuse(path, kind, value)
        return found

    def _list(self, kind: str, value: object, path: str) -> list[Any]:
        values = as_list(value)
        given = [value] if values is None else values
        return [self._value(kind, inner, f"{path}[{at}]") for at, inner in enumerate(given)]

    def _map(self, kind: str, value: object, path: str) -> Json:
        held = as_object(value)
        if held is None:
            self._refuse(path, kind, value)
            return {}
        return {name: self._value(kind, inner, f"{path}[{at}].value") for at, (name, inner) in enumerate(held.items())}

    def _unknown(self, name: str, path: str) -> None:
        place = f" at '{path}'" if path else ""
        text = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
        self.violations.append((path, text))

    def _refuse(self, path: str, kind: str, value: object) -> None:
        told = json.dumps(value, ensure_ascii=False)[:80]
        self.violations.append((path, f"Invalid value at '{path}' ({_TYPES.get(kind, kind)}), {told}"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> float | None:
    try:
        return None if isinstance(value, bool) else float(cast("Any", value))
    except (TypeError, ValueError):
        return None


def _bytes(value: object) -> str | None:
    return value if isinstance(value, str) and decoded(value) is not None else None


def decoded(text: str) -> bytes | None:
    """Give the bytes of a base64 text, of either alphabet; None for any other text."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


_SCALARS: Mapping[str, Any] = {
    "string": _text,
    "bool": _truth,
    "int": whole_number,
    "number": _number,
    "object": as_object,
    "bytes": _bytes,
}
_TYPES = {
    "string": "TYPE_STRING",
    "bool": "TYPE_BOOL",
    "int": "TYPE_INT32",
    "number": "TYPE_FLOAT",
    "bytes": "TYPE_BYTES",
}


def _enumerated(kind: str, value: object) -> str | None:
    name = value.upper() if isinstance(value, str) else None
    return name if name in ENUMS[kind] else None


@cache
def _spellings(message: str) -> dict[str, str]:
    fields = MESSAGES[message]
    return {_snake(name): name for name in fields} | {name: name for name in fields}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
