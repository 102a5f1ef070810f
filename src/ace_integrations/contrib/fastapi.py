"""FastAPI and Starlette: the raw body, one webhook route per provider, a health route, who may listen to live messages,
`AsyncAce` as a dependency. Extra: `fastapi`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, TypeVar, cast

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from ace_integrations.ace import AsyncAce
from ace_integrations.core import Call, Headers
from ace_integrations.errors import AceError, BodyTooLargeError, BodyUnavailableError, InvalidInputError
from ace_integrations.health import ANSWER_WITHIN_S, Finding, Once, examine, report, worst
from ace_integrations.realtime import Channel, ChannelRules, Member
from ace_integrations.realtime.authorise import LARGEST_QUESTION, read_question
from ace_integrations.webhooks import AsyncReceiver
from ace_integrations.webhooks.receiver import LARGEST_BODY

logger = logging.getLogger("ace_integrations.health")

U = TypeVar("U")


def ace_lifespan(ace: AsyncAce) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Give a lifespan that puts `ace` where `get_ace` finds it, and closes it at the end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.ace = ace
        async with ace:
            yield

    return lifespan


def get_ace(request: Request) -> AsyncAce:
    """Give the application's `AsyncAce`: `ace: Annotated[AsyncAce, Depends(get_ace)]`."""
    return cast("AsyncAce", request.app.state.ace)


def client_address(request: Request) -> str:
    """Give the address that asks, "" where the server does not know it."""
    return request.client.host if request.client else ""


def throttled(limit: str, *, who: Callable[..., Any] | None = None) -> Callable[..., Awaitable[None]]:
    """Give a dependency that answers 429 with Retry-After past a limit: `dependencies=[Depends(throttled("ai"))]`.

    Args:
        limit: a name of `ace_integrations.throttle.DEFAULTS` or of `ACE_LIMITS`.
        who: a dependency that gives your own id of the user; by default the address that asks.
    """

    async def check(
        ace: Annotated[AsyncAce, Depends(get_ace)], asking: Annotated[str, Depends(who or client_address)]
    ) -> None:
        turn = await ace.throttle.atake(limit, asking)
        if not turn.allowed:
            raise HTTPException(429, "Too many requests. Wait a little.", {"Retry-After": str(turn.retry_after)})

    return check


def webhook_routes(
    receiver: AsyncReceiver,
    *providers: str,
    path: str = "/api/{provider}/webhook",
    refused_status: Mapping[str, int] | None = None,
) -> APIRouter:
    """Give one route per provider that hands the raw body to the receiver and answers with its receipt.

    Args:
        path: `{provider}` is filled in.
        refused_status: another answer than 400 for a bad signature, by provider.
    """
    router = APIRouter()
    for provider in providers:
        route = _route(receiver, provider, (refused_status or {}).get(provider))
        where = path.replace("{provider}", provider)
        router.add_api_route(where, route, methods=["POST"], include_in_schema=False, name=f"{provider}_webhook")
    return router


def health_route(
    ace: AsyncAce, *, path: str = "/healthz", kept_s: float = 10.0, clock: Callable[[], float] = time.monotonic
) -> APIRouter:
    """Give a route that says whether every chosen service can be used: 200 when all can, else 503.

    Its JSON holds one verdict per service and nothing that a service said: what is behind a verdict, `ace doctor`
    tells. It needs no login: however many ask, each service is asked at most once in `kept_s` seconds by each process.

    Args:
        kept_s: seconds that an answer is given again, at least 1.
        clock: gives seconds that never go back.

    Raises:
        InvalidInputError: `kept_s` is less than 1.
    """
    if kept_s < 1:
        raise InvalidInputError(
            "must be at least 1, or strangers could have the services called in a loop", field="kept_s"
        )
    health = _Health(ace, kept_s, clock)

    async def answer() -> JSONResponse:
        status, body = report(await health.findings())
        return JSONResponse(body, status, headers={"cache-control": "no-store"})

    router = APIRouter()
    router.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False, name="health")
    return router


def realtime_routes(
    ace: AsyncAce,
    rules: ChannelRules[U],
    *,
    user: Callable[..., Any],
    member: Callable[[U], Member | None] | None = None,
    path: str = "/broadcasting",
) -> APIRouter:
    """Give the routes that a browser's script asks whether it may listen: `/broadcasting/auth` and `…/user-auth`.

    They take forms and JSON. The answer is 200 with a signature, and 403 for whatever is refused or malformed.

    Args:
        user: a dependency that gives who asks, by their session; it may itself answer 401.
        member: as whom somebody is signed in; without it nobody is, and the second route does not exist.
    """

    async def authorise(request: Request, asking: Annotated[Any, Depends(user)]) -> Response:
        try:
            question = await _question(request)
            channel = Channel(question["channel_name"])
            found = await rules.adecide(asking, channel)
            if found is None:
                return _REFUSED
            grant = ace.realtime.authorise(channel=channel, connection=question["socket_id"], member=found)
        except _MALFORMED:
            return _REFUSED
        return JSONResponse(dict(grant))

    async def identify(request: Request, asking: Annotated[Any, Depends(user)]) -> Response:
        try:
            question = await _question(request)
            found = None if member is None else member(asking)
            if found is None:
                return _REFUSED
            grant = ace.realtime.identify(connection=question["socket_id"], member=found)
        except _MALFORMED:
            return _REFUSED
        return JSONResponse(dict(grant))

    router = APIRouter()
    router.add_api_route(f"{path}/auth", authorise, methods=["POST"], include_in_schema=False, name="realtime_auth")
    if member is not None:
        where = f"{path}/user-auth"
        router.add_api_route(where, identify, methods=["POST"], include_in_schema=False, name="realtime_user_auth")
    return router


async def raw_body(request: Request, *, limit: int = LARGEST_BODY) -> bytes:
    """Read the body as it arrived, at most `limit` bytes.

    Raises:
        BodyTooLargeError: more; the rest is not read.
        BodyUnavailableError: something read it before.
    """
    parts: list[bytes] = []
    size = 0
    if getattr(request, "_stream_consumed", False) and not hasattr(request, "_body"):
        raise BodyUnavailableError("a middleware consumed the body: let the webhook routes come before it")
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError(f"the body has more than {limit} bytes")
        parts.append(chunk)
    return b"".join(parts)


async def _question(request: Request) -> Mapping[str, str]:
    return read_question(await raw_body(request, limit=LARGEST_QUESTION))


# The scripts of browsers take any success but 200 for a failure, and any failure for a refusal.
_REFUSED = Response("refused", 403)
_MALFORMED = (InvalidInputError, BodyTooLargeError, KeyError)


def _route(receiver: AsyncReceiver, provider: str, refused_status: int | None) -> Callable[[Request], object]:
    async def receive(request: Request) -> Response:
        try:
            body = await raw_body(request)
        except BodyTooLargeError:
            return Response("refused", 413)
        except BodyUnavailableError:
            return Response("later", 500)
        if request.headers.get("content-encoding", "identity") != "identity":
            return Response("refused", 415)
        receipt = await receiver.receive(provider, Headers(request.headers.items()), body)
        status = refused_status if refused_status and receipt.refused_signature else receipt.status
        return Response(receipt.text, status, headers=dict(receipt.headers))

    return receive


class _Health:
    """One examination for all who ask while it runs, and for `kept_s` seconds from its start."""

    def __init__(self, ace: AsyncAce, kept_s: float, clock: Callable[[], float]) -> None:
        self._ace = ace
        self._kept_s = kept_s
        self._clock = clock
        self._due = 0.0
        self._examination: asyncio.Task[dict[str, Finding]] | None = None

    async def findings(self) -> dict[str, Finding]:
        """Give the worst finding of each service that is switched on."""
        task = self._examination
        if task is None or _is_lost(task) or (task.done() and self._clock() >= self._due):
            self._due = self._clock() + self._kept_s
            task = self._examination = asyncio.create_task(self._examine())
        # Shielded: whoever hangs up neither ends the examination of the others nor buys a new one.
        return await asyncio.shield(task)

    async def _examine(self) -> dict[str, Finding]:
        try:
            asked = list(examine(self._ace))
        except AceError as error:
            logger.warning("the services cannot be examined: %s", error)
            return {"ace": Finding("ace", "wrong", str(error))}
        found = await asyncio.gather(*(self._find(name, call) for name, call in asked))
        return worst(found)

    async def _find(self, provider: str, call: Call[Finding]) -> Finding:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S + 1):
                finding = await call.arun(Once(self._ace))
        except Exception as error:  # a stranger's probe may raise anything, and a health check always answers
            finding = Finding(provider, "unreachable", type(error).__name__)
        if finding.is_failure:
            logger.warning("%s is %s: %s", provider, finding.verdict, finding.what)
        return finding


def _is_lost(task: "asyncio.Task[dict[str, Finding]]") -> bool:
    """Whether an examination went down with its event loop, or waits in one that may never run again."""
    return task.cancelled() or (not task.done() and task.get_loop() is not asyncio.get_running_loop())


__all__ = [
    "ace_lifespan",
    "client_address",
    "get_ace",
    "health_route",
    "raw_body",
    "realtime_routes",
    "throttled",
    "webhook_routes",
]
