"""Where in the twins some values still stand: what is left of a person after an erasure.

The twins' whole state is looked through, not what a twin says of itself, so nothing can be left out by mistake. What
the sandbox writes down for whoever tests with it (journal, webhooks, what was told) is not the service's: its own
classes are not looked into, nor those of a twin that say `is_of_the_sandbox`. Texts that are encoded, as base64 in a
mail, are not read.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from pydantic import SecretStr

_ENDS = (r"(?<![^\W_])", r"(?![^\W_])")
"""What stands around a value is no letter and no digit: `user-9` is not in `user-90`."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One place where a value stands.

    Attributes:
        service: the twin's name.
        where: the way to it, as in `_sessions._by_id[…].vendor_data`.
    """

    service: str
    value: str
    where: str


def find_traces(twins: Mapping[str, object], values: Sequence[str]) -> list[Trace]:
    """Look for values in everything that the twins hold; upper and lower case are alike."""
    wanted = {value: re.compile(_ENDS[0] + re.escape(value) + _ENDS[1], re.IGNORECASE) for value in values if value}
    return [
        Trace(service, value, where)
        for service, twin in twins.items()
        for where, text in _texts(twin)
        for value, pattern in wanted.items()
        if pattern.search(text)
    ]


def _texts(twin: object) -> Iterator[tuple[str, str]]:
    """Give every text and number that can be reached, with the way to it."""
    waiting: deque[tuple[str, object]] = deque([("", twin)])
    seen: set[int] = set()
    while waiting:
        where, held = waiting.popleft()
        text = _text(held)
        if text is not None:
            yield where.removeprefix("."), text
        elif id(held) not in seen:
            seen.add(id(held))
            waiting.extend((f"{where}{step}", inner) for step, inner in _inside(held))


def _text(held: object) -> str | None:
    match held:
        case str():
            return held
        case bytes():
            return held.decode("utf-8", "replace")
        case SecretStr():
            return held.get_secret_value()
        case int() | float():
            return str(held)
        case _:
            return None


def _inside(held: Any) -> Iterator[tuple[str, object]]:
    if isinstance(held, Mapping):
        for key, inner in held.items():  # pyright: ignore[reportUnknownVariableType]
            yield f"[{key}]", inner
            yield "[]", key
    elif isinstance(held, (list, tuple, set, frozenset, deque)):
        yield from ((f"[{at}]", inner) for at, inner in enumerate(held))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(held, MethodType):
        yield "", held.__self__
    elif isinstance(held, FunctionType):
        yield from (("", cell.cell_contents) for cell in held.__closure__ or ())
    elif _is_a_twins(held):
        yield from _attributes(held)


def _is_a_twins(held: object) -> bool:
    module = type(held).__module__
    is_ours = module.startswith("ace_integrations.") and not module.startswith("ace_integrations.sandbox.")
    return is_ours and not getattr(type(held), "is_of_the_sandbox", False)


def _attributes(held: object) -> Iterator[tuple[str, object]]:
    yield from ((f".{name}", inner) for name, inner in getattr(held, "__dict__", {}).items())
    for kind in type(held).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if hasattr(held, name):
                yield f".{name}", getattr(held, name)
