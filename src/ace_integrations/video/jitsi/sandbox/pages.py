"""What a browser gets from the twin: the script that a platform's page loads, and the room inside its iframe."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.pages import environment, render_page, served
from ace_integrations.video.jitsi.sandbox.words import WORDS

_FOLDER = Path(__file__).parent / "static"


class Pages:
    """The browser's routes, none of which is journaled or failed.

    Args:
        url: where the twin is mounted.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._templates = environment(__package__ or "")

    def routes(self) -> list[BaseRoute]:
        """Give them; JaaS has its script below the app id."""
        return [
            Route("/external_api.js", served(_FOLDER / "external_api.js"), name="page_script"),
            Route("/{app_id}/external_api.js", served(_FOLDER / "external_api.js"), name="page_script_jaas"),
            Route("/room.js", served(_FOLDER / "room.js"), name="page_room_script"),
            Route("/room.css", served(_FOLDER / "room.css"), name="page_room_style"),
            Route("/rooms/{room}", self._room, name="page_room"),
        ]

    async def _room(self, request: Request) -> Response:
        lang = request.query_params.get("lang", "en")
        lang = lang if lang in WORDS else "en"
        context = {"words": WORDS[lang], "room": request.path_params["room"], "url": self._url}
        return render_page(self._templates, "jitsi_room.html", service="Jitsi", lang=lang, context=context, panel=False)
