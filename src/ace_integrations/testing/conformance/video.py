"""What the suite for providers of live classes needs beside the plugin: a place where the provider lets people in."""

from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from ace_integrations.ace import Ace, AsyncAce
from ace_integrations.video import JoinGrant, Role


class VideoUnderTest(Protocol):
    """A provider that lets people in or not, in a sandbox of its own: made without arguments, used with `with`.

    Attributes:
        name: as in ACE_VIDEO.
        closes_rooms: whether its server keeps everybody out of a room that was ended.
        shortest_grant: for how long it lets nobody in for less; zero where there is no such rule.
    """

    name: str
    closes_rooms: bool
    shortest_grant: timedelta

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def ace(self) -> Ace:
        """Give a front door that reaches the provider, on its clock; the suite closes it."""
        ...

    def async_ace(self) -> AsyncAce:
        """Give the same, awaited."""
        ...

    def enter(self, grant: JoinGrant, *, room: str | None = None) -> Role | None:
        """Do what a browser does with a grant; give the role that the provider sees, None where it refuses.

        Args:
            room: another room than the grant's, for somebody who tries.
        """
        ...

    def pass_time(self, seconds: float) -> None:
        """Let time pass at the provider, and on the clock of every `ace`."""
        ...
