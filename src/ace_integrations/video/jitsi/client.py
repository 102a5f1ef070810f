"""What can be asked of a Jitsi server, described once, and its two clients."""

import time
from typing import Any, TypeVar

from pydantic import SecretStr

from ace_integrations.core import (
    AsyncClient,
    Call,
    Configured,
    Describer,
    HttpCall,
    Repeat,
    ServiceOperations,
    SyncClient,
    no_content,
    operation,
    require,
    secret_of,
    without_none,
)
from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.video.jitsi.service import SERVICE
from ace_integrations.video.jitsi.settings import JitsiSettings, pem_of
from ace_integrations.video.jitsi.token import JaasIssuer, SystemIssuer, private_key
from ace_integrations.video.rooms import check_room

T = TypeVar("T")

_MEETING = "/v1/_jaas/conference-commands/v1/meeting"
_BAN = "/v1/_jaas/jaccess/v1/access-management/{app_id}/ban"


class JitsiOperations(ServiceOperations):
    """Describe Jitsi's calls: four of JaaS, two of your own server."""

    service = SERVICE

    @operation
    def destroy_meeting(self, *, room: str) -> Call[None]:
        """End a meeting at JaaS for all who are in it.

        Raises:
            ConfigurationError: `JITSI_MODE` is not jaas, or a key is missing.
            NotFoundError: nobody is there.

        Source: jitsi.md §3.5
        """
        name = check_room(room)

        def describe(settings: JitsiSettings) -> Call[None]:
            payload = {"conferenceFullName": conference(settings, name)}
            return _jaas(settings, _MEETING, {"action": "DESTROY", "payload": payload})

        return Configured(describe)

    @operation
    def kick_participant(self, *, room: str, participant_id: str) -> Call[None]:
        """Put somebody out of a meeting at JaaS; with a token that is still good they can return.

        Args:
            participant_id: from the webhook that told of their coming, the `connection` of `PersonJoined`.

        Raises:
            ConfigurationError: `JITSI_MODE` is not jaas, or a key is missing.

        Source: jitsi.md §3.5
        """
        name = check_room(room)

        def describe(settings: JitsiSettings) -> Call[None]:
            payload = {"conferenceFullName": conference(settings, name), "participantId": participant_id}
            return _jaas(settings, _MEETING, {"action": "KICK_PARTICIPANT", "payload": payload})

        return Configured(describe)

    @operation
    def ban_user(self, *, user_id: str) -> Call[None]:
        """Keep somebody out of every meeting of the account at JaaS, not of one class only.

        Args:
            user_id: your own id of them, as their tokens have it.

        Source: jitsi.md §3.5
        """
        return Configured(lambda settings: _jaas(settings, f"{_BAN}/user/{{user_id}}", user_id=user_id))

    @operation
    def ban_token(self, *, token: SecretStr) -> Call[None]:
        """Make one token of JaaS worthless before its time.

        Source: jitsi.md §3.5
        """
        body = {"jwt": token.get_secret_value()}
        return Configured(lambda settings: _jaas(settings, f"{_BAN}/jwt", body))

    @operation
    def end_meeting(self, *, room: str, silent_reconnect: bool = False) -> Call[None]:
        """End a meeting on your own server for all who are in it.

        Args:
            silent_reconnect: let the browsers come back at once, into a new meeting.

        Raises:
            ConfigurationError: `JITSI_MODE` is not selfhosted, or `JITSI_SYSTEM_KEY` is not set.
            NotFoundError: nobody is there.

        Source: jitsi.md §3.5
        """
        name = check_room(room)

        def describe(settings: JitsiSettings) -> Call[None]:
            query = {
                "conference": conference(settings, name),
                "silent-reconnect": "true" if silent_reconnect else None,
            }
            return HttpCall(
                "POST",
                "/end-meeting",
                no_content,
                query=query,
                headers=_as_system(settings, name),
                # What has ended, ends no second time.
                repeat=Repeat.SAFE,
            )

        return Configured(describe)

    @operation
    def kick_from_meeting(
        self, *, room: str, participant_id: str | None = None, number: str | None = None, tenant: str | None = None
    ) -> Call[None]:
        """Put somebody out of a meeting on your own server; its API is for the internal network only.

        Args:
            participant_id: of the person in the meeting; or
            number: of who dialled in.
            tenant: of `/tenant/room`.

        Raises:
            InvalidInputError: both are given, or none.

        Source: jitsi.md §3.5
        """
        if (participant_id is None) is (number is None):
            raise InvalidInputError("give this or a number, and not both", field="participant_id")
        name = check_room(room)

        def describe(settings: JitsiSettings) -> Call[None]:
            return HttpCall(
                "PUT",
                "/kick-participant",
                no_content,
                query={"room": name, "prefix": tenant},
                json=without_none({"participantId": participant_id, "number": number}),
                headers=_as_system(settings, name),
                repeat=Repeat.SAFE,
            )

        return Configured(describe)


class Jitsi(JitsiOperations, SyncClient[JitsiSettings]):
    """Jitsi, blocking."""


class AsyncJitsi(JitsiOperations, AsyncClient[JitsiSettings]):
    """Jitsi, awaited."""


class JitsiCalls(JitsiOperations, Describer):
    """Jitsi's calls, described and not sent."""


def conference(settings: JitsiSettings, room: str) -> str:
    """Give the full name of a room on the server."""
    if settings.mode == "jaas":
        return f"{room}@conference.{settings.jaas_app_id}.8x8.vc"
    return f"{room}@{settings.muc_domain or f'conference.{settings.domain}'}"


def jaas_issuer(settings: JitsiSettings) -> JaasIssuer:
    """Give what signs for JaaS.

    Raises:
        ConfigurationError: a key is missing, or none.
    """
    require(settings, "jaas_app_id", "jaas_key_id")
    pem = pem_of(SecretStr(secret_of(settings, "jaas_private_key")))
    key = private_key(pem, variable="JAAS_PRIVATE_KEY")
    return JaasIssuer(str(settings.jaas_app_id), str(settings.jaas_key_id), key)


def system_issuer(settings: JitsiSettings) -> SystemIssuer:
    """Give what signs for this server at your own Prosody.

    Raises:
        ConfigurationError: a key is missing, or none.
    """
    require(settings, "app_id", "domain", "system_key_id")
    pem = pem_of(SecretStr(secret_of(settings, "system_key")))
    key = private_key(pem, variable="JITSI_SYSTEM_KEY")
    sub = settings.sub or str(settings.domain)
    return SystemIssuer(str(settings.app_id), sub, str(settings.system_key_id), key, settings.audience)


def _jaas(settings: JitsiSettings, path: str, body: Any = None, **path_params: str) -> Call[None]:
    if settings.mode != "jaas":
        raise ConfigurationError("JITSI_MODE must be jaas: only JaaS has this call")
    token = jaas_issuer(settings).issue_admin(now=int(time.time()))
    if "{app_id}" in path:
        path_params["app_id"] = str(settings.jaas_app_id)
    return HttpCall(
        "POST",
        path,
        no_content,
        path_params=path_params,
        json=body,
        headers={"authorization": f"Bearer {token}"},
        # Who is out, is put out no second time.
        repeat=Repeat.SAFE,
    )


def _as_system(settings: JitsiSettings, room: str) -> dict[str, str]:
    if settings.mode != "selfhosted":
        raise ConfigurationError("JITSI_MODE must be selfhosted: only a server of your own has this call")
    return {"authorization": f"Bearer {system_issuer(settings).issue(room=room, now=int(time.time()))}"}
