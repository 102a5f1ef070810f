"""Text that two scripts share: isolation of what is put in, controls taken out, placeholders kept literal."""

import re

ISOLATE, END_ISOLATE = "\u2068", "\u2069"
"""First strong isolate, and its end: what is between them cannot turn the rest of a line around."""

RIGHT_TO_LEFT_MARK = "\u200f"

_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_MARKED_PLACE = re.compile(r"%(?=recipient[._%])")
_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LEFT = re.compile("[A-Za-z\u00c0-\u024f]")


def without_controls(text: str) -> str:
    """Drop direction controls and other invisible controls, which a name or title must not bring along."""
    return _CONTROLS.sub("", text)


def literal(text: str) -> str:
    """Keep a batch placeholder in someone's text from being filled in: `%recipient.x%` gets an invisible break."""
    return _MARKED_PLACE.sub("%\u200b", text)


def isolated(text: str) -> str:
    """Set text apart from the direction of the line it stands in."""
    return f"{ISOLATE}{text}{END_ISOLATE}"


def outside_isolates(text: str) -> str:
    """Give what stands outside every isolate."""
    return re.sub(f"{ISOLATE}[^{END_ISOLATE}]*{END_ISOLATE}", "", text)


def has_arabic(text: str) -> bool:
    """Whether it has a letter that is written from right to left."""
    return _RIGHT.search(text) is not None


def has_latin(text: str) -> bool:
    """Whether it has a Latin letter."""
    return _LEFT.search(text) is not None
