"""Faults that others met, which must not happen here."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from ace_integrations import Ace, Settings
from ace_integrations.errors import InvalidInputError, PermanentError, SignatureError
from ace_integrations.payments import (
    Access,
    Checkout,
    EventKind,
    GatewayReport,
    Money,
    PaymentHint,
    PaymentOrder,
    PaymentStatus,
    Started,
    StoredPayment,
    StoredStatus,
)
from ace_integrations.payments.stripe import PaymentIntent, Stripe, StripeSettings, StripeSignature
from ace_integrations.payments.stripe.currencies import to_units
from ace_integrations.payments.stripe.gateway import to_report
from ace_integrations.sandbox import RunningSandbox
from ace_integrations.testing import WebhookFactory
from ace_integrations.webhooks import Event, Receiver, explain

FILE = json.loads((Path(__file__).parent / "vectors.json").read_text())
B = FILE["bodies"]["B"].encode()
AT: int = FILE["at"]
HEADERS = {"stripe-signature": f"t={AT},v1={FILE['signatures'][1]['v1']}"}


def receiver(*, now: float = AT, secret: str = FILE["secret"]) -> Receiver:
    settings = Settings(providers=(StripeSettings(secret_key="sk_test_a", webhook_secrets=secret),))
    return Ace(settings, clock=lambda: now).webhooks


VARIANTS = {
    "written again": json.dumps(json.loads(B)).encode(),
    "without escapes": json.dumps(json.loads(B), ensure_ascii=False).encode(),
    "sorted": json.dumps(json.loads(B), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(),
    "newline": B + b"\n",
    "carriage return": B + b"\r\n",
    "byte order mark": b"\xef\xbb\xbf" + B,
}


def test_case_c01_the_raw_body_is_accepted() -> None:
    assert receiver().receive("stripe", HEADERS, B).status == 200


@pytest.mark.parametrize("body", VARIANTS.values(), ids=VARIANTS)
def test_case_c01_a_changed_body_is_refused(body: bytes) -> None:
    receipt = receiver().receive("stripe", HEADERS, body)
    assert (receipt.status, receipt.reason.partition(":")[0]) == (400, "SignatureError")


@pytest.mark.parametrize("name", sorted(VARIANTS.keys() - {"sorted"}))  # the order that was sent is lost with sorting
def test_case_c01_what_changed_the_body_is_named_without_the_secret(name: str) -> None:
    body = VARIANTS[name]
    said = explain(StripeSignature(), _headers(), body, secrets=[FILE["secret"]], now=AT)
    assert said.mistake in ("body re-serialised", "white space changed at the end", "byte order mark added")
    assert FILE["secret"] not in said.advice


def _headers() -> Any:
    from ace_integrations.core import Headers

    return Headers(HEADERS)


def test_case_c01_text_is_a_type_error_that_says_what_to_pass() -> None:
    with pytest.raises(TypeError, match="bytes"):
        receiver().receive("stripe", HEADERS, B.decode())  # type: ignore[arg-type]


def test_case_c01_the_variants_are_refused_by_the_scheme_itself() -> None:
    for body in VARIANTS.values():
        with pytest.raises(SignatureError):
            StripeSignature().verify(_headers(), body, secrets=[FILE["secret"]], now=AT)


@pytest.fixture
def ace(ace_sandbox: RunningSandbox) -> Iterator[Ace]:
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        yield ace


def test_case_c04_every_price_to_a_hundred_is_exact() -> None:
    for cents in range(1, 10_001):
        text = f"{cents // 100}.{cents % 100:02d}"
        assert Money.of(text, "EGP").to_minor() == to_units(Money(Decimal(text), "EGP")) == cents
        assert Money.from_minor(cents, "EGP") == Money.of(text, "EGP")


@pytest.mark.parametrize(("price", "units"), [("19.99", 1999), ("8.20", 820), ("9.95", 995), ("4.35", 435)])
def test_case_c04_the_price_reaches_the_wire_and_comes_back(
    ace_sandbox: RunningSandbox, ace: Ace, price: str, units: int
) -> None:
    money = Money.of(price, "USD")
    order = PaymentOrder(reference="7", amount=money)
    started = ace.payments.start(order)
    sent = ace_sandbox.control.journal(provider="stripe", kind="call")[-1]["request_body"]
    payment = StoredPayment.opened(order, started, user="9", course="42")
    ace.client(Stripe).confirm_payment_intent(
        payment_intent_id=started.gateway_id,
        payment_method="pm_card_visa",
        return_url="https://shop.example.com/",
        idempotency_key="c",
    )
    outcome = Checkout().apply(payment, ace.payments.report(gateway_id=started.gateway_id))
    assert f"amount={units}&currency=usd" in sent
    assert (outcome.access, outcome.payment.received, outcome.revenue_change) == (Access.ENROL, money, money)


def test_case_c04_half_cents_are_refused_when_the_price_is_set_and_floats_always() -> None:
    with pytest.raises(InvalidInputError):
        Money.of("2.675", "USD")
    for price in (19.99, 8.20, 9.95, 4.35, 2.675):
        with pytest.raises(TypeError):
            Money.of(price, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("500", "JPY", 500),
        ("1000", "KRW", 1000),
        ("200", "MGA", 200),
        ("500", "ISK", 50000),
        ("1000", "UGX", 100000),
        ("1.230", "KWD", 1230),
        ("1000.00", "EGP", 100000),
        ("0.50", "USD", 50),
    ],
)
def test_case_c05_currencies_without_cents_reach_the_wire_as_stripe_counts_them(
    ace_sandbox: RunningSandbox, ace: Ace, amount: str, currency: str, units: int
) -> None:
    ace.payments.start(PaymentOrder(reference="7", amount=Money.of(amount, currency)))
    sent = ace_sandbox.control.journal(provider="stripe", kind="call")[-1]["request_body"]
    assert f"amount={units}&currency={currency.lower()}" in sent


def test_case_c05_a_third_decimal_that_stripe_drops_is_refused(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    with pytest.raises(InvalidInputError):
        ace.payments.start(PaymentOrder(reference="7", amount=Money.of("1.234", "KWD")))
    assert ace_sandbox.control.journal(provider="stripe", kind="call") == []


def test_case_c05_a_hundredfold_charge_grants_nothing() -> None:
    order = PaymentOrder(reference="7", amount=Money.of("500", "JPY"))
    started = Started(gateway="stripe", gateway_id="pi_1", status=PaymentStatus.PENDING, live=False)
    payment = StoredPayment.opened(order, started, user="9", course="42")
    told = to_report(
        PaymentIntent(
            id="pi_1",
            amount=50000,
            amount_received=50000,
            currency="jpy",
            status="succeeded",
            livemode=False,
            metadata={"payment_id": "7"},
        )
    )
    outcome = Checkout().apply(payment, told)
    assert told.received == Money.of("50000", "JPY")
    assert (outcome.access, outcome.payment.status) == (Access.KEEP, StoredStatus.REVIEW)
    assert outcome.alarm is not None


class Platform:
    """A platform as small as can be: one payment, what the gateway would say now, and what was done."""

    def __init__(self, *, has_row: bool = True) -> None:
        order = PaymentOrder(reference="7", amount=Money.of(1000, "EGP"))
        started = Started(gateway="stripe", gateway_id="pi_1", status=PaymentStatus.PENDING, live=False)
        row = StoredPayment.opened(order, started, user="9", course="42")
        self.payment = row if has_row else None
        self.row = row
        self.told = self.report()
        self.done: list[Access] = []
        self.events: list[EventKind] = []
        self.lock = threading.Lock()
        self.receiver = Ace(Settings(sandbox=True)).webhooks
        self.receiver.on(PaymentHint)(self.handle)

    def report(self, *, refunded: int = 0) -> GatewayReport:
        nothing, price = Money.zero("EGP"), Money.of(1000, "EGP")
        return GatewayReport(
            gateway="stripe",
            gateway_id="pi_1",
            reference="7",
            status=PaymentStatus.PAID,
            amount=price,
            received=price,
            refunded=nothing + Money.of(refunded, "EGP"),
            live=False,
        )

    def handle(self, event: Event, transaction: object) -> None:
        del event, transaction
        with self.lock:
            if self.payment is None:
                raise LookupError("the row is not there yet")
            outcome = Checkout().apply(self.payment, self.told)
            self.payment = outcome.payment
            self.done += [outcome.access] * (outcome.access is not Access.KEEP)
            self.events += [each.kind for each in outcome.events]


def delivery(event_type: str, **fields: Any) -> tuple[dict[str, str], bytes]:
    made = WebhookFactory().make("stripe", event_type, **fields)
    return dict(made.headers), made.body


def test_case_c07_two_deliveries_at_once_enrol_once() -> None:
    for round_number in range(50):
        platform = Platform()
        headers, body = delivery("payment_intent.succeeded", id="pi_1", event_id=f"evt_{round_number}")
        barrier = threading.Barrier(16)

        def deliver(_: int) -> int:
            barrier.wait()  # noqa: B023 - used within its round
            return platform.receiver.receive("stripe", headers, body).status  # noqa: B023

        with ThreadPoolExecutor(16) as pool:
            answers = set(pool.map(deliver, range(16)))
        assert answers <= {200, 409}
        assert platform.done == [Access.ENROL]
        assert platform.events.count(EventKind.PAYMENT_SUCCEEDED) == 1
        assert platform.receiver.receive("stripe", headers, body).duplicate


EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("payment_intent.created", {"event_created": 5}),
    ("payment_intent.payment_failed", {"event_created": 10}),
    ("payment_intent.processing", {"event_created": 20}),
    ("payment_intent.succeeded", {"event_created": 20}),
    ("charge.refunded", {"event_created": 30, "refunded": False, "amount_refunded": 40000}),
]


def test_case_c08_every_order_of_events_ends_alike() -> None:
    made = [delivery(kind, event_id=f"evt_{kind}", **fields) for kind, fields in EVENTS]
    ends = set()
    for order in permutations(made):
        platform = Platform()
        platform.told = platform.report(refunded=400)
        statuses = [platform.receiver.receive("stripe", *each).status for each in (*order, *order)]
        assert set(statuses) == {200}
        assert platform.payment is not None
        ends.add((platform.payment.status, platform.payment.enrolled, tuple(platform.done)))
    assert ends == {(StoredStatus.PARTIALLY_REFUNDED, True, (Access.ENROL,))}


def test_case_c08_a_late_failure_is_recorded_and_changes_nothing() -> None:
    platform = Platform()
    paid = Checkout().apply(platform.row, platform.told).payment
    late = platform.told.model_copy(update={"status": PaymentStatus.PENDING, "received": Money.zero("EGP")})
    outcome = Checkout().apply(paid, late)
    assert (outcome.payment, outcome.access) == (paid, Access.KEEP)
    assert "late report" in outcome.audit


def test_case_c08_an_event_before_its_row_is_taken_later(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform(has_row=False)
    headers, body = delivery("payment_intent.succeeded", id="pi_1")
    first = platform.receiver.receive("stripe", headers, body)
    platform.payment = platform.row
    second = platform.receiver.receive("stripe", headers, body)
    assert (first.status, second.status, platform.done) == (503, 200, [Access.ENROL])


def test_case_c09_what_failed_is_not_remembered_as_done() -> None:
    platform = Platform()
    troubles: list[Exception] = [OSError("the database is gone"), OSError("again")]
    taught: list[Exception] = []

    @platform.receiver.on(PaymentHint)
    def unreliable(event: Event, transaction: object) -> None:
        del event, transaction
        while troubles:
            trouble = troubles.pop()
            taught.append(trouble)
            raise trouble

    made = delivery("payment_intent.succeeded", id="pi_1")
    answers = [platform.receiver.receive("stripe", *made).status for _ in range(4)]
    assert (answers, len(taught), platform.done) == ([503, 503, 200, 200], 2, [Access.ENROL])


def test_case_c09_what_nothing_can_mend_is_a_dead_letter_once() -> None:
    dead = Ace(Settings(sandbox=True)).webhooks
    tries: list[str] = []

    @dead.on(PaymentHint)
    def hopeless(event: Event, transaction: object) -> None:
        tries.append(event.id)
        raise PermanentError("no such course")

    made = delivery("payment_intent.succeeded", id="pi_1")
    assert [dead.receive("stripe", *made).status for _ in range(2)] == [200, 200]
    assert (len(tries), len(dead.store.dead())) == (1, 1)
