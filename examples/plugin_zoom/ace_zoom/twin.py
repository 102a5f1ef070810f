"""What the sandbox imitates of Zoom: joining with a token, listing sessions, ending one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.twin import Badge, Detail, Item, World
from ace_zoom.provider import LONGEST_S, SHORTEST_S
from ace_zoom.settings import ZoomSettings


@dataclass
class Room:
    """A session that somebody is in."""

    name: str
    began_at: float
    id: str = field(default_factory=lambda: uuid4().hex)
    people: list[str] = field(default_factory=list)


class ZoomTwin:
    """The sandbox's Zoom."""

    name: ClassVar[str] = "zoom"
    title: ClassVar[str] = "Zoom"
    icon: ClassVar[str] = "camera"
    empty: ClassVar[str] = "Nobody is in a session. Join one from a class's page."

    def __init__(self, world: World) -> None:
        self._world = world
        values = ZoomSettings.sandbox_values
        self._sdk_key: str = values["sdk_key"]
        self._api_key: str = values["api_key"]
        self._sdk_secret: str = values["sdk_secret"].get_secret_value()
        self._api_secret: str = values["api_secret"].get_secret_value()
        world.journal.hide(self._sdk_secret)
        world.journal.hide(self._api_secret)
        self._rooms: dict[str, Room] = {}

    def routes(self) -> Sequence[BaseRoute]:
        """Give what is answered."""
        return [
            Route("/join", self._join, methods=["POST"], name="join"),
            Route("/v2/videosdk/sessions", self._list, name="list_live_sessions"),
            Route("/v2/videosdk/sessions/{id}/status", self._end, methods=["PUT"], name="end_session"),
        ]

    def controls(self) -> Sequence[BaseRoute]:
        """Give what only tests and the console ask: nothing."""
        return []

    def reset(self) -> None:
        """Empty every room."""
        self._rooms.clear()

    def items(self) -> list[Item]:
        """Give the rooms that somebody is in."""
        return [
            Item(room.id, room.name, f"{len(room.people)} inside", room.began_at, Badge("live", "ok"))
            for room in self._rooms.values()
        ]

    def detail(self, item_id: str) -> Detail | None:
        """Give one of them."""
        room = next((room for room in self._rooms.values() if room.id == item_id), None)
        return None if room is None else Detail(room.name, facts=[("Inside", ", ".join(room.people))])

    async def _join(self, request: Request) -> Response:
        asked = await request.json()
        claims = self._claims(str(asked.get("token")), self._sdk_secret)
        if claims is None or not self._admits(claims, str(asked.get("topic"))):
            return JSONResponse({"type": "INVALID_PARAMETERS", "reason": "the token does not admit"}, 403)
        room = self._rooms.setdefault(claims["tpc"], Room(claims["tpc"], self._world.clock.now()))
        room.people.append(claims.get("user_identity", ""))
        return JSONResponse({"role": "host" if claims["role_type"] == 1 else "participant"})

    async def _list(self, request: Request) -> Response:
        if not self._is_ours(request):
            return JSONResponse({"code": 124, "message": "Invalid access token."}, 401)
        live = [{"id": room.id, "session_name": room.name} for room in self._rooms.values()]
        return JSONResponse({"sessions": live, "page_size": 100, "next_page_token": ""})

    async def _end(self, request: Request) -> Response:
        if not self._is_ours(request):
            return JSONResponse({"code": 124, "message": "Invalid access token."}, 401)
        room = next((room for room in self._rooms.values() if room.id == request.path_params["id"]), None)
        if room is None:
            return JSONResponse({"code": 3001, "message": "Session does not exist."}, 404)
        del self._rooms[room.name]
        return Response(status_code=204)

    def _is_ours(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        claims = self._claims(token, self._api_secret)
        return claims is not None and claims.get("iss") == self._api_key

    def _admits(self, claims: Mapping[str, Any], topic: str) -> bool:
        lasts = claims["exp"] - claims["iat"]
        is_ours = claims.get("app_key") == self._sdk_key and claims.get("version") == 1
        return is_ours and claims.get("tpc") == topic and SHORTEST_S <= lasts <= LONGEST_S

    def _claims(self, token: str, secret: str) -> dict[str, Any] | None:
        options: Any = {"verify_exp": False, "verify_iat": False, "require": ["iat", "exp"]}
        try:
            claims = jwt.decode(token, secret, algorithms=["HS256"], options=options)
        except jwt.PyJWTError:
            return None
        return claims if claims["iat"] <= self._world.now() < claims["exp"] else None
