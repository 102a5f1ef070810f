"""Which language an answer is to be in, and whether it is."""

import re
from typing import Literal

Language = Literal["ar", "en"]

_LETTER = re.compile(r"[^\W\d_]")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")


def arabic_share(text: str) -> float:
    """Give which share of the letters is Arabic; 0 for a text without letters."""
    letters = len(_LETTER.findall(text))
    return len(_ARABIC.findall(text)) / letters if letters else 0.0


def language_of(text: str, locale: str | None = None) -> Language:
    """Give the language of an answer: the one asked for, else that of the text.

    Args:
        text: the newest that the user wrote themselves; the language of a CV says nothing.
        locale: as in "ar" or "ar-EG"; another than Arabic and English is passed over.
    """
    asked = (locale or "").replace("_", "-").partition("-")[0].lower()
    if asked in ("ar", "en"):
        return "ar" if asked == "ar" else "en"
    return "ar" if arabic_share(text) >= 0.3 else "en"
