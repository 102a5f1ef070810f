"""What is sent with a message: written as JSON once, and measured exactly."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel

from ace_integrations.errors import InvalidInputError

logger = logging.getLogger("ace_integrations.realtime")

LARGEST_DATA = 10_240
"""Bytes of a message's data in UTF-8."""

LARGE_DATA = LARGEST_DATA * 8 // 10
"""Bytes from which the log warns: the next field may be one too many."""


@dataclass(frozen=True, slots=True)
class RawData:
    """Text that is sent as it stands: JSON that is written already, or no JSON at all."""

    text: str


Scalar: TypeAlias = str | int | float | bool | Decimal | datetime | date | UUID | None
Data: TypeAlias = Scalar | Mapping[str, Any] | Sequence[Any] | BaseModel | RawData
"""What can be sent. Decimals, times and UUIDs go as text: a float cannot hold 0.1."""


def written(data: Data) -> str:
    """Give data as the text that is sent. A string is a value like others: it arrives as that string.

    Raises:
        InvalidInputError: it has no JSON, or is larger than `LARGEST_DATA`.
    """
    if isinstance(data, RawData):
        return measured(data.text)
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"cannot be written as JSON: {_reason(error)}", field="data") from None
    return measured(text)


def measured(text: str) -> str:
    """Give the text of a message's data, unless it is too large to be sent.

    Raises:
        InvalidInputError: it is larger than `LARGEST_DATA`, or cannot be encoded.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidInputError("holds half of a character (a lone surrogate)", field="data") from None
    if size > LARGEST_DATA:
        raise InvalidInputError(f"has {size} bytes, and {LARGEST_DATA} may be sent: give ids", field="data")
    if size >= LARGE_DATA:
        logger.warning("a message has %d of %d bytes: send ids, not objects", size, LARGEST_DATA)
    return text


def _plain(value: object) -> object:
    match value:
        case BaseModel():
            return value.model_dump(mode="json")
        case Decimal() | UUID():
            return str(value)
        case datetime() if value.tzinfo is None:
            raise ValueError("a time without its zone")
        case date():
            return value.isoformat()
        case Mapping():
            return dict(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
        case _:
            raise TypeError(type(value).__name__)


def _reason(error: Exception) -> str:
    # Python's own words may quote the data, which may be personal.
    match error:
        case RecursionError():
            return "it is nested too deep"
        case TypeError():
            return f"no JSON for {error}" if str(error).isidentifier() else "a key or a value has no JSON"
        case _:
            return str(error) if str(error).startswith("a time") else "a number is not finite, or it holds itself"
