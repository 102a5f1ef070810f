"""The approval page's words, English and Arabic."""

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "name": "English",
        "title": "Agree to this payment",
        "lede": "The service would now ask the buyer to sign in and to choose how to pay.",
        "merchant": "Paid to",
        "amount": "Amount",
        "for": "For",
        "buyer": "Pay as",
        "decide": {
            "PAY_NOW": {
                "approve": "Approve and pay",
                "hint": "The money moves once the application captures the order.",
            },
            "CONTINUE": {
                "approve": "Approve and continue",
                "hint": "The application may still show a last page before it captures the order.",
            },
        },
        "cancel": "Cancel and go back",
        "decline": "Approve, then let the bank decline",
        "decline_hint": "The next capture is refused. The order stays open, and the buyer can come back here.",
        "done": "Thank you",
        "done_hint": "You can close this page and go back to the application.",
        "canceled": "You canceled",
        "canceled_hint": "Nothing was paid. You can close this page.",
        "ended": "This order has ended",
        "ended_hint": "It was paid already, or it took too long. Go back to the application.",
        "unknown": "This link opens no order",
        "unknown_hint": "It was mistyped, or the order expired. Go back to the application and start again.",
    },
    "ar": {
        "name": "العربية",
        "title": "وافِق على هذه الدفعة",
        "lede": "تطلب الخدمة هنا من المشتري تسجيل الدخول واختيار طريقة الدفع.",
        "merchant": "المستلِم",
        "amount": "المبلغ",
        "for": "مقابل",
        "buyer": "ادفع باسم",
        "decide": {
            "PAY_NOW": {
                "approve": "موافقة ودفع",
                "hint": "ينتقل المال عندما يحصِّل التطبيق الطلب.",
            },
            "CONTINUE": {
                "approve": "موافقة ومتابعة",
                "hint": "قد يعرض التطبيق صفحة أخيرة قبل تحصيل الطلب.",
            },
        },
        "cancel": "إلغاء والعودة",
        "decline": "موافقة ثم رفض من المصرف",
        "decline_hint": "يُرفض التحصيل التالي، ويبقى الطلب مفتوحًا، ويمكن للمشتري العودة إلى هنا.",
        "done": "شكرًا لك",
        "done_hint": "يمكنك إغلاق هذه الصفحة والعودة إلى التطبيق.",
        "canceled": "ألغيتَ الدفع",
        "canceled_hint": "لم يُدفع شيء. يمكنك إغلاق هذه الصفحة.",
        "ended": "انتهى هذا الطلب",
        "ended_hint": "إمّا أنه دُفع من قبل أو أن المهلة انقضت. عُد إلى التطبيق.",
        "unknown": "لا يفتح هذا الرابط أي طلب",
        "unknown_hint": "إمّا أن الرابط كُتب خطأً أو أن الطلب انتهت مدته. عُد إلى التطبيق وابدأ من جديد.",
    },
}
