"""Jitsi as the core must know it: where JaaS or your own Prosody is, and how it says no."""

from pydantic import BaseModel, ConfigDict, ValidationError

from ace_integrations.core import Endpoint, Problem, Reply, Service, require
from ace_integrations.video.jitsi.settings import JitsiSettings


def _endpoint(settings: JitsiSettings) -> Endpoint:
    require(settings)
    # Each call brings a token of its own, for one minute and one purpose.
    return Endpoint((settings.base_url or f"https://{settings.host}").rstrip("/"))


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="ignore")

    message: str = ""
    error: str = ""


def read_problem(reply: Reply) -> Problem:
    """Read an error answer: a text, or JSON that says why in one of two fields."""
    try:
        refusal = _Refusal.model_validate_json(reply.body)
    except ValidationError:
        text = reply.body[:200].decode("utf-8", "replace").strip()
        return Problem(text or f"status {reply.status} without a text")
    return Problem((refusal.message or refusal.error)[:200] or f"status {reply.status} without a text")


SERVICE = Service("jitsi", JitsiSettings, _endpoint, read_problem)
