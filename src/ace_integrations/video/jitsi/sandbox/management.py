"""What a platform's server asks: JaaS's commands and bans, and a self-hosted server's own two addresses."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.video.jitsi.sandbox.doors import Doors
from ace_integrations.video.jitsi.sandbox.rooms import Rooms


class Management:
    """The server's routes.

    Args:
        app_id: whose meetings JaaS manages here.
    """

    def __init__(self, rooms: Rooms, doors: Doors, *, app_id: str) -> None:
        self._rooms = rooms
        self._doors = doors
        self._app_id = app_id

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        access = "/v1/_jaas/jaccess/v1/access-management/{app_id}/ban"
        post = ["POST"]
        return [
            Route("/v1/_jaas/conference-commands/v1/meeting", self._command, methods=post, name="meeting_command"),
            Route(f"{access}/user/{{user_id}}", self._ban_user, methods=post, name="ban_user"),
            Route(f"{access}/jwt", self._ban_token, methods=post, name="ban_token"),
            Route("/end-meeting", self._end, methods=post, name="end_meeting"),
            Route("/kick-participant", self._kick, methods=["PUT"], name="kick_participant"),
        ]

    async def _command(self, request: Request) -> Response:
        refused = self._refused(request, self._app_id)
        if refused is not None:
            return refused
        given: dict[str, Any] = await request.json()
        payload: dict[str, Any] = given.get("payload") or {}
        room, _, rest = str(payload.get("conferenceFullName", "")).partition("@")
        if rest != f"conference.{self._app_id}.8x8.vc":
            return _refusal(400, "conferenceFullName")
        match given.get("action"):
            case "DESTROY":
                was_there = self._rooms.end(room)
            case "KICK_PARTICIPANT":
                was_there = self._rooms.kick(room, str(payload.get("participantId")), by=None)
            case _:
                return _refusal(400, "action")
        return JSONResponse({}) if was_there else _refusal(404, "conference")

    async def _ban_user(self, request: Request) -> Response:
        refused = self._refused(request, request.path_params["app_id"])
        if refused is None:
            self._doors.ban(request.path_params["user_id"])
        return refused or JSONResponse({})

    async def _ban_token(self, request: Request) -> Response:
        refused = self._refused(request, request.path_params["app_id"])
        if refused is None:
            self._doors.ban(str((await request.json()).get("jwt")))
        return refused or JSONResponse({})

    async def _end(self, request: Request) -> Response:
        token = _bearer(request)
        room = request.query_params.get("conference", "").partition("@")[0]
        if not room:
            return Response(status_code=400)
        if not self._doors.is_system(token):
            return Response(status_code=401)
        return Response(status_code=200 if self._rooms.end(room) else 404)

    async def _kick(self, request: Request) -> Response:
        given: dict[str, Any] = await request.json()
        room = request.query_params.get("room", "")
        # No token is asked for: the real address is open to the server's own network only.
        # Exactly one of the two; nobody calls in by telephone here.
        if not room or ("participantId" in given) == ("number" in given):
            return Response(status_code=400)
        was_there = self._rooms.kick(room, str(given.get("participantId")), by=None)
        return Response(status_code=200 if was_there else 404)

    def _refused(self, request: Request, app_id: str) -> Response | None:
        status = self._doors.manages(_bearer(request), app_id=app_id)
        return None if status == 200 else _refusal(status, "Authorization")


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _refusal(status: int, what: str) -> Response:
    return JSONResponse({"error": what}, status)
