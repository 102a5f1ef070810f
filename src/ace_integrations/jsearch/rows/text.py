"""Clean text of what boards send: broken letters, controls, markup. Source: jsearch.md §4.1, rules T and H."""

import html
import re
import unicodedata
from typing import Final

# Looked for first: a search for single letters costs nothing beside one by pattern.
_MOJIBAKE_MARKS = "ÃÂâØÙð"
_MOJIBAKE = re.compile("[ÃÂâØÙð][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u200b\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_ASTRAL_LEADS = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
# Apart: in one class with the others they make it ten times as slow.
_NO_CHARACTERS = re.compile(
    "[{}]".format("".join(f"{chr(end)}{chr(end + 1)}" for end in range(0x1FFFE, 0x110000, 0x10000)))
)

LONGEST_LINE: Final = 500
"""Letters of a title, a name or a place that are kept."""


def clean_line(value: object) -> str | None:
    """Give one line of text: a title, a name, a place. None for what is empty or no text."""
    text = value if isinstance(value, str) else _number(value)
    if not text.isascii():
        text = _sound(text)
    elif not text.isprintable():
        text = _CONTROLS.sub("", text)
    return " ".join(text.split())[:LONGEST_LINE].rstrip() or None


def clean_text(value: object) -> str:
    """Give a text of several lines, without markup, with one blank line between paragraphs at most."""
    text = value if isinstance(value, str) else _number(value)
    if "<" in text or "&" in text:
        text = _unmarked(text)
    text = _CONTROLS.sub("", text) if text.isascii() else _sound(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    return (_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")


_BLANK_LINES = re.compile("\n{3,}")


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    # NaN fails the comparison too; Python writes no number of thousands of digits.
    return str(value) if abs(value) < _LARGEST else ""


_LARGEST = 1e15


def _sound(text: str) -> str:
    """Give whole letters only, composed, without what changes the direction or cannot be seen."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        text = joined(text)
        encoded = text.encode()
    if any(mark in text for mark in _MOJIBAKE_MARKS) and _MOJIBAKE.search(text):
        text = _repaired(text)
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return _NO_CHARACTERS.sub("", text) if any(lead in encoded for lead in _ASTRAL_LEADS) else text


def joined(text: str) -> str:
    """Join the halves of letters; a half alone becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _repaired(text: str) -> str:
    """Undo UTF-8 that was read as a Western code page, where the whole text shows it."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


_NAMES = (
    "a|abbr|address|article|aside|b|blockquote|body|br|button|center|code|dd|div|dl|dt|em|embed|font|footer|form"
    "|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|math|meta|nav|object|ol|option|p|pre|s|script"
    "|section|select|small|span|strong|style|sub|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|u|ul"
    "|video"
)
_MARKUP = re.compile(rf"</?(?:{_NAMES})(?=[\s/>])[^<>]*>|<!--", re.IGNORECASE)
_ESCAPED_MARKUP = re.compile(rf"&lt;/?(?:{_NAMES})\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(
    r"<br\b[^<>]*>|<hr\b[^<>]*>"
    r"|</(?:address|article|blockquote|dd|div|dl|dt|footer|form|h[1-6]|header|li|ol|p|pre|section|table|tr|ul)\s*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z][^<>]*>|<![^<>]*>", re.IGNORECASE)


def _unmarked(text: str) -> str:
    if "<" not in text or not _MARKUP.search(text):
        if not _ESCAPED_MARKUP.search(text):
            return html.unescape(text)
        text = html.unescape(text)
    text = _HIDDEN.sub("", text)
    text = _BREAK.sub("\n", _ITEM.sub("\n• ", text))
    return html.unescape(_TAG.sub("", text))
