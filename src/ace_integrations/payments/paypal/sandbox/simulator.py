"""What the webhook simulator tells of: sales, refunds and disputes that are played on books of their own."""

from collections.abc import Callable

from ace_integrations.payments.paypal.sandbox.buyers import SEEDED
from ace_integrations.payments.paypal.sandbox.disputes import Disputes
from ace_integrations.payments.paypal.sandbox.http import Json
from ace_integrations.payments.paypal.sandbox.objects import Order
from ace_integrations.payments.paypal.sandbox.orders import Orders
from ace_integrations.payments.paypal.sandbox.payments import Payments

Told = tuple[str, Json]
"""The kind of a resource, and the resource."""

_EVIDENCE = {"evidences": [{"evidence_type": "OTHER", "notes": "An example."}]}


class Play:
    """A few invented sales, and the first resource that each type of event told of.

    Args:
        url: where the twin is mounted; what the links lead to does not exist.
    """

    def __init__(self, *, now: Callable[[], float], url: str) -> None:
        self.told: dict[str, Told] = {}
        self._payments = Payments(now=now, emit=self._note, url=url)
        self._orders = Orders(self._payments, now=now, emit=self._note, later=_never, url=url)
        self._disputes = Disputes(self._payments, now=now, emit=self._note, url=url)
        for play in (self._sell, self._wait, self._reserve, self._let_expire):
            play()

    def _note(self, kind: str, resource_type: str, resource: Json) -> None:
        self.told.setdefault(kind, (resource_type, resource))

    def _agreed(self, intent: str = "CAPTURE") -> Order:
        unit = {"amount": {"currency_code": "USD", "value": "20.00"}, "custom_id": "example"}
        order = self._orders.create({"intent": intent, "purchase_units": [unit]})
        self._orders.approve(order, SEEDED[0])
        return order

    def _captured(self, becomes: tuple[str, str] | None = None) -> Json:
        order = self._agreed()
        order.becomes = becomes
        self._orders.capture(order)
        return order.payments[0]["captures"][0]

    def _sell(self) -> None:
        self._payments.refund(self._captured(), {})
        disputed = self._captured()
        dispute = self._disputes.open(disputed)
        self._disputes.act(dispute, "provide-evidence", _EVIDENCE)
        self._disputes.close(dispute, "RESOLVED_SELLER_FAVOUR")
        self._payments.reverse(disputed)
        self._payments.refunds_are_slow = True
        self._payments.finish_refund(self._payments.refund(self._captured(), {}), paid=False)

    def _wait(self) -> None:
        for outcome in ("declined", "denied"):
            self._payments.settle(self._captured(("PENDING", "PENDING_REVIEW")), outcome)

    def _reserve(self) -> None:
        order = self._agreed("AUTHORIZE")
        self._orders.authorize(order)
        self._payments.void(order.payments[0]["authorizations"][0])

    def _let_expire(self) -> None:
        self._orders.expire(self._agreed())


def _never(delay_s: float, act: Callable[[], None]) -> None:
    del delay_s, act
