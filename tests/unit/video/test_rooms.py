"""Names of rooms, and what a browser gets."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr, ValidationError

from ace_integrations.errors import InvalidInputError
from ace_integrations.video.grant import GrantKind, JoinGrant, Person
from ace_integrations.video.live_class import Role
from ace_integrations.video.rooms import ROOM, check_room, room_name

KEY = SecretStr("room-name-key-for-tests")
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_a_room_is_prefix_id_and_a_keyed_digest():
    assert room_name("42", key=KEY) == "edv-42-3a50c824752778fe08fe8a24"


def test_a_new_key_makes_old_links_worthless():
    assert room_name("42", key=SecretStr("another-key-for-tests")) != room_name("42", key=KEY)


@pytest.mark.parametrize(
    "session_id",
    ["42", "0", "b1f0c7a2-8d7e-4b1f-9a43-5e1f2a3b4c5d", "Lesson 42", "دورة", "x" * 300, "UPPER", "a/b?c#d"],
)
def test_whatever_the_id_is_the_room_is_one_that_every_provider_takes(session_id):
    room = room_name(session_id, key=KEY)
    assert ROOM.fullmatch(room)
    assert 20 <= len(room) <= 63


def test_ids_that_read_alike_have_rooms_of_their_own():
    alike = ["a-b", "ab", "A-B", "a b", "aب" + "b", "x" * 28, "x" * 29]
    assert len({room_name(one, key=KEY) for one in alike}) == len(alike)


def test_the_plain_name_is_given_only_to_who_asks_for_it_by_its_fault():
    assert room_name("42", key=KEY, that_every_stranger_can_guess=True) == "edvancesession42"


@pytest.mark.parametrize("session_id", ["", "  "])
def test_no_id_has_no_room(session_id):
    with pytest.raises(InvalidInputError):
        room_name(session_id, key=KEY)


def test_a_key_that_keeps_nothing_is_refused():
    with pytest.raises(InvalidInputError):
        room_name("42", key=SecretStr("short"))


@pytest.mark.parametrize("prefix", ["", "Edv", "9x", "much-too-long", "ed v"])
def test_a_prefix_is_small_letters_and_digits(prefix):
    with pytest.raises(InvalidInputError):
        room_name("42", key=KEY, prefix=prefix)


@pytest.mark.parametrize(
    "room", ["*", "EdvanceSession42", "My Room", "Тест", "x/y", "ab", "-abc", "a" * 64, "abc\n", ""]
)
def test_a_title_or_a_pattern_is_no_room(room):
    with pytest.raises(InvalidInputError):
        check_room(room)


def grant(**fields):
    values = {
        "provider": "jitsi",
        "kind": GrantKind.IFRAME,
        "room": "edv-42-3a50c824752778fe08fe8a24",
        "role": Role.MODERATOR,
        "expires_at": NOW,
        "renew_after": NOW,
        "options": {"jwt": "the-token", "subject": "</script><script>alert('&')"},
        **fields,
    }
    return JoinGrant(**values)


def test_the_token_of_a_grant_is_never_shown():
    assert "the-token" not in repr(grant())
    assert "the-token" not in str(grant())


def test_a_grant_in_a_page_cannot_end_the_script_that_holds_it():
    written = grant().for_page()
    assert not set(written) & set("<>&'")
    assert json.loads(written) == grant().for_browser()


def test_a_grant_for_a_browser_is_plain_json():
    value = grant().for_browser()
    assert (value["kind"], value["role"], value["expires_at"]) == ("iframe", "moderator", "2026-11-25T10:00:00Z")


def test_a_name_cannot_turn_what_stands_beside_it():
    assert Person(id="9", name="Evil\u202e rehcaeT\n ☕ معلّم").name == "Evil rehcaeT ☕ معلّم"


@pytest.mark.parametrize("person_id", ["", "a b", "معلّم", "x" * 65, "a\n"])
def test_an_id_of_a_person_is_printable_ascii(person_id):
    with pytest.raises(ValidationError):
        Person(id=person_id, name="Nine")


def test_a_persons_address_is_not_shown():
    assert "example" not in repr(Person(id="9", name="Nine", email="nine@example.com"))
