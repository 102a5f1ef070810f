"""What a payer may read when PayPal says no, in English and Arabic."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "payments.paypal.instrument_declined": {
        "en": "PayPal could not use this card or account. Nothing was charged. Choose another way to pay at PayPal.",
        "ar": "تعذّر على PayPal استخدام هذه البطاقة أو الحساب. لم يُخصم شيء. اختر وسيلة دفع أخرى في PayPal.",
    },
    "payments.paypal.approve_again": {
        "en": "PayPal needs your approval once more. Nothing was charged yet.",
        "ar": "يحتاج PayPal إلى موافقتك مرة أخرى. لم يُخصم شيء بعد.",
    },
    "payments.paypal.refused": {
        "en": "PayPal refused this payment. Nothing was charged. Please pay another way.",
        "ar": "رفض PayPal هذه العملية. لم يُخصم شيء. ادفع بوسيلة أخرى من فضلك.",
    },
    "payments.paypal.account": {
        "en": "Your PayPal account cannot make this payment now. Ask PayPal, or pay another way.",
        "ar": "لا يمكن لحسابك في PayPal إجراء هذه العملية الآن. راجع PayPal أو ادفع بوسيلة أخرى.",
    },
    "payments.paypal.expired": {
        "en": "Too much time passed, so PayPal closed this payment. Nothing was charged. Please start again.",
        "ar": "انقضى وقت طويل فأغلق PayPal هذه العملية. لم يُخصم شيء. ابدأ من جديد من فضلك.",
    },
    "payments.paypal.already_paid": {
        "en": "This payment was made already. You need do nothing more.",
        "ar": "تم هذا الدفع بالفعل. لا يلزمك فعل شيء آخر.",
    },
    "payments.paypal.checking": {
        "en": "PayPal is working on your payment. Do not pay again; we tell you when it is done.",
        "ar": "يعالج PayPal عمليتك الآن. لا تدفع مرة أخرى؛ سنخبرك عند اكتمالها.",
    },
    "payments.paypal.unavailable": {
        "en": "PayPal cannot be used here at the moment. Please pay another way, or try later.",
        "ar": "لا يمكن استخدام PayPal هنا في الوقت الحالي. ادفع بوسيلة أخرى أو حاول لاحقًا.",
    },
}
"""By message key, then by language."""

_KEYS: Mapping[str, str] = {
    "instrument_declined": "INSTRUMENT_DECLINED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
    "approve_again": "PAYER_ACTION_REQUIRED ORDER_NOT_APPROVED",
    "refused": (
        "TRANSACTION_REFUSED COMPLIANCE_VIOLATION MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED TRANSACTION_BLOCKED_BY_PAYEE "
        "AUTHORIZATION_DENIED"
    ),
    "account": "PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "expired": "ORDER_EXPIRED AUTHORIZATION_EXPIRED",
    "already_paid": "ORDER_ALREADY_CAPTURED ORDER_ALREADY_COMPLETED ORDER_ALREADY_AUTHORIZED",
    "checking": "ORDER_COMPLETION_IN_PROGRESS PREVIOUS_REQUEST_IN_PROGRESS",
}
_BY_ISSUE = {issue: key for key, issues in _KEYS.items() for issue in issues.split()}


def message_key(issue: str) -> str:
    """Give the key of the text for an issue; what is the merchant's or our own fault reads as "unavailable"."""
    return f"payments.paypal.{_BY_ISSUE.get(issue, 'unavailable')}"
