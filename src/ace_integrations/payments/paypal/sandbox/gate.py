"""What every call of the API passes: token, content type, refusals on demand, request ids, both sizes of an answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ace_integrations.payments.paypal.sandbox.http import (
    MOST_REQUEST_ID,
    Answer,
    Json,
    RefusedError,
    RequestIds,
    mocked,
    new_debug_id,
    read_json,
    refusal,
)
from ace_integrations.payments.paypal.sandbox.issues import LEADS_BACK
from ace_integrations.payments.paypal.sandbox.objects import link
from ace_integrations.payments.paypal.sandbox.tokens import TokenError, Tokens

Reads = Literal["json", "raw", "parts", "nothing"]
"""How a body comes: as an object; as bytes that the operation reads itself; as JSON or in a form's part; not at all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read.

    Attributes:
        body: the JSON object, empty where none is read.
        ids: what stands in the path.
        is_whole: whether the whole thing is asked for, not only its id and status.
    """

    body: Json
    raw: bytes
    ids: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str
    is_whole: bool


Handler = Callable[[Asked], Answer]


@dataclass(slots=True)
class Armed:
    """A refusal that waits for calls of an operation; "" for any."""

    operation: str
    issue: str
    times: int


@dataclass(slots=True)
class Gate:
    """Makes routes that answer as PayPal's API does.

    Attributes:
        armed: refusals that the next calls get, as `PayPal-Mock-Response` asks for in one call.
    """

    tokens: Tokens
    now: Callable[[], float]
    url: str
    request_ids: RequestIds = field(default_factory=RequestIds)
    armed: list[Armed] = field(default_factory=list[Armed])

    def reset(self) -> None:
        """Forget request ids and armed refusals."""
        self.request_ids.clear()
        self.armed.clear()

    def route(
        self,
        method: str,
        path: str,
        name: str,
        handler: Handler,
        *,
        kept_s: float = 0.0,
        reads: Reads = "json",
        takes_mocks: bool = False,
    ) -> Route:
        """Make one route.

        Args:
            kept_s: how long request ids are remembered; 0 for an operation without them.
            takes_mocks: whether `PayPal-Mock-Response` counts.
        """

        async def answer(request: Request) -> Response:
            headers = {"paypal-debug-id": new_debug_id()}
            try:
                asked = await self._read(request, name, reads=reads, takes_mocks=takes_mocks)
                done = self._do(f"{name} {request.url.path}", handler, asked, kept_s)
                body = done.body(whole=asked.is_whole)
            except TokenError as error:
                return _json(error.status, error.body, headers)
            except RefusedError as refused:
                self._lead_back(refused, request)
                return _json(refused.status, refused.body(headers["paypal-debug-id"]), headers)
            if body is None:
                return Response(status_code=done.status, headers=headers)
            return _json(done.status, body, headers)

        return Route(path, answer, methods=[method], name=name)

    async def _read(self, request: Request, operation: str, *, reads: Reads, takes_mocks: bool) -> Asked:
        if "authorization" not in request.headers:
            raise RefusedError(401)
        self.tokens.check(request.headers["authorization"])
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_form = reads == "parts" and media_type == "multipart/form-data"
        if (
            request.method in ("POST", "PATCH")
            and reads != "nothing"
            and media_type != "application/json"
            and not (is_form)
        ):
            raise RefusedError(415)
        mock = mocked(request.headers.get("paypal-mock-response", "")) if takes_mocks else None
        if mock is not None:
            raise mock
        self._refuse_armed(operation)
        raw = await request.body()
        return Asked(
            body=await _from_form(request) if is_form else read_json(raw) if reads in ("json", "parts") else {},
            raw=raw,
            ids={name: str(value) for name, value in request.path_params.items()},
            query=dict(request.query_params),
            request_id=_request_id(request),
            is_whole=request.method == "GET" or "return=representation" in request.headers.get("prefer", ""),
        )

    def _do(self, operation: str, handler: Handler, asked: Asked, kept_s: float) -> Answer:
        if not kept_s or not asked.request_id:
            return handler(asked)
        known = self.request_ids.find(operation, asked.request_id, self.now())
        if known is not None:
            return known
        done = handler(asked)
        self.request_ids.keep(operation, asked.request_id, done, until=self.now() + kept_s)
        return done

    def _refuse_armed(self, operation: str) -> None:
        for armed in self.armed:
            if armed.operation in ("", operation):
                armed.times -= 1
                if armed.times <= 0:
                    self.armed.remove(armed)
                raise refusal(armed.issue)

    def _lead_back(self, refused: RefusedError, request: Request) -> None:
        """Add the way back to the approval page where the buyer can do something."""
        order_id = request.path_params.get("order_id")
        if order_id and any(each["issue"] in LEADS_BACK for each in refused.details):
            refused.links.append(link(f"{self.url}/checkoutnow?token={order_id}", "redirect"))


def _request_id(request: Request) -> str:
    request_id = request.headers.get("paypal-request-id", "")
    if len(request_id) > MOST_REQUEST_ID:
        raise refusal("INVALID_STRING_LENGTH", "PayPal-Request-Id", request_id)
    return request_id


async def _from_form(request: Request) -> Json:
    """Give the JSON of the form's part `input`, which comes as a field or as a file."""
    async with request.form() as form:
        part = form.get("input")
        return read_json(await part.read() if isinstance(part, UploadFile) else (part or "").encode())


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    raw = json.dumps(cast("Json", body), ensure_ascii=False, separators=(",", ":")).encode()
    return Response(raw, status, headers=headers, media_type="application/json")
