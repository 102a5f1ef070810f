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
