"""Every check before an enrolment, one field at a time: what PayPal answers is changed on its way to the platform."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from examples.fastapi_platform import payments
from sqlalchemy import text
from tests.integration.histories import Life, World, world_on
from tests.integration.platforms import sqlite_url

Order = dict[str, Any]
Change = Callable[[Order], None]


class Tampering(httpx.AsyncBaseTransport):
    """Changes the orders in PayPal's answers, as a fault of theirs, of ours or of somebody in between would.

    Attributes:
        change: what is done to each order, None for nothing.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.change: Change | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if self.change is None or "/v2/checkout/orders" not in request.url.path or answer.status_code >= 300:
            return answer
        order = json.loads(await answer.aread())
        self.change(order)
        body = httpx.ByteStream(json.dumps(order).encode())
        return httpx.Response(answer.status_code, headers={"content-type": "application/json"}, stream=body)


@pytest.fixture(scope="module")
def wire() -> list[Tampering]:
    """Give the place where the module's world has its transport."""
    return []


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, wire: list[Tampering]) -> Iterator[World]:
    def tampered(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        wire.append(Tampering(inner))
        return wire[0]

    with world_on(sqlite_url(tmp_path_factory.mktemp("verification")), through=tampered) as world:
        yield world


@pytest.fixture
def life(world: World, wire: list[Tampering]) -> Iterator[Life]:
    """Give a student who agreed to a PayPal payment; the platform has not heard of it."""
    life = Life(world)
    life.start("paypal")
    life.pay(0, good=True)
    yield life
    wire[0].change = None
    life.end()


def unit(order: Order) -> dict[str, Any]:
    found: dict[str, Any] = order["purchase_units"][0]
    return found


def captures(order: Order) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = unit(order).get("payments", {}).get("captures", [])
    return found


def _each_capture(**changes: Any) -> Change:
    return lambda order: [capture.update(changes) for capture in captures(order)] and None  # type: ignore[func-returns-value]


def _unit(**changes: Any) -> Change:
    return lambda order: unit(order).update(changes)


def _two_captures(order: Order) -> None:
    if captures(order):
        captures(order).append({**captures(order)[0], "id": "SECONDCAPTURE0001"})


def _two_units(order: Order) -> None:
    order["purchase_units"].append({**unit(order), "reference_id": "second", "payments": {}})


def _amount(value: str, currency: str = "USD") -> dict[str, str]:
    return {"value": value, "currency_code": currency}


CHANGES: dict[str, Change] = {
    "order id": lambda order: order.update(id="0000000000000000X"),
    "intent": lambda order: order.update(intent="AUTHORIZE"),
    "intent of nobody's": lambda order: order.update(intent="SUBSCRIBE"),
    "order amount": _unit(amount=_amount("19.99")),
    "order amount, a hundred times": _unit(amount=_amount("2000.00")),
    "order currency": _unit(amount=_amount("20.00", "EUR")),
    "capture amount": _each_capture(amount=_amount("0.20")),
    "capture currency": _each_capture(amount=_amount("20.00", "EUR")),
    "payee": _unit(payee={"merchant_id": "SOMEBODYELSE1"}),
    "payee of the capture": _each_capture(payee={"merchant_id": "SOMEBODYELSE1"}),
    "custom id": _unit(custom_id="999999"),
    "custom id missing": lambda order: unit(order).pop("custom_id", None),
    "custom id of the capture": _each_capture(custom_id="999999"),
    "two captures": _two_captures,
    "two purchase units": _two_units,
    "no purchase unit": lambda order: order.update(purchase_units=[]),
    "refunded more than was paid": lambda order: (
        unit(order)
        .setdefault("payments", {})
        .update(refunds=[{"id": "REFUND0000000001X", "status": "COMPLETED", "amount": _amount("20.01")}])
    ),
}
"""What each makes of a genuine order; every one must end in no enrolment and one alarm."""


def alarms(life: Life) -> list[str]:
    async def read() -> list[str]:
        async with life.world.sessions() as session:
            rows = await session.execute(
                text("SELECT details FROM ace_audit WHERE what = 'payment.alarm' AND payment = :payment"),
                {"payment": str(life.seen().payments[0].id)},
            )
            return [str(row[0]) for row in rows]

    return life.world.run(read())


@pytest.mark.parametrize("changed", CHANGES)
def test_one_wrong_field_gives_no_place_and_one_alarm(changed: str, life: Life, wire: list[Tampering]) -> None:
    wire[0].change = CHANGES[changed]
    for _ in range(2):
        life.confirm(0)
        for number in range(len(life.world.events())):
            life.deliver(number)
    assert (life.seen().places, life.seen().students, life.seen().revenue) == ([], 0, {})
    assert len(alarms(life)) == 1
    assert life.seen().payments[0].status == "review"


STATUSES = ("CREATED", "SAVED", "PAYER_ACTION_REQUIRED", "VOIDED", "A_STATUS_OF_TOMORROW")


@pytest.mark.parametrize("status", STATUSES)
def test_an_order_that_is_not_approved_is_not_captured(status: str, life: Life, wire: list[Tampering]) -> None:
    wire[0].change = lambda order: order.update(status=status)
    life.confirm(0)
    assert (life.seen().places, life.seen().revenue) == ([], {})
    assert not life.world.paypal.payments.captures


@pytest.mark.parametrize("status", ["PENDING", "DECLINED", "FAILED", "A_STATUS_OF_TOMORROW"])
def test_a_capture_that_is_not_completed_gives_no_place(status: str, life: Life, wire: list[Tampering]) -> None:
    wire[0].change = _each_capture(status=status)
    life.confirm(0)
    life.confirm(0)
    assert (life.seen().places, life.seen().revenue) == ([], {})


def test_a_payment_that_was_started_live_takes_no_test_money(life: Life) -> None:
    _rewrite(life, live=True)
    for _ in range(2):
        life.confirm(0)
    assert (life.seen().places, life.seen().revenue, len(alarms(life))) == ([], {}, 1)


def test_one_capture_pays_for_one_payment(life: Life, wire: list[Tampering], world: World) -> None:
    life.confirm(0)
    assert life.seen().places == [True]
    taken = life.seen().payments[0].capture_id
    other = Life(world, forget=False)
    other.start("paypal")
    other.pay(0, good=True)
    wire[0].change = _each_capture(id=taken)
    for _ in range(2):
        other.confirm(0)
    assert (other.seen().places, other.seen().revenue, len(alarms(other))) == ([], {}, 1)
    other.end()


def test_the_order_of_another_payment_pays_for_nothing(life: Life, wire: list[Tampering], world: World) -> None:
    """Somebody pays the cheap course and hands its order in for the dear one."""
    other = Life(world, forget=False)
    other.start("paypal")
    order = world.paypal.orders.all[life.seen().payments[0].gateway_id]
    genuine = world.paypal.orders.shown(order)
    wire[0].change = lambda answer: answer.update(genuine)
    other.confirm(0)
    assert (other.seen().places, other.seen().revenue, len(alarms(other))) == ([], {}, 1)
    other.end()


def test_unchanged_it_gives_a_place_and_no_alarm(life: Life) -> None:
    for _ in range(2):
        life.confirm(0)
    assert (life.seen().places, life.seen().revenue, alarms(life)) == ([True], {"USD": 2000}, [])


def _rewrite(life: Life, **changes: Any) -> None:
    """Change what the platform's own books say."""

    async def write() -> None:
        async with life.world.sessions.begin() as session:
            row = await session.get(payments.Payment, life.seen().payments[0].id)
            row.books = {**row.books, **changes}

    life.world.run(write())
