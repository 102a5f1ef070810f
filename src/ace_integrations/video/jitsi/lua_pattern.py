"""Patterns of Lua, in which a token may name several rooms, as expressions of Python. None is ever issued here."""

import re

MOST_QUANTIFIERS = 3
"""More are refused, as the server does, so that no pattern takes for ever."""

_CLASSES = {
    "a": "a-zA-Z",
    "c": r"\x00-\x1f\x7f",
    "d": "0-9",
    "l": "a-z",
    "p": r"!-/:-@\[-`{-~",
    "s": r" \t\n\v\f\r",
    "u": "A-Z",
    "w": "a-zA-Z0-9",
    "x": "0-9a-fA-F",
}
_ITEM = re.compile(
    r"""(?P<escaped>%.)
      | (?P<set>\[\^?\]?(?:%.|[^\]%])*\])
      | (?P<capture>[()])
      | (?P<any>\.)
      | (?P<quantifier>[*+?-])
      | (?P<literal>.)""",
    re.VERBOSE | re.DOTALL,
)
_PYTHONS = {"*": "*", "+": "+", "?": "?", "-": "*?"}


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """Give the expression of a pattern; None for one that the server refuses, or that has captures.

    Source: jitsi.md §3.1
    """
    begins, ends = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith("%$")
    written = _written(pattern[begins : len(pattern) - ends])
    if written is None:
        return None
    return re.compile(f"{chr(92) + 'A' if begins else ''}{written}{chr(92) + 'Z' if ends else ''}", re.DOTALL)


def _written(pattern: str) -> str | None:
    parts: list[str] = []
    quantifiers, may_repeat = 0, False
    for item in _ITEM.finditer(pattern):
        if item.lastgroup == "quantifier" and may_repeat:
            quantifiers += 1
            parts.append(_PYTHONS[item.group()])
            may_repeat = False
            continue
        part = _part(item)
        if part is None:
            return None
        parts.append(part)
        may_repeat = True
    return "".join(parts) if quantifiers <= MOST_QUANTIFIERS else None


def _part(item: re.Match[str]) -> str | None:
    text = item.group()
    match item.lastgroup:
        case "escaped":
            return None if text[1] in "bf0123456789" else f"[{_one(text)}]" if text[1].islower() else _outside(text)
        case "set":
            return _set(text)
        case "any":
            return "."
        case "capture":
            return None
        case _:
            # A quantifier with nothing before it is itself; half a set or a lone % is an error.
            return None if text in "[%" else re.escape(text)


def _one(text: str) -> str:
    return _CLASSES.get(text[1]) or re.escape(text[1])


def _outside(text: str) -> str:
    inner = _CLASSES.get(text[1].lower()) if text[1].isalpha() else None
    return f"[^{inner}]" if inner else re.escape(text[1])


def _set(text: str) -> str | None:
    is_negated = text.startswith("[^")
    body = text[1 + is_negated : -1]
    items = re.findall(r"%.|[^%]-[^%\]]|[^%]", body, re.DOTALL)
    if not body or any(item[0] == "%" and item[1].isupper() for item in items):
        return None
    return f"[{'^' if is_negated else ''}{''.join(map(_in_set, items))}]"


def _in_set(item: str) -> str:
    if item.startswith("%"):
        return _one(item)
    if len(item) == 3:
        first, last = sorted((item[0], item[2]))
        return f"{re.escape(first)}-{re.escape(last)}"
    return re.escape(item)
