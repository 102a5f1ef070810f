"""The payer's side: choose a way, see the amount, pay, come back. What came of it is decided in `payments`."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from ace_integrations import ConflictError, DeclinedError, InvalidRequestError, NotFoundError, ProviderError
from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.views import throttled
from ace_integrations.payments import GatewayReport, NotStarted, PaymentOrder, Started, StoredPayment
from ace_integrations.payments.rates import Quote, QuoteExpiredError, QuoteMismatchError, RateRefusedError
from examples.django_platform import quotes
from examples.django_platform.answering import AnsweredError, posted, signed_in
from examples.django_platform.models import Course, Enrollment, Payment, User
from examples.django_platform.payments import apply, give_up, settle
from examples.django_platform.rendering import language_of
from examples.django_platform.services import now
from examples.shared.paying import (
    ENDED,
    HOLDS,
    MAY_START_AGAIN,
    Approved,
    Chosen,
    Confirm,
    NotPayableError,
    browser_key,
    shown_quote,
)


@signed_in
def quote(request: HttpRequest, user: User, course_id: int) -> HttpResponse:
    """Show what PayPal would charge, at which rate, and until when that holds."""
    del request
    try:
        shown = quotes.shown(user, find_course(course_id))
    except RateRefusedError as error:
        return JsonResponse({"error": "PayPal is not offered right now.", "reason": error.reason}, status=503)
    return JsonResponse(shown_quote(shown))


@throttled("payments")
@signed_in
def pay_by_card(request: HttpRequest, user: User, course_id: int) -> HttpResponse:
    """Start a card payment, or give the unfinished one again: the answer is all that the browser may know."""
    try:
        _, started = begin(request, user, course_id, gateway="stripe", quote_id=None)
    except NotPayableError as error:
        return JsonResponse(error.answer, status=error.status)
    secret = started.client_secret.get_secret_value() if started.client_secret else None
    return JsonResponse({"client_secret": secret, "publishable_key": browser_key(get_ace())})


@throttled("payments")
@signed_in
def pay_by_paypal(request: HttpRequest, user: User, course_id: int) -> HttpResponse:
    """Start a PayPal payment of the quote that was shown; the order is made here, and its amount is ours."""
    form = posted(request, Chosen)
    try:
        payment, started = begin(request, user, course_id, gateway="paypal", quote_id=form.quote_id)
    except NotPayableError as error:
        return JsonResponse(error.answer, status=error.status)
    return JsonResponse(
        {
            "payment_id": payment.pk,
            "amount_usd": str(payment.money.amount),
            "order_id": started.gateway_id,
            "approval_url": started.approval_url,
        }
    )


@signed_in
def confirm(request: HttpRequest, user: User) -> HttpResponse:
    """Ask the gateway what became of a card payment of this user, and act on that."""
    form = posted(request, Confirm)
    payment = Payment.objects.filter(user=user, gateway_id=form.payment_intent_id).first()
    if payment is None:
        raise AnsweredError(404, "No such payment.")
    return _told(finish(payment))


@signed_in
def confirm_paypal(request: HttpRequest, user: User) -> HttpResponse:
    """Take what the payer agreed to at PayPal; payment and order must be the pair that we stored."""
    form = posted(request, Approved)
    if not form.order_id:
        return JsonResponse({"error": "PayPal order ID required"}, status=400)
    payment = Payment.objects.filter(user=user, pk=form.payment_id, gateway_id=form.order_id).first()
    if payment is None:
        raise AnsweredError(404, "No such payment.")
    answer = finish(payment)
    if answer is not None and answer["status"] == "review":
        return JsonResponse({"error": "Payment verification failed"}, status=400)
    return _told(answer)


def finish(payment: Payment) -> dict[str, Any] | None:
    """Settle a payment and say what the browser may know of it; None while the gateway cannot say."""
    try:
        outcome = settle(gateway=payment.gateway, gateway_id=payment.gateway_id or "")
    except ProviderError:
        return None
    place = Enrollment.objects.filter(user_id=payment.user_id, course_id=payment.course_id, active=True).first()
    answer: dict[str, Any] = {"success": place is not None, "status": outcome.payment.status.value}
    if place is not None:
        answer["enrollment_id"] = place.pk
    if outcome.payment.decline_code:
        answer["decline_code"] = outcome.payment.decline_code
    return answer


def begin(
    request: HttpRequest, user: User, course_id: int, *, gateway: str, quote_id: str | None
) -> tuple[Payment, Started]:
    """Find or add the payment, ask the gateway, and remember its id.

    Raises:
        AnsweredError: the user or the course does not allow it.
        NotPayableError: the gateway or the quote does not.
    """
    if user.status != "active":
        raise AnsweredError(403, "Verify your identity first.")
    course = find_course(course_id)
    quoted = _chosen_quote(user, course, gateway, quote_id)
    payment = _open_payment(user, course, gateway=gateway, quoted=quoted)
    order = _order(payment, locale=language_of(request))
    try:
        started = get_ace().payments.offer(order, gateway=gateway)
    except DeclinedError as error:
        raise NotPayableError(402, error="Payment declined", code=error.code) from None
    except InvalidRequestError:
        raise NotPayableError(500, error="Payment failed") from None
    if isinstance(started, NotStarted):
        text = "Payment is not available right now. Nothing was charged."
        raise NotPayableError(503, error=text, others=list(started.others))
    _remember(payment, order, started)
    return payment, started


def find_course(course_id: int) -> Course:
    """Give a course, or answer 404."""
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise AnsweredError(404, "No such course.")
    return course


def _told(answer: dict[str, Any] | None) -> HttpResponse:
    if answer is None:
        return JsonResponse({"success": False, "status": "checking"}, status=202)
    return JsonResponse(answer)


def _order(payment: Payment, *, locale: str) -> PaymentOrder:
    back = f"{settings.PLATFORM_URL}/pay/{payment.gateway}"
    return PaymentOrder(
        reference=str(payment.pk),
        amount=payment.money,
        description=f"Course {payment.course_id}",
        metadata={"course_id": str(payment.course_id), "user_id": str(payment.user_id)},
        return_url=f"{back}/return",
        cancel_url=f"{back}/cancel",
        locale=locale,
    )


def _chosen_quote(user: User, course: Course, gateway: str, quote_id: str | None) -> Quote | None:
    """Give the quote to pay with, None where the gateway takes the course's own currency.

    Raises:
        NotPayableError: there is none, or it lapsed: show a new one first.
    """
    choices = get_ace().payments.choices(course.money)
    direct = next((one for one in choices if one.gateway == gateway), None)
    if direct is None:
        raise AnsweredError(404, "No such way to pay.")
    if direct.amount is not None:
        return None
    if not quote_id:
        raise NotPayableError(409, error="quote_required")
    try:
        return quotes.taken(quote_id, user, course)
    except (KeyError, QuoteMismatchError):
        raise NotPayableError(409, error="quote_mismatch") from None
    except QuoteExpiredError:
        raise NotPayableError(409, error="quote_expired") from None


def _open_payment(user: User, course: Course, *, gateway: str, quoted: Quote | None) -> Payment:
    """Find the unfinished payment or add one, before the gateway is asked: a crash in between leaves it to be found."""
    found = _unfinished(user, course)
    at = now()
    if found is not None:
        if _is_the_same(found, gateway, quoted) and at - found.created_at < HOLDS:
            return found
        _end(found)
    charged = quoted.target if quoted is not None else course.money
    payment = Payment(
        user=user,
        course=course,
        gateway=gateway,
        price=course.price,
        price_currency=course.currency,
        amount=str(charged.amount),
        currency=charged.currency,
        quote_id=quoted.quote_id if quoted is not None else None,
        created_at=at,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError:
        raise AnsweredError(409, "Another tab is starting this payment. Try again.") from None
    return payment


def _unfinished(user: User, course: Course) -> Payment | None:
    """Give the open payment for a course, or answer 409 where nothing more is to be paid."""
    if Enrollment.objects.filter(user=user, course=course, active=True).exists():
        raise AnsweredError(409, "You are enrolled already.")
    found = Payment.objects.filter(user=user, course=course).exclude(status__in=ENDED).first()
    if found is not None and found.status not in MAY_START_AGAIN:
        raise AnsweredError(409, "Your payment is being checked.")
    return found


def _is_the_same(payment: Payment, gateway: str, quoted: Quote | None) -> bool:
    return payment.gateway == gateway and payment.quote_id == (quoted.quote_id if quoted is not None else None)


def _end(payment: Payment) -> None:
    """End a payment whose payer chose another way: at the gateway first, so that it cannot be paid any more.

    Raises:
        AnsweredError: it was paid meanwhile, or the gateway cannot say.
    """
    if payment.gateway_id is not None:
        try:
            report = _canceled(payment.gateway, payment.gateway_id, key=f"ace:cancel:{payment.pk}:1")
        except NotFoundError:  # it lapsed there
            report = None
        except ProviderError:
            raise AnsweredError(409, "Your payment is being checked.") from None
        if report is not None:
            with transaction.atomic():
                outcome = apply(payment.gateway_id, report)
            if outcome.payment.is_settled:
                raise AnsweredError(409, "You are enrolled already.")
    with transaction.atomic():
        give_up(payment.pk)


def _canceled(gateway: str, gateway_id: str, *, key: str) -> GatewayReport:
    """Cancel at the gateway; where it cannot be canceled any more, say what became of it."""
    gateways = get_ace().payments
    try:
        return gateways.cancel(gateway_id=gateway_id, idempotency_key=key, gateway=gateway)
    except ConflictError:
        return gateways.report(gateway_id=gateway_id, gateway=gateway)


def _remember(payment: Payment, order: PaymentOrder, started: Started) -> None:
    """Store the gateway's id with the payment; only reports of that id are ever accepted for it."""
    books = StoredPayment.opened(order, started, user=str(payment.user_id), course=str(payment.course_id))
    Payment.objects.filter(pk=payment.pk, gateway_id=None).update(
        gateway_id=started.gateway_id, books=books.model_dump(mode="json")
    )
