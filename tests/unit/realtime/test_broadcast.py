"""Events for browsers: where they go, what is sent, what is never sent."""

import json
import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ace_integrations.errors import InvalidInputError
from ace_integrations.realtime import (
    ApplicationStatusChanged,
    Broadcast,
    Channel,
    JobPosted,
    Message,
    Personal,
    RawData,
    SessionEnded,
    SessionStarted,
    TeacherApproved,
    course,
    message,
    private_course,
)
from ace_integrations.realtime.payload import LARGEST_DATA, written

AT = datetime(2026, 11, 29, 18, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("event", "name", "channels"),
    [
        (
            SessionStarted(session_id="7", course_id="42", title="دورة بايثون", started_at=AT),
            "session.started",
            ["private-course.42"],
        ),
        (
            SessionEnded(session_id="7", course_id="42", ended_at=AT),
            "session.ended",
            ["presence-session.7", "private-course.42"],
        ),
        (
            ApplicationStatusChanged(application_id="17", user_id="9", job_id="5", status="accepted"),
            "application.status.changed",
            ["private-user.9"],
        ),
        (JobPosted(job_id="5", university_id="3", title="Engineer"), "job.posted", ["private-university.3"]),
        (TeacherApproved(user_id="9"), "teacher.approved", ["private-user.9"]),
    ],
)
def test_each_event_has_its_name_its_channels_and_its_fields(event, name, channels):
    made = event.message()
    assert (made.name, [str(channel) for channel in made.channels]) == (name, channels)
    assert json.loads(made.data) == event.model_dump(mode="json")
    assert not any(channel.is_public for channel in made.channels)


def test_an_event_that_is_told_again_has_the_same_id_and_another_one_has_not():
    first, second = TeacherApproved(user_id="9"), TeacherApproved(user_id="9")
    assert first.message() == first.message()
    assert json.loads(first.message().data)["event_id"] != json.loads(second.message().data)["event_id"]


def test_an_event_is_frozen_and_needs_the_zone_of_its_time():
    with pytest.raises(ValidationError):
        TeacherApproved(user_id="9").user_id = "10"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        SessionEnded(session_id="7", course_id="42", ended_at=datetime(2026, 11, 29, 18))  # noqa: DTZ001


class Grade(BaseModel):
    student: Annotated[str, Personal()]
    mark: Decimal


class Graded(Broadcast):
    name = "graded"

    course_id: str
    grades: tuple[Grade, ...] = ()

    def channels(self) -> tuple[Channel, ...]:
        return (private_course(self.course_id), course(self.course_id))


class Told(Broadcast):
    name = "told"

    who: Annotated[str | None, Personal()] = None

    def channels(self) -> tuple[Channel, ...]:
        return (Channel("cache-news"),)


@pytest.mark.parametrize(("event", "field"), [(Graded(course_id="42"), "grades.student"), (Told(), "who")])
def test_a_class_with_personal_fields_is_refused_on_a_public_channel(event, field):
    with pytest.raises(InvalidInputError, match="personal") as refused:
        event.message()
    assert refused.value.field == field


class Reply(BaseModel):
    text: str
    replies: "tuple[Reply, ...]" = ()


class Discussed(Broadcast):
    name = "discussed"

    replies: tuple[Reply, ...]

    def channels(self) -> tuple[Channel, ...]:
        return (course("42"),)


def test_a_tree_of_models_is_looked_through_once():
    made = Discussed(replies=(Reply(text="a", replies=(Reply(text="b"),)),)).message()
    assert json.loads(made.data)["replies"][0]["replies"][0]["text"] == "b"


class Seat(Broadcast):
    name = "seat.freed"

    course_id: str
    price: Decimal = Decimal("149.00")

    def channels(self) -> tuple[Channel, ...]:
        return (course(self.course_id),)


def test_an_event_without_personal_fields_may_be_public_and_its_decimal_stays_exact():
    made = Seat(course_id="42").message()
    assert json.loads(made.data)["price"] == "149.00"


# Data.


@given(JSON)
def test_any_json_value_arrives_as_itself(value):
    assert json.loads(written(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"price": Decimal("0.10")}, '{"price":"0.10"}'),
        (Decimal("149.00"), '"149.00"'),
        ({"at": AT}, '{"at":"2026-11-29T18:00:00+00:00"}'),
        ({"on": date(2026, 11, 29)}, '{"on":"2026-11-29"}'),
        (UUID(int=7), '"00000000-0000-0000-0000-000000000007"'),
        ({"grade": Grade(student="9", mark=Decimal("1.0"))}, '{"grade":{"student":"9","mark":"1.0"}}'),
        ((1, 2), "[1,2]"),
        (RawData("as it stands"), "as it stands"),
        (RawData(""), ""),
    ],
)
def test_what_json_has_no_word_for_goes_as_text(value, expected):
    assert written(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        {"mark": float("inf")},
        {"at": datetime(2026, 11, 29)},  # noqa: DTZ001
        {"what": object()},
        {("a", "b"): 1},
        "\ud800",
        RawData("\udfff"),
    ],
)
def test_what_has_no_json_is_refused_without_quoting_it(value):
    with pytest.raises(InvalidInputError, match="data"):
        written(value)


def test_data_that_holds_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidInputError, match="data"):
        written(loop)


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.integers(min_value=-3, max_value=3))
def test_the_size_is_that_of_the_bytes_and_the_limit_is_exact(text, beside):
    filled = text + "x" * (LARGEST_DATA + beside - len(text.encode()))
    if beside > 0:
        with pytest.raises(InvalidInputError, match=str(LARGEST_DATA + beside)):
            written(RawData(filled))
        return
    assert written(RawData(filled)) == filled


def test_arabic_letters_have_two_bytes_each():
    assert written("س" * 5119)
    with pytest.raises(InvalidInputError, match="10242"):
        written("س" * 5120)


@pytest.mark.parametrize(("size", "lines"), [(8191, 0), (8192, 1)])
def test_the_log_warns_from_80_percent_on(size, lines, caplog):
    with caplog.at_level(logging.WARNING, logger="ace_integrations.realtime"):
        written(RawData("x" * size))
    assert len(caplog.records) == lines


# Messages.


@pytest.mark.parametrize("name", ["", "x" * 201, "pusher:ping", "pusher_internal:member_added", "client-typing"])
def test_a_name_that_servers_may_not_use_is_refused(name):
    with pytest.raises(InvalidInputError, match="name"):
        message(channels=(course(42),), name=name, data={})


def test_a_message_goes_somewhere():
    with pytest.raises(InvalidInputError, match="channels"):
        message(channels=(), name="told", data={})


def test_a_message_is_its_channels_its_name_and_its_text():
    made = message(channels=(course(42),), name="x" * 200, data={"title": "دورة"})
    assert made == Message((Channel("course.42"),), "x" * 200, '{"title":"دورة"}')
