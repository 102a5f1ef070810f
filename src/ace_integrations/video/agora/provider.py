"""Agora as the provider of live classes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import JsonValue

from ace_integrations.core import Call, require
from ace_integrations.video.agora.client import LONGEST_RULE_S, SHORTEST_RULE_S, AgoraCalls
from ace_integrations.video.agora.issuer import RtcRole, TokenIssuer
from ace_integrations.video.agora.people import SCREENS_FROM, number_of
from ace_integrations.video.agora.settings import SDK_VERSION, AgoraSettings
from ace_integrations.video.grant import GrantKind, JoinGrant, Person, shown
from ace_integrations.video.live_class import Role
from ace_integrations.video.provider import Reach
from ace_integrations.video.rooms import room_name
from ace_integrations.video.validity import validity

EDGES = tuple(f"{scheme}://*.{host}:*" for host in ("agora.io", "sd-rtn.com") for scheme in ("https", "wss"))
"""Where the browser's script finds its servers."""


class AgoraProvider:
    """Live classes with Agora; implements `video.VideoProvider`."""

    def __init__(self, settings: AgoraSettings) -> None:
        self._settings = settings
        self._calls = AgoraCalls()

    def room(self, session_id: str) -> str:
        """Give the name of a class's channel, which nobody can guess.

        Source: agora.md §3.4
        """
        require(self._settings)
        return room_name(session_id, key=self._settings.names_key, prefix=self._settings.channel_prefix)

    def known_as(self, person_id: str) -> str:
        """Give the number by which Agora knows somebody, as text: their id where that is one, else one made of it.

        Source: agora.md §3.4
        """
        return str(self._uid(person_id))

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give where the script comes from and what it connects to; the sandbox's script asks by a frame.

        Source: agora.md §3.4
        """
        script = urlsplit(self._settings.script_url)
        origin = (f"{script.scheme}://{script.netloc}",)
        if self._settings.is_sandbox:
            return {"script-src": origin, "frame-src": origin}
        return {"script-src": origin, "connect-src": EDGES}

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
        """Give somebody the right to join; a moderator as host, with a second token to show a screen.

        Source: agora.md §3.4
        """
        settings, channel, uid = self._settings, self.room(session_id), self._uid(person.id)
        valid = validity(now=now, ends_at=ends_at, longest_s=settings.token_ttl_s)
        issuer = TokenIssuer(str(settings.app_id), settings.certificates[0], clock=lambda: valid.issued_at)
        is_host = role is Role.MODERATOR
        rtc_role = RtcRole.PUBLISHER if is_host else RtcRole.SUBSCRIBER
        options: dict[str, JsonValue] = {
            "app_id": settings.app_id,
            "channel": channel,
            # From here only: a browser that joins with another number than the token's is refused.
            "uid": uid,
            "token": issuer.rtc(channel=channel, uid=uid, role=rtc_role, ttl_s=valid.ttl_s),
            "role": "host" if is_host else "audience",
            "mode": "live",
            "codec": "vp8",
            "name": person.name,
            "subject": shown(subject),
            "language": language,
            "sdk": {"package": "agora-rtc-sdk-ng", "version": SDK_VERSION},
        }
        if is_host:
            screen = uid + SCREENS_FROM
            options["screen"] = {
                "uid": screen,
                "token": issuer.rtc(channel=channel, uid=screen, role=rtc_role, ttl_s=valid.ttl_s),
            }
        return JoinGrant(
            provider="agora",
            kind=GrantKind.SDK,
            room=channel,
            role=role,
            expires_at=valid.expires_at,
            renew_after=valid.renew_after,
            script_url=settings.script_url,
            options=options,
        )

    def end(self, room: str, *, lasts: timedelta) -> Call[Reach]:
        """Put everybody out of a channel and keep it shut: tokens cannot be called back.

        Source: agora.md §3.5
        """
        made = self._calls.create_kicking_rule(channel=room, time_in_seconds=_within(lasts))
        return made.map(lambda _: Reach.SERVER)

    def remove(self, room: str, person_id: str, *, lasts: timedelta, connection: str = "") -> Call[Reach]:
        """Put one person out of a channel and keep them out.

        Source: agora.md §3.5
        """
        del connection
        made = self._calls.create_kicking_rule(channel=room, uid=self._uid(person_id), time_in_seconds=_within(lasts))
        return made.map(lambda _: Reach.SERVER)

    def _uid(self, person_id: str) -> int:
        require(self._settings)
        return number_of(person_id, key=self._settings.names_key)


def _within(lasts: timedelta) -> int:
    return min(max(int(lasts.total_seconds()), SHORTEST_RULE_S), LONGEST_RULE_S)
