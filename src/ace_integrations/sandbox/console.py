"""The console: what the twins hold, live traffic, and the buttons that decide as the services would."""

import json
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.faults import Kind
from ace_integrations.sandbox.journal import Entry
from ace_integrations.sandbox.pages import environment
from ace_integrations.sandbox.twin import Detail, Twin

if TYPE_CHECKING:
    from ace_integrations.sandbox.app import Sandbox

TOKEN_COOKIE = "ace_sandbox"  # noqa: S105 - a name
THEME_COOKIE = "ace_sandbox_theme"
THEMES = ("system", "light", "dark")
"""In the order in which the console's button goes round."""

_PAGES = environment("ace_integrations.sandbox")


class Console:
    """Server-rendered pages over one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def routes(self) -> list[BaseRoute]:
        """Give the pages."""
        return [
            Route("/", self._overview),
            Route("/console/webhooks", self._webhooks),
            Route("/console/faults", self._faults),
            Route("/console/clock", self._clock),
            Route("/console/journal", self._journal),
            Route("/console/journal/{entry:int}", self._entry),
            Route("/console/{twin}", self._twin),
        ]

    async def _overview(self, request: Request) -> Response:
        rows: list[dict[str, Any]] = []
        for name, twin in self._sandbox.twins.items():
            calls = [entry for entry in self._sandbox.journal if self._is_of(name, entry) and entry.kind == "call"]
            failed = [entry for entry in calls if entry.status >= 400 or entry.status == 0]
            last = failed[-1] if failed else None
            rows.append({"name": name, "title": twin.title, "calls": len(calls), "last_error": last})
        return self._page(request, "overview", "Overview", rows=rows)

    async def _twin(self, request: Request) -> Response:
        twin = self._sandbox.twins.get(request.path_params["twin"])
        if twin is None:
            return RedirectResponse("/", 303)
        wanted = request.query_params.get("q", "").lower()
        items = [item for item in twin.items() if wanted in f"{item.title} {item.subtitle}".lower()]
        chosen = request.query_params.get("item") or (items[0].id if items else "")
        opened = twin.detail(chosen) if chosen else None
        return self._page(
            request,
            "twin",
            twin.title,
            twin=twin,
            items=items,
            chosen=chosen,
            opened_by_hand="item" in request.query_params,
            detail=opened,
            payload=_written(opened),
            query=wanted,
        )

    async def _webhooks(self, request: Request) -> Response:
        sent = sorted(self._sandbox.deliveries.all.values(), key=lambda one: one.id, reverse=True)
        return self._page(request, "webhooks", "Webhooks", deliveries=sent, targets=self._sandbox.targets)

    async def _faults(self, request: Request) -> Response:
        return self._page(request, "faults", "Faults", rules=self._sandbox.faults.list(), kinds=get_args(Kind))

    async def _clock(self, request: Request) -> Response:
        waiting = [_when(at) for at in self._sandbox.clock.waiting[:50]]
        return self._page(request, "clock", "Clock", waiting=waiting)

    async def _journal(self, request: Request) -> Response:
        provider, kind, text = (request.query_params.get(name, "") for name in ("provider", "kind", "text"))
        found = self._sandbox.journal.find(provider=provider, kind=kind, text=text)[::-1]
        wanted = {"provider": provider, "kind": kind, "text": text}
        return self._page(request, "journal", "Journal", wanted=wanted, found=found)

    async def _entry(self, request: Request) -> Response:
        entry = self._sandbox.journal.get(request.path_params["entry"])
        if entry is None:
            return RedirectResponse("/console/journal", 303)
        delivery = self._sandbox.deliveries.all.get(entry.delivery)
        title = f"{entry.kind.capitalize()} {entry.id}"
        return self._page(request, "entry", title, call=entry, delivery=delivery, indented=_indented)

    def _is_of(self, twin: str, entry: Entry) -> bool:
        return self._sandbox.services.get(entry.provider) == twin

    def _page(self, request: Request, view: str, title: str, **values: Any) -> Response:
        sandbox = self._sandbox
        nonce = secrets.token_urlsafe(12)
        # On the server, so that the first paint has the right colours without a script.
        theme = chosen_theme(request.cookies.get(THEME_COOKIE, ""))
        html = _PAGES.get_template(f"console_{view}.html").render(
            title=title,
            path=request.url.path,
            nonce=nonce,
            theme=theme,
            next_theme=next_theme(theme),
            address=sandbox.url.removeprefix("http://"),
            twins=[(name, twin.title, twin.icon, len(twin.items())) for name, twin in sandbox.twins.items()],
            services=[(service, _label(sandbox.twins[name], service)) for service, name in sandbox.services.items()],
            now=_when(sandbox.clock.now()),
            moved=_moved(sandbox.clock.offset_s),
            faults=len(sandbox.faults.list()),
            webhooks=len(sandbox.deliveries.all),
            journal=list(sandbox.journal)[-100:][::-1],
            calls=len(sandbox.journal),
            when=_when,
            **values,
        )
        response = HTMLResponse(html, headers={"content-security-policy": _policy(nonce), "cache-control": "no-store"})
        # Strict: the browser sends it from the console's own pages only.
        response.set_cookie(TOKEN_COOKIE, sandbox.token, httponly=True, samesite="strict", path="/")
        return response


def chosen_theme(word: str) -> str:
    """Give one of `THEMES`; anything else follows the system."""
    return word if word in THEMES else "system"


def next_theme(theme: str) -> str:
    """Give what the button changes to."""
    return THEMES[(THEMES.index(theme) + 1) % len(THEMES)]


def _label(twin: Twin, service: str) -> str:
    return twin.title if service == twin.name else f"{twin.title}: {service}"


def _policy(nonce: str) -> str:
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; frame-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _when(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _moved(seconds: float) -> str:
    """Say by how much the clock was moved: "+2 days", "+3 hours", "" for not at all."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"+{count} {word}{'s' if count != 1 else ''}"
    return ""


def _indented(body: str) -> str:
    """Give a JSON body a line for each field; any other as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body


def _written(detail: Detail | None) -> str:
    if detail is None or detail.payload is None:
        return ""
    return json.dumps(detail.payload, ensure_ascii=False, indent=2)
