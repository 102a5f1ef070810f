"""PayPal as a payment gateway in neutral words."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from ace_integrations.core import Call, InOrder, Result
from ace_integrations.errors import ConflictError, InProgressError, PermissionDeniedError
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
from ace_integrations.payments.money import Money
from ace_integrations.payments.paypal.client import LONGEST_TEXT, PayPalCalls
from ace_integrations.payments.paypal.currencies import CURRENCIES
from ace_integrations.payments.paypal.errors import AlreadyDoneError, MerchantSetUpError
from ace_integrations.payments.paypal.fees import FEES
from ace_integrations.payments.paypal.models import (
    Capture,
    Dispute,
    DisputePage,
    EventPage,
    NotificationEvent,
    Order,
    Refund,
)
from ace_integrations.payments.paypal.report import GATEWAY, reserved_of, status_of, taken_of, to_report
from ace_integrations.payments.paypal.settings import PayPalSettings

logger = logging.getLogger("ace_integrations.payments")

_REFUND_STATUS = {
    "COMPLETED": RefundStatus.SUCCEEDED,
    "FAILED": RefundStatus.FAILED,
    "CANCELLED": RefundStatus.CANCELED,
}
_TAKEN = (PaymentStatus.PAID, PaymentStatus.PROCESSING)
_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

EVENTS_AT_ONCE = 100
"""Events of one page, when all that was paid is looked for."""


class PayPalGateway:
    """The `PaymentGateway` of PayPal: an order per attempt, approved by the payer at PayPal, captured by us.

    An order carries our reference as its `custom_id`, and no invoice id: that must be unique among all the merchant's
    payments, so that a second attempt would be refused as a duplicate. Metadata has no place at PayPal.
    """

    def __init__(self, settings: PayPalSettings) -> None:
        self._settings = settings
        self._calls = PayPalCalls()

    def takes(self, currency: str) -> bool:
        """Say whether PayPal can be asked for this currency: not for EGP, nor for any with three decimals."""
        return currency in CURRENCIES

    def start(self, order: PaymentOrder) -> Call[Started]:
        """Create the order; the same order and attempt give the same one for six hours."""
        return self._calls.create_order(
            amount=order.amount,
            idempotency_key=order.idempotency_key("create"),
            custom_id=order.reference,
            intent="CAPTURE" if order.capture else "AUTHORIZE",
            description=order.description[:LONGEST_TEXT],
            return_url=order.return_url,
            cancel_url=order.cancel_url,
            locale=order.locale,
        ).map(self._started)

    def report(self, *, gateway_id: str) -> Call[GatewayReport]:
        """Get the order with its captures and refunds, and the disputes of what was captured."""
        return self._calls.get_order(order_id=gateway_id).then(self._reported)

    def find(self, *, reference: str) -> Call[tuple[GatewayReport, ...]]:
        """Find nothing: PayPal looks no order up by our id. Start the same attempt again: that gives the same order."""
        del reference
        return Result(())

    def capture(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        """Take what the payer approved; of an order that reserves first, reserve and take.

        What was taken before, or is being taken now, is reported and not taken again.

        Raises:
            DeclinedError: the payer must approve again (`BuyerCanRetryError`), or will not pay (`PaymentRefusedError`).
        """
        return self._calls.get_order(order_id=gateway_id).then(lambda order: self._take(order, idempotency_key))

    def cancel(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        """Release what is reserved. An order that nobody paid cannot be ended and lapses; the report says where it is.

        Raises:
            ConflictError: it was paid.
        """
        return self._calls.get_order(order_id=gateway_id).then(lambda order: self._release(order, idempotency_key))

    def refund(self, *, gateway_id: str, amount: Money | None, idempotency_key: str) -> Call[RefundReport]:
        """Refund part or all of the order's capture.

        Raises:
            ConflictError: nothing was captured, or it is disputed.
        """
        return self._calls.get_order(order_id=gateway_id).then(
            lambda order: self._send_back(order, amount, idempotency_key)
        )

    def disputes(self, *, gateway_id: str) -> Call[tuple[DisputeReport, ...]]:
        """List the disputes of the order's capture.

        Raises:
            PermissionDeniedError: the app may not read disputes.
        """
        return self._calls.get_order(order_id=gateway_id).then(self._disputed)

    def paid_since(self, since: datetime) -> Call[tuple[str, ...]]:
        """Read it from PayPal's events, which reach back 30 days. What another app took is not among them."""
        return self._paid(_moment(since), None, {})

    def fees(self) -> FeeRules:
        """Give a third party's word: PayPal's fees depend on the merchant's country."""
        return FEES

    def browser_config(self) -> Mapping[str, str]:
        """Give the client id under the name that the platform's pages know, and what the SDK must be told beside it."""
        config = {
            "PAYPAL_JS_URL": self._settings.browser_script,
            "PAYPAL_ENVIRONMENT": "production" if self._settings.is_live else "sandbox",
        }
        client_id = self._settings.browser_client_id or self._settings.client_id
        return {**config, "NEXT_PUBLIC_PAYPAL_CLIENT_ID": client_id} if client_id else config

    def _started(self, order: Order) -> Started:
        return Started(
            gateway=GATEWAY,
            gateway_id=order.id,
            status=status_of(order),
            live=self._settings.is_live,
            approval_url=order.approval_url,
            payee=self._settings.merchant_id or "",
        )

    def _told(self, order: Order, disputes: tuple[Dispute, ...] = ()) -> GatewayReport:
        merchant_id = self._settings.merchant_id or ""
        return to_report(order, disputes, live=self._settings.is_live, merchant_id=merchant_id)

    def _reported(self, order: Order) -> Call[GatewayReport]:
        taken = taken_of(order)
        if not taken:
            return Result(self._told(order))
        return self._disputes(taken[0].id).map(lambda disputes: self._told(order, disputes))

    def _take(self, order: Order, key: str) -> Call[GatewayReport]:
        if status_of(order) in _TAKEN:
            return self._reported(order)
        if order.intent == "AUTHORIZE":
            taking = self._reserve(order, key).then(lambda reserved: self._take_reserved(reserved, key))
        else:
            taking = self._calls.capture_order(order_id=order.id, idempotency_key=key).map(self._told)
        again = self.report(gateway_id=order.id)
        return (
            taking.recover(AlreadyDoneError, lambda _: again)
            .recover(InProgressError, lambda _: again)
            .recover(MerchantSetUpError, lambda error: _unless_duplicate(error, again))
        )

    def _reserve(self, order: Order, key: str) -> Call[Order]:
        if reserved_of(order):
            return Result(order)
        return self._calls.authorize_order(order_id=order.id, idempotency_key=f"{key}:authorize")

    def _take_reserved(self, order: Order, key: str) -> Call[GatewayReport]:
        reserved = reserved_of(order)
        again = self.report(gateway_id=order.id)
        if not reserved:
            return again
        taking = self._calls.capture_authorization(authorization_id=reserved[0].id, idempotency_key=key)
        return taking.then(lambda _: again)

    def _release(self, order: Order, key: str) -> Call[GatewayReport]:
        if status_of(order) in _TAKEN:
            raise ConflictError("the order was paid: refund it", provider=GATEWAY, operation="cancel")
        reserved = reserved_of(order)
        if not reserved:
            return Result(self._told(order))
        done: Call[None] = Result(None)
        voided = self._calls.void_authorization(authorization_id=reserved[0].id, idempotency_key=key)
        return voided.recover(AlreadyDoneError, lambda _: done).then(lambda _: self.report(gateway_id=order.id))

    def _send_back(self, order: Order, amount: Money | None, key: str) -> Call[RefundReport]:
        taken = taken_of(order)
        if not taken:
            raise ConflictError("nothing was captured of the order", provider=GATEWAY, operation="refund")
        refunded = self._calls.refund_capture(capture_id=taken[0].id, amount=amount, idempotency_key=key)
        return refunded.map(lambda refund: _refunded(refund, order.id))

    def _disputed(self, order: Order) -> Call[tuple[DisputeReport, ...]]:
        taken = taken_of(order)
        if not taken:
            return Result(())
        return self._all_disputes(taken[0].id).map(
            lambda found: tuple(_dispute_report(each, order) for each in sorted(found, key=_made_at, reverse=True))
        )

    def _disputes(self, capture_id: str) -> Call[tuple[Dispute, ...]]:
        """Get the disputes of a capture; none when the app may not read them."""

        def unknown(error: PermissionDeniedError) -> Call[tuple[Dispute, ...]]:
            logger.warning("disputes of PayPal cannot be read, so none is known: %s", error)
            return Result(())

        return self._all_disputes(capture_id).recover(PermissionDeniedError, unknown)

    def _all_disputes(self, capture_id: str) -> Call[tuple[Dispute, ...]]:
        """Get the disputes of a capture, those that ended with their outcomes, which lists leave out."""
        return self._listed_disputes(capture_id, None, ()).then(
            lambda found: InOrder([self._with_outcome(each) for each in found])
        )

    def _listed_disputes(
        self, capture_id: str, token: str | None, before: tuple[Dispute, ...]
    ) -> Call[tuple[Dispute, ...]]:
        def more(page: DisputePage) -> Call[tuple[Dispute, ...]]:
            found, following = (*before, *page.items), page.next_page_token
            return Result(found) if following is None else self._listed_disputes(capture_id, following, found)

        return self._calls.list_disputes(disputed_transaction_id=capture_id, next_page_token=token).then(more)

    def _with_outcome(self, dispute: Dispute) -> Call[Dispute]:
        return self._calls.get_dispute(dispute_id=dispute.dispute_id) if dispute.is_resolved else Result(dispute)

    def _paid(self, since: str, until: str | None, before: Mapping[str, NotificationEvent]) -> Call[tuple[str, ...]]:
        def more(page: EventPage) -> Call[tuple[str, ...]]:
            # Newest first, both times inclusive: the next page begins with the last second of this one.
            found = {**before, **{event.id: event for event in page.events}}
            last = page.events[-1].create_time if len(page.events) >= EVENTS_AT_ONCE else None
            if last is None or len(found) == len(before):
                ids = (_order_of(event) for event in found.values())
                return Result(tuple(dict.fromkeys(each for each in ids if each)))
            return self._paid(since, _moment(last + _SECOND), found)

        return self._calls.list_events(
            event_type="PAYMENT.CAPTURE.COMPLETED", start_time=since, end_time=until, page_size=EVENTS_AT_ONCE
        ).then(more)


def _unless_duplicate(error: MerchantSetUpError, again: Call[GatewayReport]) -> Call[GatewayReport]:
    """Look at the order when PayPal takes the capture for a second one; any other refusal stays one."""
    if error.code != "DUPLICATE_INVOICE_ID":
        raise error
    return again


def _refunded(refund: Refund, gateway_id: str) -> RefundReport:
    return RefundReport(
        gateway=GATEWAY,
        refund_id=refund.id,
        gateway_id=gateway_id,
        amount=refund.money,
        status=_REFUND_STATUS.get(refund.status, RefundStatus.PENDING),
    )


def _dispute_report(dispute: Dispute, order: Order) -> DisputeReport:
    ended = DisputeState.WON if dispute.is_won else DisputeState.LOST
    return DisputeReport(
        gateway=GATEWAY,
        dispute_id=dispute.dispute_id,
        gateway_id=order.id,
        amount=dispute.dispute_amount.money if dispute.dispute_amount else taken_of(order)[0].money,
        state=ended if dispute.is_resolved else DisputeState.OPEN,
        reason=dispute.reason,
        answer_by=None if dispute.is_resolved else dispute.seller_response_due_date,
    )


def _made_at(dispute: Dispute) -> datetime:
    return dispute.create_time or _LONG_AGO


def _order_of(event: NotificationEvent) -> str:
    try:
        return Capture.model_validate(event.resource).order_id
    except ValidationError:  # a shape of another version: the payment is found by its own report
        return ""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
