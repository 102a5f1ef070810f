"""The frames of protocol 7. One is written once, however many connections get it."""

import json
from typing import Any, cast

from starlette.types import Message

Json = dict[str, Any]


def write(value: object) -> str:
    """Give JSON as short as it goes; half a character, which no frame can hold, becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def frame(event: str, data: object = None, *, channel: str | None = None, user_id: str | None = None) -> Message:
    """Give a frame with its data as it is."""
    held: Json = {"event": event}
    if channel is not None:
        held["channel"] = channel
    if data is not None:
        held["data"] = data
    if user_id is not None:
        held["user_id"] = user_id
    return {"type": "websocket.send", "text": write(held)}


def told(event: str, data: object, *, channel: str | None = None) -> Message:
    """Give a frame of the service itself, whose data is JSON in a string."""
    return frame(event, write(data), channel=channel)


def denied(channel: str, message: str, status: int) -> Message:
    """Give the frame that says that a subscription failed, to the channel itself."""
    data = {"type": "AuthError", "error": message, "status": status}
    return frame("pusher:subscription_error", data, channel=channel)


PONG = told("pusher:pong", {})
PING = told("pusher:ping", {})


class RefusedFrameError(Exception):
    """A frame of a client that is answered with an error; the connection stays.

    Attributes:
        code: None for errors that have none.
    """

    def __init__(self, message: str, code: int | None = None) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class DeniedError(RefusedFrameError):
    """A subscription whose signature is not good, or one that the sandbox was told to deny.

    Attributes:
        is_forced: whether the sandbox was told to.
    """

    def __init__(self, message: str, *, channel: str, is_forced: bool = False) -> None:
        self.channel = channel
        self.is_forced = is_forced
        super().__init__(message)


def read(text: str | None) -> Json:
    """Read a client's frame.

    Raises:
        RefusedFrameError: it is no JSON object with an event.
    """
    value = inside(text or "")
    if not isinstance(value.get("event"), str):
        raise RefusedFrameError("The message is no JSON object that names an event")
    return value


def inside(value: object) -> Json:
    """Give an object that came as such or as JSON in a string; an empty one for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return cast("Json", value) if isinstance(value, dict) else {}
