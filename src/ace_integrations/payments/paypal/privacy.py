"""What PayPal holds about a person."""

from ace_integrations.core import Call, InOrder
from ace_integrations.payments.paypal.client import PayPalCalls
from ace_integrations.payments.paypal.settings import PayPalSettings
from ace_integrations.privacy import Erased, ErasedOneByOne, Exported, Holding, Subject

PAYMENT = Holding(
    kind="payment",
    what="who paid how much when and from which account, refunds and disputes; your own reference of the payment",
    where="PayPal",
    how_long="the years that tax law names; an order that nobody paid some hours",
    found_by="the order ids of `ids`",
    kept_because="tax and accounting law, and PayPal's own duties towards the payer; no call removes a payment",
)


class PayPalDataMap:
    """Payments, by order id; none of them can be removed.

    Source: paypal.md §9
    """

    summary = "Payments, which the law keeps; nothing else of yours."
    holdings: tuple[Holding, ...] = (PAYMENT,)

    def __init__(self, settings: PayPalSettings) -> None:
        del settings
        self._calls = PayPalCalls()

    def export(self, subject: Subject) -> Call[Exported]:
        """Give every order with its captures and refunds."""
        orders = [self._calls.get_order(order_id=each) for each in subject.ids_at("paypal")]
        return InOrder([PAYMENT.exported_by(order, source="paypal") for order in orders]).map(Exported.joined)

    def erase(self, subject: Subject) -> Call[Erased]:
        """Look for every order, and say that it stays."""
        orders = [self._calls.get_order(order_id=each) for each in subject.ids_at("paypal")]
        return ErasedOneByOne([PAYMENT.kept_by(order) for order in orders])
