"""Countries as people write them in a search for jobs, and as boards name them."""

import unicodedata
from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "eg": "egypt مصر cairo القاهرة giza الجيزة alexandria الإسكندرية mansoura المنصورة",
    "sa": "saudi-arabia ksa السعودية riyadh الرياض jeddah جدة dammam الدمام",
    "ae": "united-arab-emirates uae emirates الإمارات dubai دبي abu-dhabi أبو-ظبي sharjah الشارقة",
    "qa": "qatar قطر doha الدوحة",
    "kw": "kuwait الكويت",
    "bh": "bahrain البحرين manama المنامة",
    "om": "oman عمان muscat مسقط",
    "jo": "jordan الأردن amman",
    "lb": "lebanon لبنان beirut بيروت",
    "ma": "morocco المغرب casablanca الدار-البيضاء rabat الرباط",
    "tn": "tunisia تونس tunis",
    "dz": "algeria الجزائر algiers",
    "us": "united-states usa america new-york chicago san-francisco los-angeles seattle austin boston",
    "gb": "united-kingdom uk england britain london manchester",
    "de": "germany deutschland ألمانيا berlin munich münchen hamburg",
    "fr": "france فرنسا paris lyon",
    "es": "spain españa madrid barcelona",
    "it": "italy italia rome milan milano",
    "nl": "netherlands amsterdam",
    "ca": "canada toronto vancouver montreal",
    "tr": "turkey türkiye istanbul",
    "in": "india bangalore mumbai delhi",
    "sg": "singapore",
}


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


_CODES = {_fold(word.replace("-", " ")): code for code, words in _WORDS.items() for word in words.split()}


def country_of(place: str) -> str | None:
    """Give the ISO 3166-1 alpha-2 code, in small letters, of a place; None for one that is not known here.

    The last part says it: "Cairo, EG", "Dubai, United Arab Emirates", "chicago".
    """
    for part in reversed(place.replace("،", ",").split(",")):
        word = part.strip()
        if len(word) == 2 and word.isascii() and word.isupper() and word.lower() in _WORDS:
            return word.lower()
        if code := _CODES.get(_fold(word)):
            return code
    return None


def is_in(country: str | None, code: str) -> bool:
    """Whether what a posting says of its country is this one, or nothing that is known here."""
    if country is None:
        return True
    said = country.lower() if len(country) == 2 else country_of(country)
    return said is None or said == code
