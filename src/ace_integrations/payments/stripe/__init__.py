"""Stripe: card payments by PaymentIntents, through its official SDK over this package's pipeline."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.payments.stripe.client import AsyncStripe, Stripe, StripeCalls
    from ace_integrations.payments.stripe.errors import CardDeclinedError
    from ace_integrations.payments.stripe.gateway import StripeGateway
    from ace_integrations.payments.stripe.models import (
        Balance,
        Charge,
        Customer,
        Dispute,
        PaymentIntent,
        Refund,
        WebhookEndpoint,
    )
    from ace_integrations.payments.stripe.settings import StripeSettings
    from ace_integrations.payments.stripe.webhooks import (
        ChargeEvent,
        CheckoutSessionEvent,
        DisputeEvent,
        PaymentIntentEvent,
        RefundEvent,
        StripeSignature,
        ThinEvent,
    )

__all__ = [
    "AsyncStripe",
    "Balance",
    "CardDeclinedError",
    "Charge",
    "ChargeEvent",
    "CheckoutSessionEvent",
    "Customer",
    "Dispute",
    "DisputeEvent",
    "PaymentIntent",
    "PaymentIntentEvent",
    "Refund",
    "RefundEvent",
    "Stripe",
    "StripeCalls",
    "StripeGateway",
    "StripeSettings",
    "StripeSignature",
    "ThinEvent",
    "WebhookEndpoint",
]

__getattr__ = lazy(
    __name__,
    {
        **dict.fromkeys(("AsyncStripe", "Stripe", "StripeCalls"), "client"),
        **dict.fromkeys(
            ("Balance", "Charge", "Customer", "Dispute", "PaymentIntent", "Refund", "WebhookEndpoint"), "models"
        ),
        **dict.fromkeys(("ChargeEvent", "CheckoutSessionEvent", "DisputeEvent", "PaymentIntentEvent"), "webhooks"),
        **dict.fromkeys(("RefundEvent", "StripeSignature", "ThinEvent"), "webhooks"),
        "CardDeclinedError": "errors",
        "StripeGateway": "gateway",
        "StripeSettings": "settings",
    },
)
