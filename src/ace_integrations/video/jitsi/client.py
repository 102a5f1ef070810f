"""What can be asked of a Jitsi server, described once, and its two clients."""

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
    without_none,
)
from ace_integrations.errors import ConfigurationError, InvalidInputError
from ace_integrations.video.jitsi.service import SERVICE
from ace_integrations.video.jitsi.settings import JitsiSettings
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
            ConfigurationError: `JITSI_MODE` is not selfhosted, or `JITSI_SYSTEM_KEY` is not set or no key.
            NotFoundError: nobody is there.

        Source: jitsi.md §3.5
        """
        name = check_room(room)

        def describe(settings: JitsiSettings) -> Call[None]:
            query = {
                "conference": conference(settings, name),
                "silent-reconnect": "true" if silent_reconnect else None,
            }
            # What has ended, ends no second time.
            return _own(settings, HttpCall("POST", "/end-meeting", no_content, query=query, repeat=Repeat.SAFE))

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
            call = HttpCall(
                "PUT",
                "/kick-participant",
                no_content,
                query={"room": name, "prefix": tenant},
                json=without_none({"participantId": participant_id, "number": number}),
                repeat=Repeat.SAFE,
            )
            return _own(settings, call)

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


def _jaas(settings: JitsiSettings, path: str, body: Any = None, **path_params: str) -> Call[None]:
    if settings.mode != "jaas":
        raise ConfigurationError("JITSI_MODE must be jaas: only JaaS has this call")
    require(settings)
    if "{app_id}" in path:
        path_params["app_id"] = str(settings.jaas_app_id)
    return HttpCall(
        "POST",
        path,
        no_content,
        path_params=path_params,
        json=body,
        # Who is out, is put out no second time.
        repeat=Repeat.SAFE,
    )


def _own(settings: JitsiSettings, call: HttpCall[None]) -> Call[None]:
    if settings.mode != "selfhosted":
        raise ConfigurationError("JITSI_MODE must be selfhosted: only a server of your own has this call")
    require(settings, "system_key", "system_key_id")
    return call
