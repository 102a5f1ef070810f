"""How an answer goes out: whole, in chunks, or cut on its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from ace_integrations.gemini.sandbox.json_value import Json
from ace_integrations.gemini.sandbox.refusals import RefusedError, written
from ace_integrations.gemini.sandbox.scripts import Script, event
from ace_integrations.sandbox.asgi import cut_connection

JSON_TYPE = "application/json; charset=UTF-8"
_EMPTY = (204, 205, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer.

    Attributes:
        value: what it says as JSON, for the log; the objects of a stream as a list.
        streamed: sent chunk by chunk, without a length.
        cut_after: pieces, after which the connection is lost; for 0 half of the first piece is sent.
    """

    status: int
    value: Any
    pieces: Sequence[bytes]
    media: str = JSON_TYPE
    more_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    streamed: bool = False
    cut_after: int | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        pieces: Sequence[bytes] = () if self.status in _EMPTY else self.pieces
        headers = {"content-type": self.media, **{name.lower(): text for name, text in self.more_headers.items()}}
        if not self.streamed and self.status not in _EMPTY:
            headers["content-length"] = str(sum(map(len, pieces)))
        raw = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        for at, piece in enumerate(pieces):
            if at == self.cut_after:
                return await self._lose(piece if at == 0 else b"", receive, send)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if self.cut_after is not None:
            return await self._lose(b"", receive, send)
        return await send({"type": "http.response.body", "body": b""})

    async def _lose(self, piece: bytes, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.body", "body": piece[: len(piece) // 2], "more_body": True})
        cut_connection(receive)


def whole(value: Json, *, status: int = 200, cut: bool = False) -> Answer:
    """Answer with one object."""
    return Answer(status, value, [written(value)], cut_after=0 if cut else None)


def streamed(frames: Sequence[Json], *, events: bool, error: RefusedError | None = None, cut: bool = False) -> Answer:
    """Answer with a stream of objects.

    Args:
        events: as server-sent events; else as one JSON array.
        error: told after the first object.
        cut: whether the connection is lost after the first object.
    """
    values = [frames[0], error.body()] if error is not None else list(frames)
    if events:
        pieces = [event(value) for value in values]
    else:
        texts = [written(value).rstrip() for value in values]
        pieces = [b"[" + texts[0], *(b",\r\n" + text for text in texts[1:]), b"\n]\n"]
    media = "text/event-stream" if events else JSON_TYPE
    return Answer(200, values, pieces, media, streamed=True, cut_after=1 if cut else None)


def refused(error: RefusedError, *, listed: bool) -> Answer:
    """Answer with an error, in an array where a stream was asked for as one."""
    value: Any = [error.body()] if listed else error.body()
    return Answer(error.status, value, [written(value)])


def scripted(script: Script) -> Answer:
    """Answer with the bytes that someone wrote."""
    return Answer(
        script.status,
        script.body if script.chunks is None else script.chunks,
        script.pieces(),
        script.media_type,
        script.headers,
        streamed=script.chunks is not None or script.split_every is not None,
        cut_after=script.cut_after,
    )
