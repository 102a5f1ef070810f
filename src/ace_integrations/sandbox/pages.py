"""Hosted pages of the twins: one frame that says what it imitates, jinja2 with escaping on, one content policy.

A twin keeps its templates in `templates/` of its own folder and extends `hosted.html`:

    PAGES = environment(__package__)
    return render_page(PAGES, "didit_session.html", service="Didit", lang="ar", context={...}, leads_to=[callback])
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

STATIC = Path(__file__).parent / "static"
"""Style sheets and scripts that every hosted page may load, served below `/static/`."""

_ORIGIN = re.compile(r"(https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)(?:[/?#]|$)", re.IGNORECASE)
_APP_SCHEME = re.compile(r"((?!https?:|javascript:|data:|blob:)[A-Za-z][A-Za-z0-9+.-]*:)//", re.IGNORECASE)

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})

_FRAME: Mapping[str, Mapping[str, str]] = {
    "en": {
        "skip": "Skip to the page",
        "imitation": "Sandbox. This page imitates",
        "nothing_real": "Nothing here is real, and nothing leaves this machine.",
        "page": "This page",
        "decide": "Decide as the service",
        "decide_hint": "Only a sandbox has this panel. Choose what the service would have found.",
    },
    "ar": {
        "skip": "تخطَّ إلى الصفحة",
        "imitation": "بيئة تجريبية. تحاكي هذه الصفحة خدمة",
        "nothing_real": "لا شيء هنا حقيقي، ولا يغادر شيء هذا الجهاز.",
        "page": "هذه الصفحة",
        "decide": "قرِّر بدلًا من الخدمة",
        "decide_hint": "لا توجد هذه اللوحة إلا في البيئة التجريبية. اختر ما كانت الخدمة ستجده.",
    },
}


@cache
def environment(package: str) -> Environment:
    """Give the templates of a provider folder, `hosted.html` and `parts.html` beside them.

    Args:
        package: the folder's package, whose `templates/` holds the pages.
    """
    loader = ChoiceLoader([PackageLoader(package), PackageLoader("ace_integrations.sandbox")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def render_page(
    pages: Environment,
    template: str,
    *,
    service: str,
    lang: str = "en",
    context: Mapping[str, Any] | None = None,
    panel: bool = True,
    languages: Iterable[Mapping[str, str]] = (),
    leads_to: Iterable[str] = (),
    status: int = 200,
) -> Response:
    """Render a page that extends `hosted.html`.

    Args:
        service: the imitated service's name, as the bar says it.
        lang: of the page; the frame's own words are in Arabic or else in English.
        panel: whether the page has something to decide.
        languages: the same page in other languages: code, label, url.
        leads_to: addresses that a form of the page ends at, by redirect too; a browser refuses others.
    """
    nonce = secrets.token_urlsafe(12)
    html = pages.get_template(template).render(
        service=service,
        lang=lang,
        dir="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        frame=_FRAME.get(lang, _FRAME["en"]),
        panel=panel,
        languages=list(languages),
        nonce=nonce,
        **(context or {}),
    )
    headers = {
        "content-security-policy": _policy(nonce, leads_to),
        "cache-control": "no-store",
        # Not "no-referrer": browsers then post a form with `Origin: null`, which the sandbox refuses.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(html, status, headers=headers)


def served(path: Path) -> Callable[[Request], Awaitable[Response]]:
    """Give what serves a script or style sheet of a twin, asked for anew each time."""

    async def serve(request: Request) -> Response:
        del request
        return FileResponse(path, headers={"cache-control": "no-cache"})

    return serve


def _policy(nonce: str, leads_to: Iterable[str]) -> str:
    """Allow the sandbox's own files, scripts with the nonce, and frames of platforms on this machine."""
    targets = " ".join(["'self'", *sorted({source for url in leads_to if (source := _source(url))})])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            f"form-action {targets}",
            "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
        )
    )


def _source(url: str) -> str:
    """Give the part of an address that a content policy compares: the origin, or an app's own scheme."""
    # Strictly: a stray character of the address must not end the directive and begin another.
    found = _ORIGIN.match(url)
    if found:
        return found.group(1).lower()
    scheme = _APP_SCHEME.match(url)
    return scheme.group(1).lower() if scheme else ""
