"""PayPal's client on PayPal's twin: from the order to the dispute, told by webhooks that are verified."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.didit.conftest import Platform

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.core import Headers
from ace_integrations.errors import ConflictError, InvalidRequestError
from ace_integrations.payments import (
    Access,
    Checkout,
    Money,
    PaymentOrder,
    PaymentStatus,
    RefundStatus,
    StoredPayment,
    StoredStatus,
)
from ace_integrations.payments.gateway import PaymentHint
from ace_integrations.payments.paypal import BuyerCanRetryError, PayPal
from ace_integrations.sandbox import RunningSandbox

PRICE, NOTHING = Money.of("20.00", "USD"), Money.zero("USD")
WANTED = PaymentOrder(
    reference="payment-7",
    amount=PRICE,
    description="Course 42",
    return_url="http://127.0.0.1:9/back",
    cancel_url="http://127.0.0.1:9/cancel",
)


@pytest.fixture
def ace(ace_sandbox: RunningSandbox) -> Iterator[Ace]:
    settings = Settings(sandbox_url=ace_sandbox.url, payments=("paypal",))
    with Ace(settings, clock=ace_sandbox.control.now) as ace:
        yield ace


@pytest.fixture
def platform(ace_sandbox: RunningSandbox) -> Iterator[Any]:
    platform = Platform()
    ace_sandbox.control.send_webhooks_to(paypal=platform.url)
    yield platform
    ace_sandbox.control.send_webhooks_to(paypal="http://127.0.0.1:9/")
    platform.close()


def decide(sandbox: RunningSandbox, what: str, **fields: Any) -> Any:
    return sandbox.control.post(f"paypal/{what}", **fields)


def approved(ace: Ace, sandbox: RunningSandbox, **changes: Any) -> str:
    started = ace.payments.start(WANTED.model_copy(update=changes))
    decide(sandbox, f"orders/{started.gateway_id}/approve")
    return started.gateway_id


def paid(ace: Ace, sandbox: RunningSandbox) -> str:
    gateway_id = approved(ace, sandbox)
    ace.payments.capture(gateway_id=gateway_id, idempotency_key="capture-7")
    return gateway_id


def test_an_order_is_approved_captured_and_granted(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    started = ace.payments.start(WANTED)
    payment = StoredPayment.opened(WANTED, started, user="9", course="42")
    decide(ace_sandbox, f"orders/{started.gateway_id}/approve")
    approved = ace.payments.report(gateway_id=started.gateway_id)
    told = ace.payments.capture(gateway_id=started.gateway_id, idempotency_key="capture-7")
    outcome = Checkout().apply(payment, ace.payments.report(gateway_id=started.gateway_id))
    assert (approved.status, told.status, told.oddity) == (PaymentStatus.APPROVED, PaymentStatus.PAID, "")
    assert (outcome.access, outcome.alarm, outcome.payment.received) == (Access.ENROL, None, PRICE)
    assert told.fee is not None
    assert started.approval_url == f"{ace_sandbox.url}/paypal/checkoutnow?token={started.gateway_id}"


def test_starting_twice_gives_the_same_order_and_a_new_attempt_another(ace: Ace) -> None:
    first, again = ace.payments.start(WANTED), ace.payments.start(WANTED)
    second = ace.payments.start(WANTED.model_copy(update={"attempt": 2}))
    assert first.gateway_id == again.gateway_id != second.gateway_id


def test_a_declined_card_leaves_the_order_open(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    started = ace.payments.start(WANTED)
    decide(ace_sandbox, f"orders/{started.gateway_id}/decline")
    with pytest.raises(BuyerCanRetryError) as declined:
        ace.payments.capture(gateway_id=started.gateway_id, idempotency_key="capture-1")
    assert declined.value.code == "INSTRUMENT_DECLINED"
    decide(ace_sandbox, f"orders/{started.gateway_id}/approve")
    told = ace.payments.capture(gateway_id=started.gateway_id, idempotency_key="capture-2")
    assert told.status is PaymentStatus.PAID


def test_a_capture_under_review_is_decided_later(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    gateway_id = approved(ace, ace_sandbox)
    decide(ace_sandbox, f"orders/{gateway_id}/next-capture", status="pending", reason="ECHECK")
    pending = ace.payments.capture(gateway_id=gateway_id, idempotency_key="capture-7")
    decide(ace_sandbox, f"captures/{pending.capture_id}/settle", outcome="completed")
    told = ace.payments.report(gateway_id=gateway_id)
    assert (pending.status, told.status, told.received) == (PaymentStatus.PROCESSING, PaymentStatus.PAID, PRICE)


def test_refunds_are_added_up_and_bounded(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    gateway_id = paid(ace, ace_sandbox)
    part = ace.payments.refund(gateway_id=gateway_id, amount=Money.of("5.00", "USD"), idempotency_key="refund-1")
    again = ace.payments.refund(gateway_id=gateway_id, amount=Money.of("5.00", "USD"), idempotency_key="refund-1")
    with pytest.raises(InvalidRequestError):
        ace.payments.refund(gateway_id=gateway_id, amount=Money.of("15.01", "USD"), idempotency_key="refund-2")
    some = ace.payments.report(gateway_id=gateway_id)
    ace.payments.refund(gateway_id=gateway_id, idempotency_key="refund-3")
    told = ace.payments.report(gateway_id=gateway_id)
    assert (part, part.status) == (again, RefundStatus.SUCCEEDED)
    assert (some.refunded, told.refunded) == (Money.of("5.00", "USD"), PRICE)


@pytest.mark.parametrize(
    ("outcome", "disputed", "closed"), [("RESOLVED_SELLER_FAVOUR", False, 1), ("RESOLVED_BUYER_FAVOUR", True, 0)]
)
def test_a_dispute_is_open_until_it_is_won(
    ace: Ace, ace_sandbox: RunningSandbox, outcome: str, disputed: bool, closed: int
) -> None:
    gateway_id = paid(ace, ace_sandbox)
    capture_id = ace.payments.report(gateway_id=gateway_id).capture_id
    made = decide(ace_sandbox, f"captures/{capture_id}/dispute")
    during = ace.payments.report(gateway_id=gateway_id)
    decide(ace_sandbox, f"disputes/{made['dispute_id']}/close", outcome=outcome)
    told = ace.payments.report(gateway_id=gateway_id)
    assert (during.disputed, during.disputes_closed) == (True, 0)
    assert (told.disputed, told.disputes_closed) == (disputed, closed)


def test_what_was_reserved_is_captured_or_released(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    first = approved(ace, ace_sandbox, capture=False, reference="payment-8")
    second = approved(ace, ace_sandbox, capture=False, reference="payment-9")
    ace.client(PayPal).authorize_order(order_id=second, idempotency_key="reserve-9")
    reserved = ace.payments.report(gateway_id=second)
    taken = ace.payments.capture(gateway_id=first, idempotency_key="capture-8")
    released = ace.payments.cancel(gateway_id=second, idempotency_key="cancel-9")
    with pytest.raises(ConflictError):
        ace.payments.cancel(gateway_id=first, idempotency_key="cancel-8")
    assert (taken.status, taken.capture, taken.received, taken.oddity) == (PaymentStatus.PAID, False, PRICE, "")
    assert (reserved.status, released.status) == (PaymentStatus.AUTHORISED, PaymentStatus.CANCELED)


async def test_the_whole_life_of_a_payment_awaited(ace: Ace, ace_sandbox: RunningSandbox) -> None:
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url, payments=("paypal",))) as awaited:
        started = await awaited.payments.start(WANTED)
        await asyncio.to_thread(decide, ace_sandbox, f"orders/{started.gateway_id}/approve")
        await awaited.payments.capture(gateway_id=started.gateway_id, idempotency_key="capture-7")
        await awaited.payments.refund(
            gateway_id=started.gateway_id, amount=Money.of("1", "USD"), idempotency_key="refund-1"
        )
        told = await awaited.payments.report(gateway_id=started.gateway_id)
    assert (told.received, told.refunded) == (PRICE, Money.of("1.00", "USD"))


def test_every_delivery_of_a_payments_life_is_verified_and_understood(
    ace: Ace, ace_sandbox: RunningSandbox, platform: Any
) -> None:
    gateway_id = paid(ace, ace_sandbox)
    capture_id = ace.payments.report(gateway_id=gateway_id).capture_id
    ace.payments.refund(gateway_id=gateway_id, amount=Money.of("5.00", "USD"), idempotency_key="refund-1")
    made = decide(ace_sandbox, f"captures/{capture_id}/dispute")
    decide(ace_sandbox, "certificates/rotate")
    decide(ace_sandbox, f"disputes/{made['dispute_id']}/close", outcome="RESOLVED_SELLER_FAVOUR")
    ace_sandbox.control.advance(0)
    receipts = [ace.webhooks.receive("paypal", dict(headers), body) for headers, body in platform.received]
    assert [receipt.status for receipt in receipts] == [200] * len(receipts)
    hints = {receipt.event.meaning.what: receipt.event.meaning for receipt in receipts if receipt.event}
    assert set(hints) >= {
        "payment.approved",
        "payment.completed",
        "payment.succeeded",
        "refund.succeeded",
        "dispute.opened",
        "dispute.won",
    }
    for what, hint in hints.items():
        assert gateway_id == hint.gateway_id or capture_id == hint.capture_id, what
        assert (hint.reference, hint.live) == ("payment-7", False)


def test_a_payer_who_never_came_back_is_captured_by_the_webhook(
    ace: Ace, ace_sandbox: RunningSandbox, platform: Any
) -> None:
    started = ace.payments.start(WANTED)
    stored = [StoredPayment.opened(WANTED, started, user="9", course="42")]

    @ace.webhooks.on(PaymentHint)
    def take(event: Any, transaction: Any) -> None:
        if event.meaning.what == "payment.approved":
            told = ace.payments.capture(gateway_id=event.meaning.gateway_id, idempotency_key="capture-7")
            stored[0] = Checkout().apply(stored[0], told).payment

    decide(ace_sandbox, f"orders/{started.gateway_id}/approve")
    ace_sandbox.control.advance(0)
    for headers, body in list(platform.received):
        assert ace.webhooks.receive("paypal", dict(headers), body).status == 200
    assert (stored[0].status, stored[0].enrolled) == (StoredStatus.PAID, True)


def test_paypals_own_opinion_on_a_delivery_is_the_same(ace: Ace, ace_sandbox: RunningSandbox, platform: Any) -> None:
    approved(ace, ace_sandbox)
    ace_sandbox.control.advance(0)
    headers, body = platform.received[0]
    client = ace.client(PayPal)
    assert client.verify_webhook_signature(Headers(headers), body).is_genuine
    assert not client.verify_webhook_signature(Headers(headers), body.replace(b"payment-7", b"payment-8")).is_genuine


def test_a_simulated_event_is_taken_in_the_sandbox(ace: Ace, ace_sandbox: RunningSandbox, platform: Any) -> None:
    ace.client(PayPal).simulate_event(event_type="PAYMENT.CAPTURE.COMPLETED", url=platform.url)
    ace_sandbox.control.advance(0)
    ((headers, body),) = platform.received
    assert ace.webhooks.receive("paypal", dict(headers), body).status == 200
