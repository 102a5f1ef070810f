"""Templates into answers, in the language of the visitor."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from examples.fastapi_platform.tables import User
from examples.shared.messages import Language
from examples.shared.rendering import render


def language_of(request: Request) -> Language:
    """Give the language that the visitor chose."""
    return "ar" if request.cookies.get("lang") == "ar" else "en"


def page(request: Request, template: str, user: User | None, status: int = 200, **values: Any) -> Response:
    """Render a page for a visitor."""
    state = request.app.state
    html = render(
        template,
        ace=state.ace,
        language=language_of(request),
        address=_address(request),
        user=user,
        unread=getattr(request.state, "unread", 0),
        now=state.clock(),
        **values,
    )
    return HTMLResponse(html, status)


def _address(request: Request) -> str:
    """Give what the same page is asked for with."""
    query = request.url.query if request.method == "GET" else ""
    return f"{request.url.path}?{query}" if query else request.url.path
