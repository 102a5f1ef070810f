"""Print the ratios: `scripts/bench`."""

import asyncio
import gc
import hashlib
import hmac
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
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

ROUNDS, CALLS = 7, 300


def cpu(do: Callable[[], object], *, calls: int = CALLS) -> float:
    """Give the microseconds of CPU of one call: the median of some rounds."""
    do()
    rounds: list[float] = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        for _ in range(calls):
            do()
        rounds.append((time.process_time() - began) / calls * 1e6)
    return statistics.median(rounds)


def acpu(do: Callable[[], Awaitable[object]], *, together: int = 100) -> float:
    """Give the microseconds of CPU of one call, many at once on one loop."""

    async def measured() -> float:
        await asyncio.gather(*(do() for _ in range(together)))
        rounds: list[float] = []
        for _ in range(ROUNDS):
            began = time.process_time()
            for _ in range(3):
                await asyncio.gather(*(do() for _ in range(together)))
            rounds.append((time.process_time() - began) / (3 * together) * 1e6)
        return statistics.median(rounds)

    return asyncio.run(measured())


def row(name: str, microseconds: float, bare: float) -> None:
    sys.stdout.write(f"{name:<58}{microseconds:>9.1f} µs{microseconds / bare:>8.2f} x\n")


def clients(url: str) -> None:
    """Compare one read of each service with bare httpx that parses the same model, and with the vendors' SDKs."""
    import didit
    from mailgun.client import Client as MailgunSdk

    http = httpx.Client()
    decision, suppression = TypeAdapter(Decision), TypeAdapter(SuppressionEntry)
    key = {"x-api-key": "k-123456"}
    path = f"{url}/v3/session/s-1/decision/"
    bare = cpu(lambda: decision.validate_json(http.get(path, headers=key).content))
    row("bare httpx + pydantic, the same model (Didit)", bare, bare)
    ours = Didit(DiditSettings(api_key="k-123456", workflow_id="w", base_url=url))
    row("  ours: Didit.get_decision", cpu(lambda: ours.get_decision(session_id="s-1")), bare)
    theirs = didit.Didit(api_key="k-123456", base_url=f"{url}/v3")
    row("  didit-sdk: the same call", cpu(lambda: _didit(theirs)), bare)

    auth = httpx.BasicAuth("api", "k-123456")
    path = f"{url}/v3/mg.example.com/bounces/a%40example.com"
    bare = cpu(lambda: suppression.validate_json(http.get(path, auth=auth).content))
    row("bare httpx + pydantic, the same model (Mailgun)", bare, bare)
    mail = Mailgun(MailgunSettings(domain="mg.example.com", api_key="k-123456", base_url=url))
    row(
        "  ours: Mailgun.get_suppression",
        cpu(lambda: mail.get_suppression(SuppressionKind.BOUNCES, address="a@example.com")),
        bare,
    )
    sdk = MailgunSdk(auth=("api", "k-123456"), api_url=url)
    row(
        "  mailgun: the same call, unparsed",
        cpu(lambda: sdk.bounces.get(domain="mg.example.com", bounce_address="a@example.com").json()),
        bare,
    )

    path = f"{url}/v1/payment_intents/pi_1"
    bare = cpu(lambda: http.get(path, headers={"authorization": "Bearer sk_test_1"}).json())
    row("bare httpx + json (Stripe)", bare, bare)
    pay = Stripe(StripeSettings(secret_key="sk_test_1", base_url=url))
    row(
        "  ours: Stripe.retrieve_payment_intent (over the SDK)",
        cpu(lambda: pay.retrieve_payment_intent(payment_intent_id="pi_1")),
        bare,
    )
    official = stripe_sdk.StripeClient("sk_test_1", base_addresses={"api": url})
    row("  stripe: the same call", cpu(lambda: official.v1.payment_intents.retrieve("pi_1")), bare)


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
    alone = acpu(bare)
    row("bare httpx, 100 awaited calls at once", alone, alone)
    row(
        "  ours: AsyncDidit.get_decision, with the extra aiohttp",
        acpu(lambda: ours.get_decision(session_id="s-1")),
        alone,
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

    primitive = cpu(bare, calls=2000)
    row("hmac.digest + validate_json of the same model", primitive, primitive)
    row(
        "  ours: verify and parse (Stripe)",
        cpu(lambda: doors.open("stripe", fields, body, now=now), calls=2000),
        primitive,
    )
    construct = stripe_sdk.Webhook.construct_event
    row("  stripe: construct_event", cpu(lambda: construct(body, signature, secret), calls=2000), primitive)


def main() -> None:
    with serving() as url:
        clients(url)
        crowd(url)
    webhooks()


if __name__ == "__main__":
    main()
