"""Whether two postings are one job: a key of title, company and place, folded so that spelling does not matter."""

import hashlib
import re
import unicodedata
from functools import lru_cache

_ARABIC = str.maketrans("أإآٱىة", "اااايه", "\u0640")
_BRACKETS = re.compile(r"\([^()]*\)")
_NO_WORD = re.compile(r"\W+")
_LEGAL_FORMS = re.compile(r"\b(?:inc|llc|ltd|limited|gmbh|corp|corporation|co|company|sae|s a e|plc|llp|ش م م|شركه)\b")


def dedupe_key(title: str, company: str | None, location: str | None) -> str:
    """Give sixteen hex digits that are the same for one job on several boards.

    Args:
        location: only what stands before its first comma counts; "remote" for a job without a place.
    """
    place = (location or "").partition(",")[0]
    folded = f"{_fold(title)}|{_fold_company(company or '')}|{_fold_place(place)}"
    return hashlib.sha256(folded.encode()).hexdigest()[:16]


def _fold(text: str) -> str:
    text = text.casefold() if text.isascii() else _fold_letters(text)
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
    return _NO_WORD.sub(" ", text).strip()


def _fold_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return bare.translate(_ARABIC)


@lru_cache(maxsize=1024)
def _fold_company(company: str) -> str:
    return " ".join(_LEGAL_FORMS.sub(" ", _fold(company)).split())


_fold_place = lru_cache(maxsize=1024)(_fold)
