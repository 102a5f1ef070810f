"""Prices in a currency that PayPal takes: asked for once, shown, and used for one payment."""

from ace_integrations.contrib.django import get_ace
from ace_integrations.payments.rates import Quote
from examples.django_platform.models import Course, StoredQuote, User
from examples.django_platform.services import now
from examples.shared.accounts import user_key
from examples.shared.paying import CURRENCY, ENOUGH, purpose


def shown(user: User, course: Course) -> Quote:
    """Give the quote to show: the last one while it holds long enough and nothing was paid with it, else a new one.

    Raises:
        RateRefusedError: no rate can be believed, so this way to pay is not offered.
    """
    last = _last(user, course)
    if last is not None and last.source == course.money and last.expires_at - now() > ENOUGH:
        return last
    quote = get_ace().rates.quote(
        course.money, to=CURRENCY, purpose=purpose(course.pk), user=user_key(user.pk), exponents="paypal"
    )
    StoredQuote.objects.create(id=quote.quote_id, user=user, course=course, quote=quote.model_dump(mode="json"))
    return quote


def taken(quote_id: str, user: User, course: Course) -> Quote:
    """Give the quote that a user chose to pay with.

    Raises:
        QuoteMismatchError: it is of somebody or something else, or of another price.
        QuoteExpiredError: it lapsed.
        KeyError: there is none of that id.
    """
    row = StoredQuote.objects.filter(pk=quote_id).first()
    if row is None:
        raise KeyError(quote_id)
    quote = Quote.model_validate(row.quote)
    quote.check(price=course.money, purpose=purpose(course.pk), user=user_key(user.pk), now=now())
    return quote


def _last(user: User, course: Course) -> Quote | None:
    unused = StoredQuote.objects.filter(user=user, course=course, payment=None)
    row = unused.order_by("-created_at").first()
    return Quote.model_validate(row.quote) if row is not None else None
