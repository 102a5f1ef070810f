"""A route of a feed, behind whatever the feed suffers from, and how it writes numbers and marks its answers."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ace_integrations.payments.rates.sandbox.market import FAULTS, REFUSALS, RETRY_AFTER_S, Market
from ace_integrations.sandbox.faults import apply

Handler = Callable[[Request], Awaitable[Response]]
Refusal = Callable[[str], tuple[int, Any]]
"""Gives status and body of one of `REFUSALS`, in the service's own words."""


class Feeding:
    """Makes the routes of one feed."""

    def __init__(self, market: Market, feed: str, refuse: Refusal) -> None:
        self.market = market
        self.feed = feed
        self._refuse = refuse

    def route(self, path: str, handler: Handler, *, name: str = "latest") -> Route:
        """Give a route; its name is the operation's."""
        return Route(path, _Troubled(self, handler), name=name)

    def refusal(self) -> Response | None:
        """Give what the feed says in place of an answer, None when it answers."""
        trouble = self.market.trouble(self.feed)
        if trouble not in REFUSALS:
            return None
        status, body = self._refuse(trouble)
        headers = {"retry-after": str(RETRY_AFTER_S)} if status == 429 else {}
        return JSONResponse(body, status, headers=headers)


class _Troubled:
    def __init__(self, feeding: Feeding, handler: Handler) -> None:
        self._feeding = feeding
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rule = FAULTS.get(self._feeding.market.trouble(self._feeding.feed))
        if rule is None:
            await self._answer(scope, receive, send)
        else:
            await apply(rule, self._answer, scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._feeding.refusal() or await self._handler(request)
        await response(scope, receive, send)


def written(value: Decimal, places: int) -> float | int:
    """Give a rate as JSON writes it: a whole number without a point."""
    rounded = round(value, places)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def marked(request: Request, body: Any, *, cache: str = "") -> Response:
    """Answer with the mark of the content, or with 304 to who has it already."""
    content = json.dumps(body).encode()
    headers = {"etag": f'W/"{hashlib.sha256(content).hexdigest()[:32]}"', **({"cache-control": cache} if cache else {})}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
