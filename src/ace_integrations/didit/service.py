"""Didit as the core must know it: where it is, how it is told who calls, how it says no."""

from collections.abc import Iterator
from typing import Any, cast

from pydantic_core import from_json as parse_json

from ace_integrations.core.http_call import Reply
from ace_integrations.core.service import Endpoint, Problem, Service, secret_of
from ace_integrations.didit.settings import DiditSettings
from ace_integrations.errors import AuthenticationError, ConflictError, ProviderError


class SameStatusError(ConflictError):
    """The session has that status already; nothing was changed, and nothing need be."""


def _endpoint(settings: DiditSettings) -> Endpoint:
    key = secret_of(settings, "api_key")
    return Endpoint(settings.base_url or "https://verification.didit.me", {"x-api-key": key})


def _problem(reply: Reply) -> Problem:
    """Read an error answer: Didit has no codes, and five shapes of text."""
    try:
        value = parse_json(reply.body)
    except ValueError:
        return Problem(f"status {reply.status} without a readable text")
    details = dict(_texts(value))
    message = "; ".join(f"{field}: {text}" if field else text for field, text in details.items())
    return Problem(message[:500] or f"status {reply.status} without a text", kind=_kind(message), details=details)


def _texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Give each text of an error answer with the path of its field; `detail` and a bare array have none."""
    match value:
        case str():
            yield field, value
        case dict():
            for name, inner in cast("dict[str, Any]", value).items():
                yield from _texts(inner, field if name == "detail" else f"{field}.{name}".strip("."))
        case list():
            for inner in value:  # pyright: ignore[reportUnknownVariableType] - JSON
                yield from _texts(inner, field)
        case _:
            return


def _kind(message: str) -> type[ProviderError] | None:
    # The status alone does not tell: a bad key is 403 here, and a session in another state 400.
    if message.startswith("Authentication credentials"):
        return AuthenticationError
    if message.startswith("The new status is the same"):
        return SameStatusError
    if message.startswith(("Only sessions with status", "scenario: Scenario can only be armed")):
        return ConflictError
    return None


SERVICE = Service("didit", DiditSettings, _endpoint, _problem)
