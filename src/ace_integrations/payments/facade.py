"""`ace.payments`: every gateway that is switched on, in neutral words; the first is the default."""

from collections.abc import Mapping

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.gateway import GatewayReport, PaymentGateway, PaymentOrder, RefundReport, Started
from ace_integrations.payments.money import Money


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

    def _gateway(self, name: str | None) -> PaymentGateway:
        chosen = name or next(iter(self._gateways))
        if chosen not in self._gateways:
            raise InvalidInputError(f"{chosen!r} is not switched on; ACE_PAYMENTS has {', '.join(self._gateways)}")
        return self._gateways[chosen]


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
