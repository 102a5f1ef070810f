"""The operations of Webhooks Management v1 on the twin, and the certificates that receivers fetch."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.paypal.sandbox import raw_json
from ace_integrations.payments.paypal.sandbox.events import EVENT_TYPES, Events
from ace_integrations.payments.paypal.sandbox.gate import Asked, Gate
from ace_integrations.payments.paypal.sandbox.http import Answer, Json, as_list, read_json, read_list, refusal
from ace_integrations.payments.paypal.sandbox.objects import link
from ace_integrations.payments.paypal.sandbox.signing import CERTIFICATES, Signer
from ace_integrations.payments.paypal.sandbox.simulator import Play
from ace_integrations.payments.paypal.sandbox.validation import Findings, Text

_VERIFIED = {
    "auth_algo": Text(100),
    "cert_url": Text(500),
    "transmission_id": Text(50),
    "transmission_sig": Text(500),
    "transmission_time": Text(100),
    "webhook_id": Text(50),
}
USUAL_PAGE, LARGEST_PAGE = 10, 300


class Notifications:
    """The routes below `/v1/notifications`.

    Args:
        url: where the twin is mounted.
    """

    def __init__(self, gate: Gate, events: Events, signer: Signer, url: str) -> None:
        self._gate = gate
        self._events = events
        self._signer = signer
        self._url = url

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        place, gate, events = "/v1/notifications", self._gate, self._events
        hooks, told = f"{place}/webhooks", f"{place}/webhooks-events"
        hook, event = f"{hooks}/{{id}}", f"{told}/{{id}}"
        return [
            Route(f"{CERTIFICATES}/{{name}}", self._certificate, name="get_certificate"),
            Route("/_ca.pem", self._authority, name="page_authority"),
            gate.route("POST", hooks, "create_webhook", self._create),
            gate.route("GET", hooks, "list_webhooks", self._list, reads="nothing"),
            gate.route("GET", hook, "get_webhook", lambda asked: _shown(events.webhook(asked.ids["id"]))),
            gate.route("PATCH", hook, "update_webhook", self._update, reads="raw"),
            gate.route("DELETE", hook, "delete_webhook", self._delete, reads="nothing"),
            gate.route("GET", f"{hook}/event-types", "list_event_types", self._types_of),
            gate.route("GET", f"{place}/webhooks-event-types", "list_event_types", self._types, reads="nothing"),
            gate.route("GET", told, "list_events", self._list_events, reads="nothing"),
            gate.route("GET", event, "get_event", lambda asked: _shown(events.find(asked.ids["id"]))),
            gate.route("POST", f"{event}/resend", "resend_event", self._resend),
            gate.route("POST", f"{place}/simulate-event", "simulate_event", self._simulate),
            gate.route(
                "POST", f"{place}/verify-webhook-signature", "verify_webhook_signature", self._verify, reads="raw"
            ),
        ]

    async def _certificate(self, request: Request) -> Response:
        pem = self._signer.certificate(request.path_params["name"])
        if pem is None:
            return Response(status_code=404)
        return Response(pem, media_type="application/x-pem-file")

    async def _authority(self, request: Request) -> Response:
        del request
        return Response(self._signer.authority, media_type="application/x-pem-file")

    def _create(self, asked: Asked) -> Answer:
        return _shown(self._events.add_webhook(asked.body), 201)

    def _list(self, asked: Asked) -> Answer:
        del asked
        return _shown({"webhooks": self._events.webhooks()})

    def _update(self, asked: Asked) -> Answer:
        return _shown(self._events.change_webhook(asked.ids["id"], read_list(asked.raw)))

    def _delete(self, asked: Asked) -> Answer:
        self._events.remove_webhook(asked.ids["id"])
        return Answer(204)

    def _types_of(self, asked: Asked) -> Answer:
        return _shown({"event_types": self._events.webhook(asked.ids["id"])["event_types"]})

    def _types(self, asked: Asked) -> Answer:
        del asked
        return _shown({"event_types": [{"name": name, "status": "ENABLED"} for name in EVENT_TYPES]})

    def _list_events(self, asked: Asked) -> Answer:
        query = asked.query
        size = query.get("page_size", str(USUAL_PAGE))
        if not size.isdecimal() or not 1 <= int(size) <= LARGEST_PAGE:
            raise refusal("INVALID_PARAMETER_VALUE", "page_size", size, location="query")
        found = [each for each in reversed(self._events.all.values()) if _fits(each, query)]
        page = found[: int(size)]
        links = [link(f"{self._url}/v1/notifications/webhooks-events?page_size={size}", "self")]
        return _shown({"events": page, "count": len(page), "links": links})

    def _resend(self, asked: Asked) -> Answer:
        event = self._events.find(asked.ids["id"])
        named = [str(each) for each in as_list(asked.body.get("webhook_ids")) or ()]
        for webhook_id in named:
            self._events.webhook(webhook_id)
        self._events.send(event, named)
        return _shown(event, 202)

    def _simulate(self, asked: Asked) -> Answer:
        kind = str(asked.body.get("event_type"))
        told = Play(now=self._gate.now, url=self._url).told
        if kind not in told:
            raise refusal("INVALID_PARAMETER_VALUE", "/event_type", kind)
        return _shown(self._events.simulate(asked.body, told[kind]), 202)

    def _verify(self, asked: Asked) -> Answer:
        body = read_json(asked.raw)
        findings = Findings()
        findings.texts(body, _VERIFIED, "", _VERIFIED)
        if "webhook_event" not in body:
            findings.add("MISSING_REQUIRED_PARAMETER", "/webhook_event")
        findings.stop(400)
        good = self._events.verifies(body, raw_json.member(asked.raw, "webhook_event") or ())
        return _shown({"verification_status": "SUCCESS" if good else "FAILURE"})


def _fits(event: Json, query: Mapping[str, str]) -> bool:
    return (
        query.get("event_type", "") in ("", event["event_type"])
        and query.get("transaction_id", "") in ("", event["resource"].get("id"))
        and event["create_time"] >= query.get("start_time", "")
        and event["create_time"] <= query.get("end_time", "9999")
    )


def _shown(thing: Json, status: int = 200) -> Answer:
    return Answer(status, lambda: thing)
