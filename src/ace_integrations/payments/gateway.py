"""What a payment gateway does for a platform, in neutral words, and what a plugin implements."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr

from ace_integrations.core.call import Call
from ace_integrations.payments.fees import FeeRules
from ace_integrations.payments.money import Money


class PaymentStatus(StrEnum):
    """Where a payment is at its gateway. Only `PAID` is money."""

    PENDING = "pending"
    """The payer has not paid yet, or a try failed and another is possible."""
    ACTION_REQUIRED = "action_required"
    """The payer must do something more (3-D Secure, approval)."""
    APPROVED = "approved"
    """The payer agreed at the gateway and no money moved: capture it, or it lapses."""
    PROCESSING = "processing"
    """Under way at the bank; it may still fail."""
    AUTHORISED = "authorised"
    """Reserved, not taken: capture it or let it lapse."""
    PAID = "paid"
    CANCELED = "canceled"


class PaymentOrder(BaseModel):
    """What a platform wants to be paid.

    Attributes:
        reference: our own id of the payment; comes back in every report, so it must never be reused.
        attempt: counts new tries after a decline; with the reference it makes the idempotency key.
        description: what the payer reads.
        metadata: further ids of ours (course, user): no personal data, no secrets.
        return_url: where the payer's browser comes back to, for gateways that need it.
        cancel_url: where it comes back to when the payer thinks better of it.
        locale: the payer's language, as in "ar-EG" or "en", for the gateway's own pages.
    """

    model_config = ConfigDict(frozen=True)

    reference: str
    amount: Money
    attempt: int = 1
    description: str = ""
    metadata: Mapping[str, str] = {}
    return_url: str | None = None
    cancel_url: str | None = None
    locale: str | None = None
    capture: bool = True

    def idempotency_key(self, operation: str) -> str:
        """Give the key of one operation on one attempt: the same at every repeat, another for a new attempt."""
        return f"ace:{operation}:{self.reference}:{self.attempt}"


class Started(BaseModel):
    """A gateway is ready to be paid.

    Attributes:
        gateway_id: the gateway's id; store it with the payment, and accept reports of no other.
        live: real money; reports of the other mode are refused later.
        client_secret: for the payer's browser only: never stored, never logged.
        approval_url: where the payer approves, for gateways that work by redirect.
        payee: the account that must get the money, "" where the gateway's key already says it.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    gateway_id: str
    status: PaymentStatus
    live: bool
    client_secret: SecretStr | None = None
    approval_url: str | None = None
    payee: str = ""


class GatewayReport(BaseModel):
    """What a gateway says about one payment, asked by us; the only thing that money is granted on.

    Attributes:
        reference: our own id as the gateway holds it, "" when it holds none.
        amount: what was asked for.
        received: what was taken so far, refunds not deducted.
        refunded: what went back, succeeded refunds only.
        live: real money; must equal the mode that the payment was started in.
        payee: the account that got the money, "" where the key already says it.
        decline_code: why the last try failed, "" when none did.
        disputed: the payer's bank took it back, or may.
        refunds_failed: refunds that did not go through, those included that had succeeded first; None is none.
        disputes_closed: disputes that ended in our favour.
        capture: whether the gateway takes the money as soon as the payer agrees; False where it reserves it first.
        capture_id: the gateway's id of the movement of money, "" before there is one; no two payments share one.
        oddity: what in the gateway's own answer no payment of ours can have (two captures), "" when there is nothing.
        fee: what the gateway kept, in the currency it keeps accounts in; None while it does not say.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    gateway_id: str
    reference: str
    status: PaymentStatus
    amount: Money
    received: Money
    refunded: Money
    live: bool
    payee: str = ""
    decline_code: str = ""
    disputed: bool = False
    refunds_failed: Money | None = None
    disputes_closed: int = 0
    capture: bool = True
    capture_id: str = ""
    oddity: str = ""
    fee: Money | None = None


class RefundStatus(StrEnum):
    """Where a refund is. Even `SUCCEEDED` can still fail days later."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class RefundReport(BaseModel):
    """What a gateway says about one refund."""

    model_config = ConfigDict(frozen=True)

    gateway: str
    refund_id: str
    gateway_id: str
    amount: Money
    status: RefundStatus


class DisputeState(StrEnum):
    """Where a dispute is."""

    OPEN = "open"
    WON = "won"
    """It ended and the money is ours."""
    LOST = "lost"


class DisputeReport(BaseModel):
    """What a gateway says about one dispute.

    Attributes:
        amount: what the payer asks back.
        reason: the gateway's own word for it.
        answer_by: until when to answer, None when there is nothing to answer.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    dispute_id: str
    gateway_id: str
    amount: Money
    state: DisputeState
    reason: str = ""
    answer_by: AwareDatetime | None = None


class PaymentHint(BaseModel):
    """A webhook said that a payment changed: the neutral meaning of the provider's event.

    A hint and no proof: ask the gateway for a report and decide on that.

    Attributes:
        gateway_id: which payment, "" when the event does not say.
        reference: our own id as the event holds it, "" when it holds none.
        what: "payment.succeeded", "payment.attempt_failed", "refund.updated", "dispute.opened", …
        capture_id: the gateway's id of the movement of money, where the event tells that and no more; "" else.
    """

    model_config = ConfigDict(frozen=True)

    gateway: str
    gateway_id: str
    reference: str
    what: str
    live: bool
    capture_id: str = ""


class PaymentGateway(Protocol):
    """What a plugin for payments implements, once for both colours."""

    def takes(self, currency: str) -> bool:
        """Say whether it can be asked for this currency; another one needs a quote first."""
        ...

    def start(self, order: PaymentOrder) -> Call[Started]:
        """Ask to be paid. Repeated with the same order and attempt it gives the same payment."""
        ...

    def report(self, *, gateway_id: str) -> Call[GatewayReport]:
        """Ask the gateway where a payment is."""
        ...

    def find(self, *, reference: str) -> Call[tuple[GatewayReport, ...]]:
        """Look payments up by our own id; may lag behind writes by a minute."""
        ...

    def capture(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        """Take what was authorised."""
        ...

    def cancel(self, *, gateway_id: str, idempotency_key: str) -> Call[GatewayReport]:
        """End a payment that nobody made."""
        ...

    def refund(self, *, gateway_id: str, amount: Money | None, idempotency_key: str) -> Call[RefundReport]:
        """Send money back; None is all that is left."""
        ...

    def disputes(self, *, gateway_id: str) -> Call[tuple[DisputeReport, ...]]:
        """List the disputes of one payment, newest first."""
        ...

    def paid_since(self, since: datetime) -> Call[tuple[str, ...]]:
        """Give the ids of the payments that were paid since, as far back as the gateway remembers."""
        ...

    def fees(self) -> FeeRules | None:
        """Give the rules that a fee is estimated by; None where nothing is known of them."""
        ...

    def browser_config(self) -> Mapping[str, str]:
        """Give what the payer's browser may know: publishable keys, script addresses."""
        ...
