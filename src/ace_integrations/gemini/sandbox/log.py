"""What was asked and answered: for tests that look at requests, and for the console."""

import itertools
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ace_integrations.core.redaction import PILL, Redactor
from ace_integrations.gemini.sandbox.json_value import Json, as_list, as_object

KEPT = 200
_LONGEST_DATA = 2_000


@dataclass(slots=True)
class Exchange:
    """One call and its answer, without the key.

    Attributes:
        operation: as the journal names it.
        body: as JSON; None where none came or it is none. A file in it is cut short.
        answer: the objects that were sent: of a stream all of them.
    """

    id: int
    at: float
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int = 0
    answer: Any = None

    def as_json(self) -> Json:
        """Write it."""
        return asdict(self)

    @property
    def is_prompt(self) -> bool:
        """Whether text was to be generated."""
        return self.operation in ("generate_content", "stream_generate_content")

    @property
    def model(self) -> str:
        """The model as the caller named it."""
        return self.path.partition("/models/")[2].partition(":")[0]

    @property
    def prompt(self) -> str:
        """The text of the last turn."""
        contents: list[Any] = _list(_member(self.body, "contents"))
        texts = _texts(contents[-1:])
        return "\n".join(texts)

    @property
    def objects(self) -> list[Json]:
        """The answer's objects."""
        return [held for one in _list(self.answer) if (held := as_object(one)) is not None]

    @property
    def answered(self) -> str:
        """The text of the answer, joined where it was streamed."""
        candidates = [_list(_member(one, "candidates"))[:1] for one in self.objects]
        return "".join(text for held in candidates for text in _texts([_member(one, "content") for one in held]))

    @property
    def counts(self) -> Json:
        """The token counts of the last object that has them, as in Prompt: 12."""
        told = [usage for one in self.objects if (usage := as_object(one.get("usageMetadata")))]
        counts = told[-1] if told else {}
        ending = "TokenCount"
        return {name.removesuffix(ending).capitalize(): held for name, held in counts.items() if name.endswith(ending)}

    @property
    def finish(self) -> str:
        """The reason of the answer's end, of its refusal, or of the prompt's; "" for none."""
        found = ""
        for one in self.objects:
            candidate = next(iter(_list(_member(one, "candidates"))), None)
            reasons = (
                _member(candidate, "finishReason"),
                _member(_member(one, "promptFeedback"), "blockReason"),
                _member(_member(one, "error"), "status"),
            )
            found = next((str(reason) for reason in reasons if reason), found)
        return found


class Log:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self._kept: deque[Exchange] = deque(maxlen=KEPT)
        self._ids = itertools.count(1)
        self._redactor = Redactor()

    def begin(
        self, operation: str, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], *,
        body: bytes, at: float,
    ) -> Exchange:  # fmt: skip
        """Note a call; its answer is set when it is known."""
        exchange = Exchange(
            next(self._ids),
            at,
            operation,
            method,
            path,
            {name: PILL if name == "key" else text for name, text in query.items()},
            self._redactor.headers(headers),
            _readable(body),
        )
        self._kept.append(exchange)
        return exchange

    def get(self, exchange_id: int) -> Exchange | None:
        """Give one; None when it is forgotten."""
        return next((one for one in self._kept if one.id == exchange_id), None)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._kept)

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()


def _readable(body: bytes) -> Any:
    try:
        return _shortened(json.loads(body)) if body else None
    except (ValueError, RecursionError):
        return None


def _shortened(value: Any) -> Any:
    """Keep the beginning of a file, not all of it."""
    held, listed = as_object(value), as_list(value)
    if held is not None:
        return {name: _shortened(inner) for name, inner in held.items()}
    if listed is not None:
        return [_shortened(inner) for inner in listed]
    if isinstance(value, str) and len(value) > _LONGEST_DATA and " " not in value[:_LONGEST_DATA]:
        return f"{value[:_LONGEST_DATA]}… ({len(value)} characters)"
    return value


def _member(value: object, name: str) -> Any:
    return (as_object(value) or {}).get(name)


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    listed = as_list(value)
    return [value] if listed is None else listed


def _texts(contents: Sequence[Any]) -> list[str]:
    parts = [part for content in contents for part in _list(_member(content, "parts"))]
    return [text for part in parts if isinstance(text := _member(part, "text"), str) and not _member(part, "thought")]
