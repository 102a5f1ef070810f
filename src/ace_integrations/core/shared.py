"""Where the processes of one platform leave things for each other."""

import re
from typing import Any, Protocol


class Shared(Protocol):
    """A place that all processes reach. It may fail: what is there can be had without it, so tell and go on."""

    def get(self, key: str) -> bytes | None:
        """Give what stands under a key."""
        ...

    def put(self, key: str, value: bytes, *, seconds: int) -> None:
        """Keep it for some seconds."""
        ...

    def claim(self, key: str, *, seconds: int) -> bool:
        """Take something on for some seconds; False while another process has it."""
        ...

    def drop(self, key: str) -> None:
        """Forget a key."""
        ...

    def clear(self, prefix: str) -> int:
        """Forget every key that begins so; give how many there were."""
        ...


class RedisShared:
    """The place in Redis. Whoever may read there may use the tokens that it holds.

    Args:
        url: as in redis://127.0.0.1:6379/0.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None

    def get(self, key: str) -> bytes | None:
        found: bytes | None = self._redis().get(key)
        return found

    def put(self, key: str, value: bytes, *, seconds: int) -> None:
        self._redis().set(key, value, ex=seconds)

    def claim(self, key: str, *, seconds: int) -> bool:
        return bool(self._redis().set(key, b"1", ex=seconds, nx=True))

    def drop(self, key: str) -> None:
        self._redis().delete(key)

    def clear(self, prefix: str) -> int:
        redis = self._redis()
        # A `*` of the prefix itself would reach further.
        pattern = re.sub(r"([*?\[\]\\])", r"\\\1", prefix) + "*"
        return sum(int(redis.delete(key)) for key in redis.scan_iter(match=pattern, count=500))

    def _redis(self) -> Any:
        if self._client is None:
            self._client = open_redis(self._url)
        return self._client


def open_redis(url: str) -> Any:
    """Give a client of Redis; it connects on first use, and waits a second at most.

    Raises:
        ImportError: the extra is not installed.
    """
    try:
        import redis
    except ImportError:
        raise ImportError("REDIS_URL needs the extra: pip install 'ace-integrations[redis]'") from None
    return redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)  # pyright: ignore[reportUnknownMemberType] - untyped options
