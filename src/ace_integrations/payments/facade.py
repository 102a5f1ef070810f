"""`ace.payments`: every gateway that is switched on, in neutral words; the first is the default."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from itertools import chain

from ace_integrations.core.call import Call, InOrder, Result, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.errors import InvalidInputError, NotFoundError, ProviderError
from ace_integrations.payments.checkout import Checkout, DisputePolicy, StoredPayment
from ace_integrations.payments.choice import Choice, NotStarted, Obstacle, not_started
from ace_integrations.payments.gateway import (
    DisputeReport,
    GatewayReport,
    PaymentGateway,
    PaymentOrder,
    RefundReport,
    Started,
)
from ace_integrations.payments.money import Conversion, Money
from ace_integrations.payments.reconcile import Drift, drift, unheard_of


class PaymentOperations:
    """Describe what a platform asks of its payment gateways. `gateway=None` is the first that is switched on."""

    provider = ""
    _gateways: Mapping[str, PaymentGateway]

    @property
    def gateways(self) -> tuple[str, ...]:
        """The names of the gateways that are switched on, the default first."""
        return tuple(self._gateways)

    def browser_config(self, gateway: str | None = None) -> Mapping[str, str]:
        """Give what the payer's browser may know of one gateway."""
        return self._gateway(gateway).browser_config()

    @operation
    def start(self, order: PaymentOrder, *, gateway: str | None = None) -> Call[Started]:
        """Ask to be paid. Repeated with the same order and attempt it gives the same payment.

        Raises:
            InvalidRequestError: the gateway refuses the amount or currency.
            UnavailableError: the gateway is failing; offer another one.
        """
        return self._gateway(gateway).start(order)

    @operation
    def offer(self, order: PaymentOrder, *, gateway: str | None = None) -> Call[Started | NotStarted]:
        """Ask to be paid; that the gateway does not work now comes back as data, with the gateways to offer instead.

        Raises:
            InvalidRequestError: the gateway refuses what was asked for.
        """
        name = self._name(gateway)
        others = tuple(other for other in self._gateways if other != name)
        if not self._gateways[name].takes(order.amount.currency):
            return Result(NotStarted(gateway=name, obstacle=Obstacle.CURRENCY, others=others))
        return self._asked(name, order).recover(ProviderError, lambda error: Result(not_started(name, others, error)))

    @operation
    def report(self, *, gateway_id: str, gateway: str | None = None) -> Call[GatewayReport]:
        """Ask where a payment is; the only thing to grant a course on.

        Raises:
            NotFoundError: the gateway knows no such payment.
        """
        return self._gateway(gateway).report(gateway_id=gateway_id)

    @operation
    def find(self, *, reference: str, gateway: str | None = None) -> Call[tuple[GatewayReport, ...]]:
        """Look payments up by our own id; may lag behind writes by a minute."""
        return self._gateway(gateway).find(reference=reference)

    @operation
    def capture(self, *, gateway_id: str, idempotency_key: str, gateway: str | None = None) -> Call[GatewayReport]:
        """Take what was authorised.

        Raises:
            ConflictError: it is not authorised, or was captured before.
        """
        return self._gateway(gateway).capture(gateway_id=gateway_id, idempotency_key=idempotency_key)

    @operation
    def cancel(self, *, gateway_id: str, idempotency_key: str, gateway: str | None = None) -> Call[GatewayReport]:
        """End a payment that nobody made.

        Raises:
            ConflictError: it was paid or ended before.
        """
        return self._gateway(gateway).cancel(gateway_id=gateway_id, idempotency_key=idempotency_key)

    @operation
    def refund(
        self, *, gateway_id: str, idempotency_key: str, amount: Money | None = None, gateway: str | None = None
    ) -> Call[RefundReport]:
        """Send money back.

        Args:
            amount: None is all that is left.
            idempotency_key: one per refund; sent again it returns the first answer and no second refund.

        Raises:
            InvalidRequestError: more than is left, or already refunded.
        """
        return self._gateway(gateway).refund(gateway_id=gateway_id, amount=amount, idempotency_key=idempotency_key)

    @operation
    def disputes(self, *, gateway_id: str, gateway: str | None = None) -> Call[tuple[DisputeReport, ...]]:
        """List the disputes of one payment, newest first."""
        return self._gateway(gateway).disputes(gateway_id=gateway_id)

    @operation
    def paid_since(self, since: datetime, *, gateway: str | None = None) -> Call[tuple[str, ...]]:
        """Give the ids of the payments that were paid since, as far back as the gateway remembers: about 30 days."""
        return self._gateway(gateway).paid_since(since)

    @operation
    def reconcile(
        self,
        books: Sequence[StoredPayment],
        *,
        since: datetime | None = None,
        disputes: DisputePolicy = DisputePolicy.SUSPEND,
    ) -> Call[tuple[Drift, ...]]:
        """Ask the gateways about each of our payments and give every difference; none means that the books are right.

        Args:
            books: what we know, of every gateway; those without the gateway's id are left out by the caller.
            since: also look for payments that a gateway took since then and that `books` does not have.
            disputes: the policy that the books are kept by.

        Raises:
            UnavailableError: a gateway could not be asked, so nothing is known.
        """
        checkout = Checkout(disputes=disputes)
        known = {(row.gateway, row.gateway_id) for row in books}
        ours = InOrder([self._drift(row, checkout) for row in books])
        theirs = InOrder([self._unheard_of(name, since, known) for name in self._gateways] if since is not None else [])
        return ours.then(lambda first: theirs.map(lambda second: tuple(chain(*first, *second))))

    def choices(self, price: Money, *, quote: Conversion | None = None) -> tuple[Choice, ...]:
        """Say what each gateway that is switched on would charge for a price.

        Args:
            quote: the price in another currency, for gateways that do not take its own.
        """
        return tuple(self._choice(name, price, quote) for name in self._gateways)

    def estimate_fee(
        self, amount: Money, *, gateway: str | None = None, foreign: bool = False, converted: bool = False
    ) -> Money | None:
        """Estimate what a gateway will keep, by its published rules; None where nothing is known for the currency.

        Args:
            foreign: the payer's card or account is of another country.
            converted: the gateway changes the currency.
        """
        rules = self._gateway(gateway).fees()
        return rules.estimate(amount, foreign=foreign, converted=converted) if rules else None

    def _drift(self, row: StoredPayment, checkout: Checkout) -> Call[tuple[Drift, ...]]:
        return (
            self._gateway(row.gateway)
            .report(gateway_id=row.gateway_id)
            .map(lambda report: drift(row, report, checkout=checkout))
            .recover(NotFoundError, lambda error: Result(drift(row, error, checkout=checkout)))
        )

    def _unheard_of(self, name: str, since: datetime, known: Container[tuple[str, str]]) -> Call[tuple[Drift, ...]]:
        return (
            self._gateways[name]
            .paid_since(since)
            .map(lambda ids: tuple(unheard_of(name, each) for each in ids if (name, each) not in known))
        )

    def _asked(self, name: str, order: PaymentOrder) -> Call[Started | NotStarted]:
        return self._gateways[name].start(order)

    def _choice(self, name: str, price: Money, quote: Conversion | None) -> Choice:
        if self._gateways[name].takes(price.currency):
            return Choice(gateway=name, amount=price)
        amount = quote.of(price) if quote is not None else None
        if amount is not None and self._gateways[name].takes(amount.currency):
            return Choice(gateway=name, amount=amount, converted=True)
        return Choice(gateway=name, obstacle=Obstacle.CURRENCY)

    def _name(self, given: str | None) -> str:
        chosen = given or next(iter(self._gateways))
        if chosen not in self._gateways:
            raise InvalidInputError(f"{chosen!r} is not switched on; ACE_PAYMENTS has {', '.join(self._gateways)}")
        return chosen

    def _gateway(self, name: str | None) -> PaymentGateway:
        return self._gateways[self._name(name)]


class Payments(PaymentOperations, SyncFacade):
    """Payments, blocking."""

    def __init__(self, sender: Sender, gateways: Mapping[str, PaymentGateway]) -> None:
        super().__init__(sender)
        self._gateways = gateways


class AsyncPayments(PaymentOperations, AsyncFacade):
    """Payments, awaited."""

    def __init__(self, sender: AsyncSender, gateways: Mapping[str, PaymentGateway]) -> None:
        super().__init__(sender)
        self._gateways = gateways
