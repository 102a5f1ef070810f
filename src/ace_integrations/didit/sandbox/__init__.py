"""Didit's twin: sessions with real states, a hosted page, three signatures on every webhook."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.didit.sandbox.api import KEY, READ_ONLY_KEY, Api
from ace_integrations.didit.sandbox.pages import HostedPages
from ace_integrations.didit.sandbox.sessions import Sessions
from ace_integrations.didit.sandbox.states import (
    DECIDED,
    MOVES,
    OUTCOMES,
    RESUBMITTED,
    TONES,
    RefusedMoveError,
    TwinSession,
)
from ace_integrations.didit.sandbox.webhooks import SECRET, SPOILERS, console_test
from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, Step, World

_DECISIONS = (
    ("Approve", "approve", "primary"),
    ("Decline", "decline", "danger"),
    ("Send to review", "review", "plain"),
    ("Abandon", "abandon", "plain"),
    ("Let it expire", "expire", "plain"),
    ("Let the proof run out", "kyc_expire", "plain"),
)
_DELIVERIES = (
    ("Send the last webhook an hour old", "stale"),
    ("Sign it with another secret", "wrong_secret"),
)


class DiditTwin:
    """Imitates Didit's API of version 3."""

    name: ClassVar[str] = "didit"
    title: ClassVar[str] = "Didit"
    icon: ClassVar[str] = "id"
    empty: ClassVar[str] = "No verification yet. Start one with: ace didit create user-1"

    def __init__(self, world: World) -> None:
        world.journal.hide(KEY, READ_ONLY_KEY, SECRET)
        self._sessions = Sessions(world)
        self._api = Api(self._sessions)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the API and the hosted page."""
        return [*self._api.routes(), *HostedPages(self._sessions).routes()]

    def reset(self) -> None:
        """Forget everything, and become as new."""
        self._sessions.reset()
        self._api.reset()

    # Controls.

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that decide as the service would."""
        post = ["POST"]
        session = "/sessions/{session_id}"
        return [
            Route("/sessions", self._list),
            Route(session, self._on(self._show)),
            Route(f"{session}/open", self._on(self._open), methods=post),
            Route(f"{session}/decide", self._on(self._decide), methods=post),
            Route(f"{session}/resubmit", self._on(self._resubmit), methods=post),
            Route(f"{session}/status", self._on(self._force), methods=post),
            Route(f"{session}/data", self._on(self._correct), methods=post),
            Route(f"{session}/webhook", self._on(self._spoil), methods=post),
            Route("/test-webhook", self._test_webhook, methods=post),
            Route("/options", self._options, methods=post),
            Route("/block", self._block, methods=post),
            Route("/balance", self._set_balance, methods=post),
        ]

    def _on(self, act: Callable[[TwinSession, dict[str, Any]], Any]) -> Callable[[Request], Awaitable[Response]]:
        """Give a route that acts on one session and answers with it."""

        async def answered(request: Request) -> Response:
            session = self._sessions.get(request.path_params["session_id"])
            if session is None:
                return JSONResponse({"error": "no such session"}, 404)
            try:
                act(session, await read_fields(request) if request.method == "POST" else {})
            except RefusedMoveError as refused:
                return JSONResponse({"error": str(refused)}, 409)
            except KeyError as missing:
                return JSONResponse({"error": f"{missing} is missing or unknown"}, 400)
            return done(request, self._as_json(session))

        return answered

    def _show(self, session: TwinSession, fields: dict[str, Any]) -> None:
        del session, fields

    def _open(self, session: TwinSession, fields: dict[str, Any]) -> None:
        del fields
        self._sessions.open(session)

    def _decide(self, session: TwinSession, fields: dict[str, Any]) -> None:
        self._sessions.decide(session, fields.get("outcome") or session.scenario)

    def _resubmit(self, session: TwinSession, fields: dict[str, Any]) -> None:
        if session.status not in DECIDED or session.status == RESUBMITTED:
            raise RefusedMoveError(f"a session that is {session.status} cannot be asked for more")
        nodes = [{"node_id": "feature_ocr_1", "feature": "OCR"}]
        self._sessions.review(session, RESUBMITTED, comment=fields.get("comment"), nodes=nodes)

    def _force(self, session: TwinSession, fields: dict[str, Any]) -> None:
        self._sessions.force(session, str(fields["status"]))

    def _correct(self, session: TwinSession, fields: dict[str, Any]) -> None:
        del fields
        self._sessions.announce(session, "data.updated")

    def _spoil(self, session: TwinSession, fields: dict[str, Any]) -> None:
        event = self._sessions.last_event(session)
        if event is None:
            raise RefusedMoveError("nothing was sent for this session yet")
        if fields["kind"] not in SPOILERS:
            raise KeyError(fields["kind"])
        self._sessions.postman.spoil(event, fields["kind"])

    async def _list(self, request: Request) -> Response:
        del request
        return JSONResponse({"sessions": [self._as_json(session) for session in self._sessions]})

    async def _test_webhook(self, request: Request) -> Response:
        self._sessions.postman.send(console_test(self._sessions.world.now()))
        return done(request, {})

    async def _options(self, request: Request) -> Response:
        fields = await read_fields(request)
        try:
            changed = {name: value in (True, "true", "on", "1") for name, value in fields.items()}
            self._sessions.options = replace(self._sessions.options, **changed)
        except TypeError:
            return JSONResponse({"error": f"no such option among {', '.join(fields)}"}, 400)
        return done(request, changed)

    async def _block(self, request: Request) -> Response:
        fields = await read_fields(request)
        change = self._sessions.blocked.discard if fields.get("blocked") is False else self._sessions.blocked.add
        change(str(fields["vendor_data"]))
        return done(request, {"blocked": sorted(self._sessions.blocked)})

    async def _set_balance(self, request: Request) -> Response:
        self._sessions.balance = f"{float((await read_fields(request))['balance']):.4f}"
        return done(request, {"balance": self._sessions.balance})

    def _as_json(self, session: TwinSession) -> dict[str, Any]:
        return {
            "session_id": session.id,
            "status": session.status,
            "scenario": session.scenario,
            "vendor_data": session.vendor_data,
            "url": self._sessions.address(session),
            "history": [status for status, _ in session.history],
        }

    # The console.

    def items(self) -> Sequence[Item]:
        """Give the sessions, newest first."""
        return [
            Item(
                id=session.id,
                title=session.vendor_data or session.id,
                subtitle=f"Session {session.number}, {session.scenario}",
                at=session.history[-1][1],
                badge=Badge(session.status, TONES.get(session.status, "neutral")),
            )
            for session in self._sessions
        ]

    def detail(self, item_id: str) -> Detail | None:
        """Give one session."""
        session = self._sessions.get(item_id)
        if session is None:
            return None
        facts = [
            ("Session", session.id),
            ("User", session.vendor_data or "none"),
            ("Status", session.status),
            ("Scenario", session.scenario),
            ("Hosted page", self._sessions.address(session)),
            ("Callback", session.callback or "none"),
        ]
        return Detail(
            title=session.vendor_data or session.id,
            facts=facts,
            steps=[Step(status, at, TONES.get(status, "neutral")) for status, at in session.history],
            actions=_actions(session),
            payload=self._payload(session),
        )

    def _payload(self, session: TwinSession) -> dict[str, Any]:
        """Give the decision without what opens the session's page."""
        hidden = ("session_url",)
        return {name: value for name, value in self._sessions.decision(session).items() if name not in hidden}


def _actions(session: TwinSession) -> list[Action]:
    base = f"sessions/{session.id}"
    moves = MOVES.get(session.status, frozenset())
    later = MOVES["In Progress"] if "In Progress" in moves else frozenset[str]()
    actions = [
        Action(label, f"{base}/decide", {"outcome": outcome}, tone)
        for label, outcome, tone in _DECISIONS
        if OUTCOMES[outcome][0] in (moves | later) - {session.status}
    ]
    if session.status in DECIDED and session.status != RESUBMITTED:
        actions.append(Action("Ask for the document again", f"{base}/resubmit"))
    return actions + [Action(label, f"{base}/webhook", {"kind": kind}) for label, kind in _DELIVERIES]
