"""The console: what the twins hold, live traffic, and the buttons that decide as the services would."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from ace_integrations.sandbox.app import Sandbox


class Console:
    """Server-rendered pages over one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def routes(self) -> list[BaseRoute]:
        """Give the pages."""
        return [Route("/", self._overview, name="console")]

    async def _overview(self, request: Request) -> Response:
        del request
        return HTMLResponse("<!doctype html><title>Sandbox</title><h1>Sandbox</h1>")
