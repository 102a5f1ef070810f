"""Disputes on the twin: what a buyer claims, what either side can do, how it ends. No HTTP here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ace_integrations.payments.paypal.sandbox import amounts
from ace_integrations.payments.paypal.sandbox.http import Json, as_list, as_object, no_such, refusal
from ace_integrations.payments.paypal.sandbox.objects import MERCHANT_EMAIL, MERCHANT_ID, link, moment, new_id
from ace_integrations.payments.paypal.sandbox.payments import CLEARED, DAY_S, Emit, Payments
from ace_integrations.payments.paypal.sandbox.validation import check_money

REASONS = (
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED",
    "UNAUTHORISED",
    "CREDIT_NOT_PROCESSED",
    "DUPLICATE_TRANSACTION",
    "INCORRECT_AMOUNT",
    "PAYMENT_BY_OTHER_MEANS",
    "CANCELED_RECURRING_BILLING",
    "PROBLEM_WITH_REMITTANCE",
    "OTHER",
)
OUTCOMES = (
    "RESOLVED_BUYER_FAVOUR",
    "RESOLVED_SELLER_FAVOUR",
    "RESOLVED_WITH_PAYOUT",
    "CANCELED_BY_BUYER",
    "ACCEPTED",
    "DENIED",
    "NONE",
)
LOST = frozenset(("RESOLVED_BUYER_FAVOUR", "ACCEPTED"))
"""Outcomes that cost the merchant the money; with RESOLVED_WITH_PAYOUT PayPal pays the buyer itself."""

STAGES = ("INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION")
SELLER_HAS_S = 10 * DAY_S

APPEALED = STAGES[2]
_WAITS, _BUYER_WAITS, _REVIEW = "WAITING_FOR_SELLER_RESPONSE", "WAITING_FOR_BUYER_RESPONSE", "UNDER_REVIEW"


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that can be done: from which statuses, and to which status and stage it leads."""

    froms: frozenset[str]
    status: str
    stage: str = ""


STEPS: Mapping[str, _Step] = {
    "provide-evidence": _Step(frozenset(("OPEN", _WAITS)), _REVIEW),
    "make-offer": _Step(frozenset(("OPEN", _WAITS)), _BUYER_WAITS),
    "send-message": _Step(frozenset(("OPEN",)), "OPEN"),
    "escalate": _Step(frozenset(("OPEN", _BUYER_WAITS)), _REVIEW, "CHARGEBACK"),
    "appeal": _Step(frozenset(("RESOLVED",)), _REVIEW, APPEALED),
    "require-evidence": _Step(frozenset((_REVIEW,)), _WAITS),
    "accept-claim": _Step(frozenset(("OPEN", _WAITS, _BUYER_WAITS, _REVIEW)), "RESOLVED"),
    "adjudicate": _Step(frozenset((_REVIEW,)), "RESOLVED"),
    "close": _Step(frozenset(("OPEN", _WAITS, _BUYER_WAITS, _REVIEW)), "RESOLVED"),
}
_VERDICTS = {"BUYER_FAVOR": "RESOLVED_BUYER_FAVOUR", "SELLER_FAVOR": "RESOLVED_SELLER_FAVOUR"}
OFFERS = ("REFUND", "REFUND_WITH_RETURN", "REFUND_WITH_REPLACEMENT", "REPLACEMENT_WITHOUT_REFUND")
_STATES = {
    "OPEN": "OPEN_INQUIRIES",
    _WAITS: "REQUIRED_ACTION",
    _BUYER_WAITS: "REQUIRED_OTHER_PARTY_ACTION",
    _REVIEW: "UNDER_PAYPAL_REVIEW",
    "RESOLVED": "RESOLVED",
}
"""What a list says of each status."""

_LISTED = (
    "dispute_id",
    "create_time",
    "update_time",
    "reason",
    "status",
    "dispute_amount",
    "dispute_life_cycle_stage",
    "dispute_channel",
    "seller_response_due_date",
)


class Disputes:
    """Every dispute about a capture.

    Args:
        emit: is told of each event.
        url: where the twin is mounted.
    """

    def __init__(self, payments: Payments, *, now: Callable[[], float], emit: Emit, url: str) -> None:
        self._payments = payments
        self._now = now
        self._emit = emit
        self._url = url
        self.all: dict[str, Json] = {}
        self._taken: dict[str, Json] = {}

    def clear(self) -> None:
        """Forget them."""
        self.all.clear()
        self._taken.clear()

    def get(self, dispute_id: str) -> Json:
        """Give a dispute."""
        if dispute_id not in self.all:
            raise no_such("dispute_id", dispute_id)
        return self.all[dispute_id]

    def about(self, capture_id: str) -> list[Json]:
        """Give the disputes about one capture, newest first."""
        return [each for each in reversed(self.all.values()) if _capture_of(each) == capture_id]

    def open(
        self, capture: Json, *, reason: str = REASONS[0], stage: str = STAGES[1], value: Decimal | None = None
    ) -> Json:
        """Let the buyer claim a capture's money, or a part of it.

        Raises:
            RefusedError: the reason or stage is unknown, or the capture is under dispute or has no money to claim.
        """
        if any(each["status"] != "RESOLVED" for each in self.about(capture["id"])):
            raise refusal("TRANSACTION_DISPUTED")
        if reason not in REASONS or stage not in STAGES:
            raise refusal("INVALID_PARAMETER_VALUE", "/reason", reason)
        claimed = self._payments.left(capture) if value is None else value
        if capture["status"] not in CLEARED or not 0 < claimed <= self._payments.left(capture):
            raise refusal("INVALID_PARAMETER_VALUE", "/dispute_amount")
        dispute = self._written(capture, reason, stage, claimed)
        self.all[dispute["dispute_id"]] = dispute
        self._payments.mark_disputed(capture["id"], "open")
        self._emit("CUSTOMER.DISPUTE.CREATED", "dispute", dispute)
        return dispute

    def act(self, dispute: Json, step: str, asked: Json) -> Json:
        """Do one thing of the API.

        Raises:
            RefusedError: the dispute's status does not allow it, or the request misses what it needs.
        """
        self._require(dispute, step)
        if step == "accept-claim":
            return self._accept(dispute, asked)
        if step == "adjudicate":
            verdict = str(asked.get("adjudication_outcome"))
            if verdict not in _VERDICTS:
                raise refusal("INVALID_PARAMETER_VALUE", "/adjudication_outcome", verdict)
            return self.close(dispute, _VERDICTS[verdict])
        if step == "make-offer":
            self._offer(dispute, asked)
        self._add_evidence(dispute, step, asked)
        self._add_message(dispute, step, asked)
        if step == "appeal":
            del dispute["dispute_outcome"]
            self._payments.mark_disputed(_capture_of(dispute), "open")
        status = _BUYER_WAITS if asked.get("action") == "BUYER_EVIDENCE" else STEPS[step].status
        self._move(dispute, status, STEPS[step].stage)
        self._emit("CUSTOMER.DISPUTE.UPDATED", "dispute", dispute)
        return dispute

    def close(self, dispute: Json, outcome: str, value: Decimal | None = None) -> Json:
        """End a dispute; what the buyer wins leaves the merchant's account, and comes back if an appeal is won.

        Args:
            value: what the buyer gets, all that was claimed when not given.
        """
        self._require(dispute, "close")
        if outcome not in OUTCOMES:
            raise refusal("INVALID_PARAMETER_VALUE", "/outcome_code", outcome)
        claimed, lost = dispute["dispute_amount"], outcome in LOST
        paid = (amounts.read(claimed) if value is None else value) if lost else Decimal(0)
        refunded = amounts.written(claimed["currency_code"], paid)
        dispute["dispute_outcome"] = {"outcome_code": outcome, "amount_refunded": refunded}
        self._move(dispute, "RESOLVED")
        self._payments.mark_disputed(_capture_of(dispute), "lost" if lost else "")
        self._settle(dispute, paid)
        self._emit("CUSTOMER.DISPUTE.RESOLVED", "dispute", dispute)
        return dispute

    def listed(self, dispute: Json) -> Json:
        """Write a dispute as a list does."""
        short = {name: dispute[name] for name in _LISTED if name in dispute}
        return {**short, "dispute_state": _STATES[dispute["status"]], "links": dispute["links"][:1]}

    def found(self, *, capture_id: str, states: Iterable[str]) -> list[Json]:
        """Give the disputes that fit, newest first; "" and no states fit all."""
        wanted = frozenset(states)
        return [
            each
            for each in reversed(self.all.values())
            if capture_id in ("", _capture_of(each)) and (not wanted or _STATES[each["status"]] in wanted)
        ]

    def _require(self, dispute: Json, step: str) -> None:
        outcome = dispute.get("dispute_outcome", {}).get("outcome_code")
        final = step == "appeal" and (outcome not in LOST or dispute["dispute_life_cycle_stage"] == APPEALED)
        if dispute["status"] not in STEPS[step].froms or final:
            raise refusal("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", "/status", dispute["status"])

    def _move(self, dispute: Json, status: str, stage: str = "") -> None:
        dispute |= {"status": status, "update_time": moment(self._now())}
        if stage:
            dispute["dispute_life_cycle_stage"] = stage
        dispute.pop("seller_response_due_date", None)
        if status == _WAITS:
            dispute["seller_response_due_date"] = moment(self._now() + SELLER_HAS_S)
        dispute["links"] = self._links(dispute)

    def _settle(self, dispute: Json, paid: Decimal) -> None:
        """Move the money of an outcome."""
        capture = self._payments.capture(_capture_of(dispute))
        taken = self._taken.pop(dispute["dispute_id"], None)
        if taken is not None:
            self._payments.undo(taken)
        if paid and self._payments.left(capture):
            refund = self._payments.give_back(capture, paid, event="PAYMENT.CAPTURE.REVERSED")
            self._taken[dispute["dispute_id"]] = refund

    def _accept(self, dispute: Json, asked: Json) -> Json:
        value = _part_of(dispute, asked, "refund_amount")
        self._add_message(dispute, "accept-claim", asked)
        return self.close(dispute, "RESOLVED_BUYER_FAVOUR", value)

    def _offer(self, dispute: Json, asked: Json) -> None:
        kind = asked.get("offer_type")
        if kind not in OFFERS:
            raise refusal("INVALID_PARAMETER_VALUE", "/offer_type", kind)
        offered = _part_of(dispute, asked, "offer_amount")
        dispute["offer"] = {"offer_type": kind, "buyer_requested_amount": dict(dispute["dispute_amount"])}
        if offered is not None:
            dispute["offer"]["seller_offered_amount"] = asked["offer_amount"]

    def _add_evidence(self, dispute: Json, step: str, asked: Json) -> None:
        given = as_list(asked.get("evidences")) or []
        if step in ("provide-evidence", "appeal") and not given:
            raise refusal("MISSING_REQUIRED_PARAMETER", "/evidences")
        at = {"date": moment(self._now()), "source": "SUBMITTED_BY_SELLER"}
        if given:
            added = [{**(as_object(each) or {}), **at} for each in given]
            dispute["evidences"] = [*dispute.get("evidences", ()), *added]

    def _add_message(self, dispute: Json, step: str, asked: Json) -> None:
        text = asked.get("message") or asked.get("note")
        if step == "send-message" and not text:
            raise refusal("MISSING_REQUIRED_PARAMETER", "/message")
        if text:
            dispute["messages"] = [*dispute.get("messages", ()), self._message(str(text))]

    def _message(self, text: str) -> Json:
        return {"posted_by": "SELLER", "time_posted": moment(self._now()), "content": text[:2000]}

    def _written(self, capture: Json, reason: str, stage: str, claimed: Decimal) -> Json:
        now, currency = self._now(), capture["amount"]["currency_code"]
        transaction: Json = {
            "buyer_transaction_id": new_id(),
            "seller_transaction_id": capture["id"],
            "create_time": capture["create_time"],
            "transaction_status": "COMPLETED",
            "gross_amount": dict(capture["amount"]),
            "seller": {"email": MERCHANT_EMAIL, "merchant_id": MERCHANT_ID, "name": "Example merchant"},
        }
        for name, ours in (("invoice_number", "invoice_id"), ("custom", "custom_id")):
            if ours in capture:
                transaction[name] = capture[ours]
        dispute: Json = {
            "dispute_id": f"PP-R-{new_id()[:3]}-{new_id()[:8]}",
            "create_time": moment(now),
            "update_time": moment(now),
            "disputed_transactions": [transaction],
            "reason": reason,
            "status": "OPEN",
            "dispute_amount": amounts.written(currency, claimed),
            "dispute_life_cycle_stage": stage,
            "dispute_channel": "INTERNAL",
        }
        self._move(dispute, "OPEN" if stage == "INQUIRY" else _WAITS)
        return dispute

    def _links(self, dispute: Json) -> list[Json]:
        place = f"{self._url}/v1/customer/disputes/{dispute['dispute_id']}"
        possible = [step for step in STEPS if step != "close" and dispute["status"] in STEPS[step].froms]
        return [link(place, "self"), *(link(f"{place}/{step}", step.replace("-", "_"), "POST") for step in possible)]


def _capture_of(dispute: Json) -> str:
    return str(dispute["disputed_transactions"][0]["seller_transaction_id"])


def _part_of(dispute: Json, asked: Json, name: str) -> Decimal | None:
    """Give an amount that must be a part of what is claimed; None when the request has none."""
    if asked.get(name) is None:
        return None
    value, claimed = check_money(asked[name], f"/{name}"), dispute["dispute_amount"]
    if asked[name]["currency_code"] != claimed["currency_code"] or value > amounts.read(claimed):
        raise refusal("INVALID_PARAMETER_VALUE", f"/{name}/value", asked[name]["value"])
    return value
