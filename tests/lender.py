"""A service of nobody's that lends bearer tokens, with its twin: what the core's tests of tokens talk to."""

import base64
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.core import (
    AsyncClient,
    Call,
    Endpoint,
    HttpCall,
    Repeat,
    Service,
    ServiceOperations,
    SyncClient,
    Token,
    from_json,
    operation,
    require,
)
from ace_integrations.sandbox.asgi import done
from ace_integrations.sandbox.twin import Detail, Item, World
from ace_integrations.settings import ProviderSettings, Secret

LIFE_S = 3600


class LenderSettings(ProviderSettings):
    """Keys of the service."""

    provider = "lender"
    required = ("secret",)
    sandbox_values: ClassVar[dict[str, Any]] = {"secret": SecretStr("sandbox-lender-secret")}

    secret: Secret | None = Field(default=None, validation_alias="LENDER_SECRET")


class Counted(BaseModel):
    """How often the service was asked."""

    calls: int


COUNTED, TOKEN = from_json(Counted), from_json(Token)


def endpoint(settings: LenderSettings) -> Endpoint:
    require(settings)
    return Endpoint(settings.base_url or "https://lender.example.com")


def ask_for_token(settings: LenderSettings) -> HttpCall[Token]:
    assert settings.secret is not None
    basic = base64.b64encode(f"ace:{settings.secret.get_secret_value()}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    return HttpCall("POST", "/token", TOKEN, form=form, headers={"authorization": f"Basic {basic}"}, repeat=Repeat.SAFE)


SERVICE = Service("lender", LenderSettings, endpoint, token=ask_for_token)


class LenderOperations(ServiceOperations):
    """One read, one write that must not be repeated."""

    service = SERVICE

    @operation
    def look(self) -> Call[Counted]:
        """Look."""
        return HttpCall("GET", "/look", COUNTED)

    @operation
    def act(self) -> Call[Counted]:
        """Act."""
        return HttpCall("POST", "/act", COUNTED, json={})


class Lender(LenderOperations, SyncClient[LenderSettings]):
    """Blocking."""


class AsyncLender(LenderOperations, AsyncClient[LenderSettings]):
    """Awaited."""


class LenderTwin:
    """The service, imitated: tokens with an end, which can be taken back."""

    name = "lender"
    title = "Lender"
    icon = "box"
    empty = "Nothing lent yet."

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        self.lent: dict[str, float] = {}
        self.asked = self.calls = self.acts = 0

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/token", self._token, methods=["POST"], name="token"),
            Route("/look", self._look, name="look"),
            Route("/act", self._act, methods=["POST"], name="act"),
        ]

    def controls(self) -> Sequence[BaseRoute]:
        return [Route("/counts", self._counts), Route("/revoke", self._revoke, methods=["POST"])]

    def items(self) -> Sequence[Item]:
        return []

    def detail(self, item_id: str) -> Detail | None:
        del item_id
        return None

    async def _token(self, request: Request) -> Response:
        self.asked += 1
        if not request.headers["authorization"].startswith("Basic "):
            return JSONResponse({"error": "invalid_client"}, 401)
        token = f"lent-{self.asked}"
        self.lent[token] = self.world.clock.now() + LIFE_S
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": LIFE_S})

    async def _look(self, request: Request) -> Response:
        return self._answer(request)

    async def _act(self, request: Request) -> Response:
        answer = self._answer(request)
        self.acts += answer.status_code == 200
        return answer

    def _answer(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.lent.get(token, 0) <= self.world.clock.now():
            return JSONResponse({"error": "invalid_token"}, 401)
        self.calls += 1
        return JSONResponse({"calls": self.calls})

    async def _counts(self, request: Request) -> Response:
        return JSONResponse({"asked": self.asked, "calls": self.calls, "acts": self.acts})

    async def _revoke(self, request: Request) -> Response:
        self.lent.clear()
        return done(request, {})
