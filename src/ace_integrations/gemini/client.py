"""Gemini's calls, described once, and its two clients."""

from collections.abc import AsyncIterator, Iterator, Sequence

from ace_integrations.core.call import Call, Configured, Describer, operation
from ace_integrations.core.client import AsyncClient, ServiceOperations, SyncClient
from ace_integrations.core.http_call import HttpCall, Repeat, without_none
from ace_integrations.core.stream import ConfiguredStream, streaming
from ace_integrations.errors import InvalidInputError
from ace_integrations.gemini.frames import Frames
from ace_integrations.gemini.models import (
    LISTED_MODEL,
    MODEL_PAGE,
    SAFETY,
    TOKEN_COUNT,
    Content,
    GenerateContentResponse,
    GenerationConfig,
    ListedModel,
    ModelPage,
    SafetySetting,
    Tool,
    ToolConfig,
)
from ace_integrations.gemini.request import ContentRequest, Contents, checked_model, conversation
from ace_integrations.gemini.service import SERVICE
from ace_integrations.gemini.settings import GeminiSettings

LARGEST_PAGE = 1000


class GeminiOperations(ServiceOperations):
    """Describe Gemini's calls. They send what they are given; `GeminiModel` is the one that judges an answer."""

    service = SERVICE

    @operation
    def generate_content(
        self,
        contents: Contents,
        *,
        model: str | None = None,
        system_instruction: str | Content | None = None,
        generation_config: GenerationConfig | None = None,
        safety_settings: Sequence[SafetySetting] = SAFETY,
        tools: Sequence[Tool] = (),
        tool_config: ToolConfig | None = None,
        cached_content: str | None = None,
        service_tier: str | None = None,
        store: bool | None = None,
        continuation_token: str | None = None,
    ) -> Call[GenerateContentResponse]:
        """Ask, and get the whole answer as the service gives it: it may be blocked, cut or empty.

        Args:
            contents: a text, or a conversation that ends with the user's turn.
            model: its id; `GEMINI_MODEL` when not given.
            system_instruction: how the model is to behave.
            generation_config: None is the guide's, fitted to the model; an empty one leaves all to the service.
            safety_settings: the guide's four unless others are given; none leaves them to the service.
            service_tier: "flex" for half the price and no haste, "standard" or "priority".
            store: False forbids the service to keep the conversation.
            continuation_token: of an answer that ended with CONTINUATION; all else as it was.

        Raises:
            ModelNotFoundError: the model is gone; `replacement` names another.
            QuotaExceededError: the day's requests or the prepaid credit are used up; not sent again.
            RateLimitedError: the minute's are, and do not come back within 30 s.
            UnavailableError: the model is in high demand, twice.
            InvalidRequestError: the request is malformed, or asks the model for what it does not take.

        Source: gemini.md §3.1
        """
        request = ContentRequest(
            contents,
            model=model,
            system_instruction=system_instruction,
            generation_config=generation_config,
            safety_settings=safety_settings,
            tools=tools,
            tool_config=tool_config,
            cached_content=cached_content,
            service_tier=service_tier,
            store=store,
            continuation_token=continuation_token,
        )
        return Configured(request.call)

    @streaming
    def stream_generate_content(
        self,
        contents: Contents,
        *,
        model: str | None = None,
        system_instruction: str | Content | None = None,
        generation_config: GenerationConfig | None = None,
        safety_settings: Sequence[SafetySetting] = SAFETY,
        tools: Sequence[Tool] = (),
        tool_config: ToolConfig | None = None,
        cached_content: str | None = None,
        service_tier: str | None = None,
        store: bool | None = None,
        continuation_token: str | None = None,
    ) -> ConfiguredStream[GenerateContentResponse]:
        """Ask, and get the answer part by part: each holds what is new, the last one why it ends.

        Args:
            contents: as all others those of `generate_content`.

        Raises:
            BrokenStreamError: the stream ended before the answer did; else as `generate_content`, perhaps after parts.

        Source: gemini.md §3.2
        """
        request = ContentRequest(
            contents,
            model=model,
            system_instruction=system_instruction,
            generation_config=generation_config,
            safety_settings=safety_settings,
            tools=tools,
            tool_config=tool_config,
            cached_content=cached_content,
            service_tier=service_tier,
            store=store,
            continuation_token=continuation_token,
        )
        return ConfiguredStream(lambda settings: request.streamed(settings, Frames))

    @operation
    def count_tokens(
        self,
        contents: Contents,
        *,
        model: str | None = None,
        system_instruction: str | Content | None = None,
        tools: Sequence[Tool] = (),
    ) -> Call[int]:
        """Count the tokens of a request; costs nothing.

        Args:
            contents: as in `generate_content`.

        Raises:
            ModelNotFoundError: the model is gone.

        Source: gemini.md §3.3
        """

        def describe(settings: GeminiSettings) -> Call[int]:
            asked = checked_model(model, settings)
            body = without_none(
                {
                    **conversation(contents, system_instruction),
                    "tools": [tool.as_json() for tool in tools] or None,
                }
            )
            if body.keys() != {"contents"}:
                body = {"generateContentRequest": {"model": f"models/{asked}", **body}}
            path_params = {"model": asked}
            call = HttpCall(
                "POST",
                "/models/{model}:countTokens",
                TOKEN_COUNT,
                path_params=path_params,
                json=body,
                repeat=Repeat.SAFE,
            )
            return call.map(lambda counted: counted.total_tokens)

        return Configured(describe)

    @operation
    def get_model(self, *, model: str | None = None) -> Call[ListedModel]:
        """Get a model's description; tells whether the key works, but not whether anything is left of its quota.

        Args:
            model: its id; `GEMINI_MODEL` when not given.

        Raises:
            ModelNotFoundError: it is gone.
            AuthenticationError: the key is wrong.

        Source: gemini.md §3.4
        """

        def describe(settings: GeminiSettings) -> Call[ListedModel]:
            path_params = {"model": checked_model(model, settings)}
            return HttpCall("GET", "/models/{model}", LISTED_MODEL, path_params=path_params)

        return Configured(describe)

    @operation
    def list_models(self, *, page_size: int = 50, page_token: str | None = None) -> Call[ModelPage]:
        """Get one page of the models that the key may ask; `iterate_models` turns the pages.

        Args:
            page_size: at most 1000.
            page_token: `next_page_token` of the page before.

        Source: gemini.md §3.4
        """
        if not 1 <= page_size <= LARGEST_PAGE:
            raise InvalidInputError(f"must be between 1 and {LARGEST_PAGE}", field="page_size")
        return HttpCall("GET", "/models", MODEL_PAGE, query={"pageSize": str(page_size), "pageToken": page_token})


class Gemini(GeminiOperations, SyncClient[GeminiSettings]):
    """Gemini, blocking."""

    def iterate_models(self, *, page_size: int = 50) -> Iterator[ListedModel]:
        """Give every model that the key may ask, a page at a time."""
        pages = _Pages()
        while not pages.ended:
            yield from pages.turned(self.list_models(page_size=page_size, page_token=pages.token))


class AsyncGemini(GeminiOperations, AsyncClient[GeminiSettings]):
    """Gemini, awaited."""

    async def iterate_models(self, *, page_size: int = 50) -> AsyncIterator[ListedModel]:
        """Give every model that the key may ask; see `Gemini.iterate_models`."""
        pages = _Pages()
        while not pages.ended:
            for listed in pages.turned(await self.list_models(page_size=page_size, page_token=pages.token)):
                yield listed


class GeminiCalls(GeminiOperations, Describer):
    """Gemini's calls, described and not sent."""


class _Pages:
    """Where an iteration is. A token that comes twice ends it, since it would for ever."""

    def __init__(self) -> None:
        self.token: str | None = None
        self.ended = False
        self._seen: set[str] = set()

    def turned(self, page: ModelPage) -> Sequence[ListedModel]:
        self.token = page.next_page_token
        self.ended = not self.token or self.token in self._seen
        self._seen.add(self.token)
        return page.models


def probe(settings: GeminiSettings) -> Call[object]:
    """Ask one harmless question that needs the key, for `ace doctor`."""
    return GeminiCalls().get_model(model=settings.model)
