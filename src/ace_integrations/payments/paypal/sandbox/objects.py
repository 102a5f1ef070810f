"""PayPal's objects as its API writes them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ace_integrations.payments.paypal.sandbox import amounts
from ace_integrations.payments.paypal.sandbox.http import Json

MERCHANT_ID, MERCHANT_EMAIL = "SANDBOXMERCH1", "merchant@example.com"
PAYEE: Mapping[str, str] = {"email_address": MERCHANT_EMAIL, "merchant_id": MERCHANT_ID}

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def new_id() -> str:
    """Give an id as PayPal makes them: 17 upper-case letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(17))


def moment(at: float) -> str:
    """Write a time: 2026-11-24T14:21:00Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def link(href: str, rel: str, method: str = "GET") -> Json:
    """Write one link."""
    return {"href": href, "rel": rel, "method": method}


@dataclass(slots=True)
class Order:
    """One order, with what its answers do not show.

    Attributes:
        units: the purchase units as they were sent, each with a reference id.
        context: where the buyer returns to, and how the page speaks.
        source: the source of payment as the answers show it, None before one is known.
        deadline: when the order ends by itself, Unix seconds of the sandbox.
        declines: how many of the next captures the buyer's bank refuses.
        becomes: the status of the next capture, and the reason of a pending one.
        payments: the captures and authorisations of each unit.
    """

    id: str
    intent: str
    units: list[Json]
    created: float
    deadline: float
    context: Json = field(default_factory=dict[str, Any])
    status: str = "CREATED"
    source: Json | None = None
    payer: Json | None = None
    updated: float = 0.0
    was_opened: bool = False
    was_declined: bool = False
    declines: int = 0
    becomes: tuple[str, str] | None = None
    payments: list[dict[str, list[Json]]] = field(default_factory=list[dict[str, list[Json]]])

    @property
    def is_open(self) -> bool:
        """Whether the buyer can still agree."""
        return self.status in ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED")

    @property
    def total(self) -> tuple[str, Decimal]:
        """The currency, and the sum of all units."""
        return self.units[0]["amount"]["currency_code"], sum(
            (amounts.read(unit["amount"]) for unit in self.units), Decimal(0)
        )


def order(held: Order, url: str) -> Json:
    """Write an order whole.

    Args:
        url: where the twin is mounted.
    """
    written: Json = {"id": held.id, "intent": held.intent, "status": held.status}
    if held.source is not None:
        written["payment_source"] = held.source
    if held.payer is not None:
        written["payer"] = held.payer
    written["purchase_units"] = [_unit(held, position) for position in range(len(held.units))]
    written["create_time"] = moment(held.created)
    if held.updated:
        written["update_time"] = moment(held.updated)
    written["links"] = _order_links(held, url)
    return written


def _unit(held: Order, position: int) -> Json:
    unit = {**held.units[position], "payee": {**PAYEE}}
    payments = held.payments[position] if held.payments else {}
    if payments:
        inner = ("supplementary_data", "payee")
        unit["payments"] = {
            kind: [{name: value for name, value in each.items() if name not in inner} for each in listed]
            for kind, listed in payments.items()
        }
    return unit


def _order_links(held: Order, url: str) -> list[Json]:
    place = f"{url}/v2/checkout/orders/{held.id}"
    links = [link(place, "self")]
    final = "authorize" if held.intent == "AUTHORIZE" else "capture"
    page = approval_page(held, url)
    if held.status == "PAYER_ACTION_REQUIRED":
        return [*links, link(page, "payer-action")]
    if held.status == "CREATED":
        return [
            *links,
            link(page, "approve"),
            link(place, "update", "PATCH"),
            link(f"{place}/{final}", final, "POST"),
        ]
    if held.status == "APPROVED":
        return [*links, link(place, "update", "PATCH"), link(f"{place}/{final}", final, "POST")]
    return links


def approval_page(held: Order, url: str) -> str:
    """Give the page where the buyer agrees."""
    return f"{url}/checkoutnow?token={held.id}"


def own_ids(held: Mapping[str, Any]) -> Json:
    """Give the merchant's own ids of a purchase unit or a payment."""
    return {name: held[name] for name in ("custom_id", "invoice_id") if name in held}


def authorization(held: Order, unit: Json, money: Json, *, now: float, lasts_s: float, url: str) -> Json:
    """Write a new authorisation of one purchase unit."""
    authorization_id = new_id()
    place = f"{url}/v2/payments/authorizations/{authorization_id}"
    return {
        "id": authorization_id,
        "status": "CREATED",
        "amount": dict(money),
        **own_ids(unit),
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        "expiration_time": moment(now + lasts_s),
        "payee": {**PAYEE},
        "supplementary_data": {"related_ids": {"order_id": held.id}},
        "create_time": moment(now),
        "update_time": moment(now),
        "links": [
            link(place, "self"),
            link(f"{place}/capture", "capture", "POST"),
            link(f"{place}/void", "void", "POST"),
            link(f"{place}/reauthorize", "reauthorize", "POST"),
            link(f"{url}/v2/checkout/orders/{held.id}", "up"),
        ],
    }


@dataclass(frozen=True, slots=True)
class Taken:
    """What a capture takes.

    Attributes:
        about: the merchant's own ids, and what a final capture says.
        related: the ids of the order and, with one, of the authorisation.
        becomes: the status, and the reason of a pending one.
    """

    money: Json
    about: Json
    related: Json
    becomes: tuple[str, str]


def capture(taken: Taken, *, now: float, url: str) -> Json:
    """Write a new capture."""
    capture_id = new_id()
    place = f"{url}/v2/payments/captures/{capture_id}"
    status, reason = taken.becomes
    details: Json = {"status_details": {"reason": reason}} if reason else {}
    up = f"{url}/v2/checkout/orders/{taken.related['order_id']}"
    if authorization_id := taken.related.get("authorization_id"):
        up = f"{url}/v2/payments/authorizations/{authorization_id}"
    return {
        "id": capture_id,
        "status": status,
        **details,
        "amount": dict(taken.money),
        **taken.about,
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        **({"seller_receivable_breakdown": receivable(taken.money)} if status == "COMPLETED" else {}),
        "payee": {**PAYEE},
        "supplementary_data": {"related_ids": dict(taken.related)},
        "create_time": moment(now),
        "update_time": moment(now),
        "links": [link(place, "self"), link(f"{place}/refund", "refund", "POST"), link(up, "up")],
    }


def receivable(money: Json) -> Json:
    """Say what of a capture comes to the merchant."""
    currency, gross = money["currency_code"], amounts.read(money)
    kept = amounts.fee(currency, gross)
    return {
        "gross_amount": amounts.written(currency, gross),
        "paypal_fee": amounts.written(currency, kept),
        "net_amount": amounts.written(currency, gross - kept),
    }


def refund(captured: Json, asked: Json, value: Decimal, *, refunded: Decimal, status: str, at: float, url: str) -> Json:
    """Write a new refund.

    Args:
        refunded: of the capture in all, this one included.
    """
    refund_id, currency = new_id(), captured["amount"]["currency_code"]
    own = own_ids(captured) | own_ids(asked)
    return {
        "id": refund_id,
        "status": status,
        **({"status_details": {"reason": "ECHECK"}} if status == "PENDING" else {}),
        "amount": amounts.written(currency, value),
        **own,
        **({"note_to_payer": asked["note_to_payer"]} if "note_to_payer" in asked else {}),
        "seller_payable_breakdown": {
            "gross_amount": amounts.written(currency, value),
            "paypal_fee": amounts.written(currency, Decimal(0)),
            "net_amount": amounts.written(currency, value),
            "total_refunded_amount": amounts.written(currency, refunded),
        },
        "payer": {**PAYEE},
        "create_time": moment(at),
        "update_time": moment(at),
        "links": [
            link(f"{url}/v2/payments/refunds/{refund_id}", "self"),
            link(f"{url}/v2/payments/captures/{captured['id']}", "up"),
        ],
    }
