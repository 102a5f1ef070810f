"""What happened, told to browsers at once: a frozen class for each event, with its channels, its name and its data.

    class SeatFreed(Broadcast):
        name = "seat.freed"
        course_id: str

        def channels(self) -> tuple[Channel, ...]:
            return (course(self.course_id),)

Data without a class of its own goes by `message`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, get_args
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ace_integrations.errors import InvalidInputError
from ace_integrations.realtime.channels import (
    Channel,
    presence_session,
    private_course,
    private_university,
    private_user,
)
from ace_integrations.realtime.payload import Data, written

LONGEST_EVENT_NAME = 200
"""Characters of an event's name."""

_RESERVED = ("pusher:", "pusher_internal:", "client-")


class Personal:
    """Marks a field that is about a person, as in `status: Annotated[str, Personal()]`: never on a public channel."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message ready to be sent: where, its name, and its data as text.

    Raises:
        InvalidInputError: it goes nowhere, or its name is empty, too long or one of the service's own.
    """

    channels: tuple[Channel, ...]
    name: str
    data: str

    def __post_init__(self) -> None:
        if not self.channels:
            raise InvalidInputError("is empty: a message goes somewhere", field="channels")
        check_event_name(self.name)


def message(*, channels: tuple[Channel, ...], name: str, data: Data) -> Message:
    """Give a message of data that has no class of its own.

    Raises:
        InvalidInputError: see `Message` and `written`.
    """
    return Message(channels, name, written(data))


def check_event_name(name: str) -> str:
    """Give an event's name.

    Raises:
        InvalidInputError: it is empty, too long, or begins like the names that servers may not use.
    """
    if not name or len(name) > LONGEST_EVENT_NAME:
        raise InvalidInputError(f"has between 1 and {LONGEST_EVENT_NAME} characters", field="name")
    if name.startswith(_RESERVED):
        raise InvalidInputError(f"may not begin with any of {', '.join(_RESERVED)}", field="name")
    return name


class Broadcast(BaseModel, ABC):
    """An event for browsers. Its fields are its data; send ids in them, and let the page ask for the rest.

    Attributes:
        name: as the page binds it, as in "session.started".
        event_id: told twice, an event has the same id twice: the page drops the second.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: ClassVar[str]

    event_id: str = Field(default_factory=lambda: str(uuid4()))

    @abstractmethod
    def channels(self) -> tuple[Channel, ...]:
        """Give where it is told."""

    def message(self) -> Message:
        """Give the message.

        Raises:
            InvalidInputError: it is too large, or has personal fields and a public channel.
        """
        channels = self.channels()
        public = next((channel for channel in channels if channel.is_public), None)
        personal = next(_personal(type(self)), None)
        if public is not None and personal is not None:
            raise InvalidInputError(f"is personal, and anybody can listen on {public}", field=personal)
        return Message(channels, self.name, written(self))


class SessionStarted(Broadcast):
    """A live session began."""

    name = "session.started"

    session_id: str
    course_id: str
    title: str
    started_at: AwareDatetime

    def channels(self) -> tuple[Channel, ...]:
        return (private_course(self.course_id),)


class SessionEnded(Broadcast):
    """A live session is over: told to those in it, and to the course."""

    name = "session.ended"

    session_id: str
    course_id: str
    ended_at: AwareDatetime

    def channels(self) -> tuple[Channel, ...]:
        return (presence_session(self.session_id), private_course(self.course_id))


class ApplicationStatusChanged(Broadcast):
    """Somebody's application for a job changed its status."""

    name = "application.status.changed"

    application_id: str
    user_id: Annotated[str, Personal()]
    job_id: str
    status: Annotated[str, Personal()]

    def channels(self) -> tuple[Channel, ...]:
        return (private_user(self.user_id),)


class JobPosted(Broadcast):
    """A job was posted for the members of a university."""

    name = "job.posted"

    job_id: str
    university_id: str
    title: str

    def channels(self) -> tuple[Channel, ...]:
        return (private_university(self.university_id),)


class TeacherApproved(Broadcast):
    """Somebody may teach from now on."""

    name = "teacher.approved"

    user_id: Annotated[str, Personal()]

    def channels(self) -> tuple[Channel, ...]:
        return (private_user(self.user_id),)


def _personal(model: type[BaseModel], seen: frozenset[type[BaseModel]] = frozenset()) -> Iterator[str]:
    """Name the fields of a model that are personal, those of models inside included; a tree holds itself."""
    if model in seen:
        return
    for name, about in model.model_fields.items():
        if any(isinstance(mark, Personal) for mark in about.metadata):
            yield name
        for inner in _models(about.annotation):
            yield from (f"{name}.{field}" for field in _personal(inner, seen | {model}))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
