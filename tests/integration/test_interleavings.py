"""Confirmation, webhooks and refunds in every order, each of them twice, and all at the same moment."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count, permutations
from typing import Any

import pytest
from examples.shared.story import Story
from tests.integration.platforms import (
    ENROLLED_ONCE,
    PRICE_MINOR,
    Platform,
    fresh_postgresql,
    paid_event,
    platform_on,
    sqlite_url,
)

from ace_integrations.testing import SignedWebhook, WebhookFactory

PARTLY_MINOR = 49000
_emails = (f"student-{number}@example.com" for number in count(1))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give one platform to all orders: each leaves the course as it found it."""
    is_sqlite = request.param == "sqlite"
    folder = tmp_path_factory.mktemp("orders")
    url = sqlite_url(folder) if is_sqlite else fresh_postgresql(request.getfixturevalue("postgresql_url"))
    with platform_on(url) as platform:
        yield platform


@pytest.fixture(scope="module")
def student(shared: Platform) -> Iterator[Story]:
    """Give one verified student to all orders: who got the money back may pay anew."""
    with shared.verified(next(_emails)) as story:
        yield story


@contextmanager
def paid_at_gateway(platform: Platform) -> Iterator[Story]:
    """Give a student whose payment the gateway took, and the platform was not told of yet."""
    with platform.verified(next(_emails)) as story:
        pay_at_gateway(platform, story)
        yield story


def pay_at_gateway(platform: Platform, story: Story) -> None:
    platform.control.post("stripe/events/hold")
    story.start_payment()
    assert story.pay("4242424242424242").json()["status"] == "succeeded"


def refund_event(intent: str) -> SignedWebhook:
    """Give the gateway's event of a refund: the same event each time it is delivered."""
    return WebhookFactory().make("stripe", "charge.refunded", payment_intent=intent)


def orders(steps: Sequence[str]) -> list[tuple[str, ...]]:
    """Give every order of some steps in which a refund is whole after a part, and told after it was made."""
    return [order for order in sorted(set(permutations(steps))) if _is_possible(order)]


def _is_possible(order: Sequence[str]) -> bool:
    refunds = [step for step in ("refund partly", "refund", "refund told") if step in order]
    return refunds == sorted(refunds, key=order.index)


class Expected:
    """The books as they must be after each step: the platform knows what the gateway held when it last asked."""

    def __init__(self, platform: Platform, story: Story) -> None:
        self._platform = platform
        self._story = story
        self._before = platform.database.books()
        self._held, self._known = PRICE_MINOR, 0
        self._events = {"paid told": paid_event(story.intent), "refund told": refund_event(story.intent)}
        self._handled: set[str] = set()

    def take(self, step: str) -> None:
        """Let one thing happen, and compare."""
        if step == "confirm":
            self._known = self._held
            assert self._story.confirm()["success"] is (self._held > 0)
        elif event := self._events.get(step):
            assert self._platform.deliver(event).status_code == 200
            # Only the first delivery is handled: a second one makes the platform ask nothing.
            self._known = self._known if step in self._handled else self._held
            self._handled.add(step)
        else:
            self._platform.control.post("stripe/events/hold")
            amount = PARTLY_MINOR if step == "refund partly" else self._held
            self._platform.control.post(f"stripe/payment_intents/{self._story.intent}/refund", amount=amount)
            self._held -= amount
        self.compare()

    def walk(self, order: Sequence[str]) -> None:
        """Let several things happen one after another, compare after each, and end."""
        for step in order:
            self.take(step)
        self.end()

    def end(self) -> None:
        """Let the gateway deliver what it held back, and compare."""
        self._platform.control.post("stripe/events/release")
        self._story.until(self._all_told, "every webhook must be delivered")
        self._known = self._held
        self.compare()

    def compare(self) -> None:
        books = self._platform.database.books()
        assert books["students"] - self._before["students"] == int(self._known > 0)
        assert _egp(books) - _egp(self._before) == self._known
        assert books["places"].count(True) == books["students"]

    def _all_told(self) -> bool:
        return all(one["state"] == "delivered" for one in self._platform.control.deliveries("stripe"))


def _egp(books: dict[str, Any]) -> int:
    minor: int = books["revenue"].get("EGP", 0)
    return minor


FULL = ("confirm", "paid told", "paid told", "refund", "refund told", "refund told")
PARTLY = ("confirm", "paid told", "refund partly", "refund", "refund told")


@pytest.mark.parametrize("order", orders(FULL[:3]), ids=" - ".join)
def test_every_order_of_confirmation_and_webhook_enrols_once(
    order: tuple[str, ...], shared: Platform, student: Story
) -> None:
    pay_at_gateway(shared, student)
    expected = Expected(shared, student)
    expected.walk(order)
    expected.walk(("refund", "refund told"))


# What PostgreSQL does otherwise is seen in the orders above and in what happens at the same moment.
@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order", [*orders(FULL), *orders(PARTLY)], ids=" - ".join)
def test_every_order_with_a_refund_ends_without_a_place(
    order: tuple[str, ...], shared: Platform, student: Story
) -> None:
    pay_at_gateway(shared, student)
    expected = Expected(shared, student)
    expected.walk(order)


# At the same moment.


def at_once(*things: Callable[[], Any]) -> list[Any]:
    """Let things happen at the same moment; give what each came to."""
    with ThreadPoolExecutor(len(things)) as pool:
        return [one.result() for one in [pool.submit(thing) for thing in things]]


def test_confirmations_and_webhooks_at_the_same_moment_enrol_once(platform: Platform) -> None:
    with paid_at_gateway(platform) as story:
        event = paid_event(story.intent)
        statuses = at_once(
            *[lambda: platform.deliver(event).status_code] * 6, *[lambda: story.confirm()["success"]] * 4
        )
        assert set(statuses[:6]) <= {200, 409}
        assert platform.database.books() == ENROLLED_ONCE


def test_a_refund_amid_confirmations_and_webhooks_ends_the_place(platform: Platform) -> None:
    with paid_at_gateway(platform) as story:
        told, refunded = paid_event(story.intent), refund_event(story.intent)
        at_once(
            *[lambda: platform.deliver(told)] * 3,
            *[story.confirm] * 2,
            lambda: platform.control.post(f"stripe/payment_intents/{story.intent}/refund"),
            *[lambda: platform.deliver(refunded)] * 3,
        )
        platform.control.post("stripe/events/release")
        story.until(lambda: platform.database.books()["payments"] == ["refunded"], "the refund must be known")
        books = platform.database.books()
        assert (books["students"], books["revenue"], books["places"].count(True)) == (0, {}, 0)


def test_six_students_paying_at_the_same_moment_are_counted_six_times(platform: Platform) -> None:
    with ExitStack() as open_stories:
        stories = [open_stories.enter_context(paid_at_gateway(platform)) for _ in range(6)]
        confirmed = at_once(*[story.confirm for story in stories])
        assert all(answer["success"] for answer in confirmed)
        books = platform.database.books()
        assert (books["students"], books["revenue"]) == (6, {"EGP": 6 * PRICE_MINOR})


def test_two_tabs_that_start_at_the_same_moment_start_one_payment(platform: Platform) -> None:
    with platform.verified() as story:
        answers = at_once(*[lambda: story.browser.post("/api/courses/1/payment/stripe")] * 5)
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert len({answer.text for answer in answers if answer.status_code == 200}) == 1
    assert (len(platform.intents()), platform.database.books()["payments"]) == (1, ["pending"])


def test_a_payment_that_is_paid_while_it_is_started_again_stays_paid(platform: Platform) -> None:
    with platform.verified() as story, ThreadPoolExecutor(1) as pool:
        story.start_payment()
        platform.control.fail("drip", provider="stripe", operation="create_payment_intent", seconds=0.0005)
        late = pool.submit(story.browser.post, "/api/courses/1/payment/stripe")
        story.until(lambda: not platform.control.get("faults")["rules"], "the gateway must be asked")
        story.pay("4242424242424242")
        assert story.confirm()["success"]
        assert not late.done()
        assert late.result().status_code == 200
        assert story.confirm()["success"]
        assert platform.database.books() == ENROLLED_ONCE
    assert len(platform.intents()) == 1


def test_a_report_that_a_refund_overtook_gives_no_place(platform: Platform) -> None:
    with paid_at_gateway(platform) as story, ThreadPoolExecutor(1) as pool:
        # The answer was true when it was written, and takes long to arrive.
        platform.control.fail("drip", provider="stripe", operation="retrieve_payment_intent", seconds=0.0001)
        late = pool.submit(story.confirm)
        story.until(lambda: not platform.control.get("faults")["rules"], "the gateway must be asked")
        platform.control.post(f"stripe/payment_intents/{story.intent}/refund")
        assert platform.deliver(refund_event(story.intent)).status_code == 200
        assert not late.done()
        assert not late.result()["success"]
        assert platform.database.books()["payments"] == ["refunded"]
        assert platform.database.books()["places"].count(True) == 0
