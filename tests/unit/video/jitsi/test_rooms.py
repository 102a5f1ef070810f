"""The twin's rooms: who is told what when people come, wait, are put out and go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_integrations.video.jitsi.sandbox.rooms import (
    FULL,
    LOCKED,
    Entry,
    EntryRefusedError,
    Participant,
    Room,
    Rooms,
    Switches,
    Terms,
)

TEACHER = Entry(name="Teacher Nine", user_id="9", is_moderator=True)
LINA, OMAR = Entry(name="لينا", user_id="17"), Entry(name="Omar", user_id="18")


class Hall:
    """Rooms with what was heard of them."""

    def __init__(self, **switches: Any) -> None:
        self.heard: list[tuple[str, str]] = []
        self.rooms = Rooms(Switches(**switches), domain="meet.example.org", now=lambda: 1.0, heard=self._hear)

    def _hear(self, what: str, room: Room, person: Participant | None, more: Any) -> None:
        self.heard.append((what, person.entry.user_id if person else room.name))

    def enter(self, entry: Entry, **given: Any) -> Participant:
        return self.rooms.enter("edv-42", entry, **given)


def names(person: Participant) -> list[str]:
    told = [event for _, event, _ in person.told]
    person.told.clear()
    return told


def test_who_comes_is_told_of_those_who_are_in_and_they_of_them() -> None:
    hall = Hall()
    teacher = hall.enter(TEACHER)
    assert names(teacher) == ["videoConferenceJoined", "participantRoleChanged"]
    lina = hall.enter(LINA)
    assert names(lina) == ["videoConferenceJoined", "participantRoleChanged", "participantJoined"]
    assert [(event, payload["displayName"]) for _, event, payload in teacher.told] == [("participantJoined", "لينا")]
    assert (teacher.role, lina.role) == ("moderator", "participant")
    assert hall.heard == [("created", "edv-42"), ("joined", "9"), ("joined", "17")]


def test_the_last_who_goes_closes_the_room_and_the_next_life_has_another_session() -> None:
    hall = Hall()
    lina = hall.enter(LINA)
    session = hall.rooms.open["edv-42"].session_id
    hall.rooms.leave("edv-42", lina.id)
    assert (hall.rooms.open, hall.heard[-2:]) == ({}, [("left", "17"), ("destroyed", "edv-42")])
    hall.enter(LINA)
    assert hall.rooms.open["edv-42"].session_id != session


def test_who_is_put_out_is_told_so_and_may_come_back() -> None:
    hall = Hall()
    teacher, lina = hall.enter(TEACHER), hall.enter(LINA)
    names(teacher), names(lina)
    assert hall.rooms.kick("edv-42", lina.id, by=teacher)
    assert names(lina) == ["participantKickedOut", "videoConferenceLeft", "readyToClose"]
    assert names(teacher) == ["participantKickedOut", "participantLeft"]
    assert not hall.rooms.kick("edv-42", lina.id, by=teacher)
    assert hall.enter(LINA).role == "participant"


def test_an_end_puts_everybody_out() -> None:
    hall = Hall(wait_for_host=True)
    people = [hall.enter(one) for one in (LINA, TEACHER, OMAR)]
    for one in people:
        names(one)
    assert hall.rooms.end("edv-42")
    assert [names(one) for one in people] == [["errorOccurred", "videoConferenceLeft", "readyToClose"]] * 3
    assert (hall.rooms.open, hall.rooms.end("edv-42")) == ({}, False)


def test_before_the_host_others_wait_and_come_in_with_them() -> None:
    hall = Hall(wait_for_host=True)
    lina = hall.enter(LINA)
    assert (lina.is_waiting, names(lina)) == (True, [])
    assert hall.heard == [("created", "edv-42"), ("came to the lobby", "17")]
    hall.enter(TEACHER)
    assert not lina.is_waiting
    assert hall.heard[2:] == [("joined", "9"), ("left the lobby", "17"), ("joined", "17")]
    assert "videoConferenceJoined" in names(lina)
    assert not hall.enter(OMAR).is_waiting


def test_a_host_sees_who_waits_and_lets_them_in() -> None:
    hall = Hall(wait_for_host=True)
    lina = hall.enter(LINA)
    assert hall.rooms.admit("edv-42", lina.id)
    assert not hall.rooms.admit("edv-42", lina.id)
    assert lina in hall.rooms.open["edv-42"].inside


def test_a_lobby_lets_nobody_in_by_itself_until_it_is_opened() -> None:
    hall = Hall()
    teacher = hall.enter(TEACHER)
    hall.rooms.guard("edv-42", has_lobby=True)
    lina, omar = hall.enter(LINA), hall.enter(OMAR)
    assert names(teacher)[-2:] == ["knockingParticipant", "knockingParticipant"]
    hall.rooms.leave("edv-42", omar.id)
    assert hall.heard[-1] == ("left the lobby", "18")
    hall.rooms.guard("edv-42", has_lobby=False)
    assert (lina.is_waiting, hall.heard[-1]) == (False, ("joined", "17"))


@pytest.mark.parametrize(("entry", "password"), [(LINA, "sesame"), (TEACHER, "")])
def test_a_password_is_asked_of_who_is_no_moderator(entry: Entry, password: str) -> None:
    hall = Hall()
    with pytest.raises(EntryRefusedError) as caught:
        hall.enter(OMAR, terms=Terms(password="sesame"), password="open")
    assert (caught.value.name, hall.rooms.open, hall.heard) == (LOCKED, {}, [])
    assert not hall.enter(entry, terms=Terms(password="sesame"), password=password).is_waiting


def test_the_terms_of_a_room_are_those_of_who_opened_it() -> None:
    hall = Hall()
    hall.enter(LINA, terms=Terms(max_occupants=2))
    hall.enter(OMAR, terms=Terms(max_occupants=99))
    with pytest.raises(EntryRefusedError):
        hall.enter(TEACHER)


def test_with_an_automatic_owner_the_first_moderates_whatever_their_token_says() -> None:
    hall = Hall(auto_owner=True)
    assert [hall.enter(one).role for one in (LINA, OMAR, TEACHER)] == ["moderator", "participant", "moderator"]


def test_without_the_module_for_roles_everybody_with_a_token_moderates() -> None:
    hall = Hall(token_affiliation=False)
    assert [hall.enter(one).role for one in (LINA, OMAR)] == ["moderator", "moderator"]


def test_on_the_public_server_the_first_who_comes_moderates() -> None:
    hall = Hall(is_public=True)
    assert [hall.enter(one).role for one in (LINA, TEACHER)] == ["moderator", "participant"]


def test_a_full_room_takes_nobody() -> None:
    hall = Hall(max_occupants=1)
    hall.enter(LINA)
    with pytest.raises(EntryRefusedError) as caught:
        hall.enter(OMAR)
    assert caught.value.name == FULL


def test_a_hand_a_microphone_and_a_word_reach_everybody_once() -> None:
    hall = Hall()
    teacher, lina = hall.enter(TEACHER), hall.enter(LINA)
    names(teacher), names(lina)
    hall.rooms.raise_hand("edv-42", lina.id, raised=True)
    hall.rooms.mute("edv-42", lina.id, muted=True)
    hall.rooms.mute("edv-42", lina.id, muted=True)
    hall.rooms.say("edv-42", lina.id, "سؤال")
    assert names(lina) == ["raiseHandUpdated", "audioMuteStatusChanged", "participantMuted", "outgoingMessage"]
    assert names(teacher) == ["raiseHandUpdated", "participantMuted", "incomingMessage"]


steps = st.lists(st.tuples(st.sampled_from(["enter", "leave", "kick", "end", "admit"]), st.integers(0, 5)), max_size=30)


@given(steps, st.booleans())
def test_whatever_happens_the_webhooks_tell_a_story_that_adds_up(does: list[tuple[str, int]], waits: bool) -> None:
    hall, came = Hall(wait_for_host=waits), list[Participant]()
    for do, which in does:
        entry = Entry(name=f"p{which}", user_id=f"{len(came)}", is_moderator=which == 0)
        if do == "enter":
            came.append(hall.enter(entry))
        elif do == "end":
            hall.rooms.end("edv-42")
        elif came:
            person = came[which % len(came)]
            {
                "leave": lambda: hall.rooms.leave("edv-42", person.id),  # noqa: B023 - called at once
                "kick": lambda: hall.rooms.kick("edv-42", person.id, by=None),  # noqa: B023
                "admit": lambda: hall.rooms.admit("edv-42", person.id),  # noqa: B023
            }[do]()
    inside = {one.entry.user_id for room in hall.rooms.open.values() for one in room.inside}
    joined = [who for what, who in hall.heard if what == "joined"]
    left = [who for what, who in hall.heard if what == "left"]
    assert len(joined) == len(set(joined))
    assert set(joined) - set(left) == inside
    assert set(left) <= set(joined)
    created = sum(what == "created" for what, _ in hall.heard)
    assert created - sum(what == "destroyed" for what, _ in hall.heard) == len(hall.rooms.open)
