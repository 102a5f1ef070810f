"""What a platform relies on, whichever gateway is paid with."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ace_integrations.ace import Ace
from ace_integrations.errors import DeclinedError, InvalidInputError, NotFoundError, ProviderError
from ace_integrations.payments import (
    Access,
    Checkout,
    DisputeState,
    GatewayReport,
    Money,
    PaymentOrder,
    PaymentStatus,
    RefundReport,
    Started,
    StoredPayment,
)
from ace_integrations.testing.conformance.payments import GatewayUnderTest

OPEN = (PaymentStatus.PENDING, PaymentStatus.ACTION_REQUIRED, PaymentStatus.APPROVED)


@pytest.fixture
def ace(gateway_under_test: GatewayUnderTest) -> Iterator[Ace]:
    """Give the front door to the gateway."""
    with gateway_under_test.ace() as ace:
        yield ace


def order_of(tested: GatewayUnderTest, *, capture: bool = True) -> PaymentOrder:
    """Give an order that no other test makes."""
    return PaymentOrder(
        reference=f"conformance-{uuid4().hex[:12]}",
        amount=tested.price,
        description="Course 42",
        metadata={"course_id": "42"},
        return_url="https://shop.example.com/back",
        cancel_url="https://shop.example.com/cancel",
        locale="ar-EG",
        capture=capture,
    )


def start(tested: GatewayUnderTest, ace: Ace, order: PaymentOrder) -> Started:
    """Ask to be paid."""
    return ace.payments.start(order, gateway=tested.name)


def report(tested: GatewayUnderTest, ace: Ace, started: Started) -> GatewayReport:
    """Ask where it is."""
    return ace.payments.report(gateway_id=started.gateway_id, gateway=tested.name)


def take(tested: GatewayUnderTest, ace: Ace, started: Started, key: str = "take-1") -> GatewayReport:
    """Capture what the payer agreed to, where the gateway waits for that."""
    told = report(tested, ace, started)
    if told.status is not PaymentStatus.APPROVED:
        return told
    return ace.payments.capture(
        gateway_id=started.gateway_id, idempotency_key=f"{key}:{started.gateway_id}", gateway=tested.name
    )


def paid(tested: GatewayUnderTest, ace: Ace, order: PaymentOrder | None = None) -> Started:
    """Start a payment, pay it and take it."""
    started = start(tested, ace, order or order_of(tested))
    tested.pay(ace, started)
    take(tested, ace, started)
    return started


def refund(
    tested: GatewayUnderTest, ace: Ace, started: Started, amount: Money | None, key: str = "refund-1"
) -> RefundReport:
    """Send money back."""
    return ace.payments.refund(
        gateway_id=started.gateway_id,
        amount=amount,
        idempotency_key=f"{key}:{started.gateway_id}",
        gateway=tested.name,
    )


def test_it_takes_the_currency_of_the_price_and_no_invented_one(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """The other currencies are then a matter of a quote."""
    gateway = ace.assembly.gateways()[gateway_under_test.name]
    assert gateway.takes(gateway_under_test.price.currency)
    assert not gateway.takes("ZZZ")


def test_one_attempt_is_one_payment_and_another_attempt_another(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """A start that is repeated after a crash must not leave two payments open."""
    order = order_of(gateway_under_test)
    first, again = (start(gateway_under_test, ace, order) for _ in range(2))
    second = start(gateway_under_test, ace, order.model_copy(update={"attempt": 2}))
    assert first.gateway_id == again.gateway_id != second.gateway_id
    assert first.gateway == gateway_under_test.name
    assert first.client_secret is not None or first.approval_url


def test_what_nobody_paid_is_open_and_about_our_payment(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """The report says exactly what was asked for, and that nothing came."""
    order = order_of(gateway_under_test)
    started = start(gateway_under_test, ace, order)
    told = report(gateway_under_test, ace, started)
    nothing = Money.zero(order.amount.currency)
    assert told.status in OPEN
    assert told.status is not PaymentStatus.APPROVED
    assert (told.reference, told.amount, told.received, told.refunded) == (
        order.reference,
        order.amount,
        nothing,
        nothing,
    )
    assert (told.gateway, told.gateway_id, told.live, told.payee) == (
        started.gateway,
        started.gateway_id,
        started.live,
        started.payee,
    )
    assert (told.oddity, told.disputed, told.capture) == ("", False, True)


def test_what_was_paid_is_exact_and_grants_the_course(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """`Checkout` finds nothing to doubt, and says so once."""
    order = order_of(gateway_under_test)
    started = paid(gateway_under_test, ace, order)
    told = report(gateway_under_test, ace, started)
    stored = StoredPayment.opened(order, started, user="9", course="42")
    first = Checkout().apply(stored, told)
    second = Checkout().apply(first.payment, told)
    assert (told.status, told.received, bool(told.capture_id)) == (PaymentStatus.PAID, order.amount, True)
    assert (first.access, first.alarm, second.access) == (Access.ENROL, None, Access.KEEP)


def test_two_payments_never_share_a_capture(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """Else one movement of money could pay for two courses."""
    ids = {report(gateway_under_test, ace, paid(gateway_under_test, ace)).capture_id for _ in range(2)}
    assert len(ids) == 2


def test_taking_twice_takes_once(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """Confirm and webhook may both find a payment approved."""
    started = start(gateway_under_test, ace, order_of(gateway_under_test))
    gateway_under_test.pay(ace, started)
    for key in ("take-1", "take-1", "take-2"):
        take(gateway_under_test, ace, started, key)
    told = report(gateway_under_test, ace, started)
    assert (told.status, told.received, told.oddity) == (PaymentStatus.PAID, gateway_under_test.price, "")


def test_a_declined_try_takes_nothing_and_can_be_tried_again(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """The reason is told; the same payment can then be paid."""
    started = start(gateway_under_test, ace, order_of(gateway_under_test))
    gateway_under_test.decline(ace, started)
    told = report(gateway_under_test, ace, started)
    if told.status is PaymentStatus.APPROVED:
        with pytest.raises(DeclinedError):
            take(gateway_under_test, ace, started, "declined")
        told = report(gateway_under_test, ace, started)
    else:
        assert told.decline_code
    assert told.status in OPEN
    assert not told.received
    gateway_under_test.pay(ace, started)
    assert take(gateway_under_test, ace, started).status is PaymentStatus.PAID


def test_a_payment_of_nobody_is_not_found(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """An id that the gateway never gave is a typed error."""
    with pytest.raises((NotFoundError, InvalidInputError)):
        ace.payments.report(gateway_id="UNKNOWN0000000001", gateway=gateway_under_test.name)


def test_a_part_then_the_rest_goes_back(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """No amount is all that is left, and then nothing is."""
    started = paid(gateway_under_test, ace)
    part = Money.of(3, gateway_under_test.price.currency)
    first = refund(gateway_under_test, ace, started, part)
    between = report(gateway_under_test, ace, started)
    rest = refund(gateway_under_test, ace, started, None, "refund-2")
    after = report(gateway_under_test, ace, started)
    assert (first.amount, rest.amount) == (part, gateway_under_test.price - part)
    assert (between.status, between.refunded) == (PaymentStatus.PAID, part)
    assert (after.status, after.received, after.refunded) == (
        PaymentStatus.PAID,
        gateway_under_test.price,
        gateway_under_test.price,
    )


def test_one_key_is_one_refund(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """A refund that is repeated after a crash must not send the money twice."""
    started = paid(gateway_under_test, ace)
    part = Money.of(3, gateway_under_test.price.currency)
    ids = {refund(gateway_under_test, ace, started, part).refund_id for _ in range(3)}
    assert len(ids) == 1
    assert report(gateway_under_test, ace, started).refunded == part


def test_more_than_is_left_is_refused(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """The sum of all refunds never exceeds what came."""
    started = paid(gateway_under_test, ace)
    part = Money.of(3, gateway_under_test.price.currency)
    refund(gateway_under_test, ace, started, part)
    with pytest.raises((ProviderError, InvalidInputError)):
        refund(gateway_under_test, ace, started, gateway_under_test.price, "too-much")
    assert report(gateway_under_test, ace, started).refunded == part


def test_what_nobody_paid_can_be_ended(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """Afterwards it is canceled, or open for nobody to take but us."""
    started = start(gateway_under_test, ace, order_of(gateway_under_test))
    told = ace.payments.cancel(
        gateway_id=started.gateway_id, idempotency_key=f"cancel:{started.gateway_id}", gateway=gateway_under_test.name
    )
    assert told.status in (PaymentStatus.CANCELED, *OPEN)
    assert not told.received


def test_what_was_reserved_is_money_only_once_it_is_taken(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """A reserved payment says that it is one."""
    if not gateway_under_test.reserves:
        pytest.skip(f"{gateway_under_test.name} takes money at once")
    started = start(gateway_under_test, ace, order_of(gateway_under_test, capture=False))
    gateway_under_test.pay(ace, started)
    told = report(gateway_under_test, ace, started)
    assert (told.status in (PaymentStatus.APPROVED, PaymentStatus.AUTHORISED), told.capture) == (True, False)
    assert not told.received
    taken = ace.payments.capture(
        gateway_id=started.gateway_id, idempotency_key=f"take:{started.gateway_id}", gateway=gateway_under_test.name
    )
    assert (taken.status, taken.received, taken.capture) == (PaymentStatus.PAID, gateway_under_test.price, False)


def test_a_dispute_is_told_until_it_ends(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """The report and the list agree, and what we won is counted."""
    started = paid(gateway_under_test, ace)
    gateway_under_test.dispute(ace, started.gateway_id)
    during = report(gateway_under_test, ace, started)
    opened = ace.payments.disputes(gateway_id=started.gateway_id, gateway=gateway_under_test.name)
    gateway_under_test.win_dispute(ace, started.gateway_id)
    after = report(gateway_under_test, ace, started)
    closed = ace.payments.disputes(gateway_id=started.gateway_id, gateway=gateway_under_test.name)
    assert (during.disputed, after.disputed, after.disputes_closed) == (True, False, 1)
    assert [each.state for each in (*opened, *closed)] == [DisputeState.OPEN, DisputeState.WON]
    assert (opened[0].gateway_id, opened[0].amount) == (started.gateway_id, gateway_under_test.price)


def test_what_was_paid_since_is_known(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """So money that our books have not heard of is found."""
    started, unpaid = (
        paid(gateway_under_test, ace),
        start(gateway_under_test, ace, order_of(gateway_under_test)),
    )
    since = datetime.now(UTC) - timedelta(hours=1)
    known = ace.payments.paid_since(since, gateway=gateway_under_test.name)
    assert started.gateway_id in known
    assert unpaid.gateway_id not in known


def test_a_fee_that_is_told_is_less_than_the_price(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """Where the gateway says what it kept, it is a sum of money."""
    fee = report(gateway_under_test, ace, paid(gateway_under_test, ace)).fee
    assert fee is None or Money.zero(fee.currency) <= fee
    if fee is not None and fee.currency == gateway_under_test.price.currency:
        assert fee < gateway_under_test.price


def test_a_browser_learns_no_secret(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """What pages may know is text, and none of the configured secrets."""
    settings = ace.settings.of(ace.assembly.plugins.provider(gateway_under_test.name).load("settings"))
    told = ace.payments.browser_config(gateway_under_test.name)
    assert not [name for name, value in told.items() if any(secret in value for secret in settings.secrets())]


def test_it_can_be_awaited(gateway_under_test: GatewayUnderTest, ace: Ace) -> None:
    """The same description serves both colours."""
    name, order = gateway_under_test.name, order_of(gateway_under_test)

    async def life() -> GatewayReport:
        async with gateway_under_test.async_ace() as awaited:
            started = await awaited.payments.start(order, gateway=name)
            gateway_under_test.pay(ace, started)
            take(gateway_under_test, ace, started)
            key = f"refund-1:{started.gateway_id}"
            await awaited.payments.refund(gateway_id=started.gateway_id, idempotency_key=key, gateway=name)
            return await awaited.payments.report(gateway_id=started.gateway_id, gateway=name)

    told = asyncio.run(life())
    assert told == ace.payments.report(gateway_id=told.gateway_id, gateway=name)
    assert told.refunded == order.amount
