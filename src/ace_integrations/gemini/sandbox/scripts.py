"""Answers that someone wrote for the next calls: given in order, before all else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from ace_integrations.gemini.sandbox import tokens
from ace_integrations.gemini.sandbox.markers import NAMES
from ace_integrations.gemini.sandbox.refusals import written


class Script(BaseModel):
    """The answer to one call.

    Either `text` or `marker`, of which the twin makes an answer of the right form, plain or streamed; or the bytes
    themselves: `body` or `chunks`, with status and headers.

    Attributes:
        match: taken only by a call that has this in its path or body; "" for any.
        text: what the model says.
        marker: as if this marker stood in the prompt, without its brackets.
        body: JSON, or a text that is sent as it is.
        chunks: of a stream, one by one: an object becomes an event, a text is sent as it is.
        split_every: sends in pieces of so many bytes, which may fall inside a character.
        delay_ms: of the sandbox's clock.
        cut_after: the connection is lost after so many pieces; half of a body that is one piece is sent for 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str = ""
    text: str | None = None
    marker: str = ""
    status: int = Field(default=200, ge=200, le=599)
    headers: dict[str, str] = {}
    body: Any = None
    chunks: list[Any] | None = None
    split_every: PositiveInt | None = None
    delay_ms: int = Field(default=0, ge=0, le=120_000)
    cut_after: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_kind(self) -> "Script":
        if sum((self.text is not None, bool(self.marker), self.body is not None, self.chunks is not None)) > 1:
            raise ValueError("give one of text, marker, body and chunks")
        if self.marker and self.marker not in NAMES:
            raise ValueError(f"marker is one of {', '.join(sorted(NAMES))}")
        return self

    @property
    def is_raw(self) -> bool:
        """Whether its bytes are sent as they are."""
        return self.text is None and not self.marker

    @property
    def media_type(self) -> str:
        """Of its bytes, unless its headers say another."""
        return "application/json; charset=UTF-8" if self.chunks is None else "text/event-stream"

    def pieces(self) -> list[bytes]:
        """Give its bytes in the pieces in which they are sent."""
        pieces = [_body(self.body)] if self.chunks is None else [_event(chunk) for chunk in self.chunks]
        whole, size = b"".join(pieces), self.split_every
        return pieces if size is None else [whole[at : at + size] for at in range(0, len(whole), size)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A script that nobody took yet."""

    id: int
    at: float
    script: Script


class Scripts:
    """Scripts in the order in which they are taken."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._last = 0

    def add(self, script: Script, at: float) -> Waiting:
        """Put one behind the others."""
        self._last += 1
        waiting = Waiting(self._last, at, script)
        self._waiting.append(waiting)
        return waiting

    def take(self, path: str, body: bytes) -> Script | None:
        """Give the first one for a call, which then has it alone."""
        text = f"{path}\n{_readable(body)}"
        for waiting in self._waiting:
            if waiting.script.match in text:
                self._waiting.remove(waiting)
                return waiting.script
        return None

    def remove(self, script_id: int) -> None:
        """Take one away."""
        self._waiting = [waiting for waiting in self._waiting if waiting.id != script_id]

    def list(self) -> Sequence[Waiting]:
        """Give those that wait, the next one first."""
        return tuple(self._waiting)

    def clear(self) -> None:
        """Take all away."""
        self._waiting.clear()


def _body(value: Any) -> bytes:
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else written(value)


def _event(chunk: Any) -> bytes:
    return chunk.encode() if isinstance(chunk, str) else event(chunk)


def event(value: Any) -> bytes:
    """Write one event of a stream."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\r\n\r\n".encode()


def _readable(body: bytes) -> str:
    """Give a body without escapes, so that a word of any language is found in it."""
    try:
        return tokens.compact(json.loads(body)) if body else ""
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
