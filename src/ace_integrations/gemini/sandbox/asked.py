"""One request to generate, read: what is asked of which model, and what the API refuses before it answers."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ace_integrations.gemini.catalogue import Model
from ace_integrations.gemini.sandbox import tokens
from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.protojson import read
from ace_integrations.gemini.sandbox.refusals import RefusedError, bad
from ace_integrations.gemini.sandbox.schema import as_json_schema, check_json_schema, check_own_dialect

MOST_STOP_SEQUENCES = 5
_MIME_TYPES = ("text/plain", "application/json", "text/x.enum")
_DATA = (
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
)


@dataclass(frozen=True)
class Asked:
    """A request that was found good.

    Attributes:
        model: that answers, after routing.
        named: the model as the caller named it, which decides what is refused.
        body: in camel case.
        id: of the answer; the same for the same bytes.
    """

    model: Model
    named: Model
    body: Json
    id: str

    @cached_property
    def config(self) -> Json:
        """Its `generationConfig`."""
        found: Json = self.body.get("generationConfig", {})
        return found

    @cached_property
    def schema(self) -> Json | None:
        """The schema of the answer as JSON Schema; None for free text."""
        if "responseJsonSchema" in self.config:
            found: Json = self.config["responseJsonSchema"]
            return found
        return as_json_schema(self.config["responseSchema"]) if "responseSchema" in self.config else None

    @property
    def wants_json(self) -> bool:
        """Whether the answer is JSON, with a schema or without."""
        return self.config.get("responseMimeType") == "application/json"

    @property
    def wants_word(self) -> bool:
        """Whether the answer is one of a schema's words."""
        return self.config.get("responseMimeType") == "text/x.enum"

    @property
    def words(self) -> list[Any]:
        """The words of which the answer is one."""
        given: Json = self.config.get("responseSchema") or self.config.get("responseJsonSchema") or {}
        words: list[Any] = given.get("enum", [])
        return words

    @cached_property
    def last_text(self) -> str:
        """The text of the last turn."""
        return _text(self.body["contents"][-1])

    @cached_property
    def system(self) -> str:
        """What the system says."""
        return _text(self.body.get("systemInstruction", {}))

    @cached_property
    def turns(self) -> list[str]:
        """The texts of the user's turns, oldest first."""
        return [_text(content) for content in self.body["contents"] if content.get("role", "user") == "user"]

    @cached_property
    def prompt_tokens(self) -> dict[str, int]:
        """What it costs by modality."""
        return tokens.prompt(self.body)

    @property
    def cap(self) -> int:
        """The most tokens of thought and answer together."""
        return int(self.config.get("maxOutputTokens") or self.model.output_limit)

    @property
    def thoughts(self) -> int:
        """Tokens that the model would like to think."""
        thinking = self.config.get("thinkingConfig", {})
        budget = thinking.get("thinkingBudget")
        if budget is not None:
            return tokens.THOUGHTS["medium"] if budget == tokens.UNDECIDED else min(budget, tokens.THOUGHTS["high"])
        level = _level(self.config) or self.model.default_level
        return tokens.THOUGHTS[level] if level else 0

    @property
    def shows_thoughts(self) -> bool:
        """Whether a summary of the thoughts is wanted."""
        return bool(self.config.get("thinkingConfig", {}).get("includeThoughts"))

    @property
    def functions(self) -> list[Json]:
        """The functions that may be called, the allowed ones first named."""
        declared = declared_functions(self.body)
        allowed = _calling(self.body).get("allowedFunctionNames") or list(declared)
        return [declared[name] for name in allowed]

    @property
    def mode(self) -> str:
        """How functions are called: AUTO, ANY, NONE or VALIDATED."""
        return str(_calling(self.body).get("mode", "AUTO"))

    @cached_property
    def function_responses(self) -> list[Json]:
        """What functions answered in the last turn."""
        parts = self.body["contents"][-1].get("parts", ())
        return [part["functionResponse"] for part in parts if "functionResponse" in part]


def read_asked(raw: bytes, model: Model, named: Model) -> Asked:
    """Read a request to generate, and check it.

    Raises:
        RefusedError: the API would refuse it.
    """
    body = read("GenerateContentRequest", raw)
    check(body, named)
    return Asked(model, named, body, f"sbx-{hashlib.sha256(raw).hexdigest()[:12]}")


def check(body: Json, model: Model) -> None:
    """Check what the fields' kinds do not say.

    Raises:
        RefusedError: naming the first problem.
    """
    _check_contents(body.get("contents", []), model)
    _check_config(body.get("generationConfig", {}), model)
    _check_answer_format(body.get("generationConfig", {}))
    _check_functions(body)
    if body.get("cachedContent"):
        raise RefusedError(403, "CachedContent not found (or permission denied)")


def declared_functions(body: Json) -> dict[str, Json]:
    """Give the declared functions by name."""
    declared = (one for tool in body.get("tools", ()) for one in tool.get("functionDeclarations", ()))
    return {one.get("name", ""): one for one in declared}


def parts_of(contents: list[Json]) -> Iterator[tuple[str, Json]]:
    """Give each part with its path."""
    for at, content in enumerate(contents):
        for number, part in enumerate(content.get("parts", ())):
            yield f"contents[{at}].parts[{number}]", part


def _text(content: Json) -> str:
    return "\n".join(part["text"] for part in content.get("parts", ()) if "text" in part and not part.get("thought"))


def _level(config: Json) -> str:
    level = str(config.get("thinkingConfig", {}).get("thinkingLevel", "")).lower()
    return "" if level == "thinking_level_unspecified" else level


def _calling(body: Json) -> dict[str, Any]:
    found: Json = body.get("toolConfig", {}).get("functionCallingConfig", {})
    return found


def _check_contents(contents: list[Json], model: Model) -> None:
    if not contents:
        raise bad("* GenerateContentRequest.contents: contents is not specified")
    for at, content in enumerate(contents):
        if content.get("role", "user") not in ("user", "model"):
            raise bad("Please use a valid role: user, model.")
        if not content.get("parts"):
            raise bad(f"* GenerateContentRequest.contents[{at}].parts: contents.parts must not be empty.")
    for path, part in parts_of(contents):
        if sum(name in part for name in _DATA) != 1:
            raise bad(f"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one field")
        if "fileData" in part:
            raise RefusedError(403, "You do not have permission to access the File, or it may not exist.")
    if contents[-1].get("role", "user") == "model":
        raise bad("Requests ending with a model turn are not supported.")
    _check_calls(contents, model)


def _check_calls(contents: list[Json], model: Model) -> None:
    """Check that each turn of calls is signed, where models sign, and answered call by call."""
    for at, content in enumerate(contents):
        calls = [part for part in content["parts"] if "functionCall" in part]
        if calls and model.levels and not calls[0].get("thoughtSignature"):
            name = calls[0]["functionCall"].get("name", "")
            raise bad(f"Function call `{name}` in the {at + 1}. content block is missing a `thought_signature`.")
        following: list[Json] = contents[at + 1]["parts"] if at + 1 < len(contents) else []
        answers = [part for part in following if "functionResponse" in part]
        if calls and len(answers) != len(calls):
            raise bad("The number of function response parts is not that of the function call parts before them.")


def _check_config(config: Json, model: Model) -> None:
    place = "* GenerateContentRequest.generation_config"
    if not 0 <= config.get("temperature", 1) <= 2:
        raise bad(f"{place}.temperature: temperature must be in the range [0.0, 2.0].")
    if not 0 <= config.get("topP", 1) <= 1:
        raise bad(f"{place}.top_p: top_p must be in the range [0.0, 1.0].")
    if len(config.get("stopSequences", ())) > MOST_STOP_SEQUENCES:
        raise bad(f"{place}.stop_sequences: at most {MOST_STOP_SEQUENCES} are allowed.")
    if not 0 <= config.get("maxOutputTokens", 1) <= model.output_limit:
        raise bad(f"{place}.max_output_tokens: must be at least 1 and at most {model.output_limit}.")
    if config.get("candidateCount", 1) > 1:
        raise bad("Multiple candidates is not enabled for this model")
    if not model.penalties and ("presencePenalty" in config or "frequencyPenalty" in config):
        raise bad("Penalty is not enabled for this model")
    _check_thinking(config, model)


def _check_thinking(config: Json, model: Model) -> None:
    level, budget = _level(config), config.get("thinkingConfig", {}).get("thinkingBudget")
    if level and budget is not None:
        raise bad("You can only set one of thinking budget and thinking level.")
    if level and level not in model.levels:
        raise bad(f"Thinking level {level.upper()} is not supported for this model.")
    if budget is not None and not model.budget:
        raise bad("Thinking budget is not supported for this model.")
    if budget is not None and not tokens.UNDECIDED <= budget <= model.output_limit:
        raise bad(f"The thinking budget {budget} is invalid.")


def _check_answer_format(config: Json) -> None:
    kind = config.get("responseMimeType") or "text/plain"
    given = [name for name in ("responseSchema", "responseJsonSchema") if name in config]
    if kind not in _MIME_TYPES:
        raise bad(
            f"* GenerateContentRequest.generation_config.response_mime_type: allowed are {', '.join(_MIME_TYPES)}"
        )
    if len(given) > 1:
        raise bad("Only one of response_schema and response_json_schema may be set.")
    if given and kind == "text/plain":
        raise bad("Function calling or response schema with the response mime type 'text/plain' is unsupported")
    if "responseSchema" in config:
        check_own_dialect(config["responseSchema"], "generation_config.response_schema")
    if "responseJsonSchema" in config:
        check_json_schema(config["responseJsonSchema"])
    if kind == "text/x.enum" and not any(config[name].get("enum") for name in given):
        raise bad("The response mime type 'text/x.enum' needs a response schema with an enum.")


def _check_functions(body: Json) -> None:
    declared, calling = declared_functions(body), _calling(body)
    allowed: list[str] = calling.get("allowedFunctionNames", [])
    if any(not name for name in declared):
        raise bad("* GenerateContentRequest.tools[0].function_declarations[0].name: missing field.")
    if allowed and calling.get("mode", "AUTO") not in ("ANY", "VALIDATED"):
        raise bad("allowed_function_names should only be set when function calling mode is ANY or VALIDATED.")
    unknown = [name for name in allowed if name not in declared]
    if unknown:
        raise bad(f"allowed_function_names holds {unknown[0]}, which is not declared.")
    if calling.get("mode") == "ANY" and not declared:
        raise bad("Function calling config is set without function_declarations.")
