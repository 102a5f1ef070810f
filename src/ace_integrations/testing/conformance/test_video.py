"""What a platform relies on, whichever provider carries its live classes."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ace_integrations.ace import Ace
from ace_integrations.errors import InvalidInputError
from ace_integrations.testing.conformance.video import VideoUnderTest
from ace_integrations.video import GrantKind, JoinGrant, Person, Reach, Role

TEACHER, STUDENT = Person(id="7", name="Teacher Seven"), Person(id="17", name="طالبة سبعة عشر")


@pytest.fixture(scope="module")
def lasts(video_under_test: VideoUnderTest) -> timedelta:
    """Give how long a grant is asked for."""
    return max(timedelta(minutes=10), video_under_test.shortest_grant)


@pytest.fixture
def ace(video_under_test: VideoUnderTest) -> Iterator[Ace]:
    """Give the front door to the provider."""
    with video_under_test.ace() as ace:
        yield ace


@pytest.fixture
def session_id() -> str:
    """Give a class that no other test has."""
    return uuid4().hex[:12]


Grant = Callable[..., JoinGrant]


@pytest.fixture
def grant(ace: Ace, session_id: str, lasts: timedelta) -> Grant:
    """Give what gives somebody the right to join."""

    def give(person: Person = STUDENT, role: Role = Role.PARTICIPANT, **more: Any) -> JoinGrant:
        now = datetime.fromtimestamp(ace.clock(), UTC)
        given: dict[str, Any] = {"now": now, "ends_at": now + lasts, **more}
        return ace.video.grant(session_id=session_id, person=person, role=role, **given)

    return give


def test_a_class_has_one_room_that_nobody_can_guess(
    video_under_test: VideoUnderTest, ace: Ace, session_id: str
) -> None:
    """A link that was sent stays good, and the next number is no link."""
    room = ace.video.room(session_id)
    with video_under_test.ace() as another:
        assert another.video.room(session_id) == room
    assert ace.video.room(f"{session_id}1") != room
    assert len(room.replace(session_id, "")) >= 20
    assert room == room.lower()
    assert room.isascii()


def test_people_are_known_apart_and_always_by_the_same_name(ace: Ace) -> None:
    """Attendance needs it."""
    names = [ace.video.known_as(str(number)) for number in range(1, 200)]
    assert len(set(names)) == len(names)
    assert names == [ace.video.known_as(str(number)) for number in range(1, 200)]


def test_a_grant_says_what_a_browser_needs(
    video_under_test: VideoUnderTest, ace: Ace, session_id: str, grant: Grant, lasts: timedelta
) -> None:
    """A page knows what to load, into which room, and when to ask again."""
    given = grant()
    assert (given.provider, given.role) == (video_under_test.name, Role.PARTICIPANT)
    assert given.room == ace.video.room(session_id)
    assert given.kind is GrantKind.LINK or str(given.script_url).startswith(("https://", "http://127.0.0.1"))
    now = datetime.fromtimestamp(ace.clock(), UTC)
    assert now < given.renew_after < given.expires_at <= now + lasts
    assert json.loads(given.for_page()) == given.for_browser()


def test_a_page_may_load_what_the_grant_names(ace: Ace, grant: Grant) -> None:
    """A platform's content policy is made of it."""
    script = grant().script_url
    sources = ace.video.content_sources()
    assert all(name.endswith("-src") for name in sources)
    assert script is None or any(script.startswith(source) for source in sources["script-src"])


def test_a_grant_does_not_show_its_token(grant: Grant) -> None:
    """It ends up in a log one day."""
    given = grant()
    texts = [value for value in given.options.values() if isinstance(value, str) and len(value) > 60]
    assert not any(text in repr(given) for text in texts)


def test_names_and_titles_do_no_harm(grant: Grant) -> None:
    """They are people's own words, and stand in the page of somebody else."""
    person = Person(id="18", name="\u202eevil</script><b>\u2066")
    page = grant(person, subject="<img src=x onerror=alert(1)>\u202e").for_page()
    assert "<" not in page
    assert not any(sign in json.loads(page)["options"].get("name", "") for sign in "\u202e\u2066")


def test_the_teacher_moderates_and_no_student_does(video_under_test: VideoUnderTest, grant: Grant) -> None:
    """The provider says so, not our page."""
    teacher = grant(TEACHER, Role.MODERATOR)
    assert video_under_test.enter(teacher) is Role.MODERATOR
    assert video_under_test.enter(grant()) is Role.PARTICIPANT


def test_a_grant_is_for_one_room(video_under_test: VideoUnderTest, ace: Ace, session_id: str, grant: Grant) -> None:
    """Whoever pays for one course does not sit in the others."""
    elsewhere = ace.video.room(f"{session_id}0")
    assert video_under_test.enter(grant(), room=elsewhere) is None


def test_a_grant_ends(video_under_test: VideoUnderTest, grant: Grant, lasts: timedelta) -> None:
    """A link that was passed on is worthless soon."""
    given = grant(TEACHER, Role.MODERATOR)
    video_under_test.pass_time((lasts + timedelta(minutes=5)).total_seconds())
    assert video_under_test.enter(given) is None


@pytest.mark.parametrize(
    "when",
    [
        {"now": datetime(2026, 11, 29, 12, 0)},  # noqa: DTZ001 - that it has no zone is the point
        {"ends_at": datetime(2001, 1, 1, tzinfo=UTC)},
    ],
    ids=["no-zone", "has-passed"],
)
def test_a_time_that_cannot_be_is_refused(grant: Grant, when: dict[str, datetime]) -> None:
    """Each would be a grant for hours more or for nobody."""
    with pytest.raises(InvalidInputError):
        grant(**when)


def test_an_ended_class_is_empty_and_stays_so(
    video_under_test: VideoUnderTest, ace: Ace, grant: Grant, lasts: timedelta
) -> None:
    """Where the server cannot do it, the provider says that the page must."""
    teacher, student = grant(TEACHER, Role.MODERATOR), grant()
    assert video_under_test.enter(teacher) is Role.MODERATOR
    reach = ace.video.end(teacher.room, lasts=lasts)
    assert reach in (Reach.SERVER, Reach.PAGE)
    if video_under_test.closes_rooms:
        assert reach is Reach.SERVER
        assert video_under_test.enter(student) is None


def test_ending_twice_is_no_error(video_under_test: VideoUnderTest, ace: Ace, grant: Grant, lasts: timedelta) -> None:
    """An answer may be lost, and the platform asks again."""
    teacher = grant(TEACHER, Role.MODERATOR)
    video_under_test.enter(teacher)
    assert ace.video.end(teacher.room, lasts=lasts) == ace.video.end(teacher.room, lasts=lasts)


async def test_the_awaited_front_door_does_the_same(
    video_under_test: VideoUnderTest, ace: Ace, session_id: str, lasts: timedelta
) -> None:
    """What is reckoned is reckoned alike, and the end is awaited."""
    async with video_under_test.async_ace() as awaited:
        assert awaited.video.room(session_id) == ace.video.room(session_id)
        now = datetime.fromtimestamp(awaited.clock(), UTC)
        given = awaited.video.grant(
            session_id=session_id, person=TEACHER, role=Role.MODERATOR, now=now, ends_at=now + lasts
        )
        entered = await asyncio.to_thread(video_under_test.enter, given)
        assert entered is Role.MODERATOR
        assert await awaited.video.end(given.room, lasts=lasts) in (Reach.SERVER, Reach.PAGE)
