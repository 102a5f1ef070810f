"""The twin's hosted page: the user's own steps, and a panel that decides in the service's place."""

from base64 import b64decode
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.didit.sandbox.sessions import Sessions
from ace_integrations.didit.sandbox.states import (
    IN_PROGRESS,
    SCENARIOS,
    TONES,
    UNFINISHED,
    RefusedMoveError,
    TwinSession,
)
from ace_integrations.didit.sandbox.words import WORDS
from ace_integrations.sandbox.pages import environment, render_page

BUTTONS = (
    ("approve", "plain"),
    ("decline", "danger"),
    ("review", "plain"),
    ("abandon", "plain"),
    ("expire", "plain"),
)

IMAGE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
"""One grey point: no twin shows a document."""


class HostedPages:
    """Routes that a browser opens."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        both = ["GET", "POST"]
        return [
            Route("/session/{token}", self._page, name="page_session", methods=both),
            Route("/{language}/session/{token}", self._page, name="page_session", methods=both),
            Route("/media/{token}/{name}", self._media, name="page_media"),
        ]

    async def _page(self, request: Request) -> Response:
        session = self._sessions.by_token(request.path_params["token"])
        language = "ar" if request.path_params.get("language") == "ar" else "en"
        if session is None:
            return self._render(None, language, status=404)
        if request.method == "POST":
            return await self._decided(request, session, language)
        self._sessions.open(session)
        return self._render(session, language)

    async def _decided(self, request: Request, session: TwinSession, language: str) -> Response:
        form = await request.form()
        outcome = str(form.get("outcome", ""))
        slug = str(form.get("scenario", "")) if outcome == "scenario" else session.scenario
        try:
            if outcome in ("scenario", "continue"):
                self._sessions.finish(session, slug)
            else:
                self._sessions.decide(session, outcome)
        except (RefusedMoveError, KeyError):
            return self._render(session, language, status=409)
        # In a frame the page tells its parent by message; it must not load the callback inside the frame.
        if session.callback and session.status != IN_PROGRESS and not form.get("framed"):
            return RedirectResponse(returning(session), 303)
        return self._render(session, language)

    def _render(self, session: TwinSession | None, language: str, *, status: int = 200) -> Response:
        words = WORDS[language]
        is_open = session is not None and session.status in UNFINISHED
        context: dict[str, Any] = {
            "words": words,
            "session": session,
            "is_open": is_open,
            "status": words["statuses"].get(session.status, session.status) if session else "",
            "tone": TONES.get(session.status, "neutral") if session else "neutral",
            "buttons": BUTTONS,
            "scenarios": [one.slug for one in SCENARIOS.values()],
            "back": returning(session) if session and session.callback and not is_open else "",
        }
        other = "en" if language == "ar" else "ar"
        link = {"code": other, "label": WORDS[other]["name"], "url": self._address(session, other)}
        return render_page(
            environment("ace_integrations.didit.sandbox"),
            "didit_session.html",
            service="Didit",
            lang=language,
            context=context,
            panel=is_open,
            languages=[link] if session else [],
            leads_to=[session.callback] if session and session.callback else [],
            status=status,
        )

    def _address(self, session: TwinSession | None, language: str) -> str:
        return f"{self._sessions.world.url}/{language}/session/{session.token}" if session else ""

    async def _media(self, request: Request) -> Response:
        expires = request.query_params.get("expires", "")
        known = self._sessions.by_token(request.path_params["token"])
        if known is None or not expires.isdecimal() or int(expires) < self._sessions.world.now():
            return Response("The link has expired.", 403)
        return Response(IMAGE, media_type="image/png")


def returning(session: TwinSession) -> str:
    """Give the callback with the two parameters that the service appends to whatever query it has."""
    parts = urlsplit(session.callback or "")
    added = urlencode({"verificationSessionId": session.id, "status": session.status})
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))
