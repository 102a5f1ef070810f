"""Payments in neutral words: money, gateways that swap by a setting, and the decision to grant what was paid for."""

from typing import TYPE_CHECKING

from ace_integrations.lazy import lazy

if TYPE_CHECKING:
    from ace_integrations.payments.checkout import (
        Access,
        Alarm,
        Checkout,
        DisputePolicy,
        EventKind,
        Notice,
        NoticeKind,
        Outcome,
        PaymentEvent,
        StoredPayment,
        StoredStatus,
        check_refund,
        refundable,
    )
    from ace_integrations.payments.choice import Choice, NotStarted, Obstacle
    from ace_integrations.payments.facade import AsyncPayments, Payments
    from ace_integrations.payments.fees import FeeRules
    from ace_integrations.payments.gateway import (
        DisputeReport,
        DisputeState,
        GatewayReport,
        PaymentGateway,
        PaymentHint,
        PaymentOrder,
        PaymentStatus,
        RefundReport,
        RefundStatus,
        Started,
    )
    from ace_integrations.payments.money import Money
    from ace_integrations.payments.paypal import AsyncPayPal, PayPal
    from ace_integrations.payments.reconcile import Drift
    from ace_integrations.payments.stripe import AsyncStripe, Stripe

__all__ = [
    "Access",
    "Alarm",
    "AsyncPayPal",
    "AsyncPayments",
    "AsyncStripe",
    "Checkout",
    "Choice",
    "DisputePolicy",
    "DisputeReport",
    "DisputeState",
    "Drift",
    "EventKind",
    "FeeRules",
    "GatewayReport",
    "Money",
    "NotStarted",
    "Notice",
    "NoticeKind",
    "Obstacle",
    "Outcome",
    "PayPal",
    "PaymentEvent",
    "PaymentGateway",
    "PaymentHint",
    "PaymentOrder",
    "PaymentStatus",
    "Payments",
    "RefundReport",
    "RefundStatus",
    "Started",
    "StoredPayment",
    "StoredStatus",
    "Stripe",
    "check_refund",
    "refundable",
]

__getattr__ = lazy(
    __name__,
    {
        **dict.fromkeys(("Access", "Alarm", "Checkout", "DisputePolicy", "EventKind", "Notice"), "checkout"),
        **dict.fromkeys(("NoticeKind", "Outcome", "PaymentEvent", "StoredPayment", "StoredStatus"), "checkout"),
        **dict.fromkeys(("check_refund", "refundable"), "checkout"),
        **dict.fromkeys(("AsyncPayments", "Payments"), "facade"),
        **dict.fromkeys(("Choice", "NotStarted", "Obstacle"), "choice"),
        **dict.fromkeys(("DisputeReport", "DisputeState"), "gateway"),
        "Drift": "reconcile",
        "FeeRules": "fees",
        **dict.fromkeys(("GatewayReport", "PaymentGateway", "PaymentHint", "PaymentOrder"), "gateway"),
        **dict.fromkeys(("PaymentStatus", "RefundReport", "RefundStatus", "Started"), "gateway"),
        **dict.fromkeys(("AsyncPayPal", "PayPal"), "paypal"),
        **dict.fromkeys(("AsyncStripe", "Stripe"), "stripe"),
        "Money": "money",
    },
)
