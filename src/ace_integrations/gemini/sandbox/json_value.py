"""JSON values, typed."""

from typing import Any, cast

Json = dict[str, Any]


def as_object(value: object) -> Json | None:
    """Give a JSON object as such; None for anything else."""
    return cast("Json", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any] | None:
    """Give a JSON list as such; None for anything else."""
    return value if isinstance(value, list) else None  # pyright: ignore[reportUnknownVariableType]
