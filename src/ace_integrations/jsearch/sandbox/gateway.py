"""What stands before the operations, in both shops: keys, credits and rates, the retired path, trouble on demand."""

import asyncio
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ace_integrations.jsearch.sandbox import magic
from ace_integrations.jsearch.sandbox.accounts import Account, Accounts
from ace_integrations.jsearch.sandbox.api import NAMES, Api, Find
from ace_integrations.jsearch.sandbox.corpus import pick
from ace_integrations.jsearch.sandbox.parameters import Query, credits
from ace_integrations.jsearch.sandbox.refusals import RefusedError, UsedUpError, no_endpoint
from ace_integrations.sandbox.asgi import cut_connection

DIRECT = "/jsearch"
"""Below which the vendor's own host is, beside the gateway's."""

LATENCIES = ("none", "real")
CALLS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was answered, for the console.

    Attributes:
        hits: None where the call was refused.
        cost: credits.
        left: credits of the key's plan, None for an unknown key.
    """

    number: int
    operation: str
    query: Query
    at: float
    status: int
    hits: int | None
    cost: int
    plan: str
    left: int | None


@dataclass(slots=True)
class _Turn:
    """One call on its way; `path` is below its shop's root."""

    path: str
    query: Query
    words: Sequence[str]
    is_direct: bool
    account: Account | None = None
    cost: int = 0
    hits: int | None = None


class Gateway:
    """Makes the routes of both shops.

    Attributes:
        latency: how long answers take: at once, or as the service does.
        armed: magic words that the next calls get, whatever they ask for.
    """

    def __init__(self, api: Api, accounts: Accounts, now: Callable[[], float]) -> None:
        self.api = api
        self.accounts = accounts
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Forget the calls and all trouble."""
        self.latency = "none"
        self.armed: deque[str] = deque()
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._count = 0
        self._tries: Counter[str] = Counter()

    def routes(self) -> list[BaseRoute]:
        """Give those of the vendor's own host, and those at the root, as the gateway has them."""
        return [
            Route(f"{DIRECT if direct else ''}{path}", self._handler(direct=direct), name=name)
            for direct in (True, False)
            for path, name in {**NAMES, "/{rest:path}": ""}.items()
        ]

    def _handler(self, *, direct: bool) -> Callable[[Request], object]:
        async def answer(request: Request) -> ASGIApp:
            turn = self._begun(request, direct=direct)
            try:
                response = self._from_service(turn, self._admit(turn, request.headers))
            except RefusedError as refused:
                response = self._refused(turn, refused)
            self._note(turn, response.status_code)
            return _Late(self._seconds(turn), None if magic.cuts(turn.words) else response)

        return answer

    def _begun(self, request: Request, *, direct: bool) -> _Turn:
        path = request.scope["path"].removeprefix(request.scope["root_path"])
        query = dict(request.query_params)
        words, _ = magic.words_in(query.get("query", ""))
        if self.armed:
            words.append(self.armed.popleft())
        return _Turn(path.removeprefix(DIRECT) if direct else path, query, words, direct)

    def _admit(self, turn: _Turn, headers: Mapping[str, str]) -> Find:
        turn.account = account = self.accounts.named(headers, direct=turn.is_direct)
        find = self.api.operation_at(turn.path)
        if find is None:
            raise no_endpoint(turn.path)
        account.admit(self._now())
        refusal = magic.gateway_refusal(turn.words, plan=account.plan.name, path=turn.path)
        if refusal is not None:
            raise refusal
        turn.cost = credits(turn.query)
        account.spend(turn.cost)
        return find

    def _from_service(self, turn: _Turn, find: Find) -> Response:
        for word in turn.words:
            if word in magic.RAW:
                status, body, media_type = magic.RAW[word]
                return Response(body, status, media_type=media_type, headers=self._headers(turn))
            if word in magic.REFUSALS and self._fails(word, turn.query):
                raise RefusedError(*magic.REFUSALS[word])
        found = find(turn.query, turn.words)
        turn.hits = found.hits
        body = magic.write(found.body, turn.words)
        return Response(body, media_type="application/json", headers=self._headers(turn))

    def _fails(self, word: str, query: Query) -> bool:
        """Whether a word's error comes this time: the flaky one is gone at the second try of the same query."""
        if word != "flaky":
            return True
        text = query.get("query", "")
        self._tries[text] += 1
        return self._tries[text] % 2 == 1

    def _refused(self, turn: _Turn, refused: RefusedError) -> Response:
        headers = self._headers(turn)
        if isinstance(refused, UsedUpError):
            headers["x-ratelimit-requests-remaining"] = "0"
        if refused.at_gateway and not turn.is_direct:
            headers["x-rapidapi-proxy-response"] = "true"
            body: dict[str, object] = {"message": refused.message}
        else:
            error = {"message": refused.message, "code": 400 if refused.status == 200 else refused.status}
            body = {"status": "ERROR", "request_id": str(uuid.uuid4()), "error": error}
        return Response(magic.write(body), refused.status, media_type="application/json", headers=headers)

    def _headers(self, turn: _Turn) -> dict[str, str]:
        told = {} if turn.account is None else turn.account.headers(self._now())
        if turn.is_direct:
            return told
        return {
            **told,
            "x-rapidapi-request-id": str(uuid.uuid4()),
            "x-rapidapi-version": "1.2.8",
            "x-rapidapi-region": "sandbox",
        }

    def _seconds(self, turn: _Turn) -> float:
        return magic.seconds_in(turn.words) + (latency(self._count) if self.latency == "real" else 0.0)

    def _note(self, turn: _Turn, status: int) -> None:
        account = turn.account
        self._count += 1
        self.calls.appendleft(
            Call(
                number=self._count,
                operation=NAMES.get(turn.path, "unknown path"),
                query=turn.query,
                at=self._now(),
                status=status,
                hits=turn.hits,
                cost=turn.cost,
                plan=account.plan.name if account else "none",
                left=account.remaining if account else None,
            )
        )


def latency(number: int) -> float:
    """Give how long the service takes for its calls, by their number: 3 to 12 seconds, the same in every sandbox."""
    return 3 + pick(number, "latency", 9001) / 1000


@dataclass(frozen=True, slots=True)
class _Late:
    """An answer after some seconds; none at all where the connection is cut in its place."""

    seconds: float
    response: Response | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.seconds:
            await _wait(self.seconds, receive)
        if self.response is None:
            cut_connection(receive)
        else:
            await self.response(scope, receive, send)


async def _wait(seconds: float, receive: Receive) -> None:
    """Wait, or until the caller has gone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
