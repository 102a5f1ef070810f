"""What an admin sees and does about payments: what was paid, what a gateway kept, disputes, refunds."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations import InvalidInputError, ProviderError
from ace_integrations.contrib.django import get_ace
from ace_integrations.payments import DisputeReport, Money, StoredPayment, refundable
from examples.django_platform import refunds
from examples.django_platform.answering import AnsweredError, View, go, posted, signed_in, visiting
from examples.django_platform.models import Payment, Refund, User
from examples.django_platform.rendering import page
from examples.shared.paying import RefundForm


def admins_only(view: View) -> View:
    """Give the view to the admin; for everybody else it does not exist."""

    @wraps(view)
    def check(request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> HttpResponse:
        if user.role != "admin":
            raise AnsweredError(404, "Not Found")
        return view(request, user, *args, **kwargs)

    return check


@visiting
@admins_only
def payments(request: HttpRequest, user: User) -> HttpResponse:
    """List every payment, the newest first."""
    del user
    found = Payment.objects.select_related("course", "user").order_by("-pk")[:200]
    return page(request, "admin_payments.html", rows=[(one, one.course, one.user) for one in found])


@visiting
@admins_only
def payment(request: HttpRequest, user: User, payment_id: int) -> HttpResponse:
    """Show one payment with its fee, its refunds and its disputes."""
    del user
    return _shown(request, payment_id)


@visiting
@admins_only
def refund_by_form(request: HttpRequest, user: User, payment_id: int) -> HttpResponse:
    """Send money back, and show the payment again."""
    amount = request.POST.get("amount", "")
    try:
        _refund(user, payment_id, amount.strip() or None)
    except InvalidInputError:
        return _shown(request, payment_id, status=422, entered=amount)
    return go(f"/admin/payments/{payment_id}")


@signed_in
@admins_only
def refund(request: HttpRequest, user: User, payment_id: int) -> HttpResponse:
    """Send money back; "asked" means that the gateway's answer is still to come."""
    try:
        made, status = _refund(user, payment_id, posted(request, RefundForm).amount)
    except InvalidInputError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse(
        {"refund_id": made.pk, "status": status, "amount": made.amount, "currency": made.currency},
        status=202 if status == "asked" else 200,
    )


def _refund(user: User, payment_id: int, amount: str | None) -> tuple[Refund, str]:
    found = _find(payment_id)
    part = Money.of(amount, found.price_currency) if amount else None
    refunds.catch_up(payment_id)
    try:
        asked = refunds.ask(payment_id, part, admin=user)
    except KeyError:
        raise AnsweredError(409, "Nothing was paid.") from None
    return asked, refunds.send(asked)


def _shown(request: HttpRequest, payment_id: int, *, status: int = 200, entered: str = "") -> HttpResponse:
    found = _find(payment_id)
    stored = StoredPayment.model_validate(found.books) if found.books else None
    return page(
        request,
        "admin_payment.html",
        status,
        payment=found,
        course=found.course,
        payer=found.user,
        stored=stored,
        refunds=list(refunds.of_payment(payment_id)),
        left=refundable(stored) if stored else None,
        estimate=get_ace().payments.estimate_fee(found.money, gateway=found.gateway),
        disputes=_disputes(found),
        entered=entered,
        refused=status == 422,
    )


def _find(payment_id: int) -> Payment:
    found = Payment.objects.select_related("course", "user").filter(pk=payment_id).first()
    if found is None:
        raise AnsweredError(404, "No such payment.")
    return found


def _disputes(payment: Payment) -> tuple[DisputeReport, ...] | None:
    """Give the disputes of what was paid; None when the gateway does not say."""
    if payment.capture_id is None:
        return ()
    try:
        return get_ace().payments.disputes(gateway_id=payment.gateway_id or "", gateway=payment.gateway)
    except ProviderError:
        return None
