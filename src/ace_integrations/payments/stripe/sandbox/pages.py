"""What a payer's browser gets from Stripe's twin: the script, the framed card fields, the 3-D Secure page."""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ace_integrations.payments.stripe.sandbox.http import Json
from ace_integrations.payments.stripe.sandbox.state import Books
from ace_integrations.sandbox.asgi import read_fields
from ace_integrations.sandbox.pages import environment, render_page, served

_FOLDER = Path(__file__).parent / "static"

_ENGLISH = {
    "title": "Confirm your payment",
    "lede": "Your bank asks you to confirm this payment.",
    "amount": "Amount",
    "card": "Card",
    "complete": "Complete",
    "fail": "Fail",
    "done": "Thank you",
    "close": "You can go back to the shop.",
    "gone": "This confirmation is over",
    "number": "Card number",
    "expiry": "Expiry date",
    "cvc": "Security code",
    "incomplete": "Check the marked fields.",
}
_ARABIC = {
    "title": "أكِّد دفعتك",
    "lede": "يطلب مصرفك تأكيد هذه الدفعة.",
    "amount": "المبلغ",
    "card": "البطاقة",
    "complete": "إتمام",
    "fail": "رفض",
    "done": "شكرًا لك",
    "close": "يمكنك العودة إلى المتجر.",
    "gone": "انتهى هذا التأكيد",
    "number": "رقم البطاقة",
    "expiry": "تاريخ الانتهاء",
    "cvc": "رمز الأمان",
    "incomplete": "راجع الحقول المعلَّمة.",
}
_WITHOUT_CENTS = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
_WITH_THREE = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))


class Pages:
    """The browser's routes, none of which is journaled or failed.

    Args:
        url: where the twin is mounted.
    """

    def __init__(self, books: Books, url: str) -> None:
        self._books = books
        self._url = url
        self._templates = environment(__package__ or "")

    def routes(self) -> list[BaseRoute]:
        """Give them."""
        return [
            Route("/v3/stripe.js", served(_FOLDER / "stripe.js"), name="page_script_v3"),
            Route("/endive/stripe.js", served(_FOLDER / "stripe.js"), name="page_script"),
            Route("/elements", self._card, name="page_card"),
            Route("/elements.js", served(_FOLDER / "elements.js"), name="page_card_script"),
            Route("/elements.css", served(_FOLDER / "elements.css"), name="page_card_style"),
            Route("/done.js", served(_FOLDER / "done.js"), name="page_done_script"),
            Route("/authenticate/{token}", self._authenticate, methods=["GET", "POST"], name="page_authenticate"),
        ]

    async def _card(self, request: Request) -> Response:
        lang = _language(request.query_params.get("locale", ""))
        context = {"words": _words(lang), "base": self._url}
        return render_page(self._templates, "stripe_card.html", service="Stripe", lang=lang, context=context)

    async def _authenticate(self, request: Request) -> Response:
        token = request.path_params["token"]
        lang = _language(request.headers.get("accept-language", ""))
        asked = self._books.authentications.get(token)
        if asked is None or self._books.intents[asked["intent"]]["status"] != "requires_action":
            return self._done(lang, "gone", status=410)
        if request.method == "POST":
            fields = await read_fields(request)
            return self._answered(token, asked, lang, passed=fields.get("outcome") == "complete")
        intent = self._books.intents[asked["intent"]]
        context = {
            "words": _words(lang),
            "amount": shown_amount(intent),
            "last4": self._books.methods[intent["payment_method"]]["card"]["last4"],
        }
        leads_to = [asked["return_url"]] if asked["return_url"] else []
        return render_page(
            self._templates, "stripe_authenticate.html", service="Stripe", lang=lang, context=context, leads_to=leads_to
        )

    def _answered(self, token: str, asked: Json, lang: str, *, passed: bool) -> Response:
        intent = self._books.authenticate(token, passed=passed)
        if not asked["return_url"]:
            return self._done(lang, "done")
        good = intent["status"] in ("succeeded", "requires_capture", "processing")
        query = urlencode(
            {
                "payment_intent": intent["id"],
                "payment_intent_client_secret": intent["client_secret"],
                "redirect_status": "succeeded" if good else "failed",
            }
        )
        back: str = asked["return_url"]
        return RedirectResponse(f"{back}{'&' if urlsplit(back).query else '?'}{query}", 303)

    def _done(self, lang: str, title: str, *, status: int = 200) -> Response:
        words = _words(lang)
        context = {"words": {**words, "done": words[title]}, "script": f"{self._url}/done.js"}
        return render_page(
            self._templates,
            "stripe_done.html",
            service="Stripe",
            lang=lang,
            context=context,
            panel=False,
            status=status,
        )


def _language(text: str) -> str:
    return "ar" if text.lower().startswith("ar") else "en"


def _words(lang: str) -> dict[str, str]:
    return _ARABIC if lang == "ar" else _ENGLISH


def shown_amount(intent: Json) -> str:
    """Write an amount for people."""
    currency: str = intent["currency"]
    digits = 0 if currency in _WITHOUT_CENTS else 3 if currency in _WITH_THREE else 2
    units = f"{intent['amount']:0{digits + 1}d}"
    return f"{units[:-digits] if digits else units}{'.' + units[-digits:] if digits else ''} {currency.upper()}"
