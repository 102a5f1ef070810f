"""The twin's API: the real paths, answers and refusals, plain and streamed."""

import base64
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.gemini.catalogue import MODELS, Model
from ace_integrations.gemini.sandbox import refusals, tokens, wire
from ace_integrations.gemini.sandbox.account import Account
from ace_integrations.gemini.sandbox.asked import read_asked
from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.markers import Plan, found_in, plan
from ace_integrations.gemini.sandbox.protojson import read, whole_number
from ace_integrations.gemini.sandbox.refusals import RefusedError
from ace_integrations.gemini.sandbox.scripts import Script
from ace_integrations.gemini.sandbox.waiting import wait
from ace_integrations.gemini.sandbox.wire import Answer

PAGE, LARGEST_PAGE = 50, 1000
VERSIONS = ("v1", "v1beta")

Handler = Callable[[Request, Script | None], Awaitable[Answer]]


class Api:
    """Routes below `/v1` and `/v1beta`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[BaseRoute]:
        """Give them; a route's name is the operation's."""
        model = "/{version}/models/{model}"
        return [
            self._route(f"{model}:generateContent", "POST", "generate_content", self._generate),
            self._route(f"{model}:streamGenerateContent", "POST", "stream_generate_content", self._stream),
            self._route(f"{model}:countTokens", "POST", "count_tokens", self._count),
            self._route("/{version}/models", "GET", "list_models", self._list),
            self._route(model, "GET", "get_model", self._get),
            Route("/{rest:path}", _unknown, name="", methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    def _route(self, path: str, method: str, name: str, handler: Handler) -> Route:
        async def answered(request: Request) -> Answer | Response:
            if request.path_params["version"] not in VERSIONS:
                return await _unknown(request)
            body = await request.body()
            at = self._account.world.clock.now()
            called = request.url.path.removeprefix(request.scope["root_path"])
            noted = self._account.log.begin(
                name, request.method, called, request.query_params, request.headers, body=body, at=at
            )
            answer = await self._answer(request, handler, self._account.scripts.take(called, body))
            noted.status, noted.answer = answer.status, answer.value
            return answer

        return Route(path, answered, name=name, methods=[method])

    async def _answer(self, request: Request, handler: Handler, script: Script | None) -> Answer:
        try:
            if script is not None:
                await wait(self._account.world.clock, request, script.delay_ms / 1000)
            if script is not None and script.is_raw:
                self._account.hide_keys(request.headers, request.query_params)
                return wire.scripted(script)
            return await handler(request, script)
        except RefusedError as refusal:
            return wire.refused(refusal, listed=_is_stream(request) and not _wants_events(request))

    # Text.

    async def _generate(self, request: Request, script: Script | None) -> Answer:
        planned = await self._planned(request, script)
        if planned.error is not None:
            raise planned.error
        return wire.whole(planned.reply.whole(), cut=planned.cut)

    async def _stream(self, request: Request, script: Script | None) -> Answer:
        planned = await self._planned(request, script)
        frames = planned.reply.frames()
        return wire.streamed(frames, events=_wants_events(request), error=planned.error, cut=planned.cut)

    async def _planned(self, request: Request, script: Script | None) -> Plan:
        key = self._account.authenticate(request.headers, request.query_params)
        model, named = self._model(request, "generateContent")
        asked = read_asked(await request.body(), model, named)
        self._account.quotas.take(key, named.id, sum(asked.prompt_tokens.values()))
        if script is None:
            marker = self._account.by_turns(found_in(asked.last_text), key, asked.last_text)
            planned = plan(asked, marker)
        else:
            planned = plan(asked, script.marker, text=script.text)
        await wait(self._account.world.clock, request, planned.delay_s)
        return planned

    async def _count(self, request: Request, script: Script | None) -> Answer:
        del script
        self._account.authenticate(request.headers, request.query_params)
        self._model(request, "countTokens")
        given = read("CountTokensRequest", await request.body())
        if "contents" in given and "generateContentRequest" in given:
            raise refusals.bad("Only one of contents and generate_content_request may be set.")
        asked: Json = given.get("generateContentRequest", given)
        if not asked.get("contents"):
            raise refusals.bad("* CountTokensRequest.contents: contents is not specified")
        found = tokens.prompt(asked)
        details = [{"modality": name, "tokenCount": held} for name, held in found.items()]
        return wire.whole({"totalTokens": sum(found.values()), "promptTokensDetails": details})

    # Models.

    async def _list(self, request: Request, script: Script | None) -> Answer:
        del script
        self._account.authenticate(request.headers, request.query_params)
        size = whole_number(request.query_params.get("pageSize") or PAGE)
        if size is None or size < 0:
            raise refusals.bad("page_size must not be negative.")
        is_beta = request.path_params["version"] == "v1beta"
        listed = [model for model in MODELS if model.answers and (is_beta or not model.beta_only)]
        start = _start(request.query_params.get("pageToken", ""), len(listed))
        end = start + min(size or PAGE, LARGEST_PAGE)
        # A token stands there only where something follows: official clients fail at an empty page.
        more = {"nextPageToken": _token(end)} if end < len(listed) else {}
        return wire.whole({"models": [_described(model) for model in listed[start:end]], **more})

    async def _get(self, request: Request, script: Script | None) -> Answer:
        del script
        self._account.authenticate(request.headers, request.query_params)
        _, named = self._model(request, "getModel")
        return wire.whole(_described(named))

    def _model(self, request: Request, method: str) -> tuple[Model, Model]:
        ids = request.path_params
        return self._account.model(ids["model"], ids["version"], method)


def _described(model: Model) -> Json:
    return {
        "name": f"models/{model.id}",
        "version": "001",
        "displayName": model.title,
        "inputTokenLimit": model.input_limit,
        "outputTokenLimit": model.output_limit,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
        "thinking": True,
    }


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"models:{start}".encode()).decode().rstrip("=")


def _start(token: str, count: int) -> int:
    starts = {"": 0, **{_token(at): at for at in range(1, count)}}
    if token not in starts:
        raise refusals.bad("The page token is invalid.")
    return starts[token]


def _is_stream(request: Request) -> bool:
    return request.url.path.endswith(":streamGenerateContent")


def _wants_events(request: Request) -> bool:
    return request.query_params.get("alt") == "sse"


async def _unknown(request: Request) -> Response:
    return HTMLResponse(f"<title>Error 404 (Not Found)</title><p>{request.method}: there is no such address.", 404)
