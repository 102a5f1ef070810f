"""PayPal: payments that the payer approves on PayPal's own pages, by Orders v2."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.payments.paypal.client import AsyncPayPal, Item, PayPal, PayPalCalls
    from ace_integrations.payments.paypal.disputes import Evidence
    from ace_integrations.payments.paypal.errors import (
        AlreadyDoneError,
        BuyerCanRetryError,
        MerchantSetUpError,
        PaymentRefusedError,
    )
    from ace_integrations.payments.paypal.gateway import PayPalGateway
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
    from ace_integrations.payments.paypal.signature import PayPalSignature
    from ace_integrations.payments.paypal.webhooks import (
        AuthorizationEvent,
        CaptureEvent,
        DisputeEvent,
        OrderEvent,
        PayPalEvent,
        RefundEvent,
    )

__all__ = [
    "AlreadyDoneError",
    "AsyncPayPal",
    "Authorization",
    "AuthorizationEvent",
    "BuyerCanRetryError",
    "Capture",
    "CaptureEvent",
    "Dispute",
    "DisputeEvent",
    "Evidence",
    "Item",
    "MerchantSetUpError",
    "NotificationEvent",
    "Order",
    "OrderEvent",
    "PayPal",
    "PayPalCalls",
    "PayPalEvent",
    "PayPalGateway",
    "PayPalSettings",
    "PayPalSignature",
    "PaymentRefusedError",
    "Refund",
    "RefundEvent",
    "Verification",
    "Webhook",
]

_EVENTS = ("AuthorizationEvent", "CaptureEvent", "DisputeEvent", "OrderEvent", "PayPalEvent", "RefundEvent")
_MODELS = ("Authorization", "Capture", "Dispute", "NotificationEvent", "Order", "Refund", "Verification", "Webhook")

__getattr__ = lazy(
    __name__,
    {
        **dict.fromkeys(("AsyncPayPal", "Item", "PayPal", "PayPalCalls"), "client"),
        **dict.fromkeys(("AlreadyDoneError", "BuyerCanRetryError"), "errors"),
        **dict.fromkeys(("MerchantSetUpError", "PaymentRefusedError"), "errors"),
        **dict.fromkeys(_EVENTS, "webhooks"),
        **dict.fromkeys(_MODELS, "models"),
        "Evidence": "disputes",
        "PayPalGateway": "gateway",
        "PayPalSettings": "settings",
        "PayPalSignature": "signature",
    },
)
