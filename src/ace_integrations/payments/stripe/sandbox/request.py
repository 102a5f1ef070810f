"""Who asks Stripe's twin, in which version of the API: what is settled before any operation."""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass

from starlette.requests import Request

from ace_integrations.payments.stripe.sandbox.http import Json, RefusedError, read_form
from ace_integrations.payments.stripe.settings import SANDBOX_PUBLISHABLE_KEY, SANDBOX_SECRET_KEY

METHOD_TYPES_GONE = "2026-09-30"
"""From this version on `payment_method_types` is refused."""

_VERSION = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?")


@dataclass(slots=True)
class Asked:
    """One request, read.

    Attributes:
        by_browser: whether it came with the publishable key.
    """

    params: Json
    ids: dict[str, str]
    by_browser: bool
    path: str


def read_request(request: Request, body: bytes, version: str, *, browser: bool) -> Asked:
    """Read a request, and refuse what Stripe refuses before it looks at the operation."""
    text = request.url.query if request.method != "POST" else body.decode("utf-8", "replace")
    params = read_form(text)
    by_browser = _authenticate(request, params, browser=browser)
    if not _VERSION.fullmatch(version):
        raise RefusedError(400, f"Invalid Stripe API version: {version}", param="Stripe-Version")
    # Stripe's own CLI sends no version and still uses the old parameter.
    current = request.headers.get("stripe-version") is not None and version >= METHOD_TYPES_GONE
    if current and request.method == "POST" and "payment_method_types" in params:
        raise RefusedError(
            400,
            "payment_method_types is no longer supported: use allowed_payment_method_types.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
    ids = {name: str(value) for name, value in request.path_params.items()}
    return Asked(params, ids, by_browser, request.url.path[request.url.path.index("/v") :])


def _authenticate(request: Request, params: Json, *, browser: bool) -> bool:
    """Give whether the publishable key was used; refuse every other key than the sandbox's own two."""
    key = _key(request) or str(params.get("key", ""))
    if not key:
        raise RefusedError(401, "You did not provide an API key.")
    if hmac.compare_digest(key.encode(), SANDBOX_SECRET_KEY.encode()):
        return False
    if not hmac.compare_digest(key.encode(), SANDBOX_PUBLISHABLE_KEY.encode()):
        shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
        raise RefusedError(401, f"Invalid API Key provided: {shown}. A sandbox takes its own keys only.")
    if not browser:
        raise RefusedError(
            401,
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            code="secret_key_required",
        )
    return True


def _key(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def origin_headers(request: Request, *, browser: bool) -> dict[str, str]:
    """Let a page of this machine use a browser's route; the sandbox refuses other origins before."""
    origin = request.headers.get("origin")
    if not browser or origin is None:
        return {}
    return {
        "access-control-allow-headers": "authorization, content-type, stripe-version",
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "request-id",
        "vary": "origin",
    }
