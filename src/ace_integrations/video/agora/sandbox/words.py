"""The words of a channel's page, English and Arabic."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "nobody": "Nobody is in this channel.",
        "host": "Host",
        "audience": "Audience",
        "unheld": "Publishes without the right to",
        "ends": "Token ends in",
        "no_token": "Came without a token",
        "rights": "Rights of the token",
        "own_end": "until its end",
        "leave": "Leave",
        "kick": "Put out",
        "expire": "End the token now",
    },
    "ar": {
        "nobody": "لا أحد في هذه القناة.",
        "host": "مضيف",
        "audience": "جمهور",
        "unheld": "ينشر من دون إذن",
        "ends": "ينتهي الرمز بعد",
        "no_token": "دخل من دون رمز",
        "rights": "صلاحيات الرمز",
        "own_end": "حتى نهايته",
        "leave": "مغادرة",
        "kick": "إخراج",
        "expire": "أنهِ الرمز الآن",
    },
}

PRIVILEGES: Mapping[str, Mapping[int, str]] = {
    "en": {1: "join", 2: "publish sound", 3: "publish pictures", 4: "publish data"},
    "ar": {1: "الدخول", 2: "نشر الصوت", 3: "نشر الصورة", 4: "نشر البيانات"},
}
