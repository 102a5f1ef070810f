"""The twin's controls: what is left of a plan, how fast and how well the service answers, its switches."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.jsearch.sandbox.accounts import Account
from ace_integrations.jsearch.sandbox.gateway import LATENCIES, Gateway
from ace_integrations.jsearch.sandbox.magic import BREAKING
from ace_integrations.jsearch.settings import SANDBOX_KEY
from ace_integrations.sandbox.asgi import done, read_fields

Fields = dict[str, Any]


class Controls:
    """The routes below `/_sandbox/jsearch`."""

    def __init__(self, gateway: Gateway, now: Callable[[], float]) -> None:
        self._gateway = gateway
        self._now = now

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        acts = {
            "/quota": self._set_quota,
            "/rate": self._watch_rate,
            "/latency": self._set_latency,
            "/switches": self._switch,
            "/fail": self._fail,
        }
        return [
            Route("/state", self._state),
            *(Route(path, self._control(act), methods=["POST"]) for path, act in acts.items()),
        ]

    def _control(self, act: Callable[[Fields], None]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            try:
                act(await read_fields(request))
            except KeyError as unknown:
                return JSONResponse({"error": f"{unknown} is missing or unknown"}, 400)
            except ValueError:
                return JSONResponse({"error": "a number cannot be read"}, 400)
            return done(request, self._as_json())

        return answer

    async def _state(self, request: Request) -> Response:
        del request
        return JSONResponse(self._as_json())

    def _set_quota(self, fields: Fields) -> None:
        """Set the credits that are left, and in how many seconds the plan begins anew."""
        account = self._account(fields)
        remaining, reset_s = (fields.get(name) for name in ("remaining", "reset_s"))
        if remaining is not None:
            account.remaining = max(0, int(remaining))
        if reset_s is not None:
            account.resets_at = self._now() + float(reset_s)

    def _watch_rate(self, fields: Fields) -> None:
        self._account(fields).is_watched = _is_on(fields["on"])

    def _set_latency(self, fields: Fields) -> None:
        profile = str(fields["profile"])
        if profile not in LATENCIES:
            raise KeyError(profile)
        self._gateway.latency = profile

    def _switch(self, fields: Fields) -> None:
        unknown = set(fields) - set(asdict(self._gateway.api.switches))
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        changed = {name: _is_on(value) for name, value in fields.items()}
        self._gateway.api.switches = replace(self._gateway.api.switches, **changed)

    def _fail(self, fields: Fields) -> None:
        """Let the next calls fail as a magic word would, whatever they ask for."""
        word = str(fields["word"])
        if word not in BREAKING:
            raise KeyError(word)
        self._gateway.armed.extend([word] * int(fields.get("times", 1)))

    def _account(self, fields: Fields) -> Account:
        return self._gateway.accounts.all[str(fields.get("key") or SANDBOX_KEY)]

    def _as_json(self) -> dict[str, Any]:
        now = self._now()
        return {
            "accounts": {key: _told(account, now) for key, account in self._gateway.accounts.all.items()},
            "latency": self._gateway.latency,
            "switches": asdict(self._gateway.api.switches),
            "armed": list(self._gateway.armed),
        }


def _told(account: Account, now: float) -> dict[str, Any]:
    account.renew(now)
    return {
        "plan": account.plan.name,
        "credits": account.plan.credits,
        "remaining": account.remaining,
        "reset_s": int(account.resets_at - now),
        "rate_is_watched": account.is_watched,
    }


def _is_on(value: object) -> bool:
    return value in (True, "true", "on", "1")
