"""What Stripe holds about a person."""

from collections.abc import Sequence
from itertools import chain

from ace_integrations.core import Call, InOrder, Result
from ace_integrations.errors import NotFoundError
from ace_integrations.payments.stripe.client import StripeCalls
from ace_integrations.payments.stripe.models import Customer, Page
from ace_integrations.payments.stripe.settings import StripeSettings
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject

PAYMENT = Holding(
    kind="payment",
    what="who paid how much when with which card (its last digits), refunds and disputes; your own reference",
    where="Stripe",
    how_long="the years that tax law names",
    found_by="the PaymentIntent ids of `ids`",
    kept_because="tax and accounting law; no call removes a payment",
)
CUSTOMER = Holding(
    kind="customer",
    what="name, address, telephone number, saved cards",
    where="Stripe",
    how_long="until it is deleted",
    found_by="the customer ids of `ids`, and the addresses of `emails` as they are written there",
)
DISPUTE = Holding(
    kind="dispute",
    what="that the payer asked for money back, why, and what was answered",
    where="Stripe",
    how_long="the years that tax law names",
    found_by="the payment",
    kept_because="it belongs to the payment",
)
ANSWER = Holding(
    kind="remembered answer",
    what="the answers to requests with an idempotency key; one that made a customer holds the customer",
    where="Stripe",
    how_long="24 hours",
    found_by="nothing: it is given again for the same key alone",
    kept_because="it makes a repeat harmless, and goes by itself within 24 hours",
)
EVENT = Holding(
    kind="event",
    what="what happened, with the payment or the customer as it was then",
    where="Stripe",
    how_long="30 days",
    found_by="nothing: events are listed by kind and time",
    kept_because="the service's log: no call removes an event, and it goes by itself within 30 days",
)

PAGE = 100

_OF_CUSTOMERS = "cus_"


class StripeDataMap:
    """Customers, which are deleted, and payments, which stay.

    Source: stripe.md §9
    """

    summary = "Payments, which the law keeps, and customers where you made some; customers are deleted."
    holdings: tuple[Holding, ...] = (PAYMENT, DISPUTE, CUSTOMER, ANSWER, EVENT)

    def __init__(self, settings: StripeSettings) -> None:
        del settings
        self._calls = StripeCalls()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give every payment with its charge and refunds, its disputes, and every customer."""
        payments = [self._exported(each) for each in _payments(subject)]
        customers = self._customers(subject).then(self._exported_customers)
        return InOrder([*payments, customers]).map(Exported.joined)

    def erase(self, subject: Subject) -> Call[Erased]:
        """Delete every customer; look for every payment, and say that it stays."""
        customers = self._customers(subject).then(self._erased_customers)
        intents = [self._calls.retrieve_payment_intent(payment_intent_id=each) for each in _payments(subject)]
        return ErasedOneByOne([customers, *(PAYMENT.kept_by(intent) for intent in intents)])

    def _exported(self, intent_id: str) -> Call[Exported]:
        intent = self._calls.retrieve_payment_intent(payment_intent_id=intent_id)
        disputes = self._calls.list_disputes(payment_intent_id=intent_id).map(
            lambda page: DISPUTE.exported(*page.data, source="stripe")
        )
        return PAYMENT.exported_by(intent, source="stripe").then(
            lambda found: disputes.map(lambda more: Exported.joined([found, more])) if found.records else Result(found)
        )

    def _exported_customers(self, ids: Sequence[str]) -> Call[Exported]:
        read = [self._calls.retrieve_customer(customer_id=each).map(_of_customer) for each in ids]
        gone = Exported(not_found=(CUSTOMER.kind,))
        return InOrder([each.recover(NotFoundError, lambda _: Result(gone)) for each in read]).map(Exported.joined)

    def _erased_customers(self, ids: Sequence[str]) -> Call[Erased]:
        calls = [CUSTOMER.removed_by(self._calls.delete_customer(customer_id=each)) for each in ids]
        return ErasedOneByOne(calls).map(
            lambda erased: Erased.joined([erased, ANSWER.kept(), EVENT.kept()]) if erased.removed else erased
        )

    def _customers(self, subject: Subject) -> Call[tuple[str, ...]]:
        known = [each for each in subject.ids_at("stripe") if each.startswith(_OF_CUSTOMERS)]
        lists = InOrder([self._listed(email, ()) for email in subject.emails])
        return lists.map(lambda found: tuple(dict.fromkeys([*known, *chain.from_iterable(found)])))

    def _listed(self, email: str, found: tuple[str, ...]) -> Call[tuple[str, ...]]:
        def turned(page: Page[Customer]) -> Call[tuple[str, ...]]:
            ids = (*found, *(customer.id for customer in page.data))
            return self._listed(email, ids) if page.has_more and page.data else Result(ids)

        after = found[-1] if found else None
        return self._calls.list_customers(email=email, limit=PAGE, starting_after=after).then(turned)


def _of_customer(customer: Customer) -> Exported:
    # Of one that was deleted the service gives the id again, and nothing else.
    return Exported(not_found=(CUSTOMER.kind,)) if customer.deleted else CUSTOMER.exported(customer, source="stripe")


def _payments(subject: Subject) -> list[str]:
    return [each for each in subject.ids_at("stripe") if not each.startswith(_OF_CUSTOMERS)]
