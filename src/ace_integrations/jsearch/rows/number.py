"""Numbers as boards write them: with separators, in Arabic digits, as text."""

import math
import re

WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٬٫", "01234567890123456789,.")
"""Translates Arabic and Persian digits and separators."""

_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_LARGEST = 1e15


def read_amount(value: object) -> int | float | None:
    """Give a positive amount, with two decimals where it is not whole; None for all else."""
    amount = _as_number(value)
    if amount is None or not 0 < amount < _LARGEST:
        return None
    rounded = round(amount, 2)
    return (int(rounded) if rounded == int(rounded) else rounded) or None


def read_count(value: object) -> int | None:
    """Give a whole number from 0 on, as a count of months or years; None for all else."""
    count = _as_number(value)
    return int(count) if count is not None and 0 <= count < _LARGEST else None


def _as_number(value: object) -> int | float | None:
    if isinstance(value, str):
        text = value.strip()[:40].translate(WESTERN).replace(",", "")
        return float(text) if _PLAIN.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None
