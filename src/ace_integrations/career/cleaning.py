"""What a person wrote, made fit to be shown to a model: no hidden signs, no way to reach the person, marked as data."""

import re
import secrets
import unicodedata

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"[ \t\u00a0]{2,}")
_EMPTY_LINES = re.compile(r"\n{3,}")
_MAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}\s{0,2}(?:[@＠﹫]|[\[({]\s{0,2}at\s{0,2}[\])}]|\sat\s(?=[\w-]+\s(?:dot|\.)\s))\s{0,2}"
    r"(?:[\w-]{1,63}\s{0,2}(?:\.|[\[({]\s{0,2}dot\s{0,2}[\])}]|\sdot\s)\s{0,2}){1,8}\w{2,24}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\+|\b00|(?<![\w.]))[(]?\d(?:[\s().\-–/\u200f]{0,2}\d){5,24}(?!\w)")
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MARKS = re.compile(r"^[^\n]*(?:BEGIN|END)_DATA[^\n]*$", re.MULTILINE)

REDACTED = "[removed]"


def clean(text: str) -> str:
    """Give a text in one form of Unicode, without control, zero-width, direction and tag signs."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _HIDDEN.sub("", text)
    return _EMPTY_LINES.sub("\n\n", _BLANKS.sub(" ", text)).strip()


def redact(text: str) -> str:
    """Take out mail addresses, phone numbers and long numbers of any digits; years and dates stay."""
    return _NUMBER.sub(lambda found: found[0] if _is_dates(found[0]) else REDACTED, _MAIL.sub(REDACTED, text))


def fenced(name: str, content: str) -> str:
    """Give a block of data whose end its content cannot write: the mark is random, and such lines are taken out.

    Args:
        name: what the data is, as in "cv".
    """
    nonce = secrets.token_hex(8)
    inside = _MARKS.sub("", content).replace(nonce, "")
    return f"BEGIN_DATA {name} {nonce}\n{inside}\nEND_DATA {name} {nonce}"


def _is_dates(text: str) -> bool:
    groups = _DIGITS.findall(text)
    digits = sum(map(len, groups))
    if digits < 7 or (digits == 7 and not text.startswith(("+", "00"))):
        return True
    years = [group for group in groups if _YEAR.fullmatch(group)]
    return bool(years) and all(group in years or len(group) <= 2 for group in groups)
