"""How the HTTP API says no: a status and a plain text that nobody should match on."""

from datetime import UTC, datetime

from starlette.responses import Response

from ace_integrations.realtime.pusher.sandbox.dialects import Dialect
from ace_integrations.realtime.pusher.sandbox.frames import write

FORCED = {
    400: "The sandbox was told to refuse this request",
    401: "Invalid signature",
    403: "The message quota of the app is exceeded",
    413: "The data content of this event exceeds the allowed maximum (10240 bytes)",
    429: "Too many requests",
    500: "Internal server error",
}
"""Statuses that a request can be answered with on demand."""


class RefusedError(Exception):
    """An error answer.

    Attributes:
        field: the field that is wrong, "" where it is none.
    """

    def __init__(self, status: int, text: str, *, field: str = "") -> None:
        self.status = status
        self.text = text
        self.field = field
        super().__init__(text)


def invalid(field: str, text: str) -> RefusedError:
    """A field or a parameter is wrong."""
    return RefusedError(400, text, field=field)


def not_found() -> RefusedError:
    """Nothing is there."""
    return RefusedError(404, "404 NOT FOUND\n")


def unknown_key() -> RefusedError:
    """The key is of no app here."""
    return RefusedError(400, "Unknown auth_key")


def unauthorized(text: str) -> RefusedError:
    """What authenticates the request is missing or wrong."""
    return RefusedError(401, text)


def expired(given: int, now: int) -> RefusedError:
    """The request was signed too long ago, or in the future."""
    text = f"Given timestamp ({_iso(given)}) not within 600s of server time ({_iso(now)})"
    return unauthorized(f"Timestamp expired: {text}")


def invalid_signature(signed: str, given: str) -> RefusedError:
    """The signature is not the one of what was sent."""
    shown = signed.replace("\n", "\\n")
    sent = f'you should have sent HmacSHA256Hex("{shown}", your_secret_key), but you sent "{given}"'
    return unauthorized(f"Invalid signature: {sent}")


def forbidden(text: str) -> RefusedError:
    """The app may not do this now."""
    return RefusedError(403, text)


def too_large() -> RefusedError:
    """An event's data is too long."""
    return RefusedError(413, "The data content of this event exceeds the allowed maximum (10240 bytes).")


def refusal(error: RefusedError, dialect: Dialect) -> Response:
    """Write a refusal as the imitated server does."""
    if error.field and dialect.invalid != 400:
        body = write({error.field: [error.text]})
        return Response(body, dialect.invalid, media_type="application/json")
    if dialect.refuses_in == "json":
        return Response(write({"error": error.text, "code": error.status}), error.status, media_type="application/json")
    return Response(error.text, error.status, headers={"content-type": "text/plain"})


def _iso(seconds: int) -> str:
    # A time that no calendar holds is shown as it came.
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)
