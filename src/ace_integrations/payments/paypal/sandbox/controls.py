"""The twin's controls: decide as the buyer, the buyer's bank or PayPal would, and make it refuse."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.paypal.sandbox.account import Account
from ace_integrations.payments.paypal.sandbox.buyers import Buyer
from ace_integrations.payments.paypal.sandbox.disputes import REASONS, STAGES
from ace_integrations.payments.paypal.sandbox.gate import Armed
from ace_integrations.payments.paypal.sandbox.http import Json, RefusedError
from ace_integrations.payments.paypal.sandbox.issues import STATUS_OF
from ace_integrations.payments.paypal.sandbox.payments import PENDING_REASONS
from ace_integrations.sandbox.asgi import done, read_fields

Act = Callable[[Json, str], Json]


class Controls:
    """The routes below `/_sandbox/paypal`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Sequence[BaseRoute]:
        """Give them."""
        posts: dict[str, Act] = {
            "/orders/{id}/approve": self._approve,
            "/orders/{id}/decline": self._decline,
            "/orders/{id}/expire": self._expire,
            "/orders/{id}/next-capture": self._next_capture,
            "/captures/{id}/refund": self._refund,
            "/captures/{id}/settle": self._settle,
            "/captures/{id}/reverse": self._reverse,
            "/captures/{id}/dispute": self._dispute,
            "/refunds/slow": self._slow_refunds,
            "/refunds/{id}/finish": self._finish_refund,
            "/disputes/{id}/close": self._close_dispute,
            "/events/hold": self._hold,
            "/events/release": self._release,
            "/events/{id}/resend": self._resend,
            "/certificates/rotate": self._rotate,
            "/tokens/revoke": self._revoke,
            "/tokens/lifetime": self._lifetime,
            "/refuse": self._refuse,
            "/buyers": self._add_buyer,
        }
        listed = Route("/buyers", self._list_buyers, methods=["GET"])
        return [listed, *(Route(path, self._control(act), methods=["POST"]) for path, act in posts.items())]

    def _control(self, act: Act) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            fields = await read_fields(request) if await request.body() else {}
            try:
                return done(request, act(fields, str(request.path_params.get("id", ""))))
            except RefusedError as refused:
                return JSONResponse({"error": str(refused)}, refused.status)
            except KeyError as unknown:
                return JSONResponse({"error": f"{unknown} is missing or unknown"}, 400)
            except (ValueError, InvalidOperation):
                return JSONResponse({"error": "a number cannot be read"}, 400)

        return answer

    async def _list_buyers(self, request: Request) -> Response:
        del request
        return JSONResponse({"buyers": [asdict(each) for each in self._account.buyers]})

    def _add_buyer(self, fields: Json, each: str) -> Json:
        del each
        buyer = Buyer(**{name: str(fields[name]) for name in Buyer.__dataclass_fields__})
        self._account.buyers.append(buyer)
        return asdict(buyer)

    # Orders.

    def _approve(self, fields: Json, order_id: str) -> Json:
        return self._agree(fields, order_id, declines=0)

    def _decline(self, fields: Json, order_id: str) -> Json:
        return self._agree(fields, order_id, declines=int(fields.get("times", 1)))

    def _agree(self, fields: Json, order_id: str, *, declines: int) -> Json:
        order, buyer = self._account.orders.get(order_id), self._account.buyer(str(fields.get("buyer", "")))
        self._account.orders.approve(order, buyer, declines=declines)
        return self._account.orders.shown(order)

    def _expire(self, fields: Json, order_id: str) -> Json:
        del fields
        order = self._account.orders.get(order_id)
        self._account.orders.expire(order)
        return {"id": order_id, "status": order.status if order_id in self._account.orders.all else "gone"}

    def _next_capture(self, fields: Json, order_id: str) -> Json:
        status, reason = str(fields["status"]).upper(), str(fields.get("reason") or "")
        if status not in ("COMPLETED", "PENDING", "DECLINED"):
            raise KeyError(status)
        if status == "PENDING" and (reason := reason or "PENDING_REVIEW") not in PENDING_REASONS:
            raise KeyError(reason)
        self._account.orders.get(order_id).becomes = (status, reason if status == "PENDING" else "")
        return {"status": status, "reason": reason}

    # Payments.

    def _refund(self, fields: Json, capture_id: str) -> Json:
        capture = self._account.payments.capture(capture_id)
        currency = capture["amount"]["currency_code"]
        asked: Json = {"amount": {"currency_code": currency, "value": fields["value"]}} if fields.get("value") else {}
        return self._account.payments.refund(capture, asked)

    def _settle(self, fields: Json, capture_id: str) -> Json:
        outcome = str(fields.get("outcome", "completed"))
        if outcome not in ("completed", "declined", "denied"):
            raise KeyError(outcome)
        return self._account.payments.settle(self._account.payments.capture(capture_id), outcome)

    def _reverse(self, fields: Json, capture_id: str) -> Json:
        del fields
        return self._account.payments.reverse(self._account.payments.capture(capture_id))

    def _slow_refunds(self, fields: Json, each: str) -> Json:
        del each
        self._account.payments.refunds_are_slow = str(fields.get("on", "true")).lower() == "true"
        return {"on": self._account.payments.refunds_are_slow}

    def _finish_refund(self, fields: Json, refund_id: str) -> Json:
        refund = self._account.payments.refund_of(refund_id)
        return self._account.payments.finish_refund(refund, paid=fields.get("outcome") != "failed")

    # Disputes.

    def _dispute(self, fields: Json, capture_id: str) -> Json:
        return self._account.disputes.open(
            self._account.payments.capture(capture_id),
            reason=str(fields.get("reason") or REASONS[0]),
            stage=str(fields.get("stage") or STAGES[1]),
            value=Decimal(str(fields["value"])) if fields.get("value") else None,
        )

    def _close_dispute(self, fields: Json, dispute_id: str) -> Json:
        return self._account.disputes.close(self._account.disputes.get(dispute_id), str(fields["outcome"]))

    # Events, tokens and refusals.

    def _hold(self, fields: Json, each: str) -> Json:
        del fields, each
        self._account.events.held = self._account.events.held or []
        return {}

    def _release(self, fields: Json, each: str) -> Json:
        del each
        return {"sent": self._account.events.release(newest_first=fields.get("order") == "newest_first")}

    def _resend(self, fields: Json, event_id: str) -> Json:
        del fields
        event = self._account.events.find(event_id)
        self._account.events.send(event)
        return event

    def _rotate(self, fields: Json, each: str) -> Json:
        del fields, each
        return {"certificate": self._account.signer.rotate()}

    def _revoke(self, fields: Json, each: str) -> Json:
        del fields, each
        return {"revoked": self._account.gate.tokens.revoke()}

    def _lifetime(self, fields: Json, each: str) -> Json:
        del each
        self._account.gate.tokens.lifetime_s = int(fields["seconds"])
        return {"seconds": self._account.gate.tokens.lifetime_s}

    def _refuse(self, fields: Json, each: str) -> Json:
        """Let the next calls of an operation be refused for an issue, as a header asks for in one call."""
        del each
        armed = Armed(str(fields.get("operation") or ""), str(fields["issue"]), int(fields.get("times", 1)))
        if armed.issue not in STATUS_OF:
            raise KeyError(armed.issue)
        self._account.gate.armed.append(armed)
        return {"operation": armed.operation, "issue": armed.issue, "times": armed.times}
