"""What the platform's pages may load: themselves, and what the configured services need where they are used."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ace_integrations import Ace, AsyncAce

_ALWAYS: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "style-src": ("'self'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
}
_OWN: Mapping[str, tuple[str, ...]] = {"script-src": ("'self'",), "frame-src": (), "connect-src": ("'self'",)}

CLASSROOMS = ("/teacher/live-class/", "/student/live-class/")


def content_policy(ace: Ace | AsyncAce, path: str) -> str:
    """Give the content policy of the page at a path; only a classroom loads the video provider's script."""
    services = [_of_the_card(ace)]
    if ace.settings.realtime:
        services.append(ace.realtime.content_sources())
    if ace.settings.video and path.startswith(CLASSROOMS):
        services.append(ace.video.content_sources())
    asked = {name: (*own, *(source for one in services for source in one.get(name, ()))) for name, own in _OWN.items()}
    directives = {**_ALWAYS, **asked}
    return "; ".join(" ".join((name, *(dict.fromkeys(sources) or ("'none'",)))) for name, sources in directives.items())


def card_script(ace: Ace | AsyncAce) -> str:
    """Give the address of the card gateway's script, "" where it is switched off."""
    return ace.payments.browser_config("stripe")["STRIPE_JS_URL"] if "stripe" in ace.payments.gateways else ""


def _of_the_card(ace: Ace | AsyncAce) -> Mapping[str, tuple[str, ...]]:
    """Give what the card's gateway needs, by directive: its script, frames and answers."""
    url = urlsplit(card_script(ace))
    gateway = (f"{url.scheme}://{url.netloc}",) if url.netloc else ()
    return dict.fromkeys(("script-src", "frame-src", "connect-src"), gateway)
