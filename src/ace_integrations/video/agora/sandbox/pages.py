"""What a browser gets from the twin: the stand-in for Agora's script, the frame that asks for it, a channel's page."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import read_fields
from ace_integrations.sandbox.pages import environment, render_page, served
from ace_integrations.video.agora.sandbox.channels import Channels, Member
from ace_integrations.video.agora.sandbox.words import PRIVILEGES, WORDS
from ace_integrations.video.agora.token import RtcService

_FOLDER = Path(__file__).parent / "static"


class Pages:
    """The browser's routes, none of which is journaled or failed.

    Args:
        url: where the twin is mounted.
    """

    def __init__(self, channels: Channels, *, url: str, now: Callable[[], float]) -> None:
        self._channels = channels
        self._url = url
        self._now = now
        self._templates = environment(__package__ or "")

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        return [
            Route("/AgoraRTC_N.js", served(_FOLDER / "AgoraRTC_N.js"), name="page_script"),
            Route("/door", self._door, name="page_door"),
            Route("/door.js", served(_FOLDER / "door.js"), name="page_door_script"),
            Route("/room.css", served(_FOLDER / "room.css"), name="page_room_style"),
            Route("/sandbox/rooms/{channel}", self._room, name="page_room"),
            Route("/sandbox/rooms/{channel}", self._act, methods=["POST"], name="page_room_act"),
        ]

    async def _door(self, request: Request) -> Response:
        """Give the frame through which a platform's page asks: the sandbox answers no page of another origin."""
        del request
        return render_page(self._templates, "agora_door.html", service="Agora", panel=False)

    async def _room(self, request: Request) -> Response:
        lang = request.query_params.get("lang", "en")
        lang = lang if lang in WORDS else "en"
        name = request.path_params["channel"]
        found = self._channels.open.get(name)
        members = [self._shown(one, lang) for one in found.members.values()] if found else []
        context = {"words": WORDS[lang], "channel": name, "members": members, "url": self._url, "address": _at(name)}
        return render_page(
            self._templates,
            "agora_room.html",
            service="Agora",
            lang=lang,
            context=context,
            panel=False,
            languages=[_other(lang)],
        )

    async def _act(self, request: Request) -> Response:
        """Do what a button says, and show the channel again."""
        name, fields = request.path_params["channel"], await read_fields(request)
        found = self._channels.open.get(name)
        member = found.members.get(str(fields.get("client"))) if found else None
        if member is not None:
            self._do(name, member, str(fields.get("do")))
        lang = request.query_params.get("lang", "en")
        return RedirectResponse(f"{self._url}/sandbox/rooms/{_at(name)}?lang={_at(lang)}", 303)

    def _do(self, channel: str, member: Member, what: str) -> None:
        match what:
            case "leave":
                self._channels.leave(channel, member.client)
            case "kick":
                self._channels.kick(channel, member)
            case "expire":
                self._channels.expire(member)
            case _:
                return

    def _shown(self, member: Member, lang: str) -> Mapping[str, Any]:
        """Give what the page says of somebody; what they do without a right to is marked."""
        now = self._now()
        return {
            "client": member.client,
            "user": member.user,
            "is_host": member.is_host,
            "left": None if member.ends_at is None else max(0, round(member.ends_at - now)),
            "rights": [(PRIVILEGES[lang][kind], left) for kind, left in _rights(member, now)],
            "is_unheld": member.is_publishing and not member.may_publish,
        }


def _rights(member: Member, now: float) -> list[tuple[int, int | None]]:
    """Give the rights of somebody's token with the seconds that each still lasts, None for as long as the token."""
    token = member.token
    if token is None:
        return []
    lasting = token.service(RtcService).privileges.items()
    return [(int(kind), max(0, round(token.issued_at + lasts - now)) if lasts else None) for kind, lasts in lasting]


def _at(name: str) -> str:
    return quote(name, safe="")


def _other(lang: str) -> Mapping[str, str]:
    if lang == "ar":
        return {"code": "en", "label": "English", "url": "?lang=en"}
    return {"code": "ar", "label": "العربية", "url": "?lang=ar"}
