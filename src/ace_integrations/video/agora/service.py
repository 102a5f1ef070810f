"""Agora's REST API as the core must know it: where it is, how it is told who calls, how it says no."""

import base64

from pydantic import BaseModel, ConfigDict, ValidationError

from ace_integrations.core import Endpoint, Problem, Reply, Service, require, secret_of
from ace_integrations.video.agora.settings import AgoraSettings


def _endpoint(settings: AgoraSettings) -> Endpoint:
    require(settings, "app_id", "customer_id")
    pair = f"{settings.customer_id}:{secret_of(settings, 'customer_secret')}"
    basic = base64.b64encode(pair.encode()).decode()
    return Endpoint((settings.base_url or "https://api.agora.io").rstrip("/"), {"authorization": f"Basic {basic}"})


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="ignore")

    message: str


def read_problem(reply: Reply) -> Problem:
    """Read an error answer: JSON with a message, else the start of a text."""
    try:
        message = _Refusal.model_validate_json(reply.body).message
    except ValidationError:
        message = reply.body[:200].decode("utf-8", "replace").strip()
    return Problem(message[:200] or f"status {reply.status} without a text")


SERVICE = Service(
    "agora",
    AgoraSettings,
    _endpoint,
    read_problem,
    # Of an account and its slower calls; more are answered with 429.
    rate_limit="10/second",
)
