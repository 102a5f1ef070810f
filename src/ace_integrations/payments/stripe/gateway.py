"""Stripe as a payment gateway in neutral words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ace_integrations.core import Call, InOrder, Result
from ace_integrations.payments.fees import FeeRules
from ace_integrations.payments.gateway import (
    DisputeReport,
    DisputeState,
    GatewayReport,
    PaymentOrder,
    PaymentStatus,
    RefundReport,
    RefundStatus,
    Started,
)
from ace_integrations.payments.money import ISO_4217, Money
from ace_integrations.payments.stripe.client import StripeCalls
from ace_integrations.payments.stripe.currencies import from_units
from ace_integrations.payments.stripe.fees import FEES
from ace_integrations.payments.stripe.models import Charge, Dispute, EventRecord, Page, PaymentIntent, Refund
from ace_integrations.payments.stripe.settings import StripeSettings

GATEWAY = "stripe"

REFERENCE = "payment_id"
"""The name of our own id in Stripe's metadata."""

_STATUS = {
    "requires_payment_method": PaymentStatus.PENDING,
    "requires_confirmation": PaymentStatus.PENDING,
    "requires_action": PaymentStatus.ACTION_REQUIRED,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.AUTHORISED,
    "succeeded": PaymentStatus.PAID,
    "canceled": PaymentStatus.CANCELED,
}
_REFUND_STATUS = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELED,
}


class StripeGateway:
    """The `PaymentGateway` of Stripe: a PaymentIntent per payment, paid in the browser by Stripe.js."""

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings
        self._calls = StripeCalls()

    def takes(self, currency: str) -> bool:
        """Say whether Stripe can be asked for this currency: nearly every one."""
        return currency in ISO_4217

    def start(self, order: PaymentOrder) -> Call[Started]:
        """Create the PaymentIntent; the same order and attempt give the same one for a day."""
        metadata = {**order.metadata, REFERENCE: order.reference, "attempt": str(order.attempt)}
        return self._calls.create_payment_intent(
            amount=order.amount,
            idempotency_key=order.idempotency_key("create"),
            metadata=metadata,
            description=order.description or None,
            capture=order.capture,
        ).map(_started)

    def report(self, *, gateway_id: str) -> Call[GatewayReport]:
        """Retrieve the PaymentIntent, its refunds, and its disputes if it ever had one."""
        return self._calls.retrieve_payment_intent(payment_intent_id=gateway_id).then(self._reported)

    def find(self, *, reference: str) -> Call[tuple[GatewayReport, ...]]:
        """Search the PaymentIntents that carry our id."""
        return self._found(reference, None, ()).then(
            lambda ids: InOrder([self.report(gateway_id=each) for each in ids])
        )

    def capture(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        """Capture all that was authorised."""
        return self._calls.capture_payment_intent(payment_intent_id=gateway_id, idempotency_key=idempotency_key).then(
            self._reported
        )

    def cancel(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        """Cancel the PaymentIntent."""
        return self._calls.cancel_payment_intent(payment_intent_id=gateway_id, idempotency_key=idempotency_key).then(
            self._reported
        )

    def refund(self, *, gateway_id: str, amount: Money | None, idempotency_key: str) -> Call[RefundReport]:
        """Refund part or all of the PaymentIntent."""
        return self._calls.create_refund(
            payment_intent_id=gateway_id, amount=amount, idempotency_key=idempotency_key
        ).map(lambda refund: _refunded(refund, gateway_id))

    def disputes(self, *, gateway_id: str) -> Call[tuple[DisputeReport, ...]]:
        """List the disputes of the PaymentIntent; Stripe never opens a hundred for one."""
        return self._calls.list_disputes(payment_intent_id=gateway_id).map(
            lambda page: tuple(_disputed(dispute, gateway_id) for dispute in page.data)
        )

    def paid_since(self, since: datetime) -> Call[tuple[str, ...]]:
        """Read it from Stripe's events, which reach back 30 days."""
        return self._paid(since.timestamp(), None, ())

    def fees(self) -> FeeRules:
        """Give the fees that were published for cards."""
        return FEES

    def browser_config(self) -> Mapping[str, str]:
        """Give the publishable key under the name that the platform's pages know, and where Stripe.js is."""
        config = {"STRIPE_JS_URL": self._settings.browser_script}
        if self._settings.publishable_key:
            config["NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"] = self._settings.publishable_key
        return config

    def _reported(self, intent: PaymentIntent) -> Call[GatewayReport]:
        charge = intent.latest_charge
        if charge is None or not intent.amount_received:
            return Result(to_report(intent))
        listed = charge.refunds
        refunds: Call[tuple[Refund, ...]] = (
            Result(listed.data) if listed and not listed.has_more else self._refunds(intent.id, None, ())
        )
        disputes: Call[Page[Dispute]] = (
            self._calls.list_disputes(payment_intent_id=intent.id) if charge.disputed else Result(Page[Dispute]())
        )
        return refunds.then(lambda back: disputes.map(lambda page: to_report(intent, back, page.data)))

    def _refunds(self, intent: str, after: str | None, before: tuple[Refund, ...]) -> Call[tuple[Refund, ...]]:
        def more(page: Page[Refund]) -> Call[tuple[Refund, ...]]:
            found = (*before, *page.data)
            return self._refunds(intent, page.data[-1].id, found) if page.has_more and page.data else Result(found)

        return self._calls.list_refunds(payment_intent_id=intent, starting_after=after).then(more)

    def _paid(self, since: float, after: str | None, before: tuple[str, ...]) -> Call[tuple[str, ...]]:
        def more(page: Page[EventRecord]) -> Call[tuple[str, ...]]:
            recent = [event for event in page.data if event.created >= since]
            found = (*before, *(str(event.data["object"]["id"]) for event in recent))
            is_last = not page.has_more or len(recent) < len(page.data)
            return Result(tuple(dict.fromkeys(found))) if is_last else self._paid(since, page.data[-1].id, found)

        return self._calls.list_events(types=["payment_intent.succeeded"], starting_after=after).then(more)

    def _found(self, reference: str, page: str | None, before: tuple[str, ...]) -> Call[tuple[str, ...]]:
        return self._calls.search_payment_intents(reference=reference, page=page).then(
            lambda found: (
                self._found(reference, found.next_page, (*before, *(each.id for each in found.data)))
                if found.has_more and found.next_page
                else Result((*before, *(each.id for each in found.data)))
            )
        )


def to_report(intent: PaymentIntent, refunds: Sequence[Refund] = (), disputes: Sequence[Dispute] = ()) -> GatewayReport:
    """Say in neutral words where a payment is; only succeeded refunds count as money that went back."""
    status = _STATUS.get(intent.status, PaymentStatus.PENDING)
    error = intent.last_payment_error if status is PaymentStatus.PENDING else None
    return GatewayReport(
        gateway=GATEWAY,
        gateway_id=intent.id,
        reference=intent.metadata.get(REFERENCE, ""),
        status=status,
        amount=from_units(intent.amount, intent.currency),
        received=from_units(intent.amount_received, intent.currency),
        refunded=_sum(refunds, "succeeded", intent.currency),
        refunds_failed=_sum(refunds, "failed", intent.currency),
        live=intent.livemode,
        decline_code=(error.decline_code or error.code) if error else "",
        disputed=any(not dispute.is_in_our_favour for dispute in disputes),
        disputes_closed=sum(dispute.is_in_our_favour for dispute in disputes),
        capture=intent.capture_method != "manual",
        capture_id=intent.latest_charge.id if intent.latest_charge and intent.amount_received else "",
        fee=_fee(intent.latest_charge) if intent.amount_received else None,
    )


def _sum(refunds: Sequence[Refund], status: str, currency: str) -> Money:
    return from_units(sum(refund.amount for refund in refunds if refund.status == status), currency)


def _fee(charge: Charge | None) -> Money | None:
    booked = charge.balance_transaction if charge else None
    return from_units(booked.fee, booked.currency) if booked and booked.currency else None


def _disputed(dispute: Dispute, gateway_id: str) -> DisputeReport:
    is_over = dispute.is_in_our_favour or dispute.status == "lost"
    ended = DisputeState.WON if dispute.is_in_our_favour else DisputeState.LOST
    due = dispute.evidence_details.due_by
    return DisputeReport(
        gateway=GATEWAY,
        dispute_id=dispute.id,
        gateway_id=gateway_id,
        amount=from_units(dispute.amount, dispute.currency),
        state=ended if is_over else DisputeState.OPEN,
        reason=dispute.reason,
        answer_by=datetime.fromtimestamp(due, UTC) if due and not is_over else None,
    )


def _started(intent: PaymentIntent) -> Started:
    return Started(
        gateway=GATEWAY,
        gateway_id=intent.id,
        status=_STATUS.get(intent.status, PaymentStatus.PENDING),
        live=intent.livemode,
        client_secret=intent.client_secret,
    )


def _refunded(refund: Refund, gateway_id: str) -> RefundReport:
    return RefundReport(
        gateway=GATEWAY,
        refund_id=refund.id,
        gateway_id=refund.payment_intent or gateway_id,
        amount=from_units(refund.amount, refund.currency),
        status=_REFUND_STATUS.get(refund.status or "", RefundStatus.PENDING),
    )
