"""Read the JSON of a verified body strictly: what two parsers could read differently is refused."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ace_integrations.errors import MalformedEventError

M = TypeVar("M", bound=BaseModel)


def read_object(body: bytes) -> dict[str, Any]:
    """Give the JSON object of a body.

    Raises:
        MalformedEventError: not UTF-8, not JSON, not an object, a repeated key, NaN or Infinity, nested too deep.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise MalformedEventError("the body is not UTF-8") from None
    except RecursionError:
        raise MalformedEventError("the body is nested too deep") from None
    except ValueError as error:
        raise MalformedEventError(f"the body is not JSON: {_reason(error)}") from None
    if not isinstance(value, dict):
        raise MalformedEventError("the body is not a JSON object")
    return value  # pyright: ignore[reportUnknownVariableType] - json gives str keys


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
