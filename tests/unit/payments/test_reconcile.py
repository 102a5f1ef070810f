"""Books held against the gateway's: nothing to say when they agree, and each difference when they do not."""

import inspect
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import UnavailableError
from ace_integrations.payments import Checkout, Drift, Money, PaymentOrder, StoredPayment, StoredStatus
from ace_integrations.payments.stripe import Stripe
from ace_integrations.sandbox import RunningSandbox

PRICE = Money.of(100, "EGP")


@pytest.fixture
def ace(ace_sandbox: RunningSandbox) -> Iterator[Ace]:
    with Ace(Settings(sandbox_url=ace_sandbox.url, max_retries=0)) as ace:
        yield ace


def started(ace: Ace, reference: str = "7") -> StoredPayment:
    order = PaymentOrder(reference=reference, amount=PRICE)
    return StoredPayment.opened(order, ace.payments.start(order), user="9", course="42")


def paid(ace: Ace, reference: str = "7") -> StoredPayment:
    row = started(ace, reference)
    ace.client(Stripe).confirm_payment_intent(
        payment_intent_id=row.gateway_id,
        payment_method="pm_card_visa",
        return_url="https://shop.example.com/",
        idempotency_key=f"confirm:{reference}",
    )
    return Checkout().apply(row, ace.payments.report(gateway_id=row.gateway_id)).payment


def told(drifts: tuple[Drift, ...]) -> list[tuple[str, str]]:
    return [(each.reference, each.what) for each in drifts]


def long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def test_books_that_agree_have_no_drift(ace: Ace) -> None:
    books = [started(ace, "1"), paid(ace, "2")]
    assert ace.payments.reconcile(books, since=long_ago()) == ()


def test_a_lost_webhook_is_a_drift_of_everything_that_it_would_have_changed(ace: Ace) -> None:
    row = paid(ace)
    lost = row.model_copy(update={"status": StoredStatus.PENDING, "received": Money.zero("EGP"), "enrolled": False})
    assert told(ace.payments.reconcile([lost])) == [
        ("7", "status is pending in our books, paid by the gateway"),
        ("7", "received is 0.00 EGP in our books, 100.00 EGP by the gateway"),
        ("7", "enrolled is False in our books, True by the gateway"),
    ]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"amount": Money.of(99, "EGP")}, "amount is 100.00 EGP, expected 99.00 EGP"),
        ({"gateway_id": "pi_3unknown"}, "the gateway knows no such payment"),
        ({"alarm": "paid twice: 6 already gave the course", "enrolled": False}, "paid twice: 6 already gave"),
    ],
)
def test_what_a_person_must_see_is_told(ace: Ace, changes: dict[str, Any], what: str) -> None:
    drifts = ace.payments.reconcile([paid(ace).model_copy(update=changes)])
    assert what in drifts[0].what


def test_what_lapsed_unpaid_at_both_is_no_drift(ace: Ace) -> None:
    lapsed = started(ace).model_copy(update={"gateway_id": "pi_3unknown", "status": StoredStatus.CANCELED})
    assert ace.payments.reconcile([lapsed]) == ()


def test_money_that_our_books_have_not_heard_of_is_found(ace: Ace) -> None:
    known, unknown = paid(ace, "1"), paid(ace, "2")
    drifts = ace.payments.reconcile([known], since=long_ago())
    assert drifts == (
        Drift(gateway="stripe", gateway_id=unknown.gateway_id, reference="", what="was paid and is not in our books"),
    )
    assert ace.payments.reconcile([known], since=datetime.now(UTC) + timedelta(hours=1)) == ()


def test_a_gateway_that_cannot_be_asked_is_no_agreement(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    row = paid(ace)
    ace_sandbox.control.fail("status", provider="stripe", operation="retrieve_payment_intent")
    with pytest.raises(UnavailableError):
        ace.payments.reconcile([row])


async def test_it_can_be_awaited(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    row, unknown = paid(ace, "1"), paid(ace, "2")
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url)) as awaited:
        drifts = await awaited.payments.reconcile([row], since=long_ago())
    assert [each.gateway_id for each in drifts] == [unknown.gateway_id]


@pytest.fixture
def shallow() -> Iterator[int]:
    """Allow a stack that three hundred payments would fill, one frame each."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 250)
    yield 300
    sys.setrecursionlimit(usual)


def test_many_payments_are_no_deep_stack(ace: Ace, shallow: int) -> None:
    row = paid(ace)
    assert ace.payments.reconcile([row] * shallow) == ()
