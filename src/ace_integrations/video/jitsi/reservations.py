"""A Prosody of yours asks whether a room may be opened (its module `reservations`): the question, and the answers.

Nothing signs the question, so let your own server's network ask only.

    asked = read_reservation_request(body)
    return JSONResponse(Reservation("7", asked, lasts=timedelta(hours=1), max_occupants=30).answer())
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from pydantic import JsonValue, SecretStr

from ace_integrations.errors import InvalidInputError, MalformedEventError
from ace_integrations.video.rooms import ROOM


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """Who wants to open which room.

    Attributes:
        room: its bare name, as `ace.video.room` gives it.
        starts_at: when they came.
        owner: the mail address of who opens it, "" where their token has none.
    """

    room: str
    starts_at: datetime
    owner: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reservation:
    """The room may be opened; answer with 200.

    Attributes:
        id: your own; the server names it when the room is over, with `DELETE …/conference/{id}`.
        lasts: after so long the server ends it.
        password: asked of who is no moderator.

    Raises:
        InvalidInputError: it lasts no whole second, or nobody fits in.

    Source: jitsi.md §4.4
    """

    id: str
    request: ReservationRequest
    lasts: timedelta
    max_occupants: int | None = None
    has_lobby: bool = False
    password: SecretStr | None = None

    def __post_init__(self) -> None:
        if self.lasts < timedelta(seconds=1):
            raise InvalidInputError("is a second or more", field="lasts")
        if self.max_occupants is not None and self.max_occupants < 1:
            raise InvalidInputError("is 1 or more", field="max_occupants")

    def answer(self) -> Mapping[str, JsonValue]:
        """Give the JSON object to answer with; it holds the password."""
        told: dict[str, JsonValue] = {
            "id": self.id,
            "name": self.request.room,
            "mail_owner": self.request.owner,
            "start_time": written(self.request.starts_at),
            "duration": int(self.lasts.total_seconds()),
        }
        if self.max_occupants is not None:
            told["max_occupants"] = self.max_occupants
        if self.has_lobby:
            told["lobby"] = True
        if self.password is not None:
            told["password"] = self.password.get_secret_value()
        return told


@dataclass(frozen=True, slots=True)
class ReservationConflict:
    """Another one holds the room; answer with 409. Any other status of 400 to 499 refuses it too."""

    id: str

    def answer(self) -> Mapping[str, JsonValue]:
        """Give the JSON object to answer with."""
        return {"conflict_id": self.id}


def read_reservation_request(body: bytes) -> ReservationRequest:
    """Read the question, a form.

    Raises:
        MalformedEventError: it names no room or no time.

    Source: jitsi.md §4.4
    """
    try:
        fields = parse_qs(body.decode(), max_num_fields=20)
        starts_at = datetime.fromisoformat(fields["start_time"][0])
        room = fields["name"][0]
    except (KeyError, ValueError):
        raise MalformedEventError("it is no form with a name and a time") from None
    if not ROOM.fullmatch(room) or starts_at.tzinfo is None:
        raise MalformedEventError("it names no room of ours, or a time without its zone")
    return ReservationRequest(room, starts_at, fields.get("mail_owner", [""])[0])


def written(moment: datetime) -> str:
    """Give a time as the server writes it, as in 2026-11-25T10:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
