"""JSON Patch as PayPal takes it for an order: purchase units are named by their reference id."""

import copy
import re
from collections.abc import Sequence
from typing import Any

from ace_integrations.payments.paypal.sandbox import amounts
from ace_integrations.payments.paypal.sandbox.http import Json, as_object, refusal
from ace_integrations.payments.paypal.sandbox.objects import Order
from ace_integrations.payments.paypal.sandbox.validation import (
    INTENTS,
    Text,
    check_fields,
    check_unit_form,
    check_units,
    place_of,
)

_UNIT_PATH = re.compile(r"/purchase_units/@reference_id=='(?P<reference>[^']*)'/(?P<field>[a-z_/]+)")

UNIT_FIELDS = frozenset(
    (
        "amount",
        "custom_id",
        "description",
        "invoice_id",
        "items",
        "payee/email_address",
        "shipping",
        "shipping/address",
        "shipping/name",
        "soft_descriptor",
    )
)
ORDER_FIELDS = frozenset(("intent", "payer"))
OPERATIONS = frozenset(("add", "replace", "remove"))


def patched(order: Order, patches: Sequence[Any]) -> tuple[str, Json | None, list[Json]]:
    """Give the intent, payer and purchase units that an order would have; the order itself stays.

    Raises:
        RefusedError: a step is unknown, or the result is no good order.
    """
    intent, payer, units = order.intent, order.payer, copy.deepcopy(order.units)
    for each in patches:
        path, value, removes = _read(as_object(each) or {})
        if path == "/intent":
            intent = str(value)
        elif path == "/payer":
            payer = None if removes else _object(value)
        else:
            _change_unit(units, path, value, removes=removes)
    check_fields({"intent": intent}, {"intent": Text(9, choices=INTENTS)})
    for unit in units:
        check_unit_form(unit)
    check_units(units)
    if order.status == "APPROVED":
        _check_not_more(order.units, units)
    return intent, payer, units


def _read(step: Json) -> tuple[str, Any, bool]:
    """Give the path of a step, its value, and whether it removes."""
    operation, path = str(step.get("op")), step.get("path")
    if operation not in OPERATIONS:
        raise refusal("INVALID_PATCH_OPERATION", "/op", operation)
    if not path:
        raise refusal("PATCH_PATH_REQUIRED", "/path")
    if not str(path).startswith("/"):
        raise refusal("INVALID_JSON_POINTER_FORMAT", "/path", path)
    removes = operation == "remove"
    if not removes and step.get("value") is None:
        raise refusal("PATCH_VALUE_REQUIRED", "/value")
    found = _UNIT_PATH.fullmatch(str(path))
    field, known = (found["field"], UNIT_FIELDS) if found else (str(path)[1:], ORDER_FIELDS)
    if field not in known or (removes and field in ("amount", "intent")):
        raise refusal("FIELD_NOT_PATCHABLE", "/path", path)
    return str(path), step.get("value"), removes


def _change_unit(units: Sequence[Json], path: str, value: Any, *, removes: bool) -> None:
    found = _UNIT_PATH.fullmatch(path)
    named = [unit for unit in units if found and unit["reference_id"] == found["reference"]]
    if not found or not named:
        raise refusal("REFERENCE_ID_NOT_FOUND", "/path", path)
    *groups, name = found["field"].split("/")
    held = named[0]
    for step in groups:
        held = _object(held.setdefault(step, {}))
    if removes:
        held.pop(name, None)
    else:
        held[name] = value


def _object(value: object) -> Json:
    found = as_object(value)
    if found is None:
        raise refusal("INVALID_PARAMETER_SYNTAX", "/value")
    return found


def _check_not_more(before: Sequence[Json], after: Sequence[Json]) -> None:
    """Refuse an amount above the one that the buyer agreed to."""
    for old, new in zip(before, after, strict=True):
        same = old["amount"]["currency_code"] == new["amount"]["currency_code"]
        if not same or amounts.read(new["amount"]) > amounts.read(old["amount"]):
            raise refusal("AMOUNT_CHANGE_NOT_ALLOWED", f"{place_of(new)}/amount/value", new["amount"]["value"])
