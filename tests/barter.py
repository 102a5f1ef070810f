"""A payment gateway of nobody's, with its twin and a payer: a stranger's plugin, as the docs tell to write one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, ClassVar, Self

from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.core import (
    Call,
    Describer,
    Endpoint,
    HttpCall,
    Problem,
    Reply,
    Service,
    ServiceOperations,
    from_json,
    operation,
    secret_of,
)
from ace_integrations.hooks import Plugins, Provider, hookimpl
from ace_integrations.payments import (
    DisputeReport,
    DisputeState,
    FeeRules,
    GatewayReport,
    Money,
    PaymentOrder,
    PaymentStatus,
    RefundReport,
    RefundStatus,
    Started,
)
from ace_integrations.sandbox import RunningSandbox, start
from ace_integrations.sandbox.twin import Badge, Detail, Item, World
from ace_integrations.settings import ProviderSettings, Secret

KEY = "sandbox-barter-key"


class BarterSettings(ProviderSettings):
    """The market's key."""

    provider = "barter"
    required = ("key",)
    sandbox_values: ClassVar[dict[str, Any]] = {"key": SecretStr(KEY)}

    key: Secret | None = Field(default=None, validation_alias="BARTER_KEY")


class Swap(BaseModel):
    """One payment as the market holds it: amounts in hundredths, in the one currency of the market."""

    id: str
    reference: str
    state: str
    wanted: int
    given: int = 0
    returned: int = 0
    held: bool = False
    last_no: str = ""
    quarrels: tuple[str, ...] = ()


class Returned(BaseModel):
    """What went back."""

    id: str
    amount: int


SWAP, SWAPS, RETURNED = from_json(Swap), from_json(tuple[Swap, ...]), from_json(Returned)


def _endpoint(settings: BarterSettings) -> Endpoint:
    headers = {"x-barter-key": secret_of(settings, "key")}
    return Endpoint(settings.base_url or "https://barter.example.com", headers)


def _problem(reply: Reply) -> Problem:
    return Problem(reply.body.decode("utf-8", "replace"), code="no_deal")


SERVICE = Service("barter", BarterSettings, _endpoint, problem=_problem, idempotency_header="once")


class BarterCalls(ServiceOperations, Describer):
    """The market's calls."""

    service = SERVICE

    @operation
    def open_swap(self, *, reference: str, wanted: int, held: bool, once: str) -> Call[Swap]:
        """Ask for something."""
        body = {"reference": reference, "wanted": wanted, "held": held}
        return HttpCall("POST", "/swaps", SWAP, json=body, idempotency_key=once)

    @operation
    def get_swap(self, *, swap_id: str) -> Call[Swap]:
        """Ask where it is."""
        return HttpCall("GET", "/swaps/{id}", SWAP, path_params={"id": swap_id})

    @operation
    def find_swaps(self, *, reference: str | None = None, since: int | None = None) -> Call[tuple[Swap, ...]]:
        """Look for some."""
        return HttpCall(
            "GET", "/swaps", SWAPS, query={"reference": reference, "since": None if since is None else str(since)}
        )

    @operation
    def change_swap(self, *, swap_id: str, to: str, once: str) -> Call[Swap]:
        """Take it or end it."""
        return HttpCall("POST", "/swaps/{id}/{to}", SWAP, path_params={"id": swap_id, "to": to}, idempotency_key=once)

    @operation
    def give_back(self, *, swap_id: str, amount: int | None, once: str) -> Call[Returned]:
        """Return some of it."""
        body = {} if amount is None else {"amount": amount}
        path = "/swaps/{id}/returns"
        return HttpCall("POST", path, RETURNED, path_params={"id": swap_id}, json=body, idempotency_key=once)


def _euros(hundredths: int) -> Money:
    return Money(Decimal(hundredths) / 100, "EUR")


class BarterGateway:
    """The market as a `PaymentGateway`."""

    def __init__(self, settings: BarterSettings) -> None:
        del settings
        self._calls = BarterCalls()

    def takes(self, currency: str) -> bool:
        return currency == "EUR"

    def start(self, order: PaymentOrder) -> Call[Started]:
        return self._calls.open_swap(
            reference=order.reference,
            wanted=order.amount.to_minor(),
            held=not order.capture,
            once=order.idempotency_key("open"),
        ).map(
            lambda swap: Started(
                gateway="barter",
                gateway_id=swap.id,
                status=PaymentStatus.PENDING,
                live=False,
                approval_url=f"https://barter.example.com/{swap.id}",
            )
        )

    def report(self, *, gateway_id: str) -> Call[GatewayReport]:
        return self._calls.get_swap(swap_id=gateway_id).map(_report)

    def find(self, *, reference: str) -> Call[tuple[GatewayReport, ...]]:
        return self._calls.find_swaps(reference=reference).map(lambda swaps: tuple(map(_report, swaps)))

    def capture(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        return self._calls.change_swap(swap_id=gateway_id, to="take", once=idempotency_key).map(_report)

    def cancel(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        return self._calls.change_swap(swap_id=gateway_id, to="end", once=idempotency_key).map(_report)

    def refund(self, *, gateway_id: str, amount: Money | None, idempotency_key: str) -> Call[RefundReport]:
        part = None if amount is None else amount.to_minor()
        return self._calls.give_back(swap_id=gateway_id, amount=part, once=idempotency_key).map(
            lambda back: RefundReport(
                gateway="barter",
                refund_id=back.id,
                gateway_id=gateway_id,
                amount=_euros(back.amount),
                status=RefundStatus.SUCCEEDED,
            )
        )

    def disputes(self, *, gateway_id: str) -> Call[tuple[DisputeReport, ...]]:
        def read(swap: Swap) -> tuple[DisputeReport, ...]:
            return tuple(
                DisputeReport(
                    gateway="barter",
                    dispute_id=f"{swap.id}-{number}",
                    gateway_id=swap.id,
                    amount=_euros(swap.given),
                    state=DisputeState(state),
                )
                for number, state in enumerate(swap.quarrels)
            )

        return self._calls.get_swap(swap_id=gateway_id).map(read)

    def paid_since(self, since: datetime) -> Call[tuple[str, ...]]:
        at = int(since.timestamp())
        return self._calls.find_swaps(since=at).map(lambda swaps: tuple(swap.id for swap in swaps if swap.given))

    def fees(self) -> FeeRules | None:
        return None

    def browser_config(self) -> Mapping[str, str]:
        return {}


_STATES = {
    "open": PaymentStatus.PENDING,
    "held": PaymentStatus.AUTHORISED,
    "given": PaymentStatus.PAID,
    "ended": PaymentStatus.CANCELED,
}


def _report(swap: Swap) -> GatewayReport:
    return GatewayReport(
        gateway="barter",
        gateway_id=swap.id,
        reference=swap.reference,
        status=_STATES[swap.state],
        amount=_euros(swap.wanted),
        received=_euros(swap.given),
        refunded=_euros(swap.returned),
        live=False,
        decline_code=swap.last_no,
        disputed="open" in swap.quarrels or "lost" in swap.quarrels,
        disputes_closed=swap.quarrels.count("won"),
        capture=not swap.held,
        capture_id=f"given-{swap.id}" if swap.given else "",
    )


class BarterTwin:
    """The market, imitated."""

    name = "barter"
    title = "Barter"
    icon = "box"
    empty = "No swap yet."

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        self.swaps: dict[str, Swap] = {}
        self.answers: dict[str, BaseModel] = {}
        self.given_at: dict[str, int] = {}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/swaps", self._open, methods=["POST"], name="open_swap"),
            Route("/swaps", self._find, name="find_swaps"),
            Route("/swaps/{id}", self._get, name="get_swap"),
            Route("/swaps/{id}/returns", self._return, methods=["POST"], name="give_back"),
            Route("/swaps/{id}/{to}", self._change, methods=["POST"], name="change_swap"),
        ]

    def controls(self) -> Sequence[BaseRoute]:
        return [Route("/swaps/{id}/{does}", self._payer, methods=["POST"])]

    def items(self) -> Sequence[Item]:
        return [Item(swap.id, swap.reference, "", 0.0, Badge(swap.state)) for swap in self.swaps.values()]

    def detail(self, item_id: str) -> Detail | None:
        return Detail(item_id) if item_id in self.swaps else None

    async def _open(self, request: Request) -> Response:
        if (known := self._answered(request)) is not None:
            return known
        swap = Swap(id=f"SW{len(self.swaps) + 1:06d}", state="open", **await request.json())
        return self._keep(request, swap)

    async def _get(self, request: Request) -> Response:
        swap = self.swaps.get(request.path_params["id"])
        return _json(swap) if swap else Response("no such swap", 404)

    async def _find(self, request: Request) -> Response:
        reference, since = request.query_params.get("reference"), request.query_params.get("since")
        found = [
            swap
            for swap in self.swaps.values()
            if reference in (None, swap.reference) and (since is None or self.given_at.get(swap.id, 0) >= int(since))
        ]
        return JSONResponse([swap.model_dump(mode="json") for swap in found])

    async def _change(self, request: Request) -> Response:
        if (known := self._answered(request)) is not None:
            return known
        swap, to = self.swaps[request.path_params["id"]], request.path_params["to"]
        if (to, swap.state) not in (("take", "held"), ("end", "open"), ("end", "held")):
            return Response(f"cannot {to} what is {swap.state}", 409)
        return self._keep(request, self._given(swap) if to == "take" else swap.model_copy(update={"state": "ended"}))

    async def _return(self, request: Request) -> Response:
        if (known := self._answered(request)) is not None:
            return known
        swap = self.swaps[request.path_params["id"]]
        left = swap.given - swap.returned
        amount = (await request.json()).get("amount", left)
        if not 0 < amount <= left:
            return Response("more than is left", 422)
        self.swaps[swap.id] = swap.model_copy(update={"returned": swap.returned + amount})
        return self._keep(request, Returned(id=f"RT{len(self.answers):06d}", amount=amount))

    async def _payer(self, request: Request) -> Response:
        swap, does = self.swaps[request.path_params["id"]], request.path_params["does"]
        changed = {
            "pay": lambda: swap.model_copy(update={"state": "held"}) if swap.held else self._given(swap),
            "decline": lambda: swap.model_copy(update={"last_no": "nothing_to_give"}),
            "quarrel": lambda: swap.model_copy(update={"quarrels": (*swap.quarrels, "open")}),
            "settle": lambda: swap.model_copy(update={"quarrels": ("won",)}),
        }[does]()
        self.swaps[swap.id] = changed
        return _json(changed)

    def _given(self, swap: Swap) -> Swap:
        self.given_at[swap.id] = self.world.now()
        return swap.model_copy(update={"state": "given", "given": swap.wanted, "last_no": ""})

    def _answered(self, request: Request) -> Response | None:
        known = self.answers.get(request.headers["once"])
        return _json(known) if known else None

    def _keep(self, request: Request, value: Swap | Returned) -> Response:
        self.answers[request.headers["once"]] = value
        if isinstance(value, Swap):
            self.swaps[value.id] = value
        return _json(value)


def _json(value: BaseModel) -> Response:
    return JSONResponse(value.model_dump(mode="json"))


class Market:
    """The plugin."""

    @hookimpl
    def ace_providers(self) -> Iterable[Provider]:
        yield Provider(
            name="barter",
            capability="payments",
            title="Barter",
            settings="tests.barter:BarterSettings",
            build="tests.barter:BarterGateway",
            service="tests.barter:SERVICE",
            twin="tests.barter:BarterTwin",
        )


class BarterUnderTest:
    """The market's twin and a payer."""

    name = "barter"
    price = Money.of("20.00", "EUR")
    reserves = True
    sandbox: RunningSandbox

    def __enter__(self) -> Self:
        self.sandbox = start(twins=[BarterTwin])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.sandbox.close()

    def ace(self) -> Ace:
        return Ace(self._settings, loaded=Plugins(Market()))

    def async_ace(self) -> AsyncAce:
        return AsyncAce(self._settings, loaded=Plugins(Market()))

    def pay(self, ace: Ace, started: Started) -> None:
        self.sandbox.control.post(f"barter/swaps/{started.gateway_id}/pay")

    def decline(self, ace: Ace, started: Started) -> None:
        self.sandbox.control.post(f"barter/swaps/{started.gateway_id}/decline")

    def dispute(self, ace: Ace, gateway_id: str) -> None:
        self.sandbox.control.post(f"barter/swaps/{gateway_id}/quarrel")

    def win_dispute(self, ace: Ace, gateway_id: str) -> None:
        self.sandbox.control.post(f"barter/swaps/{gateway_id}/settle")

    @property
    def _settings(self) -> Settings:
        return Settings(sandbox_url=self.sandbox.url, payments=("barter",))
