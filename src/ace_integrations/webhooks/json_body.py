"""Read the JSON of a verified body strictly: what two parsers could read differently is refused; and write it."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from ace_integrations.errors import MalformedEventError

M = TypeVar("M", bound=BaseModel)


def read_object(body: bytes) -> dict[str, Any]:
    """Give the JSON object of a body.

    Raises:
        MalformedEventError: not UTF-8, not JSON, not an object, a repeated key, NaN or Infinity, nested too deep.
    """
    value = _rewritable(body)
    if value is None:
        value = _scanned(body)
    if not isinstance(value, dict):
        raise MalformedEventError("the body is not a JSON object")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON has str keys


def read_model(model: type[M], value: object) -> M:
    """Give a typed model of a JSON value; the error names the places, never the content.

    Raises:
        MalformedEventError: it does not fit.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        places = error.errors(include_input=False, include_url=False, include_context=False)
        where = ", ".join(".".join(map(str, place["loc"])) for place in places[:5])
        raise MalformedEventError(f"the event lacks what is promised: {where}") from None


def compact(value: object) -> bytes:
    """Write JSON without spaces and without escapes, in UTF-8, as most providers do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _rewritable(body: bytes) -> Any:
    """Give the value of a body that equals what is written from that value; None for any other body.

    A value holds each key once, so where its text is the body, no key of the body was repeated. Only the two spellings
    that providers send are tried: compact, and indented by two; every other body is left to the slower scan.
    """
    is_indented = body.startswith(b"{\n")
    if not is_indented and b'": ' in body[:100]:
        return None  # Python's default spelling, which is not written here
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings="keys")
        return value if to_json(value, indent=2 if is_indented else None) == body else None
    except ValueError:  # not JSON, or JSON that only the scan reads, a lone surrogate for one
        return None


def _scanned(body: bytes) -> Any:
    """Give the value of any body, looking at each pair as it is read."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise MalformedEventError("the body is not UTF-8") from None
    except RecursionError:
        raise MalformedEventError("the body is nested too deep") from None
    except ValueError as error:
        raise MalformedEventError(f"the body is not JSON: {_reason(error)}") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: ValueError) -> str:
    # A JSONDecodeError's own text is a position; its message never quotes the document.
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
