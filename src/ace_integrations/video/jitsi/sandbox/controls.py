"""What the console and tests decide: who is put out, which keys a deployment knows, how webhooks go wrong."""

from collections.abc import Awaitable, Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.video.jitsi.sandbox.doors import Doors
from ace_integrations.video.jitsi.sandbox.notices import Notices
from ace_integrations.video.jitsi.sandbox.rooms import Rooms

Fields = dict[str, Any]


class Controls:
    """The control routes."""

    def __init__(self, rooms: Rooms, doors: Doors, notices: Notices) -> None:
        self._rooms = rooms
        self._doors = doors
        self._notices = notices

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        posts: dict[str, Callable[[Fields, str], bool]] = {
            "/rooms/{id}/end": lambda _, room: self._rooms.end(room),
            "/rooms/{id}/kick": lambda fields, room: self._rooms.kick(room, str(fields.get("participant")), by=None),
            "/rooms/{id}/lose": self._lose,
            "/switches": self._switch,
            "/keys": self._upload,
            "/secrets": self._rotate,
            "/events/hold": self._hold,
            "/events/release": self._release,
            "/events/duplicate": self._duplicate,
        }
        return [Route(path, _control(act), methods=["POST"]) for path, act in posts.items()]

    def _lose(self, fields: Fields, room: str) -> bool:
        self._rooms.leave(room, str(fields.get("participant")), reason="unrecoverable_error")
        return True

    def _switch(self, fields: Fields, _: str) -> bool:
        name, value = str(fields.get("name")), fields.get("value")
        switches = self._rooms.switches
        if name == "max_occupants":
            switches.max_occupants = int(str(value))
        elif name in ("token_affiliation", "wait_for_host", "is_public"):
            setattr(switches, name, value in (True, "true"))
        else:
            return False
        return True

    def _upload(self, fields: Fields, _: str) -> bool:
        key = load_pem_public_key(str(fields["pem"]).encode())
        if not isinstance(key, RSAPublicKey):
            return False
        keys = self._doors.system_keys if fields.get("of") == "system" else self._doors.keys
        keys[str(fields["kid"])] = key
        return True

    def _rotate(self, fields: Fields, _: str) -> bool:
        self._notices.rotate([str(secret) for secret in fields["secrets"]])
        return True

    def _hold(self, fields: Fields, _: str) -> bool:
        del fields
        self._notices.held = []
        return True

    def _release(self, fields: Fields, _: str) -> bool:
        self._notices.release(newest_first=fields.get("order") == "newest first")
        return True

    def _duplicate(self, fields: Fields, _: str) -> bool:
        del fields
        for event in self._notices.sent[-1:]:
            self._notices.post(event)
        return bool(self._notices.sent)


def _control(act: Callable[[Fields, str], bool]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        fields = await read_fields(request) if await request.body() else {}
        try:
            was_done = act(fields, str(request.path_params.get("id", "")))
        except (KeyError, ValueError) as wrong:
            return JSONResponse({"error": f"{type(wrong).__name__}: {wrong}"}, 400)
        return done(request, {}) if was_done else JSONResponse({"error": "nothing of that name"}, 404)

    return answer
