"""Paying, as far as it needs neither a database nor a web framework: what is posted, answered and waited for."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from ace_integrations import Ace, AsyncAce
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments import Money, StoredPayment, check_refund, refundable
from ace_integrations.payments.rates import Quote, refund_due

OPEN = ("pending", "action_required", "approved", "processing", "authorised")
"""States of a payment that may still become money."""
SETTLED = ("paid", "partially_refunded", "disputed")
ENDED = ("canceled", "refunded")
MAY_START_AGAIN = ("pending", "action_required", "approved")

HOLDS = timedelta(hours=3)
"""How long a payment may be started again: every gateway still knows the first start then, and gives it back."""
LOOKS_AGAIN = timedelta(minutes=10)
"""After this the gateway is asked about an open payment, should the browser and the webhook both be lost."""
LOOKS_FOR = timedelta(days=3)
LAPSED = timedelta(hours=3)
"""After this a payment that its gateway does not know any more has lapsed unpaid."""

REFUND_LOST, REFUND_SLOW = timedelta(minutes=1), timedelta(hours=1)
UNDER_WAY = ("asked", "pending")
COUNTS = (*UNDER_WAY, "succeeded")
"""States of a refund whose money went back, or may yet."""

CURRENCY = "USD"
"""What PayPal is paid in where it does not take the price's own currency."""
ENOUGH = timedelta(minutes=5)
"""A quote that holds at least this long is shown again rather than made anew."""

NEWS = ("canceled", "declined", "checking", "review", "stale", "paypal_down", "card_down")
"""What the page may say about a payment that did not end well; any other word of the address says nothing."""


class Chosen(BaseModel):
    """What the browser posts to pay with PayPal: which quote was shown. An amount is not asked for."""

    quote_id: str | None = None


class Confirm(BaseModel):
    """What the browser posts after Stripe.js is done; its own idea of the status is not asked for."""

    payment_intent_id: str


class Approved(BaseModel):
    """What the browser posts after PayPal's page is done."""

    payment_id: int
    order_id: str | None = None


class RefundForm(BaseModel):
    """A part of the price, as in "500.00"; none is all that is left."""

    amount: str | None = None


class NotPayableError(Exception):
    """A payment could not be started; `answer` says why, for a script."""

    def __init__(self, status: int, **answer: Any) -> None:
        self.status = status
        self.answer = answer
        super().__init__(answer)


class PaymentUnknownError(Exception):
    """A webhook came before the row it belongs to: the provider's next try will find it."""


def browser_key(ace: Ace | AsyncAce) -> str:
    """Give the publishable key: made for browsers, and all that a page needs beside the client secret."""
    return ace.payments.browser_config("stripe")["NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"]


def purpose(course_id: int) -> str:
    """Give what a quote is for."""
    return f"course:{course_id}"


def shown_quote(quote: Quote) -> dict[str, Any]:
    """Give what a payer is shown of a quote."""
    return {
        "quote_id": quote.quote_id,
        "price": str(quote.source.amount),
        "currency": quote.source.currency,
        "amount_usd": str(quote.target.amount),
        "rate": f"{quote.rate.value:f}",
        "rate_source": quote.rate.source,
        "rate_as_of": quote.rate.as_of.isoformat(),
        "attribution": quote.rate.attribution,
        "decision": quote.decision.value,
        "expires_at": quote.expires_at.isoformat(),
    }


def news_of(answer: dict[str, Any]) -> str:
    """Give what the course's page says of a payment that did not enrol."""
    if "decline_code" in answer:
        return "declined"
    return "review" if answer["status"] == "review" else "checking"


def why_not(error: NotPayableError) -> str:
    """Give what the course's page says of a PayPal payment that could not be started."""
    return "stale" if error.status == 409 else "paypal_down"


def due_back(payment: Any, stored: StoredPayment, part: Money | None, before: list[Any]) -> tuple[Money, Money]:
    """Give what goes back of the price, and of what was charged for it.

    Args:
        payment: the row; it has `priced` and `price_currency`.
        before: rows of refunds that count.

    Raises:
        InvalidInputError: more than is left, or not positive.
    """
    nothing = Money.zero(stored.amount.currency)
    under_way = sum((one.money for one in before if one.status in UNDER_WAY), nothing)
    given = sum(
        (Money(Decimal(one.part), payment.price_currency) for one in before), Money.zero(payment.price_currency)
    )
    if part is None:
        return payment.priced - given, check_refund(stored, None, under_way=under_way)
    if payment.price_currency == stored.amount.currency:
        return part, check_refund(stored, part, under_way=under_way)
    if not refundable(stored):
        raise InvalidInputError("nothing is left of this payment", field="amount")
    due = refund_due(part, price=payment.priced, charged=stored.amount, refunded=given)
    return part, check_refund(stored, due, under_way=under_way)
