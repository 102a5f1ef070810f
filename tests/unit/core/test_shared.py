"""What processes leave for each other in Redis."""

import time

from ace_integrations.core.shared import RedisShared


def test_what_one_puts_another_gets_and_only_one_takes_a_thing_on(redis_url: str) -> None:
    one, other = RedisShared(redis_url), RedisShared(redis_url)
    key = f"test:{time.time_ns()}"
    assert other.get(key) is None
    one.put(key, b"left", seconds=60)
    assert other.get(key) == b"left"
    assert [place.claim(f"{key}:work", seconds=60) for place in (one, other, one)] == [True, False, False]


def test_what_was_taken_on_can_be_given_back(redis_url: str) -> None:
    place, key = RedisShared(redis_url), f"test:{time.time_ns()}"
    assert place.claim(key, seconds=60)
    place.drop(key)
    assert place.claim(key, seconds=60)


def test_only_keys_of_a_prefix_are_forgotten_whatever_signs_it_has(redis_url: str) -> None:
    place, prefix = RedisShared(redis_url), f"test:{time.time_ns()}:[a]*?:"
    for key in (f"{prefix}1", f"{prefix}2", prefix.replace("[a]", "a") + "3", prefix.replace("*", "x") + "4"):
        place.put(key, b"left", seconds=60)
    assert place.clear(prefix) == 2
    assert place.clear(prefix) == 0
    assert place.get(prefix.replace("[a]", "a") + "3") == b"left"
