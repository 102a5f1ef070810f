"""Hold our books against the gateways': what they say of each of our payments, and what we have not heard of."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from ace_integrations.errors import NotFoundError
from ace_integrations.payments.checkout import Checkout, StoredPayment, StoredStatus, contradictions
from ace_integrations.payments.gateway import GatewayReport

_COMPARED = ("status", "received", "refunded", "refunds_failed", "disputes_closed", "enrolled")


class Drift(BaseModel):
    """One difference between our books and a gateway's.

    Attributes:
        reference: our own id of the payment, "" when our books have none.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    gateway_id: str
    reference: str
    what: str


def drift(stored: StoredPayment, found: GatewayReport | NotFoundError, *, checkout: Checkout) -> tuple[Drift, ...]:
    """Say in what a stored payment differs from what the gateway reports now; nothing when they agree.

    Args:
        checkout: with the policy that the books were written by.
    """
    if isinstance(found, NotFoundError) and stored.status is StoredStatus.CANCELED:
        # Gateways forget what was never paid.
        differences: Iterator[str] = iter(())
    elif isinstance(found, NotFoundError):
        differences = iter(("the gateway knows no such payment",))
    else:
        differences = _differences(stored, found, checkout)
    return tuple(
        Drift(gateway=stored.gateway, gateway_id=stored.gateway_id, reference=stored.reference, what=what)
        for what in differences
    )


def unheard_of(gateway: str, gateway_id: str) -> Drift:
    """Say that a gateway was paid for something that is not in our books."""
    return Drift(gateway=gateway, gateway_id=gateway_id, reference="", what="was paid and is not in our books")


def _differences(stored: StoredPayment, report: GatewayReport, checkout: Checkout) -> Iterator[str]:
    if reasons := "; ".join(contradictions(stored, report)):
        yield reasons
        return
    due = checkout.apply(stored, report).payment
    for name in _COMPARED:
        ours, theirs = getattr(stored, name), getattr(due, name)
        if ours != theirs and name == "enrolled" and stored.alarm:
            yield stored.alarm
        elif ours != theirs:
            yield f"{name} is {ours} in our books, {theirs} by the gateway"
