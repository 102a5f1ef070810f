"""Money that goes back: asked for by an admin, made once however often it is sent."""

from django.db import transaction
from django.db.models import Q, QuerySet

from ace_integrations import (
    ConflictError,
    InProgressError,
    InvalidRequestError,
    PermissionDeniedError,
    ProviderError,
)
from ace_integrations.contrib.django import get_ace
from ace_integrations.payments import Money, StoredPayment
from examples.django_platform.models import Payment, Refund, User
from examples.django_platform.payments import apply
from examples.django_platform.services import now
from examples.shared.paying import COUNTS, REFUND_LOST, REFUND_SLOW, UNDER_WAY, due_back


def ask(payment_id: int, part: Money | None, *, admin: User) -> Refund:
    """Add a refund of a part of the price, or of all that is left.

    Raises:
        KeyError: no such payment, or nothing was paid.
        InvalidInputError: more than is left, or not positive.
    """
    with transaction.atomic():
        payment = Payment.objects.select_for_update().filter(pk=payment_id).first()
        if payment is None or payment.books is None:
            raise KeyError(payment_id)
        before = list(of_payment(payment_id).filter(status__in=COUNTS))
        back, amount = due_back(payment, StoredPayment.model_validate(payment.books), part, before)
        return Refund.objects.create(
            payment=payment,
            admin=admin,
            part=str(back.amount),
            amount=str(amount.amount),
            currency=amount.currency,
            asked_at=now(),
        )


def send(refund: Refund) -> str:
    """Let the gateway make a refund that was asked for; give what became of it.

    An answer that does not come leaves it asked for: sent again, the gateway makes it once.
    """
    gateways, payment = get_ace().payments, refund.payment
    gateway, gateway_id = payment.gateway, payment.gateway_id or ""
    try:
        made = gateways.refund(
            gateway_id=gateway_id, amount=refund.money, idempotency_key=f"ace:refund:{refund.pk}:1", gateway=gateway
        )
        report = gateways.report(gateway_id=gateway_id, gateway=gateway)
    except InProgressError:
        return "asked"
    except (InvalidRequestError, ConflictError, PermissionDeniedError) as error:
        Refund.objects.filter(pk=refund.pk).update(status="refused", reason=error.code)
        return "refused"
    except ProviderError:
        return "asked"
    status = made.status.value
    with transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(status=status, gateway_id=made.refund_id)
        apply(gateway_id, report)
    return status


def send_again() -> None:
    """Send the refunds again whose answer was lost, and those that the gateway was making an hour ago."""
    at = now()
    lost = Q(status="asked", asked_at__lt=at - REFUND_LOST)
    slow = Q(status="pending", asked_at__lt=at - REFUND_SLOW)
    due = list(Refund.objects.filter(lost | slow).select_related("payment"))
    Refund.objects.filter(pk__in=[refund.pk for refund in due]).update(asked_at=at)
    for refund in due:
        send(refund)


def catch_up(payment_id: int) -> None:
    """Learn what became of a payment's refunds that were under way, so that the next one is reckoned rightly."""
    for refund in of_payment(payment_id).filter(status__in=UNDER_WAY):
        send(refund)


def of_payment(payment_id: int) -> "QuerySet[Refund]":
    """Give the refunds of a payment, oldest first."""
    return Refund.objects.filter(payment_id=payment_id).order_by("pk")
