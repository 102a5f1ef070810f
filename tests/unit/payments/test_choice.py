"""Which gateway a payer may choose, and what is offered when one does not work."""

from collections.abc import Iterator

import pytest

from ace_integrations import Ace, AsyncAce, Settings
from ace_integrations.errors import InvalidInputError, InvalidRequestError
from ace_integrations.payments import Choice, Money, NotStarted, Obstacle, PaymentOrder, Started
from ace_integrations.sandbox import RunningSandbox

ORDER = PaymentOrder(reference="7", amount=Money.of(100, "EGP"))


@pytest.fixture
def ace(ace_sandbox: RunningSandbox) -> Iterator[Ace]:
    with Ace(Settings(sandbox_url=ace_sandbox.url, max_retries=0)) as ace:
        yield ace


def test_an_offer_that_works_is_a_start(ace: Ace) -> None:
    assert ace.payments.offer(ORDER) == ace.payments.start(ORDER)


@pytest.mark.parametrize(
    ("fault", "options", "retry_after"),
    [
        ("status", {"status": 503}, None),
        ("status", {"status": 429, "retry_after": "30"}, 30.0),
        ("status", {"status": 401}, None),
        ("reset_before", {}, None),
        ("html", {}, None),
    ],
)
def test_a_gateway_that_does_not_work_is_data(
    ace_sandbox: RunningSandbox, ace: Ace, fault: str, options: dict[str, object], retry_after: float | None
) -> None:
    ace_sandbox.control.fail(fault, provider="stripe", operation="create_payment_intent", **options)
    offered = ace.payments.offer(ORDER)
    assert isinstance(offered, NotStarted)
    assert (offered.gateway, offered.obstacle, offered.retry_after) == ("stripe", Obstacle.UNAVAILABLE, retry_after)
    assert isinstance(ace.payments.offer(ORDER), Started)


async def test_the_same_awaited(ace_sandbox: RunningSandbox) -> None:
    ace_sandbox.control.fail("status", provider="stripe", operation="create_payment_intent")
    async with AsyncAce(Settings(sandbox_url=ace_sandbox.url, max_retries=0)) as awaited:
        first, second = await awaited.payments.offer(ORDER), await awaited.payments.offer(ORDER)
    assert isinstance(first, NotStarted)
    assert isinstance(second, Started)


def test_a_refusal_of_what_was_asked_for_is_no_obstacle_but_an_error(ace_sandbox: RunningSandbox, ace: Ace) -> None:
    ace_sandbox.control.fail("status", provider="stripe", operation="create_payment_intent", status=400)
    with pytest.raises(InvalidRequestError):
        ace.payments.offer(ORDER)


def test_a_price_that_a_gateway_takes_is_what_it_charges(ace: Ace) -> None:
    assert ace.payments.choices(ORDER.amount) == (Choice(gateway="stripe", amount=ORDER.amount),)


def test_a_gateway_that_is_not_switched_on_is_named(ace: Ace) -> None:
    with pytest.raises(InvalidInputError, match="'barter' is not switched on; ACE_PAYMENTS has stripe"):
        ace.payments.offer(ORDER, gateway="barter")
