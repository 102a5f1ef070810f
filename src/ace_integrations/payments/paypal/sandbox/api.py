"""The operations of Orders v2 and Payments v2 on the twin, and the token that they need."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.paypal.sandbox.gate import Asked, Gate, Handler, Reads
from ace_integrations.payments.paypal.sandbox.http import (
    ORDERS_KEPT_S,
    PAYMENTS_KEPT_S,
    Answer,
    Json,
    RefusedError,
    new_debug_id,
    read_list,
    refusal,
)
from ace_integrations.payments.paypal.sandbox.objects import Order
from ace_integrations.payments.paypal.sandbox.orders import Orders
from ace_integrations.payments.paypal.sandbox.payments import Payments
from ace_integrations.payments.paypal.sandbox.tokens import TokenError

_BRIEF = frozenset(("id", "status", "links"))
_BRIEF_ORDER = _BRIEF | {"payment_source"}
_EVERY_METHOD = ["GET", "POST", "PATCH", "PUT", "DELETE"]


class Api:
    """The routes below `/v1/oauth2`, `/v2/checkout` and `/v2/payments`."""

    def __init__(self, gate: Gate, orders: Orders, payments: Payments) -> None:
        self._gate = gate
        self._orders = orders
        self._payments = payments

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        return [
            Route("/v1/oauth2/token", self._token, methods=["POST"], name="get_token"),
            *self._order_routes(),
            *self._payment_routes(),
        ]

    def unknown(self) -> BaseRoute:
        """Give the route of every other path of the API."""
        return Route("/{version:str}/{rest:path}", self._unknown, methods=_EVERY_METHOD)

    def _order_routes(self) -> list[BaseRoute]:
        place = "/v2/checkout/orders"
        one, kept = f"{place}/{{order_id}}", ORDERS_KEPT_S
        return [
            self._route("POST", place, "create_order", self._create, kept_s=kept),
            self._route("GET", one, "get_order", self._get),
            self._route("PATCH", one, "patch_order", self._update, reads="raw"),
            self._route("POST", f"{one}/confirm-payment-source", "confirm_order", self._confirm, kept_s=kept),
            self._route("POST", f"{one}/capture", "capture_order", self._capture, kept_s=kept),
            self._route("POST", f"{one}/authorize", "authorize_order", self._authorize, kept_s=kept),
        ]

    def _payment_routes(self) -> list[BaseRoute]:
        authorization, capture = "/v2/payments/authorizations/{payment_id}", "/v2/payments/captures/{payment_id}"
        payments, kept = self._payments, PAYMENTS_KEPT_S
        return [
            self._route(
                "GET",
                authorization,
                "get_authorization",
                lambda asked: _shown(payments.authorization(asked.ids["payment_id"])),
            ),
            self._route(
                "POST", f"{authorization}/capture", "capture_authorization", self._capture_authorized, kept_s=kept
            ),
            self._route("POST", f"{authorization}/reauthorize", "reauthorize", self._reauthorize, kept_s=kept),
            self._route(
                "POST", f"{authorization}/void", "void_authorization", self._void, kept_s=kept, reads="nothing"
            ),
            self._route("GET", capture, "get_capture", lambda asked: _shown(payments.capture(asked.ids["payment_id"]))),
            self._route("POST", f"{capture}/refund", "refund_capture", self._refund, kept_s=kept),
            self._route(
                "GET",
                "/v2/payments/refunds/{payment_id}",
                "get_refund",
                lambda asked: _shown(payments.refund_of(asked.ids["payment_id"])),
            ),
        ]

    def _route(
        self, method: str, path: str, name: str, handler: Handler, *, kept_s: float = 0.0, reads: Reads = "json"
    ) -> Route:
        reading = "nothing" if method == "GET" else reads
        return self._gate.route(method, path, name, handler, kept_s=kept_s, reads=reading, takes_mocks=True)

    async def _token(self, request: Request) -> Response:
        headers = {"paypal-debug-id": new_debug_id()}
        form = (await request.body()).decode("utf-8", "replace")
        try:
            lent = self._gate.tokens.lend(request.headers.get("authorization", ""), form)
        except TokenError as error:
            return JSONResponse(error.body, error.status, headers=headers)
        return JSONResponse(lent, headers=headers)

    async def _unknown(self, request: Request) -> Response:
        del request
        debug_id = new_debug_id()
        return JSONResponse(RefusedError(404).body(debug_id), 404, headers={"paypal-debug-id": debug_id})

    # Orders.

    def _create(self, asked: Asked) -> Answer:
        if asked.body.get("payment_source") is not None and not asked.request_id:
            raise refusal("PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id")
        return self._order(self._orders.create(asked.body), 201)

    def _get(self, asked: Asked) -> Answer:
        order = self._orders.get(asked.ids["order_id"])
        fields = asked.query.get("fields", "")
        if fields not in ("", "payment_source"):
            raise refusal("INVALID_PARAMETER_VALUE", "fields", fields, location="query")
        if fields:
            return _shown({name: value for name, value in self._orders.shown(order).items() if name in _BRIEF_ORDER})
        return self._order(order, 200)

    def _update(self, asked: Asked) -> Answer:
        self._orders.change(self._orders.get(asked.ids["order_id"]), read_list(asked.raw))
        return Answer(204)

    def _confirm(self, asked: Asked) -> Answer:
        return self._order(self._orders.confirm(self._orders.get(asked.ids["order_id"]), asked.body), 200)

    def _capture(self, asked: Asked) -> Answer:
        return self._order(self._orders.capture(self._orders.get(asked.ids["order_id"])), 201)

    def _authorize(self, asked: Asked) -> Answer:
        return self._order(self._orders.authorize(self._orders.get(asked.ids["order_id"])), 201)

    def _order(self, order: Order, status: int) -> Answer:
        return Answer(status, lambda: self._orders.shown(self._orders.get(order.id)), _BRIEF_ORDER)

    # Payments.

    def _capture_authorized(self, asked: Asked) -> Answer:
        authorization = self._payments.authorization(asked.ids["payment_id"])
        return _made(self._payments.capture_authorized(authorization, asked.body))

    def _reauthorize(self, asked: Asked) -> Answer:
        return _made(self._payments.reauthorize(self._payments.authorization(asked.ids["payment_id"]), asked.body))

    def _void(self, asked: Asked) -> Answer:
        voided = self._payments.void(self._payments.authorization(asked.ids["payment_id"]))
        return _shown(voided) if asked.is_whole else Answer(204)

    def _refund(self, asked: Asked) -> Answer:
        return _made(self._payments.refund(self._payments.capture(asked.ids["payment_id"]), asked.body))


def _shown(thing: Json) -> Answer:
    return Answer(200, lambda: thing)


def _made(thing: Json) -> Answer:
    return Answer(201, lambda: thing, _BRIEF)
