"""The HTTP surface of Stripe's twin: idempotency, expansion, and one thin route for each operation."""

import hmac
import itertools
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.stripe.sandbox.cards import BY_NUMBER, looks_like_a_card
from ace_integrations.payments.stripe.sandbox.customers import Customers
from ace_integrations.payments.stripe.sandbox.events import Events
from ace_integrations.payments.stripe.sandbox.http import (
    Idempotency,
    Json,
    RefusedError,
    check_names,
    expand,
    fingerprint,
    flag,
    group,
    metadata_of,
    missing,
    no_such,
    page_of,
    search,
)
from ace_integrations.payments.stripe.sandbox.objects import new_id
from ace_integrations.payments.stripe.sandbox.request import Asked, origin_headers, read_request
from ace_integrations.payments.stripe.sandbox.state import Books

VERSION = "2026-10-28.endive"
_INTENT = frozenset(
    {"amount", "currency", "customer", "description", "metadata", "payment_method", "payment_method_types"}
    | {"receipt_email", "setup_future_usage", "statement_descriptor_suffix"}
)
_CREATE = _INTENT | {
    *("allowed_payment_method_types", "excluded_payment_method_types", "automatic_payment_methods"),
    *("capture_method", "confirm", "confirmation_method", "off_session", "return_url", "use_stripe_sdk"),
}
_CONFIRM = {"payment_method", "return_url", "off_session", "use_stripe_sdk", "receipt_email", "payment_method_types"}
_LIST = {"limit", "starting_after", "ending_before", "created"}


Handler = Callable[[Asked], Json]


class Api:
    """Stripe's REST API over the books."""

    def __init__(self, books: Books, events: Events, now: Callable[[], float]) -> None:
        self.books = books
        self.events = events
        self.idempotency = Idempotency()
        self.customers = Customers(now, events.emit)
        self._now = now
        self._numbers = itertools.count(1)

    def routes(self) -> list[BaseRoute]:
        """Give them; those that a browser may use carry CORS headers."""
        intents = "/v1/payment_intents"
        return [
            self._route("POST", intents, "create_payment_intent", self._create, _CREATE),
            self._route("GET", intents, "list_payment_intents", self._list_intents, _LIST | {"customer"}),
            self._route("GET", f"{intents}/search", "search_payment_intents", self._search, {"query", "limit", "page"}),
            self._route("GET", f"{intents}/{{id}}", "retrieve_payment_intent", self._retrieve, (), browser=True),
            self._route("POST", f"{intents}/{{id}}", "update_payment_intent_amount", self._update, _INTENT),
            self._route(
                "POST", f"{intents}/{{id}}/confirm", "confirm_payment_intent", self._confirm, _CONFIRM, browser=True
            ),
            self._route(
                "POST",
                f"{intents}/{{id}}/capture",
                "capture_payment_intent",
                lambda asked: self.books.capture(self._intent(asked), asked.params),
                {"amount_to_capture", "metadata", "final_capture", "statement_descriptor_suffix"},
            ),
            self._route(
                "POST", f"{intents}/{{id}}/cancel", "cancel_payment_intent", self._cancel, {"cancellation_reason"}
            ),
            self._route(
                "POST",
                "/v1/payment_methods",
                "create_payment_method",
                self._create_method,
                {"type", "card", "billing_details"},
                browser=True,
            ),
            self._route("GET", "/v1/payment_methods/{id}", "retrieve_payment_method", self._one("PaymentMethod"), ()),
            *self._money_routes(),
            *self.customers.routes(self._route),
            *self._event_routes(),
            Route("/v1/{rest:path}", self._preflight, methods=["OPTIONS"], name="page_preflight"),
            Route("/{version:str}/{rest:path}", self._unknown, methods=["GET", "POST", "DELETE"]),
        ]

    def _money_routes(self) -> list[BaseRoute]:
        about = {"payment_intent", "charge"}
        return [
            self._route(
                "POST",
                "/v1/refunds",
                "create_refund",
                lambda asked: self.books.refund(asked.params),
                about | {"amount", "reason", "metadata", "instructions_email"},
            ),
            self._route("GET", "/v1/refunds", "list_refunds", self._many(self.books.refunds), _LIST | about),
            self._route("GET", "/v1/refunds/{id}", "retrieve_refund", self._one("refund"), ()),
            self._route("POST", "/v1/refunds/{id}", "update_refund", self._update_refund, {"metadata"}),
            self._route("GET", "/v1/charges", "list_charges", self._many(self.books.charges), _LIST | about),
            self._route("GET", "/v1/charges/{id}", "retrieve_charge", self._one("charge"), ()),
            self._route("GET", "/v1/disputes", "list_disputes", self._many(self.books.disputes), _LIST | about),
            self._route("GET", "/v1/disputes/{id}", "retrieve_dispute", self._one("dispute"), ()),
            self._route(
                "POST", "/v1/disputes/{id}", "update_dispute", self._answer, {"evidence", "submit", "metadata"}
            ),
            self._route(
                "POST",
                "/v1/disputes/{id}/close",
                "close_dispute",
                lambda asked: self.books.close_dispute(self._one("dispute")(asked), won=False),
                (),
            ),
            self._route("GET", "/v1/balance", "retrieve_balance", self._balance, ()),
            self._route(
                "GET",
                "/v1/balance_transactions/{id}",
                "retrieve_balance_transaction",
                self._one("balance transaction"),
                (),
            ),
        ]

    def _event_routes(self) -> list[BaseRoute]:
        endpoint = {"url", "enabled_events", "description", "metadata", "disabled"}
        return [
            self._route(
                "GET", "/v1/events", "list_events", self._list_events, _LIST | {"type", "types", "delivery_success"}
            ),
            self._route(
                "GET", "/v1/events/{id}", "retrieve_event", lambda asked: self.events.find(asked.ids["id"]), ()
            ),
            self._route(
                "GET",
                "/v2/core/events/{id}",
                "retrieve_thin_event",
                lambda asked: self.events.thin(self.events.find(asked.ids["id"])),
                (),
            ),
            self._route(
                "POST",
                "/v1/webhook_endpoints",
                "create_webhook_endpoint",
                lambda asked: self.events.add_endpoint(asked.params, metadata_of(asked.params)),
                endpoint | {"api_version", "connect"},
            ),
            self._route(
                "GET", "/v1/webhook_endpoints", "list_webhook_endpoints", self._many(self.events.endpoints), _LIST
            ),
            self._route(
                "GET",
                "/v1/webhook_endpoints/{id}",
                "retrieve_webhook_endpoint",
                lambda asked: self.events.endpoint(asked.ids["id"]),
                (),
            ),
            self._route(
                "POST",
                "/v1/webhook_endpoints/{id}",
                "update_webhook_endpoint",
                lambda asked: self.events.change_endpoint(asked.ids["id"], asked.params),
                endpoint,
            ),
            self._route(
                "DELETE",
                "/v1/webhook_endpoints/{id}",
                "delete_webhook_endpoint",
                lambda asked: self.events.remove_endpoint(asked.ids["id"]),
                (),
            ),
        ]

    def _route(
        self, method: str, path: str, name: str, handler: Handler, known: Iterable[str], *, browser: bool = False
    ) -> Route:
        names = frozenset(known)

        async def answer(request: Request) -> Response:
            return await self._answer_to(request, handler, names, browser=browser)

        endpoint: Callable[[Request], Awaitable[Response]] = answer
        return Route(path, endpoint, methods=[method], name=name)

    async def _answer_to(self, request: Request, handler: Handler, known: frozenset[str], *, browser: bool) -> Response:
        body = await request.body()
        request_id = f"req_sandbox{next(self._numbers)}"
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        headers = {"request-id": request_id, **origin_headers(request, browser=browser)}
        headers["stripe-version"] = version = request.headers.get("stripe-version") or VERSION
        if key:
            headers["idempotency-key"] = key
        mark = fingerprint(request.method, request.url.path, body)
        try:
            asked = read_request(request, body, version, browser=browser)
            if key and (kept := self.idempotency.find(key, mark, self._now())) is not None:
                replayed = {"idempotent-replayed": "true", "original-request": kept.request_id}
                return _json(kept.status, kept.body, {**headers, **replayed})
            check_names(asked.params, known)
            self.events.request = {"id": request_id, "idempotency_key": key or None}
            status, content, is_kept = 200, self._do(handler, asked), True
        except RefusedError as refused:
            status, is_kept = refused.status, refused.is_kept
            content = {"error": {**refused.error, "request_log_url": f"{request.base_url}#{request_id}"}}
            if status == 401:
                headers["www-authenticate"] = 'Bearer realm="Stripe"'
        raw = json.dumps(content, indent=2, ensure_ascii=False).encode()
        if key and is_kept:
            self.idempotency.keep(key, mark, status=status, body=raw, request_id=request_id, now=self._now())
        return _json(status, raw, headers)

    def _do(self, handler: Handler, asked: Asked) -> Json:
        result = handler(asked)
        paths: Sequence[Any] = asked.params.get("expand") or ()
        opened = expand(result, [str(path) for path in paths], self._named)
        if asked.by_browser and opened.get("object") == "payment_intent":
            # A browser never sees what the platform keeps with the payment.
            return {name: value for name, value in opened.items() if name != "metadata"}
        return opened

    def _named(self, field: str, object_id: str) -> Json:
        """Give what a field names, for expansion."""
        books = self.books
        if field == "refunds":
            back = [each for each in _newest(books.refunds) if each["charge"] == object_id]
            return page_of(back, {"limit": "10"}, f"/v1/charges/{object_id}/refunds")
        places = {
            "latest_charge": books.charges,
            "charge": books.charges,
            "payment_intent": books.intents,
            "payment_method": books.methods,
            "balance_transaction": books.transactions,
        }
        return places[field][object_id]

    def _intent(self, asked: Asked) -> Json:
        intent = self.books.intent(asked.ids["id"])
        given = str(asked.params.get("client_secret", ""))
        if asked.by_browser and not hmac.compare_digest(given.encode(), intent["client_secret"].encode()):
            raise RefusedError(
                400, "The client_secret provided does not match this PaymentIntent.", param="client_secret"
            )
        return intent

    def _create(self, asked: Asked) -> Json:
        params = asked.params
        if "automatic_payment_methods" in params and "allowed_payment_method_types" in params:
            raise RefusedError(
                400,
                "automatic_payment_methods excludes allowed_payment_method_types.",
                param="automatic_payment_methods",
            )
        intent = self.books.create(params)
        if flag(params, "confirm"):
            return self._confirmed(intent, asked, method=None)
        return intent

    def _confirm(self, asked: Asked) -> Json:
        method = asked.params.get("payment_method")
        return self._confirmed(self._intent(asked), asked, method=str(method) if method else None)

    def _confirmed(self, intent: Json, asked: Asked, *, method: str | None) -> Json:
        return self.books.confirm(
            intent,
            method=method,
            return_url=asked.params.get("return_url"),
            off_session=flag(asked.params, "off_session"),
            by_script=flag(asked.params, "use_stripe_sdk"),
        )

    def _retrieve(self, asked: Asked) -> Json:
        return self._intent(asked)

    def _update(self, asked: Asked) -> Json:
        return self.books.update(self._intent(asked), asked.params)

    def _cancel(self, asked: Asked) -> Json:
        reason = asked.params.get("cancellation_reason")
        if reason not in (None, "duplicate", "fraudulent", "requested_by_customer", "abandoned"):
            raise RefusedError(400, "Invalid cancellation_reason", param="cancellation_reason")
        return self.books.cancel(self._intent(asked), reason)

    def _list_intents(self, asked: Asked) -> Json:
        return page_of(_newest(self.books.intents), asked.params, asked.path)

    def _search(self, asked: Asked) -> Json:
        return search(_newest(self.books.intents), asked.params, asked.path)

    def _create_method(self, asked: Asked) -> Json:
        card = group(asked.params, "card")
        if asked.params.get("type") != "card" or not card:
            raise missing("card")
        number = re.sub(r"[ -]", "", str(card.get("number", "")))
        if not asked.by_browser:
            raise RefusedError(402, "Card numbers are not taken with a secret key: use the payment page.", param="card")
        if number in BY_NUMBER:
            return self.books.add_method(BY_NUMBER[number], group(asked.params, "billing_details"))
        if looks_like_a_card(number):
            message = "Your card was declined. A sandbox takes test cards only."
            raise RefusedError(
                402, message, type="card_error", code="card_declined", decline_code="test_mode_live_card"
            )
        raise RefusedError(
            402, "Your card number is incorrect.", type="card_error", code="incorrect_number", param="number"
        )

    def _update_refund(self, asked: Asked) -> Json:
        refund = self._one("refund")(asked)
        refund["metadata"] = metadata_of(asked.params, refund["metadata"])
        return refund

    def _answer(self, asked: Asked) -> Json:
        evidence = group(asked.params, "evidence")
        submit = flag(asked.params, "submit", default=True)
        return self.books.answer_dispute(self._one("dispute")(asked), evidence, submit=submit)

    def _balance(self, asked: Asked) -> Json:
        del asked
        sums: dict[str, int] = {"usd": 0}
        for each in self.books.transactions.values():
            sums[each["currency"]] = sums.get(each["currency"], 0) + each["net"]
        pending = [{"amount": sums[name], "currency": name, "source_types": {"card": sums[name]}} for name in sums]
        nothing = [{"amount": 0, "currency": name, "source_types": {"card": 0}} for name in sums]
        return {"object": "balance", "available": nothing, "livemode": False, "pending": pending}

    def _list_events(self, asked: Asked) -> Json:
        wanted: list[str] = list(asked.params.get("types") or ()) or [asked.params.get("type") or "*"]
        self.events.forget_old()
        undelivered = asked.params.get("delivery_success") == "false"
        found = [
            each
            for each in _newest(self.events.all)
            if any(_is_type(each["type"], pattern) for pattern in wanted)
            and (not undelivered or each["pending_webhooks"] > 0)
        ]
        return page_of(found, asked.params, asked.path)

    def _many(self, held: dict[str, Json]) -> Handler:
        def listed(asked: Asked) -> Json:
            about = {name: asked.params[name] for name in ("payment_intent", "charge") if name in asked.params}
            found = [each for each in _newest(held) if all(each[name] == value for name, value in about.items())]
            return page_of(found, asked.params, asked.path)

        return listed

    def _one(self, what: str) -> Handler:
        held = {
            "PaymentMethod": self.books.methods,
            "refund": self.books.refunds,
            "charge": self.books.charges,
            "dispute": self.books.disputes,
            "balance transaction": self.books.transactions,
        }[what]

        def found(asked: Asked) -> Json:
            if asked.ids["id"] not in held:
                raise no_such(what, asked.ids["id"], param=what)
            return held[asked.ids["id"]]

        return found

    async def _preflight(self, request: Request) -> Response:
        return Response(status_code=204, headers=origin_headers(request, browser=True))

    async def _unknown(self, request: Request) -> Response:
        message = f"Unrecognized request URL ({request.method}: {request.url.path})."
        content = {"error": {"message": message, "type": "invalid_request_error"}}
        return _json(404, json.dumps(content, indent=2).encode(), {"request-id": new_id("req")})


def _json(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status, headers=headers, media_type="application/json")


def _newest(held: dict[str, Json]) -> list[Json]:
    return list(reversed(held.values()))


def _is_type(name: str, pattern: str) -> bool:
    return pattern == "*" or name == pattern or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
