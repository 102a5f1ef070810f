"""Which error each refusal becomes, and what the payer may read of it."""

import re
from typing import Any

import pytest
from tests.unit.payments.paypal.conftest import Service
from tests.unit.payments.paypal.objects import APPROVAL_URL, ORDER_ID, refusal

from ace_integrations.errors import (
    AuthenticationError,
    ConflictError,
    DeclinedError,
    InProgressError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
    UnavailableError,
)
from ace_integrations.payments.paypal import (
    AlreadyDoneError,
    BuyerCanRetryError,
    MerchantSetUpError,
    PaymentRefusedError,
    PayPal,
)
from ace_integrations.payments.paypal.errors import BY_ISSUE
from ace_integrations.payments.paypal.messages import TEXTS, message_key

CAPTURE = f"/v2/checkout/orders/{ORDER_ID}/capture"

TABLE: dict[type[ProviderError], str] = {
    BuyerCanRetryError: (
        "INSTRUMENT_DECLINED PAYER_ACTION_REQUIRED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING ORDER_NOT_APPROVED"
    ),
    AlreadyDoneError: "ORDER_ALREADY_CAPTURED ORDER_ALREADY_COMPLETED ORDER_ALREADY_AUTHORIZED",
    InProgressError: "ORDER_COMPLETION_IN_PROGRESS",
    PaymentRefusedError: (
        "TRANSACTION_REFUSED COMPLIANCE_VIOLATION PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED "
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED TRANSACTION_BLOCKED_BY_PAYEE "
        "ORDER_EXPIRED"
    ),
    MerchantSetUpError: (
        "PAYEE_ACCOUNT_RESTRICTED PAYEE_ACCOUNT_INVALID PAYEE_BLOCKED_TRANSACTION DUPLICATE_INVOICE_ID "
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED"
    ),
    InvalidRequestError: (
        "AMOUNT_MISMATCH DECIMAL_PRECISION DECIMALS_NOT_SUPPORTED CANNOT_BE_ZERO_OR_NEGATIVE INVALID_CURRENCY_CODE "
        "CURRENCY_NOT_SUPPORTED ITEM_TOTAL_MISMATCH MULTI_CURRENCY_ORDER ACTION_DOES_NOT_MATCH_INTENT "
        "CAPTURE_FULLY_REFUNDED REFUND_AMOUNT_EXCEEDED REFUND_AMOUNT_TOO_LOW REFUND_CAPTURE_CURRENCY_MISMATCH "
        "REFUND_TIME_LIMIT_EXCEEDED REFUND_NOT_ALLOWED PARTIAL_REFUND_NOT_ALLOWED MAX_NUMBER_OF_REFUNDS_EXCEEDED "
        "AN_ISSUE_OF_TOMORROW"
    ),
    ConflictError: "PENDING_CAPTURE TRANSACTION_DISPUTED REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK",
}
ISSUES = [(issue, kind) for kind, issues in TABLE.items() for issue in issues.split()]


def refused(paypal: PayPal, service: Service, status: int, body: Any) -> ProviderError:
    service.on(f"POST {CAPTURE}", (status, body))
    with pytest.raises(ProviderError) as raised:
        paypal.capture_order(order_id=ORDER_ID, idempotency_key="capture-7")
    return raised.value


@pytest.mark.parametrize(("issue", "kind"), ISSUES)
def test_every_issue_has_the_class_of_its_remedy(
    paypal: PayPal, service: Service, issue: str, kind: type[ProviderError]
) -> None:
    error = refused(paypal, service, 422, refusal(issue))
    assert type(error) is kind
    assert (error.code, error.request_id, error.status) == (issue, "90957fca61718", 422)
    assert error.message == f"What {issue} means."
    assert len(service.calls) == 1


@pytest.mark.parametrize(
    ("status", "name", "issue", "kind"),
    [
        (400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER", InvalidRequestError),
        (400, "INVALID_REQUEST", "PAYPAL_REQUEST_ID_REQUIRED", InvalidRequestError),
        (401, "AUTHENTICATION_FAILURE", "INVALID_ACCOUNT_STATUS", AuthenticationError),
        (403, "NOT_AUTHORIZED", "PERMISSION_DENIED", PermissionDeniedError),
        (403, "NOT_AUTHORIZED", "PAYEE_ACCOUNT_NOT_VERIFIED", MerchantSetUpError),
        (404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", NotFoundError),
        (409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS", InProgressError),
        (415, "UNSUPPORTED_MEDIA_TYPE", "", InvalidRequestError),
        (429, "RATE_LIMIT_REACHED", "", RateLimitedError),
        (500, "INTERNAL_SERVER_ERROR", "", UnavailableError),
        (503, "SERVICE_UNAVAILABLE", "", UnavailableError),
    ],
)
def test_the_status_decides_where_the_issue_does_not(
    paypal: PayPal, service: Service, status: int, name: str, issue: str, kind: type[ProviderError]
) -> None:
    body = refusal(issue, name=name)
    if not issue:
        del body["details"]
    error = refused(paypal, service, status, body)
    assert type(error) is kind
    assert (error.code, error.details["name"]) == (issue or name, name)


def test_a_key_that_is_in_use_is_tried_again_until_its_first_request_is_done(paypal: PayPal, service: Service) -> None:
    busy = (409, refusal("PREVIOUS_REQUEST_IN_PROGRESS", name="RESOURCE_CONFLICT"))
    service.on(f"POST {CAPTURE}", busy, (201, {"id": ORDER_ID, "status": "COMPLETED"}))
    assert paypal.capture_order(order_id=ORDER_ID, idempotency_key="capture-7").status == "COMPLETED"
    assert len(service.calls) == 2


def test_the_other_shape_of_errors_is_read_too(paypal: PayPal, service: Service) -> None:
    error = refused(paypal, service, 400, {"error": "invalid_scope", "error_description": "No such scope."})
    assert (type(error), error.code, error.message) == (InvalidRequestError, "invalid_scope", "No such scope.")


def test_keys_that_are_refused_are_said_to_be(paypal: PayPal, service: Service) -> None:
    service.tokens = [(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})]
    with pytest.raises(AuthenticationError, match="Client Authentication failed") as refused:
        paypal.list_webhooks()
    assert (refused.value.operation, refused.value.code, service.calls) == ("token", "invalid_client", [])


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[]", b'{"details":"none","links":{}}', b"\xff"])
def test_an_answer_of_no_shape_is_an_error_all_the_same(paypal: PayPal, service: Service, body: bytes) -> None:
    error = refused(paypal, service, 422, body)
    assert (type(error), error.code) == (InvalidRequestError, "")


def test_a_success_that_cannot_be_read_leaves_the_outcome_unknown(paypal: PayPal, service: Service) -> None:
    assert isinstance(refused(paypal, service, 201, b"<html>"), OutcomeUnknownError)


def test_the_place_is_kept_and_the_refused_value_is_not(paypal: PayPal, service: Service) -> None:
    field = "/purchase_units/@reference_id=='default'/amount/value"
    body = refusal("DECIMAL_PRECISION", field=field, value="private-20.001", location="body")
    body["details"].append({"issue": "AMOUNT_MISMATCH"})
    error = refused(paypal, service, 422, body)
    assert error.details == {
        "name": "UNPROCESSABLE_ENTITY",
        "debug_id": "90957fca61718",
        "issue": "DECIMAL_PRECISION",
        "field": field,
        "location": "body",
        "issues": ["DECIMAL_PRECISION", "AMOUNT_MISMATCH"],
    }
    assert "private" not in f"{error} {error!r}"


def test_a_payer_who_may_try_again_is_led_back(paypal: PayPal, service: Service) -> None:
    body = refusal("INSTRUMENT_DECLINED")
    without = refused(paypal, service, 422, body)
    body["links"].append({"href": APPROVAL_URL, "rel": "redirect", "method": "GET"})
    with_link = refused(paypal, service, 422, body)
    assert isinstance(without, BuyerCanRetryError)
    assert isinstance(with_link, BuyerCanRetryError)
    assert (without.redirect, with_link.redirect) == ("", APPROVAL_URL)


@pytest.mark.parametrize(
    ("issue", "key"),
    [
        ("INSTRUMENT_DECLINED", "instrument_declined"),
        ("ORDER_NOT_APPROVED", "approve_again"),
        ("COMPLIANCE_VIOLATION", "refused"),
        ("PAYER_CANNOT_PAY", "account"),
        ("ORDER_EXPIRED", "expired"),
        ("ORDER_ALREADY_CAPTURED", "already_paid"),
        ("ORDER_COMPLETION_IN_PROGRESS", "checking"),
        ("PAYEE_ACCOUNT_RESTRICTED", "unavailable"),
        ("", "unavailable"),
    ],
)
def test_every_issue_has_a_text_for_the_payer(issue: str, key: str) -> None:
    assert message_key(issue) == f"payments.paypal.{key}"


def test_a_declined_error_names_its_text(paypal: PayPal, service: Service) -> None:
    for issue in ("INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY"):
        error = refused(paypal, service, 422, refusal(issue))
        assert isinstance(error, DeclinedError)
        assert getattr(error, "message_key") == message_key(issue)  # noqa: B009 - two classes have it


def test_every_text_exists_in_both_languages() -> None:
    for issue in [*BY_ISSUE, "AN_ISSUE_OF_TOMORROW"]:
        texts = TEXTS[message_key(issue)]
        assert set(texts) == {"en", "ar"}
        assert re.search("[؀-ۿ]", texts["ar"])
        assert not re.search("[؀-ۿ]", texts["en"])
