"""The books of payments: what a gateway reports is written here, whichever way the platform came to ask."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from ace_integrations import DeclinedError, NotFoundError, ProviderError
from ace_integrations.contrib.django import audit, get_ace
from ace_integrations.contrib.django.signals import event_received
from ace_integrations.payments import Access, Checkout, GatewayReport, Outcome, PaymentHint, StoredPayment
from ace_integrations.webhooks import Event
from examples.django_platform.models import Course, Enrollment, Payment, Revenue
from examples.django_platform.services import now
from examples.shared.accounts import user_key
from examples.shared.paying import LAPSED, LOOKS_AGAIN, LOOKS_FOR, OPEN, SETTLED, PaymentUnknownError

checkout = Checkout()


def settle(*, gateway: str, gateway_id: str) -> Outcome:
    """Ask the gateway, take what the payer agreed to, and write what came of it.

    Raises:
        ProviderError: the gateway cannot be asked, so nothing changed.
    """
    try:
        report = learn(gateway=gateway, gateway_id=gateway_id)
    except DeclinedError as error:
        with transaction.atomic():
            return note_decline(gateway_id, error)
    with transaction.atomic():
        return apply(gateway_id, report)


def learn(*, gateway: str, gateway_id: str) -> GatewayReport:
    """Ask where a payment is, and capture it first where its payer agreed and our books want it.

    Raises:
        DeclinedError: the payer's wallet refused the capture.
    """
    gateways = get_ace().payments
    report = gateways.report(gateway_id=gateway_id, gateway=gateway)
    payment = Payment.objects.filter(gateway_id=gateway_id).first()
    if payment is None or payment.books is None:
        return report
    stored = StoredPayment.model_validate(payment.books)
    if not checkout.may_capture(stored, report, also_paid_by=_also_paid_by(payment)):
        return report
    key = stored.idempotency_key("capture")
    return gateways.capture(gateway_id=gateway_id, idempotency_key=key, gateway=gateway)


@receiver(event_received, sender=PaymentHint)
def on_payment_hint(event: Event, **_: Any) -> None:
    """Look where a webhook points: the gateway's own report decides."""
    hint: PaymentHint = event.meaning
    gateway_id = hint.gateway_id or _named_by(hint)
    if not gateway_id:
        return
    try:
        report = learn(gateway=hint.gateway, gateway_id=gateway_id)
    except DeclinedError as error:
        note_decline(gateway_id, error)
        return
    if report.reference:
        apply(gateway_id, report)


def apply(gateway_id: str, report: GatewayReport) -> Outcome:
    """Write what `Checkout` decides about a report, in the caller's transaction.

    Args:
        gateway_id: the payment that was asked about, whatever the report is of.
    """
    payment, course = _locked(gateway_id)
    outcome = checkout.apply(
        StoredPayment.model_validate(payment.books),
        report,
        also_paid_by=_also_paid_by(payment),
        capture_used_by=_capture_used_by(payment, report),
    )
    _write(payment, course, outcome)
    return outcome


def note_decline(gateway_id: str, error: DeclinedError) -> Outcome:
    """Write that the payer's wallet refused, in the caller's transaction: the payer may agree again."""
    payment, course = _locked(gateway_id)
    outcome = checkout.decline(StoredPayment.model_validate(payment.books), error.code)
    _write(payment, course, outcome)
    return outcome


def give_up(payment_id: int) -> None:
    """End a payment whose payer chose another way, in the caller's transaction."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.books is None:
        Payment.objects.filter(pk=payment_id).update(status="canceled")
        return
    payment, course = _locked(payment.gateway_id or "")
    _write(payment, course, checkout.give_up(StoredPayment.model_validate(payment.books)))


def look_again() -> None:
    """Ask about open payments of which nothing was heard: their browser and their webhook may both be lost."""
    at = now()
    silent = Payment.objects.filter(
        status__in=OPEN, gateway_id__isnull=False, asked_at__lt=at - LOOKS_AGAIN, created_at__gt=at - LOOKS_FOR
    )
    due = list(silent)
    Payment.objects.filter(pk__in=[payment.pk for payment in due]).update(asked_at=at)
    for payment in due:
        try:
            settle(gateway=payment.gateway, gateway_id=payment.gateway_id or "")
        except NotFoundError:
            if at - payment.created_at > LAPSED:
                with transaction.atomic():
                    give_up(payment.pk)
        except ProviderError:
            continue


def _locked(gateway_id: str) -> tuple[Payment, Course]:
    """Give a payment and its course for writing; the course first is what two payments for it wait at."""
    found = Payment.objects.filter(gateway_id=gateway_id).exclude(books=None).first()
    if found is None:
        raise PaymentUnknownError(gateway_id)
    course = Course.objects.select_for_update().get(pk=found.course_id)
    return Payment.objects.select_for_update().get(pk=found.pk), course


def _write(payment: Payment, course: Course, outcome: Outcome) -> None:
    """Write status, revenue, enrolment and audit line."""
    after = outcome.payment
    payment.books = after.model_dump(mode="json")
    payment.status = after.status.value
    payment.capture_id = after.capture_id or None
    payment.save(update_fields=["books", "status", "capture_id"])
    if change := outcome.revenue_change.to_minor():
        _earn(course, after.amount.currency, change)
    if outcome.access is not Access.KEEP:
        _grant(payment, course, active=outcome.access is Access.ENROL)
    if outcome.audit:
        _tell(payment, "payment.changed", outcome.audit)
    if outcome.alarm is not None:
        _tell(payment, "payment.alarm", outcome.alarm.reason)


def _earn(course: Course, currency: str, minor: int) -> None:
    # The course is locked: nobody else writes its sums.
    found, _ = Revenue.objects.get_or_create(course=course, currency=currency)
    found.minor += minor
    found.save(update_fields=["minor"])


def _tell(payment: Payment, what: str, line: str) -> None:
    """Add a line about a payment to the audit trail."""
    about = get_ace().audit.event(
        what,
        user=user_key(payment.user_id),
        actor=payment.gateway,
        amount=payment.money.amount,
        currency=payment.money.currency,
        payment=str(payment.pk),
        details={"line": line},
    )
    audit.write(about)


def _grant(payment: Payment, course: Course, *, active: bool) -> None:
    """Let the user into the course or out of it; the number of students follows."""
    found = Enrollment.objects.filter(user_id=payment.user_id, course=course).first()
    before = found is not None and found.active
    Enrollment.objects.update_or_create(user_id=payment.user_id, course=course, defaults={"active": active})
    course.students += int(active) - int(before)
    course.save(update_fields=["students"])


def _also_paid_by(payment: Payment) -> str:
    """Give another payment that gave this user this course; "" when there is none."""
    others = Payment.objects.filter(user_id=payment.user_id, course_id=payment.course_id, status__in=SETTLED).exclude(
        pk=payment.pk
    )
    return next((str(other.pk) for other in others if (other.books or {}).get("enrolled")), "")


def _capture_used_by(payment: Payment, report: GatewayReport) -> str:
    """Give another payment that stands on the reported movement of money; "" when there is none."""
    if not report.capture_id:
        return ""
    others = Payment.objects.filter(gateway=report.gateway, capture_id=report.capture_id).exclude(pk=payment.pk)
    return str(others.values_list("pk", flat=True).first() or "")


def _named_by(hint: PaymentHint) -> str:
    """Give the gateway's id of the payment that a hint names otherwise: a refund names only what was captured."""
    if not hint.capture_id:
        return ""
    found = Payment.objects.filter(gateway=hint.gateway, capture_id=hint.capture_id)
    return found.values_list("gateway_id", flat=True).first() or ""
