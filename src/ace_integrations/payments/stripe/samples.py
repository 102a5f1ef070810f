"""Events as Stripe would send them, for tests and `ace webhooks trigger`; every field can be given another value."""

import itertools
from collections.abc import Mapping
from typing import Any

from ace_integrations.errors import InvalidInputError

API_VERSION = "2026-10-28.endive"

_INTENT: dict[str, Any] = {
    "id": "pi_3SampleIntent1",
    "object": "payment_intent",
    "amount": 14900,
    "amount_capturable": 0,
    "amount_received": 0,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "client_secret": "pi_3SampleIntent1_secret_sample",
    "confirmation_method": "automatic",
    "created": 0,
    "currency": "egp",
    "customer": None,
    "description": None,
    "last_payment_error": None,
    "latest_charge": "ch_3SampleCharge1",
    "livemode": False,
    "metadata": {},
    "next_action": None,
    "payment_method": "pm_1SampleMethod1",
    "payment_method_types": ["card"],
    "receipt_email": None,
    "status": "requires_payment_method",
}
_CHARGE: dict[str, Any] = {
    "id": "ch_3SampleCharge1",
    "object": "charge",
    "amount": 14900,
    "amount_captured": 14900,
    "amount_refunded": 0,
    "balance_transaction": "txn_3SampleTransaction1",
    "captured": True,
    "created": 0,
    "currency": "egp",
    "customer": None,
    "description": None,
    "disputed": False,
    "failure_code": None,
    "livemode": False,
    "metadata": {},
    "paid": True,
    "payment_intent": "pi_3SampleIntent1",
    "payment_method": "pm_1SampleMethod1",
    "refunded": False,
    "status": "succeeded",
}
_REFUND: dict[str, Any] = {
    "id": "re_3SampleRefund1",
    "object": "refund",
    "amount": 14900,
    "charge": "ch_3SampleCharge1",
    "created": 0,
    "currency": "egp",
    "failure_reason": None,
    "metadata": {},
    "payment_intent": "pi_3SampleIntent1",
    "reason": "requested_by_customer",
    "status": "succeeded",
}
_DISPUTE: dict[str, Any] = {
    "id": "du_1SampleDispute1",
    "object": "dispute",
    "amount": 14900,
    "charge": "ch_3SampleCharge1",
    "created": 0,
    "currency": "egp",
    "evidence_details": {"due_by": 0, "has_evidence": False, "past_due": False, "submission_count": 0},
    "is_charge_refundable": False,
    "livemode": False,
    "metadata": {},
    "payment_intent": "pi_3SampleIntent1",
    "reason": "fraudulent",
    "status": "needs_response",
}
_SESSION: dict[str, Any] = {
    "id": "cs_test_sample1",
    "object": "checkout.session",
    "amount_total": 14900,
    "client_reference_id": None,
    "created": 0,
    "currency": "egp",
    "livemode": False,
    "metadata": {},
    "mode": "payment",
    "payment_intent": "pi_3SampleIntent1",
    "payment_status": "paid",
    "status": "complete",
}
_DECLINED = {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline"}

_SAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "payment_intent.created": (_INTENT, {"latest_charge": None, "payment_method": None}),
    "payment_intent.requires_action": (
        _INTENT,
        {"status": "requires_action", "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {}}},
    ),
    "payment_intent.processing": (_INTENT, {"status": "processing"}),
    "payment_intent.amount_capturable_updated": (
        _INTENT,
        {"status": "requires_capture", "amount_capturable": "amount", "capture_method": "manual"},
    ),
    "payment_intent.succeeded": (_INTENT, {"status": "succeeded", "amount_received": "amount"}),
    "payment_intent.payment_failed": (_INTENT, {"payment_method": None, "last_payment_error": _DECLINED}),
    "payment_intent.canceled": (_INTENT, {"status": "canceled", "cancellation_reason": "requested_by_customer"}),
    "charge.succeeded": (_CHARGE, {"amount_captured": "amount"}),
    "charge.failed": (
        _CHARGE,
        {"status": "failed", "paid": False, "captured": False, "amount_captured": 0, "failure_code": "card_declined"},
    ),
    "charge.captured": (_CHARGE, {"amount_captured": "amount"}),
    "charge.updated": (_CHARGE, {"amount_captured": "amount"}),
    "charge.refunded": (
        _CHARGE,
        {"refunded": True, "amount_captured": "amount", "amount_refunded": "amount"},
    ),
    "refund.created": (_REFUND, {}),
    "refund.updated": (_REFUND, {}),
    "refund.failed": (_REFUND, {"status": "failed", "failure_reason": "expired_or_canceled_card"}),
    "charge.refund.updated": (_REFUND, {}),
    "charge.dispute.created": (_DISPUTE, {}),
    "charge.dispute.updated": (_DISPUTE, {"status": "under_review"}),
    "charge.dispute.closed": (_DISPUTE, {"status": "won"}),
    "charge.dispute.funds_withdrawn": (_DISPUTE, {}),
    "charge.dispute.funds_reinstated": (_DISPUTE, {"status": "won"}),
    "checkout.session.completed": (_SESSION, {}),
    "checkout.session.async_payment_succeeded": (_SESSION, {}),
    "checkout.session.async_payment_failed": (_SESSION, {"payment_status": "unpaid"}),
    "checkout.session.expired": (_SESSION, {"payment_status": "unpaid", "status": "expired", "payment_intent": None}),
}

EVENT_TYPES = tuple(_SAMPLES)

_OF_THE_EVENT = {
    "event_id": "id",
    "event_created": "created",
    "api_version": "api_version",
    "account": "account",
    "pending_webhooks": "pending_webhooks",
    "request": "request",
}
_numbers = itertools.count(1)


def sample(event_type: str, *, now: int, **fields: Any) -> dict[str, Any]:
    """Give one event's JSON value.

    Args:
        fields: other values of the object: `amount=5000`, `metadata={"course_id": "5"}`, or a name with dots as a
            key, "metadata.course_id"; of the event itself `event_id`, `event_created`, `api_version`, `account`,
            `pending_webhooks`, `request`, `previous_attributes`. `livemode` is set in both.

    Raises:
        InvalidInputError: no such type or field.
    """
    if event_type not in _SAMPLES:
        raise InvalidInputError(f"Stripe has no sample of {event_type!r}", field="event_type")
    base, changes = _SAMPLES[event_type]
    about = _copy({**base, "created": now, **{name: each for name, each in changes.items() if each != "amount"}})
    for name, value in fields.items():
        is_of_both = name == "livemode" and "livemode" not in about
        if name not in _OF_THE_EVENT and name != "previous_attributes" and not is_of_both:
            _put(about, name.split("."), value)
    for name in (name for name, each in changes.items() if each == "amount" and name not in fields):
        about[name] = about["amount"]
    event: dict[str, Any] = {
        "id": f"evt_{now}Sample{next(_numbers)}",
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": about},
        "livemode": fields.get("livemode", False),
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }
    event |= {_OF_THE_EVENT[name]: value for name, value in fields.items() if name in _OF_THE_EVENT}
    if "previous_attributes" in fields:
        event["data"]["previous_attributes"] = fields["previous_attributes"]
    return event


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _copy(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return [_copy(each) for each in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]


def _put(target: dict[str, Any], path: list[str], value: Any, *, is_open: bool = False) -> None:
    """Set one field, however deep; only metadata takes new names, and its values are text."""
    name, *deeper = path
    if name not in target and not is_open:
        raise InvalidInputError("is no field of this event", field=name)
    opens = is_open or name == "metadata"
    inner = target.get(name)
    if deeper:
        if not isinstance(inner, dict):
            inner = target[name] = {}
        _put(inner, deeper, value, is_open=opens or not inner)  # pyright: ignore[reportUnknownArgumentType]
    elif name == "metadata" and isinstance(value, Mapping):
        target[name] = {str(key): str(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(inner, dict) and isinstance(value, Mapping):
        target[name] = {**inner, **value}
    else:
        target[name] = str(value) if is_open and not isinstance(value, dict | list) else value
