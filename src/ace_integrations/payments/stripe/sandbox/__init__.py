"""Stripe's twin: the API, the browser's script and pages, signed events, and the console's view of it all."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.stripe.sandbox.api import Api
from ace_integrations.payments.stripe.sandbox.events import PLATFORM, Events
from ace_integrations.payments.stripe.sandbox.http import Json, RefusedError
from ace_integrations.payments.stripe.sandbox.pages import Pages, shown_amount
from ace_integrations.payments.stripe.sandbox.state import Books
from ace_integrations.payments.stripe.settings import SANDBOX_SECRET_KEY
from ace_integrations.sandbox.asgi import done, read_fields
from ace_integrations.sandbox.twin import Action, Badge, Detail, Item, Step, World

_BADGES = {
    "requires_payment_method": Badge("Created"),
    "requires_confirmation": Badge("Created"),
    "requires_action": Badge("Needs 3-D Secure", "warn"),
    "processing": Badge("Processing", "info"),
    "requires_capture": Badge("Authorised", "info"),
    "succeeded": Badge("Paid", "ok"),
    "canceled": Badge("Canceled"),
}


class StripeTwin:
    """Stripe, imitated."""

    name: ClassVar[str] = "stripe"
    title: ClassVar[str] = "Stripe"
    icon: ClassVar[str] = "card"
    empty: ClassVar[str] = "No payment yet. Pay for a course with the card 4242 4242 4242 4242."

    def __init__(self, world: World) -> None:
        self._world = world
        world.journal.hide(SANDBOX_SECRET_KEY)
        self.events = Events(world)
        hide = world.journal.hide_token
        self.books = Books(now=world.now, emit=self._emit, later=self._later, url=world.url, hide=hide)
        self.api = Api(self.books, self.events, world.clock.now)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the browser's routes and the API's."""
        return [*Pages(self.books, self._world.url).routes(), *self.api.routes()]

    def controls(self) -> Sequence[BaseRoute]:
        """Give the routes that decide as Stripe, the payer's bank or the network would."""
        posts: dict[str, Callable[[Json, str], Json]] = {
            "/payment_intents/{id}/refund": self._refund,
            "/payment_intents/{id}/dispute": self._dispute,
            "/payment_intents/{id}/process": lambda _, each: self.books.process(self.books.intent(each)),
            "/payment_intents/{id}/settle": self._settle,
            "/disputes/{id}/close": self._close_dispute,
            "/refunds/{id}/fail": self._fail_refund,
            "/events/{id}/resend": self._resend,
            "/events/hold": self._hold,
            "/events/release": self._release,
            "/thin": self._thin,
            "/rotate": self._rotate,
            "/busy": self._busy,
        }
        return [Route(path, self._control(act), methods=["POST"]) for path, act in posts.items()]

    def items(self) -> Sequence[Item]:
        """Give the payments, newest first."""
        return [
            Item(
                id=intent["id"],
                title=intent["description"] or f"Payment {intent['metadata'].get('payment_id', intent['id'])}",
                subtitle=shown_amount(intent),
                at=intent["created"],
                badge=self._badge(intent),
            )
            for intent in reversed(self.books.intents.values())
        ]

    def detail(self, item_id: str) -> Detail | None:
        """Give one payment."""
        intent = self.books.intents.get(item_id)
        if intent is None:
            return None
        charge = self.books.charges.get(intent["latest_charge"] or "")
        facts = [("Amount", shown_amount(intent)), ("Status", intent["status"]), ("PaymentIntent", intent["id"])]
        facts += [(name, str(value)) for name, value in intent["metadata"].items()]
        if charge is not None:
            facts.append(("Card", f"{charge['payment_method_details']['card']['last4']}"))
            facts.append(("Refunded", str(charge["amount_refunded"])))
        shown = {name: value for name, value in intent.items() if name not in ("client_secret", "next_action")}
        title = intent["description"] or intent["id"]
        return Detail(title, facts, self._steps(intent), self._actions(intent), payload=shown)

    def reset(self) -> None:
        """Forget everything."""
        for held in (
            self.books.intents,
            self.books.charges,
            self.books.refunds,
            self.books.disputes,
            self.books.methods,
            self.books.transactions,
            self.books.authentications,
            self.api.customers.held,
        ):
            held.clear()
        self.events.reset()
        self.api.idempotency.kept.clear()
        self.api.idempotency.busy = 0

    def _emit(self, kind: str, about: Json, previous: Json | None) -> None:
        self.events.emit(kind, about, previous)

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        async def task() -> None:
            self.events.request = {"id": None, "idempotency_key": None}
            act()

        self._world.clock.later(delay_s, task)

    def _control(self, act: Callable[[Json, str], Json]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            fields = await read_fields(request) if await request.body() else {}
            self.events.request = {"id": None, "idempotency_key": None}
            try:
                return done(request, act(fields, str(request.path_params.get("id", ""))))
            except RefusedError as refused:
                return JSONResponse({"error": refused.error["message"]}, refused.status)
            except KeyError as unknown:
                return JSONResponse({"error": f"no such object: {unknown}"}, 404)

        return answer

    def _refund(self, fields: Json, intent_id: str) -> Json:
        params = {"amount": fields["amount"]} if fields.get("amount") else {}
        return self.books.refund({"payment_intent": intent_id, **params})

    def _dispute(self, fields: Json, intent_id: str) -> Json:
        charge = self.books.charges[self.books.intent(intent_id)["latest_charge"]]
        return self.books.open_dispute(charge, reason=str(fields.get("reason") or "fraudulent"))

    def _close_dispute(self, fields: Json, dispute_id: str) -> Json:
        return self.books.close_dispute(self.books.disputes[dispute_id], won=fields.get("outcome") == "won")

    def _settle(self, fields: Json, intent_id: str) -> Json:
        return self.books.settle(self.books.intent(intent_id), paid=fields.get("outcome") != "failed")

    def _fail_refund(self, fields: Json, refund_id: str) -> Json:
        del fields
        refund = self.books.refunds[refund_id]
        self.books.finish_refund(refund, "failed")
        return refund

    def _resend(self, fields: Json, event_id: str) -> Json:
        del fields
        event = self.events.find(event_id)
        self.events.send(event)
        return event

    def _hold(self, fields: Json, each: str) -> Json:
        del fields, each
        self.events.held = self.events.held or []
        return {}

    def _release(self, fields: Json, each: str) -> Json:
        del each
        return {"sent": self.events.release(newest_first=fields.get("order") == "newest_first")}

    def _thin(self, fields: Json, each: str) -> Json:
        del each
        self.events.is_thin = str(fields.get("on", "true")).lower() == "true"
        return {"on": self.events.is_thin}

    def _rotate(self, fields: Json, each: str) -> Json:
        del each
        name = str(fields.get("endpoint") or PLATFORM)
        return {"secret": self.events.rotate(name, now=self._world.clock.now())}

    def _busy(self, fields: Json, each: str) -> Json:
        del each
        self.api.idempotency.busy = int(fields.get("times", 1))
        return {"times": self.api.idempotency.busy}

    def _badge(self, intent: Json) -> Badge:
        charge = self.books.charges.get(intent["latest_charge"] or "")
        if charge is not None and charge["disputed"]:
            return Badge("Disputed", "bad")
        if charge is not None and charge["refunded"]:
            return Badge("Refunded")
        if intent["status"] == "requires_payment_method" and intent["last_payment_error"]:
            return Badge("Declined", "bad")
        return _BADGES[intent["status"]]

    def _steps(self, intent: Json) -> list[Step]:
        """Tell the history by the events about a payment."""
        steps: list[Step] = []
        for event in self.events.all.values():
            about = event["data"]["object"]
            if intent["id"] in (about["id"], about.get("payment_intent")):
                bad = event["type"].endswith(("failed", "canceled")) or "dispute" in event["type"]
                steps.append(Step(event["type"], event["created"], "bad" if bad else "ok"))
        return steps

    def _actions(self, intent: Json) -> list[Action]:
        place = f"payment_intents/{intent['id']}"
        charge = self.books.charges.get(intent["latest_charge"] or "")
        open_disputes = [
            each
            for each in self.books.disputes.values()
            if each["payment_intent"] == intent["id"] and each["status"] not in ("won", "lost", "warning_closed")
        ]
        if open_disputes:
            close = f"disputes/{open_disputes[0]['id']}/close"
            return [
                Action("Dispute won", close, {"outcome": "won"}, "primary"),
                Action("Dispute lost", close, {"outcome": "lost"}, "danger"),
            ]
        if intent["status"] == "succeeded" and charge is not None and not charge["refunded"]:
            return [Action("Refund", f"{place}/refund", tone="danger"), Action("Dispute", f"{place}/dispute")]
        if intent["status"] == "processing":
            return [
                Action("Settle", f"{place}/settle", {"outcome": "paid"}, "primary"),
                Action("Fail", f"{place}/settle", {"outcome": "failed"}, "danger"),
            ]
        return []
