"""PayPal's objects as it writes them, with what a test changes."""

from typing import Any

ORDER_ID, CAPTURE_ID, REFUND_ID, AUTHORIZATION_ID = (
    "5O190127TN364715T",
    "3C679366HH908993F",
    "1JU08902781691411",
    "0AW2",
)
API = "https://api-m.sandbox.paypal.com"
APPROVAL_URL = f"https://www.sandbox.paypal.com/checkoutnow?token={ORDER_ID}"


def usd(value: str) -> dict[str, str]:
    return {"currency_code": "USD", "value": value}


def link(rel: str, path: str) -> dict[str, str]:
    return {"href": path if "://" in path else f"{API}{path}", "rel": rel, "method": "GET"}


def capture(**changes: Any) -> dict[str, Any]:
    breakdown = {"gross_amount": usd("20.00"), "paypal_fee": usd("1.19"), "net_amount": usd("18.81")}
    return {
        "id": CAPTURE_ID,
        "status": "COMPLETED",
        "amount": usd("20.00"),
        "final_capture": True,
        "custom_id": "payment-7",
        "seller_receivable_breakdown": breakdown,
        "supplementary_data": {"related_ids": {"order_id": ORDER_ID}},
        "create_time": "2026-11-24T14:21:00Z",
        "links": [link("up", f"/v2/checkout/orders/{ORDER_ID}")],
        **changes,
    }


def refund(**changes: Any) -> dict[str, Any]:
    return {
        "id": REFUND_ID,
        "status": "COMPLETED",
        "amount": usd("20.00"),
        "custom_id": "payment-7",
        "links": [link("self", f"/v2/payments/refunds/{REFUND_ID}"), link("up", f"/v2/payments/captures/{CAPTURE_ID}")],
        **changes,
    }


def authorization(**changes: Any) -> dict[str, Any]:
    return {"id": AUTHORIZATION_ID, "status": "CREATED", "amount": usd("20.00"), "custom_id": "payment-7", **changes}


def unit(**changes: Any) -> dict[str, Any]:
    return {
        "reference_id": "default",
        "custom_id": "payment-7",
        "amount": usd("20.00"),
        "payee": {"email_address": "merchant@example.com", "merchant_id": "MERCHANT1"},
        **changes,
    }


def order(status: str = "PAYER_ACTION_REQUIRED", **changes: Any) -> dict[str, Any]:
    """Give an order without movements of money."""
    return {
        "id": ORDER_ID,
        "intent": "CAPTURE",
        "status": status,
        "payer": {"payer_id": "QYR5Z8XDVJNXQ", "email_address": "buyer@example.com"},
        "purchase_units": [unit()],
        "links": [link("self", f"/v2/checkout/orders/{ORDER_ID}"), link("payer-action", APPROVAL_URL)],
        **changes,
    }


def captured(*captures: dict[str, Any], refunds: Any = (), status: str = "COMPLETED", **changes: Any) -> dict[str, Any]:
    """Give an order whose unit holds these captures, one completed by default."""
    payments: dict[str, Any] = {"captures": list(captures) or [capture()]}
    if refunds:
        payments["refunds"] = list(refunds)
    return order(status, purchase_units=[unit(payments=payments)], **changes)


def reserved(status: str = "CREATED", **payments: Any) -> dict[str, Any]:
    """Give an order of the intent AUTHORIZE with its authorisation."""
    held = {"authorizations": [authorization(status=status)], **payments}
    return order("COMPLETED", intent="AUTHORIZE", purchase_units=[unit(payments=held)])


def dispute(**changes: Any) -> dict[str, Any]:
    return {
        "dispute_id": "PP-D-27803",
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "OPEN",
        "dispute_amount": usd("20.00"),
        "disputed_transactions": [{"seller_transaction_id": CAPTURE_ID, "custom": "payment-7"}],
        **changes,
    }


def refusal(issue: str, *, name: str = "UNPROCESSABLE_ENTITY", **detail: Any) -> dict[str, Any]:
    """Give an error answer of the API."""
    return {
        "name": name,
        "message": "The requested action could not be performed.",
        "debug_id": "90957fca61718",
        "details": [{"issue": issue, "description": f"What {issue} means.", **detail}],
        "links": [{"href": f"https://developer.example/#{issue}", "rel": "information_link", "method": "GET"}],
    }
