"""FastAPI and Starlette: the raw body, one webhook route per provider, `AsyncAce` as a dependency. Extra: `fastapi`."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response

from ace_integrations.ace import AsyncAce
from ace_integrations.core import Headers
from ace_integrations.errors import BodyTooLargeError, BodyUnavailableError
from ace_integrations.webhooks import AsyncReceiver
from ace_integrations.webhooks.receiver import LARGEST_BODY


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


def throttled(limit: str, *, who: Callable[..., Any] | None = None) -> Callable[..., Awaitable[None]]:
    """Give a dependency that answers 429 with Retry-After past a limit: `dependencies=[Depends(throttled("ai"))]`.

    Args:
        limit: a name of `ace_integrations.throttle.DEFAULTS` or of `ACE_LIMITS`.
        who: a dependency that gives your own id of the user; by default the address that asks.
    """

    async def check(
        ace: Annotated[AsyncAce, Depends(get_ace)], asking: Annotated[str, Depends(who or _address)]
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


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


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


__all__ = ["ace_lifespan", "get_ace", "raw_body", "throttled", "webhook_routes"]
