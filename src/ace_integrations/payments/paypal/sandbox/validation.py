"""What an order may say: first the form of each field (400), then whether the amounts make sense (422)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ace_integrations.payments.paypal.sandbox import amounts
from ace_integrations.payments.paypal.sandbox.http import Json, RefusedError, as_list, as_object, detail, group
from ace_integrations.payments.paypal.sandbox.objects import MERCHANT_EMAIL, MERCHANT_ID

MOST_UNITS = 10
INTENTS = ("CAPTURE", "AUTHORIZE")
SOURCES = ("paypal",)
"""What the twin lets a buyer pay with; PayPal has more."""


@dataclass(frozen=True, slots=True)
class Text:
    """What one field may hold.

    Attributes:
        choices: the only values, when there are any.
    """

    longest: int
    shortest: int = 1
    pattern: str = ""
    choices: Sequence[str] = ()

    def problem(self, value: object) -> str:
        """Name the issue of a value, "" for a good one."""
        if not isinstance(value, str):
            return "INVALID_PARAMETER_SYNTAX"
        if not self.shortest <= len(value) <= self.longest:
            return "INVALID_STRING_LENGTH"
        if self.choices and value not in self.choices:
            return "INVALID_PARAMETER_VALUE"
        return "INVALID_PARAMETER_SYNTAX" if self.pattern and not re.fullmatch(self.pattern, value) else ""


MONEY = {
    "currency_code": Text(3, 3),
    "value": Text(32, pattern=r"-?[0-9]+|-?[0-9]*[.][0-9]+"),
}
UNIT = {
    "reference_id": Text(256),
    "custom_id": Text(127),
    "invoice_id": Text(127),
    "description": Text(127),
    "soft_descriptor": Text(22),
}
ITEM = {
    "name": Text(127),
    "quantity": Text(10, pattern=r"[1-9][0-9]{0,9}"),
    "description": Text(127, 0),
    "sku": Text(127, 0),
    "category": Text(20, choices=("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION")),
}
_URL = Text(4000, pattern=r"[A-Za-z][A-Za-z0-9+.-]*://[^\s]+")
CONTEXT = {
    "brand_name": Text(127),
    "locale": Text(10, 2, pattern=r"[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"),
    "shipping_preference": Text(24, choices=("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS")),
    "landing_page": Text(13, choices=("LOGIN", "GUEST_CHECKOUT", "BILLING", "NO_PREFERENCE")),
    "user_action": Text(8, choices=("CONTINUE", "PAY_NOW")),
    "payment_method_preference": Text(255, choices=("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED")),
    "return_url": _URL,
    "cancel_url": _URL,
}
REFUND = {"custom_id": Text(127), "invoice_id": Text(127), "note_to_payer": Text(255)}
CAPTURE = {"invoice_id": Text(127, 0), "note_to_payer": Text(255, 0), "soft_descriptor": Text(22, 0)}

_SIGNS = {
    "item_total": 1,
    "tax_total": 1,
    "shipping": 1,
    "handling": 1,
    "insurance": 1,
    "shipping_discount": -1,
    "discount": -1,
}
"""How each part of a breakdown counts."""


@dataclass(slots=True)
class Findings:
    """The issues of one request."""

    details: list[Json] = field(default_factory=list[Json])

    def add(self, issue: str, place: str, value: object = None) -> None:
        """Note one."""
        self.details.append(detail(issue, place, value))

    def stop(self, status: int) -> None:
        """Refuse if there is one."""
        if self.details:
            raise RefusedError(status, self.details)

    def texts(self, held: Mapping[str, Any], rules: Mapping[str, Text], place: str, needed: Iterable[str] = ()) -> None:
        """Look at the fields of one object."""
        for name, rule in rules.items():
            if held.get(name) is None:
                if name in needed:
                    self.add("MISSING_REQUIRED_PARAMETER", f"{place}/{name}")
            elif issue := rule.problem(held[name]):
                self.add(issue, f"{place}/{name}", held[name])

    def shape(self, held: Mapping[str, Any], name: str, kind: type, place: str) -> None:
        """Look at whether a field is an object or a list where it must be."""
        if held.get(name) is not None and not isinstance(held[name], kind):
            self.add("INVALID_PARAMETER_SYNTAX", f"{place}/{name}")

    def money(self, value: object, place: str) -> None:
        """Look at the form of an amount that must be there."""
        found = as_object(value)
        if found is None:
            self.add("MISSING_REQUIRED_PARAMETER" if value is None else "INVALID_PARAMETER_SYNTAX", place)
        else:
            self.texts(found, MONEY, place, MONEY)


def place_of(unit: Mapping[str, Any], position: int = 0) -> str:
    """Give the JSON pointer of a purchase unit, by its reference id."""
    reference = unit.get("reference_id")
    return f"/purchase_units/@reference_id=='{reference or ('default' if position == 0 else position)}'"


def check_order(asked: Json) -> list[Json]:
    """Check what a new order says, and give its purchase units, each with a reference id.

    Raises:
        RefusedError: 400 for the form of a field, 422 for amounts that do not add up.
    """
    findings = Findings()
    findings.texts(asked, {"intent": Text(9, choices=INTENTS)}, "", ["intent"])
    given = as_list(asked.get("purchase_units"))
    if given is None:
        findings.add("MISSING_REQUIRED_PARAMETER", "/purchase_units")
    elif not given:
        findings.add("INVALID_ARRAY_MIN_ITEMS", "/purchase_units")
    elif len(given) > MOST_UNITS:
        findings.add("INVALID_ARRAY_MAX_ITEMS", "/purchase_units")
    units = [{**(as_object(each) or {})} for each in given or ()]
    for position, unit in enumerate(units):
        _check_unit_form(findings, unit, place_of(unit, position))
    _check_context(findings, asked, "application_context", "")
    findings.stop(400)
    if len(units) == 1:
        units[0].setdefault("reference_id", "default")
    check_units(units)
    return units


def check_source(asked: Json) -> Json | None:
    """Check the source of payment that a request names, and give its `paypal` part; None when it names none."""
    if asked.get("payment_source") is None:
        return None
    source = as_object(asked["payment_source"]) or {}
    if len(source) > 1:
        raise RefusedError(422, [detail("ONLY_ONE_PAYMENT_SOURCE_ALLOWED", "/payment_source")])
    if not source:
        raise RefusedError(422, [detail("NO_PAYMENT_SOURCE_PROVIDED", "/payment_source")])
    (name,) = source
    if name not in SOURCES:
        issue = "NOT_ENABLED_FOR_CARD_PROCESSING" if name == "card" else "PAYMENT_SOURCE_CANNOT_BE_USED"
        raise RefusedError(422, [detail(issue, f"/payment_source/{name}")])
    wallet = as_object(source[name]) or {}
    findings = Findings()
    _check_context(findings, wallet, "experience_context", "/payment_source/paypal")
    findings.stop(400)
    return wallet


def check_units(units: Sequence[Json]) -> None:
    """Check that the amounts of an order add up and are of one currency.

    Raises:
        RefusedError: 422, with each issue.
    """
    findings = Findings()
    references = [unit.get("reference_id") for unit in units]
    if None in references:
        findings.add("REFERENCE_ID_REQUIRED", "/purchase_units")
    elif len(set(references)) < len(references):
        findings.add("DUPLICATE_REFERENCE_ID", "/purchase_units")
    for unit in units:
        _check_unit_sums(findings, unit, place_of(unit))
    if len({unit["amount"]["currency_code"] for unit in units}) > 1:
        findings.add("MULTI_CURRENCY_ORDER", "/purchase_units")
    findings.stop(422)


def check_fields(held: Json, rules: Mapping[str, Text]) -> None:
    """Check the form of some fields.

    Raises:
        RefusedError: 400, with each issue.
    """
    findings = Findings()
    findings.texts(held, rules, "")
    findings.stop(400)


def check_context(asked: Json) -> Json:
    """Check the context that a request brings beside its source of payment, and give it.

    Raises:
        RefusedError: 400, with each issue.
    """
    findings = Findings()
    _check_context(findings, asked, "application_context", "")
    findings.stop(400)
    return as_object(asked.get("application_context")) or {}


def check_unit_form(unit: Json) -> None:
    """Check the form of a purchase unit's fields.

    Raises:
        RefusedError: 400, with each issue.
    """
    findings = Findings()
    _check_unit_form(findings, unit, place_of(unit))
    findings.stop(400)


def check_money(value: object, place: str) -> Decimal:
    """Check a positive amount that stands alone, and give it.

    Raises:
        RefusedError: 400 for its form, 422 for its currency, decimals or sign.
    """
    findings = Findings()
    findings.money(value, place)
    findings.stop(400)
    money = as_object(value) or {}
    findings.details += amounts.problems(money, place, positive=True)
    findings.stop(422)
    return amounts.read(money)


def _check_context(findings: Findings, held: Json, name: str, place: str) -> None:
    findings.shape(held, name, dict, place)
    findings.texts(as_object(held.get(name)) or {}, CONTEXT, f"{place}/{name}")


def _check_unit_form(findings: Findings, unit: Json, place: str) -> None:
    findings.texts(unit, UNIT, place)
    findings.money(unit.get("amount"), f"{place}/amount")
    findings.shape(unit, "payee", dict, place)
    findings.shape(unit, "shipping", dict, place)
    findings.shape(unit, "items", list, place)
    amount = as_object(unit.get("amount")) or {}
    findings.shape(amount, "breakdown", dict, f"{place}/amount")
    breakdown = as_object(amount.get("breakdown")) or {}
    for name in _SIGNS:
        if name in breakdown:
            findings.money(breakdown[name], f"{place}/amount/breakdown/{name}")
    for position, each in enumerate(as_list(unit.get("items")) or ()):
        item, inner = as_object(each) or {}, f"{place}/items/{position}"
        findings.texts(item, ITEM, inner, ["name", "quantity"])
        findings.money(item.get("unit_amount"), f"{inner}/unit_amount")
        if "tax" in item:
            findings.money(item["tax"], f"{inner}/tax")


def _check_unit_sums(findings: Findings, unit: Json, place: str) -> None:
    payee = group(unit, "payee")
    own = {"merchant_id": MERCHANT_ID, "email_address": MERCHANT_EMAIL}
    if any(payee.get(name, value) != value for name, value in own.items()):
        findings.add("PAYEE_ACCOUNT_INVALID", f"{place}/payee")
    amount: Json = unit["amount"]
    items: list[Json] = as_list(unit.get("items")) or []
    given = group(amount, "breakdown")
    breakdown: dict[str, Json] = {name: given[name] for name in _SIGNS if name in given}
    parts = [(breakdown[name], f"{place}/amount/breakdown/{name}") for name in breakdown]
    for position, item in enumerate(items):
        parts += [(item[name], f"{place}/items/{position}/{name}") for name in ("unit_amount", "tax") if name in item]
    wrong = amounts.problems(amount, f"{place}/amount", positive=True)
    for part, inner in parts:
        wrong += amounts.problems(part, inner, positive=False)
    findings.details += wrong
    if wrong:
        return
    if any(part["currency_code"] != amount["currency_code"] for part, _ in parts):
        findings.add("MULTI_CURRENCY_ORDER", f"{place}/amount")
        return
    _check_totals(findings, breakdown, items, place)
    whole = sum((_SIGNS[name] * amounts.read(each) for name, each in breakdown.items()), Decimal(0))
    if breakdown and whole != amounts.read(amount):
        findings.add("AMOUNT_MISMATCH", f"{place}/amount/value", amount["value"])


def _check_totals(findings: Findings, breakdown: Mapping[str, Json], items: Sequence[Json], place: str) -> None:
    """Compare what the items come to with what the breakdown says of them."""
    totals = {
        "ITEM_TOTAL": ("item_total", [(item, item["unit_amount"]) for item in items]),
        "TAX_TOTAL": ("tax_total", [(item, item["tax"]) for item in items if "tax" in item]),
    }
    for issue, (name, counted) in totals.items():
        inner = f"{place}/amount/breakdown/{name}"
        summed = sum((int(item["quantity"]) * amounts.read(each) for item, each in counted), Decimal(0))
        if counted and name not in breakdown:
            findings.add(f"{issue}_REQUIRED", inner)
        elif counted and summed != amounts.read(breakdown[name]):
            findings.add(f"{issue}_MISMATCH", f"{inner}/value", breakdown[name]["value"])
