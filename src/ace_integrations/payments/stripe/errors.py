"""How Stripe says no, and which error each of its answers becomes."""

import json
from typing import Any

from ace_integrations.core import Problem, Reply
from ace_integrations.errors import ConflictError, DeclinedError, ProviderError, RateLimitedError

_MESSAGES = {
    "authentication_required": "authentication_required",
    "card_not_supported": "card_not_supported",
    "card_velocity_exceeded": "limit_exceeded",
    "currency_not_supported": "card_not_supported",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "incorrect_number": "incorrect_number",
    "insufficient_funds": "insufficient_funds",
    "invalid_cvc": "incorrect_cvc",
    "invalid_expiry_month": "expired_card",
    "invalid_expiry_year": "expired_card",
    "processing_error": "processing_error",
    "transaction_not_allowed": "card_not_supported",
    "withdrawal_count_limit_exceeded": "limit_exceeded",
}


class CardDeclinedError(DeclinedError):
    """The issuer refused; the same PaymentIntent can be tried with another card."""

    @property
    def decline_code(self) -> str:
        """The issuer's reason ("insufficient_funds"), or Stripe's own code where the issuer gave none."""
        return str(self.details.get("decline_code") or self.code)

    @property
    def message_key(self) -> str:
        """Which text the payer may read, as in "payments.declined.insufficient_funds".

        A lost, stolen or suspicious card is a plain "payments.declined.generic": the payer may be the thief.
        """
        return f"payments.declined.{_MESSAGES.get(self.decline_code, 'generic')}"


_BY_CODE: dict[str, type[ProviderError]] = {
    "payment_intent_unexpected_state": ConflictError,
    "rate_limit": RateLimitedError,
    "lock_timeout": RateLimitedError,
}
_BY_TYPE: dict[str, type[ProviderError]] = {"card_error": CardDeclinedError, "idempotency_error": ConflictError}
_KEPT = ("type", "param", "decline_code", "advice_code", "network_decline_code", "charge")


def read_problem(reply: Reply) -> Problem:
    """Read Stripe's error answer; only its `type` is certain, and not even that of a proxy's page."""
    error = _error_of(reply.body)
    kind = _BY_TYPE.get(str(error.get("type"))) or _BY_CODE.get(str(error.get("code")))
    details: dict[str, object] = {name: error[name] for name in _KEPT if isinstance(error.get(name), str)}
    intent = error.get("payment_intent")
    if isinstance(intent, dict):
        # Its id and state, not the whole: it holds the payer's client secret.
        details["payment_intent"] = intent.get("id")  # pyright: ignore[reportUnknownMemberType] - JSON
        details["payment_intent_status"] = intent.get("status")  # pyright: ignore[reportUnknownMemberType]
    message = str(error.get("message") or f"status {reply.status} without a text")
    return Problem(message, code=str(error.get("code") or ""), kind=kind, details=details)


def retry_hint(reply: Reply) -> bool | None:
    """Say whether to repeat: Stripe's own word first; else a key in use (409) is worth another try."""
    said = reply.headers.get("stripe-should-retry", "").strip().lower()
    if said in ("true", "false"):
        return said == "true"
    return True if reply.status == 409 else None


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}  # pyright: ignore[reportUnknownVariableType]
