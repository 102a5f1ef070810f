"""What the room's page asks of the twin: to come in, to act, and what happened since."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.bells import Bells
from ace_integrations.video.jitsi.sandbox.rooms import (
    PASSWORD_REQUIRED,
    Entry,
    EntryRefusedError,
    Participant,
    Rooms,
    Terms,
    error_payload,
)

Check = Callable[[str, str], Entry]
"""Checks a token for a room; gives what it says of who comes.

Raises:
    EntryRefusedError: it does not admit there.
"""

Asks = Callable[[str, Entry], Awaitable[Terms]]
"""Asks the platform how a room is to be that somebody opens.

Raises:
    EntryRefusedError: the platform does not want it.
"""

Came = Callable[[str, Participant, bool], None]
"""Is told who came into which room, and whether their page is in another one's frame."""

_FOR_MODERATORS = frozenset({"kick", "mute_all", "end", "admit", "appoint", "lobby"})


class Api:
    """The page's routes.

    Args:
        check: checks tokens; not asked where the deployment is public.
        came: is told who came in.
    """

    def __init__(self, rooms: Rooms, check: Check, asks: Asks, came: Came) -> None:
        self._rooms = rooms
        self._check = check
        self._asks = asks
        self._came = came
        self._bells = Bells()
        rooms.rang = self._bells.ring

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        post = ["POST"]
        return [
            Route("/rooms/{room}/join", self._join, methods=post, name="join"),
            Route("/rooms/{room}/act", self._act, methods=post, name="page_act"),
            Route("/rooms/{room}/news", self._news, name="page_news"),
        ]

    async def _join(self, request: Request) -> Response:
        given = await request.json()
        room = request.path_params["room"]
        try:
            entry = self._entry(room, given)
            terms = Terms() if room in self._rooms.open else await self._asks(room, entry)
            person = self._rooms.enter(room, entry, terms=terms, password=str(given.get("password") or ""))
        except EntryRefusedError as refused:
            kind = "CONNECTION" if refused.name == PASSWORD_REQUIRED else "CONFERENCE"
            return JSONResponse(error_payload(refused.name, refused.message, kind=kind), 403)
        self._came(room, person, given.get("embedded") is True)
        return JSONResponse(
            {
                "id": person.id,
                "role": person.role,
                "waiting": person.is_waiting,
                "features": dict(person.entry.features or {}),
                "expires_at": person.entry.expires_at,
                "expires_in": self._rooms.seconds_left(person),
            }
        )

    def _entry(self, room: str, given: dict[str, Any]) -> Entry:
        if self._rooms.switches.is_public:
            return Entry(name=str(given.get("displayName") or "Fellow Jitster"))
        return self._check(str(given.get("jwt") or ""), room)

    async def _act(self, request: Request) -> Response:
        given = await request.json()
        room, do = request.path_params["room"], str(given.get("do"))
        person = self._rooms.people.get(str(given.get("id")))
        if person is None or (do in _FOR_MODERATORS and not person.is_moderator):
            return JSONResponse({"error": "not allowed"}, 403)
        self._do(room, do, person, given)
        return Response(status_code=204)

    def _do(self, room: str, do: str, person: Participant, given: dict[str, Any]) -> None:
        rooms, target = self._rooms, str(given.get("target"))
        match do:
            case "leave":
                rooms.leave(room, person.id)
            case "mute":
                rooms.mute(room, person.id, muted=bool(given.get("on")))
            case "hand":
                rooms.raise_hand(room, person.id, raised=bool(given.get("on")))
            case "chat":
                rooms.say(room, person.id, str(given.get("text"))[:2000])
            case "kick":
                rooms.kick(room, target, by=person)
            case "admit":
                rooms.admit(room, target)
            case "lobby":
                rooms.guard(room, has_lobby=bool(given.get("on")))
            case "appoint":
                rooms.appoint(room, target)
            case "mute_all":
                for one in rooms.open[room].inside:
                    if one is not person:
                        rooms.mute(room, one.id, muted=True)
            case "end":
                rooms.end(room)
            case _:
                return

    async def _news(self, request: Request) -> Response:
        """Give what happened since; hold the question open while nothing did."""
        person = self._rooms.people.get(request.query_params.get("id", ""))
        if person is None:
            return JSONResponse({"error": "unknown"}, 404)
        if not person.told:
            await self._bells.heard(person.id)
        news = [{"event": event, "payload": payload} for _, event, payload in person.told]
        person.told.clear()
        return JSONResponse({"news": news, "role": person.role, "waiting": person.is_waiting})
