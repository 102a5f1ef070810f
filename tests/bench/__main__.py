"""Print the ratios: `scripts/bench`."""

import asyncio
import gc
import hashlib
import hmac
import math
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import stripe as stripe_sdk
from pydantic import BaseModel, TypeAdapter

from ace_integrations.core import Headers
from ace_integrations.didit import AsyncDidit, Didit
from ace_integrations.didit.models import Decision
from ace_integrations.didit.settings import DiditSettings
from ace_integrations.mail.mailgun import Mailgun
from ace_integrations.mail.mailgun.models import SuppressionEntry, SuppressionKind
from ace_integrations.mail.mailgun.settings import MailgunSettings
from ace_integrations.payments import Stripe
from ace_integrations.payments.stripe.models import PaymentIntent
from ace_integrations.payments.stripe.settings import StripeSettings
from ace_integrations.payments.stripe.webhooks import WEBHOOKS as STRIPE_WEBHOOKS
from ace_integrations.settings import Settings
from ace_integrations.webhooks import Doors
from tests.bench.server import serving

ROUNDS, CALLS = 25, 60

Row = tuple[str, Callable[[], object]]


def compare(*rows: Row, calls: int = CALLS) -> None:
    """Print the microseconds of CPU of one call in each row, and the ratio to the first.

    The rows take turns, and each one's best round counts: what the machine does beside slows rounds, and never one row.
    """
    best = [math.inf] * len(rows)
    for _ in range(ROUNDS):
        for at, (_, do) in enumerate(rows):
            gc.collect()
            began = time.process_time()
            for _ in range(calls):
                do()
            best[at] = min(best[at], (time.process_time() - began) / calls * 1e6)
    show([name for name, _ in rows], best)


def acompare(*rows: tuple[str, Callable[[], Awaitable[object]]], together: int = 100) -> None:
    """Print the same of one call among many awaited at once on one loop."""

    async def measured() -> list[float]:
        best = [math.inf] * len(rows)
        for _ in range(ROUNDS):
            for at, (_, do) in enumerate(rows):
                gc.collect()
                began = time.process_time()
                await asyncio.gather(*(do() for _ in range(together)))
                best[at] = min(best[at], (time.process_time() - began) / together * 1e6)
        return best

    show([name for name, _ in rows], asyncio.run(measured()))


def show(names: Sequence[str], best: Sequence[float]) -> None:
    for name, microseconds in zip(names, best, strict=True):
        sys.stdout.write(f"{name:<58}{microseconds:>9.1f} µs{microseconds / best[0]:>8.2f} x\n")


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


def main() -> None:
    with serving() as url:
        clients(url)
        crowd(url)
    webhooks()


if __name__ == "__main__":
    main()
