"""Money on the twin: authorisations, captures, refunds, and how each may change. No HTTP here."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from ace_integrations.payments.paypal.sandbox import amounts, objects
from ace_integrations.payments.paypal.sandbox.http import Json, no_such, refusal
from ace_integrations.payments.paypal.sandbox.objects import Order, Taken, moment
from ace_integrations.payments.paypal.sandbox.validation import CAPTURE, REFUND, check_fields, check_money

Emit = Callable[[str, str, Json], None]
"""Told of each event: its type, the kind of its resource, the resource."""

DAY_S = 86400.0
HONOUR_S, AUTHORIZED_S = 3 * DAY_S, 29 * DAY_S
"""How long the money of an authorisation is sure, and how long it can be tried."""

REFUNDABLE_S = 180 * DAY_S
MOST_REFUNDS = 10
"""Of one capture. The real limit is not published; this one is the twin's own."""

PENDING_REASONS = (
    "BUYER_COMPLAINT",
    "CHARGEBACK",
    "ECHECK",
    "INTERNATIONAL_WITHDRAWAL",
    "OTHER",
    "PENDING_REVIEW",
    "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION",
    "REFUNDED",
    "TRANSACTION_APPROVED_AWAITING_FUNDING",
    "UNILATERAL",
    "VERIFICATION_REQUIRED",
)
_UNDONE = frozenset(("FAILED", "CANCELLED"))
CLEARED = frozenset(("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"))
_CAPTURE_EVENTS = {"COMPLETED": "COMPLETED", "PENDING": "PENDING", "DECLINED": "DECLINED"}
_DENIED = "PAYMENT.CAPTURE.DENIED"
"""The older name of PAYMENT.CAPTURE.DECLINED, which PayPal still sends."""

_REFUSED_STATUS: Mapping[str, str] = {
    "DECLINED": "REFUND_NOT_ALLOWED",
    "FAILED": "REFUND_NOT_ALLOWED",
    "PENDING": "PENDING_CAPTURE",
    "REFUNDED": "CAPTURE_FULLY_REFUNDED",
}


class Payments:
    """The merchant's account.

    Args:
        emit: is told of each event.
        url: where the twin is mounted.
    """

    def __init__(self, *, now: Callable[[], float], emit: Emit, url: str) -> None:
        self._now = now
        self._emit = emit
        self._url = url
        self.authorizations: dict[str, Json] = {}
        self.captures: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.refunds_are_slow = False
        self._refunds_of: dict[str, list[str]] = {}
        self._disputes: dict[str, str] = {}
        self._began: dict[str, float] = {}
        self._orders: dict[str, tuple[Order, int]] = {}

    def clear(self) -> None:
        """Forget everything."""
        for held in (self.authorizations, self.captures, self.refunds, self._refunds_of, self._disputes, self._began):
            held.clear()
        self._orders.clear()
        self.refunds_are_slow = False

    # Captures.

    def capture(self, capture_id: str) -> Json:
        """Give a capture."""
        if capture_id not in self.captures:
            raise no_such("capture_id", capture_id)
        return self.captures[capture_id]

    def take(self, order: Order, position: int, becomes: tuple[str, str]) -> Json:
        """Capture one purchase unit of an order."""
        unit = order.units[position]
        about = objects.own_ids(unit)
        money = {name: unit["amount"][name] for name in ("currency_code", "value")}
        taken = Taken(money, {"final_capture": True, **about}, {"order_id": order.id}, becomes)
        return self._add_capture(order, position, taken)

    def uses_invoice(self, invoice_id: str | None) -> bool:
        """Whether some payment has this invoice id already."""
        held = [*self.captures.values(), *self.authorizations.values()]
        return invoice_id is not None and any(each.get("invoice_id") == invoice_id for each in held)

    def settle(self, capture: Json, outcome: str) -> Json:
        """End a pending capture.

        Args:
            outcome: completed, declined, or denied, which is the same under the older name.
        """
        if capture["status"] != "PENDING":
            raise refusal("NOT_PATCHABLE", "/status", capture["status"])
        del capture["status_details"]
        capture |= {"status": "COMPLETED" if outcome == "completed" else "DECLINED", "update_time": self._moment()}
        if outcome == "completed":
            capture["seller_receivable_breakdown"] = objects.receivable(capture["amount"])
        kind = _DENIED if outcome == "denied" else f"PAYMENT.CAPTURE.{_CAPTURE_EVENTS[capture['status']]}"
        self._emit(kind, "capture", capture)
        return capture

    def reverse(self, capture: Json) -> Json:
        """Let the buyer's bank take back what is left of a capture."""
        left = self.left(capture)
        if not left:
            raise refusal("CAPTURE_FULLY_REFUNDED")
        return self._give_back(capture, {}, left, status="COMPLETED", event="PAYMENT.CAPTURE.REVERSED")

    def _add_capture(self, order: Order, position: int, taken: Taken) -> Json:
        capture = objects.capture(taken, now=self._now(), url=self._url)
        self.captures[capture["id"]] = capture
        self._began[capture["id"]] = self._now()
        self._note(order, position, "captures", capture)
        self._emit(f"PAYMENT.CAPTURE.{_CAPTURE_EVENTS[capture['status']]}", "capture", capture)
        return capture

    def _note(self, order: Order, position: int, kind: str, payment: Json) -> None:
        if not order.payments:
            order.payments = [{} for _ in order.units]
        order.payments[position].setdefault(kind, []).append(payment)
        self._orders[payment["id"]] = (order, position)

    # Refunds.

    def refund_of(self, refund_id: str) -> Json:
        """Give a refund."""
        if refund_id not in self.refunds:
            raise no_such("refund_id", refund_id)
        return self.refunds[refund_id]

    def left(self, capture: Json) -> Decimal:
        """Give what of a capture is not refunded."""
        return amounts.read(capture["amount"]) - self._refunded(capture) if capture["status"] in CLEARED else Decimal(0)

    def refund(self, capture: Json, asked: Json) -> Json:
        """Send money of a capture back: all that is left, or a part."""
        check_fields(asked, REFUND)
        if capture["status"] in _REFUSED_STATUS:
            raise refusal(_REFUSED_STATUS[capture["status"]])
        self._check_refundable(capture)
        value = self._asked(capture, asked)
        invoice = asked.get("invoice_id")
        if invoice and any(each.get("invoice_id") == invoice for each in self.refunds.values()):
            raise refusal("DUPLICATE_INVOICE_ID", "/invoice_id", invoice)
        slow = self.refunds_are_slow
        event = "PAYMENT.REFUND.PENDING" if slow else "PAYMENT.CAPTURE.REFUNDED"
        return self._give_back(capture, asked, value, status="PENDING" if slow else "COMPLETED", event=event)

    def finish_refund(self, refund: Json, *, paid: bool) -> Json:
        """End a pending refund."""
        if refund["status"] != "PENDING":
            raise refusal("NOT_PATCHABLE", "/status", refund["status"])
        del refund["status_details"]
        refund |= {"status": "COMPLETED" if paid else "FAILED", "update_time": self._moment()}
        self._restate(self._capture_of(refund))
        self._emit("PAYMENT.CAPTURE.REFUNDED" if paid else "PAYMENT.REFUND.FAILED", "refund", refund)
        return refund

    def mark_disputed(self, capture_id: str, mark: str) -> None:
        """Note that a capture is under dispute ("open"), was lost ("lost"), or that the dispute is over ("")."""
        self._disputes[capture_id] = mark

    def give_back(self, capture: Json, value: Decimal, *, event: str) -> Json:
        """Send money back on account of a dispute, as much as is left of what was asked."""
        return self._give_back(capture, {}, min(value, self.left(capture)), status="COMPLETED", event=event)

    def undo(self, refund: Json) -> None:
        """Take back what a dispute gave, since an appeal was decided otherwise."""
        refund |= {"status": "CANCELLED", "update_time": self._moment()}
        self._restate(self._capture_of(refund))

    def _capture_of(self, refund: Json) -> Json:
        return next(self.captures[name] for name, ids in self._refunds_of.items() if refund["id"] in ids)

    def _check_refundable(self, capture: Json) -> None:
        mark = self._disputes.get(capture["id"], "")
        if mark:
            raise refusal("TRANSACTION_DISPUTED" if mark == "open" else "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK")
        if self._now() - self._began[capture["id"]] > REFUNDABLE_S:
            raise refusal("REFUND_TIME_LIMIT_EXCEEDED")
        if len(self._refunds_of.get(capture["id"], ())) >= MOST_REFUNDS:
            raise refusal("MAX_NUMBER_OF_REFUNDS_EXCEEDED")

    def _asked(self, capture: Json, asked: Json) -> Decimal:
        left = self.left(capture)
        if asked.get("amount") is None:
            return left
        value = check_money(asked["amount"], "/amount")
        if asked["amount"]["currency_code"] != capture["amount"]["currency_code"]:
            raise refusal("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", asked["amount"]["currency_code"])
        if value > left:
            raise refusal("REFUND_AMOUNT_EXCEEDED", "/amount/value", asked["amount"]["value"])
        return value

    def _give_back(self, capture: Json, asked: Json, value: Decimal, *, status: str, event: str) -> Json:
        refunded = self._refunded(capture) + value
        refund = objects.refund(capture, asked, value, refunded=refunded, status=status, at=self._now(), url=self._url)
        self.refunds[refund["id"]] = refund
        self._refunds_of.setdefault(capture["id"], []).append(refund["id"])
        order, position = self._orders[capture["id"]]
        self._note(order, position, "refunds", refund)
        self._restate(capture)
        self._emit(event, "refund", refund)
        return refund

    def _refunded(self, capture: Json) -> Decimal:
        refunds = [self.refunds[name] for name in self._refunds_of.get(capture["id"], ())]
        return sum((amounts.read(each["amount"]) for each in refunds if each["status"] not in _UNDONE), Decimal(0))

    def _restate(self, capture: Json) -> None:
        refunded = self._refunded(capture)
        whole = refunded >= amounts.read(capture["amount"])
        status = "REFUNDED" if whole else "PARTIALLY_REFUNDED" if refunded else "COMPLETED"
        capture |= {"status": status, "update_time": self._moment()}

    # Authorisations.

    def authorization(self, authorization_id: str) -> Json:
        """Give an authorisation."""
        if authorization_id not in self.authorizations:
            raise no_such("authorization_id", authorization_id)
        return self.authorizations[authorization_id]

    def authorize(self, order: Order, position: int) -> Json:
        """Reserve the money of one purchase unit."""
        unit = order.units[position]
        money = {name: unit["amount"][name] for name in ("currency_code", "value")}
        return self._add_authorization(order, position, money, lasts_s=AUTHORIZED_S)

    def capture_authorized(self, authorization: Json, asked: Json) -> Json:
        """Take what is reserved, or a part of it."""
        check_fields(asked, CAPTURE)
        self._check_usable(authorization)
        value = self._asked_of(authorization, asked, issue="AUTH_CAPTURE_CURRENCY_MISMATCH")
        taken_before = self._captured(authorization)
        left = amounts.read(authorization["amount"]) - taken_before
        value = left if value is None else value
        if value > left:
            raise refusal("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount/value", str(value))
        invoice = asked.get("invoice_id") or authorization.get("invoice_id")
        if any(each.get("invoice_id") == invoice for each in self.captures.values() if invoice):
            raise refusal("DUPLICATE_INVOICE_ID", "/invoice_id", invoice)
        order, position = self._orders[authorization["id"]]
        final = bool(asked.get("final_capture", False)) or value == left
        about = objects.own_ids(authorization)
        about |= {"invoice_id": invoice} if invoice else {}
        related = {"order_id": order.id, "authorization_id": authorization["id"]}
        money = amounts.written(authorization["amount"]["currency_code"], value)
        becomes = order.becomes or usual_outcome(money)
        order.becomes = None
        authorization |= {"status": "CAPTURED" if final else "PARTIALLY_CAPTURED", "update_time": self._moment()}
        return self._add_capture(order, position, Taken(money, {"final_capture": final, **about}, related, becomes))

    def reauthorize(self, authorization: Json, asked: Json) -> Json:
        """Reserve the money anew after the days in which it was sure; the old authorisation ends."""
        value = self._asked_of(authorization, asked, issue="AUTH_CURRENCY_MISMATCH")
        self._check_usable(authorization)
        age = self._now() - self._began[authorization["id"]]
        if age < HONOUR_S or authorization["status"] != "CREATED":
            raise refusal("REAUTHORIZATION_NOT_SUPPORTED")
        order, position = self._orders[authorization["id"]]
        currency = authorization["amount"]["currency_code"]
        money = authorization["amount"] if value is None else amounts.written(currency, value)
        authorization |= {"status": "VOIDED", "update_time": self._moment()}
        return self._add_authorization(order, position, money, lasts_s=AUTHORIZED_S - age)

    def void(self, authorization: Json) -> Json:
        """Release what is reserved."""
        if authorization["status"] == "VOIDED":
            raise refusal("PREVIOUSLY_VOIDED")
        if authorization["status"] == "CAPTURED":
            raise refusal("PREVIOUSLY_CAPTURED")
        authorization |= {"status": "VOIDED", "update_time": self._moment()}
        self._emit("PAYMENT.AUTHORIZATION.VOIDED", "authorization", authorization)
        return authorization

    def _add_authorization(self, order: Order, position: int, money: Json, *, lasts_s: float) -> Json:
        now = self._now()
        unit = order.units[position]
        authorization = objects.authorization(order, unit, money, now=now, lasts_s=lasts_s, url=self._url)
        self.authorizations[authorization["id"]] = authorization
        self._began[authorization["id"]] = now
        self._note(order, position, "authorizations", authorization)
        self._emit("PAYMENT.AUTHORIZATION.CREATED", "authorization", authorization)
        return authorization

    def _check_usable(self, authorization: Json) -> None:
        if authorization["status"] in ("VOIDED", "CAPTURED"):
            ended = {"VOIDED": "AUTHORIZATION_VOIDED", "CAPTURED": "AUTHORIZATION_ALREADY_CAPTURED"}
            raise refusal(ended[authorization["status"]])
        if moment(self._now()) >= authorization["expiration_time"]:
            raise refusal("AUTHORIZATION_EXPIRED")

    def _asked_of(self, authorization: Json, asked: Json, *, issue: str) -> Decimal | None:
        if asked.get("amount") is None:
            return None
        value = check_money(asked["amount"], "/amount")
        currency = asked["amount"]["currency_code"]
        if currency != authorization["amount"]["currency_code"]:
            raise refusal(issue, "/amount/currency_code", currency)
        return value

    def _captured(self, authorization: Json) -> Decimal:
        mine = [
            each
            for each in self.captures.values()
            if each["supplementary_data"]["related_ids"].get("authorization_id") == authorization["id"]
            and each["status"] != "DECLINED"
        ]
        return sum((amounts.read(each["amount"]) for each in mine), Decimal(0))

    def _moment(self) -> str:
        return moment(self._now())


def usual_outcome(money: Mapping[str, str]) -> tuple[str, str]:
    """Give the status of a capture by its amount, and the reason of a pending one: one of .13 is looked into."""
    return ("PENDING", "PENDING_REVIEW") if money["value"].endswith(".13") else ("COMPLETED", "")
