"""PayPal's calls, described once, and its two clients."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ace_integrations.core import (
    AsyncClient,
    Call,
    Describer,
    HttpCall,
    Repeat,
    ServiceOperations,
    SyncClient,
    no_content,
    operation,
    without_none,
)
from ace_integrations.core.http_call import Into
from ace_integrations.errors import InvalidInputError
from ace_integrations.payments.money import Money
from ace_integrations.payments.paypal.currencies import to_text
from ace_integrations.payments.paypal.disputes import DisputeOperations
from ace_integrations.payments.paypal.models import (
    AUTHORIZATION,
    CAPTURE,
    ORDER,
    REFUND,
    Authorization,
    Capture,
    Dispute,
    Order,
    Refund,
)
from ace_integrations.payments.paypal.notifications import NotificationOperations
from ace_integrations.payments.paypal.service import SERVICE
from ace_integrations.payments.paypal.settings import PayPalSettings

T = TypeVar("T")

Intent = Literal["CAPTURE", "AUTHORIZE"]

LONGEST_TEXT = 127
"""Characters of an id or a text of ours in an order."""

_EXPERIENCE = {
    "shipping_preference": "NO_SHIPPING",
    "user_action": "PAY_NOW",
    # Money that is only on its way (an e-check) grants nothing for days.
    "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
}
_WHOLE = {"prefer": "return=representation"}
"""Without it an answer holds an id and a status only."""


class Item(BaseModel):
    """One line of an order.

    Attributes:
        unit: the price of one.
        category: DIGITAL_GOODS needs no address.
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, max_length=LONGEST_TEXT)
    unit: Money
    quantity: int = Field(default=1, ge=1, le=9_999_999_999)
    category: Literal["DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"] = "DIGITAL_GOODS"


class PaymentOperations(ServiceOperations):
    """Describe PayPal's calls about orders, and about the money that they move."""

    service = SERVICE

    @operation
    def create_order(
        self,
        *,
        amount: Money,
        idempotency_key: str,
        custom_id: str,
        intent: Intent = "CAPTURE",
        description: str = "",
        items: Sequence[Item] = (),
        return_url: str | None = None,
        cancel_url: str | None = None,
        invoice_id: str | None = None,
        brand_name: str | None = None,
        locale: str | None = None,
    ) -> Call[Order]:
        """Ask to be paid; send the payer to the order's `approval_url`, then capture.

        Args:
            idempotency_key: ours, one per payment and attempt; for six hours it gives the same order again.
            custom_id: our own id of the payment; comes back with captures, refunds, disputes and events.
            intent: AUTHORIZE reserves the money, to be captured later.
            items: must add up to the amount.
            return_url: where the payer comes back to, with `token` (the order's id) and `PayerID` in the query.
            cancel_url: where they come back to without having paid.
            invoice_id: unique among all of the merchant's payments, or the capture is refused; leave it out.
            locale: of PayPal's pages, as in "ar-EG".

        Raises:
            InvalidInputError: PayPal takes no such currency or decimals, the items do not add up, a text is too long.
            InvalidRequestError: PayPal refuses the order.

        Source: paypal.md §3.1
        """
        texts = {"custom_id": custom_id, "invoice_id": invoice_id, "description": description or None}
        given = {"brand_name": brand_name, "locale": locale, "return_url": return_url, "cancel_url": cancel_url}
        unit = {
            "reference_id": "default",
            **_checked(texts),
            "amount": _total(amount, items),
            "items": [_item(item) for item in items] or None,
        }
        body = {
            "intent": intent,
            "purchase_units": [without_none(unit)],
            "payment_source": {"paypal": {"experience_context": {**without_none(given), **_EXPERIENCE}}},
        }
        return _write("/v2/checkout/orders", ORDER, body, idempotency_key)

    @operation
    def get_order(self, *, order_id: str) -> Call[Order]:
        """Get an order with all that was captured, refunded and reserved for it.

        Raises:
            NotFoundError: no such order of this app, or one that lapsed unpaid.

        Source: paypal.md §3.2
        """
        return HttpCall("GET", "/v2/checkout/orders/{order_id}", ORDER, path_params={"order_id": order_id})

    @operation
    def patch_order(self, *, order_id: str, changes: Sequence[dict[str, Any]]) -> Call[None]:
        """Change an order that is not captured yet.

        Args:
            changes: JSON Patch, as in {"op": "replace", "path": "/purchase_units/@reference_id=='default'/custom_id",
                "value": "payment-8"}.

        Raises:
            InvalidRequestError: a field that cannot be changed, or not any more.

        Source: paypal.md §3.2
        """
        return HttpCall(
            "PATCH",
            "/v2/checkout/orders/{order_id}",
            no_content,
            path_params={"order_id": order_id},
            json=list(changes),
            # What replaces a value does so twice without harm; other changes may not.
            repeat=Repeat.SAFE if all(change.get("op") == "replace" for change in changes) else None,
        )

    @operation
    def capture_order(self, *, order_id: str, idempotency_key: str) -> Call[Order]:
        """Take the money of an order that the payer has approved.

        Args:
            order_id: PayPal's id, from `create_order`.
            idempotency_key: ours, one per payment; for six hours it gives the first answer again.

        Raises:
            BuyerCanRetryError: the payer must come back to PayPal, with another card perhaps.
            PaymentRefusedError: this order will not be paid.
            AlreadyDoneError: captured under another key; get the order and compare amounts.
            InProgressError: it is being captured at this moment.
            MerchantSetUpError: the merchant's account does not allow it.

        Source: paypal.md §3.3
        """
        path_params = {"order_id": order_id}
        return _write("/v2/checkout/orders/{order_id}/capture", ORDER, {}, idempotency_key, path_params)

    @operation
    def authorize_order(self, *, order_id: str, idempotency_key: str) -> Call[Order]:
        """Reserve the money of an approved order that was made with the intent AUTHORIZE; see `capture_order`.

        Source: paypal.md §3.4
        """
        path_params = {"order_id": order_id}
        return _write("/v2/checkout/orders/{order_id}/authorize", ORDER, {}, idempotency_key, path_params)

    @operation
    def get_authorization(self, *, authorization_id: str) -> Call[Authorization]:
        """Get what is reserved.

        Source: paypal.md §3.4
        """
        return HttpCall(
            "GET",
            "/v2/payments/authorizations/{authorization_id}",
            AUTHORIZATION,
            path_params={"authorization_id": authorization_id},
        )

    @operation
    def capture_authorization(
        self, *, authorization_id: str, idempotency_key: str, amount: Money | None = None, final: bool = True
    ) -> Call[Capture]:
        """Take what was reserved.

        Args:
            amount: None is all of it.
            final: nothing more will be taken, so the rest is released.

        Raises:
            AlreadyDoneError: captured or voided before.
            PaymentRefusedError: denied, or expired.

        Source: paypal.md §3.4
        """
        body = {"amount": amount and _amount(amount), "final_capture": final}
        path_params = {"authorization_id": authorization_id}
        path = "/v2/payments/authorizations/{authorization_id}/capture"
        return _write(path, CAPTURE, without_none(body), idempotency_key, path_params)

    @operation
    def reauthorize(
        self, *, authorization_id: str, idempotency_key: str, amount: Money | None = None
    ) -> Call[Authorization]:
        """Reserve anew, once, from the fourth day to the 29th.

        Source: paypal.md §3.4
        """
        path_params = {"authorization_id": authorization_id}
        path = "/v2/payments/authorizations/{authorization_id}/reauthorize"
        return _write(
            path, AUTHORIZATION, without_none({"amount": amount and _amount(amount)}), idempotency_key, path_params
        )

    @operation
    def void_authorization(self, *, authorization_id: str, idempotency_key: str) -> Call[None]:
        """Release what was reserved.

        Raises:
            AlreadyDoneError: captured or voided before.

        Source: paypal.md §3.4
        """
        path_params = {"authorization_id": authorization_id}
        path = "/v2/payments/authorizations/{authorization_id}/void"
        return HttpCall("POST", path, no_content, path_params=path_params, json={}, idempotency_key=idempotency_key)

    @operation
    def get_capture(self, *, capture_id: str) -> Call[Capture]:
        """Get money that was taken.

        Source: paypal.md §3.5
        """
        path_params = {"capture_id": capture_id}
        return HttpCall("GET", "/v2/payments/captures/{capture_id}", CAPTURE, path_params=path_params)

    @operation
    def refund_capture(
        self,
        *,
        capture_id: str,
        idempotency_key: str,
        amount: Money | None = None,
        custom_id: str | None = None,
        note_to_payer: str | None = None,
    ) -> Call[Refund]:
        """Send money back, within 180 days.

        Args:
            amount: None is all that is left.
            idempotency_key: one per refund, kept for 45 days; without it a repeat would refund twice.
            note_to_payer: at most 255 characters.

        Raises:
            InvalidRequestError: more than is left, too late, another currency, or refunded before; `code` says which.
            ConflictError: the capture is pending, or disputed.
            MerchantSetUpError: the merchant's balance does not cover it.

        Source: paypal.md §3.5
        """
        body = {"amount": amount and _amount(amount), "custom_id": custom_id, "note_to_payer": note_to_payer}
        path_params = {"capture_id": capture_id}
        return _write(
            "/v2/payments/captures/{capture_id}/refund", REFUND, without_none(body), idempotency_key, path_params
        )

    @operation
    def get_refund(self, *, refund_id: str) -> Call[Refund]:
        """Get money that was sent back.

        Source: paypal.md §3.5
        """
        return HttpCall("GET", "/v2/payments/refunds/{refund_id}", REFUND, path_params={"refund_id": refund_id})


class PayPalOperations(PaymentOperations, DisputeOperations, NotificationOperations):
    """Describe PayPal's calls."""


class PayPal(PayPalOperations, SyncClient[PayPalSettings]):
    """PayPal, blocking."""

    def iterate_disputes(self, **filters: Any) -> Iterator[Dispute]:
        """Give every dispute that matches, a page at a time; the filters are those of `list_disputes`."""
        token: str | None = None
        while True:
            page = self.list_disputes(next_page_token=token, **filters)
            yield from page.items
            token = page.next_page_token
            if token is None:
                return


class AsyncPayPal(PayPalOperations, AsyncClient[PayPalSettings]):
    """PayPal, awaited."""

    async def iterate_disputes(self, **filters: Any) -> AsyncIterator[Dispute]:
        """Give every dispute that matches; see `PayPal.iterate_disputes`."""
        token: str | None = None
        while True:
            page = await self.list_disputes(next_page_token=token, **filters)
            for dispute in page.items:
                yield dispute
            token = page.next_page_token
            if token is None:
                return


class PayPalCalls(PayPalOperations, Describer):
    """PayPal's calls, described and not sent."""


def _write(
    path: str, into: Into[T], body: dict[str, Any], key: str, path_params: dict[str, str] | None = None
) -> Call[T]:
    # A body always, an empty object at least: PayPal answers 415 to a POST without a JSON content type.
    return HttpCall("POST", path, into, path_params or {}, json=body, headers=_WHOLE, idempotency_key=key)


def _checked(texts: dict[str, str | None]) -> dict[str, str | None]:
    for name, text in texts.items():
        if text is not None and len(text) > LONGEST_TEXT:
            raise InvalidInputError(f"is longer than {LONGEST_TEXT} characters", field=name)
    return texts


def _amount(money: Money) -> dict[str, str]:
    return {"currency_code": money.currency, "value": to_text(money)}


def _total(amount: Money, items: Sequence[Item]) -> dict[str, Any]:
    total: dict[str, Any] = _amount(amount)
    if items:
        added = sum((item.quantity * item.unit.amount for item in items), start=Money.zero(amount.currency).amount)
        if {item.unit.currency for item in items} != {amount.currency} or added != amount.amount:
            raise InvalidInputError(f"do not add up to {amount}", field="items")
        total["breakdown"] = {"item_total": _amount(amount)}
    return total


def _item(item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "quantity": str(item.quantity),
        "category": item.category,
        "unit_amount": _amount(item.unit),
    }


def probe(settings: PayPalSettings) -> Call[object]:
    """Ask one harmless question that needs the keys, for `ace doctor`."""
    del settings
    return PayPalCalls().list_webhooks()
