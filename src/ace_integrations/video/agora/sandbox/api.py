"""What the browser's script asks of the twin: to join, publish, renew and leave, and what happened since."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.bells import Bells
from ace_integrations.video.agora.sandbox.channels import NO_RIGHT, Channels, JoinRefusedError, Member

Json = dict[str, Any]


class Api:
    """The script's routes.

    Args:
        joined: is told who came in, and whose token was renewed: its end has to be watched.
    """

    def __init__(self, channels: Channels, joined: Callable[[Member], None]) -> None:
        self._channels = channels
        self._joined = joined
        self._bells = Bells()
        channels.rang = self._bells.ring

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        asked = {
            "join": self._join,
            "publish": self._publish,
            "unpublish": self._unpublish,
            "role": self._role,
            "renew": self._renew,
            "leave": self._leave,
        }
        posts = [Route(f"/sandbox/{name}", _answering(act), methods=["POST"], name=name) for name, act in asked.items()]
        return [*posts, Route("/sandbox/events", self._events, name="page_events")]

    def _join(self, given: Json) -> Json:
        member = self._channels.join(
            str(given.get("appid")),
            str(given.get("channel")),
            given.get("token"),
            given.get("uid"),
            is_host=given.get("role") == "host",
            is_live=given.get("mode") == "live",
        )
        self._joined(member)
        return {"client": member.client, "uid": member.account or member.uid}

    def _publish(self, given: Json) -> Json:
        if not self._channels.publish(str(given.get("channel")), str(given.get("client"))):
            raise JoinRefusedError(*NO_RIGHT)
        return {}

    def _unpublish(self, given: Json) -> Json:
        self._channels.unpublish(str(given.get("channel")), str(given.get("client")))
        return {}

    def _role(self, given: Json) -> Json:
        is_host = given.get("role") == "host"
        if not self._channels.take_role(str(given.get("channel")), str(given.get("client")), is_host=is_host):
            raise JoinRefusedError(*NO_RIGHT)
        return {}

    def _renew(self, given: Json) -> Json:
        client = str(given.get("client"))
        self._channels.renew(str(given.get("channel")), client, str(given.get("token")))
        self._joined(self._channels.people[client])
        return {}

    def _leave(self, given: Json) -> Json:
        self._channels.leave(str(given.get("channel")), str(given.get("client")))
        return {}

    async def _events(self, request: Request) -> Response:
        member = self._channels.people.get(request.query_params.get("client", ""))
        if member is None:
            return JSONResponse({"error": "unknown"}, 404)
        if not member.told:
            await self._bells.heard(member.client)
        events = [{"event": event, "payload": payload} for event, payload in member.told]
        member.told.clear()
        return JSONResponse({"events": events})


def _answering(act: Callable[[Json], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(act(await request.json()))
        except JoinRefusedError as refused:
            return JSONResponse({"error": {"code": refused.code, "text": refused.text}}, 403)

    return answer
