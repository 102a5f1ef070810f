"""A browser without pages: it keeps cookies, and shows with each write that it comes from a page of the platform."""

from collections.abc import Generator

import httpx

COOKIE, HEADER = "csrftoken", "x-csrftoken"
_READS = ("GET", "HEAD", "OPTIONS")


def open_browser(platform: str) -> httpx.Client:
    """Give a client of one platform; redirects are looked at, and not followed."""
    return httpx.Client(
        base_url=platform, auth=FormToken(platform), follow_redirects=False, trust_env=False, timeout=20
    )


class FormToken(httpx.Auth):
    """Sends the token of a form as the platform's own scripts do: from the cookie, where the platform gives one.

    A browser that writes has seen a page before; one that has not looks at the sign-in page first.
    """

    def __init__(self, platform: str) -> None:
        self._platform = httpx.URL(platform)
        self._gives_one = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._gives_one and request.method not in _READS and request.url.netloc == self._platform.netloc:
            token = _token_of(request)
            if not token:
                page = yield httpx.Request("GET", self._platform.copy_with(path="/login"))
                token = page.cookies.get(COOKIE, "")
                self._gives_one = bool(token)
                _add_cookie(request, token)
            if token:
                request.headers[HEADER] = token
        yield request


def _token_of(request: httpx.Request) -> str:
    parts = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in parts if name == COOKIE), "")


def _add_cookie(request: httpx.Request, token: str) -> None:
    if token:
        before = request.headers.get("cookie")
        request.headers["cookie"] = "; ".join(filter(None, (before, f"{COOKIE}={token}")))
