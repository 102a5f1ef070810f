"""Orders on the twin: what can be done in which status, and what time does to them. No HTTP here."""

from collections.abc import Callable, Mapping
from typing import Any

from ace_integrations.payments.paypal.sandbox import objects
from ace_integrations.payments.paypal.sandbox.buyers import Buyer
from ace_integrations.payments.paypal.sandbox.http import Json, no_such, refusal
from ace_integrations.payments.paypal.sandbox.objects import Order
from ace_integrations.payments.paypal.sandbox.patching import patched
from ace_integrations.payments.paypal.sandbox.payments import Emit, Payments, usual_outcome
from ace_integrations.payments.paypal.sandbox.validation import check_context, check_order, check_source

Later = Callable[[float, Callable[[], None]], None]

OPEN = frozenset(("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"))
TRANSITIONS: Mapping[str, frozenset[str]] = {
    "approve": OPEN,
    "cancel": OPEN,
    "update": OPEN,
    "confirm": frozenset({"CREATED", "PAYER_ACTION_REQUIRED"}),
    "capture": frozenset({"APPROVED"}),
    "authorize": frozenset({"APPROVED"}),
}
"""From which statuses of an order each step is possible."""

STEP_S = 3 * 3600.0
"""How long the buyer has to come to the page, to agree there, and the merchant to capture after that."""

DECLINED_ONCE = ".17"
"""An amount that ends so is refused by the buyer's bank the first time."""

_DONE = {"COMPLETED": "ORDER_ALREADY_COMPLETED", "VOIDED": "ORDER_EXPIRED"}


class Orders:
    """Every order.

    Args:
        emit: is told of each event.
        later: runs something after some seconds of the sandbox's clock.
        url: where the twin is mounted.
    """

    def __init__(self, payments: Payments, *, now: Callable[[], float], emit: Emit, later: Later, url: str) -> None:
        self._payments = payments
        self._now = now
        self._emit = emit
        self._later = later
        self._url = url
        self.all: dict[str, Order] = {}

    def get(self, order_id: str) -> Order:
        """Give an order; one that ended before the buyer agreed is no longer there."""
        if order_id not in self.all:
            raise no_such("order_id", order_id)
        return self.all[order_id]

    def shown(self, order: Order) -> Json:
        """Write an order as the API does."""
        return objects.order(order, self._url)

    def create(self, asked: Json) -> Order:
        """Make an order."""
        units = check_order(asked)
        wallet = check_source(asked)
        now = self._now()
        order = Order(objects.new_id(), asked["intent"], units, created=now, deadline=now + STEP_S)
        order.context = dict(asked.get("application_context") or {})
        if wallet is not None:
            self._ask_payer(order, wallet)
        self.all[order.id] = order
        self._expire_later(order)
        return order

    def change(self, order: Order, patches: list[Any]) -> None:
        """Patch an order."""
        self._require(order, "update")
        order.intent, order.payer, order.units = patched(order, patches)
        order.updated = self._now()

    def confirm(self, order: Order, asked: Json) -> Order:
        """Name the source of payment of an order that has none."""
        wallet, context = check_source(asked), check_context(asked)
        if wallet is None:
            raise refusal("MISSING_REQUIRED_PARAMETER", "/payment_source")
        self._require(order, "confirm")
        order.context |= context
        self._ask_payer(order, wallet)
        order.updated = self._now()
        return order

    def open(self, order: Order) -> None:
        """Note that the buyer came to the page, from when on the time to agree counts."""
        if order.is_open and not order.was_opened:
            order.was_opened = True
            self._extend(order)

    def approve(self, order: Order, buyer: Buyer, *, declines: int = 0) -> None:
        """Let the buyer agree.

        Args:
            declines: how many of the next captures the buyer's bank refuses.
        """
        self._require(order, "approve")
        is_new = order.status != "APPROVED"
        order.status, order.payer, order.source = "APPROVED", buyer.payer(), buyer.source()
        order.declines, order.updated = declines, self._now()
        if order.context.get("shipping_preference", "GET_FROM_FILE") == "GET_FROM_FILE":
            for unit in order.units:
                unit["shipping"] = buyer.shipping()
        if is_new:
            self._extend(order)
            self._emit("CHECKOUT.ORDER.APPROVED", "checkout-order", self.shown(order))

    def capture(self, order: Order) -> Order:
        """Take the money of an order that the buyer agreed to."""
        self._prepare(order, "capture")
        becomes = order.becomes
        for position, unit in enumerate(order.units):
            self._payments.take(order, position, becomes or usual_outcome(unit["amount"]))
        return self._complete(order)

    def authorize(self, order: Order) -> Order:
        """Reserve the money of an order that the buyer agreed to."""
        self._prepare(order, "authorize")
        for position in range(len(order.units)):
            self._payments.authorize(order, position)
        order.status, order.updated = "COMPLETED", self._now()
        return order

    def expire(self, order: Order) -> None:
        """End an order: one that was agreed to is void, any other is gone."""
        if not order.is_open:
            return
        if order.status != "APPROVED":
            self.all.pop(order.id, None)
            return
        order.status, order.updated = "VOIDED", self._now()
        self._emit("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", self.shown(order))

    def _complete(self, order: Order) -> Order:
        order.status, order.updated, order.becomes = "COMPLETED", self._now(), None
        self._emit("CHECKOUT.ORDER.COMPLETED", "checkout-order", self.shown(order))
        return order

    def _prepare(self, order: Order, step: str) -> None:
        """Refuse what cannot be taken, before anything is."""
        if step != order.intent.lower():
            raise refusal("ACTION_DOES_NOT_MATCH_INTENT", "/intent", order.intent)
        self._require(order, step)
        if not order.was_declined and any(unit["amount"]["value"].endswith(DECLINED_ONCE) for unit in order.units):
            order.declines = max(order.declines, 1)
        if order.declines:
            order.declines, order.was_declined = order.declines - 1, True
            raise refusal("INSTRUMENT_DECLINED")
        for unit in order.units:
            if self._payments.uses_invoice(unit.get("invoice_id")):
                raise refusal("DUPLICATE_INVOICE_ID", "/purchase_units/invoice_id", unit["invoice_id"])

    def _require(self, order: Order, step: str) -> None:
        if order.status not in TRANSITIONS[step]:
            raise refusal(_why_not(order, step))

    def _ask_payer(self, order: Order, wallet: Json) -> None:
        order.context |= wallet.get("experience_context") or {}
        order.source, order.status = {"paypal": {}}, "PAYER_ACTION_REQUIRED"

    def _extend(self, order: Order) -> None:
        order.deadline = self._now() + STEP_S
        self._expire_later(order)

    def _expire_later(self, order: Order) -> None:
        deadline = order.deadline
        # A later step of the buyer moves the deadline, and then this one says nothing.
        self._later(deadline - self._now(), lambda: self.expire(order) if order.deadline == deadline else None)


def _why_not(order: Order, step: str) -> str:
    """Name the issue of a step that the order's status forbids."""
    if order.status == "COMPLETED" and step in ("capture", "authorize", "confirm"):
        return "ORDER_ALREADY_AUTHORIZED" if order.intent == "AUTHORIZE" else "ORDER_ALREADY_CAPTURED"
    if order.status in _DONE:
        return "ORDER_CANNOT_BE_CONFIRMED" if step == "confirm" else _DONE[order.status]
    return "PAYMENT_ALREADY_APPROVED" if step == "confirm" else "ORDER_NOT_APPROVED"
