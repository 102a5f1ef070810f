"""What stands before the operations of the HTTP API, in the order in which it is checked."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ace_integrations.realtime.pusher.sandbox import refusals
from ace_integrations.realtime.pusher.sandbox.account import APP_ID, Account, Now
from ace_integrations.realtime.pusher.sandbox.frames import Json, write
from ace_integrations.realtime.pusher.sandbox.refusals import RefusedError
from ace_integrations.realtime.pusher.signature import body_md5, is_signature, request_text

SKEW_S = 600
AUTH = ("auth_key", "auth_timestamp", "auth_version", "auth_signature")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `path` is below the twin's root, `query` as it came, nothing of either escaped."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: bytes
    ids: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        """The query by its names."""
        return {name.lower(): value for name, value in self.query}

    @property
    def own(self) -> dict[str, str]:
        """What the operation is asked for, without what signs it."""
        signing = (*AUTH, "body_md5")
        return {name: value for name, value in self.parameters.items() if name not in signing}

    def json(self) -> Json:
        """Give the body, which must be a JSON object."""
        try:
            value: object = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise refusals.invalid("body", "The body must be a JSON object")
        return cast("Json", value)


Act = Callable[[Asked], Mapping[str, object]]


class Gate:
    """Makes the routes of the API."""

    def __init__(self, account: Account, now: Now) -> None:
        self._account = account
        self._now = now

    def route(self, method: str, path: str, name: str, act: Act) -> Route:
        """Give one operation's route."""
        return Route(f"/apps/{{app_id}}{path}", self._handler(act), methods=[method], name=name)

    def unknown(self) -> Route:
        """Give what answers everywhere else."""

        async def answer(request: Request) -> Response:
            del request
            return refusals.refusal(refusals.not_found(), self._account.dialect)

        return Route("/{rest:path}", answer, methods=list(METHODS), name="")

    def _handler(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                asked = await _asked(request)
                self._admit(asked)
                self._account.messages += 1
                return Response(write(act(asked)), media_type="application/json")
            except RefusedError as refused:
                return refusals.refusal(refused, self._account.dialect)

        return answer

    def _admit(self, asked: Asked) -> None:
        self._refuse_on_demand()
        secret = self._known(asked)
        _check_complete(asked)
        self._check_time(asked)
        _check_digest(asked)
        self._check_signature(asked, secret)
        self._check_plan()

    def _refuse_on_demand(self) -> None:
        if self._account.refusals:
            status = self._account.refusals.popleft()
            raise RefusedError(status, refusals.FORCED[status])

    def _known(self, asked: Asked) -> str:
        """Check app and key; give the key's secret."""
        if asked.ids["app_id"] != APP_ID:
            raise refusals.not_found()
        secret = self._account.secret_of(asked.parameters.get("auth_key", ""))
        if secret is None:
            raise refusals.unknown_key()
        return secret

    def _check_time(self, asked: Asked) -> None:
        given = asked.parameters["auth_timestamp"]
        if not (given.isascii() and given.isdigit() and len(given) <= 18):
            raise refusals.unauthorized("Invalid auth_timestamp: it must be a whole number of seconds")
        now = int(self._now() + self._account.switches.clock_offset_s)
        if self._account.dialect.checks_time and abs(now - int(given)) > SKEW_S:
            raise refusals.expired(int(given), now)

    def _check_signature(self, asked: Asked, secret: str) -> None:
        signed = request_text(asked.method, asked.path, self._signed_query(asked))
        given = asked.parameters["auth_signature"]
        if not is_signature(given, secret, signed):
            raise refusals.invalid_signature(signed, given)

    def _signed_query(self, asked: Asked) -> Sequence[tuple[str, str]]:
        if asked.body or self._account.dialect.allows_digest_of_nothing:
            return asked.query
        return [(name, value) for name, value in asked.query if name.lower() != "body_md5"]

    def _check_plan(self) -> None:
        if not self._account.switches.enabled:
            raise refusals.forbidden("The app is disabled")
        if self._account.switches.over_quota:
            raise refusals.forbidden(refusals.FORCED[403])


async def _asked(request: Request) -> Asked:
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    path = request.scope["path"].removeprefix(request.scope["root_path"])
    return Asked(request.method, path, query, await request.body(), request.path_params)


def _check_complete(asked: Asked) -> None:
    missing = [name for name in AUTH if not asked.parameters.get(name)]
    if missing:
        raise refusals.unauthorized(f"Missing parameters: {', '.join(missing)}")
    if asked.parameters["auth_version"] != "1.0":
        raise refusals.unauthorized("Unsupported auth_version: it must be 1.0")


def _check_digest(asked: Asked) -> None:
    """Check the digest of the body; a body of nothing may go without."""
    given = asked.parameters.get("body_md5")
    if given is None and not asked.body:
        return
    if given != body_md5(asked.body):
        raise refusals.unauthorized("Invalid body_md5: it must be the hexadecimal MD5 of the body")
