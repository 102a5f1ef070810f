"""PayPal's objects as far as we read them; what else an answer holds is kept, and little of it is required."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ace_integrations.core import from_json
from ace_integrations.errors import UnexpectedReplyError
from ace_integrations.payments.money import Money
from ace_integrations.payments.paypal.currencies import from_text


class _Object(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        """A field that is null is not there."""
        if not isinstance(value, dict) or None not in value.values():
            return value  # pyright: ignore[reportUnknownVariableType] - JSON
        return {name: each for name, each in cast("dict[str, Any]", value).items() if each is not None}

    def __repr__(self) -> str:
        """Ids and states only: the rest may be the payer's."""
        shown = ("id", "dispute_id", "intent", "status", "event_type", "currency_code", "value")
        fields = (f"{name}={getattr(self, name)!r}" for name in shown if getattr(self, name, None) is not None)
        return f"{type(self).__name__}({', '.join(fields)})"

    __str__ = __repr__


class Link(_Object):
    """What can be done next with an object.

    Attributes:
        rel: "self", "payer-action", "approve", "capture", "refund", "up", …
    """

    href: str
    rel: str
    method: str | None = None


class Amount(_Object):
    """Money as PayPal writes it: text in major units."""

    currency_code: str
    value: str

    @property
    def money(self) -> Money:
        """The exact amount; `UnexpectedReplyError` when it is none."""
        return from_text(self.value, self.currency_code)


class StatusDetails(_Object):
    """Why a status is what it is."""

    reason: str = ""


class Breakdown(_Object):
    """What the merchant keeps of a capture, in the currency that PayPal keeps the account in.

    Attributes:
        paypal_fee: None until the capture is completed.
    """

    gross_amount: Amount | None = None
    paypal_fee: Amount | None = None
    net_amount: Amount | None = None


class RelatedIds(_Object):
    """The other objects of one payment."""

    order_id: str = ""
    authorization_id: str = ""
    capture_id: str = ""


class SupplementaryData(_Object):
    """What an object says of others."""

    related_ids: RelatedIds = RelatedIds()


class Payee(_Object):
    """Who gets the money."""

    merchant_id: str = ""


class _Movement(_Object):
    """What captures, refunds and authorisations have in common."""

    id: str
    status: str = ""
    status_details: StatusDetails = StatusDetails()
    amount: Amount | None = None
    custom_id: str = ""
    invoice_id: str = ""
    links: tuple[Link, ...] = ()
    supplementary_data: SupplementaryData = SupplementaryData()
    create_time: datetime | None = None
    update_time: datetime | None = None

    @property
    def money(self) -> Money:
        """The exact amount; `UnexpectedReplyError` when PayPal tells none."""
        if self.amount is None:
            raise UnexpectedReplyError("PayPal tells no amount", provider="paypal")
        return self.amount.money

    @property
    def order_id(self) -> str:
        """The id of its order, "" where it does not say: a refund names its capture only."""
        return self.supplementary_data.related_ids.order_id or self.up("orders")

    def up(self, kind: str) -> str:
        """Give the id of what this belongs to, "" when no link says so: `refund.up("captures")`."""
        paths = (urlsplit(link.href).path.split("/") for link in self.links if link.rel == "up")
        return next((path[-1] for path in paths if path[-2:-1] == [kind]), "")


class Capture(_Movement):
    """Money that was taken.

    Attributes:
        status: COMPLETED, DECLINED, PARTIALLY_REFUNDED, PENDING, REFUNDED or FAILED; only COMPLETED and the refunded
            ones are money.
        custom_id: our own id of the payment.
    """

    payee: Payee = Payee()
    final_capture: bool | None = None
    seller_receivable_breakdown: Breakdown | None = None


class Refund(_Movement):
    """Money that was sent back.

    Attributes:
        status: COMPLETED, PENDING, FAILED or CANCELLED.
    """

    note_to_payer: str = ""


class Authorization(_Movement):
    """Money that is reserved, for three days surely and up to 29 perhaps.

    Attributes:
        status: CREATED, CAPTURED, DENIED, PARTIALLY_CAPTURED, VOIDED or PENDING.
    """

    expiration_time: datetime | None = None


class Payments(_Object):
    """All movements of money of one purchase unit."""

    captures: tuple[Capture, ...] = ()
    refunds: tuple[Refund, ...] = ()
    authorizations: tuple[Authorization, ...] = ()


class PurchaseUnit(_Object):
    """What is paid for; our orders have one each.

    Attributes:
        custom_id: our own id of the payment, which the payer does not see.
    """

    reference_id: str = "default"
    custom_id: str = ""
    invoice_id: str = ""
    description: str = ""
    amount: Amount | None = None
    payee: Payee = Payee()
    payments: Payments = Payments()


class Payer(_Object):
    """Who paid. PayPal says more of them, which is kept and not shown."""

    payer_id: str = ""


class Order(_Object):
    """One payment from the wish to the money.

    Attributes:
        status: CREATED, SAVED, APPROVED, VOIDED, COMPLETED or PAYER_ACTION_REQUIRED. COMPLETED is not yet money: look
            at the captures.
        intent: CAPTURE, or AUTHORIZE where the money is reserved first.
    """

    id: str
    status: str = ""
    intent: str = "CAPTURE"
    purchase_units: tuple[PurchaseUnit, ...] = ()
    payer: Payer | None = None
    links: tuple[Link, ...] = ()
    create_time: datetime | None = None
    update_time: datetime | None = None

    @property
    def approval_url(self) -> str | None:
        """Where the payer approves; None once there is nothing to approve."""
        return next((link.href for link in self.links if link.rel in ("payer-action", "approve")), None)


class DisputedTransaction(_Object):
    """A payment that is disputed.

    Attributes:
        seller_transaction_id: the id of its capture.
        custom: our own id of the payment.
    """

    seller_transaction_id: str = ""
    custom: str = ""


class DisputeOutcome(_Object):
    """How a dispute ended."""

    outcome_code: str = ""


SELLER_KEEPS = frozenset(("RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED"))
"""Outcomes after which the money is the merchant's; after all others it is not, or nobody can say."""


class Dispute(_Object):
    """A payer wants money back, and PayPal or the bank decides.

    Attributes:
        status: OPEN, WAITING_FOR_BUYER_RESPONSE, WAITING_FOR_SELLER_RESPONSE, UNDER_REVIEW, RESOLVED or OTHER.
        seller_response_due_date: when a missing answer loses it.
        dispute_outcome: of a dispute that was got by its id; lists leave it out.
    """

    dispute_id: str
    reason: str = ""
    status: str = ""
    dispute_amount: Amount | None = None
    disputed_transactions: tuple[DisputedTransaction, ...] = ()
    dispute_outcome: DisputeOutcome = DisputeOutcome()
    dispute_life_cycle_stage: str = ""
    seller_response_due_date: datetime | None = None
    create_time: datetime | None = None
    update_time: datetime | None = None

    @property
    def is_resolved(self) -> bool:
        """Whether it has ended."""
        return self.status == "RESOLVED"

    @property
    def is_won(self) -> bool:
        """Whether it has ended in the merchant's favour."""
        return self.is_resolved and self.dispute_outcome.outcome_code in SELLER_KEEPS


class DisputePage(_Object):
    """One page of disputes."""

    items: tuple[Dispute, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def next_page_token(self) -> str | None:
        """What asks for the next page, None on the last one."""
        # Only the token is taken: the address of a link could lead anywhere.
        addresses = (link.href for link in self.links if link.rel == "next")
        tokens = (parse_qs(urlsplit(address).query).get("next_page_token") for address in addresses)
        return next((token[0] for token in tokens if token), None)


class Answered(_Object):
    """PayPal took what was said on a dispute; get the dispute to see what follows."""

    links: tuple[Link, ...] = ()


class EventType(_Object):
    """A kind of event that can be subscribed to; "*" is every kind."""

    name: str
    description: str = ""


class Webhook(_Object):
    """An address that PayPal sends an app's events to.

    Attributes:
        id: belongs into `PAYPAL_…_WEBHOOK_ID`: signatures are made over it.
    """

    id: str
    url: str
    event_types: tuple[EventType, ...] = ()


class WebhookList(_Object):
    """All webhooks of the app."""

    webhooks: tuple[Webhook, ...] = ()


class EventTypeList(_Object):
    """Kinds of events."""

    event_types: tuple[EventType, ...] = ()


class NotificationEvent(_Object):
    """An event as PayPal keeps it.

    Attributes:
        resource: what it is about, as it was then.
    """

    id: str
    event_type: str = ""
    resource_type: str = ""
    create_time: datetime | None = None
    summary: str = ""
    resource: Mapping[str, Any] = Field(default={}, repr=False)


class EventPage(_Object):
    """The newest events that match."""

    events: tuple[NotificationEvent, ...] = ()
    count: int = 0


class Verification(_Object):
    """What PayPal says of a delivery."""

    verification_status: str

    @property
    def is_genuine(self) -> bool:
        """Whether PayPal sent it."""
        return self.verification_status == "SUCCESS"


ORDER = from_json(Order)
CAPTURE = from_json(Capture)
REFUND = from_json(Refund)
AUTHORIZATION = from_json(Authorization)
DISPUTE = from_json(Dispute)
DISPUTE_PAGE = from_json(DisputePage)
ANSWERED = from_json(Answered)
WEBHOOK = from_json(Webhook)
WEBHOOK_LIST = from_json(WebhookList)
EVENT_TYPE_LIST = from_json(EventTypeList)
EVENT = from_json(NotificationEvent)
EVENT_PAGE = from_json(EventPage)
VERIFICATION = from_json(Verification)
