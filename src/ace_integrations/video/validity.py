"""How long a grant is good, and when to ask for the next one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ace_integrations.errors import InvalidInputError

EARLIEST_RENEWAL = timedelta(minutes=5)
"""How long before its end a grant is renewed, at most; a fifth of a shorter one."""


@dataclass(frozen=True, slots=True)
class Validity:
    """Whole seconds, as tokens count them.

    Attributes:
        issued_at: Unix seconds.
    """

    issued_at: int
    ttl_s: int

    @property
    def expires_at(self) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(self.issued_at + self.ttl_s, UTC)

    @property
    def renew_after(self) -> datetime:
        """From when on to ask for another one."""
        return self.expires_at - min(EARLIEST_RENEWAL, timedelta(seconds=self.ttl_s / 5))


def validity(*, now: datetime, ends_at: datetime, longest_s: int) -> Validity:
    """Reckon how long a grant may be good.

    Args:
        longest_s: the provider's own limit.

    Raises:
        InvalidInputError: a time without its zone, or an end that has passed.
    """
    if now.tzinfo is None or ends_at.tzinfo is None:
        raise InvalidInputError("needs its zone", field="now" if now.tzinfo is None else "ends_at")
    issued_at = int(now.timestamp())
    ttl_s = min(longest_s, int(ends_at.timestamp()) - issued_at)
    if ttl_s < 1:
        raise InvalidInputError("has passed", field="ends_at")
    return Validity(issued_at, ttl_s)
