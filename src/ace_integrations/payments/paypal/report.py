"""What an order of PayPal's says of a payment, in neutral words. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from ace_integrations.payments.gateway import GatewayReport, PaymentStatus
from ace_integrations.payments.money import Money
from ace_integrations.payments.paypal.models import Authorization, Capture, Dispute, Order, PurchaseUnit, Refund

GATEWAY = "paypal"

_TAKEN = frozenset(("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"))
_REFUSED = frozenset(("DECLINED", "FAILED"))
_RESERVED = {
    "CREATED": PaymentStatus.AUTHORISED,
    "VOIDED": PaymentStatus.CANCELED,
    "DENIED": PaymentStatus.CANCELED,
}
_ORDERED = {
    "CREATED": PaymentStatus.PENDING,
    "SAVED": PaymentStatus.PENDING,
    "PAYER_ACTION_REQUIRED": PaymentStatus.PENDING,
    "APPROVED": PaymentStatus.APPROVED,
    "VOIDED": PaymentStatus.CANCELED,
}


def unit_of(order: Order) -> PurchaseUnit:
    """Give the purchase unit that a payment of ours is in: the only one."""
    return next(iter(order.purchase_units), PurchaseUnit())


def taken_of(order: Order) -> tuple[Capture, ...]:
    """Give the captures that are money, refunded ones included."""
    return tuple(each for each in unit_of(order).payments.captures if each.status in _TAKEN)


def reserved_of(order: Order) -> tuple[Authorization, ...]:
    """Give the authorisations that can be captured or voided."""
    return tuple(each for each in unit_of(order).payments.authorizations if each.status == "CREATED")


def status_of(order: Order) -> PaymentStatus:
    """Say where a payment is: by its captures, since an order is COMPLETED before its money is. A new word waits."""
    payments = unit_of(order).payments
    if taken_of(order):
        return PaymentStatus.PAID
    if payments.captures:
        # An order whose capture was refused afterwards cannot be captured again: a new one is needed.
        is_over = all(each.status in _REFUSED for each in payments.captures)
        return PaymentStatus.CANCELED if is_over else PaymentStatus.PROCESSING
    if payments.authorizations:
        return _RESERVED.get(payments.authorizations[-1].status, PaymentStatus.PROCESSING)
    return _ORDERED.get(order.status, PaymentStatus.PROCESSING)


def to_report(order: Order, disputes: Sequence[Dispute] = (), *, live: bool, merchant_id: str = "") -> GatewayReport:
    """Say in neutral words what an order holds.

    Args:
        disputes: of its capture.
        live: whether the keys are, since no answer says.
        merchant_id: the account that must get the money; "" leaves the payee unsaid.
    """
    unit, status, taken = unit_of(order), status_of(order), taken_of(order)
    amount = unit.amount.money if unit.amount else Money.zero("USD")
    return GatewayReport(
        gateway=GATEWAY,
        gateway_id=order.id,
        reference=unit.custom_id,
        status=status,
        amount=amount,
        received=_sum(taken, amount.currency),
        refunded=_refunded(unit, taken, amount.currency),
        refunds_failed=_sum(_with_status(unit.payments.refunds, "FAILED", "CANCELLED"), amount.currency),
        live=live,
        payee=unit.payee.merchant_id if merchant_id else "",
        decline_code=_decline_code(unit) if status is PaymentStatus.CANCELED else "",
        disputed=any(not dispute.is_won for dispute in disputes),
        disputes_closed=sum(dispute.is_won for dispute in disputes),
        capture=order.intent == "CAPTURE",
        capture_id=next((each.id for each in unit.payments.captures if each.status not in _REFUSED), ""),
        oddity="; ".join(_oddities(order, unit)),
        fee=_fee(taken),
    )


def _oddities(order: Order, unit: PurchaseUnit) -> Iterator[str]:
    """Say what no order of ours can hold."""
    if len(order.purchase_units) != 1:
        yield f"the order has {len(order.purchase_units)} purchase units"
    if order.intent not in ("CAPTURE", "AUTHORIZE"):
        yield f"the order's intent is {order.intent}"
    captures = [each for each in unit.payments.captures if each.status not in _REFUSED]
    if len(captures) > 1:
        yield f"the order has {len(captures)} captures"
    for capture in captures:
        if unit.amount is None or capture.money != unit.amount.money:
            yield f"{capture.money} was captured of {unit.amount and unit.amount.money}"
        # Where a capture leaves these out, the unit's own count, which are compared with our books.
        if capture.custom_id not in ("", unit.custom_id):
            yield "the capture is of another reference than its order"
        if capture.payee.merchant_id not in ("", unit.payee.merchant_id):
            yield "the capture is for another payee than its order"
    if unit.amount and any(each.money.currency != unit.amount.currency_code for each in unit.payments.refunds):
        yield "a refund is of another currency than its order"


def _sum(movements: Iterable[Capture | Refund], currency: str) -> Money:
    amounts = (each.money for each in movements)
    return sum((each for each in amounts if each.currency == currency), start=Money.zero(currency))


def _refunded(unit: PurchaseUnit, taken: Iterable[Capture], currency: str) -> Money:
    """Give what went back. A capture that was reversed is REFUNDED without a refund of ours."""
    by_refunds = _sum(_with_status(unit.payments.refunds, "COMPLETED"), currency)
    by_captures = _sum((each for each in taken if each.status == "REFUNDED"), currency)
    return max(by_refunds, by_captures)


def _with_status(refunds: Iterable[Refund], *statuses: str) -> Iterator[Refund]:
    return (each for each in refunds if each.status in statuses)


def _decline_code(unit: PurchaseUnit) -> str:
    """Give why the last try failed, "" when none did."""
    last = next(reversed((*unit.payments.authorizations, *unit.payments.captures)), None)
    return (last.status_details.reason or last.status) if last else ""


def _fee(taken: Sequence[Capture]) -> Money | None:
    kept = taken[0].seller_receivable_breakdown if taken else None
    return kept.paypal_fee.money if kept and kept.paypal_fee else None
