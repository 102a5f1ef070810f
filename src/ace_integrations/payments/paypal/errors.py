"""How PayPal says no, which error each of its answers becomes, and what the payer may read of it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from ace_integrations.core import Problem, Reply
from ace_integrations.errors import (
    ConflictError,
    DeclinedError,
    InProgressError,
    PermissionDeniedError,
    ProviderError,
)
from ace_integrations.payments.paypal.messages import message_key


class BuyerCanRetryError(DeclinedError):
    """PayPal wants the payer again, with another way to pay perhaps; the order stays open."""

    @property
    def redirect(self) -> str:
        """Where to send the payer, "" when PayPal names no address: then to the order's own approval page."""
        return str(self.details.get("redirect", ""))

    @property
    def message_key(self) -> str:
        """Which text the payer may read, as in "payments.paypal.instrument_declined"."""
        return message_key(self.code)


class PaymentRefusedError(DeclinedError):
    """PayPal refused for good: this order is not paid any more; offer another way to pay."""

    @property
    def message_key(self) -> str:
        """Which text the payer may read, as in "payments.paypal.refused"."""
        return message_key(self.code)


class AlreadyDoneError(ConflictError):
    """It was done before, under another key: get the order and compare what it holds."""


class MerchantSetUpError(PermissionDeniedError):
    """The merchant's account does not allow it, whoever pays: the operator must act."""


_CLASSES: Mapping[type[ProviderError], str] = {
    BuyerCanRetryError: (
        "INSTRUMENT_DECLINED PAYER_ACTION_REQUIRED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING ORDER_NOT_APPROVED"
    ),
    AlreadyDoneError: (
        "ORDER_ALREADY_CAPTURED ORDER_ALREADY_COMPLETED ORDER_ALREADY_AUTHORIZED ORDER_COMPLETED_OR_VOIDED "
        "AUTHORIZATION_ALREADY_CAPTURED AUTHORIZATION_VOIDED PREVIOUSLY_CAPTURED PREVIOUSLY_VOIDED"
    ),
    InProgressError: "ORDER_COMPLETION_IN_PROGRESS PREVIOUS_REQUEST_IN_PROGRESS",
    PaymentRefusedError: (
        "TRANSACTION_REFUSED COMPLIANCE_VIOLATION PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED "
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED TRANSACTION_BLOCKED_BY_PAYEE "
        "ORDER_EXPIRED AUTHORIZATION_DENIED AUTHORIZATION_EXPIRED"
    ),
    MerchantSetUpError: (
        "PAYEE_ACCOUNT_RESTRICTED PAYEE_ACCOUNT_INVALID PAYEE_ACCOUNT_NOT_VERIFIED PAYEE_ACCOUNT_LOCKED_OR_CLOSED "
        "PAYEE_BLOCKED_TRANSACTION DUPLICATE_INVOICE_ID TRANSACTION_RECEIVING_LIMIT_EXCEEDED "
        "REFUND_FAILED_INSUFFICIENT_FUNDS"
    ),
    ConflictError: "TRANSACTION_DISPUTED REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK PENDING_CAPTURE",
}
BY_ISSUE: Mapping[str, type[ProviderError]] = {
    issue: kind for kind, issues in _CLASSES.items() for issue in issues.split()
}
"""The error of each issue that is not left to the status: what is our own mistake stays `InvalidRequestError`."""


def read_problem(reply: Reply) -> Problem:
    """Read either shape of PayPal's error answers; a proxy's page has neither."""
    answer = _object_of(reply.body)
    if isinstance(answer.get("error"), str):
        # The shape of the token service and of the gateway before the API.
        return Problem(str(answer.get("error_description") or answer["error"]), code=str(answer["error"]))
    none: dict[str, Any] = {}
    first = next(_objects(answer.get("details")), none)
    issue = str(first.get("issue") or answer.get("name") or "")
    message = str(first.get("description") or answer.get("message") or f"status {reply.status} without a text")
    return Problem(message, code=issue, kind=BY_ISSUE.get(issue), details=dict(_details(answer, first)))


def retry_hint(reply: Reply) -> bool | None:
    """Say whether to repeat: a key whose first request is still running (409) is worth another try."""
    return True if reply.status == 409 and b"PREVIOUS_REQUEST_IN_PROGRESS" in reply.body else None


def _details(answer: Mapping[str, Any], first: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Give what is safe to log: never the refused value, which may be the payer's."""
    for name in ("name", "debug_id"):
        if isinstance(answer.get(name), str):
            yield name, answer[name]
    for name in ("issue", "field", "location"):
        if isinstance(first.get(name), str):
            yield name, first[name]
    issues = [each.get("issue") for each in _objects(answer.get("details"))]
    if len(issues) > 1:
        yield "issues", issues
    redirect = next((link.get("href") for link in _objects(answer.get("links")) if link.get("rel") == "redirect"), None)
    if isinstance(redirect, str):
        yield "redirect", redirect


def _object_of(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}


def _objects(value: object) -> Iterator[dict[str, Any]]:
    for each in cast("list[object]", value) if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield cast("dict[str, Any]", each)
