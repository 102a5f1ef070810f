"""Jitsi as the provider of live classes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import quote, urlsplit

from pydantic import JsonValue, SecretStr

from ace_integrations.core import Call, Result, require, secret_of
from ace_integrations.errors import NotFoundError
from ace_integrations.video.grant import GrantKind, JoinGrant, Person, shown
from ace_integrations.video.jitsi.client import JitsiCalls
from ace_integrations.video.jitsi.iframe import IFrameConfig, config_for
from ace_integrations.video.jitsi.service import jaas_issuer
from ace_integrations.video.jitsi.settings import JitsiSettings
from ace_integrations.video.jitsi.token import JitsiIssuer, SelfHostedIssuer
from ace_integrations.video.live_class import Role
from ace_integrations.video.provider import Reach
from ace_integrations.video.rooms import room_name
from ace_integrations.video.validity import Validity, validity


class JitsiProvider:
    """Live classes with Jitsi; implements `video.VideoProvider`."""

    def __init__(self, settings: JitsiSettings) -> None:
        self._settings = settings
        self._calls = JitsiCalls()

    def room(self, session_id: str) -> str:
        """Give the name of a class's room, which nobody can guess.

        Source: jitsi.md §3.2
        """
        require(self._settings)
        return room_name(session_id, key=self._settings.names_key, prefix=self._settings.room_prefix)

    def known_as(self, person_id: str) -> str:
        """Give the id by which events name somebody: your own."""
        return person_id

    def content_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Give where script and page come from; nothing for the public server, which is a tab of its own.

        Source: jitsi.md §3.3
        """
        if self._settings.mode == "public":
            return {}
        script = urlsplit(self._settings.script_url)
        server = (f"{script.scheme}://{script.netloc}",)
        return {"script-src": server, "frame-src": server}

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
        """Give somebody the right to join; on the public server, a link that protects nothing.

        Source: jitsi.md §3.4
        """
        settings, room = self._settings, self.room(session_id)
        valid = validity(now=now, ends_at=ends_at, longest_s=settings.token_ttl_s)
        config = replace(
            config_for(role, room_name=self._in_address(room), display_name=person.name),
            email=person.email,
            language=language,
            subject=shown(subject),
        )
        if settings.mode == "public":
            return _grant(GrantKind.LINK, room, role, valid, {"url": link(settings.origin, config)})
        token = self._issuer.issue(person=person, room=room, role=role, now=valid.issued_at, ttl_s=valid.ttl_s)
        options = {"domain": settings.host, **replace(config, token=SecretStr(token)).options()}
        return _grant(GrantKind.IFRAME, room, role, valid, options, settings.script_url)

    def end(self, room: str, *, lasts: timedelta) -> Call[Reach]:
        """Put everybody out of a room; grants that are still good are short, and no new ones are given.

        Source: jitsi.md §3.5
        """
        del lasts
        if self._settings.mode == "jaas":
            return _reached(self._calls.destroy_meeting(room=room))
        if self._rules_its_server:
            return _reached(self._calls.end_meeting(room=room))
        return Result(Reach.PAGE)

    def remove(self, room: str, person_id: str, *, lasts: timedelta, connection: str = "") -> Call[Reach]:
        """Put one person out of a room; the server knows connections only.

        Source: jitsi.md §3.5
        """
        del person_id, lasts
        if connection and self._settings.mode == "jaas":
            return _reached(self._calls.kick_participant(room=room, participant_id=connection))
        if connection and self._rules_its_server:
            return _reached(self._calls.kick_from_meeting(room=room, participant_id=connection))
        return Result(Reach.PAGE)

    @property
    def _rules_its_server(self) -> bool:
        return self._settings.mode == "selfhosted" and self._settings.system_key is not None

    def _in_address(self, room: str) -> str:
        return f"{self._settings.jaas_app_id}/{room}" if self._settings.mode == "jaas" else room

    @cached_property
    def _issuer(self) -> JitsiIssuer:
        # Kept: reading a key of JaaS checks it, which takes longer than signing with it.
        settings = self._settings
        if settings.mode == "jaas":
            return jaas_issuer(settings)
        secret = SecretStr(secret_of(settings, "app_secret"))
        return SelfHostedIssuer(str(settings.app_id), secret, settings.sub or str(settings.domain), settings.audience)


def link(origin: str, config: IFrameConfig) -> str:
    """Give the address of a room on the public server, which takes what it is told behind the `#`."""
    told = {f"config.{key}": value for key, value in config.configuration().items() if not isinstance(value, dict)}
    told["config.prejoinConfig.enabled"] = config.prejoin
    told["userInfo.displayName"] = config.display_name
    fragment = "&".join(f"{key}={quote(json.dumps(value, ensure_ascii=False), safe='')}" for key, value in told.items())
    return f"{origin}/{config.room_name}#{fragment}"


def _grant(
    kind: GrantKind,
    room: str,
    role: Role,
    valid: Validity,
    options: Mapping[str, JsonValue],
    script_url: str | None = None,
) -> JoinGrant:
    return JoinGrant(
        provider="jitsi",
        kind=kind,
        room=room,
        role=role,
        expires_at=valid.expires_at,
        renew_after=valid.renew_after,
        script_url=script_url,
        options=options,
    )


def _reached(call: Call[None]) -> Call[Reach]:
    """Say that the server did it; who is not there, need not be put out."""
    done: Call[Reach] = call.map(lambda _: Reach.SERVER)
    return done.recover(NotFoundError, lambda _: Result(Reach.SERVER))
