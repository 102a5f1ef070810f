"""What a program or the console asks of the sandbox itself: journal, clock, faults, deliveries, theme."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.sandbox.console import THEME_COOKIE, chosen_theme, next_theme
from ace_integrations.sandbox.delivery import Part
from ace_integrations.sandbox.faults import Rule
from ace_integrations.sandbox.traces import find_traces
from ace_integrations.settings import is_loopback

if TYPE_CHECKING:
    from ace_integrations.sandbox.app import Sandbox


class Controls:
    """The routes below `/_sandbox/` that belong to no twin."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        return [
            Route("/_sandbox/status", self._status),
            Route("/_sandbox/theme", self._theme, methods=["POST"]),
            Route("/_sandbox/reset", self._reset, methods=["POST"]),
            Route("/_sandbox/journal", self._journal),
            Route("/_sandbox/traces", self._traces, methods=["POST"]),
            Route("/_sandbox/clock", self._clock, methods=["POST"]),
            Route("/_sandbox/targets", self._targets, methods=["POST"]),
            Route("/_sandbox/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/faults/{rule:int}/remove", self._remove_fault, methods=["POST"]),
            Route("/_sandbox/deliveries", self._deliveries),
            Route("/_sandbox/deliveries/{delivery:int}/resend", self._resend, methods=["POST"]),
            Route("/_sandbox/deliveries/{delivery:int}/tamper", self._tamper, methods=["POST"]),
        ]

    async def _status(self, request: Request) -> Response:
        del request
        return JSONResponse(
            {"url": self._sandbox.url, "twins": list(self._sandbox.twins), "now": self._sandbox.clock.now()}
        )

    async def _reset(self, request: Request) -> Response:
        self._sandbox.reset()
        return done(request, {})

    async def _journal(self, request: Request) -> Response:
        query = request.query_params
        found = self._sandbox.journal.find(
            provider=query.get("provider", ""),
            operation=query.get("operation", ""),
            kind=query.get("kind", ""),
            text=query.get("text", ""),
            after=int(query.get("after", "0")),
        )
        return JSONResponse({"entries": [asdict(entry) for entry in found]})

    async def _traces(self, request: Request) -> Response:
        values: list[Any] = (await read_fields(request)).get("values") or []
        found = find_traces(self._sandbox.twins, list(map(str, values)))
        return JSONResponse({"traces": [asdict(trace) for trace in found]})

    async def _clock(self, request: Request) -> Response:
        fields = await read_fields(request)
        ran = await self._sandbox.clock.advance(float(fields["seconds"]))
        return done(request, {"now": self._sandbox.clock.now(), "ran": ran})

    async def _targets(self, request: Request) -> Response:
        fields = await read_fields(request)
        foreign = [url for url in fields.values() if not is_loopback(str(url))]
        if foreign:
            return JSONResponse({"error": "webhooks go to this machine only"}, 400)
        self._sandbox.targets.update({name: str(url) for name, url in fields.items()})
        return done(request, self._sandbox.targets)

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            fields = {name: value for name, value in (await read_fields(request)).items() if value != ""}
            self._sandbox.faults.add(Rule.model_validate(fields))
        elif request.method == "DELETE":
            self._sandbox.faults.clear()
        return (
            done(request, {"rules": self._sandbox.faults.list()})
            if request.method != "GET"
            else JSONResponse({"rules": self._sandbox.faults.list()})
        )

    async def _remove_fault(self, request: Request) -> Response:
        self._sandbox.faults.remove(int(request.path_params["rule"]))
        return done(request, {"rules": self._sandbox.faults.list()})

    async def _deliveries(self, request: Request) -> Response:
        del request
        return JSONResponse({"deliveries": [one.as_json() for one in self._sandbox.deliveries.all.values()]})

    async def _resend(self, request: Request) -> Response:
        number = int(request.path_params["delivery"])
        if number not in self._sandbox.deliveries.all:
            return JSONResponse({"error": "no such delivery"}, 404)
        return done(request, (await self._sandbox.deliveries.resend(number)).as_json())

    async def _tamper(self, request: Request) -> Response:
        number = int(request.path_params["delivery"])
        part: Any = (await read_fields(request)).get("part")
        if number not in self._sandbox.deliveries.all:
            return JSONResponse({"error": "no such delivery"}, 404)
        if part not in get_args(Part):
            return JSONResponse({"error": f"part is one of {', '.join(get_args(Part))}"}, 400)
        try:
            return done(request, (await self._sandbox.deliveries.tamper(number, part)).as_json())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 409)

    async def _theme(self, request: Request) -> Response:
        chosen = chosen_theme(str((await read_fields(request)).get("theme", "")))
        response = done(request, {"theme": chosen, "next": next_theme(chosen)})
        response.set_cookie(THEME_COOKIE, chosen, max_age=365 * 86400, httponly=True, samesite="strict", path="/")
        return response
