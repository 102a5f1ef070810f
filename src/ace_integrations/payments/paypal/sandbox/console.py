"""What the console shows of the twin: each order as one thing, with its payments, its history, its buttons."""

from collections.abc import Sequence

from ace_integrations.payments.paypal.sandbox.account import Account
from ace_integrations.payments.paypal.sandbox.http import Json
from ace_integrations.payments.paypal.sandbox.objects import Order, moment
from ace_integrations.payments.paypal.sandbox.pages import shown_amount
from ace_integrations.payments.paypal.sandbox.payments import CLEARED
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, Step

_BADGES = {
    "CREATED": Badge("Created"),
    "PAYER_ACTION_REQUIRED": Badge("Created"),
    "APPROVED": Badge("Approved", "info"),
    "VOIDED": Badge("Expired"),
}
_PAID_BADGES = {
    "COMPLETED": Badge("Paid", "ok"),
    "PARTIALLY_REFUNDED": Badge("Refunded in part"),
    "REFUNDED": Badge("Refunded"),
    "PENDING": Badge("Processing", "info"),
    "DECLINED": Badge("Declined", "bad"),
}
_BAD = (".REVERSED", ".DECLINED", ".DENIED", ".FAILED", ".VOIDED")


class Shown:
    """The console's view of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def items(self) -> Sequence[Item]:
        """Give the orders, newest first."""
        return [
            Item(
                id=order.id,
                title=_title(order),
                subtitle=shown_amount(order),
                at=order.created,
                badge=self._badge(order),
            )
            for order in reversed(self._account.orders.all.values())
        ]

    def detail(self, order_id: str) -> Detail | None:
        """Give one order."""
        order = self._account.orders.all.get(order_id)
        if order is None:
            return None
        facts = [("Amount", shown_amount(order)), ("Status", order.status), ("Order", order.id)]
        facts += [(name, order.units[0][name]) for name in ("custom_id", "invoice_id") if name in order.units[0]]
        if order.payer is not None:
            facts.append(("Buyer", order.payer.get("email_address", "")))
        if order.is_open:
            facts.append(("Ends by itself", moment(order.deadline)))
        facts += [("Capture", f"{each['id']}, {each['status']}") for each in _captures(order)]
        shown = self._account.orders.shown(order)
        return Detail(_title(order), facts, self._steps(order), self._actions(order), payload=shown)

    def _badge(self, order: Order) -> Badge:
        captures = _captures(order)
        if any(each["status"] != "RESOLVED" for one in captures for each in self._account.disputes.about(one["id"])):
            return Badge("Disputed", "bad")
        if captures:
            return _PAID_BADGES[captures[-1]["status"]]
        return _BADGES.get(order.status, Badge("Authorised", "info"))

    def _steps(self, order: Order) -> list[Step]:
        """Tell the history by the events about an order and its payments."""
        ids = {order.id, *(each["id"] for kinds in order.payments for listed in kinds.values() for each in listed)}
        steps = [Step("Created", order.created)]
        for event in self._account.events.all.values():
            about = event["resource"]
            claimed = [each["seller_transaction_id"] for each in about.get("disputed_transactions", ())]
            if ids & {about.get("id"), *claimed}:
                bad = event["event_type"].endswith(_BAD) or event["resource_type"] == "dispute"
                steps.append(Step(event["event_type"], self._account.events.at(event), "bad" if bad else "ok"))
        return steps

    def _actions(self, order: Order) -> list[Action]:
        if order.is_open:
            return self._actions_of_open(order)
        captures = _captures(order)
        return self._actions_of_capture(captures[-1]) if captures else []

    def _actions_of_open(self, order: Order) -> list[Action]:
        place = f"orders/{order.id}"
        return [
            Action("Approve as the buyer", f"{place}/approve", tone="primary"),
            Action("Let the bank decline the next capture", f"{place}/decline"),
            Action("Let the next capture wait", f"{place}/next-capture", {"status": "PENDING"}),
            Action("Let it expire", f"{place}/expire", tone="danger"),
        ]

    def _actions_of_capture(self, capture: Json) -> list[Action]:
        place = f"captures/{capture['id']}"
        claims = [each for each in self._account.disputes.about(capture["id"]) if each["status"] != "RESOLVED"]
        if claims:
            close = f"disputes/{claims[0]['dispute_id']}/close"
            return [
                Action("Dispute won", close, {"outcome": "RESOLVED_SELLER_FAVOUR"}, "primary"),
                Action("Dispute lost", close, {"outcome": "RESOLVED_BUYER_FAVOUR"}, "danger"),
            ]
        if capture["status"] == "PENDING":
            return [
                Action("Settle", f"{place}/settle", {"outcome": "completed"}, "primary"),
                Action("Decline", f"{place}/settle", {"outcome": "declined"}, "danger"),
            ]
        if capture["status"] in CLEARED and self._account.payments.left(capture):
            return [
                Action("Refund", f"{place}/refund", tone="danger"),
                Action("Dispute", f"{place}/dispute"),
                Action("Reverse", f"{place}/reverse"),
            ]
        return []


def _title(order: Order) -> str:
    unit = order.units[0]
    return str(unit.get("description") or unit.get("custom_id") or order.id)


def _captures(order: Order) -> list[Json]:
    return [each for kinds in order.payments for each in kinds.get("captures", ())]
