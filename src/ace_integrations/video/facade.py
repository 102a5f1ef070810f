"""`ace.video`: the configured provider of live classes, in neutral words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ace_integrations.core.call import Call, operation
from ace_integrations.core.client import AsyncFacade, SyncFacade
from ace_integrations.core.connection import AsyncSender, Sender
from ace_integrations.video.grant import JoinGrant, Person
from ace_integrations.video.live_class import Role
from ace_integrations.video.provider import Reach, VideoProvider


class VideoOperations:
    """Describe what a platform asks of a provider of live classes; what is reckoned here is sent nowhere."""

    provider = ""
    _provider: VideoProvider

    def room(self, session_id: str) -> str:
        """Give the name of a class's room, which nobody can guess.

        Args:
            session_id: your own id of the class.

        Raises:
            ConfigurationError: a key is missing.
        """
        return self._provider.room(session_id)

    def known_as(self, person_id: str) -> str:
        """Give the id by which the provider's events name somebody: your own, where the provider can hold it."""
        return self._provider.known_as(person_id)

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give what the content policy of a page with a class must allow beside itself, by directive.

        As in {"script-src": ("https://meet.example.org",), "frame-src": ("https://meet.example.org",)}.
        """
        return self._provider.content_sources()

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
        """Give somebody the right to join, for some minutes; reckoned here, in both colours.

        Args:
            session_id: your own id of the class.
            role: from `LiveClass.admit`, never from what a browser says.
            now: with its zone.
            ends_at: from `LiveClass.grant_ends_at`; the provider's own limit may be earlier.
            subject: the title, as people read it.
            language: of the provider's own page, as in "ar".

        Raises:
            ConfigurationError: a key is missing.
            InvalidInputError: a time without its zone, or an end that has passed.
        """
        return self._provider.grant(
            session_id=session_id,
            person=person,
            role=role,
            now=now,
            ends_at=ends_at,
            subject=subject,
            language=language,
        )

    @operation
    def end(self, room: str, *, lasts: timedelta = timedelta(hours=1)) -> Call[Reach]:
        """Put everybody out of a room; refuse new grants yourself, as `LiveClass` does.

        Args:
            room: from `room`.
            lasts: how long grants given before may still be good: the room stays closed as long, where that can be.

        Returns:
            `Reach.PAGE` where only the moderator's page can do it.
        """
        return self._provider.end(room, lasts=lasts)

    @operation
    def remove(
        self, room: str, person_id: str, *, lasts: timedelta = timedelta(hours=1), connection: str = ""
    ) -> Call[Reach]:
        """Put one person out of a room; refuse them new grants yourself.

        Args:
            room: from `room`.
            person_id: your own id of them.
            lasts: how long their grant may still be good.
            connection: from `PersonJoined`, for a provider that knows people by it.

        Returns:
            `Reach.PAGE` where only the moderator's page can do it.
        """
        return self._provider.remove(room, person_id, lasts=lasts, connection=connection)


class Video(VideoOperations, SyncFacade):
    """Live classes, blocking."""

    def __init__(self, sender: Sender, provider: VideoProvider) -> None:
        super().__init__(sender)
        self._provider = provider


class AsyncVideo(VideoOperations, AsyncFacade):
    """Live classes, awaited."""

    def __init__(self, sender: AsyncSender, provider: VideoProvider) -> None:
        super().__init__(sender)
        self._provider = provider
