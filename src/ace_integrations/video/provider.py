"""What a provider of live classes does for a platform, and what a plugin implements."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ace_integrations.core.call import Call
from ace_integrations.video.grant import JoinGrant, Person
from ace_integrations.video.live_class import Role


class Reach(StrEnum):
    """How far what was asked of a provider reached."""

    SERVER = "server"
    """The provider did it for everybody."""
    PAGE = "page"
    """The provider's server cannot: the moderator's page must do it. New grants are yours to refuse."""


class VideoProvider(Protocol):
    """What a plugin for live classes implements, once for both colours.

    `room`, `known_as` and `grant` are reckoned here: no service is asked, and no room is made before somebody is in it.
    """

    def room(self, session_id: str) -> str:
        """Give the name of a class's room, which nobody can guess.

        Args:
            session_id: your own id of the class.
        """
        ...

    def known_as(self, person_id: str) -> str:
        """Give the id by which the provider's events name somebody: your own, where the provider can hold it."""
        ...

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give what the content policy of a page with a class must allow beside itself, by directive.

        As in {"script-src": ("https://meet.example.org",), "frame-src": ("https://meet.example.org",)}.
        """
        ...

    def grant(
        self,
        *,
        session_id: str,
        person: Person,
        role: Role,
        now: datetime,
        ends_at: datetime,
        subject: str = "",
        language: str = "en",
    ) -> JoinGrant:
        """Give somebody the right to join; asked for anew for each who joins, and before it ends.

        Args:
            role: from `LiveClass.admit`, never from what a browser says.
            now: with its zone.
            ends_at: from `LiveClass.grant_ends_at`; the provider's own limit may be earlier.
            subject: the title, as people read it.
            language: of the provider's own page, as in "ar".

        Raises:
            ConfigurationError: a key is missing.
            InvalidInputError: a person or time that the provider cannot hold.
        """
        ...

    def end(self, room: str, *, lasts: timedelta) -> Call[Reach]:
        """Put everybody out of a room.

        Args:
            lasts: how long grants given before may still be good: the room stays closed at least that long, where
                the provider can close it.
        """
        ...

    def remove(self, room: str, person_id: str, *, lasts: timedelta, connection: str = "") -> Call[Reach]:
        """Put one person out of a room. Refuse them new grants yourself.

        Args:
            person_id: your own id of them.
            lasts: how long their grant may still be good: they are kept out as long, where the provider can do that.
            connection: from `PersonJoined`, for a provider that knows people by it.
        """
        ...
