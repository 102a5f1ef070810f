"""The twin's controls: write the next answers, let the next calls fail, set limits, look at what was asked."""

from collections.abc import Sequence

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.gemini.sandbox.account import Account
from ace_integrations.gemini.sandbox.quotas import Limits
from ace_integrations.gemini.sandbox.scripts import Script, Waiting
from ace_integrations.sandbox.asgi import done, read_fields


class Controls:
    """The routes below `/_sandbox/gemini`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        post = ["POST"]
        return [
            Route("/requests", self._requests),
            Route("/scripts", self._scripts),
            Route("/scripts", self._script, methods=post),
            Route("/scripts/clear", self._clear, methods=post),
            Route("/scripts/{script:int}/remove", self._remove, methods=post),
            Route("/limits", self._limits),
            Route("/limits", self._limit, methods=post),
            Route("/options", self._options, methods=post),
        ]

    async def _requests(self, request: Request) -> Response:
        wanted = request.query_params.get("operation", "")
        found = [one.as_json() for one in self._account.log if wanted in ("", one.operation)]
        return JSONResponse({"requests": found})

    async def _scripts(self, request: Request) -> Response:
        del request
        return JSONResponse({"scripts": [_as_json(waiting) for waiting in self._account.scripts.list()]})

    async def _script(self, request: Request) -> Response:
        try:
            script = Script.model_validate(await read_fields(request))
        except ValidationError as error:
            return _refused(error)
        waiting = self._account.scripts.add(script, self._account.world.clock.now())
        return done(request, _as_json(waiting))

    async def _clear(self, request: Request) -> Response:
        self._account.scripts.clear()
        return done(request, {})

    async def _remove(self, request: Request) -> Response:
        self._account.scripts.remove(request.path_params["script"])
        return done(request, {})

    async def _limits(self, request: Request) -> Response:
        del request
        return JSONResponse({"used": self._account.quotas.as_json()})

    async def _limit(self, request: Request) -> Response:
        fields = await read_fields(request)
        model = str(fields.pop("model", ""))
        try:
            limits = Limits.model_validate(fields)
        except ValidationError as error:
            return _refused(error)
        self._account.quotas.limit(model, limits)
        return done(request, {"model": model, **limits.model_dump()})

    async def _options(self, request: Request) -> Response:
        fields = await read_fields(request)
        if set(fields) != {"strict"}:
            return JSONResponse({"error": "the only option is strict: refuse keys of the old kind"}, 400)
        self._account.strict = fields["strict"] in (True, "true", "on", "1")
        return done(request, {"strict": self._account.strict})


def _as_json(waiting: Waiting) -> dict[str, object]:
    return {"id": waiting.id, "at": waiting.at, **waiting.script.model_dump(exclude_defaults=True)}


def _refused(error: ValidationError) -> Response:
    problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
    return JSONResponse({"error": "; ".join(problems)}, 400)
