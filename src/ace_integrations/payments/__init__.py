"""Payments in neutral words: money, gateways that swap by a setting, and the decision to grant what was paid for."""

from ace_integrations.payments.facade import AsyncPayments, Payments
from ace_integrations.payments.gateway import (
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

__all__ = [
    "AsyncPayments",
    "GatewayReport",
    "Money",
    "PaymentGateway",
    "PaymentHint",
    "PaymentOrder",
    "PaymentStatus",
    "Payments",
    "RefundReport",
    "RefundStatus",
    "Started",
]
