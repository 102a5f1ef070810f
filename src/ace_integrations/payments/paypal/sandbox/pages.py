"""What a buyer's browser gets from the twin: the approval page, and stand-ins for both browser scripts."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.paypal.sandbox.buyers import Buyer
from ace_integrations.payments.paypal.sandbox.http import RefusedError
from ace_integrations.payments.paypal.sandbox.objects import MERCHANT_EMAIL, Order
from ace_integrations.payments.paypal.sandbox.orders import Orders
from ace_integrations.payments.paypal.sandbox.words import WORDS
from ace_integrations.sandbox.pages import environment, render_page
from ace_integrations.settings import is_loopback

_FOLDER = Path(__file__).parent / "static"
OUTCOMES = ("approve", "decline", "cancel")

Buyers = Callable[[], list[Buyer]]


class Pages:
    """The browser's routes, none of which is journaled or failed.

    Args:
        buyers: gives who can pay.
        url: where the twin is mounted.
    """

    def __init__(self, orders: Orders, buyers: Buyers, url: str) -> None:
        self._orders = orders
        self._buyers = buyers
        self._url = url
        self._templates = environment(__package__ or "")

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        return [
            Route("/checkoutnow", self._page, methods=["GET", "POST"], name="page_approval"),
            Route("/decided.js", _script("decided.js"), name="page_decided_script"),
            Route("/web-sdk/v6/core", _script("checkout.js", "v6.js"), name="page_script_v6"),
            Route("/sdk/js", _script("checkout.js", "v5.js"), name="page_script_v5"),
        ]

    async def _page(self, request: Request) -> Response:
        order = self._orders.all.get(request.query_params.get("token", ""))
        if order is None:
            return self._render(request, None, "unknown", status=404)
        if not order.is_open:
            return self._render(request, order, "ended", status=410)
        if request.method == "GET":
            self._orders.open(order)
            return self._render(request, order, "open")
        form = await request.form()
        outcome = str(form.get("outcome", ""))
        chosen = [buyer for buyer in self._buyers() if buyer.payer_id == form.get("buyer")] or self._buyers()
        if outcome not in OUTCOMES:
            return self._render(request, order, "open", status=400)
        return self._decide(request, order, outcome, chosen[0])

    def _decide(self, request: Request, order: Order, outcome: str, buyer: Buyer) -> Response:
        approved = outcome != "cancel"
        if approved:
            try:
                self._orders.approve(order, buyer, declines=int(outcome == "decline"))
            except RefusedError:
                return self._render(request, order, "ended", status=410)
        back = _back(order, buyer if approved else None)
        # A window of the stand-in says how it went by message; the application's page must not load inside it.
        if back and not _listener(request):
            return RedirectResponse(back, 303)
        return self._render(request, order, "done" if approved else "canceled", payer_id=buyer.payer_id)

    def _render(
        self, request: Request, order: Order | None, state: str, *, status: int = 200, payer_id: str = ""
    ) -> Response:
        lang = _language(request, order)
        words, other = WORDS[lang], "en" if lang == "ar" else "ar"
        query = {**dict(request.query_params), "lang": other}
        link = {"code": other, "label": WORDS[other]["name"], "url": f"{self._url}/checkoutnow?{urlencode(query)}"}
        context: dict[str, Any] = {
            "words": words,
            "state": state,
            "order": order,
            "amount": shown_amount(order) if order else "",
            "merchant": order.context.get("brand_name", MERCHANT_EMAIL) if order else "",
            "about": order.units[0].get("description", "") if order else "",
            "action": words["decide"][order.context.get("user_action", "CONTINUE") if order else "CONTINUE"],
            "buyers": self._buyers(),
            "listener": _listener(request),
            "payer_id": payer_id,
            "script": f"{self._url}/decided.js",
        }
        addresses = [order.context.get(name, "") for name in ("return_url", "cancel_url")] if order else []
        return render_page(
            self._templates,
            "paypal_approval.html",
            service="PayPal",
            lang=lang,
            context=context,
            panel=state == "open",
            languages=[link] if order else [],
            leads_to=addresses,
            status=status,
        )


def shown_amount(order: Order) -> str:
    """Write an order's amount for people: "20.00 USD"."""
    currency, total = order.total
    return f"{total} {currency}"


def _back(order: Order, buyer: Buyer | None) -> str:
    """Give where the buyer goes after deciding, "" when the order does not say."""
    address = str(order.context.get("return_url" if buyer else "cancel_url", ""))
    if not address:
        return ""
    query = urlencode({"token": order.id, **({"PayerID": buyer.payer_id} if buyer else {})})
    parts = urlsplit(address)
    return parts._replace(query=f"{parts.query}&{query}" if parts.query else query).geturl()


def _listener(request: Request) -> str:
    """Give the origin of the page that opened this one and waits for a message, "" for none."""
    origin = request.query_params.get("origin", "")
    return origin if is_loopback(origin) else ""


def _language(request: Request, order: Order | None) -> str:
    asked = request.query_params.get("lang") or (order.context.get("locale") if order else None)
    wanted = str(asked or request.headers.get("accept-language", ""))
    return "ar" if wanted.lower().startswith("ar") else "en"


def _script(*names: str) -> Callable[[Request], Awaitable[Response]]:
    """Serve files as one script whose names stay its own."""
    whole = "\n".join(["(() => {", *((_FOLDER / name).read_text("utf-8") for name in names), "})();"])

    async def serve(request: Request) -> Response:
        del request
        return Response(whole, media_type="text/javascript", headers={"cache-control": "no-cache"})

    return serve
