"""The decision to grant what was paid for: a pure state machine over the stored payment and a gateway's report.

`Checkout.apply` does no I/O. The app writes its outcome in one database transaction, mails and events as outbox rows
of that same transaction, so that a crash at any point loses nothing and repeats nothing.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.gateway import GatewayReport, PaymentOrder, PaymentStatus, Started
from ace_integrations.payments.money import Money


class StoredStatus(StrEnum):
    """Where a payment is in our own books."""

    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    APPROVED = "approved"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    CANCELED = "canceled"
    DISPUTED = "disputed"
    """The payer's bank took the money back, or may."""
    REVIEW = "review"
    """The gateway's answer contradicts our books: nothing was granted, a person must look."""


class StoredPayment(BaseModel):
    """One row of the app's payments, as `Checkout` needs it.

    Attributes:
        reference: our own id of the payment, the one that the gateway holds.
        gateway_id: the gateway's id that was stored when this payment was started; a report of another is refused.
        amount: what the course cost when the payment was started.
        live: whether it was started with live keys.
        payee: the account that must get the money, "" where the gateway's key already says it.
        received: what was taken, refunds not deducted.
        refunded: what went back, succeeded refunds only.
        refunds_failed: refunds that did not go through; with `refunded` it tells a newer report from an older one.
        disputes_closed: disputes that ended in our favour; with the status it does the same for disputes.
        capture: whether it was started to be taken at once; False where it is reserved first.
        capture_id: the gateway's id of the movement of money; no two payments share one.
        fee: what the gateway kept, None until it says.
        attempt: counts the tries; part of the idempotency key of the next capture.
        enrolled: whether this payment is why the user has the course.
        decline_code: why the last try failed, "" when none did.
        alarm: the reason of the last alarm, so that one contradiction alarms once.
    """

    model_config = ConfigDict(frozen=True)

    reference: str
    user: str
    course: str
    gateway: str
    gateway_id: str
    amount: Money
    live: bool
    payee: str = ""
    status: StoredStatus = StoredStatus.PENDING
    received: Money
    refunded: Money
    refunds_failed: Money
    disputes_closed: int = 0
    capture: bool = True
    capture_id: str = ""
    fee: Money | None = None
    attempt: int = 1
    enrolled: bool = False
    decline_code: str = ""
    alarm: str = ""

    @classmethod
    def opened(cls, order: PaymentOrder, started: Started, *, user: str, course: str) -> Self:
        """Give the row of a payment that a gateway has just been asked for."""
        nothing = Money.zero(order.amount.currency)
        return cls(
            reference=order.reference,
            user=user,
            course=course,
            gateway=started.gateway,
            gateway_id=started.gateway_id,
            amount=order.amount,
            live=started.live,
            payee=started.payee,
            capture=order.capture,
            received=nothing,
            refunded=nothing,
            refunds_failed=nothing,
            attempt=order.attempt,
        )

    def idempotency_key(self, operation: str) -> str:
        """Give the key of one operation on the present try: the same at every repeat, another after a decline."""
        return f"ace:{operation}:{self.reference}:{self.attempt}"

    @property
    def revenue(self) -> Money:
        """What this payment brought: received less refunded."""
        return self.received - self.refunded

    @property
    def is_settled(self) -> bool:
        """Whether money arrived for it; such a payment never becomes pending again."""
        return bool(self.received)

    @property
    def has_failed(self) -> bool:
        """Whether the last try was declined; while it is pending the payer may try again."""
        return bool(self.decline_code)


class Access(StrEnum):
    """What must happen to the user's access to the course."""

    ENROL = "enrol"
    REVOKE = "revoke"
    KEEP = "keep"


class EventKind(StrEnum):
    """What happened to a payment, for the app's own listeners."""

    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_ATTEMPT_FAILED = "payment.attempt_failed"
    PAYMENT_CANCELED = "payment.canceled"
    PAYMENT_REFUNDED = "payment.refunded"
    REFUND_FAILED = "refund.failed"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_CLOSED = "dispute.closed"
    ENROLMENT_GRANTED = "enrolment.granted"
    ENROLMENT_REVOKED = "enrolment.revoked"
    REVIEW_NEEDED = "payment.review_needed"


class PaymentEvent(BaseModel):
    """One thing that happened, to be published once.

    Attributes:
        amount: how much it is about: of a refund what went back now, of an enrolment what was paid.
    """

    model_config = ConfigDict(frozen=True)

    kind: EventKind
    reference: str
    user: str
    course: str
    amount: Money


class NoticeKind(StrEnum):
    """What the payer is told."""

    RECEIPT = "receipt"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    ACCESS_SUSPENDED = "access_suspended"
    ACCESS_RESTORED = "access_restored"


class Notice(BaseModel):
    """One message to the payer, to be sent once."""

    model_config = ConfigDict(frozen=True)

    kind: NoticeKind
    user: str
    course: str
    amount: Money


class Alarm(BaseModel):
    """Something that a person must look at: money and books disagree."""

    model_config = ConfigDict(frozen=True)

    reference: str
    reason: str


class Outcome(BaseModel):
    """What must now happen, all of it in one transaction.

    Attributes:
        payment: the row to store.
        revenue_change: to add to the course's revenue; may be negative.
        audit: one line for the audit log, "" when there is nothing to record.
        alarm: None when money and books agree.
    """

    model_config = ConfigDict(frozen=True)

    payment: StoredPayment
    access: Access
    revenue_change: Money
    notices: tuple[Notice, ...] = ()
    events: tuple[PaymentEvent, ...] = ()
    audit: str = ""
    alarm: Alarm | None = None


class DisputePolicy(StrEnum):
    """What a dispute does to the payer's access while it is open or lost."""

    SUSPEND = "suspend"
    KEEP = "keep"


_OPEN = {
    PaymentStatus.PENDING: StoredStatus.PENDING,
    PaymentStatus.ACTION_REQUIRED: StoredStatus.ACTION_REQUIRED,
    PaymentStatus.APPROVED: StoredStatus.APPROVED,
    PaymentStatus.PROCESSING: StoredStatus.PROCESSING,
    PaymentStatus.AUTHORISED: StoredStatus.AUTHORISED,
    PaymentStatus.CANCELED: StoredStatus.CANCELED,
}
_STUCK = (StoredStatus.REVIEW, StoredStatus.CANCELED)


class Checkout:
    """Decides what a gateway's report means for a stored payment.

    A course is granted only when status, amount, currency, payee, reference, mode and gateway id all match. What was
    paid never falls back; a report that is older than the books changes nothing; the same report twice does nothing.

    Args:
        disputes: whether a disputed payment keeps its access.
    """

    def __init__(self, *, disputes: DisputePolicy = DisputePolicy.SUSPEND) -> None:
        self._disputes = disputes

    def apply(
        self, stored: StoredPayment, report: GatewayReport, *, also_paid_by: str = "", capture_used_by: str = ""
    ) -> Outcome:
        """Decide; total over every status and report.

        Args:
            report: read from the gateway by us, never what a browser or a webhook said.
            also_paid_by: the reference of another payment that already gave this user this course, "" for none.
            capture_used_by: the reference of another payment that stands on the same capture id, "" for none.
        """
        reused = (f"capture {report.capture_id} belongs to {capture_used_by}",) if capture_used_by else ()
        reasons = "; ".join((*contradictions(stored, report), *reused))
        if reasons:
            return self._refuse(stored, reasons)
        if report.status is PaymentStatus.PAID:
            return self._settle(stored, report, also_paid_by)
        return self._progress(stored, report)

    def may_capture(self, stored: StoredPayment, report: GatewayReport, *, also_paid_by: str = "") -> bool:
        """Say whether to take what the payer agreed to: it is exactly what was asked for, wanted still, and once."""
        is_wanted = not stored.is_settled and stored.status not in _STUCK
        is_agreed = report.status in (PaymentStatus.APPROVED, PaymentStatus.AUTHORISED)
        return is_wanted and is_agreed and not also_paid_by and not any(contradictions(stored, report))

    def decline(self, stored: StoredPayment, code: str) -> Outcome:
        """Note that a capture was declined, so that the payer must agree again; total over every status.

        Args:
            code: the gateway's word for it, as in "INSTRUMENT_DECLINED".
        """
        if stored.is_settled or stored.status in _STUCK:
            return _outcome(stored, stored, note=f"late decline {code} recorded only")
        changed = {"status": StoredStatus.PENDING, "decline_code": code, "attempt": stored.attempt + 1}
        return _outcome(stored, stored.model_copy(update=changed))

    def give_up(self, stored: StoredPayment) -> Outcome:
        """End a payment that its payer gave up: what was settled stays, and money that comes all the same is seen."""
        if stored.is_settled:
            return _outcome(stored, stored, note="given up too late: recorded only")
        return _outcome(stored, stored.model_copy(update={"status": StoredStatus.CANCELED}))

    def _refuse(self, stored: StoredPayment, reasons: str) -> Outcome:
        """Grant nothing and alarm, once for each contradiction; what was settled before stays settled."""
        status = stored.status if stored.is_settled else StoredStatus.REVIEW
        changed = stored.model_copy(update={"status": status, "alarm": reasons})
        return _outcome(stored, changed, note=reasons, alarm=reasons)

    def _progress(self, stored: StoredPayment, report: GatewayReport) -> Outcome:
        if stored.is_settled:
            return _outcome(stored, stored, note=f"late report of {report.status} recorded only")
        status = stored.status if stored.status in _STUCK else _OPEN[report.status]
        failed = report.decline_code if status in (StoredStatus.PENDING, StoredStatus.CANCELED) else ""
        return _outcome(stored, stored.model_copy(update={"status": status, "decline_code": failed}))

    def _settle(self, stored: StoredPayment, report: GatewayReport, also_paid_by: str) -> Outcome:
        settled = stored.model_copy(
            update={
                **_newest_refunds(stored, report),
                "received": report.received,
                "capture_id": report.capture_id or stored.capture_id,
                "fee": report.fee or stored.fee,
                "decline_code": "",
            }
        )
        closed, disputed = _newest_dispute(stored, report)
        status = StoredStatus.DISPUTED if disputed else _by_refunds(settled)
        due = self._has_access(status, settled)
        twice = f"paid twice: {also_paid_by} already gave the course" if also_paid_by and due > stored.enrolled else ""
        changes = {
            "status": status,
            "disputes_closed": closed,
            "enrolled": due and not twice,
            "alarm": twice or stored.alarm,
        }
        return _outcome(stored, settled.model_copy(update=changes), note=twice, alarm=twice)

    def _has_access(self, status: StoredStatus, settled: StoredPayment) -> bool:
        if status is StoredStatus.DISPUTED and self._disputes is DisputePolicy.SUSPEND:
            return False
        return settled.refunded < settled.received


def contradictions(stored: StoredPayment, report: GatewayReport) -> Iterator[str]:
    """Say in what a report is not about this payment, or not about exactly its money."""
    same = {
        "gateway": (stored.gateway, report.gateway),
        "gateway id": (stored.gateway_id, report.gateway_id),
        "reference": (stored.reference, report.reference),
        "live mode": (stored.live, report.live),
        "payee": (stored.payee, report.payee),
        "taken at once": (stored.capture, report.capture),
        "capture id": (stored.capture_id, report.capture_id) if stored.capture_id and report.capture_id else ("", ""),
        "amount": (stored.amount, report.amount),
    }
    for name, (ours, theirs) in same.items():
        if ours != theirs:
            yield f"{name} is {theirs}, expected {ours}"
    if report.oddity:
        yield report.oddity
    due = stored.amount if report.status is PaymentStatus.PAID else Money.zero(stored.amount.currency)
    if report.received != due:
        yield f"received is {report.received} while {report.status}, expected {due}"
    elif not _within(report.refunded, report.received):
        yield f"refunded is {report.refunded} of {report.received}"
    elif report.refunds_failed is not None and report.refunds_failed.currency != due.currency:
        yield f"failed refunds are in {report.refunds_failed.currency}"


def refundable(stored: StoredPayment) -> Money:
    """Give what can still be sent back."""
    return stored.revenue


def check_refund(stored: StoredPayment, amount: Money | None, *, under_way: Money | None = None) -> Money:
    """Give the amount to refund; None is all that is left.

    Args:
        under_way: refunds asked for that have not succeeded or failed yet.

    Raises:
        InvalidInputError: not positive, of another currency, or more than is left.
    """
    left = refundable(stored) - (under_way or Money.zero(stored.amount.currency))
    wanted = left if amount is None else amount
    if wanted.currency != left.currency:
        raise InvalidInputError(f"is in {wanted.currency}, the payment in {left.currency}", field="amount")
    if not Money.zero(left.currency) < wanted <= left:
        raise InvalidInputError(f"{wanted} is not between nothing and the {left} that is left", field="amount")
    return wanted


def _within(part: Money, whole: Money) -> bool:
    return part.currency == whole.currency and Money.zero(whole.currency) <= part <= whole


def _newest_refunds(stored: StoredPayment, report: GatewayReport) -> dict[str, Money]:
    """Take the newer of the known refunds, whichever order the reports came in.

    Time only ever adds a succeeded refund or turns one into a failed one, so (failed, succeeded) grows with it.
    """
    failed = report.refunds_failed or Money.zero(stored.amount.currency)
    if (failed.amount, report.refunded.amount) < (stored.refunds_failed.amount, stored.refunded.amount):
        return {}
    return {"refunds_failed": failed, "refunded": report.refunded}


def _newest_dispute(stored: StoredPayment, report: GatewayReport) -> tuple[int, bool]:
    """Give how many disputes closed and whether one is open or lost; (closed, open) grows with time."""
    known = (stored.disputes_closed, stored.status is StoredStatus.DISPUTED)
    return max(known, (report.disputes_closed, report.disputed))


def _by_refunds(payment: StoredPayment) -> StoredStatus:
    if not payment.refunded:
        return StoredStatus.PAID
    return StoredStatus.PARTIALLY_REFUNDED if payment.refunded < payment.received else StoredStatus.REFUNDED


def _outcome(before: StoredPayment, after: StoredPayment, *, note: str = "", alarm: str = "") -> Outcome:
    """Say what a change of the books means; no change means nothing."""
    access = Access.KEEP
    if after.enrolled is not before.enrolled:
        access = Access.ENROL if after.enrolled else Access.REVOKE
    moved = f"{before.status} -> {after.status}" if after.status is not before.status else ""
    recorded = note if note != before.alarm else ""
    return Outcome(
        payment=after,
        access=access,
        revenue_change=after.revenue - before.revenue,
        notices=tuple(_notices(before, after, access)),
        events=tuple(_events(before, after, access)),
        audit=f"payment {after.reference}: {'; '.join(filter(None, (moved, recorded)))}" if moved or recorded else "",
        alarm=Alarm(reference=after.reference, reason=alarm) if alarm and alarm != before.alarm else None,
    )


def _events(before: StoredPayment, after: StoredPayment, access: Access) -> Iterator[PaymentEvent]:
    def event(kind: EventKind, amount: Money) -> PaymentEvent:
        return PaymentEvent(kind=kind, reference=after.reference, user=after.user, course=after.course, amount=amount)

    if after.is_settled and not before.is_settled:
        yield event(EventKind.PAYMENT_SUCCEEDED, after.received)
    if after.refunded > before.refunded:
        yield event(EventKind.PAYMENT_REFUNDED, after.refunded - before.refunded)
    if after.refunds_failed > before.refunds_failed:
        yield event(EventKind.REFUND_FAILED, after.refunds_failed - before.refunds_failed)
    if after.status is not before.status:
        if (kind := _BY_STATUS.get(after.status)) is not None:
            yield event(kind, after.amount)
        if before.status is StoredStatus.DISPUTED:
            yield event(EventKind.DISPUTE_CLOSED, after.amount)
    if after.decline_code not in ("", before.decline_code):
        yield event(EventKind.PAYMENT_ATTEMPT_FAILED, after.amount)
    if access is Access.ENROL:
        yield event(EventKind.ENROLMENT_GRANTED, after.received)
    elif access is Access.REVOKE:
        yield event(EventKind.ENROLMENT_REVOKED, after.received)


_BY_STATUS = {
    StoredStatus.CANCELED: EventKind.PAYMENT_CANCELED,
    StoredStatus.DISPUTED: EventKind.DISPUTE_OPENED,
    StoredStatus.REVIEW: EventKind.REVIEW_NEEDED,
}


def _notices(before: StoredPayment, after: StoredPayment, access: Access) -> Iterator[Notice]:
    def notice(kind: NoticeKind, amount: Money) -> Notice:
        return Notice(kind=kind, user=after.user, course=after.course, amount=amount)

    if after.is_settled and not before.is_settled:
        yield notice(NoticeKind.RECEIPT, after.received)
    elif access is Access.ENROL:
        yield notice(NoticeKind.ACCESS_RESTORED, after.received)
    if after.refunded > before.refunded:
        partial = after.refunded < after.received
        kind = NoticeKind.PARTIALLY_REFUNDED if partial else NoticeKind.REFUNDED
        yield notice(kind, after.refunded - before.refunded)
    elif access is Access.REVOKE:
        yield notice(NoticeKind.ACCESS_SUSPENDED, after.received)
