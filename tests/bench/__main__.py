"""Print the ratios: `scripts/bench`."""

import hashlib
import hmac
import json
import time
import zlib
from base64 import b64decode
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import httpx
import stripe as stripe_sdk
from cachetools import TTLCache
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pydantic import BaseModel, TypeAdapter

from ace_integrations import Ace
from ace_integrations.core import Headers, Reply
from ace_integrations.didit import AsyncDidit, Didit
from ace_integrations.didit.models import Decision
from ace_integrations.didit.settings import DiditSettings
from ace_integrations.gemini import Gemini, GenerationConfig
from ace_integrations.gemini.models import GenerateContentResponse
from ace_integrations.gemini.settings import GeminiSettings
from ace_integrations.jobs import SearchFilters
from ace_integrations.jsearch import JSearch
from ace_integrations.jsearch.models import read_page
from ace_integrations.jsearch.settings import JSearchSettings
from ace_integrations.jsearch.source import JSearchSource
from ace_integrations.mail.mailgun import Mailgun
from ace_integrations.mail.mailgun.models import SuppressionEntry, SuppressionKind
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.payments import Money, PayPal, Stripe
from ace_integrations.payments.paypal.models import Order
from ace_integrations.payments.paypal.published_key import published_key
from ace_integrations.payments.paypal.settings import SANDBOX_WEBHOOK_ID, PayPalSettings
from ace_integrations.payments.paypal.webhooks import WEBHOOKS as PAYPAL_WEBHOOKS
from ace_integrations.payments.paypal.webhooks import CaptureEvent
from ace_integrations.payments.rates.sources.frankfurter import FrankfurterSettings
from ace_integrations.payments.stripe.models import PaymentIntent
from ace_integrations.payments.stripe.settings import StripeSettings
from ace_integrations.payments.stripe.webhooks import WEBHOOKS as STRIPE_WEBHOOKS
from ace_integrations.settings import Settings
from ace_integrations.webhooks import Doors
from tests.bench.measuring import acompare, compare
from tests.bench.server import serving
from tests.bench.signing import tokens


def clients(url: str) -> None:
    """Compare one read of each service with bare httpx that parses the same model, and with the vendors' SDKs."""
    import didit
    from mailgun.client import Client as MailgunSdk

    http = httpx.Client()
    decision, suppression = TypeAdapter(Decision), TypeAdapter(SuppressionEntry)
    key, where = {"x-api-key": "k-123456"}, f"{url}/v3/session/s-1/decision/"
    ours = Didit(DiditSettings(api_key="k-123456", workflow_id="w", base_url=url))
    theirs = didit.Didit(api_key="k-123456", base_url=f"{url}/v3")
    compare(
        (
            "bare httpx + pydantic, the same model (Didit)",
            lambda: decision.validate_json(http.get(where, headers=key).content),
        ),
        ("  ours: Didit.get_decision", lambda: ours.get_decision(session_id="s-1")),
        ("  didit-sdk: the same call", lambda: _didit(theirs)),
    )

    auth, bounce = httpx.BasicAuth("api", "k-123456"), f"{url}/v3/mg.example.com/bounces/a%40example.com"
    mail = Mailgun(MailgunSettings(domain="mg.example.com", api_key="k-123456", base_url=url))
    sdk = MailgunSdk(auth=("api", "k-123456"), api_url=url)
    compare(
        (
            "bare httpx + pydantic, the same model (Mailgun)",
            lambda: suppression.validate_json(http.get(bounce, auth=auth).content),
        ),
        (
            "  ours: Mailgun.get_suppression",
            lambda: mail.get_suppression(SuppressionKind.BOUNCES, address="a@example.com"),
        ),
        (
            "  mailgun: the same call, unparsed",
            lambda: sdk.bounces.get(domain="mg.example.com", bounce_address="a@example.com").json(),
        ),
    )

    intent, bearer = f"{url}/v1/payment_intents/pi_1", {"authorization": "Bearer sk_test_1"}
    pay = Stripe(StripeSettings(secret_key="sk_test_1", base_url=url))
    official = stripe_sdk.StripeClient("sk_test_1", base_addresses={"api": url})
    compare(
        ("bare httpx + json (Stripe)", lambda: http.get(intent, headers=bearer).json()),
        (
            "  ours: Stripe.retrieve_payment_intent (over the SDK)",
            lambda: pay.retrieve_payment_intent(payment_intent_id="pi_1"),
        ),
        ("  stripe: the same call", lambda: official.v1.payment_intents.retrieve("pi_1")),
    )


def _didit(client: Any) -> object:
    return client.sessions.get_decision("s-1") if hasattr(client, "sessions") else client.get_decision("s-1")


def paypal(url: str) -> None:
    """Compare making an order and reading it with bare httpx that parses the same model, and with the official SDK."""
    http, order = httpx.Client(), TypeAdapter(Order)
    orders, bearer = f"{url}/v2/checkout/orders", {"authorization": "Bearer A21AAbench0123456789"}
    unit = {"custom_id": "payment-7", "amount": {"currency_code": "USD", "value": "20.00"}}
    wanted = {"intent": "CAPTURE", "purchase_units": [unit]}
    ours = PayPal(PayPalSettings(sandbox_client_id="c-123456", sandbox_secret="s-123456", base_url=url))
    price, theirs = Money.of("20.00", "USD"), _paypal_sdk(url)

    def bare() -> object:
        made = order.validate_json(http.post(orders, json=wanted, headers=bearer).content)
        return order.validate_json(http.get(f"{orders}/{made.id}", headers=bearer).content)

    def described() -> object:
        made = ours.create_order(amount=price, custom_id="payment-7", idempotency_key="k-1")
        return ours.get_order(order_id=made.id)

    compare(
        ("bare httpx + pydantic, the same model (PayPal, two calls)", bare),
        ("  ours: PayPal.create_order, PayPal.get_order", described),
        ("  paypal-server-sdk: the same calls", theirs),
    )


def _paypal_sdk(url: str) -> Callable[[], object]:
    from paypalserversdk.configuration import Configuration, Environment, Server
    from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
    from paypalserversdk.models.amount_with_breakdown import AmountWithBreakdown
    from paypalserversdk.models.order_request import OrderRequest
    from paypalserversdk.models.purchase_unit_request import PurchaseUnitRequest
    from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

    Configuration.environments[Environment.SANDBOX][Server.DEFAULT] = url
    keys = ClientCredentialsAuthCredentials("c-123456", "s-123456")
    orders = PaypalServersdkClient(client_credentials_auth_credentials=keys, environment=Environment.SANDBOX).orders
    body = OrderRequest("CAPTURE", [PurchaseUnitRequest(AmountWithBreakdown("USD", "20.00"), custom_id="payment-7")])

    def both() -> object:
        made = orders.create_order({"body": body, "paypal_request_id": "k-1", "prefer": "return=representation"})
        return orders.get_order({"id": made.body.id}).body

    return both


def crowd(url: str) -> None:
    """Compare 100 awaited calls at once."""
    decision = TypeAdapter(Decision)
    path = f"{url}/v3/session/s-1/decision/"
    bare_client: dict[str, httpx.AsyncClient] = {}

    async def bare() -> object:
        # Made once, inside the loop: making one reads the certificates, which takes 20 ms.
        if "it" not in bare_client:
            bare_client["it"] = httpx.AsyncClient()
        reply = await bare_client["it"].get(path, headers={"x-api-key": "k-123456"})
        return decision.validate_json(reply.content)

    ours = AsyncDidit(DiditSettings(api_key="k-123456", workflow_id="w", base_url=url))
    acompare(
        ("bare httpx, 100 awaited calls at once", bare),
        (
            "  ours: AsyncDidit.get_decision, with the extra aiohttp",
            lambda: ours.get_decision(session_id="s-1"),
        ),
    )


class _Holder(BaseModel):
    object: PaymentIntent


class _Snapshot(BaseModel):
    id: str
    type: str
    created: int
    livemode: bool
    data: _Holder


def webhooks() -> None:
    """Compare verify and parse with the bare primitives and with the official verifier."""
    secret, now = "whsec_bench_0123456789abcdef", int(time.time())
    settings = StripeSettings(secret_key="sk_test_1", webhook_secrets=(secret,))
    value = STRIPE_WEBHOOKS.sample("payment_intent.succeeded", now=now)
    body, headers = STRIPE_WEBHOOKS.sign(STRIPE_WEBHOOKS.scheme(settings), value, secret, now)
    doors, fields = Doors([STRIPE_WEBHOOKS], Settings(providers=(settings,))), Headers(headers)
    signature = headers["Stripe-Signature"] if "Stripe-Signature" in headers else fields["stripe-signature"]
    model = TypeAdapter(_Snapshot)

    def bare() -> object:
        hmac.digest(secret.encode(), str(now).encode() + b"." + body, hashlib.sha256)
        return model.validate_json(body)

    construct = stripe_sdk.Webhook.construct_event
    compare(
        ("hmac.digest + validate_json of the same model", bare),
        ("  ours: verify and parse (Stripe)", lambda: doors.open("stripe", fields, body, now=now)),
        ("  stripe: construct_event", lambda: construct(body, signature, secret)),
        calls=500,
    )


def certified_webhooks() -> None:
    """Compare verify and parse of what RSA signs with the bare primitives; PayPal's SDK has no verifier of its own."""
    now, address = int(time.time()), "http://127.0.0.1:1"
    settings = PayPalSettings(sandbox_webhook_ids=(SANDBOX_WEBHOOK_ID,), base_url=address)
    value = PAYPAL_WEBHOOKS.sample("PAYMENT.CAPTURE.COMPLETED", now=now)
    body, headers = PAYPAL_WEBHOOKS.sign(PAYPAL_WEBHOOKS.scheme(settings), value, SANDBOX_WEBHOOK_ID, now)
    doors, fields = Doors([PAYPAL_WEBHOOKS], Settings(providers=(settings,))), Headers(headers)
    key, model = published_key().public_key(), TypeAdapter(CaptureEvent)
    sent, at = fields["paypal-transmission-id"], fields["paypal-transmission-time"]

    def bare() -> object:
        text = f"{sent}|{at}|{SANDBOX_WEBHOOK_ID}|{zlib.crc32(body)}".encode()
        signature = b64decode(fields["paypal-transmission-sig"])
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        return model.validate_json(body)

    compare(
        ("RSA verify + validate_json of the same model", bare),
        ("  ours: verify and parse (PayPal)", lambda: doors.open("paypal", fields, body, now=now)),
        calls=500,
    )


def quotes(url: str) -> None:
    """Compare a quote of a rate that is kept with the conversion alone."""
    ace = Ace(Settings(fx_sources=("frankfurter",), providers=(FrankfurterSettings(base_url=url),)))
    price, rate, cent = Money.of("1000", "EGP"), ace.rates.rate().rate.value, Decimal("0.01")
    bought = {"purpose": "course:42", "user": "user-7"}
    compare(
        ("bare Decimal, divided and rounded", lambda: (price.amount / rate).quantize(cent, ROUND_HALF_UP)),
        ("  ours: ace.rates.quote of a kept rate", lambda: ace.rates.quote(price, to="USD", **bought)),
        calls=500,
    )


def models(url: str) -> None:
    """Compare one answer of a language model with bare httpx that parses the same model, and with the vendor's SDK."""
    from google import genai

    http, answer = httpx.Client(), TypeAdapter(GenerateContentResponse)
    key, where = {"x-goog-api-key": "k-123456"}, f"{url}/v1beta/models/gemini-3.5-flash-lite:generateContent"
    body = {"contents": [{"parts": [{"text": "Hello"}], "role": "user"}]}
    settings = GeminiSettings(api_key="k-123456", base_url=url)
    ours, nothing = Gemini(settings), GenerationConfig()
    ace = Ace(Settings(providers=(settings,)))
    official = genai.Client(api_key="k-123456", http_options={"base_url": url, "api_version": "v1beta"})
    compare(
        (
            "bare httpx + pydantic, the same model (Gemini)",
            lambda: answer.validate_json(http.post(where, headers=key, json=body).content),
        ),
        (
            "  ours: Gemini.generate_content, the same body",
            lambda: ours.generate_content("Hello", generation_config=nothing, safety_settings=()),
        ),
        ("  ours: ace.ai.generate (safety, thinking, judged, priced)", lambda: ace.ai.generate("Hello")),
        (
            "  google-genai: the same call",
            lambda: official.models.generate_content(model="gemini-3.5-flash-lite", contents="Hello"),
        ),
    )


def kept(url: str) -> None:
    """Compare a search that is kept with a look into a cache of cachetools."""
    settings = JSearchSettings(api_key="k-123456", base_url=url)
    client, source, filters = JSearch(settings), JSearchSource(settings), SearchFilters(keyword="engineer")
    cache = TTLCache[str, object](256, 3600)
    cache["engineer"] = client.perform(source.search(filters))
    compare(
        ("bare cachetools.TTLCache", lambda: cache["engineer"]),
        (
            "  ours: a search that is kept, described, keyed and filtered",
            lambda: client.perform(source.search(filters)),
        ),
        calls=500,
    )


def postings() -> None:
    """Ten thousand rows of three kilobytes, ten in an answer, as searches give them."""
    row = json.loads((Path(__file__).parents[1] / "unit/jsearch/vectors.json").read_text("utf-8"))["row"]
    text = "We build APIs for schools, and like short meetings.\n• Python\n• SQL\n• 3 years of experience\n\n" * 30
    options = [{"publisher": "Board", "apply_link": f"https://board.example/{n}", "is_direct": False} for n in range(4)]
    rows = [{**row, "job_description": text, "job_salary_string": "EGP 15,000 a month", "apply_options": options}] * 10
    body = json.dumps({"status": "OK", "data": {"jobs": rows, "cursor": None}}, ensure_ascii=False).encode()
    reply = Reply(200, Headers(), body, received_at=time.time())
    compare(
        ("json.loads of a page of ten rows (10,000 rows)", lambda: json.loads(body)),
        ("  ours: the page as postings", lambda: read_page(reply)),
        calls=1000,
        rounds=3,
    )


def main() -> None:
    with serving() as url:
        clients(url)
        paypal(url)
        crowd(url)
        quotes(url)
        models(url)
        kept(url)
    webhooks()
    certified_webhooks()
    tokens()
    postings()


if __name__ == "__main__":
    main()
