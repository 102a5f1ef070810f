"""How PayPal's API reads requests and says no: JSON, two shapes of errors, and the request ids that it remembers."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ace_integrations.payments.paypal.sandbox.issues import NAMES, STATUS_NAMED, STATUS_OF

Json = dict[str, Any]

MOST_REQUEST_ID = 108
ORDERS_KEPT_S, PAYMENTS_KEPT_S = 6 * 3600.0, 45 * 86400.0
"""How long a request id is remembered: for orders, and for captures of authorisations and refunds."""


class RefusedError(Exception):
    """An error answer of the API.

    Attributes:
        details: the issues, each with its field and value; empty where the status says it all.
        links: where the buyer can be sent, beside the information on the issue.
    """

    def __init__(self, status: int, details: Sequence[Json] = ()) -> None:
        self.status = status
        self.details = list(details)
        self.links: list[Json] = []
        super().__init__(", ".join(each["issue"] for each in self.details) or NAMES[status][0])

    def body(self, debug_id: str) -> Json:
        """Write it as the API does."""
        name, message = NAMES[self.status]
        subject = self.details[0]["issue"] if self.details else name
        about = {"href": f"https://developer.paypal.com/#{subject}", "rel": "information_link", "method": "GET"}
        body: Json = {"name": name, "message": message, "debug_id": debug_id, "links": [about, *self.links]}
        if self.details:
            body["details"] = self.details
        return body


def detail(issue: str, field: str = "", value: object = None, location: str = "body") -> Json:
    """Give one issue of an answer; its place and value where there is one."""
    said: Json = {"issue": issue, "description": f"{issue.replace('_', ' ').capitalize()}."}
    if field:
        said |= {"field": field, "location": location}
    if isinstance(value, str):
        said["value"] = value
    return said


def refusal(issue: str, field: str = "", value: object = None, *, location: str = "body") -> RefusedError:
    """Refuse for one issue; its status is that of the table."""
    return RefusedError(STATUS_OF[issue], [detail(issue, field, value, location)])


def no_such(field: str, value: str) -> RefusedError:
    """Refuse for an id that names nothing."""
    return refusal("INVALID_RESOURCE_ID", field, value, location="path")


def new_debug_id() -> str:
    """Give what an answer is found by in PayPal's logs: 13 hexadecimal digits."""
    return secrets.token_hex(7)[:13]


def read_json(body: bytes) -> Json:
    """Read a request's body; an empty one is an empty object, and a member that is null is none."""
    try:
        value = as_object(_parsed(body) if body.strip() else {})
    except ValueError:
        value = None
    if value is None:
        raise refusal("MALFORMED_REQUEST_JSON")
    return value


def read_list(body: bytes) -> list[Any]:
    """Read a body that must be a list."""
    try:
        value = as_list(_parsed(body))
    except ValueError:
        raise refusal("MALFORMED_REQUEST_JSON") from None
    if value is None:
        raise refusal("INVALID_PARAMETER_SYNTAX", "/")
    return value


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body, object_hook=_without_nulls)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _without_nulls(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def as_object(value: object) -> Json | None:
    """Give a JSON object as such; None for anything else."""
    return cast("Json", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any] | None:
    """Give a JSON list as such; None for anything else."""
    return value if isinstance(value, list) else None  # pyright: ignore[reportUnknownVariableType]


def group(held: Mapping[str, Any], name: str) -> Json:
    """Give a member that must be an object; an empty one when it is absent.

    Raises:
        RefusedError: it is something else.
    """
    value = held.get(name)
    found = as_object({} if value is None else value)
    if found is None:
        raise refusal("INVALID_PARAMETER_SYNTAX", f"/{name}")
    return found


def mocked(header: str) -> RefusedError | None:
    """Give the refusal that a `PayPal-Mock-Response` asks for; None for a value that says nothing known."""
    try:
        asked = as_object(json.loads(header)) or {}
    except ValueError:
        return None
    code = str(asked.get("mock_application_codes", ""))
    if code in STATUS_OF:
        return refusal(code)
    return RefusedError(STATUS_NAMED[code]) if code in STATUS_NAMED else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation did.

    Attributes:
        look: gives the thing as it is at the time of asking; None for an answer without a body.
        brief: the members that `Prefer: return=minimal` leaves; None for all.
    """

    status: int
    look: Callable[[], Json] | None = None
    brief: frozenset[str] | None = None

    def body(self, *, whole: bool) -> Json | None:
        """Give the body to send."""
        if self.look is None:
            return None
        full = self.look()
        if whole or self.brief is None:
            return full
        return {name: value for name, value in full.items() if name in self.brief}


@dataclass(slots=True)
class RequestIds:
    """First answers by operation and request id: another one with the same id shows the same thing as it is now."""

    _kept: dict[tuple[str, str], tuple[float, Answer]] = field(
        default_factory=dict[tuple[str, str], tuple[float, Answer]]
    )

    def find(self, operation: str, request_id: str, now: float) -> Answer | None:
        """Give the first answer again, with 200; None for a new or a forgotten id."""
        until, answer = self._kept.get((operation, request_id), (0.0, None))
        if answer is None or until <= now:
            return None
        return Answer(200 if answer.look else answer.status, answer.look, answer.brief)

    def keep(self, operation: str, request_id: str, answer: Answer, *, until: float) -> None:
        """Remember an answer. Refusals are not remembered: what was refused may be tried again."""
        self._kept[(operation, request_id)] = (until, answer)

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()
