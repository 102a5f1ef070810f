"""PayPal's calls about disputes, described once."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from ace_integrations.core import Call, HttpCall, ServiceOperations, operation
from ace_integrations.core.http_call import File
from ace_integrations.payments.money import Money
from ace_integrations.payments.paypal.currencies import to_text
from ace_integrations.payments.paypal.models import (
    ANSWERED,
    DISPUTE,
    DISPUTE_PAGE,
    Answered,
    Dispute,
    DisputePage,
)
from ace_integrations.payments.paypal.service import SERVICE


class Evidence(BaseModel):
    """One piece of evidence for the merchant.

    Attributes:
        evidence_type: as in PROOF_OF_FULFILLMENT, PROOF_OF_REFUND or OTHER; the dispute says what is asked for.
        evidence_info: what that type needs, as in {"refund_ids": [{"refund_id": "1JU08902781691411"}]}.
    """

    model_config = ConfigDict(frozen=True)

    evidence_type: str
    notes: str = Field(default="", max_length=2000)
    evidence_info: Mapping[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        """Give what is sent."""
        return self.model_dump(exclude_defaults=True)


class DisputeOperations(ServiceOperations):
    """Describe PayPal's calls about disputes. What may be answered now is in the dispute's `links`."""

    service = SERVICE

    @operation
    def list_disputes(
        self,
        *,
        disputed_transaction_id: str | None = None,
        dispute_state: str | None = None,
        start_time: str | None = None,
        page_size: int = 50,
        next_page_token: str | None = None,
    ) -> Call[DisputePage]:
        """Get one page of disputes, without their outcomes; `iterate_disputes` turns the pages.

        Args:
            disputed_transaction_id: the id of a capture.
            dispute_state: REQUIRED_ACTION for those that wait for the merchant, RESOLVED, …
            start_time: since when, as in 2026-11-01T00:00:00.000Z; not together with a transaction.
            page_size: at most 50.

        Raises:
            PermissionDeniedError: the app may not read disputes.

        Source: paypal.md §3.6
        """
        query = {
            "disputed_transaction_id": disputed_transaction_id,
            "dispute_state": dispute_state,
            "start_time": start_time,
            "page_size": str(page_size),
            "next_page_token": next_page_token,
        }
        return HttpCall("GET", "/v1/customer/disputes", DISPUTE_PAGE, query=query)

    @operation
    def get_dispute(self, *, dispute_id: str) -> Call[Dispute]:
        """Get a dispute with its outcome.

        Source: paypal.md §3.6
        """
        return HttpCall("GET", "/v1/customer/disputes/{dispute_id}", DISPUTE, path_params={"dispute_id": dispute_id})

    @operation
    def accept_claim(
        self, *, dispute_id: str, note: str, accept_claim_type: str = "REFUND", refund_amount: Money | None = None
    ) -> Call[Answered]:
        """Let the payer win: PayPal refunds, and the dispute closes in the payer's favour.

        Args:
            accept_claim_type: REFUND, or PARTIAL_REFUND with an amount.

        Source: paypal.md §3.6
        """
        body = {"note": note, "accept_claim_type": accept_claim_type, **_money("refund_amount", refund_amount)}
        return _act("accept-claim", dispute_id, body)

    @operation
    def provide_evidence(
        self, *, dispute_id: str, evidences: Sequence[Evidence], files: Sequence[File] = ()
    ) -> Call[Answered]:
        """Say why the money is the merchant's, while the dispute is WAITING_FOR_SELLER_RESPONSE.

        Args:
            files: name, content and media type of each document.

        Source: paypal.md §3.6
        """
        body = {"evidences": [each.as_json() for each in evidences]}
        return _act("provide-evidence", dispute_id, body, files)

    @operation
    def appeal(self, *, dispute_id: str, evidences: Sequence[Evidence], files: Sequence[File] = ()) -> Call[Answered]:
        """Ask for a lost dispute to be decided again, with new evidence.

        Source: paypal.md §3.6
        """
        return _act("appeal", dispute_id, {"evidences": [each.as_json() for each in evidences]}, files)

    @operation
    def make_offer(
        self, *, dispute_id: str, note: str, offer_type: str, offer_amount: Money | None = None
    ) -> Call[Answered]:
        """Offer the payer a way to agree, during an inquiry.

        Args:
            offer_type: REFUND, REFUND_WITH_RETURN or REFUND_WITH_REPLACEMENT.

        Source: paypal.md §3.6
        """
        body = {"note": note, "offer_type": offer_type, **_money("offer_amount", offer_amount)}
        return _act("make-offer", dispute_id, body)

    @operation
    def send_message(self, *, dispute_id: str, message: str) -> Call[Answered]:
        """Write to the payer, during an inquiry.

        Source: paypal.md §3.6
        """
        return _act("send-message", dispute_id, {"message": message})

    @operation
    def escalate_dispute(self, *, dispute_id: str, note: str) -> Call[Answered]:
        """Turn an inquiry into a claim that PayPal decides.

        Source: paypal.md §3.6
        """
        return _act("escalate", dispute_id, {"note": note})

    @operation
    def adjudicate_dispute(self, *, dispute_id: str, outcome: Literal["BUYER_FAVOR", "SELLER_FAVOR"]) -> Call[Answered]:
        """Decide a dispute as PayPal would, in a sandbox only.

        Source: paypal.md §3.6
        """
        return _act("adjudicate", dispute_id, {"adjudication_outcome": outcome})


def _act(what: str, dispute_id: str, body: dict[str, Any], files: Sequence[File] = ()) -> Call[Answered]:
    path = f"/v1/customer/disputes/{{dispute_id}}/{what}"
    path_params = {"dispute_id": dispute_id}
    if not files:
        return HttpCall("POST", path, ANSWERED, path_params=path_params, json=body)
    parts = [("input", ("input.json", to_json(body), "application/json"))]
    parts += [(f"file{number}", file) for number, file in enumerate(files, 1)]
    return HttpCall("POST", path, ANSWERED, path_params=path_params, files=parts)


def _money(name: str, money: Money | None) -> dict[str, Any]:
    return {} if money is None else {name: {"currency_code": money.currency, "value": to_text(money)}}
