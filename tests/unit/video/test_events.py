"""From what providers tell to who was there, in whatever order it came."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from ace_integrations.video.events import LeaveReason, PersonJoined, PersonLeft, presences
from ace_integrations.video.live_class import attendance

START = datetime(2026, 11, 25, 10, tzinfo=UTC)
END = START + timedelta(hours=1)


def minute(number):
    return START + timedelta(minutes=number)


def came(at, *, person="17", connection="c1"):
    return PersonJoined(
        provider="jitsi", room="edv-42-x", at=minute(at), order=at * 1000, person=person, connection=connection
    )


def went(at, *, reason=LeaveReason.LEFT, stayed=None, person="17", connection="c1"):
    return PersonLeft(
        provider="jitsi",
        room="edv-42-x",
        at=minute(at),
        order=at * 1000,
        person=person,
        connection=connection,
        reason=reason,
        stayed=stayed,
    )


def lasted(*told):
    (one,) = attendance(presences(told), ended_at=END, now=END)
    return one.lasted // timedelta(minutes=1)


def test_two_stays_of_one_connection_do_not_count_the_time_between_in_any_order():
    told = [came(0), went(5), came(40), went(50)]
    assert {lasted(*order) for order in itertools.permutations(told)} == {15}


def test_what_is_told_twice_counts_once():
    assert lasted(came(0), came(0), went(5), went(5)) == 5


def test_who_came_again_without_having_been_heard_going_was_gone_by_then():
    assert lasted(came(0), came(20), went(30)) == 30


def test_a_going_without_its_coming_goes_back_as_long_as_the_provider_says():
    assert lasted(went(30, stayed=timedelta(minutes=12))) == 12


def test_a_going_that_says_nothing_was_there_for_no_known_time():
    assert lasted(went(30)) == 0


def test_moving_to_another_server_is_no_going():
    assert lasted(came(0), went(10, reason=LeaveReason.MOVED), went(30)) == 30


def test_who_moves_to_a_room_beside_by_another_connection_leaves_from_there():
    told = [came(0), went(10, reason=LeaveReason.MOVED), came(10, connection="c2"), went(25, connection="c2")]
    assert lasted(*told) == 25


def test_a_phone_and_a_laptop_are_one_presence():
    told = [came(0), went(20), came(10, connection="c2"), went(30, connection="c2")]
    assert lasted(*told) == 30


@pytest.mark.parametrize("event", [came(0, person=None), went(5, person=None)])
def test_who_has_no_id_is_in_no_attendance(event):
    assert presences([event]) == []


def test_who_is_still_there_stays_until_the_class_ends():
    assert lasted(came(45)) == 15
