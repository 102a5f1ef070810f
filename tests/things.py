"""A small service of nobody's, with its twin: what the core's tests talk to."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.core import (
    AsyncClient,
    Call,
    Describer,
    Endpoint,
    Headers,
    HttpCall,
    Problem,
    Repeat,
    Reply,
    Service,
    ServiceOperations,
    SyncClient,
    from_json,
    operation,
    require,
)
from ace_integrations.errors import SignatureError
from ace_integrations.sandbox.asgi import done
from ace_integrations.sandbox.twin import Badge, Detail, Item, World
from ace_integrations.settings import ProviderSettings, Secret, SecretList
from ace_integrations.webhooks import Event, SignatureScheme, WebhookSource, read_model, read_object, single, usable

KEY = "sandbox-things-key"
WEBHOOK_SECRET = "sandbox-things-webhook-secret"


class ThingSettings(ProviderSettings):
    """Keys of the service."""

    provider = "things"
    required = ("key",)
    sandbox_values: ClassVar[dict[str, Any]] = {"key": SecretStr(KEY), "webhook_secrets": (SecretStr(WEBHOOK_SECRET),)}

    key: Secret | None = Field(default=None, validation_alias="THINGS_KEY")
    webhook_secrets: SecretList = Field(default=(), validation_alias="THINGS_WEBHOOK_SECRET")


class Thing(BaseModel):
    """What the service holds."""

    id: str
    size: int


THING = from_json(Thing)


def endpoint(settings: ThingSettings) -> Endpoint:
    require(settings, "key")
    assert settings.key is not None
    return Endpoint(settings.base_url or "https://things.example.com", {"x-api-key": settings.key.get_secret_value()})


def problem(reply: Reply) -> Problem:
    return Problem(reply.body.decode("utf-8", "replace"), code="thing_trouble")


def hint(reply: Reply) -> bool | None:
    return {"true": True, "false": False}.get(reply.headers.get("x-should-retry", ""))


SERVICE = Service(
    "things", ThingSettings, endpoint, problem=problem, retry_hint=hint, idempotency_header="idempotency-key"
)


class ThingOperations(ServiceOperations):
    """One operation of each class of repeat."""

    service = SERVICE

    @operation
    def get_thing(self, *, thing_id: str) -> Call[Thing]:
        """Get a thing."""
        return HttpCall("GET", "/things/{thing_id}", THING, path_params={"thing_id": thing_id})

    @operation
    def ponder(self) -> Call[Thing]:
        """Let the service think, for money."""
        return HttpCall("GET", "/ponder", THING, repeat=Repeat.COSTLY)

    @operation
    def put_thing(self, *, size: int, idempotency_key: str) -> Call[Thing]:
        """Add a thing once."""
        return HttpCall("POST", "/things", THING, json={"size": size}, idempotency_key=idempotency_key)

    @operation
    def throw_thing(self, *, size: int) -> Call[Thing]:
        """Add a thing each time."""
        return HttpCall("POST", "/throw", THING, form={"size": str(size), "colour": None})


class Things(ThingOperations, SyncClient[ThingSettings]):
    """Blocking."""


class AsyncThings(ThingOperations, AsyncClient[ThingSettings]):
    """Awaited."""


class ThingCalls(ThingOperations, Describer):
    """Described."""


class ThingSignature(SignatureScheme):
    """`X-Thing-Signature: <seconds>.<hex>`."""

    def sign(self, body: bytes, *, secret: str, now: int) -> dict[str, str]:
        return {"x-thing-signature": f"{now}.{_mac(secret, now, body)}"}

    def verify(self, headers: Headers, body: bytes, *, secrets: Sequence[str], now: int) -> None:
        at, _, claimed = single(headers, "x-thing-signature").partition(".")
        if not at.isdigit():
            raise SignatureError("the time is not a number")
        good = [hmac.compare_digest(_mac(secret, int(at), body), claimed) for secret in usable(secrets)]
        if not any(good):
            raise SignatureError("no signature matches a current secret")
        self.check_age(int(at), now)


def _mac(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256).hexdigest()


class ThingChanged(BaseModel):
    """The one event."""

    id: str
    type: str
    size: int


def parse(headers: Headers, body: bytes) -> Event:
    data = read_model(ThingChanged, read_object(body))
    return Event(provider="things", id=data.id, type=data.type, environment="test", data=data)


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"evt_{now}", "type": event_type, "size": 1, **fields}


def sign(scheme: SignatureScheme, value: dict[str, Any], secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    body = JSONResponse(value).body
    return bytes(body), scheme.sign(bytes(body), secret=secret, now=now)


WEBHOOKS = WebhookSource(
    provider="things",
    settings=ThingSettings,
    scheme=lambda settings: ThingSignature(),
    secrets=lambda settings: [secret.get_secret_value() for secret in settings.webhook_secrets],
    secret_setting="webhook_secrets",
    parse=parse,
    sample=sample,
    event_types=("thing.changed",),
    sign=sign,
)


class ThingTwin:
    """The service, imitated. Counts what really happened, for the tests to see."""

    name = "things"
    title = "Things"
    icon = "box"
    empty = "No thing yet."

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()
        world.journal.hide(KEY, WEBHOOK_SECRET)

    def reset(self) -> None:
        self.made = 0
        self.keys: dict[str, dict[str, Any]] = {}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/things/{thing_id}", self._get, name="get_thing"),
            Route("/ponder", self._get, name="ponder"),
            Route("/things", self._put, methods=["POST"], name="put_thing"),
            Route("/throw", self._throw, methods=["POST"], name="throw_thing"),
            Route("/echo", self._echo, methods=["GET", "POST", "DELETE"], name="echo"),
        ]

    def controls(self) -> Sequence[BaseRoute]:
        return [Route("/made", self._made), Route("/emit", self._emit, methods=["POST"])]

    def items(self) -> Sequence[Item]:
        return [Item(str(n), f"Thing {n}", "", self.world.clock.now(), Badge("Made", "ok")) for n in range(self.made)]

    def detail(self, item_id: str) -> Detail | None:
        return Detail(f"Thing {item_id}") if int(item_id) < self.made else None

    async def _get(self, request: Request) -> Response:
        return JSONResponse(
            {"id": request.path_params.get("thing_id", "1"), "size": 3}, headers={"x-request-id": "req_7"}
        )

    async def _put(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if key not in self.keys:
            self.made += 1
            self.keys[key] = {"id": str(self.made), "size": (await request.json())["size"]}
        return JSONResponse(self.keys[key], 201)

    async def _throw(self, request: Request) -> Response:
        self.made += 1
        return JSONResponse({"id": str(self.made), "size": int(dict(await request.form())["size"])})

    async def _echo(self, request: Request) -> Response:
        body = (await request.body()).decode()
        return JSONResponse({"method": request.method, "query": str(request.url.query), "body": body})

    async def _made(self, request: Request) -> Response:
        return JSONResponse({"made": self.made})

    async def _emit(self, request: Request) -> Response:
        value = sample("thing.changed", now=self.world.now())
        scheme = ThingSignature()
        self.world.deliveries.send(
            provider="things",
            type="thing.changed",
            url=self.world.webhook_url,
            sign=lambda: sign(scheme, value, WEBHOOK_SECRET, self.world.now()),
            retries_s=(60, 240),
        )
        return done(request, value)
