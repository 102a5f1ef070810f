"""The few lines of bare ASGI that faults and the journal share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a whole answer."""
    fields = {"content-type": media_type, "content-length": str(len(body)), **(headers or {})}
    raw = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def refuse_socket(send: Send, status: int) -> None:
    """Answer the opening of a WebSocket with a status, as HTTP."""
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


def cut_connection(receive: Receive) -> None:
    """Reset the TCP connection of a request.

    ASGI has no word for it; uvicorn's `receive` is a method of its request cycle, or of its WebSocket, which holds the
    transport.
    """
    cycle: Any = getattr(receive, "__self__", None)
    cycle.transport.abort()


async def read_fields(request: Request) -> dict[str, Any]:
    """Give what a request posts, as JSON or as a form; a repeated form field keeps its last value."""
    if request.headers.get("content-type", "").startswith("application/json"):
        value: dict[str, Any] = await request.json()
        return value
    return dict(await request.form())


def done(request: Request, value: Any) -> Response:
    """Answer a control: a program with JSON, a form of the console with the page that it came from."""
    if "text/html" in request.headers.get("accept", ""):
        back = urlsplit(request.headers.get("referer", "/"))
        return RedirectResponse(f"{back.path or '/'}?{back.query}" if back.query else back.path or "/", 303)
    return JSONResponse(value)


Act = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""Does what a control is for with what was posted and what stands in its path; gives what is answered."""


def control(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of a control.

    A `KeyError` is answered as something that is missing or unknown, a `ValueError` as a value that cannot be read.
    """

    async def answered(request: Request) -> Response:
        fields = await read_fields(request) if await request.body() else {}
        try:
            told = act({**fields, **request.path_params})
        except KeyError as unknown:
            return JSONResponse({"error": f"{unknown} is missing or unknown"}, 400)
        except ValueError as wrong:
            return JSONResponse({"error": f"a value cannot be read: {wrong}"}, 400)
        return done(request, told or {})

    return answered


def is_on(fields: Mapping[str, Any], name: str = "on") -> bool:
    """Whether a switch was posted as on: a form posts text."""
    return fields.get(name) in (True, "true", "on", "1")
