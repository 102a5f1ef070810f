"""Stripe's objects as far as we read them; what else an answer holds is kept, and nothing of it is required."""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from ace_integrations.core import from_json

T = TypeVar("T")

Units = Annotated[int, Field(description="minor units of `currency`, as Stripe counts them: 1050 is 10.50 EGP")]
Seconds = Annotated[int, Field(description="Unix seconds")]


def _only_id(value: Any) -> Any:
    """Give the id of a reference, whether it was expanded or not."""
    return value.get("id") if isinstance(value, Mapping) else value  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


Ref = Annotated[str | None, BeforeValidator(_only_id)]


class _Object(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


class Page(_Object, Generic[T]):
    """One page of a list, newest first; ask again with the last id as `starting_after` while `has_more`."""

    data: tuple[T, ...] = ()
    has_more: bool = False


class SearchPage(_Object, Generic[T]):
    """One page of a search; it may lag behind writes by a minute."""

    data: tuple[T, ...] = ()
    has_more: bool = False
    next_page: str | None = None


class PaymentError(_Object):
    """Why the last try to pay failed."""

    type: str = ""
    code: str = ""
    decline_code: str = ""


class Refund(_Object):
    """Money sent back to a card.

    `succeeded` is not final: a refund can fail days later, so keep listening.

    Attributes:
        status: pending, requires_action, succeeded, failed or canceled; take an unknown one for pending.
    """

    id: str
    amount: Units
    currency: str
    status: str | None = None
    payment_intent: Ref = None
    charge: Ref = None
    reason: str | None = None
    failure_reason: str | None = None
    metadata: Mapping[str, str] = {}
    created: Seconds = 0


class BalanceTransaction(_Object):
    """What a charge brought to the account, and what Stripe kept of it.

    Attributes:
        amount, fee: in the currency that the account is kept in, which is `currency`.
    """

    id: str
    amount: Units = 0
    fee: Units = 0
    currency: str = ""


def _named(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class Charge(_Object):
    """One try to move money; of a failed try too.

    Attributes:
        amount_refunded: what went or is going back.
        disputed: whether it ever was, even if the dispute was won.
        balance_transaction: with its id alone unless it was expanded; None while the money is on its way.
        refunds: only when expanded.
    """

    id: str
    amount: Units
    currency: str
    status: str
    paid: bool = False
    captured: bool = False
    amount_captured: Units = 0
    amount_refunded: Units = 0
    refunded: bool = False
    disputed: bool = False
    payment_intent: Ref = None
    failure_code: str | None = None
    balance_transaction: Annotated[BalanceTransaction | None, BeforeValidator(_named)] = None
    refunds: Page[Refund] | None = None
    metadata: Mapping[str, str] = {}
    livemode: bool = False
    created: Seconds = 0


def _expanded_charge(value: Any) -> Any:
    return {"id": value, "amount": 0, "currency": "", "status": ""} if isinstance(value, str) else value


class NextAction(_Object):
    """What the payer must do.

    Attributes:
        redirect_url: where to send the browser, for the type `redirect_to_url`.
    """

    type: str
    redirect_url: str | None = Field(default=None, validation_alias=AliasPath("redirect_to_url", "url"), repr=False)


class PaymentIntent(_Object):
    """One payment, from the wish to the money. There is no failed status: after a decline it can be tried again.

    Attributes:
        status: requires_payment_method, requires_confirmation, requires_action, processing, requires_capture,
            canceled or succeeded.
        client_secret: for the payer's browser only: never stored, never logged.
        latest_charge: with its id alone unless it was expanded.
        last_payment_error: why the last try failed, None when none did.
    """

    id: str
    amount: Units
    currency: str
    status: str
    livemode: bool
    amount_received: Units = 0
    amount_capturable: Units = 0
    capture_method: str = ""
    client_secret: SecretStr | None = None
    latest_charge: Annotated[Charge | None, BeforeValidator(_expanded_charge)] = None
    last_payment_error: PaymentError | None = None
    next_action: NextAction | None = None
    payment_method: Ref = None
    cancellation_reason: str | None = None
    metadata: Mapping[str, str] = {}
    description: str | None = None
    created: Seconds = 0


class DisputeEvidence(_Object):
    """Until when to answer a dispute.

    Attributes:
        due_by: Unix seconds, None when no answer is possible.
    """

    due_by: int | None = None
    has_evidence: bool = False
    submission_count: int = 0


class Dispute(_Object):
    """The payer's bank asks for money back, or took it.

    Attributes:
        status: needs_response, under_review, won, lost, prevented, or one of the inquiries' `warning_…`.
    """

    id: str
    amount: Units
    currency: str
    status: str
    reason: str = ""
    charge: Ref = None
    payment_intent: Ref = None
    is_charge_refundable: bool = False
    evidence_details: DisputeEvidence = DisputeEvidence()
    metadata: Mapping[str, str] = {}
    livemode: bool = False
    created: Seconds = 0

    @property
    def is_in_our_favour(self) -> bool:
        """Whether it ended and the money is ours."""
        return self.status in ("won", "warning_closed", "prevented")


class CheckoutSession(_Object):
    """A payment on Stripe's own page; paid only when `payment_status` says so."""

    id: str
    status: str | None = None
    payment_status: str = ""
    payment_intent: Ref = None
    client_reference_id: str | None = None
    metadata: Mapping[str, str] = {}
    livemode: bool = False


class EventRecord(_Object):
    """One event as the API lists it, for what a webhook did not bring.

    Attributes:
        data: the object as it was then, under `object`.
    """

    id: str
    type: str
    created: Seconds
    livemode: bool
    api_version: str | None = None
    pending_webhooks: int = 0
    data: Mapping[str, Any] = {}


class BalanceAmount(_Object):
    """A sum in one currency."""

    amount: Units
    currency: str


class Balance(_Object):
    """What the account holds."""

    livemode: bool
    available: tuple[BalanceAmount, ...] = ()
    pending: tuple[BalanceAmount, ...] = ()


class WebhookEndpoint(_Object):
    """An address that Stripe sends events to.

    Attributes:
        secret: what its deliveries are signed with; given once, by the answer to its creation.
        api_version: what shape its events have, None for the account's default.
    """

    id: str
    url: str
    status: str = ""
    enabled_events: tuple[str, ...] = ()
    api_version: str | None = None
    secret: SecretStr | None = None
    livemode: bool = False


class Customer(_Object):
    """A payer whom Stripe remembers; payments here need none.

    Attributes:
        deleted: whether nothing but the id is left.
    """

    id: str
    deleted: bool = False
    email: str | None = Field(default=None, repr=False)
    name: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    metadata: Mapping[str, str] = {}
    livemode: bool = False
    created: Seconds = 0


class Deleted(_Object):
    """Something that is no more."""

    id: str
    deleted: bool = True


PAYMENT_INTENT = from_json(PaymentIntent)
PAYMENT_INTENTS = from_json(SearchPage[PaymentIntent])
REFUND = from_json(Refund)
REFUNDS = from_json(Page[Refund])
DISPUTE = from_json(Dispute)
DISPUTES = from_json(Page[Dispute])
EVENTS = from_json(Page[EventRecord])
BALANCE = from_json(Balance)
CUSTOMER = from_json(Customer)
CUSTOMERS = from_json(Page[Customer])
WEBHOOK_ENDPOINT = from_json(WebhookEndpoint)
WEBHOOK_ENDPOINTS = from_json(Page[WebhookEndpoint])
DELETED = from_json(Deleted)
