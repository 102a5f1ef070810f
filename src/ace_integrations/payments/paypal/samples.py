"""Events as PayPal would send them, for tests and `ace webhooks trigger`; every field can be given another value."""

import copy
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from ace_integrations.errors import InvalidInputError

API = "https://api-m.sandbox.paypal.com"
ORDER_ID, CAPTURE_ID = "5O190127TN364715T", "3C679366HH908993F"

_AMOUNT = {"currency_code": "USD", "value": "20.00"}
_RELATED = {"related_ids": {"order_id": ORDER_ID}}


def _up(path: str) -> list[dict[str, str]]:
    return [{"href": f"{API}{path}", "rel": "up", "method": "GET"}]


_ORDER: dict[str, Any] = {
    "id": ORDER_ID,
    "intent": "CAPTURE",
    "status": "APPROVED",
    "purchase_units": [{"reference_id": "default", "custom_id": "payment-7", "amount": _AMOUNT}],
}
_REVERSED: dict[str, Any] = {"order_id": ORDER_ID, "purchase_units": _ORDER["purchase_units"]}
_CAPTURE: dict[str, Any] = {
    "id": CAPTURE_ID,
    "status": "COMPLETED",
    "amount": _AMOUNT,
    "final_capture": True,
    "custom_id": "payment-7",
    "invoice_id": "",
    "status_details": {"reason": ""},
    "supplementary_data": _RELATED,
    "links": _up(f"/v2/checkout/orders/{ORDER_ID}"),
}
_REFUND: dict[str, Any] = {
    "id": "1JU08902781691411",
    "status": "COMPLETED",
    "amount": _AMOUNT,
    "custom_id": "payment-7",
    "invoice_id": "",
    "links": _up(f"/v2/payments/captures/{CAPTURE_ID}"),
}
_AUTHORIZATION: dict[str, Any] = {
    "id": "0AW2184448108334S",
    "status": "CREATED",
    "amount": _AMOUNT,
    "custom_id": "payment-7",
    "supplementary_data": _RELATED,
    "links": _up(f"/v2/checkout/orders/{ORDER_ID}"),
}
_DISPUTE: dict[str, Any] = {
    "dispute_id": "PP-D-27803",
    "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    "status": "OPEN",
    "dispute_amount": _AMOUNT,
    "dispute_life_cycle_stage": "CHARGEBACK",
    "disputed_transactions": [{"seller_transaction_id": CAPTURE_ID, "custom": "payment-7"}],
    "dispute_outcome": {"outcome_code": ""},
}

_SAMPLES: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "CHECKOUT.ORDER.APPROVED": ("checkout-order", _ORDER, {}),
    "CHECKOUT.ORDER.COMPLETED": ("checkout-order", _ORDER, {"status": "COMPLETED"}),
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": ("checkout-order", _REVERSED, {}),
    "PAYMENT.CAPTURE.COMPLETED": ("capture", _CAPTURE, {}),
    "PAYMENT.CAPTURE.PENDING": (
        "capture",
        _CAPTURE,
        {"status": "PENDING", "status_details": {"reason": "PENDING_REVIEW"}},
    ),
    "PAYMENT.CAPTURE.DECLINED": ("capture", _CAPTURE, {"status": "DECLINED"}),
    "PAYMENT.CAPTURE.DENIED": ("capture", _CAPTURE, {"status": "DECLINED"}),
    "PAYMENT.CAPTURE.REFUNDED": ("refund", _REFUND, {}),
    "PAYMENT.CAPTURE.REVERSED": ("refund", _REFUND, {}),
    "PAYMENT.REFUND.PENDING": ("refund", _REFUND, {"status": "PENDING"}),
    "PAYMENT.REFUND.FAILED": ("refund", _REFUND, {"status": "FAILED"}),
    "PAYMENT.AUTHORIZATION.CREATED": ("authorization", _AUTHORIZATION, {}),
    "PAYMENT.AUTHORIZATION.VOIDED": ("authorization", _AUTHORIZATION, {"status": "VOIDED"}),
    "CUSTOMER.DISPUTE.CREATED": ("dispute", _DISPUTE, {}),
    "CUSTOMER.DISPUTE.UPDATED": ("dispute", _DISPUTE, {"status": "UNDER_REVIEW"}),
    "CUSTOMER.DISPUTE.RESOLVED": (
        "dispute",
        _DISPUTE,
        {"status": "RESOLVED", "dispute_outcome": {"outcome_code": "RESOLVED_SELLER_FAVOUR"}},
    ),
    "RISK.DISPUTE.CREATED": ("dispute", _DISPUTE, {}),
}

EVENT_TYPES = tuple(_SAMPLES)

_numbers = itertools.count(1)


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Give one event's JSON value.

    Args:
        fields: other values of the resource: `status="PENDING"`, `amount={"value": "9.90"}`, or a name with dots as a
            key, "supplementary_data.related_ids.order_id"; of the event itself `event_id`; and `order_id` and
            `reference` wherever the event holds them.

    Raises:
        InvalidInputError: no such type or field.
    """
    if event_type not in _SAMPLES:
        raise InvalidInputError(f"PayPal has no sample of {event_type!r}", field="event_type")
    kind, base, changes = _SAMPLES[event_type]
    resource = copy.deepcopy({**base, **changes})
    event_id = fields.pop("event_id", f"WH-{now}SAMPLE-{next(_numbers)}")
    resource = _renamed(resource, ORDER_ID, fields.pop("order_id", ORDER_ID))
    resource = _renamed(resource, "payment-7", fields.pop("reference", "payment-7"))
    for name, value in fields.items():
        _put(resource, name.split("."), value)
    place = f"{API}/v1/notifications/webhooks-events/{event_id}"
    return {
        "id": event_id,
        "event_version": "1.0",
        "create_time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "resource_type": kind,
        "resource_version": "2.0",
        "event_type": event_type,
        "summary": f"A sample of {event_type}",
        "resource": resource,
        "links": [
            {"href": place, "rel": "self", "method": "GET"},
            {"href": f"{place}/resend", "rel": "resend", "method": "POST"},
        ],
    }


def _renamed(value: Any, old: str, new: str) -> Any:
    """Give a JSON value with one text in place of another, wherever it stands."""
    if isinstance(value, dict):
        return {name: _renamed(each, old, new) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_renamed(each, old, new) for each in value]  # pyright: ignore[reportUnknownVariableType] - JSON
    return value.replace(old, new) if isinstance(value, str) else value


def _put(target: dict[str, Any], path: list[str], value: Any) -> None:
    """Set one field, however deep."""
    name, *deeper = path
    if name not in target:
        raise InvalidInputError("is no field of this event", field=name)
    inner = target[name]
    if deeper:
        if not isinstance(inner, dict):
            raise InvalidInputError("holds no other fields", field=name)
        _put(cast("dict[str, Any]", inner), deeper, value)
    elif isinstance(inner, dict) and isinstance(value, Mapping):
        target[name] = {**cast("dict[str, Any]", inner), **cast("Mapping[str, Any]", value)}
    else:
        target[name] = value
