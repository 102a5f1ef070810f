"""Stripe in neutral words, through the facade, in both colours."""

from collections.abc import Iterator
from typing import Any

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import ConflictError, InvalidRequestError
from ace_integrations.payments import GatewayReport, Money, PaymentOrder, PaymentStatus, RefundStatus, Started
from ace_integrations.payments.stripe import Dispute, PaymentIntent, Refund, Stripe
from ace_integrations.payments.stripe.gateway import to_report
from ace_integrations.payments.stripe.settings import SANDBOX_PUBLISHABLE_KEY
from ace_integrations.sandbox import RunningSandbox


def egp(amount: int) -> Money:
    return Money.of(amount, "EGP")


ORDER = PaymentOrder(
    reference="7", amount=egp(1000), description="Course 42", metadata={"course_id": "42", "user_id": "9"}
)


@pytest.fixture
def ace(ace_sandbox: RunningSandbox) -> Iterator[Ace]:
    with Ace(Settings(sandbox_url=ace_sandbox.url)) as ace:
        yield ace


def pay(ace: Ace, started: Started, method: str = "pm_card_visa") -> None:
    ace.client(Stripe).confirm_payment_intent(
        payment_intent_id=started.gateway_id,
        payment_method=method,
        return_url="https://shop.example.com/",
        idempotency_key=f"confirm:{started.gateway_id}",
    )


def paid(ace: Ace, method: str = "pm_card_visa") -> str:
    started = ace.payments.start(ORDER)
    pay(ace, started, method)
    return started.gateway_id


def report(ace: Ace, gateway_id: str) -> GatewayReport:
    return ace.payments.report(gateway_id=gateway_id)


def test_starting_twice_gives_the_same_payment_and_a_new_attempt_another(ace: Ace) -> None:
    first, again = ace.payments.start(ORDER), ace.payments.start(ORDER)
    second = ace.payments.start(ORDER.model_copy(update={"attempt": 2}))
    assert first.gateway_id == again.gateway_id != second.gateway_id
    assert (first.gateway, first.status) == ("stripe", PaymentStatus.PENDING)
    assert first.client_secret is not None


def test_our_ids_travel_as_text(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    ace.payments.start(ORDER)
    call = ace_sandbox.control.journal(provider="stripe", kind="call")[-1]
    for label in ("course_id]=42", "user_id]=9", "payment_id]=7", "attempt]=1"):
        assert f"metadata[{label}" in call["request_body"]
    assert call["request_headers"]["idempotency-key"] == "ace:create:7:1"


def test_a_report_says_what_was_received(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    gateway_id = paid(ace)
    told = report(ace, gateway_id)
    assert told.capture_id.startswith("ch_")
    assert told == GatewayReport(
        gateway="stripe",
        gateway_id=gateway_id,
        reference="7",
        status=PaymentStatus.PAID,
        amount=egp(1000),
        received=egp(1000),
        refunded=egp(0),
        refunds_failed=egp(0),
        live=False,
        capture_id=told.capture_id,
        fee=Money.of("31.50", "EGP"),
    )
    assert told.fee == ace.payments.estimate_fee(egp(1000))
    assert len(ace_sandbox.control.journal(provider="stripe", kind="call")) == 3


def test_a_declined_try_is_pending_with_its_reason(ace: Ace) -> None:
    started = ace.payments.start(ORDER)
    with pytest.raises(Exception, match="insufficient"):
        pay(ace, started, "pm_card_chargeDeclinedInsufficientFunds")
    told = report(ace, started.gateway_id)
    assert (told.status, told.decline_code, told.received) == (PaymentStatus.PENDING, "insufficient_funds", egp(0))


def test_only_succeeded_refunds_count(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    gateway_id = paid(ace, "pm_card_pendingRefund")
    refund = ace.payments.refund(gateway_id=gateway_id, amount=egp(400), idempotency_key="r1")
    pending = report(ace, gateway_id)
    ace_sandbox.control.advance(601)
    assert (refund.status, refund.amount, refund.gateway_id) == (RefundStatus.PENDING, egp(400), gateway_id)
    assert (pending.refunded, report(ace, gateway_id).refunded) == (egp(0), egp(400))


def test_a_refund_that_fails_later_is_taken_out_again(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    gateway_id = paid(ace, "pm_card_refundFail")
    ace.payments.refund(gateway_id=gateway_id, idempotency_key="r1")
    before = report(ace, gateway_id)
    ace_sandbox.control.advance(3601)
    after = report(ace, gateway_id)
    assert (before.refunded, before.refunds_failed) == (egp(1000), egp(0))
    assert (after.refunded, after.refunds_failed) == (egp(0), egp(1000))


def test_the_same_key_never_refunds_twice(ace: Ace) -> None:
    gateway_id = paid(ace)
    refunds = [ace.payments.refund(gateway_id=gateway_id, amount=egp(100), idempotency_key="r1") for _ in range(2)]
    with pytest.raises(InvalidRequestError):
        ace.payments.refund(gateway_id=gateway_id, amount=egp(901), idempotency_key="r2")
    assert refunds[0] == refunds[1]
    assert report(ace, gateway_id).refunded == egp(100)


def test_many_refunds_are_all_counted(ace: Ace) -> None:
    gateway_id = paid(ace)
    for number in range(12):
        ace.payments.refund(gateway_id=gateway_id, amount=egp(10), idempotency_key=f"r{number}")
    assert report(ace, gateway_id).refunded == egp(120)


@pytest.mark.parametrize(("outcome", "disputed", "closed"), [("won", False, 1), ("lost", True, 0)])
def test_a_dispute_is_open_until_it_ends_in_our_favour(
    ace_sandbox: RunningSandbox, ace: Ace, outcome: str, disputed: bool, closed: int
) -> None:
    gateway_id = paid(ace, "pm_card_createDispute")
    during = report(ace, gateway_id)
    dispute = ace.client(Stripe).list_disputes(payment_intent_id=gateway_id).data[0]
    ace_sandbox.control.post(f"stripe/disputes/{dispute.id}/close", outcome=outcome)
    after = report(ace, gateway_id)
    assert (during.disputed, during.disputes_closed) == (True, 0)
    assert (after.disputed, after.disputes_closed) == (disputed, closed)


def test_what_was_reserved_is_captured_or_canceled(ace: Ace) -> None:
    reserved = [
        ace.payments.start(ORDER.model_copy(update={"capture": False, "reference": reference}))
        for reference in ("70", "71")
    ]
    for started in reserved:
        pay(ace, started)
    before = report(ace, reserved[0].gateway_id)
    captured = ace.payments.capture(gateway_id=reserved[0].gateway_id, idempotency_key="c")
    canceled = ace.payments.cancel(gateway_id=reserved[1].gateway_id, idempotency_key="x")
    with pytest.raises(ConflictError):
        ace.payments.capture(gateway_id=reserved[0].gateway_id, idempotency_key="c2")
    assert (before.status, before.received) == (PaymentStatus.AUTHORISED, egp(0))
    assert (captured.status, captured.received) == (PaymentStatus.PAID, egp(1000))
    assert (canceled.status, canceled.received) == (PaymentStatus.CANCELED, egp(0))


def test_payments_are_found_by_our_own_id_over_all_pages(ace: Ace) -> None:
    for attempt in range(1, 13):
        ace.payments.start(ORDER.model_copy(update={"attempt": attempt}))
    ace.payments.start(ORDER.model_copy(update={"reference": "77"}))
    found = ace.payments.find(reference="7")
    assert len({each.gateway_id for each in found}) == 12
    assert {each.reference for each in found} == {"7"}
    assert ace.payments.find(reference="none") == ()


async def test_the_whole_life_of_a_payment_awaited(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url)) as awaited:
        started = await awaited.payments.start(ORDER)
        pay(ace, started)
        await awaited.payments.refund(gateway_id=started.gateway_id, amount=egp(1), idempotency_key="r")
        told = await awaited.payments.report(gateway_id=started.gateway_id)
        found = await awaited.payments.find(reference="7")
    assert (told.received, told.refunded, found) == (egp(1000), egp(1), (told,))


def test_a_browser_learns_the_publishable_key_and_the_script_only(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    assert ace.public_config() == {
        "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY": SANDBOX_PUBLISHABLE_KEY,
        "STRIPE_JS_URL": f"{ace_sandbox.url}/stripe/endive/stripe.js",
        "realtime": ace.realtime.browser_config(),
    }


INTENT: dict[str, Any] = {"id": "pi_1", "amount": 1050, "currency": "egp", "livemode": True}


@pytest.mark.parametrize(
    ("stripes", "ours"),
    [
        ("requires_payment_method", PaymentStatus.PENDING),
        ("requires_confirmation", PaymentStatus.PENDING),
        ("requires_action", PaymentStatus.ACTION_REQUIRED),
        ("processing", PaymentStatus.PROCESSING),
        ("requires_capture", PaymentStatus.AUTHORISED),
        ("succeeded", PaymentStatus.PAID),
        ("canceled", PaymentStatus.CANCELED),
        ("invented_later", PaymentStatus.PENDING),
    ],
)
def test_every_status_has_a_meaning(stripes: str, ours: PaymentStatus) -> None:
    told = to_report(PaymentIntent(**INTENT, status=stripes))
    assert (told.status, told.amount, told.live, told.reference) == (ours, Money.of("10.50", "EGP"), True, "")


@pytest.mark.parametrize("status", ["pending", "requires_action", "canceled", "invented_later", None])
def test_a_refund_under_way_is_not_money_that_went_back(status: str | None) -> None:
    refund = Refund(id="re_1", amount=50, currency="egp", status=status)
    told = to_report(PaymentIntent(**INTENT, status="succeeded"), [refund])
    assert (told.refunded, told.refunds_failed) == (egp(0), egp(0))


@pytest.mark.parametrize(
    ("status", "disputed"),
    [
        ("warning_needs_response", True),
        ("warning_under_review", True),
        ("warning_closed", False),
        ("needs_response", True),
        ("under_review", True),
        ("appeal_needs_response", True),
        ("appeal_under_review", True),
        ("won", False),
        ("lost", True),
        ("prevented", False),
        ("invented_later", True),
    ],
)
def test_every_dispute_status_has_a_meaning(status: str, disputed: bool) -> None:
    dispute = Dispute(id="du_1", amount=1050, currency="egp", status=status)
    told = to_report(PaymentIntent(**INTENT, status="succeeded"), disputes=[dispute])
    assert (told.disputed, told.disputes_closed) == (disputed, int(not disputed))
