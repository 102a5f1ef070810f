"""What others reported of their PayPal integrations, and what happens here instead."""

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.unit.payments.paypal.authority import authority, pem, signing_key
from tests.unit.payments.paypal.conftest import TOKEN, Answer, Service, keys
from tests.unit.payments.paypal.objects import CAPTURE_ID, ORDER_ID, capture, captured, order, refusal
from tests.unit.payments.paypal.test_signature import BODY, REFUSED, source

from ace_integrations import Ace, AuthenticationError, InvalidInputError, MalformedEventError, Settings
from ace_integrations.core import Account, AsyncConnection, Connection, Headers, Options
from ace_integrations.core.token import EARLY_S
from ace_integrations.payments import (
    Access,
    Checkout,
    Money,
    PaymentOrder,
    PaymentStatus,
    StoredPayment,
    StoredStatus,
)
from ace_integrations.payments.gateway import PaymentHint
from ace_integrations.payments.paypal import AsyncPayPal, BuyerCanRetryError, Item, PayPal
from ace_integrations.payments.paypal.currencies import from_text, to_text
from ace_integrations.payments.paypal.service import SERVICE
from ace_integrations.payments.paypal.signature import Signer
from ace_integrations.payments.paypal.webhooks import WEBHOOKS
from ace_integrations.testing import WebhookFactory
from ace_integrations.webhooks import Doors, Event, Receiver

NOW = 1_795_530_035
GOOD_URL = "https://api.paypal.com/v1/notifications/certs/CERT-1"
VERIFY = "/v1/notifications/verify-webhook-signature"
ORDERS, ORDER = "/v2/checkout/orders", f"/v2/checkout/orders/{ORDER_ID}"
NO_DISPUTES = (200, {"items": []})
WANTED = PaymentOrder(reference="payment-7", amount=Money.of("20.00", "USD"))


def receiver(service: Service) -> Receiver:
    """Give a receiver that believes the authority of the tests, on a service that serves certificates."""
    settings = Settings(providers=(keys(sandbox_webhook_ids=("WH-1",)),))
    http = httpx.Client(transport=httpx.MockTransport(service))
    return Receiver(Doors([replace(WEBHOOKS, scheme=source)], settings, http=http), clock=lambda: NOW)


def signed(body: bytes, url: str = GOOD_URL) -> dict[str, str]:
    return Signer(signing_key(), url).headers(body, webhook_id="WH-1", now=NOW)


# C02: the postback changed the event.

EVENT = (
    rb'{"id":"WH-1","event_type":"CHECKOUT.ORDER.APPROVED",'
    rb'"resource":{"quantity":1.0,"amount":{"value":"20.00","breakdown":{}},"note":"\u062f\/ a\tb","n":1e2}}'
)


def test_case_c02_the_delivered_bytes_are_what_paypal_is_asked_about(paypal: PayPal, service: Service) -> None:
    service.on(f"POST {VERIFY}", (200, {"verification_status": "SUCCESS"}))
    said = paypal.verify_webhook_signature(Headers(signed(EVENT)), EVENT, webhook_id="WH-1")
    sent = service.requests[-1]
    assert b'"webhook_event":' + EVENT + b"}" in sent.content
    assert json.loads(sent.content)["webhook_event"] == json.loads(EVENT)
    assert (said.is_genuine, sent.headers["content-type"]) == (True, "application/json")


def test_case_c02_what_is_not_json_is_refused_before_anybody_is_asked(paypal: PayPal, service: Service) -> None:
    for body in (b"", b"no json", b'{"id":"WH-1"', b'{"a":1}{"b":2}', b'{"a":1},"webhook_id":"WH-2"'):
        with pytest.raises(MalformedEventError):
            paypal.verify_webhook_signature(Headers(signed(body)), body, webhook_id="WH-1")
    assert service.requests == []


def test_case_c02_the_check_made_here_agrees(service: Service) -> None:
    service.on("GET /v1/notifications/certs/CERT-1", (200, pem(authority().issue())))
    assert receiver(service).receive("paypal", signed(EVENT), EVENT).status == 200
    rewritten = json.dumps(json.loads(EVENT)).encode()
    assert receiver(service).receive("paypal", signed(EVENT), rewritten).status == 400


# C03: the certificate's address came from the attacker.


@pytest.mark.parametrize("url", REFUSED)
def test_case_c03_a_forgers_address_is_never_asked(service: Service, url: str) -> None:
    receipt = receiver(service).receive("paypal", signed(BODY, url), BODY)
    assert (receipt.status, receipt.refused_signature, service.requests) == (400, True, [])


def test_case_c03_a_second_address_is_not_chosen_from(service: Service) -> None:
    twice = Headers([*signed(BODY).items(), ("paypal-cert-url", "https://evil.example/")])
    assert (receiver(service).receive("paypal", twice, BODY).status, service.requests) == (400, [])


def test_case_c03_a_redirect_is_not_followed(service: Service) -> None:
    moved = {"location": "http://127.0.0.1:9/v1/notifications/certs/CERT-1"}

    def redirect(request: httpx.Request) -> httpx.Response:
        service.requests.append(request)
        return httpx.Response(302, headers=moved, stream=httpx.ByteStream(b""))

    settings = Settings(providers=(keys(sandbox_webhook_ids=("WH-1",)),))
    http = httpx.Client(transport=httpx.MockTransport(redirect), follow_redirects=True)
    receipt = Receiver(Doors([WEBHOOKS], settings, http=http), clock=lambda: NOW).receive("paypal", signed(BODY), BODY)
    assert (receipt.status, len(service.requests)) == (400, 1)


def test_case_c03_a_good_address_is_asked_once_for_a_thousand_deliveries(service: Service) -> None:
    service.on("GET /v1/notifications/certs/CERT-1", (200, pem(authority().issue())))
    platform = receiver(service)
    for number in range(1000):
        body = BODY.replace(b"WH-E1", f"WH-{number}".encode())
        assert platform.receive("paypal", signed(body), body).status == 200
    assert len(service.requests) == 1


# C04: one cent lost to binary floats.


def test_case_c04_every_price_to_a_hundred_is_exact() -> None:
    for cents in range(1, 10_001):
        text = f"{cents // 100}.{cents % 100:02d}"
        assert to_text(Money(Decimal(text), "USD")) == to_text(Money.of(text, "USD")) == text
        assert from_text(text, "USD").to_minor() == cents


@pytest.mark.parametrize("price", ["19.99", "8.20", "9.95", "4.35"])
def test_case_c04_the_price_reaches_the_wire_and_comes_back(
    make_ace: Callable[..., Ace], service: Service, price: str
) -> None:
    money = {"currency_code": "USD", "value": price}
    paid = captured(capture(amount=money))
    paid["purchase_units"][0]["amount"] = money
    service.on(f"POST {ORDERS}", (201, order()))
    service.on(f"GET {ORDER}", (200, paid))
    service.on("GET /v1/customer/disputes", NO_DISPUTES)
    ace, wanted = make_ace(), PaymentOrder(reference="payment-7", amount=Money.of(price, "USD"))
    started = ace.payments.start(wanted)
    assert service.last()["purchase_units"][0]["amount"] == money
    payment = StoredPayment.opened(wanted, started, user="9", course="42")
    outcome = Checkout().apply(payment, ace.payments.report(gateway_id=ORDER_ID))
    assert (outcome.access, outcome.payment.received, outcome.revenue_change) == (
        Access.ENROL,
        wanted.amount,
        wanted.amount,
    )


def test_case_c04_half_cents_and_floats_never_get_that_far() -> None:
    with pytest.raises(InvalidInputError):
        Money.of("2.675", "USD")
    for price in (19.99, 8.20, 2.675):
        with pytest.raises(TypeError):
            Money.of(price, "USD")  # type: ignore[arg-type]


# C06: decimals where none are allowed.


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1500", "HUF", "1500"),
        ("300", "TWD", "300"),
        ("2000", "JPY", "2000"),
        ("20", "USD", "20.00"),
        ("9.9", "EUR", "9.90"),
    ],
)
def test_case_c06_amounts_are_written_as_paypal_writes_them(
    make_ace: Callable[..., Ace], service: Service, amount: str, currency: str, text: str
) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    make_ace().payments.start(PaymentOrder(reference="payment-7", amount=Money.of(amount, currency)))
    assert service.last()["purchase_units"][0]["amount"] == {"currency_code": currency, "value": text}


@pytest.mark.parametrize(
    ("amount", "currency"), [("1500.50", "HUF"), ("20", "KRW"), ("20", "BIF"), ("20", "EGP"), ("20", "KWD")]
)
def test_case_c06_what_paypal_cannot_take_is_refused_before_any_request(
    make_ace: Callable[..., Ace], service: Service, amount: str, currency: str
) -> None:
    ace = make_ace()
    with pytest.raises(InvalidInputError, match=currency):
        ace.payments.start(PaymentOrder(reference="payment-7", amount=Money.of(amount, currency)))
    assert service.requests == []


def test_case_c06_item_lines_add_up_after_rounding(paypal: PayPal, service: Service) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    total = Money.of("1000", "HUF")
    lines = [Item(name="Part", unit=part) for part in _whole_parts(total)]
    paypal.create_order(amount=total, items=lines, custom_id="payment-7", idempotency_key="create-7")
    sent = service.last()["purchase_units"][0]
    assert [each["unit_amount"]["value"] for each in sent["items"]] == ["334", "333", "333"]
    assert sent["amount"]["breakdown"]["item_total"]["value"] == sent["amount"]["value"] == "1000"


def _whole_parts(total: Money) -> list[Money]:
    whole = Money.from_minor(total.to_minor(digits=0), "JPY")  # another currency without decimals
    return [Money.of(int(part.amount), "HUF") for part in whole.allocate(1, 1, 1)]


# C10: a pending capture taken for money.


class Platform:
    """One payment, told of by webhooks and decided by reports."""

    def __init__(self, ace: Ace) -> None:
        started = ace.payments.start(WANTED)
        self.payment = StoredPayment.opened(WANTED, started, user="9", course="42")
        self.done: list[Access] = []
        self.receiver = Ace(Settings(sandbox=True)).webhooks
        self._ace = ace

        @self.receiver.on(PaymentHint)
        def look(event: Event, transaction: object) -> None:
            self.look()

    def look(self) -> None:
        outcome = Checkout().apply(self.payment, self._ace.payments.report(gateway_id=ORDER_ID))
        self.payment = outcome.payment
        self.done += [outcome.access] * (outcome.access is not Access.KEEP)

    def hear(self, event_type: str) -> int:
        made = WebhookFactory().make("paypal", event_type, order_id=ORDER_ID, event_id=event_type)
        return self.receiver.receive("paypal", made.headers, made.body).status


@pytest.mark.parametrize("reason", ["PENDING_REVIEW", "ECHECK", "A_REASON_OF_TOMORROW"])
@pytest.mark.parametrize(
    ("event_type", "later", "status", "done"),
    [
        ("PAYMENT.CAPTURE.COMPLETED", "COMPLETED", StoredStatus.PAID, [Access.ENROL]),
        ("PAYMENT.CAPTURE.DENIED", "DECLINED", StoredStatus.CANCELED, []),
    ],
)
def test_case_c10_a_pending_capture_grants_nothing_until_an_event_decides_once(
    make_ace: Callable[..., Ace],
    service: Service,
    reason: str,
    event_type: str,
    later: str,
    status: StoredStatus,
    done: list[Access],
) -> None:
    pending = captured(capture(status="PENDING", status_details={"reason": reason}))
    service.on(f"POST {ORDERS}", (201, order()))
    service.on(f"GET {ORDER}", (200, order("APPROVED")))
    service.on(f"POST {ORDER}/capture", (201, pending))
    service.on("GET /v1/customer/disputes", NO_DISPUTES)
    ace = make_ace()
    platform = Platform(ace)
    assert ace.payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7").status is PaymentStatus.PROCESSING
    service.on(f"GET {ORDER}", (200, pending))
    assert platform.hear("PAYMENT.CAPTURE.PENDING") == 200
    assert (platform.payment.status, platform.payment.enrolled, platform.done) == (StoredStatus.PROCESSING, False, [])
    service.on(f"GET {ORDER}", (200, captured(capture(status=later))))
    assert [platform.hear(event_type) for _ in range(3)] == [200] * 3
    assert (platform.payment.status, platform.done) == (status, done)
    assert platform.payment.has_failed is (later == "DECLINED")


# C11: the second try of one order is a duplicate invoice.


def test_case_c11_three_tries_are_three_orders_of_one_reference_without_an_invoice(
    make_ace: Callable[..., Ace], service: Service
) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    service.on(f"GET {ORDER}", (200, order("APPROVED")))
    declined: Answer = (422, refusal("INSTRUMENT_DECLINED"))
    service.on(f"POST {ORDER}/capture", declined, declined, (201, captured()))
    service.on("GET /v1/customer/disputes", NO_DISPUTES)
    ace, ends = make_ace(), []
    for attempt in (1, 2, 3):
        wanted = WANTED.model_copy(update={"attempt": attempt})
        ace.payments.start(wanted)
        try:
            key = wanted.idempotency_key("capture")
            ends.append(str(ace.payments.capture(gateway_id=ORDER_ID, idempotency_key=key).status))
        except BuyerCanRetryError as error:
            ends.append(error.message_key)
    made = [each for each in service.requests if each.url.path == ORDERS]
    units = [json.loads(each.content)["purchase_units"][0] for each in made]
    assert [each.headers["paypal-request-id"] for each in made] == [f"ace:create:payment-7:{n}" for n in (1, 2, 3)]
    assert [(each["custom_id"], each.get("invoice_id")) for each in units] == [("payment-7", None)] * 3
    assert ends == ["payments.paypal.instrument_declined"] * 2 + ["paid"]


def test_case_c11_a_lost_answer_is_asked_for_again_with_the_same_key(
    make_ace: Callable[..., Ace], service: Service
) -> None:
    service.on(f"GET {ORDER}", (200, order("APPROVED")))
    service.on(f"POST {ORDER}/capture", httpx.ReadTimeout("lost"), (200, captured()))
    told = make_ace().payments.capture(gateway_id=ORDER_ID, idempotency_key="ace:capture:payment-7:1")
    asked = {each.headers.get("paypal-request-id") for each in service.requests if each.url.path.endswith("/capture")}
    assert (told.status, asked) == (PaymentStatus.PAID, {"ace:capture:payment-7:1"})


@pytest.mark.parametrize("issue", ["DUPLICATE_INVOICE_ID", "ORDER_ALREADY_CAPTURED"])
@pytest.mark.parametrize(
    ("found", "access"), [(captured(), Access.ENROL), (order("APPROVED"), Access.KEEP), (order("VOIDED"), Access.KEEP)]
)
def test_case_c11_either_refusal_leads_to_a_look_at_the_order(
    make_ace: Callable[..., Ace], service: Service, issue: str, found: dict[str, Any], access: Access
) -> None:
    service.on(f"POST {ORDERS}", (201, order()))
    service.on(f"GET {ORDER}", (200, order("APPROVED")), (200, found))
    service.on(f"POST {ORDER}/capture", (422, refusal(issue)))
    service.on("GET /v1/customer/disputes", NO_DISPUTES)
    ace = make_ace()
    payment = StoredPayment.opened(WANTED, ace.payments.start(WANTED), user="9", course="42")
    told = ace.payments.capture(gateway_id=ORDER_ID, idempotency_key="capture-7")
    assert Checkout().apply(payment, told).access is access


# C12: a token per request, or fifty at once.


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


class Lending(Service):
    """Lends tokens that it can take back, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.good = ""
        self.lock = threading.Lock()
        self.failing = 0
        self.served = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            if request.url.path == "/v1/oauth2/token":
                return self._lend(request)
            if request.headers["authorization"] != f"Bearer {self.good}":
                return _answer(401, {"error": "invalid_token", "error_description": "Token signature failed"})
            self.served += 1
            return _answer(200, capture())

    def _lend(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.failing:
            self.failing -= 1
            return _answer(503, {"name": "SERVICE_UNAVAILABLE"})
        self.good = f"A21AA{len(self.requests)}"
        return _answer(200, {**TOKEN, "access_token": self.good})


def _answer(status: int, body: Any) -> httpx.Response:
    content = httpx.ByteStream(json.dumps(body).encode())
    return httpx.Response(status, stream=content, headers={"content-type": "application/json"})


@pytest.fixture
def lending() -> Lending:
    return Lending()


def account(clock: Clock) -> Account:
    return Account(SERVICE, keys(), defaults=Options(30.0, 2), clock=clock)


def blocking(lending: Lending, clock: Clock) -> PayPal:
    return PayPal.on(Connection(account(clock), httpx.Client(transport=httpx.MockTransport(lending))))


def awaited(lending: Lending, clock: Clock) -> AsyncPayPal:
    return AsyncPayPal.on(AsyncConnection(account(clock), httpx.AsyncClient(transport=httpx.MockTransport(lending))))


def at_once(client: PayPal, calls: int = 50) -> None:
    with ThreadPoolExecutor(calls) as pool:
        list(pool.map(lambda _: client.get_capture(capture_id=CAPTURE_ID), range(calls)))


def test_case_c12_fifty_threads_share_one_token_and_so_do_a_thousand_calls(lending: Lending) -> None:
    client = blocking(lending, Clock())
    at_once(client)
    for _ in range(1000):
        client.get_capture(capture_id=CAPTURE_ID)
    assert (len(lending.requests), lending.served) == (1, 1050)


async def test_case_c12_fifty_tasks_share_one_token(lending: Lending) -> None:
    client = awaited(lending, Clock())
    await asyncio.gather(*(client.get_capture(capture_id=CAPTURE_ID) for _ in range(50)))
    assert (len(lending.requests), lending.served) == (1, 50)


def test_case_c12_shortly_before_its_end_a_token_is_renewed_once(lending: Lending) -> None:
    clock = Clock()
    client = blocking(lending, clock)
    client.get_capture(capture_id=CAPTURE_ID)
    clock.now += TOKEN["expires_in"] - 60  # type: ignore[operator]
    assert EARLY_S > 60
    at_once(client)
    assert (len(lending.requests), lending.served) == (2, 51)


def test_case_c12_a_token_that_was_taken_back_is_renewed_once_for_fifty_threads(lending: Lending) -> None:
    client = blocking(lending, Clock())
    client.get_capture(capture_id=CAPTURE_ID)
    lending.good = "taken back"
    at_once(client)
    assert (len(lending.requests), lending.served) == (2, 51)


async def test_case_c12_a_token_that_was_taken_back_is_renewed_once_for_fifty_tasks(lending: Lending) -> None:
    client = awaited(lending, Clock())
    await client.get_capture(capture_id=CAPTURE_ID)
    lending.good = "taken back"
    await asyncio.gather(*(client.get_capture(capture_id=CAPTURE_ID) for _ in range(50)))
    assert (len(lending.requests), lending.served) == (2, 51)


def test_case_c12_a_token_service_that_fails_once_is_asked_twice(lending: Lending) -> None:
    lending.failing = 1
    blocking(lending, Clock()).get_capture(capture_id=CAPTURE_ID)
    assert (len(lending.requests), lending.served) == (2, 1)


async def test_case_c12_when_the_first_asker_is_cancelled_a_follower_asks(lending: Lending) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slowly(request: httpx.Request) -> httpx.Response:
        if not asked.is_set():
            asked.set()
            await go.wait()
        return lending(request)

    connection = AsyncConnection(account(Clock()), httpx.AsyncClient(transport=httpx.MockTransport(slowly)))
    client = AsyncPayPal.on(connection)
    leader = asyncio.create_task(client.get_capture(capture_id=CAPTURE_ID))
    await asked.wait()
    followers = [asyncio.create_task(client.get_capture(capture_id=CAPTURE_ID)) for _ in range(5)]
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    go.set()
    await asyncio.gather(*followers)
    assert (len(lending.requests), lending.served) == (1, 5)


def test_case_c12_a_second_refusal_surfaces_and_is_no_loop() -> None:
    refusing = httpx.MockTransport(
        lambda request: (
            _answer(200, TOKEN) if "oauth2" in request.url.path else _answer(401, {"error": "invalid_token"})
        )
    )
    seen: list[str] = []
    counted = httpx.Client(transport=refusing, event_hooks={"request": [lambda request: seen.append(request.url.path)]})
    client = PayPal.on(Connection(account(Clock()), counted))
    with pytest.raises(AuthenticationError) as refused:
        client.get_capture(capture_id=CAPTURE_ID)
    assert refused.value.operation == "get_capture"
    assert (seen.count("/v1/oauth2/token"), len(seen)) == (2, 4)
