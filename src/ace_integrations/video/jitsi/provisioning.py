"""JaaS asks how a room shall be before it opens it (`SETTINGS_PROVISIONING`): the question, verified, and the answer.

What is answered counts, so this is nothing for a receiver of events: a route of your own answers.

    question = read_room_question(settings, headers, body, now=int(time.time()))
    return JSONResponse(RoomSettings(waits_for_moderator=True, max_occupants=30).answer())
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr

from ace_integrations.core import Headers
from ace_integrations.errors import InvalidInputError, MalformedEventError
from ace_integrations.video.jitsi.settings import JitsiSettings
from ace_integrations.video.jitsi.webhooks import WEBHOOKS
from ace_integrations.video.rooms import ROOM
from ace_integrations.webhooks import read_model, read_object

FEWEST, MOST = 2, 500
"""Who may be in one meeting."""


@dataclass(frozen=True, slots=True)
class RoomQuestion:
    """Which room is to be opened.

    Attributes:
        app_id: `vpaas-magic-cookie-…`.
        room: its bare name, as `ace.video.room` gives it.
    """

    app_id: str
    room: str


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """How a room shall be.

    Attributes:
        waits_for_moderator: others wait until a moderator is in.
        passcode: asked of who is no moderator.
        max_occupants: 2 to 500.

    Raises:
        InvalidInputError: so many cannot be in a meeting, or the passcode is empty.

    Source: jitsi.md §4.3
    """

    waits_for_moderator: bool = False
    passcode: SecretStr | None = None
    max_occupants: int | None = None

    def __post_init__(self) -> None:
        if self.max_occupants is not None and not FEWEST <= self.max_occupants <= MOST:
            raise InvalidInputError(f"is {FEWEST} to {MOST}", field="max_occupants")
        if self.passcode is not None and not self.passcode.get_secret_value():
            raise InvalidInputError("is None where there is none", field="passcode")

    def answer(self) -> Mapping[str, JsonValue]:
        """Give the JSON object to answer with; it holds the passcode."""
        told: dict[str, JsonValue] = {"lobbyEnabled": self.waits_for_moderator}
        if self.waits_for_moderator:
            told["lobbyType"] = "WAIT_FOR_MODERATOR"
        if self.passcode is not None:
            told["passcode"] = self.passcode.get_secret_value()
        if self.max_occupants is not None:
            told["maxOccupants"] = self.max_occupants
        return told


class _Question(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    fqn: str = Field(min_length=1)


def read_room_question(settings: JitsiSettings, headers: Headers, body: bytes, *, now: int) -> RoomQuestion:
    """Verify and read the question; it is signed as webhooks are.

    Args:
        body: the bytes as they came.
        now: Unix seconds.

    Raises:
        ConfigurationError: `JAAS_WEBHOOK_SECRET` is not set.
        SignatureError: it is not signed by one of the secrets, or too long ago.
        MalformedEventError: it names no room of this account.

    Source: jitsi.md §4.3
    """
    WEBHOOKS.scheme(settings).verify(headers, body, secrets=WEBHOOKS.secrets(settings), now=now)
    app_id, _, room = read_model(_Question, read_object(body)).fqn.partition("/")
    if app_id != settings.jaas_app_id or not ROOM.fullmatch(room):
        raise MalformedEventError("it asks for no room of this account")
    return RoomQuestion(app_id, room)
