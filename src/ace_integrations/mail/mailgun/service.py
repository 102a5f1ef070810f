"""What the core must know of Mailgun: where it is, how it is told who calls, how it says no."""

import base64
import re

from pydantic import BaseModel, ConfigDict, ValidationError

from ace_integrations.core.http_call import Reply
from ace_integrations.core.service import Endpoint, Problem, Service, require, secret_of
from ace_integrations.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RateLimitedError,
)
from ace_integrations.mail.mailgun.settings import MailgunSettings

REGION_HINT = (
    "a domain lives in one region, and the other one answers like this: set MAILGUN_REGION to us (api.mailgun.net) or "
    "eu (api.eu.mailgun.net), or MAILGUN_ENDPOINT to that host; then check MAILGUN_DOMAIN and MAILGUN_SECRET"
)

_WAIT = re.compile(r"try again after ([0-9]{1,6}) seconds")

_KINDS: dict[int, type[ProviderError]] = {
    401: AuthenticationError,
    402: InvalidRequestError,
    404: NotFoundError,
    420: RateLimitedError,
}


def read_problem(reply: Reply) -> Problem:
    """Read an error answer: `message`, else the names that webhooks use, else a bare text."""
    text = reply.body[:2000].decode("utf-8", "replace").strip()
    message = _message(reply.body) or text[:300] or f"status {reply.status} without a text"
    kind = _KINDS.get(reply.status)
    if "is not allowed to send" in message and kind is not RateLimitedError and reply.status != 429:
        kind = PermissionDeniedError
    wait = _WAIT.search(message)
    if reply.status == 401 or (reply.status == 404 and "omain not found" in message):
        message = f"{message}: {REGION_HINT}"
    return Problem(message, kind=kind, retry_after=float(wait.group(1)) if wait else None)


class _Refusal(BaseModel):
    """Where error bodies say why; webhooks use other names than the rest."""

    model_config = ConfigDict(extra="ignore")

    message: str = ""
    Reason: str = ""
    Description: str = ""
    Field: str = ""


def _message(body: bytes) -> str:
    try:
        refusal = _Refusal.model_validate_json(body)
    except ValidationError:
        return ""
    return refusal.message or refusal.Reason or refusal.Description or refusal.Field


def _retry_hint(reply: Reply) -> bool | None:
    # 420 is an old spelling of 429: refused before anything was done.
    return True if reply.status == 420 else None


def _endpoint(settings: MailgunSettings) -> Endpoint:
    require(settings, "domain", "api_key")
    basic = base64.b64encode(f"api:{secret_of(settings, 'api_key')}".encode()).decode()
    return Endpoint(settings.address, {"authorization": f"Basic {basic}"})


MAILGUN = Service(
    "mailgun",
    MailgunSettings,
    _endpoint,
    problem=read_problem,
    retry_hint=_retry_hint,
    timeout_s=60.0,
)
