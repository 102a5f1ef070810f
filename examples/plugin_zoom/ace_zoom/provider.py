"""Zoom as the provider of live classes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from pydantic import SecretStr

from ace_integrations.core import Call, Result, require
from ace_integrations.errors import InvalidInputError, NotFoundError
from ace_integrations.video import GrantKind, JoinGrant, Person, Reach, Role, room_name
from ace_integrations.video.grant import shown
from ace_integrations.video.validity import validity
from ace_zoom.client import LiveSessions, ZoomCalls
from ace_zoom.settings import ZoomSettings

SHORTEST_S, LONGEST_S = 1800, 48 * 3600
LONGEST_NAME = 35
"""Characters by which Zoom knows somebody."""


class ZoomProvider:
    """Live classes with Zoom's Video SDK; implements `video.VideoProvider`."""

    def __init__(self, settings: ZoomSettings) -> None:
        self._settings = settings
        self._calls = ZoomCalls()

    def room(self, session_id: str) -> str:
        """Give the name of a class's session."""
        return room_name(session_id, key=self._settings.room_key or self._secret)

    def known_as(self, person_id: str) -> str:
        """Give the id by which events name somebody: your own."""
        if len(person_id) > LONGEST_NAME:
            raise InvalidInputError(f"has more than {LONGEST_NAME} characters", field="person_id")
        return person_id

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give where the script comes from and what it connects to."""
        script = urlsplit(self._settings.script_url)
        origin = (f"{script.scheme}://{script.netloc}",)
        if self._settings.is_sandbox:
            return {"script-src": origin, "connect-src": origin}
        return {"script-src": origin, "connect-src": (*origin, "https://*.zoom.us", "wss://*.zoom.us")}

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
        """Give somebody the right to join; Zoom takes no token for less than half an hour."""
        valid = validity(now=now, ends_at=ends_at, longest_s=LONGEST_S)
        if valid.ttl_s < SHORTEST_S:
            raise InvalidInputError(
                f"is {SHORTEST_S} s from now at least: Zoom takes no shorter token", field="ends_at"
            )
        room = self.room(session_id)
        claims = {
            "app_key": self._settings.sdk_key,
            "version": 1,
            "tpc": room,
            "role_type": int(role is Role.MODERATOR),
            "user_identity": self.known_as(person.id),
            "iat": valid.issued_at,
            "exp": valid.issued_at + valid.ttl_s,
        }
        return JoinGrant(
            provider="zoom",
            kind=GrantKind.SDK,
            room=room,
            role=role,
            expires_at=valid.expires_at,
            renew_after=valid.renew_after,
            script_url=self._settings.script_url,
            options={
                "topic": room,
                "token": jwt.encode(claims, self._secret.get_secret_value(), "HS256"),
                "name": person.name,
                "subject": shown(subject),
                "language": language,
            },
        )

    def end(self, room: str, *, lasts: timedelta) -> Call[Reach]:
        """Put everybody out of a session. Whoever holds a token can open it again: refuse them yourself."""
        del lasts

        def ended(found: LiveSessions) -> Call[Reach]:
            live = next((session for session in found.sessions if session.session_name == room), None)
            if live is None:
                return Result(Reach.SERVER)
            return self._calls.end_session(session_id=live.id).map(lambda _: Reach.SERVER).recover(NotFoundError, _gone)

        return self._calls.list_live_sessions().then(ended)

    def remove(self, room: str, person_id: str, *, lasts: timedelta, connection: str = "") -> Call[Reach]:
        """Leave it to the moderator's page: what the API needs for it, only that page knows."""
        del room, person_id, lasts, connection
        return Result(Reach.PAGE)

    @property
    def _secret(self) -> SecretStr:
        require(self._settings)
        assert self._settings.sdk_secret is not None  # noqa: S101 - required
        return self._settings.sdk_secret


def _gone(error: NotFoundError) -> Call[Reach]:
    del error
    return Result(Reach.SERVER)
