"""A live class: every cell of who may do what when, and an attendance that no disorder changes."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations import InvalidInputError
from ace_integrations.video.live_class import (
    ABANDONED,
    OVERRUN,
    Attendance,
    ClassRefusedError,
    ClassStatus,
    LiveClass,
    Presence,
    Refusal,
    Role,
    Standing,
    attendance,
    scheduled,
)

NOW = datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(status: ClassStatus) -> LiveClass:
    planned = scheduled("7", starts_at=NOW + HOUR, lasts=HOUR, now=NOW)
    if status is ClassStatus.SCHEDULED:
        return planned
    active = planned.start(Standing.TEACHER, now=NOW)
    return active if status is ClassStatus.ACTIVE else active.end(Standing.TEACHER, now=NOW + HOUR)


TEACHER, STUDENT, ADMIN, STRANGER = Standing
SCHEDULED, ACTIVE, ENDED = ClassStatus
JOINING: dict[tuple[Standing, ClassStatus], Role | Refusal] = {
    (TEACHER, SCHEDULED): Refusal.NOT_STARTED,
    (TEACHER, ACTIVE): Role.MODERATOR,
    (TEACHER, ENDED): Refusal.ENDED,
    (STUDENT, SCHEDULED): Refusal.NOT_STARTED,
    (STUDENT, ACTIVE): Role.PARTICIPANT,
    (STUDENT, ENDED): Refusal.ENDED,
    **{(who, status): Refusal.NOT_YOURS for who in (ADMIN, STRANGER) for status in ClassStatus},
}
STARTING: dict[tuple[Standing, ClassStatus], ClassStatus | Refusal] = {
    (TEACHER, SCHEDULED): ACTIVE,
    (TEACHER, ACTIVE): ACTIVE,
    (TEACHER, ENDED): Refusal.ENDED,
    **{(who, status): Refusal.NOT_YOURS for who in (STUDENT, ADMIN, STRANGER) for status in ClassStatus},
}
ENDING: dict[tuple[Standing, ClassStatus], ClassStatus | Refusal] = {
    **{(who, status): ENDED for who in (TEACHER, ADMIN) for status in ClassStatus},
    **{(who, status): Refusal.NOT_YOURS for who in (STUDENT, STRANGER) for status in ClassStatus},
}
CELLS = list(itertools.product(Standing, ClassStatus))


@pytest.mark.parametrize(("who", "status"), CELLS)
def test_who_may_join_when(who: Standing, status: ClassStatus) -> None:
    expected = JOINING[who, status]
    if isinstance(expected, Role):
        assert at(status).admit(who) is expected
        return
    with pytest.raises(ClassRefusedError) as caught:
        at(status).admit(who)
    assert caught.value.reason is expected


@pytest.mark.parametrize(("who", "status"), CELLS)
@pytest.mark.parametrize(("verb", "table"), [("start", STARTING), ("end", ENDING)])
def test_who_may_start_and_end_when(
    verb: str, table: dict[tuple[Standing, ClassStatus], ClassStatus | Refusal], who: Standing, status: ClassStatus
) -> None:
    before, expected = at(status), table[who, status]
    if isinstance(expected, Refusal):
        with pytest.raises(ClassRefusedError) as caught:
            getattr(before, verb)(who, now=NOW)
        assert caught.value.reason is expected
        return
    after = getattr(before, verb)(who, now=NOW)
    assert after.status is expected
    assert (after.version > before.version) is (after != before)
    assert after == before or before.status is not expected


def test_a_student_is_never_a_moderator() -> None:
    assert [who for who, status in CELLS if JOINING[who, status] is Role.MODERATOR] == [TEACHER]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": NOW - HOUR}, "starts_at"),
        ({"starts_at": NOW}, "starts_at"),
        ({"starts_at": (NOW + HOUR).replace(tzinfo=None)}, "starts_at"),
        ({"lasts": timedelta(minutes=4)}, "lasts"),
        ({"lasts": timedelta(hours=13)}, "lasts"),
    ],
)
def test_a_class_is_scheduled_for_a_time_to_come(changes: dict[str, object], field: str) -> None:
    values = {"starts_at": NOW + HOUR, "lasts": HOUR, "now": NOW, **changes}
    with pytest.raises(InvalidInputError) as caught:
        scheduled("7", **values)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_grant_ends_with_its_own_time_or_the_class() -> None:
    begun = at(ACTIVE)
    ttl = timedelta(minutes=10)
    assert begun.grant_ends_at(now=NOW, ttl=ttl) == NOW + ttl
    late = NOW + 2 * HOUR
    assert begun.grant_ends_at(now=late, ttl=timedelta(hours=5)) == late + OVERRUN


def test_a_class_that_nobody_ended_is_over_some_time_after_its_plan() -> None:
    begun = at(ACTIVE)
    end = begun.starts_at + begun.lasts
    assert not begun.is_overdue(now=end + ABANDONED - timedelta(seconds=1))
    assert begun.is_overdue(now=end + ABANDONED)
    assert not at(ENDED).is_overdue(now=end + 10 * ABANDONED)


# Who was there.


def told(person: str, visit: str, came: bool, minute: float) -> Presence:
    return Presence(person, visit, came, NOW + timedelta(minutes=minute))


def test_stays_are_added_up_and_two_at_once_count_once() -> None:
    lina = [
        told("lina", "phone", True, 0),
        told("lina", "laptop", True, 5),
        told("lina", "phone", False, 20),
        told("lina", "laptop", False, 30),
        told("lina", "again", True, 40),
    ]
    (one,) = attendance(lina, ended_at=NOW + HOUR, now=NOW + HOUR)
    assert one == Attendance("lina", NOW, NOW + HOUR, timedelta(minutes=50))


def test_who_is_still_there_has_not_left() -> None:
    (one,) = attendance([told("lina", "a", True, 0)], ended_at=None, now=NOW + timedelta(minutes=7))
    assert (one.left_at, one.lasted) == (None, timedelta(minutes=7))


def test_who_was_only_heard_going_was_there_for_no_known_time() -> None:
    (one,) = attendance([told("lina", "a", False, 9)], ended_at=None, now=NOW + HOUR)
    assert (one.joined_at, one.left_at, one.lasted) == (
        NOW + timedelta(minutes=9),
        NOW + timedelta(minutes=9),
        timedelta(),
    )


events = st.builds(
    told, st.sampled_from(["lina", "omar"]), st.sampled_from("abc"), st.booleans(), st.integers(-5, 90).map(float)
)


@given(st.lists(events, max_size=12), st.randoms(use_true_random=False), st.booleans())
def test_disorder_and_repeats_change_nothing_and_nobody_is_there_longer_than_the_class(
    heard: list[Presence], random: object, ended: bool
) -> None:
    ended_at = NOW + HOUR if ended else None
    now = NOW + 2 * HOUR
    first = attendance(heard, ended_at=ended_at, now=now)
    shuffled = [*heard, *heard]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert attendance(shuffled, ended_at=ended_at, now=now) == first
    assert {one.person for one in first} == {one.person for one in heard}
    for one in first:
        until = one.left_at or now
        assert timedelta() <= one.lasted <= until - one.joined_at


@given(st.lists(events, min_size=1, max_size=8))
def test_an_end_closes_every_stay(heard: list[Presence]) -> None:
    assert all(one.left_at is not None for one in attendance(heard, ended_at=NOW + HOUR, now=NOW + 2 * HOUR))


def test_a_class_is_a_value() -> None:
    assert replace(at(ACTIVE)) == at(ACTIVE)
