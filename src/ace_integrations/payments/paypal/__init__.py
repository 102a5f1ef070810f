"""PayPal: payments that the payer approves on PayPal's own pages, by Orders v2."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.payments.paypal.client import AsyncPayPal, Item, PayPal, PayPalCalls
    from ace_integrations.payments.paypal.disputes import Evidence
    from ace_integrations.payments.paypal.errors import (
        AlreadyDoneError,
        BuyerCanRetryError,
        InProgressError,
        MerchantSetUpError,
        PaymentRefusedError,
    )
    from ace_integrations.payments.paypal.models import (
        Authorization,
        Capture,
        Dispute,
        NotificationEvent,
        Order,
        Refund,
        Verification,
        Webhook,
    )
    from ace_integrations.payments.paypal.settings import PayPalSettings

__all__ = [
    "AlreadyDoneError",
    "AsyncPayPal",
    "Authorization",
    "BuyerCanRetryError",
    "Capture",
    "Dispute",
    "Evidence",
    "InProgressError",
    "Item",
    "MerchantSetUpError",
    "NotificationEvent",
    "Order",
    "PayPal",
    "PayPalCalls",
    "PayPalSettings",
    "PaymentRefusedError",
    "Refund",
    "Verification",
    "Webhook",
]

_MODELS = ("Authorization", "Capture", "Dispute", "NotificationEvent", "Order", "Refund", "Verification", "Webhook")

__getattr__ = lazy(
    __name__,
    {
        **dict.fromkeys(("AsyncPayPal", "Item", "PayPal", "PayPalCalls"), "client"),
        **dict.fromkeys(("AlreadyDoneError", "BuyerCanRetryError", "InProgressError"), "errors"),
        **dict.fromkeys(("MerchantSetUpError", "PaymentRefusedError"), "errors"),
        **dict.fromkeys(_MODELS, "models"),
        "Evidence": "disputes",
        "PayPalSettings": "settings",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
