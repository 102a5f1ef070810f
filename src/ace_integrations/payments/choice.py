"""Which gateway a payer may choose, and why one is not offered: data to draw a page from, no exceptions."""

import logging
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ace_integrations.degradation import FAILING
from ace_integrations.errors import OutcomeUnknownError, ProviderError
from ace_integrations.payments.money import Money

logger = logging.getLogger("ace_integrations.payments")

_FAILING = (*FAILING, OutcomeUnknownError)
"""Starting a payment moves no money, so another gateway may be offered whatever became of it."""


class Obstacle(StrEnum):
    """Why a payment cannot be made with a gateway."""

    CURRENCY = "currency"
    """It does not take the currency, and there is no quote in one that it takes."""
    UNAVAILABLE = "unavailable"
    """It is failing, or could not be reached in time."""


class Choice(BaseModel):
    """One gateway that is switched on.

    Attributes:
        amount: what it would charge; None while there is an obstacle.
        converted: whether that is the quote's amount and not the price itself.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    amount: Money | None = None
    converted: bool = False
    obstacle: Obstacle | None = None


class NotStarted(BaseModel):
    """A gateway could not be asked to be paid; nothing was charged.

    Attributes:
        others: the gateways to offer instead, the preferred one first.
        retry_after: seconds after which it may work again, None when the gateway did not say.
        request_id: the gateway's own id of the request, for its support; "" when there was none.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    obstacle: Obstacle
    others: tuple[str, ...]
    retry_after: float | None = None
    request_id: str = ""


def not_started(gateway: str, others: tuple[str, ...], error: ProviderError) -> NotStarted:
    """Say in data that a gateway does not work now; what else went wrong is raised again."""
    if not isinstance(error, _FAILING):
        raise error
    logger.warning("%s cannot be paid with now: %s", gateway, error)
    return NotStarted(
        gateway=gateway,
        obstacle=Obstacle.UNAVAILABLE,
        others=others,
        retry_after=error.retry_after,
        request_id=error.request_id,
    )
