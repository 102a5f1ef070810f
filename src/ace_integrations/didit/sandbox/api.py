"""The twin's API: the real paths, answers and refusals, in the real order of checks."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.didit.sandbox.refusals import (
    FEATURES,
    Quota,
    RefusedError,
    check_creation,
    choice,
    not_a_choice,
    read_object,
)
from ace_integrations.didit.sandbox.sessions import EXPIRATION_S, WORKFLOW_VERSION, Sessions
from ace_integrations.didit.sandbox.states import (
    APPROVED,
    DECIDED,
    DECLINED,
    IN_REVIEW,
    KYC_EXPIRED,
    NOT_STARTED,
    PRINTABLE,
    RESUBMITTED,
    REVIEWS,
    SCENARIOS,
    TwinSession,
    moment,
)
from ace_integrations.didit.sandbox.webhooks import Destination, Sent, delivery_json
from ace_integrations.didit.settings import SANDBOX_WORKFLOW, DiditSettings
from ace_integrations.didit.webhooks import EVENT_TYPES
from ace_integrations.settings import is_loopback

KEY = DiditSettings.sandbox_values["api_key"].get_secret_value()
READ_ONLY_KEY = "didit-sandbox-key-read-only"
"""Authenticates, and may neither decide nor delete nor print."""

DELETIONS = frozenset({"operational_session_delete", "privacy_erasure"})

NO_PERMISSION = "You do not have permission to perform this action."
NO_CREDENTIALS = "Authentication credentials were not provided or are invalid."

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""

Handler = Callable[[Request], Awaitable[Response]]


class Api:
    """Routes below `/v3`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._calls = Quota(sessions)

    def reset(self) -> None:
        """Forget how often it was called."""
        self._calls.clear()

    def routes(self) -> list[BaseRoute]:
        """Give them; a route's name is the operation's."""
        session = "/v3/session/{session_id}"
        hook = "/v3/webhook/destinations/{uuid}"
        return [
            self._route("/v3/session/", "POST", "create_session", self._create),
            Route("/v3/sessions", _with_slash, name="list_sessions"),
            self._route("/v3/sessions/", "GET", "list_sessions", self._list),
            self._route(f"{session}/decision/", "GET", "get_decision", self._decision),
            self._route(f"{session}/update-status/", "PATCH", "update_status", self._update_status),
            self._route(f"{session}/delete/", "DELETE", "delete_session", self._delete),
            self._route(f"{session}/generate-pdf/", "GET", "download_pdf", self._pdf),
            self._route(f"{session}/sandbox/arm/", "POST", "arm_scenario", self._arm),
            self._route("/v3/billing/balance/", "GET", "balance", self._balance),
            self._route("/v3/workflows/", "GET", "list_workflows", self._workflows),
            self._route("/v3/workflows/{uuid}/", "GET", "get_workflow", self._workflow),
            self._route("/v1/sandbox/scenarios/", "GET", "list_scenarios", self._scenarios),
            self._route("/v3/webhook/destinations/", "GET", "list_destinations", self._destinations),
            self._route("/v3/webhook/destinations/", "POST", "create_destination", self._add_destination),
            self._route(f"{hook}/", "GET", "get_destination", self._destination),
            self._route(f"{hook}/", "PATCH", "update_destination", self._change_destination),
            self._route(f"{hook}/", "DELETE", "delete_destination", self._remove_destination),
            self._route(f"{hook}/deliveries/", "GET", "list_deliveries", self._deliveries),
            self._route(f"{hook}/deliveries/{{delivery}}/", "GET", "get_delivery", self._delivery),
            self._route(f"{hook}/deliveries/{{delivery}}/resend/", "POST", "resend_delivery", self._resend),
            Route("/system/healthcheck", self._health, name="healthcheck"),
            Route("/v3/{rest:path}", _unknown, name="", methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
        ]

    def _route(self, path: str, method: str, name: str, handler: Handler) -> Route:
        async def answered(request: Request) -> Response:
            try:
                self._calls.count(request, name)
                return await handler(request)
            except RefusedError as refused:
                return refused.response

        return Route(path, answered, name=name, methods=[method])

    # Checks that come before anything else.

    def _key(self, request: Request, *, rights: bool = True) -> None:
        """Refuse where one text stands for every trouble with the key."""
        if request.headers.get("x-api-key") not in ((KEY,) if rights else (KEY, READ_ONLY_KEY)):
            raise RefusedError(403, {"detail": NO_PERMISSION})

    def _session(self, request: Request, *, rights: bool = True) -> TwinSession:
        """Find the session first, and look at the key second."""
        session = self._sessions.get(request.path_params["session_id"])
        if session is None:
            raise RefusedError(404, {"detail": "Session not found."})
        key = request.headers.get("x-api-key")
        if key not in (KEY, READ_ONLY_KEY):
            raise RefusedError(403, {"detail": NO_CREDENTIALS})
        if rights and key == READ_ONLY_KEY:
            raise RefusedError(403, {"detail": NO_PERMISSION})
        return session

    # Sessions.

    async def _create(self, request: Request) -> Response:
        self._key(request)
        given = await read_object(request)
        check_creation(given)
        if given.get("vendor_data") in self._sessions.blocked:
            text = "This user or business has been blocked and cannot create new verification sessions."
            raise RefusedError(400, {"vendor_data": text})
        if float(self._sessions.balance) <= 0:
            text = "You don't have enough credits to perform this request. Please top up at https://business.didit.me"
            raise RefusedError(400, {"detail": text})
        session = self._sessions.create(given)
        value = {
            "session_id": session.id,
            "session_number": session.number,
            "session_token": session.token,
            "url": self._sessions.address(session),
            "vendor_data": session.vendor_data,
            "metadata": session.metadata,
            "status": session.status,
            "workflow_id": session.workflow_id,
            "workflow_version": session.workflow_version,
            "callback": session.callback,
        }
        return JSONResponse(value, 201)

    async def _decision(self, request: Request) -> Response:
        return JSONResponse(self._sessions.decision(self._session(request, rights=False)))

    async def _list(self, request: Request) -> Response:
        self._key(request, rights=False)
        query = request.query_params
        found = [session for session in self._sessions if _matches(session, query)]
        limit, offset = _number(query.get("limit"), 50), _number(query.get("offset"), 0)
        rows = [self._row(session) for session in found[offset : offset + limit]]
        value = {
            "count": len(found),
            "next": self._page(request, limit, offset + limit) if offset + limit < len(found) else None,
            "previous": self._page(request, limit, max(0, offset - limit)) if offset > 0 else None,
            "results": rows,
        }
        return JSONResponse(value)

    def _page(self, request: Request, limit: int, offset: int) -> str:
        query = {**request.query_params, "limit": str(limit), "offset": str(offset)}
        return f"{self._sessions.world.url}/v3/sessions/?{urlencode(query)}"

    def _row(self, session: TwinSession) -> dict[str, Any]:
        decision = self._sessions.decision(session)
        documents: list[dict[str, Any]] = decision.get("id_verifications") or [{}]
        row: dict[str, Any] = {
            "session_id": session.id,
            "session_kind": "user",
            "session_number": session.number,
            "session_url": self._sessions.address(session),
            "status": session.status,
            "vendor_data": session.vendor_data,
            "didit_internal_id": session.id,
            "created_at": moment(session.created_at),
            "full_name": documents[0].get("full_name"),
            "country": documents[0].get("issuing_state"),
            "document_type": documents[0].get("document_type"),
            "portrait_image": documents[0].get("portrait_image"),
            "phone_number": None,
            "email_address": None,
            "additional_details": None,
            "features": [{"feature": name, "status": _feature_status(session.status)} for name in decision["features"]],
        }
        omit = self._sessions.options.omit_nulls
        return {name: value for name, value in row.items() if value is not None} if omit else row

    async def _update_status(self, request: Request) -> Response:
        session = self._session(request)
        if session.status not in DECIDED:
            text = f"Only sessions with status {', '.join(DECIDED)} can be updated. Current status: {session.status}"
            raise RefusedError(400, {"detail": text})
        given = await read_object(request)
        status = choice(given, "new_status", REVIEWS, required=True)
        if status == session.status:
            raise RefusedError(400, ["The new status is the same as the current status."])
        nodes: list[dict[str, Any]] = given.get("nodes_to_resubmit") or []
        features = [node.get("feature") for node in nodes]
        wrong = [{} if name in FEATURES else {"feature": [not_a_choice(name)]} for name in features]
        if any(wrong):
            raise RefusedError(400, {"nodes_to_resubmit": wrong})
        if given.get("send_email") and not given.get("email_address"):
            raise RefusedError(400, {"email_address": ["This field is required when send_email is true."]})
        self._sessions.review(session, str(status), comment=given.get("comment"), nodes=nodes)
        return JSONResponse({"session_id": session.id})

    async def _delete(self, request: Request) -> Response:
        session = self._session(request)
        choice(await read_object(request), "deletion_instruction", DELETIONS)
        self._sessions.delete(session)
        value = {"session_id": session.id, "session_number": session.number, "face_retention_outcome": "deleted"}
        return JSONResponse({**value, "biometric_template_uuid": None})

    async def _pdf(self, request: Request) -> Response:
        session = self._session(request)
        if session.status not in PRINTABLE:
            raise RefusedError(403, {"detail": NO_PERMISSION})
        return Response(PDF, media_type="application/pdf")

    async def _arm(self, request: Request) -> Response:
        session = self._sessions.get(request.path_params["session_id"])
        if session is None or request.headers.get("session-token") != session.token:
            raise RefusedError(404, {"detail": "Not found."})
        slug = (await read_object(request)).get("scenario")
        if slug not in SCENARIOS:
            raise RefusedError(400, {"scenario": [f"Unknown sandbox scenario: '{slug}'."]})
        if session.status != NOT_STARTED:
            raise RefusedError(400, {"scenario": ["Scenario can only be armed before the verification starts."]})
        session.scenario = slug
        return JSONResponse({"session_id": session.id, "scenario": slug, "status": session.status})

    # The account.

    async def _balance(self, request: Request) -> Response:
        self._key(request, rights=False)
        refill = {"auto_refill_enabled": False, "auto_refill_amount": None, "auto_refill_threshold": None}
        return JSONResponse({"balance": self._sessions.balance, **refill})

    async def _workflows(self, request: Request) -> Response:
        self._key(request, rights=False)
        # A list writes the features as one text.
        listed = {**_WORKFLOW, "features": " + ".join(feature["feature"] for feature in _WORKFLOW["features"])}
        return JSONResponse({"count": 1, "next": None, "previous": None, "results": [listed]})

    async def _workflow(self, request: Request) -> Response:
        self._key(request, rights=False)
        if request.path_params["uuid"] != SANDBOX_WORKFLOW:
            raise RefusedError(404, {"detail": "Not found."})
        return JSONResponse(_WORKFLOW)

    async def _scenarios(self, request: Request) -> Response:
        token = request.headers.get("session-token", "")
        if not token or self._sessions.by_token(token) is None:
            self._key(request, rights=False)
        return JSONResponse([{"slug": one.slug, "status": one.status} for one in SCENARIOS.values()])

    async def _health(self, request: Request) -> Response:
        del request
        return JSONResponse({"status": "ok", "timestamp": moment(self._sessions.world.clock.now())})

    # Webhook destinations.

    def _found(self, request: Request) -> Destination:
        self._key(request)
        found = self._sessions.postman.destinations.get(request.path_params["uuid"])
        if found is None:
            raise RefusedError(404, {"detail": "Not found."})
        return found

    def _sent(self, request: Request) -> tuple[Destination, Sent]:
        destination = self._found(request)
        for sent in destination.log:
            if sent.id == request.path_params["delivery"]:
                return destination, sent
        raise RefusedError(404, {"detail": "Not found."})

    async def _destinations(self, request: Request) -> Response:
        self._key(request)
        found = self._sessions.postman.destinations.values()
        return JSONResponse([one.as_json(with_secret=False) for one in found])

    async def _add_destination(self, request: Request) -> Response:
        self._key(request)
        settings = self._destination_settings(await read_object(request), new=True)
        return JSONResponse(self._sessions.postman.add(**settings).as_json(with_secret=True), 201)

    async def _destination(self, request: Request) -> Response:
        return JSONResponse(self._found(request).as_json(with_secret=True))

    async def _change_destination(self, request: Request) -> Response:
        destination = self._found(request)
        for name, value in self._destination_settings(await read_object(request), new=False).items():
            setattr(destination, name, value)
        return JSONResponse(destination.as_json(with_secret=True))

    async def _remove_destination(self, request: Request) -> Response:
        destination = self._found(request)
        del self._sessions.postman.destinations[destination.uuid]
        return Response(status_code=204)

    def _destination_settings(self, given: dict[str, Any], *, new: bool) -> dict[str, Any]:
        if new and not given.get("url"):
            raise RefusedError(400, {"url": ["This field is required."]})
        url, events = given.get("url"), given.get("subscribed_events", [] if new else None)
        if url and any(one.url == url for one in self._sessions.postman.destinations.values()):
            raise RefusedError(400, {"url": ["This webhook destination already exists for the application."]})
        if url and not is_loopback(str(url)):
            # The real service wants a public address; a sandbox reaches this machine only.
            raise RefusedError(400, {"url": ["A sandbox sends webhooks to this machine only."]})
        unknown = sorted(set(events or ()) - set(EVENT_TYPES))
        if unknown:
            raise RefusedError(400, {"subscribed_events": [f"Unsupported webhook events: {', '.join(unknown)}"]})
        version = choice(given, "webhook_version", frozenset({"v1", "v2", "v3"}))
        found = {"url": url, "label": given.get("label"), "enabled": given.get("enabled"), "version": version}
        settings = {name: value for name, value in found.items() if value is not None}
        # Without a list nothing is ever delivered; a change replaces the list whole.
        return settings if events is None else {**settings, "events": tuple(events)}

    async def _deliveries(self, request: Request) -> Response:
        destination = self._found(request)
        rows = [self._log_entry(sent) for sent in reversed(destination.log)]
        return JSONResponse({"count": len(rows), "next": None, "previous": None, "results": rows})

    async def _delivery(self, request: Request) -> Response:
        _, sent = self._sent(request)
        return JSONResponse(self._log_entry(sent))

    async def _resend(self, request: Request) -> Response:
        again = self._sessions.postman.resend(*self._sent(request))
        return JSONResponse(self._log_entry(again), 201)

    def _log_entry(self, sent: Sent) -> dict[str, Any]:
        outgoing = self._sessions.world.deliveries.all.get(sent.number)
        # What was tampered with on its way is not of the service's doing.
        attempts = [attempt for attempt in outgoing.attempts if not attempt.is_forged] if outgoing else []
        return delivery_json(sent, len(attempts), attempts[-1].status if attempts else None)


_WORKFLOW: dict[str, Any] = {
    "uuid": SANDBOX_WORKFLOW,
    "workflow_label": "Sandbox",
    "status": "published",
    "version": WORKFLOW_VERSION,
    "features": [
        {"feature": name, "config": {}, "label": name} for name in ("OCR", "LIVENESS", "FACE_MATCH", "IP_ANALYSIS")
    ],
    "max_retry_attempts": 3,
    "retry_window_days": 7,
    "session_expiration_time": EXPIRATION_S,
}


async def _with_slash(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path}/{query}", 301)


async def _unknown(request: Request) -> Response:
    if not request.url.path.endswith("/"):
        return await _with_slash(request)
    return JSONResponse({"detail": "Not found."}, 404)


def _feature_status(status: str) -> str:
    """Give the status of a session's features, which know fewer words."""
    words = {KYC_EXPIRED: APPROVED, RESUBMITTED: "Resub Requested"}
    return words.get(status, status if status in (APPROVED, DECLINED, IN_REVIEW) else "Not Finished")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default


def _matches(session: TwinSession, query: Any) -> bool:
    day = moment(session.created_at)[:10]
    statuses = [one for one in query.get("status", "").split(",") if one]
    text = query.get("search", "").lower()
    return (
        query.get("session_kind", "user") == "user"
        and (not statuses or session.status in statuses)
        and query.get("vendor_data") in (None, session.vendor_data)
        and query.get("workflow_id") in (None, session.workflow_id)
        and query.get("country") in (None, "EGY")
        and query.get("date_from", day) <= day <= query.get("date_to", day)
        and (not text or text in f"{session.vendor_data} {session.id} {session.number} test student".lower())
    )
