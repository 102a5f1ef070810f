"""What Stripe's twin holds and how it changes: PaymentIntents, charges, refunds, disputes. No HTTP here."""

import copy
import math
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from ace_integrations.payments.stripe.sandbox import objects
from ace_integrations.payments.stripe.sandbox.cards import BY_NAME, MESSAGES, Card, refusal
from ace_integrations.payments.stripe.sandbox.http import Json, RefusedError, metadata_of, missing, no_such, whole

Emit = Callable[[str, Json, Json | None], None]
Later = Callable[[float, Callable[[], None]], None]

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "confirm": frozenset({"requires_payment_method", "requires_confirmation", "requires_action"}),
    "capture": frozenset({"requires_capture"}),
    "cancel": frozenset(
        {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"}
    ),
    "update": frozenset({"requires_payment_method", "requires_confirmation", "requires_action"}),
    "process": frozenset({"requires_payment_method", "requires_confirmation"}),
    "settle": frozenset({"processing"}),
}
"""From which statuses of a PaymentIntent each step is possible."""

LARGEST = 99_999_999
USD_TO_EGP = 50.0
MINIMA = {"usd": 50, "eur": 50, "gbp": 30, "egp": math.ceil(0.50 * USD_TO_EGP * 100)}

PENDING_REFUND_S, FAILING_REFUND_S = 600.0, 3600.0
"""Seconds of the sandbox's clock until a pending refund succeeds, and until a failing one fails."""

WON, LOST = "winning_evidence", "losing_evidence"
_AUTHENTICATION_FAILED = {
    "code": "payment_intent_authentication_failure",
    "message": "We are unable to authenticate your payment method. Please choose a different payment method.",
    "type": "invalid_request_error",
}


class Books:
    """The account.

    Args:
        emit: is told of each event: its type, the object, what it was before.
        later: runs something after some seconds of the sandbox's clock.
        url: where the twin's pages are.
        hide: keeps a secret out of the journal.
    """

    def __init__(
        self, *, now: Callable[[], int], emit: Emit, later: Later, url: str, hide: Callable[[str], None]
    ) -> None:
        self._now = now
        self._emit = emit
        self._later = later
        self._url = url
        self._hide = hide
        self.intents: dict[str, Json] = {}
        self.charges: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.disputes: dict[str, Json] = {}
        self.methods: dict[str, Json] = {}
        self.transactions: dict[str, Json] = {}
        self.authentications: dict[str, Json] = {}
        self._cards: dict[str, Card] = {}

    def intent(self, intent_id: str) -> Json:
        """Give a PaymentIntent."""
        if intent_id not in self.intents:
            raise no_such("payment_intent", intent_id, param="intent")
        return self.intents[intent_id]

    def create(self, params: Mapping[str, Any]) -> Json:
        """Make a PaymentIntent."""
        amount = self._amount(params)
        intent = objects.intent(params, amount=amount, metadata=metadata_of(params), now=self._now())
        self._hide(intent["client_secret"])
        self.intents[intent["id"]] = intent
        if method := params.get("payment_method"):
            intent["payment_method"] = self.method(str(method))["id"]
            intent["status"] = "requires_confirmation"
        self._emit("payment_intent.created", intent, None)
        return intent

    def update(self, intent: Json, params: Mapping[str, Any]) -> Json:
        """Change a PaymentIntent that nobody paid yet."""
        if {"amount", "currency", "payment_method"} & set(params):
            self._require(intent, "update")
        if "amount" in params or "currency" in params:
            whole_params = {"amount": intent["amount"], "currency": intent["currency"], **params}
            intent["amount"] = self._amount(whole_params)
            intent["currency"] = str(whole_params["currency"]).lower()
        if method := params.get("payment_method"):
            intent["payment_method"] = self.method(str(method))["id"]
            intent["status"] = "requires_confirmation"
        for name in ("description", "receipt_email"):
            if name in params:
                intent[name] = params[name] or None
        intent["metadata"] = metadata_of(params, intent["metadata"])
        return intent

    def confirm(
        self, intent: Json, *, method: str | None, return_url: str | None, off_session: bool, by_script: bool
    ) -> Json:
        """Try to pay.

        Args:
            by_script: the browser's script shows 3-D Secure itself.
        """
        self._require(intent, "confirm")
        chosen = method or intent["payment_method"]
        if not chosen:
            raise RefusedError(
                400,
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
                code="payment_intent_unexpected_state",
                payment_intent=copy.deepcopy(intent),
                is_kept=True,
            )
        held = self.method(str(chosen))
        automatic: Json = intent["automatic_payment_methods"] or {}
        redirects = automatic.get("enabled") and automatic.get("allow_redirects") == "always"
        if redirects and not (return_url or by_script):
            raise RefusedError(
                400, "A return_url is needed: this PaymentIntent accepts methods that redirect.", param="return_url"
            )
        intent |= {"payment_method": held["id"], "last_payment_error": None, "next_action": None}
        card = self._cards[held["id"]]
        if card.authenticates and off_session:
            error = {"code": "authentication_required", "decline_code": "authentication_required"}
            raise self._decline(intent, held, {**refusal(card), **error, "message": MESSAGES[error["code"]]})
        if card.authenticates:
            return self._ask_authentication(intent, return_url=return_url, by_script=by_script)
        return self._pay(intent, held, card)

    def authenticate(self, token: str, *, passed: bool) -> Json:
        """Take the payer's answer to 3-D Secure; a token is good once."""
        intent = self.intents[self.authentications.pop(token)["intent"]]
        self._require(intent, "confirm")
        held = self.methods[intent["payment_method"]]
        intent["next_action"] = None
        if not passed:
            error = {**_AUTHENTICATION_FAILED, "payment_method": copy.deepcopy(held)}
            intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error}
            self._emit("payment_intent.payment_failed", intent, None)
            return intent
        try:
            return self._pay(intent, held, self._cards[held["id"]])
        except RefusedError:
            return intent

    def capture(self, intent: Json, params: Mapping[str, Any]) -> Json:
        """Take what is reserved, or a part of it."""
        self._require(intent, "capture")
        amount = whole(params, "amount_to_capture", intent["amount_capturable"])
        if not 0 < amount <= intent["amount_capturable"]:
            raise RefusedError(
                400,
                "The remaining amount on this PaymentIntent is less than the amount you are trying to capture.",
                code="amount_too_large",
                param="amount_to_capture",
                is_kept=True,
            )
        charge = self.charges[intent["latest_charge"]]
        charge |= {"captured": True, "amount_captured": amount}
        self._settle_charge(charge, amount)
        intent |= {"amount_capturable": 0, "amount_received": amount, "status": "succeeded"}
        self._emit("charge.captured", charge, None)
        self._emit("payment_intent.succeeded", intent, None)
        return intent

    def cancel(self, intent: Json, reason: str | None) -> Json:
        """End a PaymentIntent."""
        self._require(intent, "cancel")
        intent |= {
            "status": "canceled",
            "canceled_at": self._now(),
            "cancellation_reason": reason,
            "amount_capturable": 0,
            "next_action": None,
        }
        self._emit("payment_intent.canceled", intent, None)
        return intent

    def process(self, intent: Json) -> Json:
        """Begin a payment by a slow method, which `settle` ends."""
        self._require(intent, "process")
        intent |= {"status": "processing", "payment_method": self.method("pm_card_visa")["id"]}
        self._emit("payment_intent.processing", intent, None)
        return intent

    def settle(self, intent: Json, *, paid: bool) -> Json:
        """End a payment by a slow method."""
        self._require(intent, "settle")
        held = self.methods[intent["payment_method"]]
        card = BY_NAME["pm_card_visa" if paid else "pm_card_chargeDeclined"]
        try:
            return self._pay(intent, held, card)
        except RefusedError:
            return intent

    def method(self, method_id: str) -> Json:
        """Give a payment method; a ready-made name of a test card gives a new one."""
        if method_id in BY_NAME:
            return self.add_method(BY_NAME[method_id])
        if method_id not in self.methods:
            raise no_such("PaymentMethod", method_id, param="payment_method")
        return self.methods[method_id]

    def add_method(self, card: Card, billing: Mapping[str, Any] | None = None) -> Json:
        """Keep a test card."""
        held = objects.payment_method(card, now=self._now(), billing=billing)
        self.methods[held["id"]] = held
        self._cards[held["id"]] = card
        return held

    def refund(self, params: Mapping[str, Any]) -> Json:
        """Send money of a charge back."""
        charge = self._charge_to_refund(params)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = whole(params, "amount", left)
        self._check_refund(charge, amount, left)
        refund = objects.refund(charge, params, amount=amount, metadata=metadata_of(params), now=self._now())
        self.refunds[refund["id"]] = refund
        self._give_back(charge, amount)
        booked = objects.transaction(refund, amount=-amount, kind="refund", now=self._now())
        self.transactions[booked["id"]] = booked
        refund["balance_transaction"] = booked["id"]
        ending = self._cards[charge["payment_method"]].refund
        if ending == "pending":
            refund["status"] = "pending"
            self._later(PENDING_REFUND_S, lambda: self.finish_refund(refund, "succeeded"))
        elif ending == "failed":
            self._later(FAILING_REFUND_S, lambda: self.finish_refund(refund, "failed"))
        self._emit("refund.created", refund, None)
        self._emit("charge.refunded", charge, None)
        return refund

    def finish_refund(self, refund: Json, status: str) -> None:
        """Let a refund succeed or fail in the end."""
        if refund["status"] == status or refund["status"] in ("failed", "canceled"):
            return
        previous = {"status": refund["status"]}
        refund["status"] = status
        if status == "failed":
            refund["failure_reason"] = "expired_or_canceled_card"
            self._give_back(self.charges[refund["charge"]], -refund["amount"])
        self._emit("refund.failed" if status == "failed" else "refund.updated", refund, previous)

    def open_dispute(self, charge: Json, *, reason: str, inquiry: bool = False) -> Json:
        """Let the payer's bank ask for the money."""
        dispute = objects.dispute(charge, reason=reason, inquiry=inquiry, now=self._now())
        self.disputes[dispute["id"]] = dispute
        charge["disputed"] = True
        self._emit("charge.dispute.created", dispute, None)
        if not inquiry:
            self._emit("charge.dispute.funds_withdrawn", dispute, None)
        return dispute

    def answer_dispute(self, dispute: Json, evidence: Mapping[str, Any], *, submit: bool) -> Json:
        """Take evidence; two magic texts settle the dispute at once."""
        self._require_open(dispute)
        unknown = sorted(set(evidence) - set(objects.EVIDENCE))
        if unknown:
            raise RefusedError(
                400, f"Received unknown parameter: evidence[{unknown[0]}]", code="parameter_unknown", param="evidence"
            )
        dispute["evidence"] |= evidence
        dispute["evidence_details"] |= {"has_evidence": bool(evidence)}
        if not submit or not evidence:
            return dispute
        dispute["evidence_details"]["submission_count"] += 1
        warned = dispute["status"].startswith("warning_")
        dispute["status"] = "warning_under_review" if warned else "under_review"
        self._emit("charge.dispute.updated", dispute, None)
        if evidence.get("uncategorized_text") in (WON, LOST):
            self.close_dispute(dispute, won=evidence["uncategorized_text"] == WON)
        return dispute

    def close_dispute(self, dispute: Json, *, won: bool) -> Json:
        """End a dispute."""
        self._require_open(dispute)
        inquiry = dispute["status"].startswith("warning_")
        dispute["status"] = "warning_closed" if inquiry and won else "won" if won else "lost"
        self._emit("charge.dispute.closed", dispute, None)
        if won and not inquiry:
            self._emit("charge.dispute.funds_reinstated", dispute, None)
        return dispute

    def _amount(self, params: Mapping[str, Any]) -> int:
        amount = whole(params, "amount")
        currency = str(params.get("currency") or "").lower()
        if not currency:
            raise missing("currency")
        if len(currency) != 3 or not currency.isalpha():
            raise RefusedError(400, f"Invalid currency: {currency}", param="currency")
        if amount < 1:
            raise RefusedError(
                400,
                "This value must be greater than or equal to 1.",
                code="parameter_invalid_integer",
                param="amount",
            )
        if amount < MINIMA.get(currency, 1):
            raise RefusedError(
                400,
                f"Amount must convert to at least 50 cents. {amount} {currency} is too small.",
                code="amount_too_small",
                param="amount",
            )
        if amount > LARGEST:
            raise RefusedError(400, "Amount must be no more than 99999999.", code="amount_too_large", param="amount")
        return amount

    def _require(self, intent: Json, step: str) -> None:
        if intent["status"] in TRANSITIONS[step]:
            return
        raise RefusedError(
            400,
            f"You cannot {step} this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=copy.deepcopy(intent),
            is_kept=True,
        )

    def _require_open(self, dispute: Json) -> None:
        if dispute["status"] in ("won", "lost", "warning_closed", "prevented"):
            raise RefusedError(400, "This dispute is already closed.", is_kept=True)

    def _ask_authentication(self, intent: Json, *, return_url: str | None, by_script: bool) -> Json:
        token = secrets.token_urlsafe(18)
        self._hide(token)
        self.authentications[token] = {"intent": intent["id"], "return_url": None if by_script else return_url}
        url = f"{self._url}/authenticate/{token}"
        action: Json = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
        if return_url and not by_script:
            action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
        intent |= {"status": "requires_action", "next_action": action}
        self._emit("payment_intent.requires_action", intent, None)
        return intent

    def _pay(self, intent: Json, held: Json, card: Card) -> Json:
        if card.code:
            raise self._decline(intent, held, refusal(card))
        manual = intent["capture_method"] == "manual"
        charge = objects.charge(intent, held, captured=not manual, error=None, now=self._now())
        self.charges[charge["id"]] = charge
        intent |= {"latest_charge": charge["id"], "last_payment_error": None, "next_action": None}
        self._emit("charge.succeeded", charge, None)
        if manual:
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            self._emit("payment_intent.amount_capturable_updated", intent, None)
            return intent
        self._settle_charge(charge, intent["amount"])
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        if card.dispute:
            self.open_dispute(charge, reason=card.dispute, inquiry=card.inquiry)
        self._emit("payment_intent.succeeded", intent, None)
        return intent

    def _decline(self, intent: Json, held: Json, error: Json) -> RefusedError:
        """Write a refused try down, and give the error that says so."""
        charge = objects.charge(intent, held, captured=False, error=error, now=self._now())
        self.charges[charge["id"]] = charge
        told = {**error, "charge": charge["id"], "payment_method": copy.deepcopy(held)}
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "latest_charge": charge["id"],
            "last_payment_error": told,
        }
        self._emit("charge.failed", charge, None)
        self._emit("payment_intent.payment_failed", intent, None)
        more = {name: value for name, value in told.items() if name != "message"}
        return RefusedError(402, str(told["message"]), is_kept=True, **more, payment_intent=copy.deepcopy(intent))

    def _settle_charge(self, charge: Json, amount: int) -> None:
        booked = objects.transaction(charge, amount=amount, kind="charge", now=self._now())
        self.transactions[booked["id"]] = booked
        charge["balance_transaction"] = booked["id"]

    def _give_back(self, charge: Json, amount: int) -> None:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"] > 0

    def _charge_to_refund(self, params: Mapping[str, Any]) -> Json:
        if "charge" in params:
            if params["charge"] not in self.charges:
                raise no_such("charge", str(params["charge"]), param="charge")
            return self.charges[str(params["charge"])]
        if "payment_intent" not in params:
            raise RefusedError(400, "One of the following params should be provided: charge or payment_intent.")
        intent_id = str(params["payment_intent"])
        if intent_id not in self.intents:
            raise no_such("payment_intent", intent_id, param="payment_intent")
        latest = self.intents[intent_id]["latest_charge"]
        if latest is None:
            raise RefusedError(400, "This PaymentIntent does not have a successful charge to refund.", is_kept=True)
        return self.charges[latest]

    def _check_refund(self, charge: Json, amount: int, left: int) -> None:
        open_disputes = (each for each in self.disputes.values() if each["charge"] == charge["id"])
        if charge["status"] != "succeeded" or not charge["captured"]:
            raise RefusedError(400, "This PaymentIntent does not have a successful charge to refund.", is_kept=True)
        if any(each["status"] in ("needs_response", "under_review", "lost") for each in open_disputes):
            raise RefusedError(400, f"Charge {charge['id']} has been disputed.", code="charge_disputed", is_kept=True)
        if charge["refunded"]:
            raise RefusedError(
                400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", is_kept=True
            )
        if not 0 < amount <= left:
            raise RefusedError(
                400,
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
                param="amount",
                is_kept=True,
            )
