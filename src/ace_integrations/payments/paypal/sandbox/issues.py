"""What PayPal's API says no with: each issue and the HTTP status that it comes with, each status and its name."""

from collections.abc import Mapping

NAMES: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_REQUEST", "The request breaks the schema."),
    401: ("AUTHENTICATION_FAILURE", "No good credentials came with the request."),
    403: ("NOT_AUTHORIZED", "The account may not do this."),
    404: ("RESOURCE_NOT_FOUND", "There is no such thing."),
    409: ("RESOURCE_CONFLICT", "Another request is at work on the same thing."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The content type is not the one that is needed."),
    422: ("UNPROCESSABLE_ENTITY", "The request is understood, and cannot be done."),
    429: ("RATE_LIMIT_REACHED", "Too many requests."),
    500: ("INTERNAL_SERVER_ERROR", "The service failed."),
    503: ("SERVICE_UNAVAILABLE", "The service is not there."),
}
"""The name and the words of each status."""

BAD_REQUEST = frozenset(
    (
        "AMOUNT_NOT_PATCHABLE",
        "FIELD_NOT_PATCHABLE",
        "INVALID_ARRAY_MAX_ITEMS",
        "INVALID_ARRAY_MIN_ITEMS",
        "INVALID_COUNTRY_CODE",
        "INVALID_PARAMETER_SYNTAX",
        "INVALID_PARAMETER_VALUE",
        "INVALID_PATCH_OPERATION",
        "INVALID_STRING_LENGTH",
        "INVALID_STRING_MAX_LENGTH",
        "MALFORMED_REQUEST_JSON",
        "MISSING_REQUIRED_PARAMETER",
        "NOT_SUPPORTED",
        "PAYPAL_REQUEST_ID_REQUIRED",
    )
)
FORBIDDEN = frozenset(("CONSENT_NEEDED", "PAYEE_ACCOUNT_NOT_VERIFIED", "PERMISSION_DENIED"))

LEADS_BACK = frozenset(("INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"))
"""Refusals whose answer has a link to the approval page, where the buyer can choose anew."""

_ORDERS = frozenset(
    (
        "ACTION_DOES_NOT_MATCH_INTENT",
        "AMOUNT_CHANGE_NOT_ALLOWED",
        "AMOUNT_MISMATCH",
        "CANNOT_BE_NEGATIVE",
        "CANNOT_BE_ZERO_OR_NEGATIVE",
        "COMPLIANCE_VIOLATION",
        "CURRENCY_NOT_SUPPORTED",
        "DECIMALS_NOT_SUPPORTED",
        "DECIMAL_PRECISION",
        "DUPLICATE_INVOICE_ID",
        "DUPLICATE_REFERENCE_ID",
        "INVALID_CURRENCY_CODE",
        "INVALID_JSON_POINTER_FORMAT",
        "ITEM_TOTAL_MISMATCH",
        "ITEM_TOTAL_REQUIRED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "MAX_VALUE_EXCEEDED",
        "MULTI_CURRENCY_ORDER",
        "NOT_ENABLED_FOR_CARD_PROCESSING",
        "NOT_PATCHABLE",
        "NO_PAYMENT_SOURCE_PROVIDED",
        "ONLY_ONE_PAYMENT_SOURCE_ALLOWED",
        "ORDER_ALREADY_AUTHORIZED",
        "ORDER_ALREADY_CAPTURED",
        "ORDER_ALREADY_COMPLETED",
        "ORDER_CANNOT_BE_CONFIRMED",
        "ORDER_COMPLETED_OR_VOIDED",
        "ORDER_COMPLETION_IN_PROGRESS",
        "ORDER_EXPIRED",
        "ORDER_NOT_APPROVED",
        "PATCH_PATH_REQUIRED",
        "PATCH_VALUE_REQUIRED",
        "PAYEE_ACCOUNT_INVALID",
        "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYEE_ACCOUNT_RESTRICTED",
        "PAYEE_BLOCKED_TRANSACTION",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_CANNOT_PAY",
        "PAYMENT_ALREADY_APPROVED",
        "PAYMENT_SOURCE_CANNOT_BE_USED",
        "REFERENCE_ID_NOT_FOUND",
        "REFERENCE_ID_REQUIRED",
        "TAX_TOTAL_MISMATCH",
        "TAX_TOTAL_REQUIRED",
        "TRANSACTION_BLOCKED_BY_PAYEE",
        "TRANSACTION_LIMIT_EXCEEDED",
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
        "TRANSACTION_REFUSED",
    )
)
_PAYMENTS = frozenset(
    (
        "AUTHORIZATION_ALREADY_CAPTURED",
        "AUTHORIZATION_DENIED",
        "AUTHORIZATION_EXPIRED",
        "AUTHORIZATION_VOIDED",
        "AUTH_CAPTURE_CURRENCY_MISMATCH",
        "AUTH_CURRENCY_MISMATCH",
        "CANNOT_BE_VOIDED",
        "CAPTURE_FULLY_REFUNDED",
        "MAX_CAPTURE_AMOUNT_EXCEEDED",
        "MAX_CAPTURE_COUNT_EXCEEDED",
        "MAX_NUMBER_OF_REFUNDS_EXCEEDED",
        "PARTIAL_REFUND_NOT_ALLOWED",
        "PENDING_CAPTURE",
        "PREVIOUSLY_CAPTURED",
        "PREVIOUSLY_VOIDED",
        "REAUTHORIZATION_NOT_SUPPORTED",
        "REFUND_AMOUNT_EXCEEDED",
        "REFUND_AMOUNT_TOO_LOW",
        "REFUND_CAPTURE_CURRENCY_MISMATCH",
        "REFUND_FAILED_INSUFFICIENT_FUNDS",
        "REFUND_NOT_ALLOWED",
        "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK",
        "REFUND_TIME_LIMIT_EXCEEDED",
        "TRANSACTION_DISPUTED",
    )
)
_DISPUTES = frozenset(("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE",))
_WEBHOOKS = frozenset(("WEBHOOK_NUMBER_LIMIT_EXCEEDED", "WEBHOOK_URL_ALREADY_EXISTS"))
UNPROCESSABLE = LEADS_BACK | _ORDERS | _PAYMENTS | _DISPUTES | _WEBHOOKS

STATUS_OF: Mapping[str, int] = {
    **dict.fromkeys(BAD_REQUEST, 400),
    **dict.fromkeys(FORBIDDEN, 403),
    **dict.fromkeys(UNPROCESSABLE, 422),
    "INVALID_ACCOUNT_STATUS": 401,
    "INVALID_RESOURCE_ID": 404,
    "PREVIOUS_REQUEST_IN_PROGRESS": 409,
}
"""The status of an answer that gives this issue as its detail."""

STATUS_NAMED: Mapping[str, int] = {name: status for status, (name, _) in NAMES.items()}
"""The status of an answer without details, by its name."""
