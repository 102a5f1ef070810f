"""Jitsi as the core must know it: where JaaS or your own Prosody is, how it is told who calls, how it says no."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from ace_integrations.core import Endpoint, Problem, Reply, Service, WireRequest, require, secret_of
from ace_integrations.video.jitsi.settings import JitsiSettings, pem_of
from ace_integrations.video.jitsi.token import JaasIssuer, SystemIssuer, private_key


def sign(settings: JitsiSettings, request: WireRequest, now: float) -> WireRequest:
    """Give a request with a token of its own, for one minute and one purpose: all of JaaS, or one room of your server.

    A request to your own server that names no room carries none.
    """
    if settings.mode == "jaas":
        return _bearing(request, jaas_issuer(settings).issue_admin(now=int(now)))
    room = _room_of(request.url)
    if settings.mode != "selfhosted" or not room:
        return request
    return _bearing(request, system_issuer(settings).issue(room=room, now=int(now)))


def jaas_issuer(settings: JitsiSettings) -> JaasIssuer:
    """Give what signs for JaaS.

    Raises:
        ConfigurationError: a key is missing, or none.
    """
    require(settings, "jaas_app_id", "jaas_key_id")
    pem = pem_of(SecretStr(secret_of(settings, "jaas_private_key")))
    key = private_key(pem, variable="JAAS_PRIVATE_KEY")
    return JaasIssuer(str(settings.jaas_app_id), str(settings.jaas_key_id), key)


def system_issuer(settings: JitsiSettings) -> SystemIssuer:
    """Give what signs for this server at your own Prosody.

    Raises:
        ConfigurationError: a key is missing, or none.
    """
    require(settings, "app_id", "domain", "system_key_id")
    pem = pem_of(SecretStr(secret_of(settings, "system_key")))
    key = private_key(pem, variable="JITSI_SYSTEM_KEY")
    sub = settings.sub or str(settings.domain)
    return SystemIssuer(str(settings.app_id), sub, str(settings.system_key_id), key, settings.audience)


def _bearing(request: WireRequest, token: str) -> WireRequest:
    return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})


def _room_of(url: str) -> str:
    """Give the bare name of the room that an address of your own server is about, "" where it is about none."""
    query = parse_qs(urlsplit(url).query)
    return query.get("conference", query.get("room", [""]))[0].partition("@")[0]


def _endpoint(settings: JitsiSettings) -> Endpoint:
    require(settings)
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


SERVICE = Service("jitsi", JitsiSettings, _endpoint, read_problem, sign=sign)
