"""The sandbox's application: twins, controls and console behind the guards that keep strangers out."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from ace_integrations.sandbox.asgi import answer
from ace_integrations.sandbox.clock import Clock
from ace_integrations.sandbox.console import TOKEN_COOKIE, Console
from ace_integrations.sandbox.controls import Controls
from ace_integrations.sandbox.delivery import Deliveries
from ace_integrations.sandbox.faults import Faults
from ace_integrations.sandbox.journal import Journal
from ace_integrations.sandbox.pages import STATIC
from ace_integrations.sandbox.twin import Twin, World, services_of
from ace_integrations.sandbox.watched import Watched, decoded
from ace_integrations.settings import is_loopback

TOKEN_HEADER = "x-sandbox-token"  # noqa: S105 - a name


class Sandbox:
    """All twins with one clock, one journal, one set of faults and one queue of webhooks.

    Args:
        url: where the sandbox is reached, as in http://127.0.0.1:8600.
        targets: where the platform receives webhooks, by provider.
        hosts: names that may stand in a Host header, beside this machine's, when it was exposed on purpose.
    """

    def __init__(
        self,
        twins: Iterable[type[Twin]],
        *,
        url: str,
        targets: Mapping[str, str] | None = None,
        hosts: tuple[str, ...] = (),
    ) -> None:
        self.url = url
        self.token = secrets.token_urlsafe(24)
        self.targets = dict(targets or {})
        self.clock = Clock()
        self.journal = Journal()
        self.faults = Faults()
        self.deliveries = Deliveries(self.clock, self.journal)
        self.twins: dict[str, Twin] = {kind.name: kind(self._world(kind.name)) for kind in twins}
        self.services = {service: name for name, twin in self.twins.items() for service in services_of(twin)}
        self._hosts = hosts
        self.app: ASGIApp = _Guard(self._build(), self)

    def reset(self) -> None:
        """Become as new: twins, clock, journal, faults, webhooks."""
        self.clock.reset()
        self.deliveries.clear()
        self.faults.clear()
        self.journal.clear()
        for twin in self.twins.values():
            twin.reset()

    def allows(self, host: str) -> bool:
        """Whether a Host header names this sandbox; another name is an attack by DNS."""
        name = urlsplit(f"//{host}").hostname or ""
        port = urlsplit(f"//{host}").port
        return (is_loopback(f"//{name}") or name in self._hosts) and port == urlsplit(self.url).port

    def _world(self, name: str) -> World:
        return World(name, self.clock, self.journal, self.deliveries, f"{self.url}/{name}", self.targets)

    def _build(self) -> Starlette:
        mounts: list[BaseRoute] = [
            Mount(f"/{name}", app=Watched(name, routes, self))
            for twin in self.twins.values()
            for name, routes in services_of(twin).items()
        ]
        controls = [Mount(f"/_sandbox/{name}", routes=list(twin.controls())) for name, twin in self.twins.items()]
        static = Mount("/static", app=StaticFiles(directory=STATIC), name="static")
        routes = [*Controls(self).routes(), static, *controls, *mounts, *Console(self).routes()]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncGenerator[None]:
        del app
        running = asyncio.create_task(self.clock.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


class _Guard:
    """Refuses foreign Host and Origin headers everywhere, and requests without the token at the controls."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = decoded(scope["headers"])
        problem = self._problem(scope["path"], scope.get("method", "GET"), headers)
        if problem and scope["type"] == "websocket":
            # Before it is accepted, which the server answers with 403.
            await send({"type": "websocket.close"})
            return
        if problem:
            await answer(send, 403, problem.encode(), media_type="text/plain")
            return
        await self._app(scope, receive, send)

    def _problem(self, path: str, method: str, headers: Mapping[str, str]) -> str:
        if not self._sandbox.allows(headers.get("host", "")):
            return "This sandbox answers only under its own address."
        origin = headers.get("origin")
        if origin is not None and not is_loopback(origin):
            return "This sandbox answers no page of another machine."
        if not path.startswith("/_sandbox/"):
            return ""
        if origin is not None and method != "GET" and urlsplit(origin).port != urlsplit(self._sandbox.url).port:
            return "Only the sandbox's own console may use its controls."
        cookie = SimpleCookie(headers.get("cookie", "")).get(TOKEN_COOKIE)
        given = headers.get(TOKEN_HEADER) or (cookie.value if cookie else "")
        if not hmac.compare_digest(given.encode(), self._sandbox.token.encode()):
            return "The controls need the sandbox's token, in the header X-Sandbox-Token."
        return ""
