"""Zoom's API as the core must know it."""

from dataclasses import replace

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from ace_integrations.core import Endpoint, Problem, Reply, Service, WireRequest, require, secret_of
from ace_zoom.settings import ZoomSettings

QUESTION_LASTS_S = 60


def sign(settings: ZoomSettings, request: WireRequest, now: float) -> WireRequest:
    """Give a request with a token of its own, for one minute."""
    claims = {"iss": settings.api_key, "iat": int(now), "exp": int(now) + QUESTION_LASTS_S}
    token = jwt.encode(claims, secret_of(settings, "api_secret"), "HS256")
    return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})


def endpoint(settings: ZoomSettings) -> Endpoint:
    """Give where the API is."""
    require(settings, "api_key", "api_secret")
    return Endpoint(settings.base_url or "https://api.zoom.us")


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: int = 0
    message: str = ""


def read_problem(reply: Reply) -> Problem:
    """Read an error answer."""
    try:
        refusal = _Refusal.model_validate_json(reply.body)
    except ValidationError:
        return Problem(f"status {reply.status} without a text")
    return Problem(refusal.message[:200] or f"status {reply.status}", code=str(refusal.code or ""))


SERVICE = Service("zoom", ZoomSettings, endpoint, read_problem, sign=sign)
