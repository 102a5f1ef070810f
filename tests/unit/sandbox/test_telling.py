"""What twins tell the platform: at once, twice, or later in another order."""

import pytest

from ace_integrations.sandbox.telling import Telling


@pytest.fixture
def posted():
    return []


@pytest.fixture
def telling(posted):
    return Telling(posted.append)


def test_what_is_told_is_sent_at_once(telling, posted):
    telling.tell("came")
    assert (posted, telling.told) == (["came"], ["came"])


@pytest.mark.parametrize(("newest_first", "order"), [(False, ["came", "went"]), (True, ["went", "came"])])
def test_what_is_held_back_is_sent_later_in_either_order(telling, posted, newest_first, order):
    telling.hold()
    telling.tell("came")
    telling.hold()
    telling.tell("went")
    assert posted == []
    assert telling.release(newest_first=newest_first) == 2
    assert posted == order
    telling.tell("came again")
    assert posted[2:] == ["came again"]


def test_the_last_is_repeated_even_while_others_are_held_back(telling, posted):
    with pytest.raises(KeyError):
        telling.repeat()
    telling.hold()
    telling.tell("came")
    telling.repeat()
    assert posted == ["came"]


def test_each_is_sent_twice_by_a_switch_until_it_begins_anew(telling, posted):
    telling.doubles = True
    telling.tell("came")
    telling.reset()
    telling.tell("went")
    assert posted == ["came", "came", "went"]
