"""The course page and the ways to pay from it; PayPal needs no JavaScript, the card form does."""

from django.http import HttpRequest, HttpResponse

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.views import throttled
from ace_integrations.payments import Choice
from ace_integrations.payments.rates import Quote, RateRefusedError
from examples.django_platform import classroom, paying, quotes
from examples.django_platform.accounts import visitor
from examples.django_platform.answering import AnsweredError, go, signed_in, visiting
from examples.django_platform.models import Course, Enrollment, Payment, User
from examples.django_platform.rendering import page
from examples.django_platform.services import now
from examples.shared.classes import shown_start
from examples.shared.paying import NEWS, NotPayableError, news_of, why_not
from examples.shared.policy import card_script


def course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show a course; to who may enrol, every way to pay with its amount."""
    found = Course.objects.select_related("teacher").filter(pk=course_id).first()
    if found is None:
        return page(request, "not_found.html", 404)
    user = visitor(request)
    enrolled = user is not None and Enrollment.objects.filter(user=user, course=found, active=True).exists()
    quote, choices = (None, {}) if user is None or enrolled else _ways(user, found)
    news = request.GET.get("news", "")
    return page(
        request,
        "course.html",
        course=found,
        enrolled=enrolled,
        script=card_script(get_ace()),
        choices=choices,
        quote=quote,
        holds_s=int((quote.expires_at - now()).total_seconds()) if quote is not None else 0,
        news=news if news in NEWS else "",
        classes=classroom.of_course(found, user),
        shown_start=shown_start,
        teacher=found.teacher.email if found.teacher is not None else "",
    )


@throttled("payments")
@signed_in
def leave_for_paypal(request: HttpRequest, user: User, course_id: int) -> HttpResponse:
    """Make the order and lead the payer to PayPal's page."""
    quote_id = request.POST.get("quote_id") or None
    try:
        _, started = paying.begin(request, user, course_id, gateway="paypal", quote_id=quote_id)
    except NotPayableError as error:
        return go(f"/courses/{course_id}?news={why_not(error)}")
    except AnsweredError as error:
        if error.status != 409:
            raise
        return go(f"/courses/{course_id}?news=checking")
    if started.approval_url is None:  # agreed to before: nothing is left to ask
        return go(f"/pay/paypal/return?token={started.gateway_id}")
    return page(request, "leaving.html", url=started.approval_url, title="pay_title", text="leaving_paypal")


@visiting
def come_back(request: HttpRequest, user: User) -> HttpResponse:
    """Take what the payer agreed to; what the address says beside the order's id is not even read."""
    payment = _own_order(request, user)
    answer = paying.finish(payment)
    if answer is None:
        return go(f"/courses/{payment.course_id}?news=checking")
    return go(f"/courses/{payment.course_id}{'' if answer['success'] else f'?news={news_of(answer)}'}")


@visiting
def change_mind(request: HttpRequest, user: User) -> HttpResponse:
    """Go back to the course; the order lapses at PayPal unless the payer takes it up again."""
    return go(f"/courses/{_own_order(request, user).course_id}?news=canceled")


def _ways(user: User, found: Course) -> tuple[Quote | None, dict[str, Choice]]:
    """Give every way to pay by its gateway, and the quote that one of them needs."""
    if user.status != "active":
        return None, {}
    gateways = get_ace().payments
    needed = any(choice.amount is None for choice in gateways.choices(found.money))
    quote = _quote(user, found) if needed else None
    return quote, {choice.gateway: choice for choice in gateways.choices(found.money, quote=quote)}


def _quote(user: User, found: Course) -> Quote | None:
    """Give the quote to show; None where no rate can be believed, and then PayPal is not offered."""
    try:
        return quotes.shown(user, found)
    except RateRefusedError:
        return None


def _own_order(request: HttpRequest, user: User) -> Payment:
    order_id = request.GET.get("token", "")
    payment = Payment.objects.filter(user=user, gateway="paypal", gateway_id=order_id).first()
    if payment is None:
        raise AnsweredError(404, "No such payment.")
    return payment
