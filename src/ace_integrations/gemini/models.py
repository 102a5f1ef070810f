"""What goes to Gemini and what comes back. Answers are read leniently: a default is left out, and new words are added.

Both directions use the same contents: what a model said is sent back as it came. Texts are not in any `repr`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from ace_integrations.core.http_call import from_json
from ace_integrations.gemini.vocabulary import BlockReason, FinishReason, HarmCategory, ModelStage, Open, Threshold

Count = Annotated[int, AfterValidator(lambda count: max(0, count))]
"""Tokens: a number that may come as `10.0` or `"10"`, and is left out when it is zero."""


class Wire(BaseModel):
    """The base of every message: frozen, in camel case on the wire, null the same as absent, what is new is kept."""

    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=to_camel, validate_by_name=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        held = cast("dict[str, object]", value)
        return {name: inner for name, inner in held.items() if inner is not None} if None in held.values() else held

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        # What is not named here may hold anything, so it is kept and never shown.
        return ((name, value) for name, value in super().__repr_args__() if name in type(self).model_fields)

    def as_json(self) -> dict[str, Any]:
        """Write it as it is sent: what was not said is absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


# Contents.


class Blob(Wire):
    """Bytes within a request.

    Attributes:
        data: in base64.
    """

    mime_type: str
    data: str = Field(repr=False)


class FileData(Wire):
    """A file that the service holds already."""

    mime_type: str = ""
    file_uri: str


class FunctionCall(Wire):
    """A call that the model wants made; answer it with a `FunctionResponse` of the same id and name."""

    id: str = ""
    name: str = ""
    args: Mapping[str, Any] = Field(default_factory=dict[str, Any], repr=False)


class FunctionResponse(Wire):
    """What a function gave."""

    id: str = ""
    name: str
    response: Mapping[str, Any] = Field(default_factory=dict[str, Any], repr=False)


class Part(Wire):
    """One piece of a content: exactly one of its first seven fields. Source: gemini.md §4.1.

    Attributes:
        thought: a summary of what the model thought, no part of the answer.
        thought_signature: sent back unchanged with a function call, or the next request is refused.
    """

    text: str | None = Field(default=None, repr=False)
    inline_data: Blob | None = None
    file_data: FileData | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    executable_code: Mapping[str, Any] | None = Field(default=None, repr=False)
    code_execution_result: Mapping[str, Any] | None = Field(default=None, repr=False)
    thought: bool = False
    thought_signature: str | None = Field(default=None, repr=False)


class Content(Wire):
    """What one of the two said.

    Attributes:
        role: "user" or "model".
    """

    role: str | None = None
    parts: tuple[Part, ...] = ()


def user(*parts: str | Part) -> Content:
    """Give what the user says, of texts and other parts."""
    return _content("user", parts)


def model(*parts: str | Part) -> Content:
    """Give what the model said, of texts and other parts."""
    return _content("model", parts)


def _content(role: str, parts: Sequence[str | Part]) -> Content:
    return Content(role=role, parts=tuple(Part(text=part) if isinstance(part, str) else part for part in parts))


# How an answer is made.


class ThinkingConfig(Wire):
    """How much the model thinks: a level or, for 2.5, a budget; both are refused.

    Attributes:
        thinking_level: MINIMAL, LOW, MEDIUM, HIGH or XHIGH; each model takes some of them.
        thinking_budget: tokens; 0 is none, -1 leaves it to the model.
    """

    thinking_level: str | None = None
    thinking_budget: int | None = None
    include_thoughts: bool | None = None


class GenerationConfig(Wire):
    """How an answer is made; what is not said is the service's default. Source: gemini.md §4.1.

    Attributes:
        max_output_tokens: of thought and answer together.
        response_schema: in the service's own dialect, of upper-case types.
        response_json_schema: in JSON Schema; `schema.to_answer_schema` makes one of a pydantic model's. One of the two.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    candidate_count: int | None = None
    max_output_tokens: int | None = None
    stop_sequences: tuple[str, ...] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_logprobs: bool | None = None
    logprobs: int | None = None
    response_modalities: tuple[str, ...] | None = None
    media_resolution: str | None = None
    thinking_config: ThinkingConfig | None = None
    response_mime_type: str | None = None
    response_schema: Mapping[str, Any] | None = None
    response_json_schema: Mapping[str, Any] | None = None


class SafetySetting(Wire):
    """From when on one kind of harm is held back."""

    category: Open[HarmCategory]
    threshold: Open[Threshold]


SAFETY: tuple[SafetySetting, ...] = tuple(
    SafetySetting(category=category, threshold=Threshold.BLOCK_MEDIUM_AND_ABOVE) for category in HarmCategory
)
"""The four filters of the guide; without them the service holds back nothing but the worst."""


class FunctionDeclaration(Wire):
    """A function that the model may ask for.

    Attributes:
        parameters_json_schema: of its arguments.
    """

    name: str
    description: str | None = None
    parameters_json_schema: Mapping[str, Any] | None = None


class UrlContext(Wire):
    """Lets the model fetch the addresses that a prompt names."""


class Tool(Wire):
    """What the model may use."""

    function_declarations: tuple[FunctionDeclaration, ...] | None = None
    url_context: UrlContext | None = None


class FunctionCallingConfig(Wire):
    """Whether functions are called.

    Attributes:
        mode: AUTO, ANY, NONE or VALIDATED.
    """

    mode: str | None = None
    allowed_function_names: tuple[str, ...] | None = None


class ToolConfig(Wire):
    """How tools are used."""

    function_calling_config: FunctionCallingConfig | None = None


# Answers.


class SafetyRating(Wire):
    """What a filter found."""

    category: str = ""
    probability: str = ""
    blocked: bool = False


class Citation(Wire):
    """A source that an answer repeats.

    Attributes:
        start_index, end_index: bytes of the answer.
    """

    start_index: int = 0
    end_index: int | None = None
    uri: str = Field(default="", repr=False)
    title: str = Field(default="", repr=False)
    license: str = ""


class CitationMetadata(Wire):
    """The sources of an answer; some models use the second name."""

    citations: tuple[Citation, ...] = ()
    citation_sources: tuple[Citation, ...] = ()


class Candidate(Wire):
    """An answer, or why there is none. Source: gemini.md §4.2.

    Attributes:
        finish_reason: None until the last object of a stream.
        continuation_token: sent with the same request again, it goes on where the answer stopped.
    """

    content: Content = Content()
    finish_reason: Open[FinishReason] | None = None
    finish_message: str = Field(default="", repr=False)
    index: int = 0
    safety_ratings: tuple[SafetyRating, ...] = ()
    citation_metadata: CitationMetadata = CitationMetadata()
    continuation_token: str = Field(default="", repr=False)


class PromptFeedback(Wire):
    """Why a prompt was not answered at all."""

    block_reason: Open[BlockReason] | None = None
    block_reason_message: str = Field(default="", repr=False)
    safety_ratings: tuple[SafetyRating, ...] = ()


class UsageMetadata(Wire):
    """What an answer used. Source: gemini.md §4.4.

    Attributes:
        prompt_token_count: with what the service had kept of it.
        candidates_token_count: of the answer, without thoughts; both are billed as output.
    """

    prompt_token_count: Count = 0
    cached_content_token_count: Count = 0
    candidates_token_count: Count = 0
    thoughts_token_count: Count = 0
    tool_use_prompt_token_count: Count = 0
    total_token_count: Count = 0


class ModelStatus(Wire):
    """How far the answering model is in its life."""

    model_stage: Open[ModelStage] | None = None
    retirement_time: str = ""
    message: str = ""


class GenerateContentResponse(Wire):
    """An answer, whole or one object of a stream. Source: gemini.md §4.2.

    Attributes:
        model_version: the model that answered, which may be another than was asked.
    """

    candidates: tuple[Candidate, ...] = ()
    prompt_feedback: PromptFeedback = PromptFeedback()
    usage_metadata: UsageMetadata | None = None
    model_version: str = ""
    model_status: ModelStatus | None = None
    response_id: str = ""

    @property
    def text(self) -> str:
        """The text of the first candidate, thoughts left out; "" where there is none."""
        parts = self.candidates[0].content.parts if self.candidates else ()
        return "".join(part.text for part in parts if part.text is not None and not part.thought)

    @property
    def function_calls(self) -> tuple[FunctionCall, ...]:
        """The calls that the first candidate wants made."""
        parts = self.candidates[0].content.parts if self.candidates else ()
        return tuple(part.function_call for part in parts if part.function_call is not None)


class TokenCount(Wire):
    """How many tokens a request has. Source: gemini.md §3.3."""

    total_tokens: Count = 0


class ListedModel(Wire):
    """A model as the service describes it. Source: gemini.md §3.4.

    Attributes:
        name: with `models/` before its id.
    """

    name: str
    version: str = ""
    display_name: str = ""
    description: str = ""
    input_token_limit: int | None = None
    output_token_limit: int | None = None
    supported_generation_methods: tuple[str, ...] = ()
    thinking: bool = False

    @property
    def id(self) -> str:
        """Its id, as calls name it."""
        return self.name.removeprefix("models/")


class ModelPage(Wire):
    """Some of the models."""

    models: tuple[ListedModel, ...] = ()
    next_page_token: str = ""


ANSWER = from_json(GenerateContentResponse)
TOKEN_COUNT = from_json(TokenCount)
LISTED_MODEL = from_json(ListedModel)
MODEL_PAGE = from_json(ModelPage)
